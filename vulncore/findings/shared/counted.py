"""A version's records that count, with their hours worked out: made once, kept, and asked for by every question."""

from collections.abc import Hashable

import ibis.expr.types as ir
import pyarrow as pa

from vulncore.domain.blur import is_blurred
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import FEW, MANY, once_a_version
from vulncore.findings.shared.prepared_files import kept_table
from vulncore.metrics.week.counted import COUNTED, CountedRecords, counted_records
from vulncore.metrics.week.no_times import NoTime, no_times
from vulncore.store import Snapshot
from vulncore.store.notes import NoteKind


def counted_of(snapshot: Snapshot, force: str, smallest: int) -> CountedRecords:
    """Return a force's records that count, blurred as `blurred_records` has them; nobody may change them, or show them as they are.

    Raises:
        DamagedStoreError: As `blurred_records`.
    """
    return _counted_of(snapshot, force, smallest, made_from(snapshot, smallest))


@once_a_version(MANY)
def no_times_of(snapshot: Snapshot, force: str) -> tuple[NoTime, ...]:
    """Return which times of a force are none (`vulncore.metrics.week.no_times.no_times`), but for those that a note says are real."""
    real = real_times(snapshot.annotations, force)
    return () if None in real else no_times(snapshot.incidents, force, [key for key in real if key])


def real_times(annotations: ir.Table, force: str) -> frozenset[str | None]:
    """Return the measures of a force whose times are real, because a note says so; None among them where all are."""
    notes = annotations.filter(annotations.kind == NoteKind.TIMES_REAL.value)
    notes = notes.filter(notes.force.isnull() | (notes.force == force))
    return frozenset(notes.measure.as_table().to_pyarrow()["measure"].to_pylist())


@once_a_version(FEW)
def _counted_of(snapshot: Snapshot, force: str, smallest: int, made_of: Hashable) -> CountedRecords:
    verdict = no_times_of(snapshot, force)

    def counted() -> pa.Table:
        incidents = blurred_records(snapshot, smallest, force).incidents
        return counted_records(incidents, snapshot.coverage, force, verdict).table

    if not is_blurred(smallest):  # the records themselves are in one place alone
        return CountedRecords(counted())
    stored = snapshot.publish.stored
    covered = (stored.get("coverage"), stored.get("annotations") if snapshot.delivered else None)
    return CountedRecords(
        kept_table(snapshot, ("counted", force, made_of, covered, verdict), COUNTED.names, counted)
    )
