"""Hostile files, links and fields by the hundred thousand: each is taken in, or refused in one clear sentence.

    .venv/bin/python benchmarks/fuzz.py [--cases 100000] [--seed 1] [--workers 2] [--minutes 120] [--only KIND] [--case N]

A case fails by any other exception, by a refusal that speaks of code or of this machine, by printing anything, by leaving files
behind, by over 20 s, by over 1 GB of the process that runs it, and by ending that process. `--case N` runs one again, and
prints what went into it. Linux only: each process reads its own peak of memory.
"""

import argparse
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
logging.disable(logging.WARNING)  # Streamlit's, of being run without a browser

from tests.fuzzing.cases import KINDS, Case, ready_store  # noqa: E402 - found only now

MOST_SECONDS, MOST_KIB = 20.0, 1_000_000
OF_ONE_PROCESS = 2_000  # cases, after which a new one begins
LOOKED_EVERY_S = 0.2


@dataclass(frozen=True)
class Answer:
    """What came of a case."""

    number: int
    kind: str
    outcome: str
    text: str
    seconds: float
    kib: int
    before: int = 0  # KiB that the process had already

    @property
    def more(self) -> int:
        return self.kib - self.before


class Worker:
    """Runs cases one after the other, in a process that is begun anew where a case ends it."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._seed, self._folder, self._done = seed, folder, 0
        self._child: subprocess.Popen[str] | None = None

    def answer(self, number: int) -> Answer:
        if self._done % OF_ONE_PROCESS == 0:
            self.stop()
        self._done += 1
        child = self._child = self._child or self._begun()
        print(number, file=child.stdin, flush=True)
        start, kib = time.monotonic(), 0
        while not select.select([child.stdout], [], [], LOOKED_EVERY_S)[0]:
            seconds, kib = time.monotonic() - start, max(kib, _resident_kib(child.pid))
            if seconds > MOST_SECONDS or kib > MOST_KIB:
                self.stop()
                return self._failed(number, "It took too long or too much.", seconds, kib)
        line = child.stdout.readline()
        if not line:
            self._child = None
            return self._failed(
                number, f"It ended the process with {child.wait()}.", time.monotonic() - start, kib
            )
        answer = Answer(number, **json.loads(line))
        if answer.kib > MOST_KIB:
            return self._failed(number, "It took too much.", answer.seconds, answer.kib)
        return answer

    def stop(self) -> None:
        if self._child:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = None

    def _begun(self) -> "subprocess.Popen[str]":
        own = Path(tempfile.mkdtemp(dir=self._folder))
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzzing.child", str(self._seed)],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(own), "PYTHONHASHSEED": "0"},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        child.stdout.readline()  # it has loaded all that it needs
        return child

    def _failed(self, number: int, text: str, seconds: float, kib: int) -> Answer:
        return Answer(number, Case(self._seed, number).kind.name, "FAULT", text, seconds, kib)


def answers(seed: int, numbers: Iterator[int], workers: int, folder: Path) -> Iterator[Answer]:
    """Yield what comes of cases, as each is done."""
    every = [Worker(seed, folder) for _ in range(workers)]
    free = list(every)

    def run(number: int) -> Answer:
        worker = free.pop()
        try:
            return worker.answer(number)
        finally:
            free.append(worker)

    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(run, numbers)
    finally:
        pool.shutdown(cancel_futures=True)
        for worker in every:
            worker.stop()


def report(every: list[Answer], seed: int) -> int:
    """Print cases by kind and every fault, and return how many there are."""
    by_kind: dict[str, list[Answer]] = defaultdict(list)
    for answer in every:
        by_kind[answer.kind].append(answer)
    print("| kind | cases | read | published | refused | faults | slowest, s | most memory, MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, of_it in [*((name, by_kind[name]) for name in KINDS if name in by_kind), ("all", every)]:
        outcomes = Counter(answer.outcome for answer in of_it)
        cells = [len(of_it), *(outcomes[word] for word in ("read", "published", "refused", "FAULT"))]
        slowest, largest = (
            max(answer.seconds for answer in of_it),
            max(answer.more for answer in of_it) / 1_000,
        )
        print(f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} | {slowest:.1f} | {largest:,.0f} |")
    slow, large = max(every, key=lambda answer: answer.seconds), max(every, key=lambda answer: answer.more)
    print(
        f"\nThe slowest is case {slow.number} ({slow.kind}), the largest case {large.number} ({large.kind}). The memory is what a case took "
        f"beyond what its process had; no process had more than {max(answer.kib for answer in every) / 1_000:,.0f} MB."
    )
    faults = [answer for answer in every if answer.outcome == "FAULT"]
    for answer in faults:
        print(f"FAULT --seed {seed} --case {answer.number} ({answer.kind}): {answer.text!a}")
    return len(faults)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--cases", type=int, default=100_000)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--workers", type=int, default=1)
    given.add_argument("--only", choices=list(KINDS), metavar="KIND", help=f"one of {', '.join(KINDS)}")
    given.add_argument("--case", type=int)
    given.add_argument("--minutes", type=float, default=120, help="report what was done by then")
    asked = given.parse_args()
    numbers = [asked.case] if asked.case else _numbers(asked.seed, asked.cases, asked.only)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ready_store(Path(folder) / "store")
        start, every = time.monotonic(), []
        for answer in answers(asked.seed, iter(numbers), asked.workers, Path(folder)):
            every.append(answer)
            if answer.outcome == "FAULT":
                print(f"FAULT in case {answer.number} ({answer.kind})", file=sys.stderr, flush=True)
            seconds = time.monotonic() - start
            if len(every) % 1_000 == 0:
                print(f"{len(every):,} cases in {seconds:,.0f} s", file=sys.stderr, flush=True)
            if seconds > 60 * asked.minutes:
                break
    if asked.case:
        print(ascii(Case(asked.seed, asked.case).given))
        print(every[0])
    return 1 if report(every, asked.seed) else 0


def _numbers(seed: int, cases: int, only: str | None) -> Iterator[int]:
    wanted = (number for number in count(1) if only is None or Case(seed, number).kind.name == only)
    return islice(wanted, cases)


def _resident_kib(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4
    except OSError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
