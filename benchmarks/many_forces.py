"""What one force of many in a dataset costs, beside the same force alone in a dataset of its own.

    .venv/bin/python benchmarks/many_forces.py [--forces 43] [--a-month 5000] [--runs 3]

Makes three years of incidents of one force with hours, places, streets and groups, and as many of each other; publishes the one as
a dataset of its own, and all of them as another; the newest month of the one comes in an extract of its own. Then it reads what each page shows
first of that force, of either dataset in turn, each time in a process that has read a small dataset before: with nothing kept on the disk (*made*), with
what `vulncore prepare` keeps (*kept*), and after another force in the same process (*changed to*). Last it opens the pages of a server that
nobody visited. Forecasts aren't fitted. Of both datasets the figures are held against each other.

The ratios are what to quote. Time is the processor's; bytes are those that the process asked the system for, without those of files that it maps.
"""

import argparse
import asyncio
import json
import logging
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import visitor
from hotspot_incidents import AREA, HISTORY
from load import free_port, started, used_by, wait_until_ready
from many_incidents import made_incidents
from visitor import Visitor

from pages.data.reads import checks_of, coverage_of
from pages.forecast.reads import demand_of
from pages.overview.reads import overview_of, sharing_of
from pages.resourcing.reads import shares_of, unit_demand_of
from pages.shared.reads import (
    area_key,
    boundaries_of,
    contents_of,
    placed_measures_of,
    week_choices_of,
    when_of,
)
from pages.where.reads import MapQuestion, map_of, where_briefing_of
from vulncore.domain.delivery import Delivery, RowAccount, measures_table
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.geography import boundary
from vulncore.domain.periods import rolling_12
from vulncore.domain.schemas import COVERAGE, INCIDENTS, Tables
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.question import MapSelection
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.sources.police_uk.files import force_names
from vulncore.store import publish, versions
from vulncore.store.contents import PREPARED

FORCE, BESIDE = "Dyfed-Powys Police", "Essex Police"
ONE, ALONE, ALL, SMALL = "one", "another", "all", "small"
"""The force alone, the force beside it alone, both among all, and a few records of the latter to warm up with."""
FEW = 2_000  # records
LONGEST_S = 600.0  # for a page
LINKED = ("overview", "when", "where", "data")  # the pages that fit no forecast


def made_of(force: str, rows: pa.Table, number: int) -> pa.Table:
    """Return made incidents as those of a force: about a point in its midst, under ids of its own."""
    midst = (boundary(force) or AREA).representative_point()
    moved = {
        name: pc.add(rows[name], to - of)
        for name, to, of in zip(
            ("longitude", "latitude"), midst.coords[0], AREA.centroid.coords[0], strict=True
        )
    }
    ids = {
        name: pc.binary_join_element_wise(f"F{number}", rows[name], "-") for name in ("row_id", "record_id")
    }
    columns = moved | ids | {"force": pa.array([force]).take(pa.array(np.zeros(rows.num_rows, dtype=int)))}
    return pa.table([columns.get(name, rows[name]) for name in INCIDENTS.names], schema=INCIDENTS)


def made_delivery(forces: Mapping[str, int], records: int, *, newest: bool = True) -> Delivery:
    """Return so many records of each of some forces, which have a number each; without those of the newest month, unless wanted."""
    months = HISTORY.months if newest else HISTORY.months[:-1]
    keys = np.array([measure.key for measure in report_measures()])
    rows, random = made_incidents(records), np.random.default_rng(2)
    at = INCIDENTS.get_field_index("measure")
    rows = rows.set_column(
        at, INCIDENTS.field(at), pa.array(keys[random.integers(len(keys), size=rows.num_rows)])
    )
    if not newest:
        rows = rows.filter(pc.less(rows["recorded_on"], pa.scalar(HISTORY.months[-1], pa.date32())))
    covered = [
        (force, key, month, "incidents", force, False)
        for force in forces
        for key in keys.tolist()
        for month in months
    ]
    columns = zip(zip(*covered, strict=True), COVERAGE, strict=True)
    count = rows.num_rows * len(forces)
    return Delivery(
        source="records",
        tables=Tables(
            incidents=pa.concat_tables(made_of(force, rows, number) for force, number in forces.items()),
            coverage=pa.table([pa.array(column, field.type) for column, field in columns], schema=COVERAGE),
            measures=measures_table(report_measures()),
        ),
        files=(),
        rows=RowAccount(count, count),
    )


