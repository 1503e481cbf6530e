"""Would yesterday's map have been right about today?"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import Window, add_months, month_end, month_name
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import percent, percent_range, share_in_steps, small_first
from vulncore.findings.where.layers import fitting_bandwidth_m
from vulncore.findings.where.read import Placed, in_window
from vulncore.findings.where.where import TESTED, Where
from vulncore.metrics.hotspots.density import kernel_density, share_inside
from vulncore.metrics.hotspots.getis_ord import getis_ord
from vulncore.metrics.hotspots.prediction import prediction

SHARES: Final = (0.01, 0.05, 0.10)
NAIVE: Final = "Last month's counts"
COUNTS, DENSITY, STANDS_OUT = "A year's counts", "A year's density", "A year's Gi*"
GO_BY: Final = {COUNTS: "How many", DENSITY: "Density", STANDS_OUT: "Hot"}
"""What each map is called on screen."""
FEWEST: Final = 50  # records over the months tried; of fewer, a share says nothing


@dataclass(frozen=True)
class MapTrial:
    """How much of each month lay in the part of the area that maps known before had put first.

    `frame` is what `vulncore.metrics.hotspots.prediction.prediction` returns, with `percent` (the hit rate, in steps
    worth at least `smallest` records); empty where `not_tried` says why.
    """

    frame: pd.DataFrame
    months: tuple[date, ...]
    headline: Headline | None
    not_tried: str = ""


def tried(found: Where) -> MapTrial:
    """Return how maps of the twelve months before would have done in each of the last months.

    Args:
        found: Where the records lie.
    """
    if not found.tested:
        return _not_tried(
            f"A map of a year is tried on the months after it. That takes {TESTED + 3} months without a gap or a change of "
            "recording, and there are fewer."
        )
    placed = found.placed(found.finest)
    happened = placed.by_month(found.tested)
    if happened.sum() < max(FEWEST, found.smallest):
        return _not_tried(
            f"Fewer than {max(FEWEST, found.smallest)} {found.unit} lie in the months to try a map on: too few to say "
            "whether it would have been right."
        )
    areas = placed.zones.areas_m2
    maps = _maps(found, placed)
    frame = prediction(maps, areas, happened, SHARES, rival=NAIVE)
    held = happened.sum()
    frame = frame.assign(percent=[share_in_steps(hits, held, found.smallest) for hits in frame["hits"]])
    return MapTrial(frame, found.tested, _headline(frame))


def prediction_table(found: MapTrial) -> pd.DataFrame:
    """Return one row per map and share of the area, with columns named for people; what would single out few is left out."""
    rows = found.frame
    return pd.DataFrame(
        {
            "Map": rows["method"],
            "Of the area": [percent(share) for share in rows["share"]],
            "Held of the next month": [f"about {held} %" for held in rows["percent"]],
            "95 % limits": [
                "–" if pd.isna(low) else percent_range(max(low, 0), min(high, 1))
                for low, high in zip(rows["hit_rate_low"], rows["hit_rate_high"], strict=True)
            ],
            "PAI": [
                f"{held / 100 / share:.1f}"
                for held, share in zip(rows["percent"], rows["share"], strict=True)
            ],
            "PEI*": [f"{pei:.1f}" for pei in rows["pei_star"]],
            "Than last month's": [_against(row) for row in rows.to_dict("records")],
        }
    )


def months_tried(found: MapTrial) -> str:
    """Return the months on which maps were tried, in words."""
    return f"{month_name(found.months[0])} to {month_name(found.months[-1])}"


def _maps(found: Where, placed: Placed) -> dict[str, Floats]:
    zones, read = placed.zones, found.read
    bandwidth_m = fitting_bandwidth_m(zones)
    inside = share_inside(zones.centres_m, zones.plane(zones.area), bandwidth_m)
    points = np.column_stack([read.longitudes, read.latitudes]) * zones.scale
    maps: dict[str, list[Floats]] = {NAIVE: [], COUNTS: [], DENSITY: [], STANDS_OUT: []}
    for month in found.tested:
        last = add_months(month, -1)
        year = Window(add_months(month, -TESTED), month_end(last))
        counts = placed.within(year)
        rows = in_window(read.month, year)
        per_km2 = kernel_density(points[rows], read.records[rows], zones.centres_m, bandwidth_m, inside)
        per_area = counts / zones.areas_m2 * float(np.median(zones.areas_m2))
        maps[NAIVE].append(placed.within(Window(last, month_end(last))) / zones.areas_m2)
        maps[COUNTS].append(per_area)
        maps[DENSITY].append(np.nan_to_num(per_km2))
        maps[STANDS_OUT].append(getis_ord(per_area, zones.near)["z"].to_numpy())
    return {name: np.array(each) for name, each in maps.items()}


def _headline(frame: pd.DataFrame) -> Headline:
    rows = frame[frame["share"] == SHARES[1]].to_dict("records")
    naive, *others = sorted(rows, key=lambda row: row["method"] != NAIVE)
    best: Mapping[Hashable, Any] = max(others, key=lambda row: float(row["hit_rate"]))
    sure = float(best["better_low"]) > 0
    name = str(best["method"])
    said = (
        f"5 % of the area, chosen by {small_first(name)}, held about {best['percent']} % of the month after; "
        f"chosen by last month's counts about {naive['percent']} %."
    )
    verdict = f" Go by “{GO_BY[name]}”." if sure else " The difference could be chance."
    return Headline(
        HeadlineKind.CLEAR if sure else HeadlineKind.QUIET, "Would the map have been right?", said + verdict
    )


def _against(row: Mapping[Hashable, Any]) -> str:
    low, high = (float(row[name]) for name in ("better_low", "better_high"))
    if np.isnan(low):
        return "–"
    return "better" if low > 0 else "worse" if high < 0 else "could be chance"


def _not_tried(why: str) -> MapTrial:
    return MapTrial(pd.DataFrame(), (), None, why)
