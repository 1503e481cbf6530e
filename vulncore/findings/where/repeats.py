"""Is an event followed by another near by and soon?"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import small_first
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.near_repeats import NearRepeats, near_repeats
from vulncore.metrics.hotspots.point_counts import dated_points
from vulncore.store import Snapshot

DISTANCES_M: Final = (0, 100, 200, 400)
DAYS_APART: Final = (7, 14, 28)
FEWEST: Final = 30
WORTH_SAYING: Final = 1.2  # times chance: with enough records far less is beyond it
SAME_PLACE: Final = "Same place"
STEP: Final = 0.1  # of a ratio: finer would give pairs away


@dataclass(frozen=True)
class Repeats:
    """Pairs of events by how far and how long they are apart, beside what chance gives; None where `not_said` says why."""

    found: NearRepeats | None
    headline: Headline | None
    smallest: int
    not_said: str = ""


def repeats(snapshot: Snapshot, found: Where) -> Repeats:
    """Return whether events are followed by others near by and soon, in the window asked for and at every hour.

    Args:
        snapshot: The version that was read.
        found: Where the records lie.
    """
    dated = dated_points(snapshot.incidents, snapshot.coverage, found.read.asked.records)
    smallest = found.smallest
    if dated.empty:
        return Repeats(
            None,
            None,
            smallest,
            "Nothing can be said about repeats: these records have a month and no day on which they happened.",
        )
    if len(dated) < max(FEWEST, smallest):
        return Repeats(
            None,
            None,
            smallest,
            f"Fewer than {max(FEWEST, smallest)} {found.unit} have a place and a day: too few to tell repeats from chance.",
        )
    zones = found.zones(found.finest)
    points_m = dated[["longitude", "latitude"]].to_numpy(dtype=float) * zones.scale
    days = dated["day"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    tested = near_repeats(points_m, days, DISTANCES_M, DAYS_APART)
    return Repeats(tested, _headline(tested), smallest)


def repeats_table(found: Repeats) -> pd.DataFrame:
    """Return one row per distance and one column per time, as times what chance gives; small numbers hidden."""
    if found.found is None:
        return pd.DataFrame()
    rows = []
    for distance, group in found.found.table.groupby("distance_to_m", sort=True):
        cells = {_days(row): _cell(row, found.smallest) for row in group.to_dict("records")}
        rows.append({"Apart": _apart(float(str(distance))), **cells})
    return pd.DataFrame(rows)


def _headline(tested: NearRepeats) -> Headline:
    clear = tested.table[tested.table["clear"] & (tested.table["ratio"] >= WORTH_SAYING)]
    if clear.empty:
        return Headline(
            HeadlineKind.QUIET,
            "Repeats",
            "No near repeats: at no distance and time are there clearly more pairs of events than shuffled dates give.",
        )
    most = clear.sort_values(["ratio", "days_to", "distance_to_m"]).iloc[-1]
    return Headline(
        HeadlineKind.CLEAR,
        "Near repeats",
        f"After an event, another {_away(float(most['distance_to_m']))} within {int(most['days_to'])} days is "
        f"{_in_steps(float(most['ratio']))} times as likely as chance has it.",
    )


def _away(distance_to_m: float) -> str:
    apart = _apart(distance_to_m)
    return "at the same place" if apart == SAME_PLACE else f"{small_first(apart)} away"


def _cell(row: Mapping[Hashable, Any], smallest: int) -> str:
    observed, ratio = float(row["observed"]), float(row["ratio"])
    if observed < smallest or np.isnan(ratio):
        return "too few"
    return f"{_in_steps(ratio)} times{', beyond chance' if row['clear'] and ratio >= 1 + STEP / 2 else ''}"


def _in_steps(ratio: float) -> str:
    return f"{STEP * round(ratio / STEP):.1f}"


def _apart(distance_to_m: float) -> str:
    bands = dict(zip(DISTANCES_M, (None, *DISTANCES_M[:-1]), strict=True))
    first = bands[int(distance_to_m)]
    return (
        "Same place"
        if first is None
        else f"Up to {distance_to_m:.0f} m"
        if first == 0
        else f"{first} to {distance_to_m:.0f} m"
    )


def _days(row: Mapping[Hashable, Any]) -> str:
    first, last = int(row["days_from"]), int(row["days_to"])
    return f"Within {last} days" if first == 0 else f"{first} to {last} days"
