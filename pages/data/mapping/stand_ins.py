"""Points that stand for no place, and times of day that stand for no time, as they are typed."""

from datetime import time

import streamlit as st

from vulncore.domain.errors import InvalidMappingError
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.records.moments import parse_time

Points = tuple[tuple[float, float], ...]
MOST_LETTERS = 2_000


def stand_ins_typed(mapping: Mapping, key: str) -> tuple[str, str]:
    """Draw both, filled in as the mapping has them, and return what is typed."""
    where, when = st.columns(2)
    points = where.text_input(
        "Points that stand for no place",
        "; ".join(f"{x:.10g}, {y:.10g}" for x, y in mapping.no_place),
        key=f"{key} no place",
        max_chars=MOST_LETTERS,
        help="Like 0, 0. Longitude and latitude, or easting and northing, with a semicolon between points. "
        "Their records keep their row, and have no place.",
    )
    times = when.text_input(
        "Times that stand for no time",
        ", ".join(f"{clock:%H:%M}" for clock in mapping.no_time),
        key=f"{key} no time",
        max_chars=MOST_LETTERS,
        help="Like 00:00, 12:00: what a form fills in where no time is known. Their records keep the date, and have no hour.",
    )
    return points, times


def points_in(text: str) -> Points:
    """Return the points in a text.

    Raises:
        InvalidMappingError: One can't be read.
    """
    points = [point for part in text.split(";") if (point := part.strip())]
    try:
        pairs = [[float(number) for number in point.split(",")] for point in points]
        return tuple((x, y) for x, y in pairs)
    except ValueError:
        raise InvalidMappingError(
            "The points that stand for no place can't be read. Write them like 0, 0; -0.0914, 51.5155."
        ) from None


def times_in(text: str) -> tuple[time, ...]:
    """Return the times of day in a text.

    Raises:
        InvalidMappingError: One can't be read.
    """
    texts = [clock for part in text.split(",") if (clock := part.strip())]
    clocks = [
        clock.replace(second=0) for text in texts if ":" in text and (clock := parse_time(text)) is not None
    ]
    if len(clocks) < len(texts):
        raise InvalidMappingError(
            "The times that stand for no time can't be read. Write them like 00:00, 12:00."
        )
    return tuple(clocks)
