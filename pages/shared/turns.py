"""How many pages are worked out at once: of fifty that run together, each would wait for all the others at every step."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.access import count_as_dear
from pages.shared.text import plain

AT_ONCE: Final = 2
"""Python works on one at a time; a second one goes on while the first waits for the disk or for a library."""
LONGEST_WAIT_S: Final = 20.0
"""After so long a page goes on without a turn: whatever became of the others, nobody waits for ever."""

Early, Result = TypeVar("Early"), TypeVar("Result")

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


@contextmanager
def left_to_others() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Let others have the turn of this page while it waits for other processes; what is yielded takes it back for a while."""
    had_turn = _give_back()

    @contextmanager
    def taken_back() -> Iterator[None]:
        nonlocal had_turn
        if had_turn:
            _take()
        try:
            yield
        finally:
            had_turn = _give_back()

    try:
        yield taken_back
    finally:
        if had_turn:
            _take()


def waited_for(
    work: Callable[..., Result], words: tuple[str, str], draw: Callable[[Early], None] | None = None
) -> Result:
    """Return what other processes work out, with a bar that says how far it is; no bar where all of it was there.

    Whoever leaves or chooses again ends the work: Streamlit then raises where the bar or the first look is drawn.

    Args:
        work: Works it out; tells `on_progress` the share that is done, and `untried`, once, what can be shown before the end.
        words: What the bar says until then, and from then on.
        draw: Draws what can be shown before the end.
    """
    bar: DeltaGenerator | None = None
    text, later = words
    with left_to_others() as taken_back:

        def on_progress(share: float) -> None:
            nonlocal bar
            if share < 1:
                if bar is None:
                    count_as_dear()
                with taken_back():
                    bar = (bar or st).progress(share, plain(text))

        def untried(early: Early) -> None:
            nonlocal text
            if draw:
                with taken_back():
                    draw(early)
                text = later

        try:
            return work(on_progress=on_progress, untried=untried)
        finally:
            if bar:
                bar.empty()


def _take() -> None:
    _page.has_turn = _turns.acquire(timeout=LONGEST_WAIT_S)


def _give_back() -> bool:
    """Give the turn back, if this page has one, and return whether it had."""
    had_turn: bool = getattr(_page, "has_turn", False)
    if had_turn:
        _turns.release()
    _page.has_turn = False
    return had_turn
