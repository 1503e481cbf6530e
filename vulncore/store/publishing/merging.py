"""A delivery laid on what stands: what it covers is replaced, the rest stays."""

from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import WholeMonths
from vulncore.domain.errors import PublishRefusedError
from vulncore.domain.periods import month_end
from vulncore.domain.schemas import Tables

MONTH_OF_A_MEASURE: Final = ["force", "measure", "month"]


def merge_delivery(standing: Tables, delivered: Tables) -> Tables:
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
    _refuse_overlap(standing.coverage, delivered.coverage)
    whole_months = delivered.coverage.filter(pc.field("table") == "incidents")
    superseded = standing.coverage.filter(pc.field("table") == "incidents").join(
        _distinct(whole_months, ["force", "month", "source"]),
        ["force", "month", "source"],
        join_type="left semi",
    )
    coverage = _replace_rows(_without_rows(standing.coverage, superseded), delivered.coverage)
    month = pc.floor_temporal(standing.incidents.column("recorded_on"), unit="month").cast(pa.date32())
    incidents = _without_rows(standing.incidents.append_column("month", month), superseded)
    incidents = _concatenate(_without_rows(incidents, whole_months), delivered.incidents)
    counts = _replace_rows(
        standing.counts, delivered.counts, ["force", "measure", "period_start", "period_end"]
    )
    left = _measures_in(incidents, coverage, counts)
    withdrawn = _measures_in(standing.incidents, standing.coverage, standing.counts) - left
    measures = _replace_rows(standing.measures, delivered.measures, ["key"])
    return Tables(
        incidents=incidents,
        coverage=coverage,
        counts=counts,
        measures=measures.filter(~pc.field("key").isin(pa.array(sorted(withdrawn), pa.string()))),
        indicators=_replace_rows(standing.indicators, delivered.indicators, ["indicator", "month"]),
        annotations=_add_rows(standing.annotations, delivered.annotations),
    )


def without_whole_months(standing: Tables, whole: WholeMonths | None) -> Tables:
    """Return a dataset without the counts that were published of an extract in months that it is whole for; for one of counts, without its records.

    A count that is hidden now, or of a measure that is another now, leaves no older one behind. (Records over records are
    replaced by `merge_delivery`.)
    """
    if whole is None or not whole.months:
        return standing
    first, last = min(whole.months), month_end(max(whole.months))
    months = pa.array(whole.months, pa.date32())
    of_extract = (pc.field("force") == whole.force) & (pc.field("source") == whole.source)
    within = (pc.field("period_start") >= first) & (pc.field("period_end") <= last)
    covered = of_extract & pc.field("month").isin(months)
    counts = standing.counts.filter(~(of_extract & within))
    if not whole.of_counts:
        coverage = standing.coverage.filter(~(covered & (pc.field("table") == "counts")))
        return replace(standing, counts=counts, coverage=coverage)
    row_ids = pc.starts_with(standing.incidents["row_id"], f"{whole.force}/{whole.source}/")
    month = pc.floor_temporal(standing.incidents["recorded_on"], unit="month").cast(pa.date32())
    gone = pc.and_(row_ids, pc.is_in(month, value_set=months))
    return replace(
        standing,
        incidents=standing.incidents.filter(pc.invert(gone)),
        counts=counts,
        coverage=standing.coverage.filter(~covered),
    )


def _refuse_overlap(standing: pa.Table, delivered: pa.Table) -> None:
    both = delivered.join(standing, MONTH_OF_A_MEASURE, join_type="inner", right_suffix=" standing")
    taken = both.filter(pc.field("source") != pc.field("source standing"))
    if taken.num_rows:
        first = taken.slice(0, 1).to_pylist()[0]
        raise PublishRefusedError(
            f"{taken.num_rows:,} measures and months come from another source already, such as {first['measure']} of "
            f"{first['month']:%Y-%m} from {first['source standing']}. For a newer delivery of that source, use the same "
            'name (`source` in its mapping, "Name of this extract" on the Data page). Otherwise leave those months out, '
            "or publish the delivery as another dataset."
        )


def _replace_rows(standing: pa.Table, delivered: pa.Table, keys: list[str] = MONTH_OF_A_MEASURE) -> pa.Table:
    return _concatenate(_without_rows(standing, delivered, keys), delivered)


def _without_rows(table: pa.Table, others: pa.Table, keys: list[str] = MONTH_OF_A_MEASURE) -> pa.Table:
    # one thread keeps the order, so that a force's file stays the same where nothing of it changed
    return table.join(_distinct(others, keys), keys=keys, join_type="left anti", use_threads=False)


def _distinct(table: pa.Table, keys: list[str]) -> pa.Table:
    return table.select(keys).group_by(keys).aggregate([])


def _add_rows(standing: pa.Table, delivered: pa.Table) -> pa.Table:
    """Rows that stand already are not added again. A join won't do: to it, missing is never the same."""
    there = {tuple(row.values()) for row in standing.to_pylist()}
    rows = delivered.select(standing.column_names).to_pylist()
    fresh = pa.array([tuple(row.values()) not in there for row in rows], pa.bool_())
    return _concatenate(standing, delivered.filter(fresh))


def _concatenate(standing: pa.Table, delivered: pa.Table) -> pa.Table:
    return pa.concat_tables([standing.select(delivered.column_names).cast(delivered.schema), delivered])


def _measures_in(*tables: pa.Table) -> set[str]:
    return {key for table in tables for key in pc.unique(table.column("measure")).to_pylist()}
