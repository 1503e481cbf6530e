"""What a cell of a workbook says, as text."""

import re
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from vulncore.sources.extract.record import UNCOMPUTED

LAST_SERIAL: Final = 2_958_466  # the first day of the year 10000

_DECORATION = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.0*)?Z?")


def moment_format(code: str) -> str:
    """Return what a number format shows of a number: "date", "time", "date and time", "elapsed" or "" for none.

    >>> [moment_format(code) for code in ("dd/mm/yyyy", "hh:mm", "[$-809]d mmm yy h:mm", "[h]:mm", "0.00", '0" days"')]
    ['date', 'time', 'date and time', 'elapsed', '', '']
    """
    if not is_date_format(code):
        return ""
    if is_timedelta_format(code):
        return "elapsed"
    shown = _DECORATION.sub("", code.split(";", 1)[0]).casefold()
    clock = "h" in shown or "s" in shown
    day = "d" in shown or "y" in shown or not clock
    return "date and time" if day and clock else "date" if day else "time"


def format_code(number: str, own: dict[str, str]) -> str:
    """Return a number format by its id: one of the workbook's own, or one that every spreadsheet knows."""
    return own.get(number) or BUILTIN_FORMATS.get(int(number) if number.isdecimal() else 0, "General")


def cell_text(kind: str, text: str, shows: str, *, formula: bool, first_day: datetime) -> str:
    """Return a cell's text; UNCOMPUTED for a formula that was saved without its value.

    Args:
        kind: The cell's type, as the file has it ("n", "b", "d", "e", "str", "inlineStr").
        text: What the file has for it.
        shows: What its number format shows, as `moment_format` says it.
        formula: Whether it is one.
        first_day: Day 0 of the workbook's dates.

    >>> day_0 = datetime(1899, 12, 30)
    >>> cell_text("n", "45356.604166666664", "date and time", formula=False, first_day=day_0)
    '2024-03-05 14:30:00'
    """
    if not text:
        return UNCOMPUTED if formula and kind != "str" else ""
    if kind == "n":
        return _moment(text, shows, first_day) or _number(text) if shows else _number(text)
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(text, text)
    if kind == "d" and (iso := _ISO.fullmatch(text)):
        return f"{iso[1]} {iso[2]}"
    return unescaped(text)


def unescaped(text: str) -> str:
    r"""Return text with the characters that XML can't hold, written as _x000D_ and the like, put back.

    >>> unescaped("a_x000A_b"), unescaped("plain")
    ('a\nb', 'plain')
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_put_back, text)


def _put_back(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    stands_for_one = number and not 0xD800 <= number < 0xE000  # half a character is none
    return chr(number) if stands_for_one else found[0]


def _number(text: str) -> str:
    if text.lstrip("-").isdecimal():
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    if not isfinite(value):
        return text
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"  # as many digits as a spreadsheet shows: the 17 that it saves tell nobody more


def _moment(text: str, shows: str, first_day: datetime) -> str:
    try:
        seconds = round(float(text) * 86_400)
    except (ValueError, OverflowError):
        return ""
    if not 0 <= seconds < LAST_SERIAL * 86_400:
        return ""
    if shows == "elapsed":
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if first_day.year == 1899 and seconds < 60 * 86_400:
        first_day += timedelta(days=1)  # spreadsheets have a 29 February 1900, as their forebears did
    moment = first_day + timedelta(seconds=seconds)
    if seconds < 86_400:
        return f"{moment:%H:%M:%S}"
    at_a_time = shows != "date" or seconds % 86_400
    return f"{moment:%Y-%m-%d %H:%M:%S}" if at_a_time else f"{moment:%Y-%m-%d}"
