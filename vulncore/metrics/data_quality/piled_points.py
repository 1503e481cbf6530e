"""Piled points: points snapped to a few places, and one place with more than the others explain."""

import math
from collections.abc import Mapping
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pandas as pd

ENOUGH: Final = 200  # rows with a point
SNAPPED_FROM: Final = 10.0
"""Rows per distinct point. Real addresses in Houston have 3.6; data.police.uk's streets in the City 53."""
TOP: Final = 10  # the busiest places, the last of which says what a busy place holds
TIMES_EXPLAINED: Final = 2.0
"""How many times what the third and the tenth busiest place lead one to expect the first holds: places fall off by a
power of their rank. In the City's real points it holds 0.7 times that, in Houston's 0.7 times too."""
FALL: Final = math.log(3) / math.log(10 / 3)
"""From the first place to the third, for that from the third to the tenth."""
FEWEST: Final = 20  # rows on one spot
LEAST_SHARE: Final = 0.01
BUSY_SHARE: Final = 0.001
"""Of the placed rows: where fewer than ten places reach it, the tenth counts as reaching it."""


def point_piles(incidents: ir.Table) -> pd.DataFrame:
    """Return how many distinct points each force's rows share, and what its busiest point holds.

    Returns:
        One row per force with at least `ENOUGH` placed rows: `force`, `placed`, `points` (distinct), `snapped` (so
        many rows to a point that points stand for places); of the busiest point `longitude` and `latitude` (missing
        where no place holds a thousandth), `rows`, `tenth` (rows of the tenth busiest, at most) and `piled` (more
        than the others explain).

    Misleads when:
        one address really has most of the demand: a hospital, a custody suite, a station.
    """
    placed = incidents.filter(incidents.longitude.notnull())
    points = placed.group_by("force", "longitude", "latitude").agg(rows=placed.count())
    sums: pd.DataFrame = (
        points.group_by("force")
        .agg(placed=points.rows.sum(), points=points.count(), most=points.rows.max())
        .filter(lambda t: t.placed >= ENOUGH)
        .to_pandas()
    )
    busy = _busiest(points, sums)
    piles = [_shared_out(row, busy[busy["force"] == row["force"]]) for row in sums.to_dict("records")]
    columns = ["force", "placed", "points", "snapped", "longitude", "latitude", "rows", "tenth", "piled"]
    return pd.DataFrame(piles, columns=columns)


def _busiest(points: ir.Table, sums: pd.DataFrame) -> pd.DataFrame:
    """Return each force's places that reach the busy share, the busiest first and at most `TOP` of them."""
    least = [
        (points.force == force, math.ceil(BUSY_SHARE * placed))
        for force, placed in sums[["force", "placed"]].itertuples(index=False)
    ]
    busy = points.filter(points.rows >= ibis.cases(*least)) if least else points.limit(0)
    window = ibis.window(group_by="force", order_by=[ibis.desc("rows"), "longitude", "latitude"])
    ranked = busy.mutate(rank=ibis.row_number().over(window))
    busiest: pd.DataFrame = ranked.filter(ranked.rank < TOP).order_by("force", "rank").to_pandas()
    return busiest


def _shared_out(sums: Mapping[Any, Any], busy: pd.DataFrame) -> tuple[object, ...]:
    """Return what the columns of `point_piles` say of a force, in their order."""
    placed, points, rows = (int(sums[name]) for name in ("placed", "points", "most"))
    third, tenth = (
        int(busy["rows"].iloc[rank]) if len(busy) > rank else math.ceil(BUSY_SHARE * placed)
        for rank in (2, TOP - 1)
    )
    explained = third * (third / tenth) ** FALL
    many = rows >= FEWEST and rows > max(TIMES_EXPLAINED * explained, LEAST_SHARE * placed)
    busiest = (float(busy[name].iloc[0]) if len(busy) else math.nan for name in ("longitude", "latitude"))
    snapped, piled = placed >= SNAPPED_FROM * points, many and points >= TOP
    return sums["force"], placed, points, snapped, *busiest, rows, tenth, piled
