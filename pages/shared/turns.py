"""How many pages are worked out at once: of fifty that run together, each would wait for all the others at every step."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

AT_ONCE: Final = 2
"""Python works on one at a time; a second one goes on while the first waits for the disk or for a library."""
LONGEST_WAIT_S: Final = 20.0
"""After so long a page goes on without a turn: whatever became of the others, nobody waits for ever."""

T = TypeVar("T")
END: Final = object()

_turns = threading.BoundedSemaphore(AT_ONCE)
_page = threading.local()


@contextmanager
def own_turn() -> Iterator[None]:
    """Wait for a turn, and have it until the end."""
    _take()
    try:
        yield
    finally:
        _give_back()


def waited_for(things: Iterator[T]) -> Iterator[T]:
    """Yield what other processes work out; others have the turn of this page while it waits for each."""
    while True:
        had_turn = _give_back()
        try:
            thing = next(things, END)
        finally:
            if had_turn:
                _take()
        if thing is END:
            return
        yield thing  # type: ignore[misc]


def _take() -> None:
    _page.has_turn = _turns.acquire(timeout=LONGEST_WAIT_S)


def _give_back() -> bool:
    """Give the turn back, if this page has one, and return whether it had."""
    had_turn: bool = getattr(_page, "has_turn", False)
    if had_turn:
        _turns.release()
    _page.has_turn = False
    return had_turn
