"""The two maps of the week: what each hour or three hours hold and what stands out, and what changed.

With each go its title, its legend, and what it says to those who don't see it.
"""

from collections.abc import Hashable, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

import altair as alt
import pandas as pd

from vulncore.charts.theme import (
    DARK,
    DARK_PART,
    LETTERS,
    LIGHT,
    ON_BRIGHT,
    ON_DARK,
    Palette,
    heading,
    tooltip_title,
)
from vulncore.charts.week_frame import (
    TOTALS_FROM,
    TOTALS_TO,
    cell_size,
    days_axis,
    full_height,
    hours_axis,
    midnight_rule,
    row_names,
)
from vulncore.domain.periods import Window
from vulncore.findings.shared.headline import Headline
from vulncore.findings.shared.words import HIDDEN, HOURS_BLURRED, capital_first, hidden_as
from vulncore.findings.when.change import change_headline
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.map import Layout
from vulncore.findings.when.sentences import unknown_in_words
from vulncore.findings.when.view import Week, When
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.hours import HOURS

LEGEND_HEIGHT: Final = 60
BAR_BELOW: Final = "bandwidth('y') * 0.37"  # from the middle of a row
FEWER_TO_MORE: Final = {LIGHT: ["#01665e", "#eef1f4", "#762a83"], DARK: ["#5ab4ac", "#2c3742", "#c2a5cf"]}
"""Teal and purple, told apart with every kind of colour vision; red, orange and green are the report's."""
ROUNDS_TO_ONE: Final = 0.5
COULD_BE_CHANCE: Final = 0.35  # how strong a colour is that may mean nothing
LINE: Final = 43  # characters: a telephone has room for as many


def week_chart(
    cells: pd.DataFrame,
    stretches: pd.DataFrame,
    first: int,
    title: Sequence[str],
    legend: Sequence[str],
    unit: str,
    palette: Palette = LIGHT,
    reach: float | None = None,
) -> alt.LayerChart:
    """Return the week as a heat map with its totals; what stands out is marked.

    Its `cells` are those of `vulncore.findings.when.map.map_cells`, its `stretches` of `stretch_pieces`, with rows from the
    `first` hour on; `unit` is in the plural. Colours end with `reach` in a cell, where another week stands beside it; else
    with the most of any cell.
    """
    shown = _drawn(cells)
    body, totals = shown[~shown["total"]], shown[shown["total"]]
    tooltip = [
        alt.Tooltip("label:N", title="When"),
        alt.Tooltip("words:N", title=tooltip_title(unit)),
        alt.Tooltip("limits:N", title="95 % limits"),
    ]
    where: dict[str, Any] = {"x": hours_axis(first, TOTALS_TO, True, palette), "y": days_axis(True, palette)}
    most = float(body["weight"].max()) if body["weight"].notna().any() else 0.0
    most = most if reach is None else max(most, reach)
    by_band = int(body["hours"].iloc[0]) > 1
    placed = alt.Chart(body).encode(**where, x2=alt.X2("x2:Q"), tooltip=tooltip)
    return alt.LayerChart(
        layer=[
            *_cells(placed, most, unit, by_band, palette),
            *midnight_rule(first, palette),
            *_stretches(stretches, where, by_band, palette),
            *_numbers(_texts(body, where["y"], tooltip), most, by_band, palette),
            *_totals(_texts(totals, where["y"], tooltip[:2]), by_band, palette),
        ],
        height=full_height(8) + (0 if by_band else LEGEND_HEIGHT),
        title=heading(title, legend, palette),
    )


