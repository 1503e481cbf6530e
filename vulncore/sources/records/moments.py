"""Dates, times and moments as forces write them: one text in, a date or a time out."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from vulncore.domain.periods import MONTHS_SHORT

LONDON: Final = ZoneInfo("Europe/London")
FIRST_YEAR: Final = 1900  # nobody living was harmed before
LAST_YEAR: Final = 2099  # what lies beyond stands for "unknown", as 31/12/9999 does
SPREADSHEET_DAY_0: Final = date(1899, 12, 30)
SPREADSHEET_DAYS: Final = range(15_000, 75_000)  # 1941 to 2105: no other number in a date's place is so long

_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.]?)(?P<m>\d{1,2})\2(?P<d>\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(?P<a>\d{1,2})([-/. ])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d{2})", re.ASCII)
_DAY_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-/ .]*{_MONTH}[-/ .,]*(?P<y>\d{{4}}|\d{{2}})"
)
_MONTH_DAY = re.compile(
    rf"{_WEEKDAY}{_MONTH}[-/ .]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[-/ .]+(?P<y>\d{{4}}|\d{{2}})"
)
_HOURS = r"(?:\s*h(?:ou)?rs?)?"  # 2105 hrs
_CLOCK = re.compile(
    rf"(?P<h>\d{{1,2}})[:.](?P<m>\d{{2}})(?:[:.](?P<s>\d{{2}})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\.?)?{_HOURS}",
    re.ASCII,
)
_HALF = re.compile(r"(?P<h>\d{1,2})\s*(?P<half>[ap])\.?m\.?", re.ASCII)  # 9 pm
_DIGITS = re.compile(rf"(?P<digits>\d{{1,4}}|\d{{6}}){_HOURS}", re.ASCII)
_OFFSET = re.compile(
    r"\s*(?:(?:z|utc|gmt)?\s*(?P<sign>[+-])(?P<h>0\d|1[0-4])(?::?(?P<m>[0-5]\d))?(?:\s*(?:utc|gmt|bst))?|z|utc|gmt|(?P<bst>bst))"
    r"(?:\[[\w/]+\])?$",
    re.ASCII,
)
_WHOLE_SECONDS = re.compile(r"\d\d?[:.]?\d\d[:.]?\d\d(?:[.,]\d+)?(?: ?[ap]m)?", re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"((?:19|20)\d{6})(\d\d)(\d\d)(\d\d)?", re.ASCII)  # 20240930233000
_YEAR_LAST = re.compile(  # as some programs print it: Tue Feb 20 11:08:25 GMT 2024
    r"(?P<day>(?:[a-z]{3} )?[a-z]{3} {1,2}\d{1,2}) (?P<clock>\d\d:\d\d:\d\d(?: [a-z]{1,4}| [+-]\d{4})?) (?P<y>\d{4})",
    re.ASCII,
)
_MONTHS_ALONE = (
    re.compile(r"(?P<y>\d{4})[-/ .]?(?P<m>\d{2})", re.ASCII),
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d)", re.ASCII),
    re.compile(r"(?P<m>\d{1,2})[-/](?P<y>\d{4})", re.ASCII),
    re.compile(
        rf"{_MONTH}(?:[-/ .,']*(?P<y>\d{{4}})|(?: ?[-/'] ?)(?P<yy>\d{{2}}))", re.ASCII
    ),  # Sep 24 may be a day
    re.compile(rf"(?P<y>\d{{4}})[-/ .,]*{_MONTH}", re.ASCII),
)
LONGEST_MONTH: Final = 16  # letters: September, 2024 and a space
LOOKED_AT: Final = 5_000  # different dates of a column
LONGEST: Final = 100  # letters of a moment, in whatever words
FEWEST_EACH: Final = 5  # dates up to the 12th and beyond it, each of another day: fewer may be so by chance
RARE: Final = 1e-6  # that dates of two kinds fall so by chance
UP_TO_12: Final = 12 / 30.44  # of the days of a month
SLIPS: Final = 0.02  # of the dates: typed or put right by hand since
WITHIN: Final = 0.98  # of the dates up to the 12th that lie in the others' months once they are turned
BEYOND: Final = 0.5  # of them that lie in other months as they stand


class DateOrder(StrEnum):
    """In which order a date's numbers stand. Dates that begin with their year are read whatever it is."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


