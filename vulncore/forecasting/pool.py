"""Work spread over the machine's cores, given back as it is done."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from loky import get_reusable_executor

Given = TypeVar("Given")
Result = TypeVar("Result")
MOST_WORKERS = 8
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Each process keeps to one core: threads of linear algebra in every one of them would wait for one another."""

IDLE_S = 600  # after so long without work the processes end, and give their memory back


def in_parallel(
    work: Callable[[Given], Result], pieces: Sequence[Given], workers: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Yield the place and the result of each piece of work as it is done.

    The processes stay for the next time. With one worker or one piece, or where processes can't be started or die, the
    work is done here, with the same results. What nobody waits for any more is not begun.

    Args:
        work: A function of a module, fit to be sent to a process.
        pieces: What it is given, one after the other.
        workers: How many processes; as many as there are cores unless told.

    Raises:
        Exception: What the work raises.
    """
    workers = min(workers or os.cpu_count() or 1, MOST_WORKERS)
    left = set(range(len(pieces)))
    if workers > 1 and len(pieces) > 1:
        futures = {}
        try:
            # not the standard library's: its processes run the main script again, which under Streamlit is a page
            pool = get_reusable_executor(max_workers=workers, timeout=IDLE_S, env=ONE_THREAD)
            futures = {pool.submit(work, piece): place for place, piece in enumerate(pieces)}
            for done in as_completed(futures):
                result = done.result()
                left.discard(futures[done])
                yield futures[done], result
        except (BrokenProcessPool, OSError):
            pass
        finally:
            for future in futures:
                future.cancel()
    for place in sorted(left):
        yield place, work(pieces[place])
