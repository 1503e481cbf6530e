"""The numbers of a passage, each with what it is of: its measures and its period, as the sentence, the paragraph or the heading names them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from vulncore.packs.drafts.claims import ClaimRole, NumberClaim, sentence_claims
from vulncore.packs.drafts.matching import MONTHLY, ClaimPeriod
from vulncore.packs.drafts.periods import (
    BASELINE,
    FYTD,
    PeriodMention,
    PeriodReader,
    period_mentions,
)
from vulncore.packs.drafts.subjects import (
    GLUE,
    NO_SUBJECT,
    DraftVocabulary,
    Mention,
    Option,
    PassageSubject,
    distinctive,
    mentions,
    together,
)
from vulncore.packs.drafts.wordings import COMPARED_WORDS, counted_nouns, singular, unit_nouns

LONGEST_SENTENCE: Final = 1_000  # letters: what is longer is cut, so that no text takes long
SENTENCE_END: Final = re.compile(
    r"(?<=[.!?])[\"'”\u2019)\]]*[\u00b9\u00b2\u00b3\u2070-\u2079]*\s+(?=[\"'“\u2018(\[]*[A-Z0-9£])|[\n\t]+"
)
NO_END: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|nos?|vs|v|dr|mrs?|ms|st|det|supt|insp|sgt|cllr|paras?|fig|etc|c)|\b[A-Z])\.$",
    flags=re.IGNORECASE,
)
PART_END: Final = re.compile(
    r"[;:]|,(?!\d)|\b(?:and|but|while|whilst|whereas|although|though|however)\b", flags=re.IGNORECASE
)
COMPARED: Final = re.compile(rf"(?:when\s+)?(?:{COMPARED_WORDS}|\bthan)\b", flags=re.IGNORECASE)
ALL_OF_THEM: Final = re.compile(
    r"\b(?:totals?|totalled|totalling)\s+(?=\d)|\b(?:together|both|combined|altogether|in total|in all|overall total)\b",
    flags=re.IGNORECASE,
)
TO_MENTION: Final = re.compile(
    r"(?:\s*\([^()]{0,30}\))?(?:[\s\-–]+(?:increas\w+|rise|rises|growth|decreas\w+|falls?|drops?|reductions?|declines?|changes?|more|fewer|less|additional|extra|higher|lower|recorded|reported|new|"
    r"of|in|for|the|reports?|cases?|crimes?|offences?|incidents?|notices?|referrals?|records?|number|numbers|total|year-on-year|overall|significant|further|slight|small|large|sharp|all|such))*[\s\-–(]*",
    flags=re.IGNORECASE,
)
"""What may stand between a number and the measure that it is of: "a 43% increase in reports of hate crime", "27 recorded rapes"."""
AND_THEN: Final = re.compile(r"\s*(?:,|and|, and|&|/)\s*(?:in|during|for)?\s*", flags=re.IGNORECASE)
ALONE: Final = re.compile(
    r"\W*(?:(?:in|during|over|for|the|of|on|since|at|both|all|a|basis|period)\W*)*", flags=re.IGNORECASE
)


class SentenceSpan(NamedTuple):
    """A sentence of a paragraph, from one letter to another."""

    start: int
    end: int


@dataclass(frozen=True)
class NumberStatement:
    """A number of a paragraph with its subject and its period; `sentence` is where it stands."""

    claim: NumberClaim
    subject: PassageSubject
    period: ClaimPeriod
    sentence: SentenceSpan


def sentence_spans(text: str) -> tuple[SentenceSpan, ...]:
    """Return where the sentences of a paragraph begin and end.

    >>> text = "Approx. 5 cases, e.g. Rape. Up 4.5%. 12 more"
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Approx. 5 cases, e.g. Rape.', 'Up 4.5%.', '12 more']
    """
    spans, start = [], 0
    for match in SENTENCE_END.finditer(text):
        if match[0].strip() or not NO_END.search(text[start : match.start()]) or "\n" in match[0]:
            spans.append((start, match.start() + len(match[0].rstrip())))
            start = match.end()
    spans.append((start, len(text)))
    return tuple(
        SentenceSpan(at, min(at + LONGEST_SENTENCE, last))
        for first, last in spans
        for at in range(first, last, LONGEST_SENTENCE)
        if text[at:last].strip()
    )


def statements(
    text: str, around: PassageSubject, vocabulary: DraftVocabulary, reader: PeriodReader
) -> tuple[NumberStatement, ...]:
    """Return the numbers of a paragraph; `around` is the subject of its heading, or of the sentence that leads to it."""
    sentences = [_sentence(text, span, vocabulary, reader) for span in sentence_spans(text)]
    every: list[NumberStatement] = []
    subject = NO_SUBJECT
    later = [_only_one(sentences[place + 1 :]) for place in range(len(sentences))]
    for place, sentence in enumerate(sentences):
        inherited = next(
            (one for one in (subject, around, later[place]) if one is not NO_SUBJECT), NO_SUBJECT
        )
        every += _of_sentence(sentence, inherited)
        subject = sentence.subject if sentence.subject is not NO_SUBJECT else subject
    return tuple(every)


def passage_subject(text: str, vocabulary: DraftVocabulary) -> PassageSubject:
    """Return what a heading or a whole passage is of: `NO_SUBJECT` where it names no measure."""
    named = [mention for mention in mentions(text, vocabulary) if not mention.is_qualified]
    return together(named, text, vocabulary) if named else NO_SUBJECT


@dataclass(frozen=True)
class _Sentence:
    """A sentence with what it names: measures, periods and numbers, each by its letters within the sentence.

    `part_ends` are the commas and words that part it; `subject` is what all its measures together are.
    """

    span: SentenceSpan
    text: str
    vocabulary: DraftVocabulary
    mentions: tuple[Mention, ...]
    periods: tuple[PeriodMention, ...]
    claims: tuple[NumberClaim, ...]
    part_ends: tuple[re.Match[str], ...]
    subject: PassageSubject


def _sentence(text: str, span: SentenceSpan, vocabulary: DraftVocabulary, reader: PeriodReader) -> _Sentence:
    words_of = text[span.start : span.end]
    named, periods = mentions(words_of, vocabulary), period_mentions(words_of, reader)
    taken = [*((one.start, one.end) for one in named), *((one.start, one.end) for one in periods)]
    return _Sentence(
        span=span,
        text=words_of,
        vocabulary=vocabulary,
        mentions=named,
        periods=tuple(one for one in periods if one.windows or one.months or one.unknown or one.comparisons),
        claims=sentence_claims(words_of, named, periods),
        part_ends=tuple(
            match
            for match in PART_END.finditer(words_of)
            if all(match.end() <= start or end <= match.start() for start, end in taken)
        ),
        subject=passage_subject(words_of, vocabulary),
    )


def _only_one(sentences: Sequence[_Sentence]) -> PassageSubject:
    """Return the subject of the sentences after a number, where they have but one: the number may be of something else."""
    subjects = {sentence.subject for sentence in sentences if sentence.subject is not NO_SUBJECT}
    if len(subjects) != 1 or any(len(one.options) != 1 for one in subjects):
        return NO_SUBJECT
    return replace(subjects.pop(), doubt="the measure is named only after it")


def _of_sentence(sentence: _Sentence, inherited: PassageSubject) -> Iterator[NumberStatement]:
    subjects = [_subject(sentence, claim, inherited) for claim in sentence.claims]
    subjects = _shared_out(sentence, subjects)
    for claim, subject in zip(sentence.claims, subjects, strict=True):
        placed = replace(claim, start=claim.start + sentence.span.start, end=claim.end + sentence.span.start)
        if claim.noun and not claim.reason and not _is_counted(claim.noun, subject, sentence.vocabulary):
            of = claim.noun_words or claim.noun
            is_change = claim.roles <= {ClaimRole.CHANGE, ClaimRole.PERCENT}
            what = (
                f"it is of {of}, which the table does not count"
                if is_change
                else f"it counts {of}, which the table does not"
            )
            placed = replace(placed, reason=what)
        for period in _periods(sentence, claim):
            yield NumberStatement(placed, subject, period, sentence.span)


def _is_counted(noun: str, subject: PassageSubject, vocabulary: DraftVocabulary) -> bool:
    """Return whether a noun can stand for what a subject counts: "reports" for any, "notices" for those of notices."""
    units = {vocabulary.measures[key].unit for key in subject.measures}
    return singular(noun) in counted_nouns() | unit_nouns(units)


# which measures


def _subject(sentence: _Sentence, claim: NumberClaim, inherited: PassageSubject) -> PassageSubject:
    group = _group(sentence, claim)
    subject = together(group, sentence.text, sentence.vocabulary) if group else inherited
    return _narrowed(sentence, claim, subject)


def _group(sentence: _Sentence, claim: NumberClaim) -> list[Mention]:
    """Return the mentions that a number is of: those right after it, else the nearest before it, else the first of the sentence."""
    text, every = sentence.text, sentence.mentions
    after = [mention for mention in every if mention.start >= claim.end]
    if after and TO_MENTION.fullmatch(_without_periods(sentence, claim.end, after[0].start)):
        group = after[:1]
        for mention in after[1:]:
            if not GLUE.fullmatch(text[group[-1].end : mention.start]):
                break
            group.append(mention)
        return group
    before = [mention for mention in every if mention.end <= claim.start]
    if not before:
        return after
    start, end = _part(sentence, claim)
    if ALL_OF_THEM.search(text[start:end]):
        return before
    group = before[-1:]
    for mention in reversed(before[:-1]):
        if any(mention.end <= other.start < group[0].start for other in sentence.claims):
            break
        group.insert(0, mention)
    return group


def _without_periods(sentence: _Sentence, start: int, end: int) -> str:
    text = sentence.text
    for period in sentence.periods:
        text = f"{text[: period.start]}{' ' * (period.end - period.start)}{text[period.end :]}"
    return text[start:end]


def _narrowed(sentence: _Sentence, claim: NumberClaim, subject: PassageSubject) -> PassageSubject:
    """Return the one measure of several that words beside a number tell: "534 for adults" of notices."""
    if not any(len(option) > 1 for option in subject.options):
        return subject
    start, end = _part(sentence, claim)
    text = sentence.text
    for mention in sentence.mentions:
        text = f"{text[: mention.start]}{' ' * (mention.end - mention.start)}{text[mention.end :]}"
    near = {singular(word) for word in re.findall(r"[^\W\d_]+", text[start:end])}
    measures = sentence.vocabulary.measures
    keys = subject.measures
    hit = [
        key
        for key in keys
        if distinctive(measures[key], [measures[other] for other in keys if other != key]) & near
    ]
    return PassageSubject(((hit[0],),)) if len(hit) == 1 else subject


def _shared_out(sentence: _Sentence, subjects: list[PassageSubject]) -> list[PassageSubject]:
    """Return subjects where as many numbers of one kind as measures are named: "rape and hate crime rose by 80% and 43%"."""
    shared = list(subjects)
    for subject in set(subjects):
        measures: tuple[Option, ...] = subject.every or tuple((key,) for key in subject.measures)
        if len(measures) < 2 or not (subject.every or any(len(option) > 1 for option in subject.options)):
            continue
        by_role: dict[frozenset[ClaimRole], list[int]] = {}
        for place, claim in enumerate(sentence.claims):
            if subjects[place] == subject and not claim.reason:
                by_role.setdefault(claim.roles, []).append(place)
        for places in by_role.values():
            if len(places) != len(measures):
                continue
            for place, option in zip(places, measures, strict=True):
                # names of a group don't tell its order
                shared[place] = (
                    PassageSubject((option,))
                    if subject.every
                    else PassageSubject((*measures, *subject.options))
                )
    return shared


# which period


def _part(sentence: _Sentence, claim: NumberClaim) -> tuple[int, int]:
    """Return where the part of a sentence begins and ends in which a number stands, with what it is compared with beside it."""
    text = sentence.text
    before = [match for match in sentence.part_ends if match.end() <= claim.start]
    after = [match for match in sentence.part_ends if match.start() >= claim.end]
    start, end = before[-1].end() if before else 0, after[0].start() if after else len(text)
    if after and after[0][0] == "," and COMPARED.match(text[after[0].end() :].lstrip()):
        end = after[1].start() if len(after) > 1 else len(text)
    if len(before) == 1 and before[0][0] == "," and COMPARED.match(text.lstrip()):
        start = 0
    return start, end


def _periods(sentence: _Sentence, claim: NumberClaim) -> tuple[ClaimPeriod, ...]:
    """Return the periods that a number is of: one, but for a count that is so in several: "zero during 19/20 and 20/21"."""
    change = _change_period(sentence, claim)
    if claim.roles <= {ClaimRole.CHANGE, ClaimRole.PERCENT}:
        return (change,)
    named = _beside(sentence, claim)
    if not named and claim.roles & {ClaimRole.COUNT, *MONTHLY}:
        named = _of_whole_sentence(sentence, claim)
    return tuple(_of_count(one, change) for one in named) or (change,)


def _of_count(period: PeriodMention, change: ClaimPeriod) -> ClaimPeriod:
    """Return what a count is of in a period that is named for it; `change` is what the sentence compares."""
    comparisons = change.comparisons
    if not comparisons & period.comparisons:
        comparisons = period.comparisons or comparisons
    return ClaimPeriod(
        comparisons, period.windows, period.months,
        is_named=True, note=period.note, unknown=period.unknown, doubt=period.doubt,
    )  # fmt: skip


def _beside(sentence: _Sentence, claim: NumberClaim) -> list[PeriodMention]:
    """Return the periods right beside a count, those after it first: with no other number and no new part in between."""
    text = sentence.text
    stops = [match.span() for match in (*sentence.part_ends, *COMPARED.finditer(text))]
    stops += [(other.start, other.end) for other in sentence.claims if other is not claim]
    end = min((start for start, _ in stops if start >= claim.end), default=len(text))
    start = max((end for _, end in stops if end <= claim.start), default=0)
    after = [period for period in sentence.periods if claim.end <= period.start < end]
    if after:
        named = after[:1]
        for period in sentence.periods:
            is_next = period.start >= named[-1].end and AND_THEN.fullmatch(text[named[-1].end : period.start])
            if is_next and not _has_number_after(sentence, period):
                named.append(period)
        return named
    before = [period for period in sentence.periods if start <= period.start and period.end <= claim.start]
    return before[-1:]


def _has_number_after(sentence: _Sentence, period: PeriodMention) -> bool:
    """Return whether a period has a number of its own: one that follows it in the same part of the sentence."""
    starts = (match.start() for match in sentence.part_ends if match.start() >= period.end)
    end = min(starts, default=len(sentence.text))
    return any(period.end <= claim.start < end for claim in sentence.claims)


def _reaching(sentence: _Sentence, claim: NumberClaim) -> list[PeriodMention]:
    """Return the periods of other parts of a sentence that hold for a number: those before it, and those after it that stand alone."""
    return [one for one in sentence.periods if one.end <= claim.start or _stands_alone(sentence, one)]


def _stands_alone(sentence: _Sentence, period: PeriodMention) -> bool:
    """Return whether a part of a sentence names a period and says nothing else: ", in the last 12 months"."""
    start = max((match.end() for match in sentence.part_ends if match.end() <= period.start), default=0)
    end = min(
        (match.start() for match in sentence.part_ends if match.start() >= period.end),
        default=len(sentence.text),
    )
    return ALONE.fullmatch(sentence.text[start : period.start] + sentence.text[period.end : end]) is not None


def _of_whole_sentence(sentence: _Sentence, claim: NumberClaim) -> list[PeriodMention]:
    """Return the period that a sentence begins with, or the only one that it names; what a number is only compared with is neither."""
    strong = [period for period in _reaching(sentence, claim) if not period.is_weak]
    if not strong or COMPARED.search(sentence.text[: strong[0].start]):
        return []
    begins = strong[0].end <= sentence.claims[0].start
    is_only = len({(period.windows, period.months, period.unknown) for period in strong}) == 1
    return strong[:1] if begins or is_only else []


def _change_period(sentence: _Sentence, claim: NumberClaim) -> ClaimPeriod:
    """Return what a change can be of, by the part of the sentence that it stands in, else by what reaches it from other parts."""
    start, end = _part(sentence, claim)
    here = [period for period in sentence.periods if start <= period.start and period.end <= end]
    for among in (here, _reaching(sentence, claim)):
        strong = [period for period in among if period.comparisons and not period.is_weak]
        lacking = [period for period in among if period.unknown or (period.months and not period.comparisons)]
        if strong:
            chosen = _agreed(strong, claim)
            of = next((period for period in strong if period.note and period.comparisons & chosen), strong[0])
            return ClaimPeriod(chosen, is_named=True, note=of.note, doubt=of.doubt)
        if lacking:
            return ClaimPeriod(unknown=lacking[0].unknown or "the table has no change by month")
    weak = [period for period in sentence.periods if period.is_weak and period.comparisons]
    return ClaimPeriod(_agreed(weak, claim), is_named=True) if weak else ClaimPeriod()


def _agreed(periods: Sequence[PeriodMention], claim: NumberClaim) -> frozenset[str]:
    """Return the comparisons that periods agree on: "this year against 2019/20"; else those of the nearest one."""
    agreed = frozenset.intersection(*(period.comparisons for period in periods))
    if not agreed:
        after = [period for period in periods if period.start >= claim.end]
        before = [period for period in periods if period.end <= claim.start]
        agreed = (after[:1] if after and len(periods) == 2 else before[-1:] or after[:1])[0].comparisons
    # this year to date alone is compared with last year's
    return frozenset({FYTD}) if agreed == {FYTD, BASELINE} else agreed
