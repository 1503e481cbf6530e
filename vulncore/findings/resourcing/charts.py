"""The charts of a unit's staffing: officers needed and there, cases each, what drives a shortage, scenarios compared.

Their `title` says what, where and when, a line each; their `palette` has the colours that suit the ground.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from vulncore.charts.theme import LETTERS, LIGHT, Palette, axis_ink, heading, month_axis
from vulncore.findings.resourcing.sentences import cases, chance_in_words
from vulncore.findings.resourcing.tables import STAFFING, cases_ranges, short_in_words, staffing_cells
from vulncore.findings.shared.words import IN_4_OF_5

STAFFING_HEIGHT = 475
FAINT, FIRM = 0.16, 0.34  # what 95 % of futures need, and what 80 % do
THERE_BAND = 0.3
HIGHEST = 4.0  # times the limit of cases each: where hardly anybody is there the figures run away
MOST_SHOWN = 10  # drivers
ROW_HEIGHT, REST = 44, 130  # pixels of a driver's row, and of title, axis and legend
SCENARIOS_HEIGHT = 400
MONTH = alt.Tooltip("month:T", title="Month", format="%B %Y")
DASHES = ([1, 0], [7, 3], [2, 3], [10, 3, 2, 3])  # never colour alone


def staffing_chart(
    months: pd.DataFrame, posts: float | None, title: Sequence[str], palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return what is needed as a fan above its median, and who will be there as a line in a band.

    `months` has one row per month: `month`, `needed50`, `needed80`, `needed95`, `there10`, `there50`, `there90`, `short`. `posts` are
    funded, full-time; None where what is needed is drawn alone, beside nobody who will be there.
    """
    alone = posts is None
    tops = [months["needed95"].max(), 1, *([] if alone else [months["there90"].max(), posts])]
    y = _upright("Officers, full-time", [0, 1.12 * float(max(tops))], palette)
    base = alt.Chart().encode(x=month_axis(palette))
    cells = staffing_cells(months)
    words = {f"{column}_words": cells[title] for column, title in STAFFING.items()}
    tooltip = {
        f"{column}_words": title
        for column, title in STAFFING.items()
        if column.startswith("needed") or not alone
    }
    layers = [
        base.mark_area(color=palette.accent, opacity=FAINT).encode(y=y("needed80"), y2=alt.Y2("needed95:Q")),
        base.mark_area(color=palette.accent, opacity=FIRM).encode(y=y("needed50"), y2=alt.Y2("needed80:Q")),
        *([] if alone else _there(base, posts, y, palette)),
        *_line(base.encode(y=y("needed50")), tooltip, palette),
        *_line_names(months, posts, palette),
    ]
    legend = ["Strong line: needed. Bands: enough more often"]
    legend += [] if alone else ["Dashed: will be there, band 4 of 5 forecasts"]
    return _layered(months.assign(**words), layers, STAFFING_HEIGHT, heading(title, legend, palette))


