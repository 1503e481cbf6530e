"""The heading of the Metropolitan Police's table: category, area, and a month for every other column."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidPeriodError, UnreadableSourceError, first_five
from vulncore.domain.periods import Window, month_end, parse_month
from vulncore.sources.recorded_crime.lines import Lines

CATEGORY_COLUMNS: Final = ("MajorText", "MinorText")
AREA_COLUMNS: Final = ("BoroughName", "LookUp_BoroughName")  # the second in files of about 2019 to 2021


def is_by_area(heading: Sequence[str]) -> bool:
    """Return whether a heading names categories and areas as the Metropolitan Police's table does."""
    return set(CATEGORY_COLUMNS) <= set(heading) and not set(AREA_COLUMNS).isdisjoint(heading)


def columns_by_area(lines: Lines) -> tuple[int, int, dict[int, Window]]:
    """Return where category and area stand in the heading, and the month of every other column.

    Raises:
        UnreadableSourceError: A column is neither, one is there twice, or there are no months.
    """
    named = [name for name in lines.heading if name in (*CATEGORY_COLUMNS, *AREA_COLUMNS)]
    if len(named) != 3:
        raise UnreadableSourceError(
            f"{lines.name} names its categories and areas in {len(named)} columns: {first_five(named)}. "
            f"Leave {', '.join(CATEGORY_COLUMNS)} and one of {', '.join(AREA_COLUMNS)}."
        )
    months = {at: _month(name) for at, name in enumerate(lines.heading) if name not in named}
    strange = [printable(lines.heading[at][:20]) or "empty" for at, month in months.items() if month is None]
    if not months:
        raise UnreadableSourceError(
            f"{lines.name} has no columns of months. Give the table whole, with months like 201004."
        )
    if strange:
        raise UnreadableSourceError(
            f"{len(strange)} of {len(months)} columns of {lines.name} are no months: {first_five(strange)}. "
            "Write each as year and month, like 201004, and leave out what is none."
        )
    windows = {at: month for at, month in months.items() if month}
    twice = [f"{window.start:%Y%m}" for window, count in Counter(windows.values()).items() if count > 1]
    if twice:
        raise UnreadableSourceError(
            f"{len(twice)} months of {lines.name} are there more than once: {first_five(twice)}. Give each once."
        )
    (area,) = (lines.heading.index(name) for name in AREA_COLUMNS if name in named)
    return lines.heading.index("MinorText"), area, windows


def _month(name: str) -> Window | None:
    if not re.fullmatch(r"\d{6}", name, flags=re.ASCII):
        return None
    try:
        start = parse_month(f"{name[:4]}-{name[4:]}")
    except InvalidPeriodError:
        return None
    return Window(start, month_end(start))
