"""A month and a count as people and spreadsheets write them: read where they have one meaning only, and not guessed."""

import re
from contextlib import suppress
from datetime import date
from typing import Final

from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import MONTHS_SHORT, parse_month
from vulncore.sources.csv_text import whole_count

_WHOLE_NAMES: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "sept"),
)
_NUMBERS: Final = {name: MONTHS_SHORT.index(name[:3]) + 1 for name in (*MONTHS_SHORT, *_WHOLE_NAMES)}
_FORMS: Final = (
    re.compile(r"(?P<year>\d{4})[-/. ]?(?P<month>\d{2})"),
    re.compile(
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[ t]0?0:00(?::00)?(?:\.0+)?)?"
    ),
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d{2})(?: 0?0:00(?::00)?)?"),
    re.compile(r"(?P<month>\d{1,2})[-/](?P<year>\d{4})"),
    re.compile(r"(?:(?P<day>0?1)[-/. ])?(?P<name>[a-z]{3,9})\.?,?(?:[-/. ]{1,3})?'?(?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<year>\d{4})[-/. ]?(?P<name>[a-z]{3,9})"),
)
_COUNT: Final = re.compile(r"(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.0{1,2})?", re.ASCII)


def written_month(text: str) -> date | None:
    """Return the first day of a month as people and spreadsheets write one; None where it is none, or could be two.

    Days stand before months, and only the first of a month stands for it: another day is a day. A year of two digits is of this century.

    >>> [str(written_month(text)) for text in ("2024-04", "Apr-24", "April 2024", "01/04/2024", "2024-04-01 00:00:00")]
    ['2024-04-01', '2024-04-01', '2024-04-01', '2024-04-01', '2024-04-01']
    >>> [written_month(text) for text in ("04/01/2024", "24-Apr", "Q1 2024", "45383", "Apr")]
    [None, None, None, None, None]
    """
    plain = " ".join(text.casefold().split())
    for form in _FORMS:
        parts = match.groupdict() if plain.isascii() and (match := form.fullmatch(plain)) else {}
        number = _NUMBERS.get(parts["name"]) if parts.get("name") else int(parts.get("month") or 0)
        if parts and number and int(parts.get("day") or 1) == 1:
            year = parts["year"] if len(parts["year"]) == 4 else f"20{parts['year']}"
            with suppress(InvalidPeriodError):
                return parse_month(f"{year}-{number:02d}")
    return None


def written_count(text: str) -> int | None:
    """Return a whole number of nothing or more, also as a spreadsheet shows one; None where it is none, or could be two.

    >>> [written_count(text) for text in ("187", "1,200", "1200.0", "0.00", "1,20", "1.200", "1.000", "-1", "12.5")]
    [187, 1200, 1200, 0, None, None, None, None, None]
    """
    match = _COUNT.fullmatch(text)
    return whole_count(match[1].replace(",", "")) if match else None
