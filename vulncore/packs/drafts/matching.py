"""One number against the table: whether it is what the table has of a measure, in the period and the role that it has in the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from vulncore.domain.periods import Window, month_name
from vulncore.findings.shared.words import capital_first, listed
from vulncore.packs.drafts.claims import Bound, ClaimRole, NumberClaim
from vulncore.packs.drafts.figures import (
    COMPARISON_WORDS,
    WINDOW_NAMES,
    TableFigures,
    options_words,
    rounded_to,
    signed,
    signed_percent,
)
from vulncore.packs.drafts.periods import BASELINE, EVERY_COMPARISON, FYTD, ROLLING, WINDOWS_OF
from vulncore.packs.drafts.subjects import Option, PassageSubject

ORDER: Final = (FYTD, BASELINE, ROLLING)
"""The comparisons, that first which is meant where a text names none."""
NEARLY: Final = Fraction(
    1, 10
)  # of a number: how far the table may lie beyond "over 100" or short of "nearly 100"
ABOUT: Final = Fraction(1, 20)
SMALL: Final = 10  # "fewer than 5" holds for 0, too
MONTHLY: Final = frozenset({ClaimRole.LOWEST_MONTH, ClaimRole.HIGHEST_MONTH, ClaimRole.MEAN_MONTH})
MISSING: Final = "months of that period are missing"
BROKEN: Final = "recording changed in between, so the table does not compare"
FROM_NONE: Final = "from 0 there is no per cent"


class CheckVerdict(StrEnum):
    """What became of a number of a draft."""

    MATCHES = "matches"
    DIFFERS = "differs"
    NOT_CHECKABLE = "not checkable"


@dataclass(frozen=True)
class ClaimPeriod:
    """Which periods a number can be of: windows for a count (all where none is named), comparisons for a change, or months.

    `note` is what a reader has to know of the period, `unknown` why the table doesn't have it, `doubt` why another may be meant.
    """

    comparisons: frozenset[str] = EVERY_COMPARISON
    windows: tuple[str, ...] = ()
    months: tuple[date, ...] = ()
    is_named: bool = False
    note: str = ""
    unknown: str = ""
    doubt: str = ""


class MatchResult(NamedTuple):
    """A verdict, the comparisons in which the number is so, what the table has, and why."""

    verdict: CheckVerdict
    comparisons: frozenset[str]
    table_has: str
    why: str


class _Candidate(NamedTuple):
    """What the table has that a number could be: `value` is missing where it has none, `problem` then says why.

    `of` is its window or its comparison; `comparison` that in which a count is the later one, where the text says so.
    """

    role: ClaimRole
    of: str
    words: str
    value: Fraction | None
    problem: str = ""
    comparison: str = ""


def match_claim(
    claim: NumberClaim, subject: PassageSubject, period: ClaimPeriod, figures: TableFigures
) -> MatchResult:
    """Return whether a number is what the table has of its subject in its period."""
    if reason := claim.reason or subject.unknown or period.unknown:
        return MatchResult(CheckVerdict.NOT_CHECKABLE, frozenset(), "", f"{capital_first(reason)}.")
    candidates = {
        option: tuple(_candidates(claim, option, period, figures))
        for option in (*subject.options, *subject.every)
    }
    met = [
        (option, one)
        for option in subject.options
        for one in candidates[option]
        if _agrees(claim, option, one, figures)
    ]
    of_each = [
        [one for one in candidates[option] if _agrees(claim, option, one, figures)]
        for option in subject.every
    ]
    if not met and of_each and all(of_each):
        met = [(option, agreeing[0]) for option, agreeing in zip(subject.every, of_each, strict=True)]
    shown = (*subject.every, *subject.options)
    if met:
        option, one = met[0]
        of = frozenset(comparison for _, candidate in met for comparison in _comparisons_of(candidate.of))
        whole = "" if len(shown) == 1 else f"{figures.name(option)} "
        words = listed(
            list(dict.fromkeys(candidate.words for of_option, candidate in met if of_option == option))
        )
        note = f". {capital_first(period.note)}" if period.note else ""
        return MatchResult(
            CheckVerdict.MATCHES, of, f"{whole}{_value_words(claim, one)}", f"{capital_first(words)}{note}."
        )
    firsts = {option: _first_of_roles(candidates[option]) for option in shown}
    if not any(one.value is not None for every in firsts.values() for one in every):
        problem = next((one.problem for every in firsts.values() for one in every), MISSING)
        return MatchResult(CheckVerdict.NOT_CHECKABLE, frozenset(), "", f"{capital_first(problem)}.")
    if doubt := claim.doubt or period.doubt or subject.doubt or _unnamed(claim, period):
        return MatchResult(CheckVerdict.NOT_CHECKABLE, frozenset(), "", f"{capital_first(doubt)}.")
    return MatchResult(
        CheckVerdict.DIFFERS,
        frozenset(),
        _table_has(claim, shown, period, figures, firsts),
        _why(claim, firsts, period, figures),
    )


def _unnamed(claim: NumberClaim, period: ClaimPeriod) -> str:
    """Return why a number of a month at a time isn't said to differ: it may be of other months than the table's."""
    return "it doesn't say of which months" if claim.roles & MONTHLY and not period.is_named else ""


def _candidates(
    claim: NumberClaim, option: Option, period: ClaimPeriod, figures: TableFigures
) -> Iterator[_Candidate]:
    """Yield what the table has that a number could be, what is most likely meant first."""
    for role in ClaimRole:
        if role not in claim.roles:
            continue
        if role in MONTHLY:
            yield from _of_months(role, option, period, figures)
        elif period.months and role not in (ClaimRole.CHANGE, ClaimRole.PERCENT):
            for month in period.months:
                count = figures.month(option, month)
                yield _Candidate(
                    role,
                    "",
                    f"in {month_name(month)}",
                    _whole(count),
                    f"the month {month_name(month)} is missing",
                )
        elif role in (ClaimRole.CHANGE, ClaimRole.PERCENT):
            for comparison in ORDER:
                if comparison in period.comparisons:
                    yield _of_change(role, option, comparison, figures)
        else:
            for window, comparison in _windows(role, period):
                problem = "the table has no baseline" if figures.windows[window] is None else MISSING
                value = _whole(figures.count(option, window))
                yield _Candidate(role, window, WINDOW_NAMES[window], value, problem, comparison)


def _windows(role: ClaimRole, period: ClaimPeriod) -> tuple[tuple[str, str], ...]:
    """Return the windows that a count can be of, each with the comparison that it is one of where the text compares."""
    comparisons = [comparison for comparison in ORDER if comparison in period.comparisons]
    if role is ClaimRole.COUNT:
        every = [WINDOWS_OF[comparison][place] for place in (1, 0) for comparison in comparisons]
        return tuple((window, "") for window in dict.fromkeys(period.windows or every))
    place = 0 if role is ClaimRole.EARLIER else 1
    pairs = tuple((WINDOWS_OF[comparison][place], comparison) for comparison in comparisons)
    if not _is_of(role, period.windows):
        return pairs
    named = tuple(pair for pair in pairs if pair[0] in period.windows)
    return named or tuple((window, "") for window in period.windows)


def _is_of(role: ClaimRole, windows: tuple[str, ...]) -> bool:
    """Return whether windows that a text names are the earlier or the current ones, as the number's role has it."""
    place = 0 if role is ClaimRole.EARLIER else 1
    return bool(windows) and all(
        any(names[place] == window for names in WINDOWS_OF.values()) for window in windows
    )


