"""Publishers that are killed, run out of disk, lose their permissions or their clock, or meet one another.

    .venv/bin/python -m tests.store.stress [KILLS]

After each blow a reader opens every version: each has to hold what it held when it was first seen, the newest has to be
whole, and the next publish has to work. What is found is printed; anything else than that ends with 1.
"""

import os
import pickle
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.making import covered, delivery, incident, months
from tests.store.test_notes import note, notes
from vulncore.domain.errors import VulncoreError
from vulncore.store import annotate, open_version, publish, publishing, versions
from vulncore.store.purging import purge
from vulncore.store.store import half_written
from vulncore.store.stubs import Selection

MONTHS = months(date(2023, 1, 1), 24)
NOBODY = 65534
SEED = 17
UNCLEAR = re.compile(r"Generic|External|Error|Traceback|/tmp|[^.]$")
AT_ONCE = 5
MOST_LAPS = 60
MOST_VERSIONS = 8  # each is opened after each blow
Held = dict[int, tuple[int, int, int]]
"""By version: its incidents, the sum of their numbers (erased ones left out), and its notes."""


def a_month(chance: random.Random):
    month = chance.choice(MONTHS)
    first = chance.randrange(10**12)
    rows = [incident(first + n, month, victim_key=f"victim-{n}") for n in range(chance.randrange(1, 400))]
    return delivery(rows, covered([month]))


def some_work(store: Path, seed: int) -> str:
    """Publish, annotate or purge, by chance; return what was done.

    Raises:
        PublishRefusedError: It was refused.
    """
    chance = random.Random(seed)
    kind = chance.choices(["published", "annotated", "purged"], [8, 1, 1])[0]
    if kind == "published" or not (store / "city").exists():
        publish(store, "city", a_month(chance), "somebody")
    elif kind == "annotated":
        annotate(store, "city", notes(note(measure=None, text=f"Note {seed}")), "somebody")
    else:
        purge(store, "city", Selection(victim_keys=(f"victim-{chance.randrange(400)}",)), "somebody")
    return kind


def held(store: Path) -> Held:
    """Return what every version holds; raise where one can't be opened."""
    found = {}
    for one in versions(store, "city"):
        snapshot = open_version(store, "city", one.number)
        rows = snapshot.incidents.select("record_id", "recorded_on").to_pandas()
        if len(rows) != one.table_rows["incidents"]:
            raise AssertionError(
                f"version {one.number} has {len(rows)} rows instead of {one.table_rows['incidents']}"
            )
        found[one.number] = (
            len(rows),
            snapshot.coverage.count().execute(),
            snapshot.annotations.count().execute(),
        )
    if half_written(store, "city"):
        raise AssertionError("a version is half written although no power was cut")
    return found


