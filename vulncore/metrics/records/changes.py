"""What changed between two versions of a dataset: records that came, went or moved, and figures that differ."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.engine import arrow_table, connect
from vulncore.domain.identifiers import is_line_number

RECORD = ["force", "record_id"]
KEYS = ["force", "measure", "period_start", "period_end", "table"]


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
    earlier, later = (arrow_table(engine, _narrow(rows).to_pyarrow()) for rows in (before, after))
    columns = earlier.columns
    differing = ibis.union(
        earlier.anti_join(later, columns).select(RECORD),
        later.anti_join(earlier, columns).select(RECORD),
        distinct=True,
    )
    old, new = (_by_record(rows.semi_join(differing, RECORD)) for rows in (earlier, later))
    both = old.inner_join(new, RECORD, rname="{name}_new")
    changed = both.agg(
        no_crimed=(both.counts & ~both.counts_new).sum(),
        counted_again=(~both.counts & both.counts_new).sum(),
        reclassified=(both.measures != both.measures_new).sum(),
        moved=(both.month != both.month_new).sum(),
    ).to_pyarrow()
    alone = {"added": new.anti_join(old, RECORD), "gone": old.anti_join(new, RECORD)}
    return RecordChanges(
        **{name: int(engine.to_pyarrow(rows.count()).as_py()) for name, rows in alone.items()},
        **{name: int(value or 0) for name, value in changed.to_pylist()[0].items()},
    )


def figure_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that are new, withdrawn or changed.

    Those of both versions are as `figures` returns them.

    Returns:
        One row per force, measure, period and table whose figure differs, in the order of these: `force`,
        `measure`, `period_start`, `period_end`, `table`, `before` and `after` (counts; missing where the version
        has no such figure), `change` ("new", "withdrawn" or "changed"). A figure of 0 is a figure.

    >>> from datetime import date
    >>> rows = pd.DataFrame({"force": "F", "measure": "rape", "period_start": [date(2024, 9, 1)],
    ...     "period_end": [date(2024, 9, 30)], "table": "incidents", "count": [3]})
    >>> figure_changes(rows, rows.assign(count=2))[["before", "after", "change"]].values.tolist()
    [[3, 2, 'changed']]
    """
    both = before.rename(columns={"count": "before"}).merge(
        after.rename(columns={"count": "after"}), on=KEYS, how="outer", validate="one_to_one"
    )
    both = both.astype({"before": "Int64", "after": "Int64"})
    change = pd.Series("changed", index=both.index, dtype="object")
    change[both["before"].isna()] = "new"
    change[both["after"].isna()] = "withdrawn"
    differs = both["before"].ne(both["after"]).fillna(True).astype(bool)
    changed: pd.DataFrame = both.assign(change=change)[differs].sort_values(KEYS, ignore_index=True)
    return changed


def figures(incidents: ir.Table, coverage: ir.Table, counts: ir.Table) -> pd.DataFrame:
    """Return every figure that a version publishes: each month of incidents delivered, and each total.

    Returns:
        One row per force, measure, period and table: `force`, `measure`, `period_start`, `period_end` (dates),
        `table` ("incidents" or "counts"), `count`. A month delivered without a record has 0; rows that were
        no-crimed do not count, nor do those of a month that was not delivered.
    """
    month = ["force", "measure", "month"]
    counted = (
        incidents.filter(incidents.no_crimed_on.isnull())
        .mutate(month=incidents.recorded_on.truncate("M").cast("date"))
        .group_by(month)
        .agg(count=lambda rows: rows.count())
    )
    delivered = coverage.filter(coverage.table == "incidents").select(month)
    months = delivered.left_join(counted, month).select(*month, count=ibis.coalesce(counted["count"], 0))
    by_month = months.to_pandas()
    start = pd.to_datetime(by_month["month"])
    by_record = by_month.drop(columns="month").assign(
        period_start=start, period_end=start + pd.offsets.MonthEnd(0), table="incidents"
    )
    totals = counts.select("force", "measure", "period_start", "period_end", "count").to_pandas()
    every = pd.concat([by_record[[*KEYS, "count"]], totals.assign(table="counts")[[*KEYS, "count"]]])
    days = {name: pd.to_datetime(every[name]).dt.date for name in ("period_start", "period_end")}
    known: pd.DataFrame = every.assign(**days).astype({"count": "int64"}).reset_index(drop=True)
    return known


def _narrow(incidents: ir.Table) -> ir.Table:
    with_id = incidents.filter(~is_line_number(incidents))
    return with_id.select(
        *RECORD,
        "measure",
        month=with_id.recorded_on.truncate("M").cast("date"),
        counts=with_id.no_crimed_on.isnull(),
    ).distinct()


def _by_record(rows: ir.Table) -> ir.Table:
    measures = rows.select(*RECORD, "measure").distinct()
    named = measures.group_by(RECORD).agg(
        measures=measures.measure.group_concat("\n", order_by=measures.measure)
    )
    dated = rows.group_by(RECORD).agg(month=rows.month.min(), counts=rows.counts.any())
    return named.inner_join(dated, RECORD)
