"""How the hours of the week compare with SQL by hand over the same prepared records, and with plain pandas.

    .venv/bin/python benchmarks/day_hour_speed.py [ROWS ...]

Incidents of one force and three measures over twelve months, each a record of its own: a third are moments, half are
windows of up to 12 hours, a twelfth last up to six days, and a twelfth say no hour. What no question changes is worked
out once (`vulncore.metrics.week.counted`); the package and the SQL answer from that, and have to give the same weights.
pandas begins with the incidents each time and takes every day as 24 hours; it has to give the same total but for the few
records that a change of the clocks turns from known to unknown or back.

Every figure is the median of five runs in this process (two from five million rows on), after one to warm up; the ratios are what to quote.
"""

import sys
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from timing import RUNS, median_seconds

from vulncore.domain.engine import connect, parquet_table
from vulncore.domain.periods import rolling_12
from vulncore.domain.schemas import COVERAGE, INCIDENTS
from vulncore.metrics.week.counted import KINDS, CountedRecords, RecordFilter, counted_records
from vulncore.metrics.week.day_hour import day_hour, week_of
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.known_times import USED, WEEK_MINUTES

FORCE = "Ruritania Police"
MEASURES = ("rape", "other-sexual-offences", "domestic-abuse-crime")
WINDOW = rolling_12(date(2024, 10, 1))
ASKED = RecordFilter(FORCE, MEASURES, WINDOW)
DAY, HALF_DAY = 1_440, 720  # minutes
PANDAS_KB_A_ROW = 1.25  # at its peak: what the second million rows add to the first
PANDAS_GB = 14.0
FEWER_RUNS_FROM, FEWER_RUNS = 5_000_000, 2

SQL = """
WITH wanted AS (SELECT * FROM counted WHERE measure IN {measures} AND month BETWEEN {first} AND {last}), once AS (
    SELECT known, cells, shares FROM wanted WHERE several = 0
    UNION ALL
    SELECT known, cells, shares FROM (SELECT * FROM wanted WHERE several = 1)
    QUALIFY measure = min(measure) OVER (PARTITION BY record)
)
SELECT cell, sum(share) AS weight FROM (SELECT unnest(cells) AS cell, unnest(shares) AS share FROM once) GROUP BY cell
UNION ALL SELECT NULL, count(*) FROM once WHERE known NOT IN {used}
"""