def parse_date(text: str, order: DateOrder) -> date | None:
    """Return a text's date; None where it is none, or none between `FIRST_YEAR` and `LAST_YEAR`.

    Read are dates in numbers with any of `/ . -` between them, with the month's name, and the day numbers
    of spreadsheets. Two digits of a year are the latest such year that is not after next year.

    >>> parse_date("05/03/2024", DateOrder.DAY_FIRST), parse_date("05/03/2024", DateOrder.MONTH_FIRST)
    (datetime.date(2024, 3, 5), datetime.date(2024, 5, 3))
    >>> parse_date("Tue 5 March 24", DateOrder.DAY_FIRST), parse_date("13/13/2024", DateOrder.DAY_FIRST)
    (datetime.date(2024, 3, 5), None)
    """
    plain = text.strip().casefold()
    if (match := _YEAR_FIRST.fullmatch(plain)) and not (plain.isdigit() and len(plain) != 8):
        return _day(match["y"], int(match["m"]), int(match["d"]))
    if match := _NUMBERS.fullmatch(plain):
        first, second = int(match["a"]), int(match["b"])
        day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
        return _day(match["y"], month, day)
    if match := _DAY_MONTH.fullmatch(plain) or _MONTH_DAY.fullmatch(plain):
        return _day(match["y"], MONTHS_SHORT.index(match["month"][:3]) + 1, int(match["d"]))
    if plain.isascii() and plain.isdigit() and len(plain) == 5 and int(plain) in SPREADSHEET_DAYS:
        return SPREADSHEET_DAY_0 + timedelta(days=int(plain))
    return None


def parse_month_alone(text: str) -> date | None:
    """Return the first day of a month that is given without a day; None where a text is anything else.

    >>> parse_month_alone("2017-01"), parse_month_alone("Jan-17"), parse_month_alone("01/2017"), parse_month_alone("13/2017")
    (datetime.date(2017, 1, 1), datetime.date(2017, 1, 1), datetime.date(2017, 1, 1), None)
    """
    plain = " ".join(text.casefold().split())
    if len(plain) > LONGEST_MONTH:
        return None
    for pattern in _MONTHS_ALONE:
        if match := pattern.fullmatch(plain):
            parts = match.groupdict()
            month = int(parts["m"]) if "m" in parts else MONTHS_SHORT.index(parts["month"][:3]) + 1
            return _day(parts["y"] or parts["yy"], month, 1)
    return None


