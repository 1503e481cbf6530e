"""Which periods a passage names: the windows of the strand table, single months, and periods that the table does not have."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from vulncore.domain.periods import (
    BASELINE_FINANCIAL_YEAR,
    MONTHS_SHORT,
    Window,
    add_months,
    financial_year,
    financial_year_name,
    fytd,
    month_end,
    month_name,
)

FYTD: Final = "fytd"
BASELINE: Final = "baseline"
ROLLING: Final = "rolling12"
EVERY_COMPARISON: Final = frozenset({FYTD, BASELINE, ROLLING})
WINDOWS_OF: Final[Mapping[str, tuple[str, str]]] = {
    FYTD: ("fytd_previous", "fytd_current"),
    BASELINE: ("fytd_baseline", "fytd_current"),
    ROLLING: ("rolling12_previous", "rolling12_current"),
}
"""The two windows of each comparison, the earlier first."""


class PeriodMention(NamedTuple):
    """A period that a text names, from one letter to another.

    `windows` are the columns of the table that a count in it can be of, `comparisons` those that a change can be of.
    `is_weak` says which period something is compared with, and leaves open the other: "last year", "year on year".
    `month` is a single month, `note` what a reader has to know, `unknown` why the table doesn't have the period, and
    `doubt` why it may not be the one that is meant.
    """

    start: int
    end: int
    text: str
    windows: tuple[str, ...] = ()
    comparisons: frozenset[str] = frozenset()
    is_weak: bool = False
    months: tuple[date, ...] = ()
    note: str = ""
    unknown: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class PeriodReader:
    """What tells periods: the as-at month, and the table's windows by the name of their column."""

    as_at: date
    windows: Mapping[str, Window | None]


_Meaning = Callable[[PeriodReader, re.Match[str]], PeriodMention | None]

MONTH: Final = rf"(?:{'|'.join(f'{short}[a-z]{{0,6}}' for short in MONTHS_SHORT)})\.?"
YEAR: Final = r"(?:19|20)\d\d"
DASH: Final = r"\s*[-–—]\s*"
NUMBER_WORDS: Final = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
TWELVE: Final = r"(?:12|twelve)[\s-]*months?"
PAST: Final = r"(?:last|past|previous|preceding|prior|recent|next|coming|following)"
OF_BEFORE: Final = r"(?:last|previous|prior|preceding)"


