"""The map of differences: in which hours of the week more was recorded than before, and where less."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from vulncore.charts.theme import DARK, LIGHT, Palette, heading
from vulncore.charts.week_frame import cell_size, days_axis, full_height, hours_axis, midnight_rule, row_names
from vulncore.findings.when.charts import ON_BRIGHT, ON_DARK

FEWER_TO_MORE = {LIGHT: ["#01665e", "#eef1f4", "#762a83"], DARK: ["#5ab4ac", "#2c3742", "#c2a5cf"]}
"""Teal and purple, told apart with every kind of colour vision; red, orange and green are the report's."""

ROUNDS_TO_ONE = 0.5
COULD_BE_CHANCE = 0.35  # how strong a colour is that may mean nothing


def week_change_chart(
    cells: pd.DataFrame,
    first: int,
    title: Sequence[str],
    legend: Sequence[str],
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """Return how each three-hour band of the week changed; what is beyond chance has an arrow and an outline.

    Args:
        cells: One row per band: `row`, `x`, `hours`, `label`, `change` (missing where hidden), `clear`, `rose`, `said`
            (see `vulncore.findings.when.change.week_change`).
        first: The hour with which rows begin.
        title: What, where and when, a line each.
        legend: How its marks are to be read, a line each.
        palette: The colours that suit the ground.
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
    tooltip = [alt.Tooltip("label:N", title="When"), alt.Tooltip("said:N", title="Before to now")]
    every = alt.Chart(shown).encode(x=x, x2="x2:Q", y=y, tooltip=tooltip)
    strong = ON_DARK if palette is LIGHT else ON_BRIGHT
    words = alt.Chart(shown).encode(x=alt.X("middle:Q"), y=y, text="short:N", tooltip=tooltip)
    chart: alt.LayerChart = alt.LayerChart(
        layer=[
            every.transform_filter("datum.hidden").mark_rect(color=palette.grid, stroke=palette.ground),
            every.transform_filter("!datum.hidden")
            .mark_rect(stroke=palette.ground)
            .encode(
                color=colour, opacity=alt.condition("datum.clear", alt.value(1), alt.value(COULD_BE_CHANCE))
            ),
            *midnight_rule(first, palette),
            every.transform_filter("datum.clear").mark_rect(filled=False, stroke=palette.ink, strokeWidth=3),
            words.mark_text(fontSize=cell_size(True), fontWeight=600).encode(
                color=alt.condition(
                    f"datum.clear && abs(datum.change) > {0.55 * most}",
                    alt.value(strong),
                    alt.value(palette.ink),
                )
            ),
        ],
        height=full_height(7, title, legend),
        title=heading(title, legend, palette),
    ).configure(aria=False)  # the chart's words and its table speak for its marks
    return chart


def _short(row: Mapping[Hashable, Any]) -> str:
    arrow = ("▲" if row["rose"] else "▼") if row["clear"] else ""
    change = row["change"]
    if pd.isna(change):
        return arrow
    return f"{arrow}{change:+,.0f}".replace("-", "−") if abs(change) >= ROUNDS_TO_ONE else f"{arrow}0"
