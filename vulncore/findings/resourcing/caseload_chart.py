"""Open cases for each officer by month, against a limit."""

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from vulncore.charts.theme import LIGHT, Palette, axis_ink, heading, month_axis
from vulncore.findings.resourcing.charts import FIRM, STAFFING_HEIGHT

HIGHEST = 4.0  # times the limit: where hardly anybody is there the figures run away


def caseload_chart(
    months: pd.DataFrame, limit: float, passes: date | None, title: Sequence[str], palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return cases for each officer as a line in its range, the limit, and the month from which it is likely passed.

    Args:
        months: One row per month: `month`, `caseload10`, `caseload50`, `caseload90`, `over`.
        limit: How many cases each there may be.
        passes: The first month in which more is likelier than not; none where it never is.
        title: What, where and when, a line each.
        palette: The colours that suit the ground.
    """
    ink = axis_ink(palette)
    top = float(
        min(
            max(months["caseload90"].max(), limit, 1) * 1.05,
            HIGHEST * max(limit, months["caseload50"].iloc[0]),
        )
    )
    x = month_axis(palette)

    def y(column: str) -> alt.Y:
        axis = alt.Axis(tickCount=6, **ink)
        return alt.Y(
            f"{column}:Q", title="Open cases each", axis=axis, scale=alt.Scale(domain=[0, top], clamp=True)
        )

    base = alt.Chart().encode(x=x)
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("caseload50:Q", title="Cases each", format=",.1f"),
        alt.Tooltip("caseload10:Q", title="80 % range, from", format=",.1f"),
        alt.Tooltip("caseload90:Q", title="to", format=",.1f"),
        alt.Tooltip("over:Q", title=f"Chance of more than {limit:,g}", format=".0%"),
    ]
    at_most = pd.DataFrame({"limit": [limit]})
    layers = [
        base.mark_area(color=palette.accent, opacity=FIRM).encode(y=y("caseload10"), y2="caseload90:Q"),
        alt.Chart(at_most)
        .mark_rule(color=palette.ink, strokeDash=[7, 3], strokeWidth=2)
        .encode(y=y("limit")),
        base.mark_line(color=palette.accent, strokeWidth=2.5).encode(y=y("caseload50")),
        base.mark_circle(color=palette.accent, size=90, opacity=0).encode(y=y("caseload50"), tooltip=tooltip),
        *_passes(passes, months, palette),
    ]
    legend = ["Line: cases each, with its 80 % range", f"Dashed: limit {limit:,g}"]
    legend[1] += ". Dotted: likely from here" if passes else ""
    chart: alt.LayerChart = alt.LayerChart(
        data=months, layer=layers, height=STAFFING_HEIGHT, title=heading(list(title), legend, palette)
    ).configure(aria=False)
    return chart


def _passes(month: date | None, months: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    if month is None:
        return []
    at = pd.Timestamp(month)
    late = bool(at > months["month"].iloc[len(months) // 2])
    base = alt.Chart(pd.DataFrame({"month": [at], "text": [f"{month:%b %Y}"]})).encode(x="month:T")
    words = base.mark_text(
        align="right" if late else "left",
        baseline="top",
        dx=-5 if late else 5,
        dy=2,
        fontSize=13,
        color=palette.ink,
    )
    return [
        base.mark_rule(color=palette.ink, strokeDash=[2, 3], strokeWidth=1.5),
        words.encode(y=alt.value(0), text="text:N"),
    ]