def in_a_process(work: Callable[[], Any], killed_after: float | None = None) -> Any:
    """Return what some work returns or raises, done in a process of its own; None where that was killed.

    This process itself never touches a store: threads of the libraries would not outlive the fork.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = work()
        except Exception as problem:  # it is judged by the parent
            result = problem
        with os.fdopen(writing, "wb") as answers:
            pickle.dump(result, answers)
        os._exit(0)
    os.close(writing)
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    try:
        return pickle.loads(answer)
    except EOFError:
        return None


class Watched:
    """A store, what its versions held when they were first seen, and what was found wrong."""

    def __init__(self, store: Path) -> None:
        self.store, self.seen, self.faults = store, {}, []

    def look(self, after: str) -> int:
        """Open every version in a process of its own; return how many are new."""
        there = in_a_process(lambda: held(self.store))
        if not isinstance(there, dict):
            self.faults.append(f"{after}: {there!r}")
            return 0
        changed = [number for number, what in self.seen.items() if there.get(number) != what]
        if changed or list(there) != list(range(1, len(there) + 1)):
            self.faults.append(f"{after}: versions {changed} changed; there are {list(there)}")
        fresh = len(there) - len(self.seen)
        self.seen = there
        return fresh

    def expect(self, answer: Any, after: str) -> str:
        """Return the kind of an answer; whatever is no sentence is a fault."""
        if answer is None:
            return "killed"
        if isinstance(answer, VulncoreError) and not UNCLEAR.search(str(answer)):
            return "refused"
        if isinstance(answer, str):
            return answer
        self.faults.append(f"{after}: {answer!r}")
        return "failed"


def kills(watched: Watched, times: int, chance: random.Random) -> Counter[str]:
    """Kill publishers at random moments, and look after each."""
    found: Counter[str] = Counter()
    for _ in range(3):
        begun = time.monotonic()
        in_a_process(lambda: _publish(watched.store))
        usual = time.monotonic() - begun
    watched.look("the first publishes")
    for number in range(1, times + 1):
        answer = in_a_process(
            lambda seed=number: some_work(watched.store, seed), chance.uniform(0, 2 * usual)
        )
        kind = watched.expect(answer, f"kill {number}")
        fresh = watched.look(f"kill {number}")
        found[
            {True: "killed and new", False: "killed and as before"}[fresh > 0]
            if kind == "killed"
            else "done before"
        ] += 1
        if len(watched.seen) > MOST_VERSIONS:
            _begin_anew(watched)
    return found


def _begin_anew(watched: Watched) -> None:
    shutil.rmtree(watched.store / "city")
    watched.seen = {}
    in_a_process(lambda: some_work(watched.store, 0))
    watched.look("a new beginning")


def full_disks(watched: Watched, times: int, chance: random.Random) -> Counter[str]:
    """Let no file grow beyond some bytes, as on a disk that is full."""
    found: Counter[str] = Counter()
    for number in range(times):
        most = int(10 ** chance.uniform(1, 4.5))

        def work(most: int = most, seed: int = number + 10_000) -> str:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            return some_work(watched.store, seed)

        found[watched.expect(in_a_process(work), f"a full disk {number}")] += 1
        watched.look(f"a full disk {number}")
    found["published afterwards"] += (
        watched.expect(in_a_process(lambda: _publish(watched.store)), "after full disks") == "published"
    )
    watched.look("after full disks")
    return found


def _publish(store: Path) -> str:
    publish(store, "city", a_month(random.Random(time.time_ns())), "somebody")
    return "published"


def disks_filled(watched: Watched, times: int, chance: random.Random) -> Counter[str]:
    """Publish to a disk of a few megabytes until it is full, then give it more; only where a disk can be mounted."""
    found: Counter[str] = Counter()
    for number in range(times):
        disk = watched.store.with_name("disk")
        disk.mkdir(exist_ok=True)
        if not _mounted(disk, chance.randrange(600, 2_000)):
            return Counter({"not tried, for no disk can be mounted here": 1})
        full = Watched(disk / "store")
        full.store.mkdir()
        for lap in range(MOST_LAPS):
            kind = watched.expect(in_a_process(partial(_publish, full.store)), f"a disk that fills {number}")
            found[kind] += 1
            if kind != "published":
                break
            full.look(f"a disk that fills {number}, {lap}")
        if full.seen:
            full.look(f"a full disk {number}")
        _mounted(disk, 50_000, "remount,")
        found["published once there was room"] += in_a_process(partial(_publish, full.store)) == "published"
        full.look(f"a disk with room again {number}")
        watched.faults += full.faults
        subprocess.run(["umount", disk], check=True)
    return found


def _mounted(folder: Path, kilobytes: int, how: str = "") -> bool:
    words = ["mount", "-t", "tmpfs", "-o", f"{how}size={kilobytes}k", "tmpfs", folder]
    return shutil.which("mount") is not None and subprocess.run(words, capture_output=True).returncode == 0


def permissions_taken(watched: Watched, times: int, chance: random.Random) -> Counter[str]:
    """Take away the right to write some folder, from somebody who is not allowed everything."""
    found: Counter[str] = Counter()
    for number in range(times):
        folders = [watched.store, *(path for path in watched.store.rglob("*") if path.is_dir())]
        for path in [watched.store, *watched.store.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        chance.choice(folders).chmod(0o555)

        def work(seed: int = number + 20_000) -> str:
            if os.geteuid() == 0:
                _load_all_that_is_needed()  # somebody else may not read the modules of whoever runs this
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            return some_work(watched.store, seed)

        found[watched.expect(in_a_process(work), f"no permission {number}")] += 1
        watched.look(f"no permission {number}")
    for path in [watched.store, *watched.store.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    return found


def _load_all_that_is_needed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for count in range(2):
            publish(Path(folder), "city", delivery([incident(count, MONTHS[0])], covered(MONTHS[:1])), "me")
        annotate(Path(folder), "city", notes(note(measure=None)), "me")
        purge(Path(folder), "city", Selection(record_ids=("record-1",)), "me")


def clocks_set_back(watched: Watched, times: int, chance: random.Random) -> Counter[str]:
    """Publish with a clock that goes backwards, year by year."""
    found: Counter[str] = Counter()

    class Clock(datetime):
        year_now = 2020

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(cls.year_now, 1, 1, tzinfo=UTC)

    def work(year: int) -> str:
        Clock.year_now = year
        publishing.datetime = Clock
        return _publish(watched.store)

    for number in range(times):
        found[watched.expect(in_a_process(lambda year=2020 - number: work(year)), "a clock set back")] += 1
        watched.look(f"a clock set back {number}")
    return found


def publishers_at_once(watched: Watched, times: int, chance: random.Random) -> Counter[str]:
    """Let five publish at the same moment."""
    found: Counter[str] = Counter()
    for lap in range(times):
        answers = [
            _begun(lambda seed=30_000 + AT_ONCE * lap + each: some_work(watched.store, seed))
            for each in range(AT_ONCE)
        ]
        for answer in answers:
            found[watched.expect(answer(), f"five at once {lap}")] += 1
        watched.look(f"five at once {lap}")
        if len(watched.seen) > MOST_VERSIONS:
            _begin_anew(watched)
    return found


def _begun(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin some work in a process of its own; return what waits for its answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as answers:
            pickle.dump(in_a_process(work), answers)
        os._exit(0)
    os.close(writing)

    def answer() -> Any:
        with os.fdopen(reading, "rb") as answers:
            result = pickle.load(answers)
        os.waitpid(child, 0)
        return result

    return answer


def main(times: int) -> int:
    """Deal every blow, print what was found, and return how many faults there were."""
    chance, few = random.Random(SEED), max(times // 20, 1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        watched = Watched(Path(folder) / "store")
        watched.store.mkdir()
        for blow, how_often in (
            (kills, times),
            (full_disks, few),
            (disks_filled, few // 10),
            (permissions_taken, few),
            (clocks_set_back, few),
            (publishers_at_once, few),
        ):
            found = blow(watched, how_often, chance)
            print(
                f"{blow.__name__.replace('_', ' ')}: "
                + ", ".join(f"{kind} {n:,}" for kind, n in sorted(found.items())),
                flush=True,
            )
    for fault in watched.faults:
        print("FAULT", fault)
    print(f"{len(watched.faults)} faults.")
    return len(watched.faults)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)))
