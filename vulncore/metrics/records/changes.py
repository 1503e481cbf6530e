"""What became of records between two versions of a dataset."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from vulncore.domain.engine import connect
from vulncore.domain.record_ids import is_line_number

RECORD = ["force", "record_id"]


@dataclass(frozen=True)
class RecordChanges:
    """Records counted by what became of them; one record can be in several of these.

    Attributes:
        added: In the later version alone.
        gone: In the earlier version alone.
        no_crimed: No longer counted, since each of its rows has been no-crimed.
        counted_again: Counted again, after it had been no-crimed.
        reclassified: Counted towards other measures than before.
        moved: Recorded in another month than before.
    """

    added: int = 0
    gone: int = 0
    no_crimed: int = 0
    counted_again: int = 0
    reclassified: int = 0
    moved: int = 0


def record_changes(before: ir.Table, after: ir.Table) -> RecordChanges:
    """Return how many records came, went or changed between two versions' incidents.

    A record is told by its force and its own id. Rows whose `row_id` is their `record_id` have none (it is
    a line's number, and another version's line of that number can be another record): they are left out.

    Misleads when:
        a source gives its records new ids in each extract: all are then gone and added.

    >>> from vulncore.domain.schemas import INCIDENTS
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> def rows(measure, day):
    ...     return ibis.memtable(pa.Table.from_pylist([{"row_id": measure, "record_id": "A1", "force": "F",
    ...         "measure": measure, "record_kind": "crime", "recorded_on": day}], schema=INCIDENTS))
    >>> record_changes(rows("rape", date(2024, 1, 31)), rows("stalking", date(2024, 2, 1)))
    RecordChanges(added=0, gone=0, no_crimed=0, counted_again=0, reclassified=1, moved=1)
    """
    engine = connect()  # the two versions are read by engines of their own
    earlier, later = (
        engine.create_table(name, ibis.memtable(_narrow(rows).to_pyarrow()), temp=True)
        for name, rows in (("earlier", before), ("later", after))
    )
    columns = earlier.columns
    differing = ibis.union(
        earlier.anti_join(later, columns).select(RECORD),
        later.anti_join(earlier, columns).select(RECORD),
        distinct=True,
    )
    old, new = (_by_record(rows.semi_join(differing, RECORD)) for rows in (earlier, later))
    there = old.inner_join(new, RECORD, rname="{name}_new")
    found = there.agg(
        no_crimed=(there.counts & ~there.counts_new).sum(),
        counted_again=(~there.counts & there.counts_new).sum(),
        reclassified=(there.measures != there.measures_new).sum(),
        moved=(there.month != there.month_new).sum(),
    ).to_pyarrow()
    alone = {"added": new.anti_join(old, RECORD), "gone": old.anti_join(new, RECORD)}
    return RecordChanges(
        **{name: int(engine.to_pyarrow(rows.count()).as_py()) for name, rows in alone.items()},
        **{name: int(value or 0) for name, value in found.to_pylist()[0].items()},
    )


def _narrow(incidents: ir.Table) -> ir.Table:
    own = incidents.filter(~is_line_number(incidents))
    return own.select(
        *RECORD,
        "measure",
        month=own.recorded_on.truncate("M").cast("date"),
        counts=own.no_crimed_on.isnull(),
    ).distinct()


def _by_record(rows: ir.Table) -> ir.Table:
    measures = rows.select(*RECORD, "measure").distinct()
    named = measures.group_by(RECORD).agg(
        measures=measures.measure.group_concat("\n", order_by=measures.measure)
    )
    dated = rows.group_by(RECORD).agg(month=rows.month.min(), counts=rows.counts.any())
    return named.inner_join(dated, RECORD)
