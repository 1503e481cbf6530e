"""A draft's own tables: which columns are windows or changes of the strand table, which rows are measures, and each cell as a claim."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple

from vulncore.packs.drafts.blocks import DraftCell, DraftTable
from vulncore.packs.drafts.claims import ClaimRole, NumberClaim
from vulncore.packs.drafts.matching import ClaimPeriod
from vulncore.packs.drafts.numbers import NUMBER, whole_number
from vulncore.packs.drafts.periods import (
    BASELINE,
    EVERY_COMPARISON,
    FYTD,
    ROLLING,
    WINDOWS_OF,
    PeriodReader,
    period_mentions,
)
from vulncore.packs.drafts.subjects import DraftVocabulary, PassageSubject, mentions, together
from vulncore.packs.drafts.wordings import counted_nouns, singular

MOST_HEADING_ROWS: Final = 4
SHORTEST_PROSE: Final = 7  # words: a cell with as many is read as a paragraph

CELL: Final = re.compile(
    rf"(?P<up>[↑▲]\s*)?(?P<down>[↓▼]\s*)?[●■]?\s*(?P<bracket>\()?\s*(?P<sign>[+\-−–])?\s*(?P<number>{NUMBER})\s*(?P<percent>%|per cent|pct)?\s*\)?\s*(?P<up_after>[↑▲])?(?P<down_after>[↓▼])?[●■*]*",
    flags=re.IGNORECASE | re.ASCII,
)
HAS_DIGIT: Final = re.compile(r"\d", flags=re.ASCII)
CHANGE: Final = re.compile(
    r"\bchanged?\b|\bdiff(?:erence)?\b|\bvariance\b|\bvariation\b|\bincrease\b|\+\s?/\s?-|±",
    flags=re.IGNORECASE,
)
PERCENT: Final = re.compile(r"%|\bper\s?cent(?:age)?\b|\bpct\b", flags=re.IGNORECASE)
EARLIER: Final = re.compile(r"\b(?:previous|prior|last|before|earlier|preceding)\b", flags=re.IGNORECASE)
IS_ROLLING: Final = re.compile(r"\brolling|\b(?:12|twelve)[\s-]months?\b", flags=re.IGNORECASE)
IS_YEAR: Final = re.compile(r"\bf?ytd\b|\byear[\s-]to[\s-]date\b|\bfinancial year\b", flags=re.IGNORECASE)
IS_BASELINE: Final = re.compile(
    r"\bbaseline\b|\b(?:20)?19[/ ](?:20)?20\b|\bpre-?\s?(?:pandemic|covid)", flags=re.IGNORECASE
)
NOT_A_YEAR: Final = re.compile(r"(?:19|20)\d\d")


class _Column(NamedTuple):
    """What a column holds: counts of a window, or changes of a comparison; `unknown` why the table lacks it."""

    heading: str
    role: ClaimRole
    period: ClaimPeriod


@dataclass(frozen=True)
class CellStatement:
    """A number in a cell of a draft's table, with what it is of and in which period."""

    row: int
    column: int
    name: str
    heading: str
    claim: NumberClaim
    subject: PassageSubject
    period: ClaimPeriod


def cell_statements(
    table: DraftTable, vocabulary: DraftVocabulary, reader: PeriodReader
) -> tuple[CellStatement, ...] | None:
    """Return the numbers of a table whose first column names measures and whose headings name windows; None where it is no such table."""
    subjects = [_row_subject(cells[0].text, vocabulary) if cells else None for cells in table.cells]
    first = next(
        (place for place, (cells, subject) in enumerate(zip(table.cells, subjects, strict=True)) if subject is not None and _has_numbers(cells)),
        None,
    )  # fmt: skip
    if first is None or first == 0 or first > MOST_HEADING_ROWS:
        return None
    columns = _columns(table.cells[:first], reader)
    if not any(column is not None and not column.period.unknown for column in columns):
        return None
    return tuple(_statements(table, first, columns, subjects))


def loose_numbers(table: DraftTable) -> int:
    """Return how many cells of a table are a number and nothing else, years left out."""
    texts = [cell.text.strip() for cells in table.cells for cell in cells if not cell.is_repeat]
    return sum(bool(CELL.fullmatch(text)) and not NOT_A_YEAR.fullmatch(text) for text in texts)


def is_prose(text: str) -> bool:
    """Return whether a cell reads like a paragraph and not like a label or a number."""
    return len(re.findall(r"[^\W\d_]{2,}", text)) >= SHORTEST_PROSE


def _statements(
    table: DraftTable,
    first: int,
    columns: Sequence[_Column | None],
    subjects: Sequence[PassageSubject | None],
) -> Iterator[CellStatement]:
    for row, cells in enumerate(table.cells[first:], start=first):
        if not _has_numbers(cells):
            continue
        subject = subjects[row] or PassageSubject(unknown="no measure of the table is named in its row")
        name = " ".join(cells[0].text.split())
        for place, (cell, column) in enumerate(zip(cells, columns, strict=False)):
            claim = None if column is None or place == 0 or cell.is_repeat else _claim(cell.text, column)
            if claim is not None and column is not None:
                yield CellStatement(row, place, name, column.heading, claim, subject, column.period)


def _has_numbers(cells: Sequence[DraftCell]) -> bool:
    return any(HAS_DIGIT.search(cell.text) for cell in cells[1:] if not cell.is_repeat)


