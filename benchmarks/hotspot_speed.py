"""How the map's layers compare with plain pandas and with SQL by hand on the same engine.

    .venv/bin/python benchmarks/hotspot_speed.py [ROWS ...]

Each layer is timed up to its numbers, for the City's cells of resolution 10: counts of a year,
their density, Gi* of them, two years set against each other, and classes over twelve periods of three months. What no
question changes is worked out once (`vulncore.metrics.week.counted`, and the cell of each point); the package and the SQL
answer from that, pandas from the incidents. All judge with the same functions: what is compared is reading, counting and
densities. They have to give the same numbers.

Every figure is the median of three runs in this process (one from five million rows on), after one to warm up; the ratios
are what to quote.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from h3ronpy.vector import coordinates_to_cells
from hotspot_incidents import AREA, FORCE, HISTORY, MEASURES, made_coverage, made_incidents
from numpy.typing import NDArray
from timing import median_seconds

from vulncore.domain.engine import connect, parquet_table
from vulncore.domain.periods import Window, rolling_12
from vulncore.domain.schemas import COVERAGE, INCIDENTS
from vulncore.findings.where.counts import zone_of_records
from vulncore.metrics.hotspots.cells import cells
from vulncore.metrics.hotspots.classes import hotspot_classes
from vulncore.metrics.hotspots.density import kernel_density, share_inside
from vulncore.metrics.hotspots.getis_ord import getis_ord, hot_and_cold
from vulncore.metrics.hotspots.zones import OUTSIDE, zone_of
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value
from vulncore.metrics.week.counted import Chosen, CountedRecords, RecordFilter, counted_records

Floats = NDArray[np.float64]

RESOLUTION, BANDWIDTH_M = 10, 200.0
ZONES = cells(AREA, RESOLUTION)
PIECES = len(ZONES.names)
INSIDE = share_inside(ZONES.centres_m, ZONES.plane(AREA), BANDWIDTH_M)
YEAR = rolling_12(date(2024, 10, 1))
BEFORE = rolling_12(date(2023, 10, 1))
BIN_M = BANDWIDTH_M / 128
RUNS, FEWER_RUNS, FEWER_FROM = 3, 1, 5_000_000
PANDAS_KB_A_ROW, PANDAS_GB = 0.9, 14.0

ROWS = """
WITH wanted AS (
    SELECT * FROM counted WHERE measure IN {measures} AND month BETWEEN {first} AND {last} AND point >= 0
)
SELECT * FROM wanted WHERE several = 0
UNION ALL
SELECT * FROM (SELECT * FROM wanted WHERE several = 1) QUALIFY measure = min(measure) OVER (PARTITION BY record)
"""
PIECE_COUNTS = """
SELECT piece, month, count(*) AS n FROM ({rows}) JOIN zones USING (point) WHERE piece >= 0 GROUP BY ALL
"""
DENSITY = """
WITH points AS (SELECT longitude, latitude, count(*) AS n FROM ({rows}) GROUP BY ALL), bins AS (
    SELECT sum(x * n) / sum(n) AS x, sum(y * n) / sum(n) AS y, sum(n) AS n
    FROM (SELECT longitude * {east} AS x, latitude * {north} AS y, n FROM points)
    GROUP BY floor(x / {bin}), floor(y / {bin})
)
SELECT piece, sum(n * (1 - d2 / {h2}) * (1 - d2 / {h2})) AS weight
FROM (SELECT piece, n, (x - cx) * (x - cx) + (y - cy) * (y - cy) AS d2
    FROM bins JOIN middles ON x BETWEEN cx - {h} AND cx + {h} AND y BETWEEN cy - {h} AND cy + {h})
