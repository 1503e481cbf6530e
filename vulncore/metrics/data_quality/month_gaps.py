"""Months that are missing, short or cut off: gaps in coverage, totals far too low, empty first or last days."""

from collections.abc import Iterator
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats
from vulncore.metrics.data_quality.month_rows import (
    FEW_ROWS,
    FIRST_MONTH,
    LAST_MONTH,
    RESTRICTED_MONTHS,
    month_date,
    number_of_month,
    scatter,
    series_by_month,
)

RARE: Final = 1e-6  # once in a million: a force has at most a few hundred month's ends
NEIGHBOURS: Final = 3  # on each side: a quarter of a year, over which a season moves little
SHORT: Final = 2 / 3
"""Share of the expected count. On real monthly totals a sound January lies at three quarters of both sides."""
SHORT_BY: Final = 4.0  # standard deviations, beyond the scatter of the series: once in 30,000 months
SHORT_BESIDE_GAP, SHORT_BY_BESIDE_GAP = 0.85, 2.0
"""A month next to one that was never delivered is suspect beforehand, and there are only a few of them."""
SHORT_UNDER_RESTRICTIONS: Final = 1 / 3
"""Spring 2020 itself took away up to three quarters of the months before."""
MOST_EMPTY: Final = 6
"""Months in a row of nothing within a series. What stays away for longer may have ended and begun again."""
MOST_EMPTY_AT_THE_END: Final = 2
"""Where no month follows. What stays away for longer has ended: `level_shifts` says so."""
ASSUMED_DISPERSION: Final = 6.0
"""Of a whole force's monthly total where history is too short to tell: the City's own is 5.8."""