def period_mentions(text: str, reader: PeriodReader) -> tuple[PeriodMention, ...]:
    """Return the periods that a text names, in order; of those that overlap the longest."""
    every = [
        one
        for pattern, meaning in _MEANINGS
        for match in pattern.finditer(text)
        if (one := meaning(reader, match)) is not None
    ]
    kept: list[PeriodMention] = []
    for one in sorted(every, key=lambda mention: (mention.start - mention.end, mention.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return tuple(sorted(kept))


def period_of_window(window: Window, reader: PeriodReader) -> tuple[str, ...]:
    """Return the columns of the table that are of a window."""
    return tuple(name for name, of in reader.windows.items() if of == window)


def _comparisons(windows: tuple[str, ...]) -> frozenset[str]:
    return frozenset(key for key, names in WINDOWS_OF.items() if set(names) & set(windows))


def _named(match: re.Match[str], *windows: str, is_weak: bool = False, note: str = "") -> PeriodMention:
    return PeriodMention(
        match.start(), match.end(), match[0], windows, _comparisons(windows), is_weak=is_weak, note=note
    )


def _unknown(match: re.Match[str], why: str) -> PeriodMention:
    return PeriodMention(match.start(), match.end(), match[0], unknown=why)


def _last_year(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return _named(match, "fytd_previous", is_weak=True)


def _year_to_date(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return _named(match, "fytd_current")


def _rolling(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return _named(match, "rolling12_current")


def _rolling_before(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return _named(match, "rolling12_previous")


def _year_on_year(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return PeriodMention(
        match.start(),
        match.end(),
        match[0],
        ("fytd_current", "rolling12_current"),
        frozenset({FYTD, ROLLING}),
        is_weak=True,
    )


def _before(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return PeriodMention(
        match.start(), match.end(), match[0], ("fytd_previous", "rolling12_previous"), is_weak=True
    )


def _now(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return PeriodMention(
        match.start(), match.end(), match[0], ("fytd_current", "rolling12_current"), is_weak=True
    )


def _baseline(reader: PeriodReader, match: re.Match[str]) -> PeriodMention:
    window = reader.windows["fytd_baseline"]
    if window is None:
        return _unknown(match, "the table has no baseline")
    return _named(match, "fytd_baseline", note=f"the table's baseline is {window}")


def _since_pandemic(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return _unknown(match, "the table has no period that begins with the pandemic")


def _financial_year(reader: PeriodReader, match: re.Match[str]) -> PeriodMention | None:
    first, second = match["first"], match["second"]
    year = int(first) if len(first) == 4 else 2000 + int(first)
    if (year + 1) % 100 != int(second) % 100 or (len(second) == 4 and int(second) != year + 1):
        return None
    name, now = financial_year_name(year), financial_year(reader.as_at)
    columns = [
        column
        for column, of in (
            ("fytd_current", now),
            ("fytd_previous", now - 1),
            ("fytd_baseline", BASELINE_FINANCIAL_YEAR),
        )
        if of == year and reader.windows[column] is not None
    ]
    if not columns:
        return _unknown(match, f"the table has nothing for {name}")
    return _named(match, *columns, note=f"the table's {name} is {reader.windows[columns[0]]}")


def _calendar_year(reader: PeriodReader, match: re.Match[str]) -> PeriodMention:
    """Return a calendar year: of it the table has a financial year to date at most, which a text may mean."""
    year = int(match["year"])
    within = [
        name
        for name in ("fytd_current", "fytd_previous", "fytd_baseline")
        if (window := reader.windows[name]) is not None and window.start.year == window.end.year == year
    ]
    lacking = f"the table has nothing for the calendar year {year}"
    if not within:
        return _unknown(match, lacking)
    part = f"the table has {reader.windows[within[0]]}, not the whole year"
    return _named(match, *within, note=part)._replace(doubt=part)


def _other_span(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    span = " ".join(match["span"].split())
    return _unknown(match, f"the table has nothing for {span}")


def _month_on_month(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    return _unknown(match, "the table has no change from month to month")


def _this_month(reader: PeriodReader, match: re.Match[str]) -> PeriodMention:
    before = add_months(reader.as_at, -1)
    either = (reader.as_at, before) if match[0].casefold().startswith("last") else (reader.as_at,)
    return PeriodMention(match.start(), match.end(), match[0], months=either)


def _day(_: PeriodReader, match: re.Match[str]) -> PeriodMention:
    since = match["since"]
    return (
        _unknown(match, "the table counts whole months")
        if since
        else PeriodMention(match.start(), match.end(), match[0])
    )


def _month_number(text: str) -> int | None:
    """Return which month a word names; None for a word that only begins like one: "marched", "maybe"."""
    word = text.casefold().strip(".")
    short = word[:3]
    if short not in MONTHS_SHORT:
        return None
    number = MONTHS_SHORT.index(short) + 1
    whole = f"{date(2000, number, 1):%B}".casefold()
    return number if word in (short, whole) or (word == "sept") else None


def _month_date(
    reader: PeriodReader, month: str, year: str | None, not_after: date | None = None
) -> date | None:
    """Return a month; one without a year is the last of its name."""
    number = _month_number(month)
    if number is None:
        return None
    if year:
        return date(int(year) if len(year) == 4 else 2000 + int(year), number, 1)
    last = not_after or reader.as_at
    return date(last.year if number <= last.month else last.year - 1, number, 1)


def _month_range(reader: PeriodReader, match: re.Match[str]) -> PeriodMention | None:
    last = _month_date(reader, match["last"], match["last_year"])
    first = _month_date(reader, match["first"], match["first_year"], last) if last else None
    if first is None or last is None or first > last:
        return None
    window = Window(first, month_end(last))
    if (match["first_day"] or "1").lstrip("0") != "1" or (
        match["last_day"] or f"{window.end.day}"
    ) != f"{window.end.day}":
        return _unknown(match, "the table counts whole months")
    columns = period_of_window(window, reader)
    return _named(match, *columns) if columns else _unknown(match, f"the table has nothing for {window}")


def _month(reader: PeriodReader, match: re.Match[str]) -> PeriodMention | None:
    before, name = (match["before"] or "").casefold().split(), match["month"]
    if (
        name == "may"
        or (name in ("May", "March") and not (match["year"] or match["short"] or before))
        or name == "march"
    ):
        return None
    year = match["year"] or match["short"]
    month = _month_date(reader, name, year)
    if month is None or (not name[0].isupper()):
        return None
    if before[:1] == ["since"]:
        is_year = month == fytd(reader.as_at).start
        return (
            _year_to_date(reader, match)
            if is_year
            else _unknown(match, f"the table has nothing since {month_name(month)}")
        )
    if set(before) & {"to", "until", "till", "by", "at", "end", "ending"}:
        if month == reader.as_at:
            return PeriodMention(match.start(), match.end(), match[0])
        return _unknown(match, f"the table runs to {month_name(reader.as_at)}, not to {month_name(month)}")
    return PeriodMention(match.start(), match.end(), match[0], months=(month,))


def _twelve_to(reader: PeriodReader, match: re.Match[str]) -> PeriodMention | None:
    last = _month_date(reader, match["month"], match["year"])
    if last is None:
        return None
    columns = period_of_window(Window(add_months(last, -11), month_end(last)), reader)
    return (
        _named(match, *columns)
        if columns
        else _unknown(match, f"the table has no twelve months to {month_name(last)}")
    )


def _patterns() -> Iterator[tuple[re.Pattern[str], _Meaning]]:
    fy = r"(?:(?:F\.?Y\.?(?:T\.?D\.?)?|financial year|year|YTD)\s?)?"
    ytd = r"(?:F?YTD|(?:financial )?year[\s-]to[\s-]date)"
    spans: tuple[tuple[str, _Meaning], ...] = (
        (rf"{OF_BEFORE} (?:year'?s )?{ytd}|{ytd} (?:of )?(?:the )?{OF_BEFORE} (?:financial )?year|{OF_BEFORE} (?:financial )?year(?:'s)?(?: to date)?", _last_year),
        (rf"(?:the )?same (?:(?:{NUMBER_WORDS}|\d{{1,2}}) )?(?:period|months?|point|time|stage|{ytd})(?: of| in| during)?(?: the)?(?: {OF_BEFORE}(?: financial)? year| the year before| a year (?:ago|earlier|before)|(?! of| in| during| the|(?: of| in)? ?(?:FY|(?:20)?\d\d)))", _last_year),
        (r"this time last year|(?:the )?year before|(?:a|one) year (?:ago|earlier|before)|prior year|LYTD|PYTD|SPLY", _last_year),
        (rf"(?:this |current |the current )?{ytd}|(?:this|the current|current) (?:financial )?year(?: (?:so far|to date))?|so far this (?:financial )?year|in the year so far", _year_to_date),
        (rf"(?:the |this |current |latest |a )*(?:rolling (?:{TWELVE}|year)|{TWELVE} rolling|(?:last|past|latest|most recent) (?:rolling )?{TWELVE})(?: period)?|rolling(?: {TWELVE})? total|(?:over|in|across|on) (?:the |a )?(?:rolling )?{TWELVE}(?: period| basis)?|(?:on a |the |a )?rolling basis", _rolling),
        (rf"(?:the )?(?:previous|prior|preceding) (?:rolling )?{TWELVE}(?: period)?|(?:the )?rolling {TWELVE} (?:before|previous(?:ly)?)|(?:the )?{TWELVE} (?:before(?: that)?|previous(?:ly)?|prior)|(?:the )?(?:previous|prior) rolling (?:year|{TWELVE})", _rolling_before),
        (r"previous(?:ly)?(?=\s*[),.;]|\s*$)", _before),
        (r"now|currently|at present|presently|today", _now),
        (r"year[\s-]on[\s-]year|year[\s-]over[\s-]year", _year_on_year),
        (rf"{fy}(?P<first>(?:20)?\d\d)\s?/\s?(?P<second>(?:20)?\d\d)(?!\s?/?\d)(?:\s?{ytd}| baseline| levels?)*", _financial_year),
        (rf"{fy}(?P<first>20\d\d)\s?[-–]\s?(?P<second>(?:20)?\d\d)(?!\d)(?:\s?{ytd}| baseline| levels?)*", _financial_year),
        (r"(?:the )?pre-?\s?(?:pandemic|covid(?:-19)?)(?: (?:levels?|baseline|years?|figures?|volumes?))?|(?:before|prior to) (?:the )?(?:covid(?:-19)? )?(?:pandemic|covid(?:-19)?)|(?:the )?baseline(?: year| period| figures?)?", _baseline),
        (r"since (?:the )?(?:(?:start|beginning|height|onset|outbreak) of )?(?:the )?(?:covid(?:-19)? )?(?:pandemic|covid(?:-19)?|lockdown)", _since_pandemic),
        (rf"(?:in|during|for|throughout|since|by|until|of|than|with|against|from|calendar year|on|to|and)\s+(?:the )?(?:calendar year |early |late |mid-?)?(?P<year>{YEAR})(?![\d/%]|,\d)(?!\s?[-–]\s?\d)", _calendar_year),
        (rf"(?:over |in |during |for |across )?(?:the |these |those )?(?P<span>{PAST} (?!12\b|twelve\b)(?:\d{{1,3}}|{NUMBER_WORDS}|few|several) (?:financial |calendar )?(?:years?|months?|weeks?|days?|quarters?))", _other_span),
        (r"(?P<span>(?:the )?(?:(?:first|second|third|fourth|last|previous|this) quarter|Q[1-4]\b)(?: (?:of )?(?:20\d\d/?(?:\d\d)?|this year|last year))?)", _other_span),
        (r"(?P<span>(?:the )?(?:last|past|this|previous) (?:week|fortnight|decade|day|night|weekend))", _other_span),
        (r"month[\s-]on[\s-]month|(?:on|than|against|with|from) (?:the )?(?:previous|last|preceding) month|monthly (?:change|increase|decrease|rise|fall)", _month_on_month),
        (r"(?:this|the latest|latest|the last|last) month(?! of)", _this_month),
        (rf"(?P<since>since )?(?:(?:on )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:\s+{YEAR})?|{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{YEAR}|\d{{1,2}}[/.]\d{{1,2}}[/.](?:20)?\d\d|{YEAR}-\d\d-\d\d)", _day),
        (rf"(?:from |between |\()?(?:(?P<first_day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?(?P<first>{MONTH})(?:\s*'?(?P<first_year>{YEAR}))?(?:{DASH}| to | and | until | through )(?:the )?(?:end of )?(?:(?P<last_day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?(?P<last>{MONTH})(?:\s*'?(?P<last_year>{YEAR}))?", _month_range),
        (rf"(?:the )?(?:{TWELVE}|rolling year|rolling {TWELVE}|(?:the|a) year) (?:to|ending|ended|up to)(?: the)?(?: end of)? (?P<month>{MONTH})(?:\s+(?P<year>{YEAR}))?", _twelve_to),
        (rf"(?P<before>(?:(?:since|to|until|till|by|as at|at|up to|in|during|of|for|from|with|ending)(?: the)?(?: end of)? |end of |)?)(?P<month>\b{MONTH})(?:[\s-]+(?P<year>{YEAR})|(?:-|\s'|\u2019)(?P<short>\d\d)(?!\d))?", _month),
    )  # fmt: skip
    for text, meaning in spans:
        yield (
            re.compile(rf"(?<![^\W_])(?<![\d/£$€-])(?:{text})(?![^\W_])", flags=re.IGNORECASE | re.ASCII),
            meaning,
        )


_MEANINGS: Final = tuple(_patterns())
