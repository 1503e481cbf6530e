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

from vulncore.domain.arrays import Integers
from vulncore.domain.blur import SAID_BY_A_LINE, SHARE_SWAPPED, even_numbers, record_ids, shares, taken_from

SWAPPED: Final = tuple(dict.fromkeys(("row_id", "record_id", "measure", "outside_area", *SAID_BY_A_LINE)))
"""The columns of swapped incidents."""


def swapped(incidents: pa.Table, secret: bytes) -> pa.Table:
    """Return incidents as data checks may count them by hour or place.

    A quarter of the records have the times of another one, and as many, drawn apart, the point of another one
    (`vulncore.domain.blur.taken_from`). How many have which kind of time, or a point, stays the same. Where fewer than
    `FEWEST_ALIKE` are alike, of a measure and of the force, their times or points are left out.

    Incidents can be of any number of forces, and the secret is the store's.

    Returns:
        The columns of `SWAPPED`, same rows in the same order. Times are swapped as they lie from the day of recording;
        among records of one measure, or of the force where that has fewer than `FEWEST_ALIKE`.

    Source:
        Dalenius and Reiss (1982), Data-swapping: a technique for disclosure control.

    Misleads when:
        a single record is looked at, or fewer than about twenty.
    """
    numbers = even_numbers(hmac.digest(secret, b"swap", "sha256"), record_ids(incidents))
    swaps_times, swaps_point = (shares(numbers[:, at]) < SHARE_SWAPPED for at in (9, 10))
    recorded, began, ended = (
        incidents.column(name).to_numpy().astype("datetime64[us]")
        for name in ("recorded_on", "occurred_from", "occurred_to")
    )
    force = incidents.column("force").to_pandas()
    kind = pd.Series(_kind_of_time(began, ended))
    pools = [_numbered(force, kind, incidents.column("measure").to_pandas()), _numbered(force, kind)]
    taken, alone = taken_from(pools, numbers[:, 0:6], swaps_times)
    lag = {"occurred_from": began - recorded, "occurred_to": ended - recorded}
    columns = {name: incidents.column(name) for name in SWAPPED}
    for name, days in lag.items():
        moment = recorded + days[taken]
        moment[alone] = np.datetime64("NaT")
        columns[name] = pa.array(moment, pa.timestamp("us"))
    has_point = incidents.column("longitude").is_valid().to_pandas()
    of_points = numbers[:, [0, 1, 2, 6, 7, 8]]
    taken, alone = taken_from([_numbered(force, has_point)], of_points, swaps_point)
    shown = pa.array(np.where(alone, -1, taken))
    shown = pc.if_else(pc.less(shown, 0), pa.scalar(None, shown.type), shown)
    columns |= {
        name: incidents.column(name).take(shown) for name in ("longitude", "latitude", "outside_area")
    }
    return pa.table(columns)


def _kind_of_time(began: np.ndarray, ended: np.ndarray) -> Integers:
    """Return what is known of when records happened: their beginning, their end, and whether that is but a day."""
    past_end = ended + np.timedelta64(1, "s")
    days = (began == began.astype("datetime64[D]")) & (past_end == ended.astype("datetime64[D]") + 1)
    kind: Integers = np.isnat(began) + 2 * np.isnat(ended) + 4 * days
    return kind


def _numbered(*columns: pd.Series) -> Integers:
    """Return a number for each row, the same where all columns are."""
    of = range(len(columns))
    by_all = pd.concat(columns, axis=1, keys=of).groupby(list(of))
    return np.asarray(by_all.ngroup(), dtype=np.int64)
