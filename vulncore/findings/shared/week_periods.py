"""Over which months a week is looked at, and against which it is set."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from vulncore.domain.periods import Window, add_months, fytd, month_end, month_name, parse_month

YEAR, TO_DATE, ALL = "12", "fytd", "all"
PERIODS: Final = {
    YEAR: "Last 12 months",
    TO_DATE: "This financial year",
    "36": "Last 3 years",
    "60": "Last 5 years",
    ALL: "All months",
}
"""What can be chosen besides a first month, written `YYYY-MM`; a number is one of months."""


def period_window(period: str, as_at: date, months: Sequence[date]) -> Window:
    """Return the months of a period that ends with the as-at month.

    Args:
        period: One of `PERIODS`, or a first month.
        as_at: The month with which it ends.
        months: The months delivered.

    Raises:
        InvalidPeriodError: It is none of these, or begins after it ends.

    >>> str(period_window("fytd", date(2024, 10, 1), []))
    'April 2024 to October 2024'
    """
    if period == TO_DATE:
        return fytd(as_at)
    if period == ALL:
        first = min(months)
    else:
        first = add_months(as_at, 1 - int(period)) if period in PERIODS else parse_month(period)
    return Window(first, month_end(as_at))


def period_name(period: str) -> str:
    """Return a period as people write it.

    >>> period_name("12"), period_name("2024-03")
    ('Last 12 months', 'Since March 2024')
    """
    return PERIODS.get(period) or f"Since {month_name(parse_month(period))}"


def window_before(window: Window) -> Window:
    """Return the months that a window is set against: the same ones, as many whole years earlier as leave no overlap.

    >>> str(window_before(Window(date(2024, 4, 1), date(2024, 10, 31))))
    'April 2023 to October 2023'
    """
    count = len(window.months)
    earlier = -(-count // 12) * 12
    return Window(add_months(window.start, -earlier), month_end(add_months(window.months[-1], -earlier)))