def publish_all(store: Path, forces: Sequence[str], records: int) -> None:
    numbered = {force: number for number, force in enumerate(forces)}
    the_one, beside = ({force: numbered[force]} for force in (FORCE, BESIDE))
    for dataset, of, count, newest in (
        (SMALL, beside, FEW, True),
        (ALONE, beside, records, False),
        (ALONE, beside, records, True),
        (ONE, the_one, records, False),
        (ONE, the_one, records, True),
        (ALL, numbered, records, False),
        (ALL, the_one, records, True),
    ):
        start = time.perf_counter()
        publish(store, dataset, made_delivery(of, count, newest=newest), "benchmark")
        print(
            f"{dataset}: {len(of)} forces, {count:,} records each, in {time.perf_counter() - start:.1f} s",
            flush=True,
        )


def first_view(store: Path, dataset: str, force: str) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield what each page shows first of a force, read as the page reads it, with its figures as text."""
    line = versions(store, dataset)[-1]
    smallest, bounds, scenario = smallest_shown(), boundaries_of(store), example_scenario()
    yield "what can be chosen", lambda: str(contents_of(store, line).months[force])
    contents = contents_of(store, line)
    month, keys = contents.default_month[force], tuple(measure.key for measure in contents.measures)
    records, subject = (
        RecordFilter(force, keys, rolling_12(month)),
        find_subject(subjects(contents), None),
    )

    def of_overview() -> str:
        sharing = sharing_of(store, line, force)
        return overview_of(store, line, force, month).table.to_csv() + str(sorted(map(sorted, sharing)))

    def of_when() -> str:
        choices = week_choices_of(store, line, force, smallest, bounds)
        return str((choices, when_of(store, line, records, Night(), smallest, bounds).now.sums.to_csv()))

    def of_where() -> str:
        selection = MapSelection(records, smallest=smallest)
        question = MapQuestion(store, line, selection, area_key(store, force))
        drawn = map_of(question, MapChoice()).rows.drop(columns="dataset").to_csv()
        return str((placed_measures_of(store, line, force), where_briefing_of(question))) + drawn

    def of_forecast() -> str:
        demand = demand_of(store, line, force, subject, month, lockdowns=False)
        return demand.months.to_csv() if demand else ""

    def of_resourcing() -> str:
        unit = unit_demand_of(store, line, force, scenario, month)
        shares = shares_of(store, line, force, scenario, month)
        return str((shares, [kind.demand.months.to_csv() for kind in unit.kinds.values()]))

    def of_data() -> str:
        checks = checks_of(store, line, force)
        return str(checks) + coverage_of(store, line, force).frame.to_csv()

    yield "Overview", of_overview
    yield "When", of_when
    yield "Where", of_where
    yield "Forecast", of_forecast
    yield "Resourcing", of_resourcing
    yield "Data", of_data


def measured(store: Path, views: Sequence[tuple[str, str]]) -> None:
    """Read first views of datasets' forces, one after the other, and print what the last costs and shows as JSON."""
    for dataset, force in views:
        costs, shown = {}, {}
        for part, work in first_view(store, dataset, force):
            before = spent()
            shown[part] = sha256(work().encode()).hexdigest()
            costs[part] = [after - then for after, then in zip(spent(), before, strict=True)]
    # what getrusage has is at least what the process held that started this one
    held = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    memory = int(held[1]) / 1000
    print(json.dumps({"costs": costs, "shown": shown, "memory": memory}))


def spent() -> tuple[float, float]:
    """Return the seconds of the processor that this process has used, and the megabytes that it has read."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    read = re.search(r"rchar: (\d+)", Path("/proc/self/io").read_text())
    return used.ru_utime + used.ru_stime, int(read[1]) / 1e6


def in_a_process(store: Path, *views: tuple[str, str]) -> dict[str, Any]:
    """Return what the last of some first views costs and shows in a process of its own."""
    words = [sys.executable, __file__, "--views", json.dumps(views)]
    environment = os.environ | {"VULNCORE_STORE": str(store)}
    run = subprocess.run(
        words, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return dict(json.loads(run.stdout))


def run_of_views(store: Path, dataset: str, beside: str) -> dict[str, dict[str, Any]]:
    """Return what a first view of the force costs, by what was done before."""
    shutil.rmtree(store / dataset / PREPARED, ignore_errors=True)
    warm, view = (SMALL, BESIDE), (dataset, FORCE)
    made = in_a_process(store, warm, view)
    in_a_process(store, warm, (beside, BESIDE))  # so that all is kept of both
    return {
        "made": made,
        "kept": in_a_process(store, warm, view),
        "changed to": in_a_process(store, (beside, BESIDE), view),
    }


async def page_costs(address: str, process: int, dataset: str, force: str) -> dict[str, float]:
    """Return the processor's seconds that a server takes for the first view of each page."""
    costs = {}
    for page in LINKED:
        before = used_by([process])[0]
        async with Visitor(address) as visitor:
            await visitor.open(page, urlencode({"dataset": dataset, "force": force}))
        costs[page] = used_by([process])[0] - before
    return costs