def made_incidents(rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    days = np.datetime64(WINDOW.start) + random.integers(WINDOW.days, size=rows)
    begins = days.astype("datetime64[m]") - random.integers(DAY, size=rows)
    kind = random.integers(12, size=rows)
    minutes = np.select(
        [kind < 4, kind < 10, kind < 11],
        [0, random.integers(1, HALF_DAY + 1, rows), random.integers(DAY, 6 * DAY, rows)],
        -30,
    )
    ends = begins + minutes
    odd = random.integers(3, size=rows)
    without = (kind == 11) & (odd == 0)
    whole_day = (kind == 11) & (odd == 1)
    begins = np.where(whole_day, days.astype("datetime64[m]"), begins).astype("datetime64[us]")
    ends = np.where(whole_day, days + np.timedelta64(DAY * 60 - 1, "s"), ends).astype("datetime64[us]")
    keys = pa.array(np.arange(rows)).cast(pa.string())
    columns = {
        "row_id": keys,
        "record_id": keys,
        "force": pa.array([FORCE]).take(pa.array(np.zeros(rows, dtype=int))),
        "measure": pa.array(MEASURES).take(pa.array(random.integers(len(MEASURES), size=rows))),
        "record_kind": pa.array(["crime"]).take(pa.array(np.zeros(rows, dtype=int))),
        "recorded_on": pa.array(days).cast(pa.date32()),
        "occurred_from": pa.array(begins, mask=without),
        "occurred_to": pa.array(ends, mask=without),
    }
    nulls = {f.name: pa.nulls(rows, f.type) for f in INCIDENTS if f.name not in columns}
    return pa.table({field.name: {**columns, **nulls}[field.name] for field in INCIDENTS}, schema=INCIDENTS)


def made_coverage() -> pa.Table:
    rows = [
        (FORCE, measure, month, "incidents", "made", False) for measure in MEASURES for month in WINDOW.months
    ]
    columns = zip(zip(*rows, strict=True), COVERAGE, strict=True)
    return pa.table([pa.array(column, type=field.type) for column, field in columns], schema=COVERAGE)


def ours(records: CountedRecords) -> tuple[np.ndarray, float]:
    weights = day_hour(records.chosen(ASKED))
    return week_of(weights), float(weights.loc[~weights["known"].isin(USED), "weight"].sum())


def by_hand_in_sql(engine: duckdb.DuckDBPyConnection) -> tuple[np.ndarray, float]:
    first, last = ((day.year - 1970) * 12 + day.month - 1 for day in (WINDOW.start, WINDOW.end))
    used = tuple(place for place, known in enumerate(KINDS) if known in USED)
    found = engine.sql(SQL.format(measures=MEASURES, first=first, last=last, used=used)).df()
    timed = found[found["cell"].notna()]
    week = np.bincount(timed["cell"].astype(int), weights=timed["weight"], minlength=HOURS)
    return week, float(found.loc[found["cell"].isna(), "weight"].sum())


def in_pandas(path: Path) -> tuple[np.ndarray, float]:
    columns = ["record_id", "force", "measure", "recorded_on", "no_crimed_on", "occurred_from", "occurred_to"]
    frame = pd.read_parquet(path, columns=columns)
    recorded = pd.to_datetime(frame["recorded_on"])
    frame = frame[
        (frame["force"] == FORCE)
        & frame["measure"].isin(MEASURES)
        & recorded.between(pd.Timestamp(WINDOW.start), pd.Timestamp(WINDOW.end))
        & frame["no_crimed_on"].isna()
    ].drop_duplicates("record_id")
    begins = frame["occurred_from"].dt.floor("min")
    ends = frame["occurred_to"].dt.ceil("min").where(frame["occurred_from"] != frame["occurred_to"])
    ends = ends.fillna(begins + pd.Timedelta(minutes=1))
    minutes = (ends - begins) / pd.Timedelta(minutes=1)
    whole_days = (
        (begins == begins.dt.normalize())
        & (ends == ends.dt.normalize())
        & (frame["occurred_to"].dt.second == 59)
    )
    used = minutes.between(1, WEEK_MINUTES) & ~whole_days
    spans = pd.DataFrame({"begins": begins, "ends": ends, "minutes": minutes})[used]
    first = spans["begins"].dt.floor("h")
    count = ((spans["ends"].dt.ceil("h") - first) / pd.Timedelta(hours=1)).astype(int)
    hours = spans.assign(first=first).loc[spans.index.repeat(count)]
    start = hours["first"] + pd.to_timedelta(hours.groupby(level=0).cumcount(), unit="h")
    inside = np.minimum(hours["ends"], start + pd.Timedelta(hours=1)) - np.maximum(hours["begins"], start)
    weight = inside / pd.Timedelta(minutes=1) / hours["minutes"]
    week = weight.groupby(start.dt.dayofweek * 24 + start.dt.hour).sum().reindex(range(HOURS), fill_value=0.0)
    return week.to_numpy(), float((~used).sum())


def line_of(rows: int, folder: Path) -> str:
    path = folder / "incidents.parquet"
    pq.write_table(made_incidents(rows), path)
    pq.write_table(made_coverage(), folder / "coverage.parquet")
    engine = connect()
    incidents = parquet_table(engine, [str(path)], INCIDENTS)
    coverage = parquet_table(engine, [str(folder / "coverage.parquet")], COVERAGE)
    begun = time.perf_counter()
    records = counted_records(incidents, coverage, FORCE, {})
    prepared = time.perf_counter() - begun
    by_hand = duckdb.connect()
    by_hand.register("counted", records.table)
    ways = {"SQL": partial(by_hand_in_sql, by_hand)}
    if rows * PANDAS_KB_A_ROW / 1e6 <= PANDAS_GB:
        ways["pandas"] = partial(in_pandas, path)
    week, unknown = ours(records)
    for name, way in ways.items():
        other, others_unknown = way()
        same = np.allclose(other, week) if name == "SQL" else np.isclose(other.sum(), week.sum(), rtol=1e-4)
        if (
            not same
            or not np.isclose(others_unknown + other.sum(), rows)
            or not np.isclose(unknown + week.sum(), rows)
        ):
            sys.exit(
                f"{name} gives other weights: {other.sum()} and {others_unknown} unknown, not {week.sum()} and {unknown}"
            )
    runs = FEWER_RUNS if rows >= FEWER_RUNS_FROM else RUNS
    seconds = median_seconds(partial(ours, records), runs)
    cells = []
    for name in ("SQL", "pandas"):
        if name in ways:
            other = median_seconds(ways[name], runs)
            cells.append(f"{other:.3f} s ({other / seconds:.2f} times)")
        else:
            cells.append(f"left out: would need about {rows * PANDAS_KB_A_ROW / 1e6:.1f} GB")
    return f"| {rows:,} | {prepared:.1f} s | {seconds:.3f} s | {' | '.join(cells)} |"


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000]
    print(
        "| incidents | prepared in | day_hour | SQL by hand | pandas |\n| ---: | ---: | ---: | ---: | ---: |",
        flush=True,
    )
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(line_of(rows, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
