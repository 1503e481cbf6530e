"""A piece of a page that is drawn once, and sent as it is to everybody who asks the same."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar
from weakref import ref

import streamlit as st

from pages.shared.tables import mark_of_tables
from vulncore.findings.shared.by_version import Kept

PIECES_KEPT = 512  # charts and tables of some ten to a hundred kilobytes
T = TypeVar("T")


def drawn(draw: Callable[..., T], *made_from: object) -> T:
    """Draw a piece of a page, or send again what was drawn of the same; return what `draw` returns.

    A piece is made from what `draw` is called with, the visitor's theme, and what tables say of their data. Two arguments are the same if they are equal (a
    choice, a sentence); one that has no hash is the same as itself alone (a view that a cached read returned: nobody may
    change it).

    Args:
        draw: A function of a module. It has no control, asks neither the visit nor the address nor the server for anything, and
            calls no cached read and no `drawn`.
        made_from: What it is called with.
    """
    theme, told_by = (st.context.theme.type, mark_of_tables()), tuple(map(_told_by, made_from))
    unhashed = tuple(thing for thing, of in zip(made_from, told_by, strict=True) if isinstance(of, _Place))
    piece = _pieces().get((draw, theme, told_by))
    if piece is None or not piece.is_of(unhashed):
        piece = _Piece(next(_numbers), tuple(ref(thing) for thing in unhashed))
        _pieces().keep((draw, theme, told_by), piece)
    return _sent(piece.number, draw, made_from)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Piece:
    """A piece by its number, and the things without a hash that it is made from; they aren't held for it."""

    number: int
    made_from: tuple[ref[Any], ...]

    def is_of(self, things: tuple[object, ...]) -> bool:
        """Return whether these very things are what it is made from, and none that took the place of one that is gone."""
        return all(kept() is thing for kept, thing in zip(self.made_from, things, strict=True))


@dataclass(frozen=True)
class _Place:
    """Where a thing lies."""

    number: int


def _told_by(thing: object) -> object:
    """Return what tells a thing from others: its kind and itself, or the place of one without a hash."""
    try:
        hash(thing)
    except TypeError:
        return _Place(id(thing))
    return type(thing), thing


_numbers = count()


@st.cache_resource(show_spinner=False)
def _pieces() -> Kept[_Piece]:
    return Kept(PIECES_KEPT)


@st.cache_resource(max_entries=PIECES_KEPT, show_spinner=False)
def _sent(number: int, _draw: Callable[..., Any], _made_from: tuple[object, ...]) -> Any:  # noqa: ARG001
    """Draw a piece; Streamlit keeps by its number what was drawn, unless it failed, and sends that from then on."""
    return _draw(*_made_from)
