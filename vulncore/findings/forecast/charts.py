"""The charts of a forecast: calendar years and months, what was recorded and then what is expected with its ranges."""

from collections.abc import Sequence
from datetime import date

import altair as alt
import numpy as np
import pandas as pd

from vulncore.charts.theme import LETTERS, LIGHT, Palette, axis_ink, heading, month_axis
from vulncore.findings.forecast.wording import expected_in_words, range_in_words
from vulncore.findings.shared.words import IN_4_OF_5, IN_19_OF_20, capital_first
from vulncore.forecasting.paths import BOTH

YEARS_HEIGHT = 475  # title, axes and legend included
MONTHS_HEIGHT = 390
LETTERS_A_LINE = 48  # of a legend, as many as a telephone has room for
FAINT, FIRM = 0.16, 0.34  # of the 95 % range and the 80 % one
SO_FAR, WHOLE = 0.3, 0.55  # of a bar
LETTER_WIDTH = 8  # pixels of a label's digit, with room beside it
APART = 8  # pixels between the numbers of two bars
RANGE_WIDTH = 11  # pixels: two fit side by side into a year on a telephone
EXPECTED = (
    alt.Tooltip("expected_text:N", title="Expected"),
    alt.Tooltip("range80:N", title=capital_first(IN_4_OF_5)),
    alt.Tooltip("range95:N", title=capital_first(IN_19_OF_20)),
)
MONTH = alt.Tooltip("month:T", title="Month", format="%B %Y")


