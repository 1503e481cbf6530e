"""What pages.shared.drawn promises: a piece is drawn once for what it is made from, and never stands for anything else."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from weakref import ref

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import drawn as drawing
from vulncore.domain.errors import VulncoreError

FRESH: list[tuple[object, ...]] = []
"""What was drawn anew, in order."""


@dataclass(frozen=True)
class Frozen:
    """A view as findings return it: its frame has no hash."""

    frame: pd.DataFrame


@dataclass(frozen=True)
class Laid:
    """How something is laid out."""

    step: int
    first: int


def show(*made_from: object) -> str:
    FRESH.append(made_from)
    words = str(
        [int(thing.frame["count"].sum()) if isinstance(thing, Frozen) else thing for thing in made_from]
    )
    st.caption(words)
    with st.popover("Show as table"):
        st.html(f"<p>{words}</p>")
    return words


def show_otherwise(*made_from: object) -> str:
    return f"otherwise {show(*made_from)}"


def fail(*made_from: object) -> None:
    show(*made_from)
    raise VulncoreError("There is nothing to draw.")


def view(number: int) -> Frozen:
    return Frozen(pd.DataFrame({"count": [number]}))


def page(drawn, draw, made_from):  # its text is a script of its own, which knows no other name
    import streamlit  # noqa: PLC0415

    left, right = streamlit.columns(2)
    with right:
        try:
            streamlit.session_state.returned = drawn(draw, *made_from)
        except Exception as problem:  # noqa: BLE001
            streamlit.session_state.returned = str(problem)
    left.markdown("To the left")


def visit(*made_from: object, draw: Callable[..., object] = show) -> AppTest:
    return AppTest.from_function(page, args=(drawing.drawn, draw, made_from)).run()


def seen(app: AppTest) -> tuple[str, str, str]:
    """Return the caption to the right, the words in its popover, and what was returned."""
    right = app.columns[1]
    return right.caption[0].value, right.get("html")[0].body, app.session_state.returned


@pytest.fixture(autouse=True)
def _nothing_kept():
    FRESH.clear()
    drawing._pieces.clear()
    drawing._sent.clear()


def test_what_is_sent_again_stands_where_it_would_have_been_drawn_with_what_is_in_it_and_returns_the_same():
    week = view(7)
    fresh, again = visit(week, Laid(3, 6)), visit(week, Laid(3, 6))
    assert len(FRESH) == 1
    assert seen(fresh) == seen(again) == (words := "[7, Laid(step=3, first=6)]", f"<p>{words}</p>", words)
    assert not again.columns[0].caption


@pytest.mark.parametrize(
    "others",
    [
        (view(7), Laid(3, 6), "2024-10", "source"),
        (None, Laid(1, 6), "2024-10", "source"),
        (None, Laid(3, 0), "2024-10", "source"),
        (None, Laid(3, 6), "2024-09", "source"),
        (None, Laid(3, 6), "2024-10", ""),
        (None, Laid(3, 6), "2024-10"),
    ],
    ids=["an equal view", "step", "first", "month", "source", "fewer"],
)
def test_whatever_it_is_made_from_tells_it_from_others(others):
    week = view(7)
    visit(week, Laid(3, 6), "2024-10", "source")
    visit(*(week if thing is None else thing for thing in others))
    assert len(FRESH) == 2


def test_numbers_that_are_equal_but_not_alike_are_told_apart():
    assert [seen(visit(number))[0] for number in (1, 1.0, True)] == ["[1]", "[1.0]", "[True]"]


def test_what_draws_tells_it_from_others():
    assert [seen(visit(7, draw=draw))[2] for draw in (show, show_otherwise)] == ["[7]", "otherwise [7]"]


def test_a_theme_tells_it_from_others(monkeypatch):
    for theme in ("light", "dark", "light"):
        monkeypatch.setattr(type(st.context), "theme", property(lambda _, kind=theme: Theme(kind)))
        visit(7)
    assert len(FRESH) == 2


@dataclass
class Theme:
    """A visitor's theme."""

    type: str


def test_a_view_at_the_place_of_another_is_drawn_for_itself(monkeypatch):
    monkeypatch.setattr(drawing, "_told_by", lambda _: drawing._Place(7))
    one, another = view(1), view(2)
    assert [seen(visit(week))[0] for week in (one, another, another, one)] == ["[1]", "[2]", "[2]", "[1]"]
    assert len(FRESH) == 3


def test_a_view_is_not_held_for_what_was_drawn_of_it():
    week = view(7)
    frame = ref(week.frame)
    visit(week)
    del week
    visit("what the last script held is gone with the next")
    FRESH.clear()
    gc.collect()
    assert frame() is None


def test_what_fails_is_tried_again():
    for _ in range(2):
        assert seen(visit(7, draw=fail))[2] == "There is nothing to draw."
    assert len(FRESH) == 2


def test_what_was_not_asked_for_longest_is_drawn_anew(monkeypatch):
    monkeypatch.setattr(drawing._pieces(), "_most", 2)
    for number in (1, 2, 1, 3, 1, 2):
        visit(number)
    assert [made_from[0] for made_from in FRESH] == [1, 2, 3, 2]


@pytest.mark.parametrize("thing", [[1], {"a": 1}], ids=["list", "dict"])
def test_what_can_change_and_can_not_be_told_from_another_is_refused(thing):
    assert "weak reference" in visit(thing).session_state.returned
