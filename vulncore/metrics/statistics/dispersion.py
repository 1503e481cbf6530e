"""Dispersion: how much more than chance a measure's monthly counts scatter, and the grid of months it is taken from."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import chdtr, chdtri

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import InvalidRowsError, first_five

BLOCK_MONTHS = 8
"""Long enough that a level and a drift cost two degrees of freedom in eight, short enough that a collapse
and its recovery touch few blocks."""

LARGEST_CREDIBLE = 0.25
"""A block whose scatter lies in the top quarter of what chance gives counts only as much as that quarter's
edge, so that up to nearly half of the blocks may be wild."""

FEWEST_FREEDOM = 12
"""Degrees of freedom: two whole blocks, 28 months of history. With fewer an estimate of 1 could be 2."""


def dispersion(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return each measure's dispersion: the variance of its counts over their mean.

    Every month is set beside the same month a year earlier, which takes the season away whatever its
    shape. Over blocks of eight such pairs, counted back from the last month, a smooth rise or fall makes
    the share of the later months drift along a line; what departs from the line is scatter. The blocks
    are brought together robustly: a month gone wrong, a pandemic or a stopped feed bears on few of them.

    Months are as `month_grid` takes them, without those after the as-at month; it refuses others.

    Returns:
        One row per measure, in order of appearance: `measure`; `dispersion` (1 is plain chance; missing
        where there is too little history); `months_used` (months that stand in some pair).

    Source:
        Pearson's statistic less its trend (Cochran 1954, Armitage 1955), over its degrees of freedom;
        the blocks' scale is a bounded M-estimate (Huber 1981, chapter 5).

    Misleads when:
        the way of recording changed: cut the months before the break. Slow swings of the level over
        years are no part of it.

    >>> months = pd.date_range("2020-01-01", periods=60, freq="MS")
    >>> steady = pd.DataFrame({"measure": "a", "month": months, "count": [20, 24] * 30})
    >>> dispersion(steady).values.tolist()
    [['a', 0.0, 60]]
    """
    grid = month_grid(monthly)
    counts = grid.to_numpy(dtype=float)
    days = pd.DatetimeIndex(grid.columns).days_in_month.to_numpy(dtype=float)
    later, earlier = counts[:, 12:], counts[:, :-12]
    paired = ~np.isnan(later + earlier)
    in_a_pair = np.zeros(counts.shape, dtype=bool)
    in_a_pair[:, 12:] |= paired
    in_a_pair[:, :-12] |= paired
    scatter, freedom = _blocks(later, earlier, days[12:], days[:-12])
    return pd.DataFrame(
        {
            "measure": grid.index,
            "dispersion": [_robust_scale(*block) for block in zip(scatter, freedom, strict=True)],
            "months_used": in_a_pair.sum(axis=1),
        }
    )


def month_grid(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return monthly counts as a grid, a row for each measure and a column for each month, missing where not delivered.

    Args:
        monthly: One row per measure and delivered month: `measure`, `month` (its first day, a date or
            a timestamp), `count`.

    Returns:
        One row per measure, in order of appearance, and one column per calendar month from the first
        of any measure to the last; missing where the measure's month was not delivered.

    Raises:
        InvalidRowsError: A column is missing, a measure's month is repeated, a month is not given by its
            first day, or a count is not a whole number from 0.

    >>> from datetime import date
    >>> month_grid(pd.DataFrame({"measure": ["a", "a"], "month": [date(2024, 1, 1), date(2024, 3, 1)],
    ...     "count": [5, 0]})).values.tolist()
    [[5.0, nan, 0.0]]
    """
    absent = [column for column in ("measure", "month", "count") if column not in monthly]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the months are absent: {first_five(absent)}.")
    month = pd.to_datetime(monthly["month"], errors="coerce", format="ISO8601")
    count = pd.to_numeric(monthly["count"], errors="coerce").astype(float)
    faults = {
        "are not dated by the first day of a month": month.isna()
        | (month.dt.normalize() != month)
        | (month.dt.day != 1),
        "have a count that is not a whole number from 0": ~((count >= 0) & (count % 1 == 0)),
        "are repeated": pd.DataFrame({"measure": monthly["measure"], "month": month}).duplicated(),
    }
    for what, faulty in faults.items():
        if faulty.any():
            which = (
                monthly.loc[faulty, "measure"].astype(str) + " " + monthly.loc[faulty, "month"].astype(str)
            )
            raise InvalidRowsError(
                f"{faulty.sum()} of {len(monthly)} months {what}: {first_five(which)}. Correct the source."
            )
    whole = pd.date_range(month.min(), month.max(), freq="MS") if len(month) else pd.DatetimeIndex([])
    tidy = pd.DataFrame({"measure": monthly["measure"], "month": month, "count": count})
    grid = tidy.pivot(index="measure", columns="month", values="count")
    return grid.reindex(index=monthly["measure"].unique(), columns=whole)


def _blocks(
    later: Floats, earlier: Floats, days_later: Floats, days_earlier: Floats
) -> tuple[Floats, Integers]:
    """Return each block's Pearson statistic about its line, and its degrees of freedom."""
    a, b, days_a, days_b = (
        _folded(np.atleast_2d(part)) for part in (later, earlier, days_later, days_earlier)
    )
    known = ~np.isnan(a + b)
    a, b = np.where(known, a, 0.0), np.where(known, b, 0.0)
    now = _ratio(a.sum(axis=2), np.where(known, days_a, 0.0).sum(axis=2))
    then = _ratio(b.sum(axis=2), np.where(known, days_b, 0.0).sum(axis=2))
    here, there = now[..., None] * np.nan_to_num(days_a), then[..., None] * np.nan_to_num(days_b)
    share = _ratio(here, here + there)
    departure = a - share * (a + b)
    variance = (a + b) * share * (1 - share)

    place = np.arange(BLOCK_MONTHS)
    centred = place - _ratio((variance * place).sum(axis=2), variance.sum(axis=2))[..., None]
    pearson = _ratio(departure**2, variance).sum(axis=2)
    drift = _ratio((centred * departure).sum(axis=2) ** 2, (variance * centred**2).sum(axis=2))
    return np.maximum(pearson - drift, 0.0), np.maximum((variance > 0).sum(axis=2) - 2, 0)


def _folded(months: Floats) -> Floats:
    """Return rows of months as rows of blocks, the last block ending with the last month."""
    short = -months.shape[1] % BLOCK_MONTHS
    padded = np.pad(months, ((0, 0), (short, 0)), constant_values=np.nan)
    return padded.reshape(len(months), padded.shape[1] // BLOCK_MONTHS, BLOCK_MONTHS)


def _robust_scale(scatter: Floats, freedom: Integers) -> float:
    """Return the scale at which the blocks, each bounded, scatter as chi-squared variables would."""
    scatter, freedom = scatter[freedom > 0], freedom[freedom > 0]
    if freedom.sum() < FEWEST_FREEDOM:
        return float("nan")
    bound = chdtri(freedom, LARGEST_CREDIBLE)
    expected = (freedom * chdtr(freedom + 2, bound) + bound * LARGEST_CREDIBLE).sum()
    if bound[scatter > 0].sum() <= expected:
        return 0.0  # most blocks don't scatter at all
    per_bound = scatter[scatter > 0] / bound[scatter > 0]
    return float(
        brentq(
            lambda scale: np.minimum(scatter / scale, bound).sum() - expected,
            per_bound.min(),  # every block bounded
            2 * scatter.sum() / expected,  # beyond where no block is bounded
        )
    )


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros(np.broadcast(over, under).shape), where=under > 0)
