"""The records of a version as they may be counted by hour, place or group: each blurred once (`vulncore.domain.blur`)."""

from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

import pyarrow as pa

from vulncore.domain.blur import blurred
from vulncore.domain.engine import arrow_table
from vulncore.store import Snapshot
from vulncore.store.areas import area_of
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


_kept: dict[tuple[Path, int], tuple[object, pa.Table]] = {}
_lock = Lock()


def _blurred_rows(snapshot: Snapshot) -> pa.Table:
    """Return the blurred rows, kept in memory for as long as the files stay what they are."""
    store, publish = snapshot.home.parent, snapshot.publish
    secret = OF_MADE_DATA if publish.made else kept_secret(store)
    forces = snapshot.coverage.force.as_table().distinct().to_pyarrow()["force"].to_pylist()
    areas = {force: area for force in sorted(forces) if (area := area_of(store, force))}
    made_from = (publish.stored.get("incidents"), secret, *(area.key for area in areas.values()))
    place = (snapshot.home, publish.table_versions.get("incidents", 0))
    with _lock:  # one at a time: whoever asks at the same moment asks for the same rows
        if place not in _kept or _kept[place][0] != made_from:
            shapes = {force: area.shape for force, area in areas.items()}
            rows = blurred(snapshot.incidents.to_pyarrow(), secret, shapes)
            _kept.pop(place, None)
            _kept[place] = (made_from, rows)
            while len(_kept) > VERSIONS_KEPT:
                del _kept[next(iter(_kept))]
        return _kept[place][1]