def month_gaps(months: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps in `month_rows`: months that were not delivered, each once, with all measures that miss it.

    Returns:
        One row per force and set of measures that miss the same months: `force`, `missing` (tuple of month numbers), `measures`
        (tuple of keys), `of_measures` (how many of the force's measures span those months), `of_months` (from
        the first month covered to the last, of those measures). The most missing first.

    Misleads when:
        a measure was given up and taken up again: its years between look like a gap.

    >>> months = pd.DataFrame({"force": "F", "measure": "a", "month": [24_001, 24_002, 24_005], "covered": True})
    >>> month_gaps(months)[["missing", "of_months"]].values.tolist()
    [[(24003, 24004), 5]]
    """
    missing_by: dict[tuple[str, int], list[str]] = {}
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    declared = months[months["covered"] & months["month"].between(FIRST_MONTH, LAST_MONTH)]
    for key, rows in declared.groupby(["force", "measure"]):
        force, measure = (str(part) for part in key)
        there = {int(month) for month in rows["month"]}
        spans[force, measure] = min(there), max(there)
        for month in sorted(set(range(min(there), max(there))) - there):
            missing_by.setdefault((force, month), []).append(measure)
    together: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for (force, month), missing_it in missing_by.items():
        together.setdefault((force, tuple(missing_it)), []).append(month)
    most_first = sorted(together.items(), key=lambda item: (-len(item[0][1]) * len(item[1]), item[0]))
    gaps = []
    for (force, measures), missing in most_first:
        low, high = min(missing), max(missing)
        of_force = [span for (whose, _), span in spans.items() if whose == force]
        spanning = sum(first < low and high < last for first, last in of_force)
        firsts, lasts = zip(*(spans[force, measure] for measure in measures), strict=True)
        gaps.append((force, tuple(sorted(missing)), measures, spanning, max(lasts) - min(firsts) + 1))
    return pd.DataFrame(gaps, columns=["force", "missing", "measures", "of_measures", "of_months"])


def short_months(months: pd.DataFrame) -> pd.DataFrame:
    """Return the short months of `month_rows`: a source's measures have far fewer in all than in the months on both sides.

    What is expected is the lower of two medians per day: of three months before and three after; for the last
    month only of those before. A fall that stays is no short month, save where it begins with the last.

    Returns:
        One row per short month: `force`, `source`, `month`, `count`, `expected`, `beside_gap` (a neighbouring
        month was not delivered), `deviations` (standard deviations below what was expected). A month of 0 is
        included: it was declared as delivered, and nothing came.

    Misleads when:
        something real emptied a single month.
    """
    short = [
        (force, source, *row)
        for (force, source), grid in series_by_month(months, ["force", "source"])
        for row in _short_of(grid)
    ]
    return pd.DataFrame(
        short, columns=["force", "source", "month", "count", "expected", "beside_gap", "deviations"]
    )


def empty_months(months: pd.DataFrame) -> pd.DataFrame:
    """Return the months of `month_rows` in which a measure alone has nothing, as chance doesn't make it.

    What is expected is, per day, the lower of two medians: of the three months before a run of empty months and of the
    three after it; at the end of a series of those before alone. A count that scatters more than chance is nothing with
    the probability dispersion ** (-mean / (dispersion - 1)), the negative binomial's of that mean and variance, and
    a month is returned where that is below `RARE`. A month in which nothing came of the whole source is no measure's alone.

    Returns:
        One row per such month: `force`, `source`, `measure`, `month`, `expected`.

    Source:
        Ver Hoef and Boveng 2007 for counts whose variance is a multiple of their mean; Johnson, Kemp and Kotz, Univariate
        Discrete Distributions, chapter 5, for the negative binomial's zero.

    Misleads when:
        something real ended a harm for a month and no longer, as the closing of a place that made up all of it.

    >>> steady = pd.DataFrame({"force": "F", "source": "s", "measure": "a", "month": range(24_000, 24_024), "covered": True})
    >>> months = pd.concat([steady.assign(count=150.0), steady.assign(measure="b", count=9.0)])
    >>> months.loc[months["month"].eq(24_010), "count"] = 0.0
    >>> months = pd.concat([months, steady.assign(measure="c", count=300.0)])
    >>> empty_months(months)[["measure", "month", "expected"]].round().values.tolist()
    [['a', 24010, 145.0]]
    """
    empty = [
        (force, source, *row)
        for (force, source), grid in series_by_month(months, ["force", "source"])
        for row in _empty_of(grid)
    ]
    return pd.DataFrame(empty, columns=["force", "source", "measure", "month", "expected"])


def without_empty(months: pd.DataFrame, empty: pd.DataFrame) -> pd.DataFrame:
    """Return the months of `month_rows` without those that `empty_months` has."""
    keys = ["force", "source", "measure", "month"]
    marked = months.merge(empty[keys], "left", keys, indicator="stands")
    return months[marked["stands"].eq("left_only").to_numpy()]


def month_edges(incidents: ir.Table, coverage: ir.Table) -> pd.DataFrame:
    """Return the half-delivered months: their first or last days hold no record, which chance can't explain.

    A month of fewer than `FEW_ROWS` says too little of its days. A run of empty days has to be longer than any between a source's days with records, so that a unit that does
    not record at weekends raises nothing. Sources that give the month alone are passed over.

    Returns:
        One row per such edge: `force`, `source`, `month`, `edge` ("first" or "last"), `days` (how many are
        empty), `expected` (records on so many of the month's other days), `count` (of the month).

    Misleads when:
        the month is not over yet, or the unit began or ended its work in it.
    """
    dated = incidents.select("force", "measure", "recorded_on", month=number_of_month(incidents.recorded_on))
    named = coverage.select("force", "measure", "source", month=number_of_month(coverage.month))
    daily = (
        dated.inner_join(named, ["force", "measure", "month"])
        .group_by("force", "source", "month", day=lambda rows: rows.recorded_on.day())
        .agg(rows=lambda rows: rows.count())
        .order_by("force", "source", "month", "day")
        .to_pandas()
    )
    edges = [
        {"force": force, "source": source, **edge}
        for (force, source), days in daily.groupby(["force", "source"])
        if (days["day"] != 1).any()
        for edge in _edges(days)
    ]
    return pd.DataFrame(edges, columns=["force", "source", "month", "edge", "days", "expected", "count"])


def _short_of(grid: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return a row for each month that is short, with its values in the order of the columns from `month` on."""
    months = [int(month) for month in grid.columns]
    per_month = grid.to_numpy(dtype=float)
    days = np.array([pd.Period(month_date(month), "M").days_in_month for month in months])
    delivered = ~np.isnan(per_month).all(axis=0)
    of_all = grid.dropna(axis="columns").sum().to_frame("all").T
    (dispersion,) = scatter(of_all, ASSUMED_DISPERSION)
    short: list[tuple[object, ...]] = []
    for place in np.flatnonzero(delivered).tolist():
        here = ~np.isnan(per_month[:, place])
        comparable = delivered & ~np.isnan(per_month[here]).any(axis=0)
        total = per_month[here].sum(axis=0)
        before = _sides(total / days, comparable[:place][::-1], place, -1)
        after = _sides(total / days, comparable[place + 1 :], place, 1)
        if before is None:
            continue
        expected = (before if after is None else min(before, after)) * days[place]
        beside_gap = not delivered[max(place - 1, 0) : place + 2].all()
        count, deviations = total[place], (expected - total[place]) / np.sqrt(max(dispersion * expected, 1.0))
        share, by = (SHORT_BESIDE_GAP, SHORT_BY_BESIDE_GAP) if beside_gap else (SHORT, SHORT_BY)
        if months[place] in RESTRICTED_MONTHS:
            share = SHORT_UNDER_RESTRICTIONS
        empty = count == 0 and expected >= FEW_ROWS
        if empty or (count <= share * expected and deviations >= by):
            short.append((months[place], int(count), float(expected), beside_gap, float(deviations)))
    return short


def _empty_of(grid: pd.DataFrame) -> Iterator[tuple[str, int, float]]:
    """Yield the measure, the month and what was expected of each month in which a measure alone is empty."""
    months = [int(month) for month in grid.columns]
    days = np.array([pd.Period(month_date(month), "M").days_in_month for month in months])
    whole_empty = (grid.sum(axis=0) == 0).to_numpy()
    scatters = scatter(grid, ASSUMED_DISPERSION)
    for (measure, row), spread in zip(grid.iterrows(), scatters.tolist(), strict=True):
        counts = row.to_numpy(dtype=float)
        delivered = np.flatnonzero(~np.isnan(counts))
        is_empty = counts[delivered] == 0
        begins = np.flatnonzero(is_empty & ~np.concatenate([[False], is_empty[:-1]]))
        ends = np.flatnonzero(is_empty & ~np.concatenate([is_empty[1:], [False]]))
        for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
            near = (
                delivered[max(first - NEIGHBOURS, 0) : first],
                delivered[last + 1 : last + 1 + NEIGHBOURS],
            )
            at_the_end = not len(near[1])
            most = MOST_EMPTY_AT_THE_END if at_the_end else MOST_EMPTY
            if last - first >= most or any(len(side) < NEIGHBOURS for side in near[: 1 if at_the_end else 2]):
                continue
            level = min(float(np.median(counts[side] / days[side])) for side in near if len(side))
            for place in delivered[first : last + 1].tolist():
                expected = level * days[place]
                if not whole_empty[place] and _chance_of_nothing(expected, spread) < RARE:
                    yield str(measure), months[place], float(expected)


def _chance_of_nothing(mean: float, spread: float) -> float:
    """Return the probability of a count of 0 of a negative binomial by its mean and its variance over that; 1 is Poisson's.

    >>> round(_chance_of_nothing(10, 1.0) / _chance_of_nothing(10, 1.000001), 3), _chance_of_nothing(150, 6.0) < 1e-20
    (1.0, True)
    """
    return float(np.exp(-mean if spread <= 1 else -mean * np.log(spread) / (spread - 1)))


def _sides(per_day: Floats, comparable: Booleans, place: int, step: int) -> float | None:
    """Return the median per day of the nearest months on one side; None where there are too few."""
    near = (np.flatnonzero(comparable)[:NEIGHBOURS] + 1) * step + place
    return float(np.median(per_day[near])) if len(near) == NEIGHBOURS else None


def _edges(days: pd.DataFrame) -> Iterator[dict[str, object]]:
    longest = (days.groupby("month")["day"].diff().fillna(1) - 1).max()
    for _, rows in days.groupby("month"):
        month = int(rows["month"].iloc[0])
        length = pd.Period(month_date(month), "M").days_in_month
        total, first, last = int(rows["rows"].sum()), int(rows["day"].min()), int(rows["day"].max())
        for edge, empty in (("first", first - 1), ("last", length - last)):
            expected = total / (last - first + 1) * empty
            if total >= FEW_ROWS and empty > longest and np.exp(-expected) < RARE:
                yield {"month": month, "edge": edge, "days": empty, "expected": expected, "count": total}
