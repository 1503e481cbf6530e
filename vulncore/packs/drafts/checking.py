"""The verdicts on a draft: each of its numbers against the strand table."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import pandas as pd

from vulncore.domain.errors import UnknownNameError, UnreadableSourceError
from vulncore.findings.overview.overview import Overview
from vulncore.packs.drafts.blocks import DraftParagraph, DraftTable, DraftText
from vulncore.packs.drafts.claims import ClaimRole
from vulncore.packs.drafts.figures import TableFigures, table_figures
from vulncore.packs.drafts.matching import CheckVerdict, MatchResult, match_claim
from vulncore.packs.drafts.numbers import IN_WORDS
from vulncore.packs.drafts.periods import PeriodReader
from vulncore.packs.drafts.sentences import NumberStatement, passage_subject, statements
from vulncore.packs.drafts.subjects import NO_SUBJECT, DraftVocabulary, PassageSubject, vocabulary
from vulncore.packs.drafts.tables import CellStatement, cell_statements, is_prose, loose_numbers
from vulncore.packs.drafts.wordings import words

MAX_NUMBERS: Final = 5_000  # in the text of a draft: a report of a hundred pages has some 1,000
WORDS_BEFORE, WORDS_AFTER = 8, 7
"""Words of the sentence that are shown around a number."""
A_NUMBER: Final = re.compile(rf"\d+|\b(?:{IN_WORDS}|no)\b", flags=re.IGNORECASE)


OF_SOMETHING_ELSE: Final = re.compile(
    r"\b(?:forecasts?|limits|even spread|usual range|stands? out|level seems|(?<!12 )(?<!twelve )months before|calendar years?|it said|a year ahead)\b|\bLevel:|\b\d{1,2}:\d\d\b",
    flags=re.IGNORECASE,
)
"""What a sentence says whose numbers are of a forecast, a range, a level or hours: the table has none of these."""
DENIED: Final = re.compile(
    r"\b(?:not|no|never|without|nor)\b[^,;.:()]{0,40}$|n['\u2019]t\b[^,;.:()]{0,40}$", flags=re.IGNORECASE
)
"""What stands before a number that a sentence denies: "did not rise by 43%"."""
NONE_AT_ALL: Final = frozenset({"0", "no", "none", "zero", "nil"})


class CellPlace(NamedTuple):
    """A row and a column of a table, from 0."""

    row: int
    column: int


@dataclass(frozen=True)
class NumberCheck:
    """A number of a draft and what became of it.

    `where` is the paragraph by the draft's own number, or the table with its row and column; `under` the number of the paragraph
    that it stands in or after. `start` and `end` are its letters within the paragraph or the cell at `place`. `passage` are
    the words around it, `table_has` what the table has of its measures (empty where nothing can be said), `why` a sentence.
    """

    place: int
    where: str
    under: str
    start: int
    end: int
    passage: str
    written: str
    verdict: CheckVerdict
    table_has: str
    why: str
    cell: CellPlace | None = None


@dataclass(frozen=True)
class DraftCheck:
    """All numbers of a draft, in its order."""

    draft: DraftText
    checks: tuple[NumberCheck, ...]

    def of(self, verdict: CheckVerdict) -> tuple[NumberCheck, ...]:
        """Return the numbers of one verdict."""
        return tuple(check for check in self.checks if check.verdict is verdict)


class _Reader(NamedTuple):
    vocabulary: DraftVocabulary
    periods: PeriodReader
    figures: TableFigures


def check_draft(draft: DraftText, overview: Overview) -> DraftCheck:
    """Return a verdict on each number of a draft that states an amount; names, dates and numbering are left out.

    Misleads when:
        a sentence speaks of something that no word in it names: its number is then held against the measure of its heading.

    Raises:
        UnreadableSourceError: The draft has more than `MAX_NUMBERS` numbers in its sentences.
    """
    texts = (text for block in draft.blocks for text in _texts(block))
    count = sum(len(A_NUMBER.findall(text)) for text in texts)
    if count > MAX_NUMBERS:
        raise UnreadableSourceError(
            f"{draft.name} has {count:,} numbers in its text. A draft may have {MAX_NUMBERS:,}. Check a part at a time."
        )
    reader = _Reader(
        vocabulary(overview), PeriodReader(overview.as_at, overview.windows), table_figures(overview)
    )
    return DraftCheck(draft, tuple(_checks(draft, reader)))


def _texts(block: DraftParagraph | DraftTable) -> Iterator[str]:
    """Yield the texts of a block that have sentences: a paragraph, or the cells of a table that read like one."""
    if isinstance(block, DraftParagraph):
        yield block.text
    else:
        yield from (
            cell.text for cells in block.cells for cell in cells if not cell.is_repeat and is_prose(cell.text)
        )


def only_paragraphs(check: DraftCheck, spans: str) -> DraftCheck:
    """Return a check of the paragraphs alone whose own numbers are in spans like "19-43,58", with what stands after them.

    Raises:
        UnknownNameError: The text is no such spans, or the draft has no such paragraphs.
    """
    wanted = _spans(spans)
    numbers = [
        block.number for block in check.draft.blocks if isinstance(block, DraftParagraph) and block.number
    ]
    if not any(_is_within(number, wanted) for number in numbers):
        there = (
            f"It has {len(numbers):,} numbered paragraphs, from {numbers[0]} to {numbers[-1]}."
            if numbers
            else "Its paragraphs have no numbers."
        )
        raise UnknownNameError(f"{check.draft.name} has no paragraphs {spans.strip()[:40]}. {there}")
    return replace(check, checks=tuple(one for one in check.checks if _is_within(one.under, wanted)))


def checks_frame(check: DraftCheck) -> pd.DataFrame:
    """Return one row per number: `paragraph`, `passage`, `number` as written, `verdict`, `table_has`, `why`."""
    columns = ["paragraph", "passage", "number", "verdict", "table_has", "why"]
    return pd.DataFrame(
        [
            (one.where, one.passage, one.written, one.verdict.value, one.table_has, one.why)
            for one in check.checks
        ],
        columns=columns,
    )


def _spans(text: str) -> tuple[tuple[int, int], ...]:
    spans = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})(?:\s*(?:-|–|to)\s*(\d{1,4}))?\s*", part, flags=re.ASCII)
        if not match:
            raise UnknownNameError(
                f"'{text[:40]}' names no paragraphs. Write their numbers, like 19-43 or 19,41,43."
            )
        spans.append((int(match[1]), int(match[2] or match[1])))
    return tuple(spans)


def _is_within(number: str, spans: Iterable[tuple[int, int]]) -> bool:
    whole = re.match(r"\d+", number)
    return whole is not None and any(first <= int(whole[0]) <= last for first, last in spans)


def _checks(draft: DraftText, reader: _Reader) -> Iterator[NumberCheck]:
    headings: list[tuple[int, PassageSubject]] = []
    lead = NO_SUBJECT
    for block in draft.blocks:
        if isinstance(block, DraftTable):
            yield from _of_table(block, _nearest(headings), reader)
            continue
        if block.heading:
            _enter(headings, block, reader.vocabulary)
            lead = NO_SUBJECT
        around = lead if block.is_item and lead is not NO_SUBJECT else _nearest(headings)
        if not block.is_item:
            lead = (
                passage_subject(block.text, reader.vocabulary)
                if block.text.rstrip().endswith(":")
                else NO_SUBJECT
            )
        yield from _of_text(
            block.text,
            around,
            reader,
            NumberCheck(block.place, block.where, block.under, 0, 0, "", "", CheckVerdict.MATCHES, "", ""),
        )


def _nearest(headings: Sequence[tuple[int, PassageSubject]]) -> PassageSubject:
    return next((subject for _, subject in reversed(headings) if subject is not NO_SUBJECT), NO_SUBJECT)


def _enter(
    headings: list[tuple[int, PassageSubject]], block: DraftParagraph, vocabulary: DraftVocabulary
) -> None:
    """Put a heading in the place of those of its level and below; one like "Data" leaves the subject as it is."""
    subject = passage_subject(block.text, vocabulary)
    if subject is NO_SUBJECT and " ".join(re.findall(r"[^\W\d_]+", block.text)).casefold() in words(
        "subheadings"
    ):
        return
    while headings and headings[-1][0] >= block.heading:
        headings.pop()
    headings.append((block.heading, subject))


def _of_text(text: str, around: PassageSubject, reader: _Reader, where: NumberCheck) -> Iterator[NumberCheck]:
    every = statements(text, around, reader.vocabulary, reader.periods)
    results = _consistent(
        every, [match_claim(one.claim, one.subject, one.period, reader.figures) for one in every]
    )
    for one, consistent in zip(every, results, strict=True):
        result = _doubted(text, one, consistent)
        yield replace(
            where,
            start=one.claim.start,
            end=one.claim.end,
            passage=_passage(text, one),
            written=_shown(one.claim.written),
            verdict=result.verdict,
            table_has=result.table_has,
            why=_shown(result.why),
        )


def _doubted(text: str, one: NumberStatement, result: MatchResult) -> MatchResult:
    """Return a verdict, or that there is none: where a sentence denies its number, or is of something else."""
    if result.verdict is CheckVerdict.NOT_CHECKABLE:
        return result
    begin, end = one.sentence
    before = text[begin : one.claim.start]
    why = ""
    if one.claim.written.casefold() not in NONE_AT_ALL and DENIED.search(before):
        why = "The sentence denies it."
    elif result.verdict is CheckVerdict.DIFFERS and OF_SOMETHING_ELSE.search(text[begin:end]):
        why = "It is of a forecast, a range, a level or hours, which the table has not."
    return MatchResult(CheckVerdict.NOT_CHECKABLE, frozenset(), "", why) if why else result


def _consistent(every: Sequence[NumberStatement], results: Sequence[MatchResult]) -> list[MatchResult]:
    """Return results where a change of one comparison beside counts of another is no match: "from 15 to 27 (48%)"."""
    checked = list(results)
    for place, (one, result) in enumerate(zip(every, results, strict=True)):
        if result.verdict is not CheckVerdict.MATCHES or one.period.is_named or not result.comparisons:
            continue
        is_change = one.claim.roles <= {ClaimRole.CHANGE, ClaimRole.PERCENT}
        is_second = one.claim.roles in ({ClaimRole.CURRENT}, {ClaimRole.HIGHEST_MONTH})
        beside = [place - 1, place + 1] if is_change else [place - 1] if is_second else []
        neighbours = [
            checked[other].comparisons
            for other in beside
            if 0 <= other < len(every)
            and every[other].sentence == one.sentence
            and every[other].subject == one.subject
            and checked[other].verdict is CheckVerdict.MATCHES
            and checked[other].comparisons
        ]
        if neighbours and not any(result.comparisons & of for of in neighbours):
            why = f"The table has {result.table_has}: {result.why[0].lower()}{result.why[1:].rstrip('.')}, but the number beside it is of another period."
            checked[place] = MatchResult(CheckVerdict.DIFFERS, frozenset(), result.table_has, why)
    return checked


def _passage(text: str, one: NumberStatement) -> str:
    """Return a few words around a number, from its sentence."""
    before, after = text[one.sentence.start : one.claim.start], text[one.claim.end : one.sentence.end]
    first = [match.start() for match in re.finditer(r"\S+", before)]
    last = [match.end() for match in re.finditer(r"\S+", after)]
    start = first[-WORDS_BEFORE] if len(first) > WORDS_BEFORE else 0
    end = last[WORDS_AFTER - 1] if len(last) > WORDS_AFTER else len(after)
    shown = f"{'… ' if start else ''}{before[start:]}{text[one.claim.start : one.claim.end]}{after[:end]}{' …' if end < len(after) else ''}"
    return _shown(shown)


def _shown(text: str) -> str:
    """Return words of a draft fit to show: on one line, with nothing in them that commands a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))


