"""Simulated paths: whole numbers from 0, one row per path and one column per month ahead; and what tables show of them."""

from collections.abc import Hashable
from datetime import date
from typing import TypeAlias

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.periods import add_months

Paths: TypeAlias = Integers

LARGEST = 1e7  # no month of any force comes near it; what runs away stops here
ANSCOMBE = 3 / 8  # added before a root is taken, so that small counts scatter as evenly as large ones
LIMITS = {"low80": 0.1, "high80": 0.9, "low95": 0.025, "high95": 0.975}
PARTED = 0.1  # of the median: as far apart a sentence can't say the one and mean the other
RECORDED, BOTH, FORECAST = "recorded", "recorded and forecast", "forecast"


def summary(paths: Paths) -> pd.DataFrame:
    """Return the mean, the median and the limits of each column of paths.

    Returns:
        One row per column: `mean` (means of months add up to the mean of their total), `median`, `low80`, `high80`,
        `low95`, `high95` (whole numbers; those of months don't add up to those of their total).

    >>> summary(np.arange(1, 101)[:, None]).values.tolist()
    [[50.5, 50.0, 10.0, 90.0, 3.0, 98.0]]
    """
    levels = [0.5, *LIMITS.values()]
    quantiles = np.quantile(paths, levels, axis=0, method="inverted_cdf").astype("int64")
    limits = dict(zip(["median", *LIMITS], quantiles, strict=True))
    return pd.DataFrame({"mean": paths.mean(axis=0), **limits})


def expected(rows: pd.DataFrame) -> pd.Series:
    """Return what is said to be expected of each row of `summary`: the means, or the medians where the two part in any row.

    Where a few paths run away, half of all lie well below the mean, and nobody should plan by it.

    >>> expected(summary(np.array([[10], [10], [10], [90]]))).tolist(), expected(summary(np.array([[9], [11]]))).tolist()
    ([10.0], [10.0])
    """
    apart = (rows["mean"] - rows["median"]).abs()
    parted = (apart > PARTED * rows["median"]) & (apart > 1)
    return rows["median" if parted.any() else "mean"].astype(float)


def monthly_summary(paths: Paths, after: date) -> pd.DataFrame:
    """Return the summary of each month ahead, with its `month` and how many months ahead it is (`horizon`)."""
    months = summary(paths)
    first = add_months(after, 1)
    months.insert(0, "month", pd.date_range(first, periods=len(months), freq="MS"))
    months.insert(1, "horizon", np.arange(1, len(months) + 1))
    return months


def calendar_years(recorded: pd.Series, paths: Paths, years: int = 4) -> pd.DataFrame:
    """Return the totals of calendar years: those recorded, the one under way, and those ahead.

    A total's limits are read off the sums of whole paths. Limits of months must never be added up: it would take
    every month to be at its worst at once.

    Args:
        recorded: Counts by month (a DatetimeIndex without gaps), missing where not known; the last is the month
            before the first that is forecast.
        paths: Simulated months from there on, to the end of the last year asked for.
        years: Whole calendar years ahead.

    Returns:
        One row per calendar year: `year`, `part` ("recorded", "recorded and forecast" or "forecast"), `months`
        (recorded months that are known), `recorded` (their sum; missing where one of the year's months up to the
        last is missing) and the columns of `summary`, of the whole year (missing in a year recorded, and in the one
        under way if a month of it is missing); and what is `expected` of it.
    """
    months = pd.DatetimeIndex(recorded.index)
    last = months[-1]
    by_year = recorded.groupby(months.year)
    whole = by_year.sum(min_count=1).where(by_year.count() == by_year.size())
    # a year of which the history holds no January is no calendar year
    whole[months[0].year if months[0].month > 1 else []] = np.nan
    ahead = pd.date_range(last, periods=paths.shape[1] + 1, freq="MS")[1:].year.to_numpy()
    rows = []
    for year in range(int(whole.index[0]), last.year + years + 1):
        is_past = year < last.year or (year == last.year and last.month == 12)
        part = RECORDED if is_past else BOTH if year == last.year else FORECAST
        so_far, known = float(whole.get(year, 0.0)), int(by_year.count().get(year, 0))
        row: dict[Hashable, object] = {"year": year, "part": part, "months": known}
        row["recorded"] = np.nan if part == FORECAST else so_far
        if part != RECORDED and not np.isnan(so_far):
            total = paths[:, ahead == year].sum(axis=1, keepdims=True) + int(so_far)
            row |= summary(total).iloc[0].to_dict()
        rows.append(row)
    columns = ["year", "part", "months", "recorded", "mean", "median", *LIMITS]
    frame = pd.DataFrame(rows).reindex(columns=columns)
    return frame.assign(expected=expected(frame))


def months_ahead(last: date, years: int = 4) -> int:
    """Return how many months lie between a month and the end of some whole calendar years after its year.

    >>> months_ahead(date(2024, 10, 1)), months_ahead(date(2024, 12, 1))
    (50, 48)
    """
    return 12 - last.month + 12 * years


def whole_numbers(values: Floats, rng: np.random.Generator) -> Paths:
    """Return values as whole numbers from 0 with the same means: each is rounded up as often as its fraction says.

    >>> whole_numbers(np.array([3.0, -2.5, 0.0]), np.random.default_rng(0)).tolist()
    [3, 0, 0]
    """
    bounded = np.clip(np.nan_to_num(values, nan=0.0, posinf=LARGEST), 0.0, LARGEST)
    down = np.floor(bounded)
    return (down + (rng.random(bounded.shape) < bounded - down)).astype(np.int64)


def draw_counts(expected: Floats, dispersion: float, rng: np.random.Generator) -> Paths:
    """Return counts that scatter about their expected values.

    Args:
        expected: What is expected in each month of each path; below 0 is taken as 0.
        dispersion: Variance over mean. Up to 1 the counts are Poisson, above it negative binomial with a
            variance in proportion to the mean.
        rng: Where chance comes from.

    Source:
        The negative binomial of type 1: Cameron and Trivedi (2013), Regression Analysis of Count Data, section 3.3.
    """
    mean = np.clip(np.nan_to_num(expected, nan=0.0, posinf=LARGEST), 0.0, LARGEST)
    if dispersion <= 1.0 + 1e-6:
        return rng.poisson(mean)
    rate = rng.gamma(np.maximum(mean, 1e-12) / (dispersion - 1), dispersion - 1)
    return rng.poisson(np.minimum(rate, LARGEST))


def pearson_dispersion(counts: Floats, expected: Floats, parameters: int) -> float:
    """Return the variance of monthly counts over what a model with so many parameters expected of each; never below 1, plain chance.

    Counts are NaN where not known.
    """
    known = ~np.isnan(counts)
    freedom = max(int(known.sum()) - parameters, 1)
    mean = np.maximum(expected[known], 0.1)
    return max(float(((counts[known] - mean) ** 2 / mean).sum() / freedom), 1.0)
