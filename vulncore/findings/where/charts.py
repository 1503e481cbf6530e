"""Charts beneath the map: one place's months and hours, and the test on past months. They draw protected figures alone."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from vulncore.charts.theme import (
    DARK_PART,
    LETTERS,
    LIGHT,
    ON_BRIGHT,
    ON_DARK,
    Palette,
    axis_ink,
    heading,
    tooltip_title,
)
from vulncore.findings.shared.words import HIDDEN
from vulncore.findings.where.tables import HELD

ROW_HEIGHT = 30
BARS_HEIGHT = 340  # pixels, as the next: with the heading and the axes
AROUND_ROWS = 120
MAP_HEIGHT = 64  # pixels of a tested map with its three dots
AROUND_MAPS = 190  # the heading, the legend and the axis


def place_months_chart(
    months: pd.DataFrame,
    title: Sequence[str],
    legend: str,
    unit: str,
    palette: Palette = LIGHT,
    most: float | None = None,
) -> alt.LayerChart:
    """Return bars of a place's records in parts of the time; a hidden one is a dash on the ground.

    Args:
        months: One row per part: `label`, `records` (missing where hidden).
        title: What, where and when, a line each.
        legend: How it is to be read.
        unit: What is counted, in the plural.
        palette: The colours that suit the ground.
        most: How far its axis reaches, where another place stands beside it.
    """
    order = months["label"].tolist()
    shown = months[["label", "records"]].assign(
        words=months["records"].map(_in_words),
        mark=months["records"].map(lambda records: HIDDEN if pd.isna(records) else ""),
    )
    ink = axis_ink(palette)
    x = alt.X(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelAngle=-45 if len(order) > 4 else 0, labelLimit=140, **ink),
    )
    y = alt.Y(
        "records:Q",
        title=f"About how many {unit}",
        axis=alt.Axis(tickMinStep=5, **ink),
        scale=alt.Undefined if most is None else alt.Scale(domain=[0, most], nice=True),
    )
    tooltip = [alt.Tooltip("label:N", title="Months"), alt.Tooltip("words:N", title=tooltip_title(unit))]
    base = alt.Chart(shown).encode(x=x, tooltip=tooltip)
    hidden = base.mark_text(color=palette.quiet, dy=-8, fontSize=LETTERS)
    return alt.LayerChart(
        layer=[
            base.mark_bar(color=palette.accent).encode(y=y),
            hidden.encode(y=alt.YDatum(0), text=alt.Text("mark:N")),
        ],
        height=BARS_HEIGHT,
        title=heading(title, legend, palette),
    )


def place_hours_chart(
    hours: pd.DataFrame,
    title: Sequence[str],
    legend: str,
    unit: str,
    palette: Palette = LIGHT,
    most: float | None = None,
) -> alt.LayerChart:
    """Return a place's hours of the week as a heat map with its numbers; its arguments are those of `place_months_chart`.

    `hours` has one row per weekday and part of the day, in order: `day`, `part`, `records` (missing where hidden). With `most` in a
    cell its colours end, where another place stands beside it; else with the most of any cell.
    """
    shown = hours.assign(
        words=hours["records"].map(_in_words),
        mark=[HIDDEN if pd.isna(records) else f"{records:,.0f}" for records in hours["records"]],
    )
    days, parts = hours["day"].unique().tolist(), hours["part"].unique().tolist()
    ink = axis_ink(palette)
    base = alt.Chart(shown).encode(
        x=alt.X("part:N", sort=parts, title=None, axis=alt.Axis(labelAngle=0, orient="top", **ink)),
        y=alt.Y("day:N", sort=days, title=None, axis=alt.Axis(**ink)),
        tooltip=[
            alt.Tooltip("day:N", title="Day and night of"),
            alt.Tooltip("part:N", title="Hours"),
            alt.Tooltip("words:N", title=tooltip_title(unit)),
        ],
    )
    if most is None:
        most = float(hours["records"].max()) if hours["records"].notna().any() else 1.0
    light = palette is LIGHT
    scale = alt.Scale(scheme="viridis", domain=[0, most], reverse=light)
    seen, unseen = (
        base.transform_filter(which) for which in (alt.datum.records > 0, alt.datum.mark == HIDDEN)
    )
    dark_from = most * ((1 - DARK_PART) if light else DARK_PART)
    above, below = (ON_DARK, ON_BRIGHT) if light else (ON_BRIGHT, ON_DARK)
    on_cell = alt.ColorValue(below, condition={"test": f"datum.records > {dark_from}", "value": above})
    rectangles = seen.mark_rect(stroke=palette.ground)
    return alt.LayerChart(
        layer=[
            rectangles.encode(color=alt.Color("records:Q", scale=scale, legend=None)),
            seen.mark_text(fontSize=LETTERS).encode(text=alt.Text("mark:N"), color=on_cell),
            unseen.mark_text(fontSize=LETTERS, color=palette.quiet).encode(text=alt.Text("mark:N")),
        ],
        height=ROW_HEIGHT * len(days) + AROUND_ROWS,
        title=heading(title, legend, palette),
    )


def trial_chart(
    rows: pd.DataFrame, title: Sequence[str], legend: Sequence[str], palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return a line of dots for each map, one panel under the other for each share of the area; `rows` are those of `MapTrial`."""
    shown = rows[["map", "percent", "low", "high"]].assign(
        area=[f"{100 * share:.0f} %" for share in rows["share"]],
        held=rows["percent"].map(HELD.format),
        chance=100 * rows["share"],
    )
    order, areas = shown["map"].unique().tolist(), shown["area"].unique().tolist()
    ink = axis_ink(palette)
    base = alt.Chart(shown).encode(
        y=alt.Y("map:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, **ink)),
        yOffset=alt.YOffset("area:N", sort=areas),
        tooltip=[
            alt.Tooltip("map:N", title="Map"),
            alt.Tooltip("area:N", title="Of the area"),
            alt.Tooltip("held:N", title="Held of the next month"),
        ],
    )
    x = alt.X(
        "percent:Q", title="Held of the next month, %", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(**ink)
    )
    shape = alt.Shape(
        "area:N",
        sort=areas,
        legend=alt.Legend(
            title="Of the area",
            titleColor=palette.quiet,
            orient="top",
            labelFontSize=LETTERS,
            labelColor=palette.quiet,
        ),
    )
    return alt.LayerChart(
        layer=[
            base.mark_rule(color=palette.quiet).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
            base.mark_point(filled=True, size=110, color=palette.accent, opacity=1).encode(x=x, shape=shape),
            base.mark_tick(color=palette.missing, thickness=2, height=9).encode(x=alt.X("chance:Q")),
        ],
        height=MAP_HEIGHT * len(order) + AROUND_MAPS,
        title=heading(title, legend, palette),
    )


def _in_words(records: float) -> str:
    return "hidden: too few" if pd.isna(records) else f"about {records:,.0f}"
