"""Periods: months, financial years, and the windows that the strand table compares.

A month is written as the `date` of its first day. A window is whole months, both ends included.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from vulncore.domain.errors import InvalidPeriodError

BASELINE_FINANCIAL_YEAR = 2019  # 2019/20, the last year before the pandemic: the report's baseline
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_YEAR, LAST_YEAR = 1900, 2100  # outside these a year is a slip of the keyboard

MONTHS_SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""How months are written short, in small letters, whatever the machine's language."""


@dataclass(frozen=True, order=True)
class Window:
    """A run of whole months: `start` is a first day of a month, `end` a last day."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start != month_of(self.start) or self.end != month_end(self.end):
            raise InvalidPeriodError(
                f"The period {self.start} to {self.end} does not hold whole months. "
                "Start the period on the first day of a month and end it on the last day of a month."
            )
        if self.end < self.start:
            raise InvalidPeriodError(
                f"The period {self.start} to {self.end} ends before it starts. Name the earlier month first."
            )

    @property
    def days(self) -> int:
        """Days of exposure.

        >>> Window(date(2024, 2, 1), date(2024, 2, 29)).days
        29
        """
        return (self.end - self.start).days + 1

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month, in order."""
        count = months_between(self.start, self.end) + 1
        return tuple(add_months(self.start, step) for step in range(count))

    def __str__(self) -> str:
        first, last = month_name(self.start), month_name(self.end)
        return first if first == last else f"{first} to {last}"


def short_window(window: Window) -> str:
    """Return a window in as few letters as a column's head has room for.

    >>> short_window(Window(date(2023, 11, 1), date(2024, 10, 31)))
    'Nov 2023 – Oct 2024'
    >>> short_window(Window(date(2024, 4, 1), date(2024, 10, 31)))
    'Apr–Oct 2024'
    """
    if window.start.year == window.end.year:
        first = "" if window.start.month == window.end.month else f"{window.start:%b}–"
        return f"{first}{window.end:%b %Y}"
    return f"{window.start:%b %Y} – {window.end:%b %Y}"


def parse_month(text: str) -> date:
    """Return the first day of a month written `YYYY-MM`.

    Raises:
        InvalidPeriodError: The text is not such a month.

    >>> parse_month("2024-10")
    datetime.date(2024, 10, 1)
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})", text.strip(), flags=re.ASCII)
    if match:
        year, month = int(match[1]), int(match[2])
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:
            return date(year, month, 1)
    raise InvalidPeriodError(f"'{text[:20]}' is not a month. Write the year and the month, like 2024-10.")


def parse_months(text: str) -> tuple[date, date]:
    """Return the first and the last month of a span written `YYYY-MM:YYYY-MM`; one month alone is both.

    Raises:
        InvalidPeriodError: It is no such span, or ends before it starts.

    >>> parse_months("2024-01:2024-03")
    (datetime.date(2024, 1, 1), datetime.date(2024, 3, 1))
    """
    first, _, last = text.partition(":")
    span = parse_month(first), parse_month(last or first)
    if span[0] > span[1]:
        raise InvalidPeriodError(
            f"'{text[:20]}' ends before it starts. Write the first month before the last."
        )
    return span


def format_month(month: date) -> str:
    """Return a month as `YYYY-MM`, as links and the command line write it."""
    return f"{month:%Y-%m}"


def month_name(month: date) -> str:
    """Return a month as people write it.

    >>> month_name(date(2024, 10, 1))
    'October 2024'
    """
    return f"{month:%B %Y}"


def day_name(day: date) -> str:
    """Return a day as people write it.

    >>> day_name(date(2024, 10, 5))
    '5 October 2024'
    """
    return f"{day.day} {day:%B %Y}"  # `%-d` is not known to every system


def month_of(day: date) -> date:
    """Return the first day of the month that a day lies in."""
    return date(day.year, day.month, 1)


def month_end(day: date) -> date:
    """Return the last day of the month that a day lies in.

    >>> month_end(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return add_months(month_of(day), 1) - timedelta(days=1)


def add_months(month: date, count: int) -> date:
    """Return the month `count` months after a month (before it, if negative).

    >>> add_months(date(2024, 1, 1), -1)
    datetime.date(2023, 12, 1)
    """
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_earlier(window: Window, count: int) -> Window:
    """Return the window of as many months that begins and ends some months before.

    >>> str(months_earlier(Window(date(2023, 11, 1), date(2024, 10, 31)), 1))
    'October 2023 to September 2024'
    """
    return Window(add_months(window.start, -count), month_end(add_months(window.months[-1], -count)))


def months_between(earlier: date, later: date) -> int:
    """Return how many months `later`'s month comes after `earlier`'s; 0 within one month."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def financial_year(day: date) -> int:
    """Return the year in which a day's financial year began: 1 April to 31 March.

    >>> financial_year(date(2024, 3, 31)), financial_year(date(2024, 4, 1))
    (2023, 2024)
    """
    return day.year if day.month >= 4 else day.year - 1


def financial_year_name(year: int) -> str:
    """Return a financial year as the Home Office writes it.

    >>> financial_year_name(2019), financial_year_name(1999)
    ('2019/20', '1999/00')
    """
    return f"{year}/{(year + 1) % 100:02d}"


def fytd(as_at: date, years_earlier: int = 0) -> Window:
    """Return the financial year to date: 1 April to the end of the as-at month.

    Args:
        as_at: The month that the window ends with.
        years_earlier: 1 gives the same months a year earlier, and so on.

    >>> str(fytd(date(2024, 10, 1))), str(fytd(date(2024, 10, 1), 1))
    ('April 2024 to October 2024', 'April 2023 to October 2023')
    """
    start = date(financial_year(as_at) - years_earlier, 4, 1)
    return Window(start, month_end(add_months(as_at, -12 * years_earlier)))


def rolling_12(as_at: date, years_earlier: int = 0) -> Window:
    """Return the twelve months that end with the as-at month, or with the same month earlier.

    >>> str(rolling_12(date(2024, 10, 1)))
    'November 2023 to October 2024'
    """
    last = add_months(month_of(as_at), -12 * years_earlier)
    return Window(add_months(last, -11), month_end(last))


def calendar_year(year: int) -> Window:
    """Return 1 January to 31 December of a year."""
    return Window(date(year, 1, 1), date(year, 12, 31))


def comparison_windows(as_at: date, baseline_year: int = BASELINE_FINANCIAL_YEAR) -> dict[str, Window | None]:
    """Return the strand table's five windows by the name of their column.

    `fytd_baseline` is None where the baseline year does not lie before the current one.

    >>> {name: str(window) for name, window in comparison_windows(date(2024, 10, 1)).items()}[
    ...     "fytd_baseline"]
    'April 2019 to October 2019'
    """
    years_back = financial_year(as_at) - baseline_year
    return {
        "fytd_previous": fytd(as_at, 1),
        "fytd_current": fytd(as_at),
        "fytd_baseline": fytd(as_at, years_back) if years_back > 0 else None,
        "rolling12_previous": rolling_12(as_at, 1),
        "rolling12_current": rolling_12(as_at),
    }