def _row_subject(text: str, vocabulary: DraftVocabulary) -> PassageSubject | None:
    """Return what a row is of, where its first cell names measures and little else."""
    named = mentions(text, vocabulary)
    if not named:
        return None
    rest = text
    for mention in reversed(named):
        rest = rest[: mention.start] + rest[mention.end :]
    left = {singular(word) for word in re.findall(r"[^\W\d_]+", rest)}
    if left - counted_nouns() - {"and", "of", "the", "total", "all", "recorded"}:
        return PassageSubject(unknown=f"'{' '.join(text.split())[:60]}' is not a measure of the table")
    return together([mention._replace(is_qualified="") for mention in named], text, vocabulary)


def _columns(headings: Sequence[Sequence[DraftCell]], reader: PeriodReader) -> list[_Column | None]:
    columns: list[_Column | None] = [None]
    last = FYTD
    for place in range(1, max(map(len, headings))):
        texts = [cells[place].text for cells in headings if place < len(cells)]
        heading = " ".join(" ".join(dict.fromkeys(text.strip() for text in texts if text.strip())).split())
        column = _column(heading, last, reader)
        if (
            column is not None
            and not column.period.unknown
            and len(column.period.comparisons) < len(EVERY_COMPARISON)
        ):
            last = next(iter(sorted(column.period.comparisons)), last)
        columns.append(column)
    return columns


def _column(heading: str, last: str, reader: PeriodReader) -> _Column | None:
    """Return what a column is by its heading; a change without a period is one of the windows before it."""
    plain = re.sub(r"rolling_?12", "rolling 12 months", heading.replace("_", " "), flags=re.IGNORECASE)
    plain = re.sub(r"\b(20\d\d) (\d\d)\b", r"\1/\2", plain)
    windows, note, unknown = _window_of(plain, reader)
    is_change, is_percent = bool(CHANGE.search(plain)), bool(PERCENT.search(plain))
    if is_change or is_percent:
        comparison = next(
            (
                key
                for key in (BASELINE, ROLLING, FYTD)
                if windows and set(windows) & set(WINDOWS_OF[key]) - {"fytd_current"}
            ),
            last,
        )
        if windows == ("fytd_current",):
            comparison = FYTD
        role = ClaimRole.PERCENT if is_percent else ClaimRole.CHANGE
        return _Column(
            heading,
            role,
            ClaimPeriod(frozenset({comparison}), is_named=True, unknown="" if windows else unknown),
        )
    if windows:
        of = next(
            key
            for key in (BASELINE, ROLLING, FYTD)
            if windows[0] in WINDOWS_OF[key] and (key != BASELINE or windows[0] == "fytd_baseline")
        )
        return _Column(
            heading, ClaimRole.COUNT, ClaimPeriod(frozenset({of}), windows, is_named=True, note=note)
        )
    return _Column(heading, ClaimRole.COUNT, ClaimPeriod(unknown=unknown)) if unknown else None


def _window_of(heading: str, reader: PeriodReader) -> tuple[tuple[str, ...], str, str]:
    """Return the windows that a heading names, a note on them, and why the table lacks them."""
    periods = [
        period
        for period in period_mentions(heading, reader)
        if period.windows or period.unknown or period.months
    ]
    strong = [period for period in periods if period.windows and not period.is_weak] or [
        period for period in periods if period.windows
    ]
    if IS_BASELINE.search(heading) and reader.windows["fytd_baseline"] is not None:
        return ("fytd_baseline",), next((period.note for period in strong), ""), ""
    if strong:
        rest = f"{heading[: strong[0].start]} {heading[strong[0].end :]}"
        earlier = next(
            (
                names[0]
                for names in (WINDOWS_OF[FYTD], WINDOWS_OF[ROLLING])
                if strong[0].windows == (names[1],)
            ),
            "",
        )
        return (earlier,) if earlier and EARLIER.search(rest) else strong[0].windows, strong[0].note, ""
    if IS_ROLLING.search(heading) or IS_YEAR.search(heading):
        names = WINDOWS_OF[ROLLING if IS_ROLLING.search(heading) else FYTD]
        return (names[0] if EARLIER.search(heading) else names[1],), "", ""
    lacking = next((period for period in periods), None)
    if lacking is None:
        return (), "", ""
    return (), "", lacking.unknown or "the table has no months"


def _claim(text: str, column: _Column) -> NumberClaim | None:
    """Return a cell as a claim; None where it is empty, a dash or words. The table's signs are signs here, too."""
    text = text.strip()
    start = 0
    match = CELL.fullmatch(text)
    if not HAS_DIGIT.search(text):
        return None
    plain = NumberClaim(start, len(text), text, Fraction(0), 0, frozenset({column.role}))
    if match is None:
        return replace(plain, reason="the cell holds more than one number")
    is_down = bool(
        match["down"]
        or match["down_after"]
        or (match["sign"] and match["sign"] != "+")
        or (match["bracket"] and column.role is not ClaimRole.COUNT)
    )
    role = ClaimRole.PERCENT if match["percent"] and column.role is ClaimRole.CHANGE else column.role
    return replace(
        plain,
        value=whole_number(match["number"]),
        decimals=len(match["number"].partition(".")[2]),
        roles=frozenset({role}),
        direction=None if role is ClaimRole.COUNT else -1 if is_down else 1,
    )
