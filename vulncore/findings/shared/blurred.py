"""The records of a version as they may be counted by hour, place or group: each blurred once (`vulncore.domain.blur`)."""

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

import pyarrow as pa

from vulncore.domain.blur import blurred
from vulncore.domain.engine import arrow_table
from vulncore.store import Snapshot
from vulncore.store.areas import Area, area_of
from vulncore.store.secrets import kept_secret

VERSIONS_KEPT: Final = 4
OF_MADE_DATA: Final = b"made data are nobody's"
"""Made data are blurred in the same way in every store, so that a demonstration shows the same figures everywhere."""


def blurred_records(snapshot: Snapshot, smallest: int) -> Snapshot:
    """Return a version whose incidents are blurred; where nothing is hidden, as it is.

    Args:
        snapshot: A published version.
        smallest: The smallest number that is shown; up to 1, who asks may read the records themselves.

    Raises:
        DamagedStoreError: The store holds pseudonyms of victims, and its secret is gone; or it can't keep one.
    """
    if smallest <= 1:
        return snapshot
    rows = _blurred_rows(snapshot)
    return replace(snapshot, incidents=arrow_table(snapshot.incidents.get_backend(), rows))


def blurred_from(snapshot: Snapshot) -> tuple[object, ...]:
    """Return what a version's blurred records are made from: as long as this stays the same, so do they."""
    areas = tuple((force, area.key) for force, area in _areas(snapshot).items())
    return (snapshot.publish.stored.get("incidents"), _secret(snapshot), areas)


_kept: dict[tuple[Path, int], tuple[object, pa.Table]] = {}
_lock = Lock()


def _blurred_rows(snapshot: Snapshot) -> pa.Table:
    """Return the blurred rows, kept in memory for as long as they are made from the same."""
    made_from = blurred_from(snapshot)
    place = (snapshot.home, snapshot.publish.table_versions.get("incidents", 0))
    with _lock:  # one at a time: whoever asks at the same moment asks for the same rows
        if place not in _kept or _kept[place][0] != made_from:
            shapes = {force: area.shape for force, area in _areas(snapshot).items()}
            rows = blurred(snapshot.incidents.to_pyarrow(), _secret(snapshot), shapes)
            _kept.pop(place, None)
            _kept[place] = (made_from, rows)
            while len(_kept) > VERSIONS_KEPT:
                del _kept[next(iter(_kept))]
        return _kept[place][1]


def _secret(snapshot: Snapshot) -> bytes:
    return OF_MADE_DATA if snapshot.publish.made else kept_secret(snapshot.home.parent)


def _areas(snapshot: Snapshot) -> dict[str, Area]:
    forces = snapshot.coverage.force.as_table().distinct().to_pyarrow()["force"].to_pylist()
    every = {force: area_of(snapshot.home.parent, force) for force in sorted(forces)}
    return {force: area for force, area in every.items() if area}
