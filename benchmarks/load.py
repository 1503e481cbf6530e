"""How long people wait while many use the dashboard at once.

    .venv/bin/python benchmarks/load.py [--sessions 50] [--every 5] [--seconds 120] [--page PAGE] [--address URL] [--proxied]
    .venv/bin/python benchmarks/load.py --sessions 30 --every 2.5 --seconds 900    # ten thousand changes, and the memory after each thousand

Starts the dashboard on the data that ships (with `--proxied` two servers of it behind HAProxy, as `docs/deploying.md` has it; or
asks the one at `--address`), opens it as often as asked, and lets each visit
make a change every few seconds, as people do: another filter, tab, measure or cell of the map, now and then another page.
Visits begin spread over the first seconds. A wait lasts from the change until the server's script has run and all of it has
arrived: what the browser then does isn't in it. The client needs part of the same processors; how much, it says.

What needs other forecasts than `vulncore prepare` makes ready is left out, as they have to be fitted, which takes half a
minute of both processors: another month on Forecast and Resourcing, lockdowns used, Resourcing's other basis.
"""

import argparse
import asyncio
import json
import os
import random
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from streamlit.proto.WidgetStates_pb2 import WidgetState
from visitor import Answer, PageFailedError, Visitor, box_state, pressed
from websockets.exceptions import WebSocketException

ROOT = Path(__file__).parents[1]
PAGES = {
    "overview": 6,
    "strand": 4,
    "when": 5,
    "where": 5,
    "forecast": 2,
    "resourcing": 2,
    "data": 1,
    "methods": 1,
}
"""How often each page is gone to, against the others."""
OTHER_PAGE = 0.12
"""How often a change is one of the page, and not on it."""
LEFT_ALONE = {"Dataset", "As published in", "Force", "Months of the pandemic", "Forecast from"}
FITTED_ANEW = {"forecast", "resourcing"}
MONTH = "Figures to the end of"
START_S = 120


async def change(visitor: Visitor, chance: random.Random, *, stays: bool) -> tuple[str, Answer]:
    """Change something on the page that is open, or go to another; return what, and how long it took."""
    changes = list(_changes(visitor, chance))
    if not changes or (not stays and chance.random() < OTHER_PAGE):
        pages = {
            page: often for page, often in PAGES.items() if page not in FITTED_ANEW or visitor.at_first_month
        }
        page = chance.choices(list(pages), list(pages.values()))[0]
        return f"to {page}", await visitor.go(page)
    return visitor.page, await visitor.choose(chance.choice(changes))


def _changes(visitor: Visitor, chance: random.Random) -> Iterator[WidgetState]:
    """Yield one state of each thing on the page that can be changed."""
    for label, element in visitor.boxes().items():
        box = element.selectbox
        if label in LEFT_ALONE or (label == MONTH and visitor.page in FITTED_ANEW) or len(box.options) < 2:
            continue
        others = [option for option in box.options if option != visitor.widgets[box.id].string_value]
        yield box_state(box.id, chance.choice(others))
    for key, labels in visitor.tabs():
        yield box_state(key, chance.choice(labels))
    for table in visitor.components("strand_table"):
        rows = re.findall(r'data-row="([^"]+)"', json.loads(table.json)["html"])
        yield pressed(table.id, "picked", chance.choice(rows))
    for levers in visitor.components("levers"):
        lever = chance.choice(json.loads(levers.json)["levers"])
        steps = round((lever["most"] - lever["least"]) / lever["step"])
        value = lever["least"] + lever["step"] * chance.randint(0, steps)
        yield pressed(levers.id, "pulled", {"key": lever["key"], "value": value})


@dataclass
class Waits:
    """How long changes took, by where they were made; what went wrong; the server's megabytes after each thousand."""

    opened: list[float] = field(default_factory=list)
    changes: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    timers: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def all(self) -> list[float]:
        """Return the waits for all changes, in seconds."""
        return [answer.whole for answers in self.changes.values() for answer in answers]


async def visit(address: str, page: str | None, every: float, until: float, seed: int, waits: Waits) -> None:
    """Open a page, and change something every so many seconds until the time is over."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.random() * every)
    try:
        async with Visitor(address) as visitor:
            waits.opened.append(
                (await visitor.open(page or chance.choices(list(PAGES), list(PAGES.values()))[0])).whole
            )
            while time.monotonic() < until:
                waits.timers += [
                    answer.whole for answer in await visitor.linger(every * chance.uniform(0.5, 1.5))
                ]
                what, answer = await change(visitor, chance, stays=page is not None)
                waits.changes[what].append(answer)
    except (PageFailedError, OSError, WebSocketException) as fault:
        waits.faults.append(f"{type(fault).__name__}: {fault}"[:300])


async def load(
    address: str,
    processes: Sequence[int],
    sessions: int,
    every: float,
    seconds: float,
    page: str | None,
    seed: int,
) -> Waits:
    """Let so many visits change something every so many seconds, and return how long they waited."""
    waits, until = Waits(), time.monotonic() + seconds
    weighing = asyncio.create_task(weigh(processes, waits))
    await asyncio.gather(
        *(visit(address, page, every, until, seed * 10_000 + number, waits) for number in range(sessions))
    )
    weighing.cancel()
    return waits


async def weigh(processes: Sequence[int], waits: Waits) -> None:
    """Note the servers' megabytes after each thousand changes, where their processes are known."""
    while processes:
        if sum(map(len, waits.changes.values())) >= 1_000 * len(waits.memory):
            with suppress(OSError):  # one of those that they started ended meanwhile
                waits.memory.append(used_by(processes)[1])
        await asyncio.sleep(1)