def parse_time(text: str) -> time | None:
    """Return a text's time of day; None where it is none. 24:00 is none: it belongs to the next day.

    Digits alone are hours and minutes, whose leading zeros a spreadsheet may have lost: 5 is 00:05.

    >>> parse_time("21:05"), parse_time("2105 hrs"), parse_time("9.05 pm"), parse_time("905"), parse_time("25:00")
    (datetime.time(21, 5), datetime.time(21, 5), datetime.time(21, 5), datetime.time(9, 5), None)
    """
    plain = text.strip().casefold()
    if re.fullmatch(r"0?\.\d+", plain, re.ASCII):  # a spreadsheet's time is a share of the day
        seconds = round(float(plain) * 86_400)
        return _clock(seconds // 3_600, seconds // 60 % 60, seconds % 60, None)
    if match := _CLOCK.fullmatch(plain) or _HALF.fullmatch(plain):
        parts = match.groupdict()
        hour, minute, second = (int(parts.get(part) or 0) for part in ("h", "m", "s"))
        return _clock(hour, minute, second, parts["half"])
    if match := _DIGITS.fullmatch(plain):
        digits = match["digits"].zfill(4).ljust(6, "0")
        return _clock(int(digits[:2]), int(digits[2:4]), int(digits[4:]), None)
    return None


def parse_hour(text: str) -> time | None:
    """Return the start of an hour that is given by its number, 0 to 23; None where there is none.

    >>> parse_hour("9"), parse_hour("24")
    (datetime.time(9, 0), None)
    """
    plain = text.strip()
    return _clock(int(plain), 0, 0, None) if re.fullmatch(r"\d{1,2}", plain, re.ASCII) else None


def parse_moment(text: str, order: DateOrder) -> tuple[date, time | None] | None:
    """Return a text's date and its time of day, None where it says only the date; None where it is no moment.

    A moment with an offset from universal time, or marked as universal time, is turned into the civil time of London.

    >>> parse_moment("05/03/2024 21:05", DateOrder.DAY_FIRST)
    (datetime.date(2024, 3, 5), datetime.time(21, 5))
    >>> parse_moment("2018-08-31T23:13:35+00:00", DateOrder.DAY_FIRST)
    (datetime.date(2018, 9, 1), datetime.time(0, 13, 35))
    >>> parse_moment("2024-07-20 23:48:25.123+00", DateOrder.DAY_FIRST)
    (datetime.date(2024, 7, 21), datetime.time(0, 48, 25))
    """
    if len(text) > LONGEST:
        return None
    plain = " ".join(text.split())
    if not plain:
        return None
    if match := _YEAR_LAST.fullmatch(plain.casefold()):
        plain = f"{match['day']} {match['y']} {match['clock']}"
    if match := _COMPACT.fullmatch(plain):
        plain = f"{match[1]} {match[2]}:{match[3]}:{match[4] or '00'}"
    if whole := parse_date(plain, order):
        return whole, None
    if re.fullmatch(r"\d{5}\.\d+", plain, re.ASCII):
        days, _, share = plain.partition(".")
        day, clock = parse_date(days, order), parse_time(f".{share}")
        return (day, clock) if day and clock is not None else None
    # the date may end and its time begin at a T between digits, or a space, the last ones first
    for mark in reversed([*re.finditer(r"(?<=\d)T(?=\d)|[ ,]", plain)]):
        if day := parse_date(plain[: mark.start()], order):
            return _with_clock(day, plain[mark.start() :].lstrip(" ,T").strip())
    return None


def _with_clock(day: date, words: str) -> tuple[date, time | None] | None:
    shift = _OFFSET.search(words.casefold())
    bare = words[: shift.start()] if shift else words
    if (
        shift
        and (shift["sign"] == "-" or (shift["h"] and not shift["m"]))
        and not _WHOLE_SECONDS.fullmatch(bare)
    ):
        return None  # 10:30-11:45
    clock = None if re.fullmatch(r"\d{1,2}", bare) else parse_time(bare)
    if clock is None:
        return None
    if not shift:
        return day, clock
    ahead = timedelta(hours=1 if shift["bst"] else int(shift["h"] or 0), minutes=int(shift["m"] or 0))
    ahead = -ahead if shift["sign"] == "-" else ahead
    local = (datetime.combine(day, clock, UTC) - ahead).astimezone(LONDON)
    return local.date(), local.time()


def _clock(hour: int, minute: int, second: int, half: str | None) -> time | None:
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _day(year: str, month: int, day: int) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if 2000 + number <= datetime.now(UTC).year + 1 else 1900
    if not FIRST_YEAR <= number <= LAST_YEAR:
        return None
    try:
        return date(number, month, day)
    except ValueError:
        return None


def swapped_in_part(texts: Collection[str], order: DateOrder) -> str:
    """Return what shows that some dates of a column have day and month swapped, "" where nothing does.

    A spreadsheet that reads the month first swaps the dates up to the 12th, and leaves all others as they are: as text, or in
    another month than the swapped ones. Texts are the different ones of a column.

    >>> swapped_in_part([f"{day:02}/10/2024" for day in range(1, 32)], DateOrder.DAY_FIRST)
    ''
    """
    texts = sorted(texts)[:: 1 + len(texts) // LOOKED_AT]
    read = {text: moment[0] for text in texts if (moment := parse_moment(text, order))}
    early = {text: day for text, day in read.items() if day.day <= 12}
    late = {text: day for text, day in read.items() if day.day > 12}
    return _by_form(read) or _by_month(early.values(), late.values())


def _by_form(read: Mapping[str, date]) -> str:
    """Return what shows it where a spreadsheet's dates stand beside dates that it left as text."""
    stored = {day for text, day in read.items() if re.match(r"\d{4}-\d\d-\d\d", text)}
    typed = {day for text, day in read.items() if re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text)}
    if min(len(stored), len(typed)) < FEWEST_EACH or max(stored) < min(typed) or max(typed) < min(stored):
        return ""  # one form after the other: another system from a day on
    chance = UP_TO_12 ** len(stored) * (1 - UP_TO_12) ** len(typed)
    odd = sum(day.day > 12 for day in stored) > SLIPS * len(stored) or sum(
        day.day <= 12 for day in typed
    ) > SLIPS * len(typed)
    return "" if odd or chance > RARE else "the dates after the 12th are text, and the others are not"


def _by_month(early: Collection[date], late: Collection[date]) -> str:
    """Return what shows it where dates up to the 12th lie in the months of the others only once they are turned."""
    early, late = {*early}, {*late}
    if min(len(early), len(late)) < FEWEST_EACH:
        return ""
    first, last = min(late).replace(day=1), max(late).replace(day=28) + timedelta(days=3)
    turned = [day.replace(day=day.month, month=day.day) for day in early]
    within = sum(first <= day <= last for day in turned)
    away = sum(not first <= day <= last for day in early)
    if within < WITHIN * len(early) or away < max(BEYOND * len(early), FEWEST_EACH):
        return ""
    return "the dates up to the 12th lie in the months of the others only once day and month change places"
