"""How many pages are worked out at once: of fifty that run together, each would wait for all the others at every step."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

AT_ONCE: Final = 2
"""Python works on one at a time; a second one goes on while the first waits for the disk or for a library."""

T = TypeVar("T")
END: Final = object()

_turns = threading.BoundedSemaphore(AT_ONCE)
_holding = threading.local()


@contextmanager
def own_turn() -> Iterator[None]:
    """Wait for a turn, and have it until the end."""
    with _turns:
        _holding.turn = True
        try:
            yield
        finally:
            _holding.turn = False


def waited_for(things: Iterator[T]) -> Iterator[T]:
    """Yield what other processes work out; others have the turn of this page while it waits for each."""
    while True:
        with _turn_left_to_others():
            thing = next(things, END)
        if thing is END:
            return
        yield thing  # type: ignore[misc]


@contextmanager
def _turn_left_to_others() -> Iterator[None]:
    held = getattr(_holding, "turn", False)
    if held:
        _turns.release()
    try:
        yield
    finally:
        if held:
            _turns.acquire()