def pages_of(store: Path, dataset: str, beside: str) -> dict[str, dict[str, Any]]:
    """Return what pages cost on a server that has shown a small dataset: of a force beside, then of the force."""
    os.environ |= {"VULNCORE_STORE": str(store), "VULNCORE_FIRST_VISITS": "off"}
    visitor.LONGEST_S = LONGEST_S
    with started(["streamlit", "run", "app.py"], free_port()) as (address, process):
        wait_until_ready(address)
        asyncio.run(page_costs(address, process, SMALL, BESIDE))
        first = asyncio.run(page_costs(address, process, beside, BESIDE))
        change = asyncio.run(page_costs(address, process, dataset, FORCE))
        memory = used_by([process])[1]
    return {
        "pages, first": {"costs": {page: [seconds] for page, seconds in first.items()}, "memory": memory},
        "pages, changed to": {
            "costs": {page: [seconds] for page, seconds in change.items()},
            "memory": memory,
        },
    }


def report(runs: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
    """Print what the force costs alone and among all, medians of all runs, and whether the figures are the same."""
    print("| view | part | alone, s | among all, s | ratio | alone, MB read | among all, MB read |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for when, one in runs[0][ONE].items():
        for part, cost in [*one["costs"].items(), ("in all", None)]:
            cells = []
            for dataset in (ONE, ALL):
                costs = [run[dataset][when]["costs"] for run in runs]
                amounts = [
                    run[part] if cost else [sum(of) for of in zip(*run.values(), strict=True)]
                    for run in costs
                ]
                cells.append([statistics.median(amount) for amount in zip(*amounts, strict=True)])
            alone, among = cells
            read = " | ".join(f"{of[1]:,.1f}" if len(of) > 1 else "–" for of in cells)
            print(
                f"| {when} | {part} | {alone[0]:.3f} | {among[0]:.3f} | {among[0] / max(alone[0], 1e-9):.2f} | {read} |"
            )
        memory = (statistics.median(run[of][when]["memory"] for run in runs) for of in (ONE, ALL))
        print(f"| {when} | MB held at most | {' | '.join(f'{most:,.0f}' for most in memory)} | | | |")
    views = [
        (run[ONE][when], run[ALL][when]) for run in runs for when in run[ONE] if "shown" in run[ONE][when]
    ]
    differ = sorted(
        {part for one, every in views for part in one["shown"] if one["shown"][part] != every["shown"][part]}
    )
    print(f"figures that differ: {', '.join(differ) or 'none'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--forces", type=int, default=43)
    parser.add_argument("--a-month", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--store", type=Path, help="a folder to keep the store in, or one of an earlier run")
    parser.add_argument("--views", type=json.loads, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.views:
        logging.disable()  # Streamlit's, of what runs without a page
        measured(Path(os.environ["VULNCORE_STORE"]), chosen.views)
        return
    with tempfile.TemporaryDirectory() as folder:
        store = chosen.store or Path(folder) / "store"
        if not store.exists():
            names = [
                name for name, *_ in force_names().values() if boundary(name) and name not in (FORCE, BESIDE)
            ]
            forces = [*names[: chosen.forces - 2], BESIDE, FORCE]
            publish_all(store, forces, chosen.a_month * len(HISTORY.months))
        runs = []
        for number in range(chosen.runs):
            both = ((ONE, ALONE), (ALL, ALL))
            runs.append({dataset: run_of_views(store, dataset, beside) for dataset, beside in both})
            for dataset, beside in both:
                runs[-1][dataset] |= pages_of(store, dataset, beside)
            print(f"\nafter {number + 1} of {chosen.runs} runs", flush=True)
            report(runs)


if __name__ == "__main__":
    main()
