"""How long a page takes with ever more incidents, each change one that nobody made before, and what it takes to get there.

    .venv/bin/python benchmarks/many_incidents.py [ROWS ...]       # 1000000 10000000, unless given

Makes incidents of one force with hours, places, streets and groups, publishes them, makes ready what the pages show first, starts a
server, waits until it says that it is ready, and lets one visit at a time change something on each page. Publishing is from
tables in memory; `extract_speed.py` reads a CSV.
"""

import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import day_hour_speed
import hotspot_incidents
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from load import free_port, load, percentile, started, used_by, wait_until_ready

from vulncore.domain.delivery import Delivery, RowAccount, measures_table
from vulncore.domain.periods import add_months, rolling_12
from vulncore.domain.schemas import INCIDENTS, Tables
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.prepared import prepare
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.which_records import HoursChosen
from vulncore.findings.where.counts import record_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import map_view
from vulncore.findings.where.protection import layer_view, where_summary, where_view
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.trial import map_trial, repeats_view
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version, publish

STREETS, TYPES, VICTIMS = (
    400,
    ("home", "street", "licensed premises", "school", "work"),
    ("resident", "visiting"),
)
SECONDS_A_PAGE = 25.0
PAGES = ("overview", "when", "where", "resourcing", "data")
READY_S = 3_600.0


def made_incidents(rows: int) -> pa.Table:
    """Return incidents whose places are those of `hotspot_incidents` and whose hours are those of `day_hour_speed`."""
    placed, timed = hotspot_incidents.made_incidents(rows), day_hour_speed.made_incidents(rows)
    random = np.random.default_rng(1)
    recorded, recorded_then = (
        table["recorded_on"].to_numpy().astype("datetime64[us]") for table in (placed, timed)
    )

    def words(values: tuple[str, ...]) -> pa.ChunkedArray:
        return pa.chunked_array([pa.array([*values, None])]).take(
            pa.array(random.integers(len(values) + 1, size=rows))
        )

    columns = {
        "record_id": pc.binary_join_element_wise("R", placed["row_id"], ""),
        "occurred_from": pa.array(recorded + (timed["occurred_from"].to_numpy() - recorded_then)),
        "occurred_to": pa.array(recorded + (timed["occurred_to"].to_numpy() - recorded_then)),
        "place": words(tuple(f"Street {number}" for number in range(STREETS))),
        "location_type": words(TYPES),
        "victim_residency": words(VICTIMS),
    }
    for name, column in columns.items():
        at = INCIDENTS.get_field_index(name)
        placed = placed.set_column(at, INCIDENTS.field(at), column)
    return placed


def published(rows: int, store: Path) -> None:
    measures = [one for one in report_measures() if one.key in hotspot_incidents.MEASURES]
    delivery = Delivery(
        source="records",
        tables=Tables(
            incidents=made_incidents(rows),
            coverage=hotspot_incidents.made_coverage(),
            measures=measures_table(measures),
        ),
        files=(),
        rows=RowAccount(rows, rows),
    )
    start = time.perf_counter()
    publish(store, "many", delivery, "benchmark")
    print(f"published in {time.perf_counter() - start:,.1f} s", flush=True)


def show_parts_of_where(store: Path) -> None:
    """Say how long each thing takes that *Where* asks of a year of all measures, once what no question changes is there."""
    snapshot = open_version(store, "many")
    contents = dataset_contents(snapshot)
    keys = tuple(measure.key for measure in contents.measures)
    last = contents.default_month[hotspot_incidents.FORCE]
    for window in (rolling_12(last), rolling_12(add_months(last, -1))):  # the first is to warm up
        selection = MapSelection(RecordFilter(hotspot_incidents.FORCE, keys, window))
        seconds: dict[str, float] = {}

        def timed(part: str, work: Callable[[], Any], seconds: dict[str, float] = seconds) -> Any:
            start = time.perf_counter()
            result = work()
            seconds[part] = time.perf_counter() - start
            return result

        counts = timed("choosing", partial(record_counts, snapshot, store, selection, contents.measures))
        view = timed("counting by zone and month", partial(where_view, counts))
        timed("what stands out, now and over time", partial(where_summary, counts))
        for layer in view.layers:
            shown = timed(f"layer {layer}", partial(layer_view, counts, MapChoice(layer)))
            timed(f"drawing {layer}", partial(map_view, view, shown, snapshot.publish))
        night = tuple(hour for hour in range(168) if hour % 24 >= 18)
        at_night = replace(selection, hours=HoursChosen("night", "18:00 to 23:59", night))
        timed("hours of the week", partial(record_counts, snapshot, store, at_night, contents.measures))
        timed("test on past months", partial(map_trial, counts))
        timed("near repeats", partial(repeats_view, counts))
    print("\n".join(f"  Where, {part}: {taken:.2f} s" for part, taken in seconds.items()), flush=True)


def main(sizes: list[int]) -> None:
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "store"
            os.environ["VULNCORE_STORE"] = str(store)
            print(f"\n{rows:,} incidents", flush=True)
            published(rows, store)
            for made in prepare(store, "many"):
                print(f"  {made.what}: {made.readiness} in {made.seconds:,.1f} s", flush=True)
            show_parts_of_where(store)
            begun = time.perf_counter()
            with started(["streamlit", "run", "app.py"], free_port()) as (address, process):
                wait_until_ready(address, READY_S)
                print(f"ready in {time.perf_counter() - begun:,.1f} s", flush=True)
                print(
                    "| page | changes | median, s | 95 %, s | longest, s |\n| --- | ---: | ---: | ---: | ---: |"
                )
                for page in PAGES:
                    waits = asyncio.run(load(address, [], 1, 0.05, SECONDS_A_PAGE, page, 1))
                    whole = waits.all()
                    print(
                        f"| {page} | {len(whole):,} | {statistics.median(whole):.2f} | {percentile(whole, 0.95):.2f} "
                        f"| {max(whole):.2f} |{' faults: ' + str(waits.faults) if waits.faults else ''}",
                        flush=True,
                    )
                print(f"the server holds {used_by([process])[1]:,.0f} MB")
    print(f"this process held {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000])
