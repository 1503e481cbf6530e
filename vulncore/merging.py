"""What a dataset holds after a delivery: the new in place of what it covers, the rest as it was."""

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.schemas import Tables


def merged(published: Tables, delivered: Tables) -> Tables:
    """Return the dataset's tables after a delivery.

    Incidents come in whole months of a force, every measure at once: what was published of a force and
    month is replaced whole, coverage included, so that a measure withdrawn leaves nothing behind. Counts
    come figure by figure: they are replaced by force, measure and period, their coverage by force,
    measure and month. Indicators are replaced by indicator and month, measures by key; annotations are
    added to. A measure of which nothing is left is no longer one of the dataset's.
    """
    whole_months = delivered.coverage.filter(pc.field("table") == "incidents")
    coverage = _replaced(
        _kept(published.coverage, whole_months, ["force", "month"]),
        delivered.coverage,
        ["force", "measure", "month"],
    )
    incidents = _concatenated(
        _kept(_with_month(published.incidents), whole_months, ["force", "month"]), delivered.incidents
    )
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
        annotations=_replaced(
            published.annotations, delivered.annotations, delivered.annotations.column_names
        ),
    )


def _replaced(old: pa.Table, new: pa.Table, keys: list[str]) -> pa.Table:
    return _concatenated(_kept(old, new, keys), new)


def _kept(old: pa.Table, replacing: pa.Table, keys: list[str]) -> pa.Table:
    replaced = replacing.select(keys).group_by(keys).aggregate([])
    return old.join(replaced, keys=keys, join_type="left anti")


def _concatenated(old: pa.Table, new: pa.Table) -> pa.Table:
    return pa.concat_tables([old.select(new.column_names).cast(new.schema), new])


def _with_month(incidents: pa.Table) -> pa.Table:
    month = pc.floor_temporal(incidents.column("recorded_on"), unit="month").cast(pa.date32())
    return incidents.append_column("month", month)


def _measures_in(*tables: pa.Table) -> set[str]:
    return {key for table in tables for key in pc.unique(table.column("measure")).to_pylist()}
