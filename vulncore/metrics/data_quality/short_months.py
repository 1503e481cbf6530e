"""Which months hold far fewer records than those around them, as when a file was cut short."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.metrics.data_quality.month_rows import FEW_ROWS, FIRST_MONTH, LAST_MONTH, month_date
from vulncore.metrics.data_quality.restrictions import RESTRICTED_MONTHS
from vulncore.metrics.statistics.dispersion import dispersion

Floats = NDArray[np.float64]

NEIGHBOURS: Final = 3  # on each side: a quarter of a year, over which a season moves little
SHORT: Final = 2 / 3
"""Share of the expected count. On real monthly totals a sound January lies at three quarters of both sides."""
SHORT_BY: Final = 4.0  # standard deviations, beyond the scatter of the series: once in 30,000 months
SHORT_BESIDE_GAP, SHORT_BY_BESIDE_GAP = 0.85, 2.0
"""A month next to one that was never delivered is suspect beforehand, and there are only a few of them."""
SHORT_UNDER_RESTRICTIONS: Final = (
    1 / 3
)  # spring 2020 itself took away up to three quarters of the months before
ASSUMED_DISPERSION: Final = 6.0
"""Of a whole force's monthly total where history is too short to tell: the City's own is 5.8."""


def short_months(months: pd.DataFrame) -> pd.DataFrame:
    """Return the months whose total, over all measures of a source, lies far below both sides.

    What is expected is the lower of two medians per day: of three months before and three after; for the last
    month only of those before. A fall that stays is no short month, save where it begins with the last.

    Args:
        months: What `month_rows` returns.

    Returns:
        One row per short month: `force`, `source`, `month`, `count`, `expected`, `beside_gap` (a neighbouring
        month was not delivered), `deviations` (standard deviations below what was expected). A month of 0 is
        included: it was declared as delivered, and nothing came.

    Misleads when:
        something real emptied a single month.
    """
    found = []
    known = months[
        months["covered"] & months["count"].notna() & months["month"].between(FIRST_MONTH, LAST_MONTH)
    ]
    for (force, source), rows in known.groupby(["force", "source"]):
        grid = rows.pivot_table(index="measure", columns="month", values="count", aggfunc="sum")
        whole = grid.reindex(columns=range(int(grid.columns.min()), int(grid.columns.max()) + 1))
        found += [{"force": force, "source": source, **row} for row in _short_of(whole)]
    return pd.DataFrame(
        found, columns=["force", "source", "month", "count", "expected", "beside_gap", "deviations"]
    )


def _short_of(grid: pd.DataFrame) -> list[dict[str, object]]:
    months = [int(month) for month in grid.columns]
    per_month = grid.to_numpy(dtype=float)
    days = np.array([pd.Period(month_date(month), "M").days_in_month for month in months])
    delivered = ~np.isnan(per_month).all(axis=0)
    scatter = _scatter(per_month, months)
    found: list[dict[str, object]] = []
    for place in np.flatnonzero(delivered).tolist():
        here = ~np.isnan(per_month[:, place])
        comparable = delivered & ~np.isnan(per_month[here]).any(axis=0)
        total = per_month[here].sum(axis=0)
        before = _sides(total / days, comparable[:place][::-1], place, -1)
        after = _sides(total / days, comparable[place + 1 :], place, 1)
        sides = [side for side in (before, after) if side is not None]
        if before is None or not sides:
            continue
        expected = min(sides) * days[place]
        beside_gap = bool(
            (place > 0 and not delivered[place - 1]) or (place + 1 < len(months) and not delivered[place + 1])
        )
        count, deviations = total[place], (expected - total[place]) / np.sqrt(max(scatter * expected, 1.0))
        share, by = (SHORT_BESIDE_GAP, SHORT_BY_BESIDE_GAP) if beside_gap else (SHORT, SHORT_BY)
        if months[place] in RESTRICTED_MONTHS:
            share = SHORT_UNDER_RESTRICTIONS
        empty = count == 0 and expected >= FEW_ROWS
        if empty or (count <= share * expected and deviations >= by):
            found.append(
                {
                    "month": months[place],
                    "count": int(count),
                    "expected": float(expected),
                    "beside_gap": beside_gap,
                    "deviations": float(deviations),
                }
            )
    return found


def _sides(per_day: Floats, comparable: NDArray[np.bool_], place: int, step: int) -> float | None:
    """Return the median per day of the nearest months on one side; None where there are too few."""
    near = (np.flatnonzero(comparable)[:NEIGHBOURS] + 1) * step + place
    return float(np.median(per_day[near])) if len(near) == NEIGHBOURS else None


def _whole(per_month: Floats) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(per_month).any(axis=0), dtype=bool)


def _scatter(per_month: Floats, months: list[int]) -> float:
    whole = _whole(per_month)
    if not whole.any():
        return ASSUMED_DISPERSION
    total = pd.DataFrame(
        {
            "measure": "all",
            "month": [pd.Timestamp(month_date(m)) for m, w in zip(months, whole, strict=True) if w],
            "count": per_month[:, whole].sum(axis=0),
        }
    )
    estimate = float(dispersion(total)["dispersion"].iloc[0])
    return ASSUMED_DISPERSION if np.isnan(estimate) else max(estimate, 1.0)