def week_change_chart(
    cells: pd.DataFrame,
    first: int,
    title: Sequence[str],
    legend: Sequence[str],
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """Return how each three-hour band of the week changed; what is beyond chance has an arrow and an outline.

    Its `cells` are those of `vulncore.findings.when.change.change_cells`, with rows from the `first` hour on.
    """
    shown = cells.assign(
        day=row_names(cells["row"]),
        x2=cells["x"] + cells["hours"],
        middle=cells["x"] + cells["hours"] / 2,
        short=[_short(row) for row in cells.to_dict("records")],
        hidden=cells["change"].isna(),
    ).drop(columns=["row", "rose"])
    most = float(shown["change"].abs().max()) if shown["change"].notna().any() else 1.0
    x, y = hours_axis(first, 24, False, palette), days_axis(False, palette)
    colour = alt.Color(
        "change:Q",
        scale=alt.Scale(domain=[-most, 0, most], range=FEWER_TO_MORE[palette], interpolate="lab"),
        legend=None,
    )
    tooltip = [alt.Tooltip("label:N", title="When"), alt.Tooltip("words:N", title="Before to now")]
    every = alt.Chart(shown).encode(x=x, x2=alt.X2("x2:Q"), y=y, tooltip=tooltip)
    strong = ON_DARK if palette is LIGHT else ON_BRIGHT
    return alt.LayerChart(
        layer=[
            every.transform_filter("datum.hidden").mark_rect(color=palette.grid, stroke=palette.ground),
            every.transform_filter("!datum.hidden")
            .mark_rect(stroke=palette.ground)
            .encode(
                color=colour,
                opacity=alt.OpacityValue(COULD_BE_CHANCE, condition={"test": "datum.clear", "value": 1}),
            ),
            *midnight_rule(first, palette),
            every.transform_filter("datum.clear").mark_rect(filled=False, stroke=palette.ink, strokeWidth=3),
            _texts(shown, y, tooltip)
            .mark_text(fontSize=cell_size(True), fontWeight=600)
            .encode(
                color=alt.ColorValue(
                    palette.ink,
                    condition={
                        "test": f"datum.clear && abs(datum.change) > {0.55 * most}",
                        "value": strong,
                    },
                )
            ),
        ],
        height=full_height(7),
        title=heading(title, legend, palette),
    )


def stretch_pieces(week: Week, layout: Layout) -> pd.DataFrame:
    """Return the stretches that stand out as pieces of the map's rows.

    Returns:
        One row per piece: `row`, `x`, `x2` (hours from the row's start), `label`.
    """
    pieces = []
    for stretch in week.stretches:
        label = f"{stretch.name}: {from_to(stretch.start, stretch.hours)}"
        at, left = stretch.start, stretch.hours
        while left:
            x = (at - layout.first) % 24
            taken = min(left, 24 - x)
            pieces.append(((at - layout.first) % HOURS // 24, x, x + taken, label))
            at, left = (at + taken) % HOURS, left - taken
    return pd.DataFrame(pieces, columns=["row", "x", "x2", "label"])


def map_title(weeks: When) -> list[str]:
    """Return the map's title: what, whose and when, a line each as a telephone has room for."""
    return _lines(f"When: {weeks.about}", _whose_and_when(weeks.now.record_filter))


def map_legend(weeks: When, layout: Layout, numbers_to: int = 1, hidden: str = "") -> list[str]:
    """Return how the map's marks are to be read, and for how many the hour is not known.

    In a document numbers go to the nearest `numbers_to`, and are hidden for other reasons than being small: `hidden` says so.
    """
    week = weeks.now
    per = "an hour" if layout.step == 1 else "three hours"
    nearest = f", to the nearest {numbers_to}" if numbers_to > 1 else ""
    lines = [f"Numbers: {weeks.unit} in {per} of the week{nearest}"]
    if week.of(layout.cells)["hidden"].any():
        lines.append(f"{HIDDEN} or grey: {hidden or hidden_as(week.smallest)}")
    if week.stretches:
        mark = "Outlined" if layout.step == 1 else "Bar beneath"
        lines.append(f"{mark}: stands out by more than chance")
    lines.append(f"Hour not known: {unknown_in_words(week)}")
    if week.blurred:
        lines.append(HOURS_BLURRED)
    return lines


def map_alt(weeks: When) -> str:
    """Return what the map says."""
    return f"Heat map of the hours of the week. {weeks.question}. {_in_a_row(weeks.headline)}"


def change_title(weeks: When) -> list[str]:
    """Return the title of the map of differences."""
    before = _short_window(weeks.before.record_filter.window) if weeks.before else ""
    return _lines(
        f"What changed: {weeks.about}", _whose_and_when(weeks.now.record_filter), f"against {before}"
    )


def change_legend(weeks: When) -> list[str]:
    """Return how the marks of the map of differences are to be read."""
    lines = [f"Numbers: {weeks.unit} more (purple) or fewer (teal)"]
    if weeks.change is None:
        return lines
    if weeks.change.bands["change"].isna().any():
        lines.append(f"No number: {hidden_as(weeks.now.smallest)}")
    clear = bool(weeks.change.bands["clear"].any())
    lines.append(
        "▲ ▼ outlined: changed by more than chance" if clear else "Nothing changed by more than chance"
    )
    return [*lines, HOURS_BLURRED] if weeks.now.blurred else lines


def change_alt(weeks: When) -> str:
    """Return what the map of differences says."""
    return (
        f"Map of differences over the hours of the week. {weeks.about}. {_in_a_row(change_headline(weeks))}"
    )


def _drawn(cells: pd.DataFrame) -> pd.DataFrame:
    """Return what goes to the browser: no more than is drawn."""
    in_day = cells["x"] < 24
    x, x2 = cells["x"].where(in_day, TOTALS_FROM), (cells["x"] + cells["hours"]).where(in_day, TOTALS_TO)
    limits = [
        "–" if pd.isna(low) else f"{low:,.1f} to {high:,.1f}"
        for low, high in zip(cells["low"], cells["high"], strict=True)
    ]
    drawn = cells.assign(day=row_names(cells["row"]), x=x, x2=x2, middle=(x + x2) / 2, limits=limits)
    return drawn.drop(columns=["low", "high", "row"])


def _cells(every: alt.Chart, most: float, unit: str, by_band: bool, palette: Palette) -> list[alt.Chart]:
    legend = alt.Legend(
        title=f"{capital_first(unit)} an hour",
        orient="bottom",
        direction="horizontal",
        gradientLength=220,
        labelColor=palette.quiet,
        titleColor=palette.quiet,
        labelFontSize=LETTERS,
        titleFontSize=LETTERS,
        titleFontWeight="normal",
    )
    colour = alt.Color(
        "weight:Q",
        scale=alt.Scale(scheme="viridis", domain=[0, most], reverse=palette is LIGHT),
        legend=None if by_band or not most else legend,
    )
    edge: dict[str, Any] = {"stroke": palette.ground, "strokeWidth": 1}
    return [
        every.transform_filter("datum.hidden").mark_rect(color=palette.grid, **edge),
        every.transform_filter("!datum.hidden").mark_rect(**edge).encode(color=colour),
    ]


def _stretches(
    stretches: pd.DataFrame, where: dict[str, Any], by_band: bool, palette: Palette
) -> list[alt.Chart]:
    """Return outlines around hours; beneath bands bars, for a stretch begins and ends within them."""
    if stretches.empty:
        return []
    pieces = alt.Chart(stretches.assign(day=row_names(stretches["row"])).drop(columns="row"))
    placed = pieces.encode(**where, x2=alt.X2("x2:Q"), tooltip=alt.Tooltip("label:N", title="Stands out"))
    if not by_band:
        return [placed.mark_rect(filled=False, stroke=palette.ink, strokeWidth=3.5)]
    return [
        placed.mark_rule(color=colour, strokeWidth=width, yOffset=alt.ExprRef(BAR_BELOW))
        for colour, width in ((palette.ground, 9), (palette.ink, 5))
    ]


def _texts(cells: pd.DataFrame, y: alt.Y, tooltip: list[alt.Tooltip]) -> alt.Chart:
    return alt.Chart(cells).encode(x=alt.X("middle:Q"), y=y, text=alt.Text("short:N"), tooltip=tooltip)


def _numbers(words: alt.Chart, most: float, by_band: bool, palette: Palette) -> list[alt.Chart]:
    size = cell_size(by_band)
    dark_from = most * ((1 - DARK_PART) if palette is LIGHT else DARK_PART)
    above, below = (ON_DARK, ON_BRIGHT) if palette is LIGHT else (ON_BRIGHT, ON_DARK)
    colour = alt.ColorValue(below, condition={"test": f"datum.weight > {dark_from}", "value": above})
    seen = words.transform_filter("!datum.hidden").mark_text(fontSize=size, fontWeight=600)
    hidden = words.transform_filter("datum.hidden").mark_text(fontSize=size, color=palette.quiet)
    return [seen.encode(color=colour), *([hidden] if by_band else [])]


def _totals(words: alt.Chart, by_band: bool, palette: Palette) -> list[alt.Chart]:
    return [
        words.transform_filter("datum.x < 24").mark_text(fontSize=cell_size(by_band), color=palette.ink),
        words.transform_filter("datum.x > 24").mark_text(
            fontSize=cell_size(True), fontWeight=600, color=palette.ink
        ),
    ]


def _short(row: Mapping[Hashable, Any]) -> str:
    arrow = ("▲" if row["rose"] else "▼") if row["clear"] else ""
    change = row["change"]
    if pd.isna(change):
        return arrow
    return f"{arrow}{change:+,.0f}".replace("-", "−") if abs(change) >= ROUNDS_TO_ONE else f"{arrow}0"


def _in_a_row(headline: Sequence[Headline]) -> str:
    return " ".join(f"{line.lead}: {line.text}" for line in headline)


def _short_window(window: Window) -> str:
    first, last = f"{window.start:%b %Y}", f"{window.end:%b %Y}"
    return first if first == last else f"{first} to {last}"


def _whose_and_when(record_filter: RecordFilter) -> str:
    force, window = record_filter.force, _short_window(record_filter.window)
    one = f"{force}, {window}"
    return one if len(one) <= LINE else f"{force},\n{window}"


def _lines(*parts: str) -> list[str]:
    return [line for part in parts for whole in part.split("\n") for line in wrap(whole, LINE)]
