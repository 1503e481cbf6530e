"""How long something takes in this process."""

import statistics
import time
from collections.abc import Callable

RUNS = 5


def median_seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median of some runs, after one that warms up."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