WHERE d2 < {h2} GROUP BY piece
"""


def judged(counts: Floats) -> NDArray[np.int8]:
    per_area = counts / ZONES.areas_m2 * float(np.median(ZONES.areas_m2))
    return hot_and_cold(getis_ord(per_area, ZONES.near))


def compared(now: Floats, before: Floats) -> Floats:
    p = rate_ratio_p_value(now, before, YEAR.days, BEFORE.days)
    return np.column_stack([p, *rate_ratio_interval(now, before, YEAR.days, BEFORE.days)])


def classed(by_period: Floats) -> list[str]:
    states = np.column_stack([judged(counts) for counts in by_period])
    return [str(each) for each in hotspot_classes(states, ZONES.near @ by_period.T, by_period.sum(axis=1))]


class Ours:
    def __init__(self, records: CountedRecords) -> None:
        self.records = records

    def chosen(self, window: Window) -> Chosen:
        chosen = self.records.chosen(RecordFilter(FORCE, MEASURES, window))
        return chosen.only(chosen.numbers("point") >= 0)

    def by_month(self, window: Window) -> Floats:
        rows = self.chosen(window)
        piece = zone_of_records(self.records, ZONES)[rows.at].astype(np.int64)
        return _by_month(piece, rows.numbers("month"), np.ones(len(piece)), window)

    def density(self) -> Floats:
        rows = self.chosen(YEAR)
        points = np.column_stack([rows.numbers("longitude"), rows.numbers("latitude")]) * ZONES.scale
        return kernel_density(points, np.ones(len(points)), ZONES.centres_m, BANDWIDTH_M, INSIDE)


class Sql:
    def __init__(self, records: CountedRecords) -> None:
        self.engine = duckdb.connect()
        piece = zone_of(ZONES, *records.points)
        zones = pa.table({"point": np.arange(len(piece), dtype=np.int32), "piece": piece})
        middles = pd.DataFrame(
            {"piece": range(PIECES), "cx": ZONES.centres_m[:, 0], "cy": ZONES.centres_m[:, 1]}
        )
        for name, table in (("counted", records.table), ("zones", zones), ("middles", middles)):
            self.engine.register(name, table)

    def rows(self, window: Window) -> str:
        first, last = _month(window.start), _month(window.end)
        return ROWS.format(measures=MEASURES, first=first, last=last)

    def by_month(self, window: Window) -> Floats:
        rows = self.engine.sql(PIECE_COUNTS.format(rows=self.rows(window))).df()
        return _by_month(
            rows["piece"].to_numpy(), rows["month"].to_numpy(), rows["n"].to_numpy(dtype=float), window
        )

    def density(self) -> Floats:
        east, north = ZONES.scale
        text = DENSITY.format(
            rows=self.rows(YEAR), east=east, north=north, bin=BIN_M, h=BANDWIDTH_M, h2=BANDWIDTH_M**2
        )
        rows = self.engine.sql(text).df()
        weight = np.zeros(PIECES)
        weight[rows["piece"].to_numpy()] = rows["weight"].to_numpy()
        return _per_km2(weight)


class Pandas:
    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, window: Window) -> pd.DataFrame:
        columns = ["record_id", "force", "measure", "recorded_on", "no_crimed_on", "longitude", "latitude"]
        frame = pd.read_parquet(self.path, columns=columns)
        recorded = pd.to_datetime(frame["recorded_on"])
        frame = frame.assign(month=recorded.dt.to_period("M").dt.to_timestamp())[
            (frame["force"] == FORCE)
            & frame["measure"].isin(MEASURES)
            & recorded.between(pd.Timestamp(window.start), pd.Timestamp(window.end))
            & frame["no_crimed_on"].isna()
            & frame["longitude"].notna()
        ]
        return frame.drop_duplicates("record_id")

    def by_month(self, window: Window) -> Floats:
        rows = self.rows(window)
        cell = np.asarray(
            coordinates_to_cells(rows["latitude"].to_numpy(), rows["longitude"].to_numpy(), RESOLUTION)
        )
        members = pd.DataFrame({"cell": ZONES.cells.members, "piece": ZONES.cells.zone_of_cell})
        placed = rows.assign(cell=cell).merge(members[members["piece"] != OUTSIDE], on="cell")
        counts = placed.groupby(["piece", "month"]).size().reset_index(name="n")
        months = counts["month"].to_numpy().astype("datetime64[M]").astype(np.int64)
        return _by_month(counts["piece"].to_numpy(), months, counts["n"].to_numpy(dtype=float), window)

    def density(self) -> Floats:
        rows = self.rows(YEAR)
        points = rows[["longitude", "latitude"]].to_numpy() * ZONES.scale
        weight = np.zeros(PIECES)
        for piece, middle in enumerate(ZONES.centres_m):
            left = 1 - ((points - middle) ** 2).sum(axis=1) / BANDWIDTH_M**2
            weight[piece] = (left[left > 0] ** 2).sum()
        return _per_km2(weight)


def layers(way: Ours | Sql | Pandas) -> dict[str, Callable[[], object]]:
    return {
        "cells": lambda: way.by_month(YEAR).sum(axis=0),
        "kde": way.density,
        "gi": lambda: judged(way.by_month(YEAR).sum(axis=0)),
        "change": lambda: compared(way.by_month(YEAR).sum(axis=0), way.by_month(BEFORE).sum(axis=0)),
        "class": lambda: classed(way.by_month(HISTORY).reshape(12, 3, PIECES).sum(axis=1)),
    }


def table_of(rows: int, folder: Path) -> None:
    path = folder / "incidents.parquet"
    pq.write_table(made_incidents(rows), path)
    pq.write_table(made_coverage(), folder / "coverage.parquet")
    engine = connect()
    incidents = parquet_table(engine, [str(path)], INCIDENTS)
    coverage = parquet_table(engine, [str(folder / "coverage.parquet")], COVERAGE)
    begun = time.perf_counter()
    records = counted_records(incidents, coverage, FORCE, {})
    zone_of_records(records, ZONES)
    print(f"\nprepared in {time.perf_counter() - begun:.1f} s")
    ways = {"SQL": layers(Sql(records))}
    if rows * PANDAS_KB_A_ROW / 1e6 <= PANDAS_GB:
        ways["pandas"] = layers(Pandas(path))
    runs = FEWER_RUNS if rows >= FEWER_FROM else RUNS
    print(
        f"\n| {rows:,} incidents | vulncore | SQL by hand | pandas |\n| --- | ---: | ---: | ---: |",
        flush=True,
    )
    for layer, work in layers(Ours(records)).items():
        for name, way in ways.items():
            _same(work(), way[layer](), f"{name}, {layer}")
        seconds = median_seconds(work, runs)
        others = {name: median_seconds(way[layer], runs) for name, way in ways.items()}
        cells_of_row = [
            f"{others[name]:.2f} s ({others[name] / seconds:.1f} times)"
            if name in others
            else "left out: memory"
            for name in ("SQL", "pandas")
        ]
        print(f"| {layer} | {seconds:.2f} s | {' | '.join(cells_of_row)} |", flush=True)


def _month(day: date) -> int:
    return (day.year - 1970) * 12 + day.month - 1


def _by_month(piece: NDArray[np.int64], month: NDArray[np.int64], records: Floats, window: Window) -> Floats:
    there = piece != OUTSIDE
    flat = (month[there] - _month(window.start)) * PIECES + piece[there]
    return np.bincount(flat, weights=records[there], minlength=len(window.months) * PIECES).reshape(
        -1, PIECES
    )


def _per_km2(weight: Floats) -> Floats:
    return weight * 3 / (np.pi * BANDWIDTH_M**2) * 1e6 / INSIDE


def _same(ours: object, other: object, what: str) -> None:
    if isinstance(ours, list):
        same = ours == other
    else:
        mine, theirs = np.asarray(ours, dtype=float), np.asarray(other, dtype=float)
        same = np.allclose(mine, theirs, rtol=1e-6, atol=1e-3 * float(np.abs(mine[np.isfinite(mine)]).max()))
    if not same:
        sys.exit(f"{what}: other numbers")


def main() -> None:
    for rows in [int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            table_of(rows, Path(folder))


if __name__ == "__main__":
    main()