@contextmanager
def serving(command: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Start the dashboard, wait until it says that it is ready, and yield its address and the number of its process."""
    with started(command, free_port()) as (address, process):
        wait_until_ready(address)
        yield address, [process]


@contextmanager
def proxied(command: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Start two servers behind HAProxy, wait until both are ready, and yield the address and the servers' processes."""
    one, two, front = (free_port() for _ in range(3))
    ports = {"VULNCORE_ADDRESS": f"127.0.0.1:{front}", "VULNCORE_PORT_ONE": one, "VULNCORE_PORT_TWO": two}
    environment = os.environ | {name: str(value) for name, value in ports.items()}
    with started(command, one) as (first, first_process), started(command, two) as (second, second_process):
        for address in (first, second):
            wait_until_ready(address)
        proxy = subprocess.Popen(["haproxy", "-db", "-f", "deploy/haproxy.cfg"], cwd=ROOT, env=environment)
        try:
            wait_until_ready(f"http://127.0.0.1:{front}")
            yield f"http://127.0.0.1:{front}", [first_process, second_process]
        finally:
            proxy.terminate()
            proxy.wait()


@contextmanager
def started(command: Sequence[str], port: int) -> Iterator[tuple[str, int]]:
    """Start a server, and stop it at the end."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--server.port", str(port)], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(address: str, longest_s: float = START_S) -> None:
    """Wait until a server answers that it is ready.

    Raises:
        TimeoutError: It doesn't, for so long.
    """
    until = time.monotonic() + longest_s
    while time.monotonic() < until:
        try:
            with urlopen(f"{address}/ready"):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} was not ready after {longest_s:,.0f} seconds")


def used_by(processes: Sequence[int]) -> tuple[float, float]:
    """Return the seconds of the processor and the megabytes that processes and those they started have used, on Linux."""
    family = [one for process in processes for one in (process, *_children(process))]
    ticks = sum(
        sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:13]))
        for one in family
    )
    memory = sum(
        int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())[1]) for one in family
    )
    return ticks / os.sysconf("SC_CLK_TCK"), memory / 1000


def _children(process: int) -> list[int]:
    own = [
        int(one)
        for task in Path(f"/proc/{process}/task").iterdir()
        if (task / "children").exists()  # a thread can have ended since
        for one in (task / "children").read_text().split()
    ]
    return [*own, *(further for one in own for further in _children(one))]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value under which a share of the values lies; the largest where there are few."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def report(waits: Waits) -> None:
    """Print how long visits waited, for all changes and by page."""
    print(
        "| change | number | median, s | 95 %, s | longest, s | kB sent |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    everything = [answer for answers in waits.changes.values() for answer in answers]
    print(f"faults {len(waits.faults)}", *sorted(set(waits.faults)), sep="\n  ")
    if not everything:
        return
    for what, answers in [*sorted(waits.changes.items()), ("all", everything)]:
        whole = [answer.whole for answer in answers]
        sent = statistics.mean(answer.sent for answer in answers) / 1000
        print(
            f"| {what} | {len(whole):,} | {statistics.median(whole):.2f} | {percentile(whole, 0.95):.2f} | {max(whole):.2f} | {sent:,.0f} |"
        )
    print(
        f"opened {len(waits.opened)}: median {statistics.median(waits.opened):.2f} s, longest {max(waits.opened):.2f} s"
    )
    if waits.timers:
        print(
            f"timers {len(waits.timers):,}: median {statistics.median(waits.timers):.2f} s, 95 % {percentile(waits.timers, 0.95):.2f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two changes of a visit")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--page", choices=PAGES, help="one page, instead of all")
    parser.add_argument("--address", help="a dashboard that runs already")
    parser.add_argument("--proxied", action="store_true", help="two servers behind HAProxy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--serve", default="streamlit run app.py", help="the module that serves, with its words"
    )
    asked = parser.parse_args()
    command = asked.serve.split()
    running = proxied(command) if asked.proxied else serving(command)
    with nullcontext((asked.address, [])) if asked.address else running as (address, processes):
        before, begun = used_by(processes), time.monotonic()
        waits = asyncio.run(
            load(address, processes, asked.sessions, asked.every, asked.seconds, asked.page, asked.seed)
        )
        took = time.monotonic() - begun
        report(waits)
        if processes:
            after = used_by(processes)
            print(
                f"servers {len(processes)}: {(after[0] - before[0]) / took:.2f} processors, "
                f"{1000 * (after[0] - before[0]) / max(1, len(waits.all())):.0f} ms of them for each change, {before[1]:.0f} to {after[1]:.0f} MB"
            )
            if len(waits.memory) > 1:
                weighed = ", ".join(f"{megabytes:,.0f}" for megabytes in waits.memory)
                print(f"MB at the beginning and after each thousand changes: {weighed}")
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"client: {(own.ru_utime + own.ru_stime) / took:.2f} processors; the machine's load is {os.getloadavg()[0]:.1f}"
    )
    sys.exit(bool(waits.faults))


if __name__ == "__main__":
    main()
