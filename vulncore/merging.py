"""What a dataset holds after a delivery: the new in place of what it covers, the rest as it was."""

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.schemas import Tables


def merged(published: Tables, delivered: Tables) -> Tables:
    """Return the dataset's tables after a delivery.

    Incidents and coverage are replaced by force, measure and month delivered, counts by force, measure
    and period, measures by key, indicators by indicator and month; annotations are added to.
    """
    covered = delivered.coverage
    return Tables(
        incidents=_replaced(
            _with_month(published.incidents), delivered.incidents, covered, ["force", "measure", "month"]
        ),
        coverage=_replaced(published.coverage, delivered.coverage, covered, ["force", "measure", "month"]),
        counts=_replaced(
            published.counts,
            delivered.counts,
            delivered.counts,
            ["force", "measure", "period_start", "period_end"],
        ),
        measures=_replaced(published.measures, delivered.measures, delivered.measures, ["key"]),
        indicators=_replaced(
            published.indicators, delivered.indicators, delivered.indicators, ["indicator", "month"]
        ),
        annotations=_replaced(
            published.annotations,
            delivered.annotations,
            delivered.annotations,
            delivered.annotations.column_names,
        ),
    )


def _replaced(old: pa.Table, new: pa.Table, replacing: pa.Table, keys: list[str]) -> pa.Table:
    stays = old.join(replacing.select(keys).group_by(keys).aggregate([]), keys=keys, join_type="left anti")
    return pa.concat_tables([stays.select(new.column_names).cast(new.schema), new])


def _with_month(incidents: pa.Table) -> pa.Table:
    month = pc.floor_temporal(incidents.column("recorded_on"), unit="month").cast(pa.date32())
    return incidents.append_column("month", month)
