"""Swapped records: what data checks count by hour or place, where some records have the times or the point of another.

Blurred records (`vulncore.domain.blur`) won't do here: a time that a form filled in, or a point at 0, 0, is no such time or
point once it has moved. Swapping leaves all times and points as they are, and says of none whose it was.
"""

import hmac
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.blur import SAID_BY_A_LINE, even_numbers, record_ids

SHARE_SWAPPED: Final = 0.25
"""Of the records: they have the times of another one, and as many, drawn apart, the point of another one."""
FEWEST_ALIKE: Final = 20
"""Records among which to swap, of one measure or else of the force; where there are fewer, their times or points are left out."""

SWAPPED: Final = tuple(dict.fromkeys(("row_id", "record_id", "measure", "outside_area", *SAID_BY_A_LINE)))
"""The columns of swapped incidents."""
_A_DAY: Final = np.timedelta64(1, "D")
_A_SECOND: Final = np.timedelta64(1, "s")


def swapped(incidents: pa.Table, secret: bytes) -> pa.Table:
    """Return incidents as data checks may count them by hour or place.

    A record that swaps takes what follows it on a ring on which a keyed hash of their ids puts all, so that it takes the same in
    every version, and a late record changes what few others take. How many have which kind of time, or a point, stays the same.

    Args:
        incidents: The canonical incidents, of any number of forces.
        secret: The store's.

    Returns:
        The columns of `SWAPPED`, same rows in the same order. Times are swapped as they lie from the day of recording;
        among records of one measure, or of the force where that has fewer than `FEWEST_ALIKE`.

    Source:
        Dalenius and Reiss (1982), Data-swapping: a technique for disclosure control; the ring is that of consistent hashing,
        Karger and others (1997).

    Misleads when:
        a single record is looked at, or fewer than about twenty.
    """
    numbers = even_numbers(hmac.digest(secret, b"swap", "sha256"), record_ids(incidents))
    ring, of_times, of_points = (_fine(numbers[:, first : first + 3]) for first in (0, 3, 6))
    swaps_times, swaps_point = (numbers[:, at] < SHARE_SWAPPED for at in (9, 10))
    recorded, began, ended = (
        incidents.column(name).to_numpy().astype("datetime64[us]")
        for name in ("recorded_on", "occurred_from", "occurred_to")
    )
    force = incidents.column("force").to_pandas()
    kind = pd.Series(_kind_of_time(began, ended))
    pools = [_numbered(force, kind, incidents.column("measure").to_pandas()), _numbered(force, kind)]
    taken, alone = _taken(pools, ring, swaps_times, of_times)
    lag = {"occurred_from": began - recorded, "occurred_to": ended - recorded}
    columns = {name: incidents.column(name) for name in SWAPPED}
    for name, days in lag.items():
        moment = recorded + days[taken]
        moment[alone] = np.datetime64("NaT")
        columns[name] = pa.array(moment, pa.timestamp("us"))
    has_point = incidents.column("longitude").is_valid().to_pandas()
    taken, alone = _taken([_numbered(force, has_point)], ring, swaps_point, of_points)
    shown = pa.array(np.where(alone, -1, taken))
    shown = pc.if_else(pc.less(shown, 0), pa.scalar(None, shown.type), shown)
    columns |= {
        name: incidents.column(name).take(shown) for name in ("longitude", "latitude", "outside_area")
    }
    return pa.table(columns)


def _kind_of_time(began: np.ndarray, ended: np.ndarray) -> Integers:
    """Return what is known of when records happened: their beginning, their end, and whether that is but a day."""
    days = (began.astype("datetime64[D]") == began) & (
        ended + _A_SECOND == ended.astype("datetime64[D]") + _A_DAY
    )
    kind: Integers = np.isnat(began) + 2 * np.isnat(ended) + 4 * days
    return kind


def _numbered(*columns: pd.Series) -> Integers:
    """Return a number for each row, the same where all columns are."""
    of = range(len(columns))
    by_all = pd.concat(columns, axis=1, keys=of).groupby(list(of))
    return np.asarray(by_all.ngroup(), dtype=np.int64)


def _taken(pools: list[Integers], ring: Floats, swaps: Booleans, drawn: Floats) -> tuple[Integers, Booleans]:
    """Return from which row each takes, out of its first pool that is large enough; and which rows have none."""
    taken: Integers = np.arange(len(ring))
    waiting = np.ones(len(ring), dtype=bool)
    for pool in pools:
        size = np.bincount(pool)
        first: Integers = np.cumsum(size) - size
        here = waiting & (size[pool] >= FEWEST_ALIKE)
        order: Integers = np.lexsort((ring, pool))
        moving = np.flatnonzero(here & swaps)
        after = np.searchsorted(pool[order] + ring[order], pool[moving] + drawn[moving]) - first[pool[moving]]
        taken[moving] = order[first[pool[moving]] + after % size[pool[moving]]]
        waiting &= ~here
    return taken, waiting


def _fine(numbers: Floats) -> Floats:
    """Return one number between 0 and 1 of three that are coarse."""
    fine: Floats = np.minimum(numbers @ (1 / 65_536) ** np.arange(3), np.nextafter(1, 0))
    return fine