def _of_table(table: DraftTable, around: PassageSubject, reader: _Reader) -> Iterator[NumberCheck]:
    name = f"table {table.order}"
    where = NumberCheck(table.place, name, table.under, 0, 0, "", "", CheckVerdict.MATCHES, "", "")
    cells = cell_statements(table, reader.vocabulary, reader.periods)
    if cells is not None:
        yield from (_of_cell(one, where, reader) for one in cells)
        return
    if count := loose_numbers(table):
        why = "Its first column names no measures, or its headings name no periods of the strand table."
        yield replace(
            where, written=f"{count:,} numbers", passage=name, verdict=CheckVerdict.NOT_CHECKABLE, why=why
        )
    for row, texts in enumerate(table.cells):
        for column, cell in enumerate(texts):
            if not cell.is_repeat and is_prose(cell.text):
                yield from _of_text(cell.text, around, reader, replace(where, cell=CellPlace(row, column)))


def _of_cell(one: CellStatement, where: NumberCheck, reader: _Reader) -> NumberCheck:
    result = match_claim(one.claim, one.subject, one.period, reader.figures)
    return replace(
        where,
        where=_shown(f"{where.where}, {one.name}, {one.heading}"),
        end=one.claim.end,
        passage=_shown(f"{one.name}, {one.heading}: {one.claim.written}"),
        written=_shown(one.claim.written),
        verdict=result.verdict,
        table_has=result.table_has,
        why=_shown(result.why),
        cell=CellPlace(one.row, one.column),
    )
