"""A version's records that count, with their hours worked out: made once, kept, and asked for by every question."""

from collections.abc import Hashable, Mapping

import pyarrow as pa

from vulncore.domain.blur import is_blurred
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import FEW, MANY, once_a_version
from vulncore.findings.shared.prepared_files import kept_table
from vulncore.metrics.week.counted import COUNTED, CountedRecords, counted_records
from vulncore.metrics.week.known_times import Known, midnights
from vulncore.store import Snapshot


def counted_of(snapshot: Snapshot, force: str, smallest: int) -> CountedRecords:
    """Return a force's records that count, blurred as `blurred_records` has them; nobody may change them, or show them as they are.

    Raises:
        DamagedStoreError: As `blurred_records`.
    """
    return _counted_of(snapshot, force, smallest, made_from(snapshot, smallest))


@once_a_version(MANY)
def midnights_of(snapshot: Snapshot, force: str) -> Mapping[str, Known]:
    """Return what 00:00 is in some measures of a force (`vulncore.metrics.week.known_times.midnights`)."""
    return midnights(snapshot.incidents, force)


@once_a_version(FEW)
def _counted_of(snapshot: Snapshot, force: str, smallest: int, made_of: Hashable) -> CountedRecords:
    def counted() -> pa.Table:
        incidents = blurred_records(snapshot, smallest, force).incidents
        return counted_records(incidents, snapshot.coverage, force, midnights_of(snapshot, force)).table

    if not is_blurred(smallest):  # the records themselves are in one place alone
        return CountedRecords(counted())
    stored = snapshot.publish.stored
    covered = (stored.get("coverage"), stored.get("annotations") if snapshot.delivered else None)
    return CountedRecords(kept_table(snapshot, ("counted", force, made_of, covered), COUNTED.names, counted))
