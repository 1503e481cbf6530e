"""Places off: points outside the force's area, far from all others, at 0, swapped, or read in the wrong unit."""

from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans
from vulncore.domain.geography import boundary, metres_from, to_grid, to_wgs84
from vulncore.domain.places.misread import better_reading, is_near
from vulncore.domain.places.written import Reading
from vulncore.metrics.data_quality.far_towns import in_far_towns

KM_PER_DEGREE: Final = 111.2  # of a great circle; here only for telling far from near
FAR_KM: Final = 20.0
TIMES_THE_USUAL: Final = 8.0
"""How many times the median distance from the middle is far. Of points that scatter normally around a centre none
in 10¹⁶ lies there; a force with one town and a long coast stays below four."""
BEYOND_M: Final = 1_000.0
GRID_ORIGIN: Final = (-7.5571598, 49.7668072)  # easting 0, northing 0 of the British National Grid
BRITISH_LATITUDES, BRITISH_LONGITUDES = (49.0, 61.0), (-9.0, 2.5)
POINT: Final = ["longitude", "latitude"]
NO_FAR: Final = {"far": 0, "turned_grid": 0, "turned_outside": 0}
CLOSE: Final = 0.001  # degrees: a hundred metres


def places_off(incidents: ir.Table, piles: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return how many of each force's points are outside its area, far off, at 0 or swapped.

    A point is counted once: what is at 0, swapped or one of the `piles` (`force`, `longitude`, `latitude`) is neither
    outside nor far.

    Returns:
        One row per force with points: `force`; `placed` (rows with a point); `outside` (of them marked as outside
        the area); `beyond` (of those, more than 1 km outside) and `farthest_km` (missing without a boundary);
        `far` (more than `FAR_KM` and eight times the usual distance from the middle, and in no far town), `far_km` (the
        farthest);
        `zero` (at longitude and latitude 0, or at the origin of the British grid); `swapped` (near the middle once
        longitude and latitude change places; all, where the middle itself is a British place so turned); `turned_grid` (near
        the middle once easting and northing change places); `misread` (where nearly all lie nowhere near the force or the
        country, and would once read another way: the `Reading`, which takes eastings and northings; else None).

    Misleads when:
        most points are wrong, for the middle then is too; or when a force really has records far away.
    """
    placed = incidents.filter(incidents.longitude.notnull()).select(
        "force", "longitude", "latitude", "outside_area"
    )
    middles = placed.group_by("force").agg(
        middle_x=placed.longitude.median(),
        middle_y=placed.latitude.median(),
        placed=placed.count(),
    )
    apart = placed.join(middles, "force").mutate(km=lambda t: _km(t, t.longitude, t.latitude))
    usual = apart.group_by("force").agg(usual_km=apart.km.median())
    judged = apart.join(usual, "force").mutate(
        limit_km=lambda t: ibis.greatest(FAR_KM, TIMES_THE_USUAL * t.usual_km)
    )
    marked = judged.mutate(
        far=judged.km > judged.limit_km,
        zero=is_zero(judged),
        piled=ibis.or_(
            *(
                (judged.force == force) & (judged.longitude == x) & (judged.latitude == y)
                for force, x, y in ([] if piles is None else piles[["force", *POINT]].itertuples(index=False))
            )
        ),
        turned=(_km(judged, judged.latitude, judged.longitude) < judged.limit_km) | _british_turned(judged),
    )
    marked = marked.mutate(
        known=marked.zero | marked.piled | ((marked.far | _british_turned(marked)) & marked.turned)
    )
    counted: pd.DataFrame = (
        marked.group_by("force", "placed", "middle_x", "middle_y")
        .agg(
            zero=lambda t: t.zero.sum(),
            swapped=lambda t: (t.far & t.turned & ~t.zero).sum(),
            outside=lambda t: (t.outside_area.fill_null(False) & ~t.known).sum(),
        )
        .order_by("force")
        .to_pandas()
    )
    counted = counted.join(_far(marked), on="force").fillna(NO_FAR).astype(dict.fromkeys(NO_FAR, "int64"))
    counted["outside"] -= counted["turned_outside"]
    beyond = [_beyond(marked.filter(~marked.known), row) for row in counted.to_dict("records")]
    turned = counted["middle_x"].between(*BRITISH_LATITUDES) & counted["middle_y"].between(
        *BRITISH_LONGITUDES
    )
    misread = [
        None if is_turned else _misread(marked.filter(marked.force == row["force"], ~marked.zero), row)
        for row, is_turned in zip(counted.to_dict("records"), turned, strict=True)
    ]
    return counted.assign(
        swapped=counted["swapped"].mask(turned, counted["placed"]),
        misread=pd.Series(misread, counted.index, dtype=object),
        beyond=[count for count, _ in beyond],
        farthest_km=[km for _, km in beyond],
    ).drop(columns=["turned_outside"])


def _misread(placed: ir.Table, row: dict[Any, Any]) -> Reading | None:
    """Return how eastings and northings would have to be read, where a force's points lie nowhere near as they are."""
    middle = np.array([row["middle_x"]]), np.array([row["middle_y"]])
    if is_near(row["force"], *middle).all():
        return None
    points = placed.select(*POINT).distinct().order_by(*POINT).to_pandas()
    grid = to_grid(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    return better_reading(*grid, row["force"], Reading(is_grid=True))


def _far(marked: ir.Table) -> pd.DataFrame:
    """Return by force how many records are far off, and the farthest's distance, without those in far towns or known otherwise.

    Those that would be near once easting and northing change places are counted by themselves (`turned_grid`, and of them those
    outside the area: `turned_outside`).
    """
    points: pd.DataFrame = (
        marked.filter(marked.far, ~marked.known)
        .group_by("force", *POINT, "km", "limit_km", "middle_x", "middle_y")
        .agg(rows=lambda t: t.count(), outside=lambda t: t.outside_area.fill_null(False).sum())
        .to_pandas()
    )
    turned = points[_near_once_turned(points)]
    points = points.drop(index=turned.index)
    towns = [
        pd.Series(
            in_far_towns(of.longitude.to_numpy(), of.latitude.to_numpy(), of.rows.to_numpy(float)), of.index
        )
        for _, of in points.groupby("force")
    ]
    slips = points.drop(index=[at for town in towns for at in town.index[town]])
    by_force = slips.groupby("force").agg(far=("rows", "sum"), far_km=("km", "max"))
    of_grid = turned.groupby("force").agg(turned_grid=("rows", "sum"), turned_outside=("outside", "sum"))
    return by_force.join(of_grid, how="outer")


def _near_once_turned(points: pd.DataFrame) -> Booleans:
    """Return which points are near the middle of a force's once easting and northing change places."""
    eastings, northings = to_grid(points["longitude"].to_numpy(), points["latitude"].to_numpy())
    longitudes, latitudes = to_wgs84(northings, eastings)
    middle_x, middle_y = points["middle_x"].to_numpy(), points["middle_y"].to_numpy()
    across = (longitudes - middle_x) * np.cos(np.radians(middle_y))
    km = KM_PER_DEGREE * np.hypot(across, latitudes - middle_y)
    near: Booleans = km < points["limit_km"].to_numpy()
    return near


def _beyond(placed: ir.Table, row: dict[Any, Any]) -> tuple[int, float]:
    area = boundary(row["force"])
    if area is None or not row["outside"]:
        return 0, float("nan")
    points = (
        placed.filter(placed.force == row["force"], placed.outside_area)
        .group_by("longitude", "latitude")
        .agg(rows=lambda t: t.count())
        .to_pandas()
    )
    metres = metres_from(area, points["longitude"].to_numpy(), points["latitude"].to_numpy())
    return int(points.loc[metres > BEYOND_M, "rows"].sum()), float(np.nanmax(metres)) / 1_000


def _km(points: ir.Table, longitude: ir.FloatingValue, latitude: ir.FloatingValue) -> ir.FloatingValue:
    """Return how far from the middle of a force's points others are."""
    north = latitude - points.middle_y
    across = (longitude - points.middle_x) * points.middle_y.radians().cos()
    return KM_PER_DEGREE * (across * across + north * north).sqrt()


def _british_turned(points: ir.Table) -> ir.BooleanValue:
    """Return whether the middle of a force's points is a British place with longitude and latitude swapped."""
    return points.middle_x.between(*BRITISH_LATITUDES) & points.middle_y.between(*BRITISH_LONGITUDES)


def is_zero(points: ir.Table) -> ir.BooleanValue:
    """Return which points are at longitude and latitude 0, or at the origin of the British grid."""

    def at(x: float, y: float) -> ir.BooleanValue:
        return ((points.longitude - x).abs() < CLOSE) & ((points.latitude - y).abs() < CLOSE)

    return at(0.0, 0.0) | at(*GRID_ORIGIN)
