"""Work spread over the machine's cores, given back as it is done."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")
MOST_WORKERS = 8


def in_parallel(
    work: Callable[[Given], Result], pieces: Sequence[Given], workers: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Yield the place and the result of each piece of work as it is done.

    The processes stay for the next time. With one worker, one piece, or where no process can be started, the
    work is done here, with the same results.

    Args:
        work: A function of a module, fit to be sent to a process.
        pieces: What it is given, one after the other.
        workers: How many processes; as many as there are cores unless told.
    """
    workers = min(workers or os.cpu_count() or 1, MOST_WORKERS)
    left = set(range(len(pieces)))
    if workers > 1 and len(pieces) > 1:
        try:
            pool = _processes(workers)
            futures = {pool.submit(work, piece): place for place, piece in enumerate(pieces)}
            for done in as_completed(futures):
                result = done.result()
                left.discard(futures[done])
                yield futures[done], result
        except (BrokenProcessPool, OSError):
            _processes.cache_clear()
    for place in sorted(left):
        yield place, work(pieces[place])


@cache
def _processes(workers: int) -> ProcessPoolExecutor:
    # a server has threads, and a process forked from among them can hang: start each from scratch
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
