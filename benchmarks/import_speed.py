"""How long does Python take until the command has said its help, and until the server knows its pages?

    .venv/bin/python benchmarks/import_speed.py [RUNS]

Each is a process of its own, run in turn with a Python that does nothing: the ratios are what to quote. Processor time is what
the same runs took without waiting for other programs.
"""

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from timing import RUNS

ROOT = Path(__file__).parents[1]
NOTHING = "nothing"
PROGRAMS = {
    NOTHING: ("-c", "pass"),
    "`import vulncore.cli`": ("-c", "import vulncore.cli"),
    "`vulncore --help`": ("-m", "vulncore.cli", "--help"),
    "`vulncore table --help`": ("-m", "vulncore.cli", "table", "--help"),
    "`import pages.ways`": ("-c", "import pages.ways"),
}


def main() -> None:
    runs = int(sys.argv[1]) if sys.argv[1:] else RUNS
    times = [{name: seconds(words) for name, words in PROGRAMS.items()} for _ in range(runs + 1)][1:]
    medians = {
        name: [statistics.median(one) for one in zip(*(run[name] for run in times), strict=True)]
        for name in PROGRAMS
    }
    print("| a process with | time | processor time |\n| --- | ---: | ---: |")
    for name, both in medians.items():
        cells = (
            f"{ours:.2f} s ({ours / least:.1f} times)"
            for ours, least in zip(both, medians[NOTHING], strict=True)
        )
        print(f"| {name} | {' | '.join(cells)} |")


def seconds(words: tuple[str, ...]) -> tuple[float, float]:
    """Return how long a Python with these words takes, and how long a processor works for it."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, cwd=ROOT, capture_output=True)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
