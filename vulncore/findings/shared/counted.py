"""A version's records that count, with their hours worked out: made once, kept, and asked for by every question."""

from collections.abc import Collection, Hashable
from dataclasses import astuple, fields
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa

from vulncore.domain.blur import SHARE_SWAPPED, is_blurred
from vulncore.domain.engine import arrow_table
from vulncore.domain.words import listed
from vulncore.findings.shared.blurred import blurred_records, made_from, swapped_records, with_repeats
from vulncore.findings.shared.by_version import FEW, MANY, once_a_version
from vulncore.findings.shared.prepared_files import kept_table
from vulncore.metrics.week.counted import COUNTED, CountedRecords, RecordFilter, counted_records
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.no_times import NoTime, no_times
from vulncore.store import Snapshot
from vulncore.store.notes import NoteKind

NAMED_TIMES: Final = 4  # more nobody reads
NO_TIMES: Final = pa.schema(
    [(field.name, pa.int64() if field.type is int else pa.string()) for field in fields(NoTime)]
)
"""The columns in which times that are none are kept."""


def counted_of(snapshot: Snapshot, force: str, smallest: int) -> CountedRecords:
    """Return a force's records that count, blurred as `blurred_records` has them; nobody may change them, or show them as they are.

    Raises:
        DamagedStoreError: As `blurred_records`.
    """
    return _counted_of(snapshot, force, smallest, made_from(snapshot, smallest))


def no_times_of(snapshot: Snapshot, force: str, smallest: int) -> tuple[NoTime, ...]:
    """Return which times of a force are none (`vulncore.metrics.week.no_times.no_times`), but for those that a note says are real.

    It is judged on the records that the checks of data look at, swapped unless nothing is hidden: what they name counts in no
    hour, and nothing else. Whether one true record turned the verdict, nobody can tell who knows all others, but not the secret.
    """
    return _no_times_of(snapshot, force, smallest, made_from(snapshot, smallest))


def why_no_times(verdict: Collection[NoTime]) -> dict[Known, str]:
    """Return, by kind, why times are none, in words that go on from which records it is about."""
    kinds = {one.known for one in verdict}
    minutes = sorted({one.minute for one in verdict if one.known is Known.DEFAULT})
    clocks = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes]
    named = listed(clocks) if len(clocks) <= NAMED_TIMES else f"one of {len(clocks)} times"
    why = {
        Known.DEFAULT: f"read {named}, which a form seems to fill in",
        Known.HALVED: "have a time from a clock that shows hardly an afternoon",
        Known.DATE: "have a date alone",
    }
    return {kind: words for kind, words in why.items() if kind in kinds}


def real_times(annotations: ir.Table, force: str) -> frozenset[str | None]:
    """Return the measures of a force whose times are real, because a note says so; None among them where all are."""
    notes = annotations.filter(annotations.kind == NoteKind.TIMES_REAL.value)
    notes = notes.filter(notes.force.isnull() | (notes.force == force))
    return frozenset(notes.measure.as_table().to_pyarrow()["measure"].to_pylist())


def no_times_among(snapshot: Snapshot, records: RecordFilter, smallest: int) -> tuple[NoTime, ...]:
    """Return those of `no_times_of` that are of the measures of a filter."""
    verdict = no_times_of(snapshot, records.force, smallest)
    return tuple(one for one in verdict if one.measure in ("", *records.measures))


@once_a_version(MANY)
def _no_times_of(snapshot: Snapshot, force: str, smallest: int, made_of: Hashable) -> tuple[NoTime, ...]:
    real = real_times(snapshot.annotations, force)
    if None in real:
        return ()
    keys, swapped = sorted(key for key in real if key), SHARE_SWAPPED if is_blurred(smallest) else 0.0

    def judged() -> pa.Table:
        verdict = no_times(swapped_records(snapshot, smallest, force), force, keys, swapped)
        rows = [dict(zip(NO_TIMES.names, astuple(one), strict=True)) for one in verdict]
        return pa.Table.from_pylist(rows, schema=NO_TIMES)

    kept = (
        kept_table(snapshot, ("no times", force, made_of, tuple(keys)), NO_TIMES.names, judged)
        if swapped
        else judged()
    )
    return tuple(NoTime(**{**row, "known": Known(row["known"])}) for row in kept.to_pylist())


@once_a_version(FEW)
def _counted_of(snapshot: Snapshot, force: str, smallest: int, made_of: Hashable) -> CountedRecords:
    verdict = no_times_of(snapshot, force, smallest)

    def counted() -> pa.Table:
        incidents = blurred_records(snapshot, smallest, force).incidents
        if not is_blurred(smallest):
            of_force = incidents.filter(incidents.force == force).to_pyarrow()
            incidents = arrow_table(snapshot.coverage.get_backend(), with_repeats(snapshot, of_force))
        return counted_records(incidents, snapshot.coverage, force, verdict).table

    if not is_blurred(smallest):  # the records themselves are in one place alone
        return CountedRecords(counted())
    stored = snapshot.publish.stored
    covered = (stored.get("coverage"), stored.get("annotations") if snapshot.delivered else None)
    return CountedRecords(
        kept_table(snapshot, ("counted", force, made_of, covered, verdict), COUNTED.names, counted)
    )
