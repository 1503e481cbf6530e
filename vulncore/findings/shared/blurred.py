"""The records of a version as they may be counted by hour, place or group: each blurred once (`vulncore.domain.blur`).

Data checks count swapped ones instead (`vulncore.metrics.data_quality.swapped`).
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Final

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from vulncore.domain.blur import BLURRED, MADE_FROM, NOT_REPEATED, REPEATED, REPEATS, blurred, is_blurred
from vulncore.domain.engine import arrow_table
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.prepared_files import kept_table
from vulncore.metrics.data_quality.swapped import SWAPPED, swapped
from vulncore.metrics.drivers.repeats import MONTHS_BACK, repeat_places, repeat_victims
from vulncore.store import Snapshot
from vulncore.store.areas import area_of, boundaries_kept
from vulncore.store.secrets import kept_secret

MOST_KEPT: Final = 8  # forces and versions; what the disk keeps, too, is mapped
OF_MADE_DATA: Final = b"made data are nobody's"
"""Made data are blurred in the same way in every store, so that a demonstration shows the same figures everywhere."""


def blurred_records(snapshot: Snapshot, smallest: int, force: str | None = None) -> Snapshot:
    """Return a version whose incidents are blurred, those of a force alone if one is named; where nothing is hidden, as it is.

    A force's records are blurred alike whether others' are or not.

    Args:
        snapshot: A published version.
        smallest: The smallest number that is shown; up to 1, who asks may read the records themselves.
        force: Whose records; everybody's, unless given.

    Raises:
        DamagedStoreError: The store holds pseudonyms of victims, and its secret is gone; or it can't keep one.
    """
    if not is_blurred(smallest):
        return snapshot
    rows = _blurred_rows(snapshot, force, made_from(snapshot, smallest))
    return replace(snapshot, incidents=arrow_table(snapshot.incidents.get_backend(), rows))


def swapped_records(snapshot: Snapshot, smallest: int, force: str | None = None) -> ir.Table:
    """Return a version's incidents as data checks may count them by hour or place; where nothing is hidden, as they are.

    Of what is not published there are none: rows of somebody's own beside the standing ones would tell these apart.
    Arguments and errors are those of `blurred_records`; the version may be a preview.
    """
    incidents = _of(snapshot, force)
    if not is_blurred(smallest):
        return incidents
    rows = incidents.select(*SWAPPED)
    if not snapshot.publish.table_versions:
        return rows.limit(0)
    return arrow_table(snapshot.incidents.get_backend(), swapped(rows.to_pyarrow(), _secret(snapshot)))


def made_from(snapshot: Snapshot, smallest: int) -> tuple[object, ...]:
    """Return what `blurred_records` are made from: as long as this stays the same, so do they."""
    files = snapshot.publish.stored.get("incidents")
    if not is_blurred(smallest):
        return (files,)
    return (
        files,
        _secret(snapshot),
        boundaries_kept(snapshot.home.parent),
        _strands(snapshot),
        _first_months(snapshot),
    )


_Place = tuple[Path, int, str | None]
_kept: dict[_Place, tuple[object, pa.Table]] = {}
_locks: defaultdict[_Place, Lock] = defaultdict(Lock)


def _blurred_rows(snapshot: Snapshot, force: str | None, made_of: object) -> pa.Table:
    """Return the blurred rows, kept in memory for as long as they are made of the same."""
    place = (snapshot.home, snapshot.publish.table_versions.get("incidents", 0), force)
    with _locks[place]:  # one at a time: whoever asks at the same moment asks for the same rows
        made, rows = _kept.get(place, (None, None))
        if rows is None or made != made_of:
            rows = kept_table(
                snapshot, ("blurred", force, made_of), BLURRED, lambda: _blurred_now(snapshot, force)
            )
            _kept.pop(place, None)
            _kept[place] = (made_of, rows)
            for oldest in list(_kept)[:-MOST_KEPT]:
                _kept.pop(oldest, None)
        return rows


def _blurred_now(snapshot: Snapshot, force: str | None) -> pa.Table:
    home, forces = snapshot.home.parent, [force]
    if force is None:
        # whatever notes set aside: rows are kept for later versions
        covered = snapshot.delivered.get("coverage", snapshot.coverage)
        forces = covered.force.as_table().distinct().to_pyarrow()["force"].to_pylist()
    areas = {one: area.shape for one in forces if one and (area := area_of(home, one))}
    rows = with_repeats(snapshot, _of(snapshot, force).select(*MADE_FROM).to_pyarrow())
    return blurred(rows, _secret(snapshot), areas)


def with_repeats(snapshot: Snapshot, rows: pa.Table) -> pa.Table:
    """Return incidents of a version with the columns of `REPEATS`: whether their victim, or their place, had a record before.

    Of a record within the first twelve months that its force has delivered neither is said: where only a yes can be known, all
    that is known is a yes.
    """
    strand_of, first_of = dict(_strands(snapshot)), dict(_first_months(snapshot))
    earliest = min(first_of.values(), default=date.max)
    victims = repeat_victims(rows, strand_of, earliest)
    flags = (victims["same_strand"], victims["any_strand"], repeat_places(rows, strand_of, earliest))
    first = pd.to_datetime(rows.column("force").to_pandas().map(first_of)).to_numpy().astype("datetime64[M]")
    known = rows.column("recorded_on").to_numpy().astype("datetime64[M]") >= first + MONTHS_BACK
    for name, flag in zip(REPEATS, flags, strict=True):
        words = flag.map({True: REPEATED, False: NOT_REPEATED}).astype(object).mask(~known)
        rows = rows.append_column(name, pa.array(words, pa.string(), from_pandas=True))
    return rows


@once_a_version(MANY)
def _strands(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    return tuple(
        (measure.key, measure.strand) for measure in dataset_contents(snapshot).measures if measure.strand
    )


@once_a_version(MANY)
def _first_months(snapshot: Snapshot) -> tuple[tuple[str, date], ...]:
    """Return from which month each force's records are known."""
    covered = snapshot.delivered.get("coverage", snapshot.coverage)
    firsts = covered.filter(covered.table == "incidents").group_by("force").agg(first=covered.month.min())
    return tuple((row["force"], row["first"]) for row in firsts.to_pyarrow().to_pylist())


def _of(snapshot: Snapshot, force: str | None) -> ir.Table:
    incidents = snapshot.incidents
    return incidents if force is None else incidents.filter(incidents.force == force)


def _secret(snapshot: Snapshot) -> bytes:
    return OF_MADE_DATA if snapshot.publish.made else kept_secret(snapshot.home.parent)