def caseload_chart(
    months: pd.DataFrame, limit: float, passes: date | None, title: Sequence[str], palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return cases for each officer as a line in a band, their limit, and the month from which it is likely passed.

    `months` has one row per month: `month`, `caseload10`, `caseload50`, `caseload90`, `over`.
    """
    highest = max(months["caseload90"].max(), limit, 1) * 1.05
    top = float(min(highest, HIGHEST * max(limit, months["caseload50"].iloc[0])))
    y = _upright("Open cases each", [0, top], palette, clamp=True)
    base = alt.Chart().encode(x=month_axis(palette))
    tooltip = {
        "each": "Cases each",
        "range": f"Cases each {IN_4_OF_5}",
        "chance": f"Chance of more than {limit:,g} each",
    }
    words = {
        "each": [cases(number, 1) for number in months["caseload50"]],
        "range": cases_ranges(months),
        "chance": [chance_in_words(chance) for chance in months["over"]],
    }
    at_most = alt.Chart(pd.DataFrame({"limit": [limit]}))
    layers = [
        base.mark_area(color=palette.accent, opacity=FIRM).encode(
            y=y("caseload10"), y2=alt.Y2("caseload90:Q")
        ),
        at_most.mark_rule(color=palette.ink, strokeDash=[7, 3], strokeWidth=2).encode(y=y("limit")),
        *_line(base.encode(y=y("caseload50")), tooltip, palette),
        *_passing_mark(passes, months, palette),
    ]
    legend = ["Line: cases each, band 4 of 5 forecasts", f"Dashed: limit {limit:,g}"]
    legend[1] += ". Dotted: likely from here" if passes else ""
    return _layered(months.assign(**words), layers, STAFFING_HEIGHT, heading(title, legend, palette))


def drivers_chart(drivers: pd.DataFrame, title: Sequence[str], palette: Palette = LIGHT) -> alt.LayerChart:
    """Return a tornado: a bar for each number, from the shortage at its low value to that at its high one, the longest on top.

    `drivers` has one row per number, the one that moves most first: `name`, `gap_low`, `gap_high` (officers short at its low
    and its high value), `gap` (with all numbers at their mean), `ends` (the two values in words).
    """
    shown = drivers.head(MOST_SHOWN).assign(
        place=lambda rows: np.arange(len(rows)),
        low_words=lambda rows: rows["gap_low"].map(short_in_words),
        high_words=lambda rows: rows["gap_high"].map(short_in_words),
    )
    ends = shown[["gap_low", "gap_high"]]
    low, high = float(min(ends.min().min(), 0)), float(max(ends.max().max(), 0))
    room = max(high - low, 0.1) * 0.08
    x = alt.X(
        "gap:Q",
        title="Officers short, full-time (below 0: to spare)",
        axis=alt.Axis(tickCount=6, **axis_ink(palette)),
        scale=alt.Scale(domain=[low - room, high + room]),
    )
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.6))
    tooltip = [
        alt.Tooltip("name:N", title="What"),
        alt.Tooltip("ends:N", title="Low to high"),
        alt.Tooltip("low_words:N", title="Short at low"),
        alt.Tooltip("high_words:N", title="Short at high"),
    ]
    middle = pd.DataFrame({"gap": [float(shown["gap"].iloc[0]) if len(shown) else 0.0]})
    base = alt.Chart().encode(y=y)
    bars = base.encode(x=x, tooltip=tooltip)
    words = base.mark_text(align="left", baseline="bottom", dy=-9, **_ink(palette))
    layers = [
        bars.mark_bar(color=palette.quiet, opacity=0.55).encode(x2=alt.X2("gap_low:Q")),
        bars.mark_bar(color=palette.accent).encode(x2=alt.X2("gap_high:Q")),
        alt.Chart(middle).mark_rule(color=palette.ink, strokeWidth=1.5).encode(x=x),
        words.encode(x=alt.XValue(0), text=alt.Text("name:N")),
    ]
    legend = ["Pale: number at low. Strong: number at high", "Line: all numbers at their mean"]
    height = REST + ROW_HEIGHT * max(len(shown), 1)
    return _layered(shown, layers, height, heading(title, legend, palette))


def scenarios_chart(
    months: pd.DataFrame, title: Sequence[str], what: str, palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return the chance of a shortage, or of too many cases, month by month: a line for each scenario.

    `months` has one row per scenario and month: `scenario`, `month`, `chance`, which is of `what`.
    """
    names = months["scenario"].drop_duplicates().tolist()
    colours = [palette.accent, palette.ink, palette.quiet, palette.missing]
    legend = alt.Legend(
        title=None, orient="top", columns=1, labelFontSize=LETTERS, labelColor=palette.quiet, labelLimit=320
    )

    def told_by(kind: Callable[..., Any], marks: Sequence[Any]) -> Any:
        scale = alt.Scale(domain=names, range=list(marks[: len(names)]))
        return kind("scenario:N", sort=names, scale=scale, legend=legend)

    y = alt.Y(
        "chance:Q",
        title="Chance",
        axis=alt.Axis(format="%", tickCount=5, **axis_ink(palette)),
        scale=alt.Scale(domain=[0, 1]),
    )
    base = alt.Chart().encode(x=month_axis(palette), y=y)
    lines = base.mark_line(strokeWidth=2.5)
    tooltip = [alt.Tooltip("scenario:N", title="Scenario"), MONTH, alt.Tooltip("chance_words:N", title=what)]
    layers = [
        lines.encode(color=told_by(alt.Color, colours), strokeDash=told_by(alt.StrokeDash, DASHES)),
        base.mark_circle(size=90, opacity=0).encode(tooltip=tooltip),
    ]
    with_words = months.assign(chance_words=months["chance"].map(chance_in_words))
    return _layered(with_words, layers, SCENARIOS_HEIGHT, heading(title, what, palette))


def _layered(
    rows: pd.DataFrame, layers: list[alt.Chart], height: int, title: alt.TitleParams
) -> alt.LayerChart:
    chart: alt.LayerChart = alt.LayerChart(data=rows, layer=layers, height=height, title=title)
    return chart


def _upright(title: str, domain: list[float], palette: Palette, **scale: Any) -> Callable[[str], alt.Y]:
    """Return what makes a column stand on a chart's upright axis."""
    axis = alt.Axis(tickCount=6, **axis_ink(palette))
    return lambda column: alt.Y(
        f"{column}:Q", title=title, axis=axis, scale=alt.Scale(domain=domain, **scale)
    )


def _line(base: alt.Chart, words: Mapping[str, str], palette: Palette) -> list[alt.Chart]:
    """Return the line that matters, which says its month and words when it is pointed at: columns, by their titles."""
    tooltip = [MONTH, *(alt.Tooltip(f"{column}:N", title=title) for column, title in words.items())]
    return [
        base.mark_line(color=palette.accent, strokeWidth=2.5),
        base.mark_circle(color=palette.accent, size=90, opacity=0).encode(tooltip=tooltip),
    ]


def _there(
    base: alt.Chart, posts: float | None, y: Callable[[str], alt.Y], palette: Palette
) -> list[alt.Chart]:
    """Return who will be there, as a line in a band, and the funded posts."""
    funded = alt.Chart(pd.DataFrame({"posts": [posts]}))
    return [
        base.mark_area(color=palette.missing, opacity=THERE_BAND).encode(
            y=y("there10"), y2=alt.Y2("there90:Q")
        ),
        funded.mark_rule(color=palette.quiet, strokeDash=[2, 3], strokeWidth=1.5).encode(y=y("posts")),
        base.mark_line(color=palette.ink, strokeWidth=2.5, strokeDash=[7, 3]).encode(y=y("there50")),
    ]


def _line_names(months: pd.DataFrame, posts: float | None, palette: Palette) -> list[alt.Chart]:
    """Return the names of the lines, at their ends: those of what is needed on the right, of the posts on the left."""
    first, last = months.iloc[0], months.iloc[-1]
    above = {"align": "right", "baseline": "bottom", "dx": -3, "dy": -3}
    names: list[tuple[pd.Series, float, str, dict[str, Any]]] = [
        (last, last["needed95"], "enough in 19 of 20", above),
        (last, last["needed80"], "enough in 4 of 5", above),
        (last, last["needed50"], "needed", above),
    ]
    if posts is not None:
        names += [
            (last, last["there50"], "will be there", {**above, "baseline": "top", "dy": 4}),
            (first, posts, "funded", {**above, "align": "left", "dx": 3}),
        ]
    return [
        alt.Chart(pd.DataFrame({"month": [row["month"]], "officers": [value], "text": [text]}))
        .mark_text(**place, **_ink(palette))
        .encode(x=alt.X("month:T"), y=alt.Y("officers:Q"), text=alt.Text("text:N"))
        for row, value, text, place in names
    ]


def _ink(palette: Palette) -> dict[str, Any]:
    return {"fontSize": LETTERS, "color": palette.ink}


def _passing_mark(month: date | None, months: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    if month is None:
        return []
    at = pd.Timestamp(month)
    late = bool(at > months["month"].iloc[len(months) // 2])
    base = alt.Chart(pd.DataFrame({"month": [at], "text": [f"{month:%b %Y}"]})).encode(x=alt.X("month:T"))
    side: dict[str, Any] = {"align": "right", "dx": -5} if late else {"align": "left", "dx": 5}
    words = base.mark_text(baseline="top", dy=2, **side, **_ink(palette))
    return [
        base.mark_rule(color=palette.ink, strokeDash=[2, 3], strokeWidth=1.5),
        words.encode(y=alt.YValue(0), text=alt.Text("text:N")),
    ]