def years_chart(
    years: pd.DataFrame,
    title: Sequence[str],
    unit: str,
    palette: Palette = LIGHT,
    beside: tuple[Sequence[int], float] | None = None,
) -> alt.LayerChart:
    """Return the chart of calendar years: a bar for what was recorded, for each basis a mark at what is expected.

    Args:
        years: One row per basis and year: `basis` (as people call it), `year`, `part`, `recorded`, `expected`, `low80`,
            `high80`, `low95`, `high95` (missing where nothing is forecast), `unadjusted`, `tested`.
        title: What, where and when, a line each.
        unit: What is counted.
        palette: The colours that suit the ground.
        beside: The years and the number that its axes reach to, where another chart stands beside it.
    """
    bases = years["basis"].drop_duplicates().tolist()
    ink = axis_ink(palette)
    shown = years.assign(
        year=years["year"].astype(str), state=years["tested"].map({True: "yes", False: "no"})
    )
    every_year = [str(year) for year in beside[0]] if beside else shown["year"].drop_duplicates().tolist()
    recorded = shown.drop_duplicates("year").dropna(subset="recorded")
    recorded = recorded.assign(label=[f"{count:,.0f}" for count in recorded["recorded"]])
    longest = recorded["label"].str.len().max() if len(recorded) else 0
    fits = f"width / {len(every_year)} > {LETTER_WIDTH * longest + APART} ? 1 : 0"  # on a telephone the table has them
    ahead = _in_words(shown.dropna(subset="expected"), "expected", 0)
    top = np.nanmax(
        [1.0, *shown["recorded"], *shown["high95"], *shown["unadjusted"], *([beside[1]] if beside else [])]
    )
    year = alt.Tooltip("year:N", title="Year")
    axis = alt.Axis(labelAngle=0, labelOverlap=True, **ink)
    x = alt.X("year:N", title=None, scale=alt.Scale(domain=every_year), axis=axis)
    y = alt.Y(
        "recorded:Q",
        title=f"{unit} a calendar year",
        scale=alt.Scale(domain=[0, float(top)], nice=True),
        axis=alt.Axis(format=",d", tickMinStep=1, **ink),
    )
    legend = (
        alt.Legend(title=None, orient="top", labelFontSize=LETTERS, labelColor=palette.quiet, symbolOpacity=1)
        if len(ahead)
        else None
    )
    colours, shapes = (
        alt.Scale(domain=bases, range=looks[: len(bases)])
        for looks in ([palette.accent, palette.ink], ["circle", "diamond"])
    )
    shape = alt.Shape("basis:N", sort=bases, legend=legend, scale=shapes)
    bars = alt.Chart(recorded).encode(x=x, y=y)
    ranges = alt.Chart(ahead).encode(
        x=x,
        xOffset=alt.XOffset("basis:N", sort=bases),
        color=alt.Color("basis:N", sort=bases, legend=legend, scale=colours),
    )
    layers = [
        bars.mark_bar(color=palette.missing).encode(
            opacity=alt.OpacityValue(WHOLE, condition={"test": f"datum.part === '{BOTH}'", "value": SO_FAR}),
            tooltip=[year, alt.Tooltip("recorded:Q", title="Recorded", format=",d")],
        ),
        bars.mark_text(baseline="bottom", dy=-4, fontSize=LETTERS, color=palette.ink).encode(
            y=alt.YDatum(0), text=alt.Text("label:N"), opacity=alt.OpacityValue(alt.expr(fits))
        ),
        ranges.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low95:Q"), y2=alt.Y2("high95:Q")),
        ranges.mark_rule(opacity=FIRM, strokeWidth=RANGE_WIDTH).encode(
            y=alt.Y("low80:Q"), y2=alt.Y2("high80:Q")
        ),
        ranges.mark_point(filled=True, size=90, opacity=1).encode(
            y=alt.Y("expected:Q"),
            shape=shape,
            tooltip=[
                year,
                alt.Tooltip("basis:N", title="Basis"),
                *EXPECTED,
                alt.Tooltip("state:N", title="Tested this far ahead"),
            ],
        ),
    ]
    legend_lines = ["Bar: recorded, pale: so far"]
    if len(ahead):
        legend_lines = [f"{legend_lines[0]}. Mark: expected", "Broad: 4 of 5 forecasts. Line: 19 of 20"]
    if _is_adjusted(ahead, "expected"):
        layers.append(
            ranges.mark_point(size=80, strokeWidth=1.5).encode(y=alt.Y("unadjusted:Q"), shape=shape)
        )
        legend_lines.append("Hollow: expected without what-ifs")
    return alt.LayerChart(layer=layers, height=YEARS_HEIGHT, title=heading(title, legend_lines, palette))


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
    """Return the chart of months on one basis: what was recorded on the left, what is expected on the right.

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
    x = month_axis(palette)

    def y(column: str) -> alt.Y:
        axis = alt.Axis(format=",d", tickMinStep=1, tickCount=5, **axis_ink(palette))
        scale = alt.Scale(domain=[0, top], nice=True)
        return alt.Y(f"{column}:Q", title=f"{unit} a month", axis=axis, scale=scale)

    known = recorded.assign(run=recorded["count"].isna().cumsum()).dropna(subset="count")
    past = alt.Chart(known).encode(x=x, y=y("count"))
    future = alt.Chart(_in_words(ahead, "mean", 1)).encode(x=x)
    dots = past.encode(tooltip=[MONTH, alt.Tooltip("count:Q", title="Recorded", format=",d")])
    layers = [
        *_untested_ground(ahead, palette),
        future.mark_area(color=palette.accent, opacity=FAINT).encode(y=y("low95"), y2=alt.Y2("high95:Q")),
        future.mark_area(color=palette.accent, opacity=FIRM).encode(y=y("low80"), y2=alt.Y2("high80:Q")),
        past.mark_line(color=palette.quiet, strokeWidth=1.5).encode(detail=alt.Detail("run:N")),
        dots.transform_filter("datum.set_aside").mark_point(color=palette.quiet, size=34),
        dots.transform_filter("!datum.set_aside").mark_circle(color=palette.quiet, size=18, opacity=1),
        future.mark_line(color=palette.accent, strokeWidth=2.5).encode(y=y("mean")),
        future.mark_circle(color=palette.accent, size=60, opacity=0).encode(
            y=y("mean"), tooltip=[MONTH, *EXPECTED]
        ),
        *_since_rule(since, palette),
        *_event_rules(events, palette),
    ]
    if _is_adjusted(ahead, "mean"):
        plain = future.mark_line(color=palette.ink, strokeWidth=1.5, strokeDash=[5, 4])
        layers.append(plain.encode(y=y("unadjusted")))
    described = heading(title, _months_legend(recorded, ahead), palette)
    return alt.LayerChart(layer=layers, height=MONTHS_HEIGHT, title=described)


def _in_words(ahead: pd.DataFrame, middle: str, decimals: int) -> pd.DataFrame:
    """Return what is expected with the words of EXPECTED, those of the tables."""
    rows = [row for _, row in ahead.iterrows()]
    return ahead.assign(
        expected_text=[expected_in_words(row[middle], decimals) for row in rows],
        range80=[range_in_words(row, 80) for row in rows],
        range95=[range_in_words(row, 95) for row in rows],
    )


def _months_legend(recorded: pd.DataFrame, ahead: pd.DataFrame) -> list[str]:
    parts = ["Line: recorded, then expected", "Bands: 4 of 5 and 19 of 20 forecasts"]
    if recorded["set_aside"].any():
        parts.append("Hollow: not used by the models")
    if _is_adjusted(ahead, "mean"):
        parts.append("Dashed: without what-ifs")
    if not ahead["tested"].all():
        parts.append("Grey: not tested this far ahead")
    lines = [parts[0]]
    for part in parts[1:]:
        joined = f"{lines[-1]}. {part}"
        lines = [*lines[:-1], joined] if len(joined) <= LETTERS_A_LINE else [*lines, part]
    return lines


def _is_adjusted(ahead: pd.DataFrame, middle: str) -> bool:
    return bool((ahead["unadjusted"] != ahead[middle]).any())


def _since_rule(since: date, palette: Palette) -> list[alt.Chart]:
    learnt = pd.DataFrame({"month": [pd.Timestamp(since)], "text": ["learns from here"]})
    base = alt.Chart(learnt).encode(x=alt.X("month:T"))
    words = base.mark_text(align="left", baseline="top", dx=5, dy=2, fontSize=LETTERS, color=palette.quiet)
    rule = base.mark_rule(color=palette.quiet, strokeDash=[2, 3])
    return [rule, words.encode(y=alt.YValue(0), text=alt.Text("text:N"))]


def _untested_ground(ahead: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    beyond = ahead[~ahead["tested"]]
    if beyond.empty:
        return []
    span = pd.DataFrame({"start": [beyond["month"].min()], "end": [ahead["month"].max()]})
    ground = alt.Chart(span).mark_rect(color=palette.missing, opacity=0.25)
    return [ground.encode(x=alt.X("start:T"), x2=alt.X2("end:T"))]


def _event_rules(events: Sequence[tuple[date, str]], palette: Palette) -> list[alt.Chart]:
    if not events:
        return []
    named = pd.DataFrame(events, columns=["month", "text"]).astype({"month": "datetime64[s]"})
    rules = alt.Chart(named).encode(x=alt.X("month:T")).mark_rule(color=palette.ink, strokeDash=[3, 3])
    words = [
        alt.Chart(named.iloc[[place]])
        .mark_text(
            align="right", baseline="top", dx=-4, dy=20 + 15 * place, fontSize=LETTERS, color=palette.ink
        )
        .encode(x=alt.X("month:T"), y=alt.YValue(0), text=alt.Text("text:N"))
        for place in range(len(named))
    ]
    return [rules, *words]
