"""Small deliveries that tests publish."""

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from vulncore.domain.delivery import Delivery, RowAccount, measures_table
from vulncore.domain.disk import NamedFile
from vulncore.domain.periods import add_months, month_end
from vulncore.domain.schemas import COUNTS, COVERAGE, INCIDENTS, Tables
from vulncore.domain.vocabulary import Measure, report_measures

FORCE = "Ruritania Police"


def incident(number: int, recorded_on: date, measure: str = "rape", **more: object) -> dict[str, object]:
    return {
        "row_id": f"row-{number}",
        "record_id": f"record-{number}",
        "force": FORCE,
        "measure": measure,
        "record_kind": "crime",
        "recorded_on": recorded_on,
        **more,
    }


def months(first: date, count: int) -> list[date]:
    return [add_months(first, step) for step in range(count)]


def covered(every: Iterable[date], measure: str = "rape", **more: object) -> list[dict[str, object]]:
    row = {"force": FORCE, "measure": measure, "table": "incidents", "source": "demo", "provisional": False}
    return [{**row, "month": month, **more} for month in every]


def total(start: date, end: date, count: int, measure: str = "rape") -> dict[str, object]:
    return {
        "force": FORCE,
        "measure": measure,
        "period_start": start,
        "period_end": end,
        "count": count,
        "source": "published-table",
    }


def month_total(month: date, count: int, measure: str = "rape") -> dict[str, object]:
    return total(month, month_end(month), count, measure)


def delivery(
    incidents: list[dict[str, object]] | None = None,
    coverage: list[dict[str, object]] | None = None,
    counts: list[dict[str, object]] | None = None,
    source: str = "demo",
    measures: Iterable[Measure] = report_measures(),
    made: bool = False,
) -> Delivery:
    rows = incidents or []
    return Delivery(
        source=source,
        tables=Tables(
            incidents=pa.Table.from_pylist(rows, schema=INCIDENTS),
            coverage=pa.Table.from_pylist(coverage or [], schema=COVERAGE),
            counts=pa.Table.from_pylist(counts or [], schema=COUNTS),
            measures=measures_table(measures),
        ),
        files=(NamedFile("extract.csv", 12, "ab" * 32),),
        rows=RowAccount(len(rows), len(rows)),
        made=made,
    )
