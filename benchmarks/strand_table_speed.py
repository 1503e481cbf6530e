"""How the strand table's one pass compares with one query for each cell, and with pandas.

    .venv/bin/python benchmarks/strand_table_speed.py [ROWS ...]

Every figure is the median of five runs in this process; the ratios are what to quote.
"""

import sys
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from timing import median_seconds

from vulncore.domain.engine import connect, parquet_table
from vulncore.domain.periods import add_months, comparison_windows
from vulncore.domain.schemas import COUNTS, COVERAGE, INCIDENTS
from vulncore.domain.vocabulary import report_measures
from vulncore.metrics.strands.counts import monthly_counts, period_counts, window_counts

FORCE = "Ruritania Police"
MONTHS = [add_months(date(2018, 4, 1), step) for step in range(79)]
WINDOWS = comparison_windows(date(2024, 10, 1))


def made_incidents(rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    keys = np.array([measure.key for measure in report_measures()])
    days = np.array(MONTHS, dtype="datetime64[D]")[random.integers(len(MONTHS), size=rows)]
    columns = {
        "row_id": pa.array(np.arange(rows)).cast(pa.string()),
        "record_id": pa.array(np.arange(rows)).cast(pa.string()),
        "force": pa.array([FORCE]).take(pa.array(np.zeros(rows, dtype=int))),
        "measure": pa.array(keys[random.integers(len(keys), size=rows)]),
        "record_kind": pa.array(["crime"]).take(pa.array(np.zeros(rows, dtype=int))),
        "recorded_on": pa.array(days).cast(pa.date32()),
    }
    nulls = {f.name: pa.nulls(rows, f.type) for f in INCIDENTS if f.name not in columns}
    return pa.table({field.name: {**columns, **nulls}[field.name] for field in INCIDENTS}, schema=INCIDENTS)


def in_one_pass(incidents: ir.Table, coverage: ir.Table, counts: ir.Table) -> pd.DataFrame:
    months = monthly_counts(incidents, coverage, FORCE)
    return window_counts(months, period_counts(counts, coverage, FORCE), report_measures(), WINDOWS)


def cell_by_cell(incidents: ir.Table) -> list[int]:
    return [
        int(
            incidents.filter(
                incidents.force == FORCE,
                incidents.measure == measure.key,
                incidents.recorded_on.between(window.start, window.end),
                incidents.no_crimed_on.isnull(),
            )
            .count()
            .execute()
        )
        for measure in report_measures()
        for window in WINDOWS.values()
        if window
    ]


def in_pandas(path: Path) -> pd.DataFrame:
    columns = ["force", "measure", "recorded_on", "no_crimed_on"]
    frame = pd.read_parquet(path, columns=columns)
    frame = frame[(frame["force"] == FORCE) & frame["no_crimed_on"].isna()]
    months = pd.to_datetime(frame["recorded_on"]).dt.to_period("M")
    return frame.groupby(["measure", months]).size().unstack(fill_value=0)


def by_hand_in_sql(incidents: ir.Table) -> int:
    engine = incidents._find_backend()
    sql = (
        f"SELECT measure, date_trunc('month', recorded_on) AS month, count(*) FROM {incidents.op().parent.name} "
        f"WHERE force = '{FORCE}' AND no_crimed_on IS NULL GROUP BY ALL"
    )
    return len(engine.raw_sql(sql).fetchall())


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [100_000, 1_000_000]
    print(
        "| incidents | one pass | one query a cell | pandas | SQL by hand |\n| ---: | ---: | ---: | ---: | ---: |"
    )
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "incidents.parquet"
            pq.write_table(made_incidents(rows), path)
            engine = connect()
            incidents = parquet_table(engine, [str(path)], INCIDENTS)
            covered = [
                (FORCE, measure.key, month, "incidents", "made", False)
                for measure in report_measures()
                for month in MONTHS
            ]
            columns = [
                pa.array(column, type=f.type)
                for column, f in zip(zip(*covered, strict=True), COVERAGE, strict=True)
            ]
            pq.write_table(pa.table(columns, schema=COVERAGE), Path(folder) / "coverage.parquet")
            coverage = parquet_table(engine, [str(Path(folder) / "coverage.parquet")], COVERAGE)
            counts = parquet_table(engine, [], COUNTS)
            ours = median_seconds(partial(in_one_pass, incidents, coverage, counts))
            others = [
                median_seconds(partial(cell_by_cell, incidents)),
                median_seconds(partial(in_pandas, path)),
                median_seconds(partial(by_hand_in_sql, incidents)),
            ]
        ratios = " | ".join(f"{other:.3f} s ({other / ours:.1f} times)" for other in others)
        print(f"| {rows:,} | {ours:.3f} s | {ratios} |")


if __name__ == "__main__":
    main()