def _of_change(role: ClaimRole, option: Option, comparison: str, figures: TableFigures) -> _Candidate:
    words = COMPARISON_WORDS[comparison]
    difference = figures.difference(option, comparison)
    whole = all(figures.count(option, window) is not None for window in WINDOWS_OF[comparison])
    if role is ClaimRole.CHANGE:
        return _Candidate(role, comparison, words, _whole(difference), BROKEN if whole else MISSING)
    percent = figures.percent(option, comparison)
    problem = FROM_NONE if difference is not None else BROKEN if whole else MISSING
    return _Candidate(role, comparison, words, percent, problem)


def _of_months(
    role: ClaimRole, option: Option, period: ClaimPeriod, figures: TableFigures
) -> Iterator[_Candidate]:
    named = [WINDOW_NAMES[window] for window in period.windows]
    spans: dict[str, Window] = {
        WINDOW_NAMES[name]: window
        for name, window in figures.windows.items()
        if window is not None and WINDOW_NAMES[name] in named
    }
    for words, span in (spans or figures.spans()).items():
        counts = figures.by_month(option, span)
        value = (
            None if counts is None
            else Fraction(min(counts)) if role is ClaimRole.LOWEST_MONTH
            else Fraction(max(counts)) if role is ClaimRole.HIGHEST_MONTH
            else Fraction(sum(counts), len(counts))
        )  # fmt: skip
        yield _Candidate(
            role, words, f"{words}, by month", value, "months are missing, or only totals are known"
        )


def _whole(count: int | None) -> Fraction | None:
    return None if count is None else Fraction(count)


def _comparisons_of(of: str) -> tuple[str, ...]:
    """Return the comparisons that a window or a comparison belongs to; months stand for themselves."""
    return tuple(key for key, windows in WINDOWS_OF.items() if of == key or of in windows) or (of,)


def _agrees(claim: NumberClaim, option: Option, candidate: _Candidate, figures: TableFigures) -> bool:
    value = candidate.value
    if value is None:
        return False
    if candidate.role in (ClaimRole.CHANGE, ClaimRole.PERCENT):
        if claim.times:
            return _is_times(claim, value)
        exact = rounded_to(value, claim.decimals)
        is_same_way = claim.direction is None or exact == 0 or (exact > 0) == (claim.direction > 0)
        return is_same_way and _is_within(claim, abs(exact))
    if candidate.role is ClaimRole.MEAN_MONTH:
        return _is_within(claim, rounded_to(value, claim.decimals))
    if candidate.role is ClaimRole.CURRENT and claim.direction is not None and candidate.comparison:
        # "fell to 187": the number may be so, and the word not
        change = figures.difference(option, candidate.comparison)
        if change is not None and change * claim.direction < 0:
            return False
    return _is_within(claim, value)


