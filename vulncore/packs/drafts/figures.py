"""What the strand table has of measures: counts by window, changes, months; of one measure, or of several added up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from vulncore.domain.periods import (
    BASELINE_FINANCIAL_YEAR,
    Window,
    add_months,
    financial_year_name,
    fytd,
    month_end,
)
from vulncore.domain.vocabulary import Measure
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.words import capital_first, small_first
from vulncore.metrics.strands.change import change
from vulncore.packs.drafts.periods import BASELINE, FYTD, ROLLING, WINDOWS_OF
from vulncore.packs.drafts.subjects import Option

COMPARISON_WORDS: Mapping[str, str] = {
    FYTD: "this financial year to date",
    BASELINE: f"against {financial_year_name(BASELINE_FINANCIAL_YEAR)}",
    ROLLING: "in the last 12 months",
}
WINDOW_NAMES: Mapping[str, str] = {
    "fytd_current": "this financial year to date",
    "fytd_previous": "in the same months last year",
    "fytd_baseline": f"in the same months of {financial_year_name(BASELINE_FINANCIAL_YEAR)}",
    "rolling12_current": "in the last 12 months",
    "rolling12_previous": "in the 12 months before",
}


@dataclass(frozen=True)
class TableFigures:
    """The figures of an overview, to be asked for by measures: rows of the strand table and counts by month, by key."""

    measures: Mapping[str, Measure]
    windows: Mapping[str, Window | None]
    as_at: date
    table: Mapping[str, Mapping[str, Any]]
    months: Mapping[str, Mapping[date, int]]

    def count(self, option: Option, window: str) -> int | None:
        """Return the records of measures in a window of the table; None where a month of one of them is missing."""
        counts = [self.table[key][window] for key in option]
        return None if any(pd.isna(count) for count in counts) else sum(map(int, counts))

    def is_comparable(self, option: Option, comparison: str) -> bool:
        """Return whether no measure was recorded otherwise in between, and both windows are whole."""
        whole = all(self.count(option, window) is not None for window in WINDOWS_OF[comparison])
        return whole and not any(self.table[key][f"{comparison}_broken"] for key in option)

    def difference(self, option: Option, comparison: str) -> int | None:
        """Return the change between the windows of a comparison; None where they can't be compared."""
        earlier, current = (self.count(option, window) for window in WINDOWS_OF[comparison])
        if earlier is None or current is None or not self.is_comparable(option, comparison):
            return None
        return current - earlier

    def percent(self, option: Option, comparison: str) -> Fraction | None:
        """Return that change in per cent, exact; None where they can't be compared, and from 0 to more."""
        earlier, current = (self.count(option, window) for window in WINDOWS_OF[comparison])
        if earlier is None or current is None or not self.is_comparable(option, comparison):
            return None
        return change(earlier, current).percent

    def month(self, option: Option, month: date) -> int | None:
        """Return the records of measures in a month; None where the month of one of them is not known."""
        counts = [self.months[key].get(month) for key in option]
        return (
            None
            if any(count is None for count in counts)
            else sum(count for count in counts if count is not None)
        )

    def by_month(self, option: Option, window: Window) -> tuple[int, ...] | None:
        """Return the records in each month of a window; None where one is not known."""
        counts = [self.month(option, month) for month in window.months]
        return None if None in counts else tuple(count for count in counts if count is not None)

    def spans(self) -> Mapping[str, Window]:
        """Return the runs of months that an unnamed range can be of, by their words: those of the table, and two years back."""
        windows = {WINDOW_NAMES[name]: self.windows[name] for name in ("fytd_current", "rolling12_current")}
        last = month_end(self.as_at)
        windows["in the last financial year and this one to date"] = Window(fytd(self.as_at, 1).start, last)
        windows["in the last 24 months"] = Window(add_months(self.as_at, -23), last)
        return {words: window for words, window in windows.items() if window is not None}

    def name(self, option: Option) -> str:
        """Return what measures are called within a sentence: their name, or that they are added up."""
        if len(option) > 1:
            return "together"
        return small_first(self.measures[option[0]].name)


def table_figures(overview: Overview) -> TableFigures:
    """Return the figures of an overview."""
    series = overview.series[overview.series["month"] <= pd.Timestamp(overview.as_at)]
    months: dict[str, dict[date, int]] = {measure.key: {} for measure in overview.measures}
    for key, month, count in zip(series["measure"], series["month"].dt.date, series["count"], strict=True):
        if key in months:
            months[key][month] = int(count)
    return TableFigures(
        measures={measure.key: measure for measure in overview.measures},
        windows=overview.windows,
        as_at=overview.as_at,
        table={
            str(row["measure"]): {str(name): value for name, value in row.items()}
            for row in overview.table.to_dict("records")
        },
        months=months,
    )


def change_words(figures: TableFigures, option: Option, comparison: str) -> str:
    """Return a change as its counts, its size and its per cent: "46 to 39, -7, -15 %"; what is missing where it can't be said."""
    earlier, current = (figures.count(option, window) for window in WINDOWS_OF[comparison])
    if earlier is None or current is None:
        return f"{current:,}, with nothing to compare" if current is not None else "months are missing"
    counts = f"{earlier:,} to {current:,}"
    if not figures.is_comparable(option, comparison):
        return f"{counts}, recorded otherwise in between"
    percent = change(earlier, current).percent
    size = "no per cent from 0" if percent is None else signed_percent(percent)
    return f"{counts}, {signed(current - earlier)}, {size}"


def options_words(figures: TableFigures, options: Iterable[Option], comparisons: Iterable[str]) -> str:
    """Return what the table has of measures, one by one and then together, in each of some comparisons."""
    options = tuple(dict.fromkeys(options))
    singles = tuple(dict.fromkeys((key,) for option in options for key in option))
    sums = tuple(option for option in options if len(option) > 1)
    parts: list[str] = []
    for comparison in comparisons:
        shown = sums if sums and parts else (*singles, *sums)
        windows = WINDOWS_OF[comparison][
            1 if comparison == FYTD else 0 :
        ]  # of this year the count alone tells something
        known = [
            option for option in shown if all(figures.count(option, window) is not None for window in windows)
        ]
        texts = [f"{figures.name(option)} {change_words(figures, option, comparison)}" for option in known]
        parts += [f"{capital_first(COMPARISON_WORDS[comparison])}: {'; '.join(texts)}."] if texts else []
    return " ".join(parts)


def signed(number: int) -> str:
    """Return a change with its sign: none before 0.

    >>> signed(4), signed(-1080), signed(0)
    ('+4', '-1,080', '0')
    """
    return f"{number:+,}" if number else "0"


def signed_percent(percent: Fraction, decimals: int = 0) -> str:
    """Return a percentage with its sign, as the table prints it, or with as many decimals.

    >>> signed_percent(Fraction(-8000, 798)), signed_percent(Fraction(-8000, 798), 2), signed_percent(Fraction(1, 10))
    ('-10 %', '-10.03 %', '0 %')
    """
    value = rounded_to(percent, decimals)
    return f"{float(value):+,.{decimals}f} %" if value else f"{0:.{decimals}f} %"


def rounded_to(number: Fraction, decimals: int) -> Fraction:
    """Return a number to so many decimals, halves away from zero, as the table rounds.

    >>> rounded_to(Fraction(-5, 2), 0), rounded_to(Fraction(1, 8), 2)
    (Fraction(-3, 1), Fraction(13, 100))
    """
    scale = 10**decimals
    size = Fraction(int(abs(number) * scale + Fraction(1, 2)), scale)
    return size if number >= 0 else -size
