"""What is to come as months on one basis, after those recorded."""

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading, month_axis

MONTHS_HEIGHT = 340
LETTERS_A_LINE = 48
FAINT, FIRM = 0.16, 0.34  # of the 95 % range and the 80 % one


def months_chart(
    recorded: pd.DataFrame,
    ahead: pd.DataFrame,
    since: date,
    events: Sequence[tuple[date, str]],
    title: Sequence[str],
    unit: str,
    top: float,
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """Return months: what was recorded on the left, what is expected with its ranges on the right.

    Args:
        recorded: One row per month: `month`, `count` (missing where not delivered), `set_aside`.
        ahead: One row per month: `month`, `mean`, `low80`, `high80`, `low95`, `high95`, `tested`, `unadjusted`.
        since: The first month that the models learn from.
        events: What-ifs: the month from which each holds, and its name.
        title: What, where and when, a line each.
        unit: What is counted.
        top: The highest number on the axis, so that charts beside each other compare.
        palette: The colours that suit the ground.
    """
    ink = axis_ink(palette)
    x = month_axis(palette)

    def y(column: str) -> alt.Y:
        axis = alt.Axis(format=",d", tickMinStep=1, tickCount=5, **ink)
        return alt.Y(
            f"{column}:Q", title=f"{unit} a month", axis=axis, scale=alt.Scale(domain=[0, top], nice=True)
        )

    known = recorded.assign(run=recorded["count"].isna().cumsum()).dropna(subset="count")
    past = alt.Chart(known).encode(x=x, y=y("count"))
    future = alt.Chart(ahead).encode(x=x)
    dots = past.encode(
        tooltip=[
            alt.Tooltip("month:T", title="Month", format="%B %Y"),
            alt.Tooltip("count:Q", title="Recorded", format=",d"),
        ]
    )
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("mean:Q", title="Expected", format=",.1f"),
        alt.Tooltip("low80:Q", title="80 % range, from", format=",d"),
        alt.Tooltip("high80:Q", title="to", format=",d"),
        alt.Tooltip("low95:Q", title="95 % range, from", format=",d"),
        alt.Tooltip("high95:Q", title="to", format=",d"),
    ]
    layers = [
        *_untested(ahead, palette),
        future.mark_area(color=palette.accent, opacity=FAINT).encode(y=y("low95"), y2="high95:Q"),
        future.mark_area(color=palette.accent, opacity=FIRM).encode(y=y("low80"), y2="high80:Q"),
        past.mark_line(color=palette.quiet, strokeWidth=1.5).encode(detail="run:N"),
        dots.transform_filter("datum.set_aside").mark_point(color=palette.quiet, size=34),
        dots.transform_filter("!datum.set_aside").mark_circle(color=palette.quiet, size=18, opacity=1),
        future.mark_line(color=palette.accent, strokeWidth=2.5).encode(y=y("mean")),
        future.mark_circle(color=palette.accent, size=60, opacity=0).encode(y=y("mean"), tooltip=tooltip),
        *_since(since, palette),
        *_events(events, palette),
    ]
    if _bent(ahead):
        plain = future.mark_line(color=palette.ink, strokeWidth=1.5, strokeDash=[5, 4])
        layers.append(plain.encode(y=y("unadjusted")))
    chart: alt.LayerChart = alt.LayerChart(
        layer=layers, height=MONTHS_HEIGHT, title=heading(list(title), _legend(recorded, ahead), palette)
    ).configure(aria=False)
    return chart


def _legend(recorded: pd.DataFrame, ahead: pd.DataFrame) -> list[str]:
    said = ["Line: recorded, then expected", "Bands: 80 %, 95 % range"]
    if recorded["set_aside"].any():
        said.append("Hollow: not shown to the models")
    if _bent(ahead):
        said.append("Dashed: no what-ifs")
    if not ahead["tested"].all():
        said.append("Grey ground: untested so far ahead")
    lines = [said[0]]
    for part in said[1:]:  # as many on a line as a telephone has room for
        joined = f"{lines[-1]}. {part}"
        lines = [*lines[:-1], joined] if len(joined) <= LETTERS_A_LINE else [*lines, part]
    return lines


def _bent(ahead: pd.DataFrame) -> bool:
    return bool((ahead["unadjusted"] != ahead["mean"]).any())


def _since(since: date, palette: Palette) -> list[alt.Chart]:
    learnt = pd.DataFrame({"month": [pd.Timestamp(since)], "text": ["learns from here"]})
    base = alt.Chart(learnt).encode(x="month:T")
    words = base.mark_text(align="left", baseline="top", dx=5, dy=2, fontSize=13, color=palette.quiet)
    return [
        base.mark_rule(color=palette.quiet, strokeDash=[2, 3]),
        words.encode(y=alt.value(0), text="text:N"),
    ]


def _untested(ahead: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    beyond = ahead[~ahead["tested"]]
    if beyond.empty:
        return []
    span = pd.DataFrame({"start": [beyond["month"].min()], "end": [ahead["month"].max()]})
    return [alt.Chart(span).mark_rect(color=palette.missing, opacity=0.25).encode(x="start:T", x2="end:T")]


def _events(events: Sequence[tuple[date, str]], palette: Palette) -> list[alt.Chart]:
    if not events:
        return []
    named = pd.DataFrame(
        {
            "month": pd.to_datetime([month for month, _ in events]),
            "text": [name for _, name in events],
            "line": range(len(events)),
        }
    )
    base = alt.Chart(named).encode(x="month:T")
    words = [
        alt.Chart(named.iloc[[place]])
        .mark_text(align="right", baseline="top", dx=-4, dy=20 + 15 * place, fontSize=12, color=palette.ink)
        .encode(x="month:T", y=alt.value(0), text="text:N")
        for place in range(len(named))
    ]
    return [base.mark_rule(color=palette.ink, strokeDash=[3, 3]), *words]
