"""What stands around the charts of a week: their titles, how to read them, and what they say to those who don't see them."""

from textwrap import wrap
from typing import Final

import pandas as pd

from vulncore.domain.periods import Window
from vulncore.findings.shared.words import HIDDEN, capital_first, hidden_as
from vulncore.findings.when.change import WeekChange
from vulncore.findings.when.map import Layout
from vulncore.findings.when.sentences import unknown_in_words
from vulncore.findings.when.week import Week
from vulncore.findings.when.when import When
from vulncore.findings.when.words import stretch, stretch_name
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.hours import HOURS

LINE: Final = 43  # characters: a telephone has room for as many
MOSTLY_SHOWN: Final = 0.75  # of the hours: with fewer, three-hour bands say more


def fitting_step(week: Week) -> int:
    """Return how many hours a cell of the map had best hold: 1 where most hours can be shown, else 3."""
    return 1 if 1 - week.of("hour")["hidden"].mean() >= MOSTLY_SHOWN else 3


def map_title(found: When) -> list[str]:
    """Return the map's title: what, whose and when, a line each as a telephone has room for."""
    asked = found.now.read.asked
    return _lines(f"When: {found.about}", _whose_and_when(asked))


def map_legend(found: When, layout: Layout) -> list[str]:
    """Return how the map's marks are to be read, and for how many the hour is not known."""
    week = found.now
    per = "an hour" if layout.step == 1 else "three hours"
    hidden = bool(week.of(layout.cells)["hidden"].any())
    lines = [f"Numbers: {found.unit} in {per} of the week"]
    if hidden:
        lines.append(f"{HIDDEN} or grey: {hidden_as(week.smallest)}")
    if week.stretches:
        mark = "Outlined" if layout.step == 1 else "Bar beneath"
        lines.append(f"{mark}: stands out beyond chance")
    lines.append(f"Hour not known: {unknown_in_words(week)}")
    return lines


def map_alt(found: When) -> str:
    """Return what the map says."""
    said = " ".join(f"{line.lead}: {line.text}" for line in found.headline)
    return f"Heat map of the hours of the week. {found.question}. {said}"


def change_title(found: When) -> list[str]:
    """Return the title of the map of differences."""
    asked = found.now.read.asked
    before = _short(found.before.read.asked.window) if found.before else ""
    return _lines(f"What changed: {found.about}", _whose_and_when(asked), f"against {before}")


def change_legend(found: When, change: WeekChange) -> list[str]:
    """Return how the marks of the map of differences are to be read."""
    lines = [f"Numbers: {found.unit} more (purple) or fewer (teal)"]
    if change.cells["change"].isna().any():
        lines.append(f"No number: {hidden_as(found.now.smallest)}")
    lines.append(
        "▲ ▼ outlined: changed beyond chance"
        if change.cells["clear"].any()
        else "Nothing changed beyond chance"
    )
    return lines


def change_alt(found: When, change: WeekChange) -> str:
    """Return what the map of differences says."""
    said = " ".join(f"{line.lead}: {line.text}" for line in change.headline)
    return f"Map of differences over the hours of the week. {found.about}. {said}"


def stretch_pieces(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the stretches that stand out as pieces of the map's rows.

    Returns:
        One row per piece: `row`, `x`, `x2` (hours from the row's start), `label`.
    """
    pieces = []
    for found in week.stretches:
        name = (
            f"{stretch_name(found.start, found.hours, week.read.week)}: {stretch(found.start, found.hours)}"
        )
        at, left = found.start, found.hours
        while left:
            x = (at - layout.first) % 24
            taken = min(left, 24 - x)
            pieces.append(((at - layout.first) % HOURS // 24, x, x + taken, capital_first(name)))
            at, left = (at + taken) % HOURS, left - taken
    return pd.DataFrame(pieces, columns=["row", "x", "x2", "label"])


def _short(window: Window) -> str:
    first, last = f"{window.start:%b %Y}", f"{window.end:%b %Y}"
    return first if first == last else f"{first} to {last}"


def _whose_and_when(asked: RecordFilter) -> str:
    one, joined = f"{asked.force}, {_short(asked.window)}", f"{asked.force},\n{_short(asked.window)}"
    return one if len(one) <= LINE else joined


def _lines(*parts: str) -> list[str]:
    return [line for part in parts for whole in part.split("\n") for line in wrap(whole, LINE)]
