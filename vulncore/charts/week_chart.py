"""The heat map of the week: how much falls into each hour, or each three hours, and what stands out."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, heading
from vulncore.charts.week_frame import (
    NARROW,
    ROW_HEIGHT,
    TOTALS_FROM,
    TOTALS_TO,
    days_axis,
    hours_axis,
    midnight_rule,
    row_names,
)

ON_DARK, ON_BRIGHT = "#ffffff", "#12181f"
DARK_PART = 0.45  # of viridis, from its dark end: white can be read on it, and black on the rest


def week_chart(
    cells: pd.DataFrame,
    stretches: pd.DataFrame,
    first: int,
    title: Sequence[str],
    legend: Sequence[str],
    unit: str,
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """Return the week as a heat map with its totals; what stands out is outlined.

    Args:
        cells: One row per cell and total: `row`, `x`, `hours`, `weight`, `low`, `high`, `hidden`, `label`, `said`,
            `total` (see `vulncore.findings.week_map.map_cells`).
        stretches: One row per piece of a stretch that stands out: `row`, `x`, `x2`, `label`.
        first: The hour with which rows begin.
        title: What, where and when, a line each.
        legend: How its marks are to be read, a line each.
        unit: What is counted, in the plural.
        palette: The colours that suit the ground.
    """
    shown = cells.assign(
        day=row_names(cells["row"]),
        x=cells["x"].where(cells["x"] < 24, TOTALS_FROM),
        x2=(cells["x"] + cells["hours"]).where(cells["x"] < 24, TOTALS_TO),
        limits=[
            "–" if pd.isna(low) else f"{low:,.1f} to {high:,.1f}"
            for low, high in zip(cells["low"], cells["high"], strict=True)
        ],
        short=[
            said.replace("fewer than ", "<") if hidden else f"{weight:,.0f}"
            for said, hidden, weight in zip(cells["said"], cells["hidden"], cells["weight"], strict=True)
        ],
    )
    shown["middle"] = (shown["x"] + shown["x2"]) / 2
    shown = shown.drop(columns=["low", "high", "row"])  # no more goes to the browser than is drawn
    body, totals = shown[~shown["total"]], shown[shown["total"]]
    most = float(body["weight"].max()) if body["weight"].notna().any() else 1.0
    x, y = hours_axis(first, TOTALS_TO, True, palette), days_axis(True, palette)
    colour = alt.Color(
        "weight:Q",
        scale=alt.Scale(scheme="viridis", domain=[0, most], reverse=palette.ground == LIGHT.ground),
        legend=None,
    )
    tooltip = [
        alt.Tooltip("label:N", title="When"),
        alt.Tooltip("said:N", title=unit.capitalize()),
        alt.Tooltip("limits:N", title="95 % limits"),
    ]
    every = alt.Chart(body).encode(x=x, x2="x2:Q", y=y, tooltip=tooltip)
    seen = every.transform_filter("!datum.hidden").mark_rect(stroke=palette.ground, strokeWidth=1)
    hidden = every.transform_filter("datum.hidden").mark_rect(
        color=palette.grid, stroke=palette.ground, strokeWidth=1
    )
    words = alt.Chart(body).encode(x=alt.X("middle:Q"), y=y, text="short:N", tooltip=tooltip)
    hours = int(body["hours"].iloc[0])
    size = alt.expr(f"width < {NARROW} ? {11 if hours > 1 else 0} : {15 if hours > 1 else 13}")
    bright = most * ((1 - DARK_PART) if palette.ground == LIGHT.ground else DARK_PART)
    over, under = (ON_DARK, ON_BRIGHT) if palette.ground == LIGHT.ground else (ON_BRIGHT, ON_DARK)
    numbers = words.transform_filter("!datum.hidden").mark_text(fontSize=size, fontWeight=600)
    return alt.LayerChart(
        layer=[
            hidden,
            seen.encode(color=colour),
            numbers.encode(
                color=alt.condition(f"datum.weight > {bright}", alt.value(over), alt.value(under))
            ),
            *(
                [words.transform_filter("datum.hidden").mark_text(fontSize=size, color=palette.quiet)]
                if hours > 1
                else []
            ),
            alt.Chart(totals)
            .mark_text(fontSize=size, color=palette.ink)
            .encode(x=alt.X("middle:Q"), y=y, text="short:N", tooltip=tooltip[:2]),
            *midnight_rule(first, palette),
            *_outlines(stretches, palette),
        ],
        height=ROW_HEIGHT * 8,
        title=heading(title, legend, palette),
    )


def _outlines(stretches: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    if stretches.empty:
        return []
    pieces = alt.Chart(stretches.assign(day=row_names(stretches["row"])).drop(columns="row"))
    placed = pieces.encode(
        x="x:Q", x2="x2:Q", y=days_axis(True, palette), tooltip=alt.Tooltip("label:N", title="Stands out")
    )
    # two lines, so that the outline is seen on the darkest cell and on the brightest
    return [
        placed.mark_rect(filled=False, stroke=palette.ground, strokeWidth=6),
        placed.mark_rect(filled=False, stroke=palette.ink, strokeWidth=3),
    ]
