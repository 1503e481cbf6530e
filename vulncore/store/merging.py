"""What a dataset holds after a delivery: the new in place of what it covers, the rest as it was."""

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.errors import PublishRefusedError, first_five
from vulncore.domain.schemas import Tables

MONTH_OF_A_MEASURE = ["force", "measure", "month"]


def merged(published: Tables, delivered: Tables) -> Tables:
    """Return the dataset's tables after a delivery.

    Incidents come in whole months of a force and a source (as coverage names it), every measure of it at
    once: what that source published of a force and month is replaced whole, coverage included, so that a
    measure withdrawn leaves nothing behind; another source's measures stay. Counts come figure by figure:
    they are replaced by force, measure and period, their coverage by force, measure and month. Indicators
    are replaced by indicator and month, measures by key; annotations are added to. A measure of which
    nothing is left is no longer one of the dataset's.

    Raises:
        PublishRefusedError: Another source covers a force, measure and month that is delivered.
    """
    _refuse_overlap(published.coverage, delivered.coverage)
    whole_months = delivered.coverage.filter(pc.field("table") == "incidents")
    superseded = published.coverage.filter(pc.field("table") == "incidents").join(
        _distinct(whole_months, ["force", "month", "source"]),
        ["force", "month", "source"],
        join_type="left semi",
    )
    coverage = _replaced(
        _kept(published.coverage, superseded, MONTH_OF_A_MEASURE), delivered.coverage, MONTH_OF_A_MEASURE
    )
    incidents = _kept(_with_month(published.incidents), superseded, MONTH_OF_A_MEASURE)
    incidents = _concatenated(_kept(incidents, whole_months, MONTH_OF_A_MEASURE), delivered.incidents)
    counts = _replaced(published.counts, delivered.counts, ["force", "measure", "period_start", "period_end"])
    left = _measures_in(incidents, coverage, counts)
    withdrawn = _measures_in(published.incidents, published.coverage, published.counts) - left
    measures = _replaced(published.measures, delivered.measures, ["key"])
    return Tables(
        incidents=incidents,
        coverage=coverage,
        counts=counts,
        measures=measures.filter(~pc.field("key").isin(pa.array(sorted(withdrawn), pa.string()))),
        indicators=_replaced(published.indicators, delivered.indicators, ["indicator", "month"]),
        annotations=_added(published.annotations, delivered.annotations),
    )


def _refuse_overlap(published: pa.Table, delivered: pa.Table) -> None:
    both = delivered.join(published, MONTH_OF_A_MEASURE, join_type="inner", right_suffix=" published")
    taken = both.filter(pc.field("source") != pc.field("source published"))
    if taken.num_rows:
        which = [
            f"{row['measure']} of {row['month']:%Y-%m} from {row['source published']}"
            for row in taken.slice(0, 1).to_pylist()
        ]
        raise PublishRefusedError(
            f"{taken.num_rows:,} measures and months come from another source already, as {first_five(which)}. If this "
            'is a newer delivery of that source, give it the same name (`source` in its mapping, "Name of this '
            'extract" on the Data page). Otherwise leave them out, or publish it as a dataset of its own.'
        )


def _replaced(old: pa.Table, new: pa.Table, keys: list[str]) -> pa.Table:
    return _concatenated(_kept(old, new, keys), new)


def _kept(old: pa.Table, replacing: pa.Table, keys: list[str]) -> pa.Table:
    return old.join(_distinct(replacing, keys), keys=keys, join_type="left anti")


def _distinct(table: pa.Table, keys: list[str]) -> pa.Table:
    return table.select(keys).group_by(keys).aggregate([])


def _added(old: pa.Table, new: pa.Table) -> pa.Table:
    """Rows that stand already are not added again. A join won't do: to it, missing is never the same."""
    there = {tuple(row.values()) for row in old.to_pylist()}
    fresh = [row for row in new.select(old.column_names).to_pylist() if tuple(row.values()) not in there]
    return pa.concat_tables([old.cast(new.schema), pa.Table.from_pylist(fresh, schema=new.schema)])


def _concatenated(old: pa.Table, new: pa.Table) -> pa.Table:
    return pa.concat_tables([old.select(new.column_names).cast(new.schema), new])


def _with_month(incidents: pa.Table) -> pa.Table:
    month = pc.floor_temporal(incidents.column("recorded_on"), unit="month").cast(pa.date32())
    return incidents.append_column("month", month)


def _measures_in(*tables: pa.Table) -> set[str]:
    return {key for table in tables for key in pc.unique(table.column("measure")).to_pylist()}