def _is_within(claim: NumberClaim, value: Fraction) -> bool:
    """Return whether a value is what a number says, as exactly as it says it: "over 500" holds for 534, "nearly 200" for 187."""
    number = claim.value
    step = Fraction(1, 10**claim.decimals)
    while (
        claim.bound is not Bound.EXACT
        and number
        and claim.decimals == 0
        and (number / (step * 10)).denominator == 1
    ):
        step *= 10
    if claim.bound is Bound.EXACT:
        return value == number
    if claim.bound is Bound.ABOUT:
        return abs(value - number) <= max(step / 2, number * ABOUT)
    if claim.bound is Bound.OVER:
        return number <= value <= number + max(step, number * NEARLY)
    return value <= number and (number <= SMALL or value >= number - max(step, number * NEARLY))


def _is_times(claim: NumberClaim, percent: Fraction) -> bool:
    """Return whether a change is what a word like "doubled" says: as many times, to a twentieth; "more than" and "almost" by the side."""
    times, meant = 1 + percent / 100, 1 + claim.value / 100
    if claim.bound is Bound.ABOUT:
        return abs(times - meant) <= meant * ABOUT
    beyond = (times > meant) if meant > 1 else (times < meant)
    if claim.bound is Bound.OVER:
        return beyond and (times < meant + 1)
    return not beyond and abs(times - meant) <= meant * NEARLY


def _first_of_roles(candidates: tuple[_Candidate, ...]) -> tuple[_Candidate, ...]:
    """Return of each role what is most likely meant."""
    return tuple({one.role: one for one in reversed(candidates)}.values())[::-1]


def _value_words(claim: NumberClaim, candidate: _Candidate) -> str:
    value = candidate.value or Fraction(0)
    if candidate.role is ClaimRole.PERCENT:
        return signed_percent(value, claim.decimals)
    if candidate.role is ClaimRole.CHANGE:
        return signed(int(value))
    if candidate.role is ClaimRole.MEAN_MONTH:
        return f"{float(value):,.{max(claim.decimals, 1)}f}"
    return f"{int(value):,}"


def _why(
    claim: NumberClaim,
    firsts: dict[Option, tuple[_Candidate, ...]],
    period: ClaimPeriod,
    figures: TableFigures,
) -> str:
    parts = []
    for option, every in firsts.items():
        texts = [
            f"a change of {_value_words(claim, one)}"
            if one.role is ClaimRole.CHANGE and len(every) > 1
            else _value_words(claim, one)
            for one in every
            if one.value is not None
        ]
        whose = "" if len(firsts) == 1 else " together" if len(option) > 1 else f" for {figures.name(option)}"
        parts += [f"{' or '.join(texts)}{whose}"] if texts else []
    words = next((one.words for every in firsts.values() for one in every), "")
    note = f" {capital_first(period.note)}." if period.note else ""
    has = f"The table has {listed(parts)}{',' if len(parts) > 1 else ''} {words}."
    return f"{has}{_elsewhere(claim, firsts, period, figures)}{note}"


def _elsewhere(
    claim: NumberClaim,
    firsts: dict[Option, tuple[_Candidate, ...]],
    period: ClaimPeriod,
    figures: TableFigures,
) -> str:
    """Return that the word for the change points the other way, or where else the table has the number; "" where nowhere."""
    if claim.roles & MONTHLY or claim.times:
        return ""
    for option, likeliest in firsts.items():
        for one in _candidates(claim, option, ClaimPeriod(), figures):
            if one.value is None or not _is_within(claim, abs(rounded_to(one.value, claim.decimals))):
                continue
            is_change = one.role in (ClaimRole.CHANGE, ClaimRole.PERCENT)
            is_meant = any((one.role, one.of) == (first.role, first.of) for first in likeliest)
            if is_change and claim.direction is not None and one.value * claim.direction < 0:
                return f" The table {'rises' if one.value > 0 else 'falls'}."
            if one.role is ClaimRole.CURRENT and is_meant:
                return f" The table {'falls' if claim.direction == 1 else 'rises'}."
            if period.is_named:
                return f" It has {_value_words(claim, one)} {one.words}."
    return ""


def _table_has(
    claim: NumberClaim,
    shown: tuple[Option, ...],
    period: ClaimPeriod,
    figures: TableFigures,
    firsts: dict[Option, tuple[_Candidate, ...]],
) -> str:
    if claim.roles & MONTHLY or period.months:
        months = [
            f"{figures.name(option)} {_value_words(claim, one)} {one.words}"
            for option, every in firsts.items()
            for one in every
            if one.value is not None
        ]
        return f"{capital_first('; '.join(months))}."
    named = (
        set(period.comparisons)
        if not period.windows
        else {c for w in period.windows for c in _comparisons_of(w)}
    )
    if FYTD in named:
        named.add(BASELINE)
    if figures.windows["fytd_baseline"] is None:
        named.discard(BASELINE)
    return options_words(figures, shown, [comparison for comparison in ORDER if comparison in named])
