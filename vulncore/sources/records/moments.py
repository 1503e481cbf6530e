"""Dates, times and moments as forces write them: one text in, a date or a time out."""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
FIRST_YEAR: Final = 1900  # nobody living was harmed before
LAST_YEAR: Final = 2099  # what lies beyond stands for "unknown", as 31/12/9999 does
SPREADSHEET_DAY_0: Final = date(1899, 12, 30)
SPREADSHEET_DAYS: Final = range(15_000, 75_000)  # 1941 to 2105: no other number in a date's place is so long

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
    rf"(?P<h>\d{{1,2}})[:.](?P<m>\d{{2}})(?:[:.](?P<s>\d{{2}})(?:\.\d+)?)?(?:\s*(?P<half>[ap])\.?m\.?)?{_HOURS}",
    re.ASCII,
)
_HALF = re.compile(r"(?P<h>\d{1,2})\s*(?P<half>[ap])\.?m\.?", re.ASCII)  # 9 pm
_DIGITS = re.compile(rf"(?P<digits>\d{{1,4}}|\d{{6}}){_HOURS}", re.ASCII)
_OFFSET = re.compile(r"(?:z|(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2}))$")


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
        return _day(match["y"], _MONTHS.index(match["month"][:3]) + 1, int(match["d"]))
    if plain.isascii() and plain.isdigit() and len(plain) == 5 and int(plain) in SPREADSHEET_DAYS:
        return SPREADSHEET_DAY_0 + timedelta(days=int(plain))
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

    A moment with an offset from universal time is turned into the civil time of London.

    >>> parse_moment("05/03/2024 21:05", DateOrder.DAY_FIRST)
    (datetime.date(2024, 3, 5), datetime.time(21, 5))
    >>> parse_moment("2018-08-31T23:13:35+00:00", DateOrder.DAY_FIRST)
    (datetime.date(2018, 9, 1), datetime.time(0, 13, 35))
    """
    plain = " ".join(text.split())
    if not plain:
        return None
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
    clock = None if re.fullmatch(r"\d{1,2}", bare) else parse_time(bare)
    if clock is None:
        return None
    if not shift:
        return day, clock
    ahead = timedelta(hours=int(shift["h"] or 0), minutes=int(shift["m"] or 0))
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
