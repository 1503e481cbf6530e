"""The charts of one strand: its control chart, what its change is made of, and its own panels.

Their `palette` has the colours that suit the ground.
"""

from collections.abc import Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from vulncore.charts.theme import LETTERS, LIGHT, Palette, axis_ink, heading, tooltip_title
from vulncore.findings.strand.drivers import Drivers, drivers_table, largest_parts
from vulncore.findings.strand.panels import YEAR, PanelFigures
from vulncore.findings.strand.sentences import days_in_words, range_in_words, rules_in_words, standing_title
from vulncore.findings.strand.standing import Standing
from vulncore.metrics.control.chart import ChartKind
from vulncore.metrics.control.limits import GAP_POWER
from vulncore.store.notes import NoteKind

HEIGHT: Final = 475  # of the control chart, title and axis included
HEADROOM: Final = 1.18  # times the highest month or limit: words stand above
HALF_A_DAY: Final = 0.5
MARK_LINE: Final = 18  # pixels between the words of two marks
ROW, ROW_BAR = 100, 0.48  # pixels of a row of bars, and the share of it that its longest bar takes
PART_ROW, PART_ROOM = 40, 0.62  # pixels of a row, and the share of it in which its words stand
SIGNED: Final = "datum.value ? format(datum.value, '+,d') : '0'"
ROWS_AROUND: Final = 150  # pixels of title, legend and axis; on a telephone they are longer
BARS_WITH_NUMBERS: Final = 8  # more have no room for them


def standing_chart(of: Standing, palette: Palette = LIGHT, commentary: Sequence[str] = ()) -> alt.LayerChart:
    """Return a control chart: months as a line, their mean and limits, and the months that chance doesn't explain.

    Of rare records the points are the days between one and the next. What was noted of the months is drawn as what it is: breaks
    of the series, approved and proposed changes of level, lockdowns, one-off and provisional months, months not delivered.
    `commentary` goes along in the heading of a picture that is taken away.
    """
    chart = _gap_chart(of, palette) if of.chart.kind is ChartKind.GAPS else _month_chart(of, palette)
    return chart.properties(title=heading(standing_title(of), [*_legend(of), *commentary], palette))


def _month_chart(of: Standing, palette: Palette) -> alt.LayerChart:
    frame = of.shown
    most = max(float(frame[["count", "high"]].max().max()), of.target.records if of.target else 0.0, 1.0)
    state = (
        frame["provisional"].map({True: "provisional", False: "final"}).mask(frame["set_aside"], "not judged")
    )
    shown = frame.assign(
        value=frame["count"],
        run=frame["count"].isna().cumsum(),
        broken=_broken(frame, of.chart.kind),
        state=state,
        step=frame["month"] + pd.offsets.MonthBegin(1),
        range=[_range(row) for row in frame.to_dict("records")],
    )
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%B %Y"),
        alt.Tooltip("value:Q", title=tooltip_title(of.subject.unit), format=",d"),
        alt.Tooltip("range:N", title="Usual range"),
        alt.Tooltip("broken:N", title="Chance"),
        alt.Tooltip("state:N", title="Status"),
    ]
    y = alt.Y(
        "value:Q",
        title=f"{of.subject.unit} a month",
        axis=alt.Axis(tickMinStep=1, format=",d", **axis_ink(palette)),
        scale=alt.Scale(domain=[0, HEADROOM * most], nice=False),
    )
    base = alt.Chart(shown.dropna(subset="value")).encode(x=_months(palette))
    layers = [
        *_noted(of, palette),
        *_missing(shown, palette),
        *_limits(shown, palette),
        *_target_line(of, palette),
        base.mark_line(color=palette.quiet, strokeWidth=1.5).encode(y=y, detail=alt.Detail("run:N")),
        _points(shown, y, tooltip, palette),
        *_one_offs(shown, of, palette),
    ]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _gap_chart(of: Standing, palette: Palette) -> alt.LayerChart:
    gaps = of.chart.gaps
    first = of.shown["month"].iloc[0]
    shown = gaps[gaps["at"] >= first]
    shown = shown.assign(
        month=shown["at"],
        of_month=shown["month"],
        value=shown["days"],
        days_words=shown["days"].map(days_in_words),
        run=_stretches(shown),
        set_aside=shown["open"],
        step=[*shown["at"].iloc[1:], pd.Timestamp(of.as_at) + pd.offsets.MonthBegin(1)],
        broken=_broken(shown, of.chart.kind),
        state=shown["provisional"]
        .map({True: "provisional", False: "final"})
        .mask(shown["open"], "nothing since"),
        range=[_range(row) for row in shown.to_dict("records")],
    )
    most = max(float(shown[["value", "high"]].max().max()), 1.0)
    tooltip = [
        alt.Tooltip("of_month:T", title="Recorded in", format="%B %Y"),
        alt.Tooltip("days_words:N", title="Days since the record before"),
        alt.Tooltip("range:N", title="Usual range"),
        alt.Tooltip("broken:N", title="Chance"),
        alt.Tooltip("state:N", title="Status"),
    ]
    y = alt.Y(
        "value:Q",
        title="days since the last record",
        axis=alt.Axis(format=",d", values=[0, 1, 7, 30, 90, 180, 365, 730], **axis_ink(palette)),
        scale=alt.Scale(type="pow", exponent=GAP_POWER, domain=[0, HEADROOM * most], nice=False),
    )
    base = alt.Chart(shown).encode(x=_months(palette))
    layers = [
        *_noted(of, palette),
        *_limits(shown, palette),
        base.mark_line(color=palette.quiet, strokeWidth=1).encode(y=y, detail=alt.Detail("run:N")),
        _points(shown, y, tooltip, palette),
    ]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _stretches(gaps: pd.DataFrame) -> pd.Series:
    """Return which points are joined: not those between which months are missing or not judged."""
    days = gaps["at"].to_numpy().astype("datetime64[s]").astype(np.int64) / 86_400
    apart = np.abs(np.diff(days, prepend=np.nan) - gaps["days"].to_numpy()) > HALF_A_DAY
    return pd.Series(apart.cumsum(), gaps.index)


def _months(palette: Palette) -> alt.X:
    axis = alt.Axis(format="%b %Y", tickCount="year", labelAngle=0, labelOverlap=True, **axis_ink(palette))
    return alt.X("month:T", title=None, axis=axis)


def _broken(frame: pd.DataFrame, kind: ChartKind) -> list[str]:
    return [words or "chance explains it" for words in rules_in_words(frame, kind)]


def _range(row: Mapping[Hashable, Any]) -> str:
    return range_in_words(row["low"], row["high"])


def _limits(shown: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    """Return the usual range as a band with its edges, and the mean, a step for each phase."""
    known = shown.dropna(subset="mean")
    if known.empty:
        return []
    spans = known.assign(run=known["phase"].diff().ne(0).cumsum()).groupby("run")
    of_phase = spans.agg(month=("month", "first"), step=("step", "last"))
    same = spans[["mean", "low", "high"]].nunique().le(1).all(axis=1)
    steps = of_phase.join(spans[["mean", "low", "high"]].first())
    if not same.all():  # limits that follow the length of months have a step for each
        steps = known
    band = alt.Chart(steps).mark_rect(color=palette.accent, opacity=0.13, clip=True)
    edges = steps.melt(["month", "step"], ["low", "high"], "edge", "at")
    dashed = alt.Chart(edges).mark_rule(color=palette.quiet, strokeDash=[5, 4], clip=True)
    solid = alt.Chart(steps.assign(at=steps["mean"])).mark_rule(color=palette.ink, strokeWidth=1.5, clip=True)
    return [
        band.encode(x=alt.X("month:T"), x2=alt.X2("step:T"), y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        *(rule.encode(x=alt.X("month:T"), x2=alt.X2("step:T"), y=alt.Y("at:Q")) for rule in (dashed, solid)),
    ]


def _points(shown: pd.DataFrame, y: alt.Y, tooltip: Sequence[alt.Tooltip], palette: Palette) -> alt.Chart:
    """Return the points: dots where chance explains them, triangles where it doesn't, hollow where they are not judged."""
    broken, judged = shown["rule"] != "", shown["state"] == "final"
    ink = broken.map({True: palette.accent, False: palette.quiet})
    marked = shown.assign(
        shape=np.select(
            [broken & (shown["side"] > 0), broken & (shown["side"] < 0)],
            ["triangle-up", "triangle-down"],
            "circle",
        ),
        size=np.select([broken, judged], [120, 30], 45),
        ink=ink,
        fill=ink.where(broken | judged, palette.ground),
    )
    points: alt.Chart = alt.Chart(marked.dropna(subset="value")).mark_point(opacity=1, strokeWidth=1.5)
    return points.encode(
        x=alt.X("month:T"),
        y=y,
        shape=alt.Shape("shape:N", scale=None),
        size=alt.Size("size:Q", scale=None),
        color=alt.Color("ink:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
        tooltip=list(tooltip),
    )


def _missing(shown: pd.DataFrame, palette: Palette) -> list[alt.Chart]:
    return _bands(shown[shown["value"].isna()], "not delivered", palette)


def _one_offs(shown: pd.DataFrame, of: Standing, palette: Palette) -> list[alt.Chart]:
    """Return a word over each month that was noted as a one-off."""
    rows = shown[shown["month"].dt.date.isin(of.one_offs) & shown["value"].notna()]
    if rows.empty:
        return []
    words = alt.Chart(rows.assign(text="one-off")).mark_text(
        baseline="bottom", dy=-9, fontSize=LETTERS, color=palette.ink
    )
    return [words.encode(x=alt.X("month:T"), y=alt.Y("value:Q"), text=alt.Text("text:N"))]


def _bands(rows: pd.DataFrame, words: str, palette: Palette, *, low: bool = True) -> list[alt.Chart]:
    """Return grey bands over runs of months, with a word on the first."""
    if rows.empty:
        return []
    apart = pd.Series(
        np.append(True, np.diff(rows["month"].to_numpy()) > np.timedelta64(31, "D")), rows.index
    )
    runs = rows.assign(end=rows["month"] + pd.offsets.MonthBegin(1), run=apart.cumsum()).groupby("run")
    spans = runs.agg(month=("month", "min"), end=("end", "max")).reset_index(drop=True)
    band = alt.Chart(spans).mark_rect(
        color=palette.missing, opacity=0.18, stroke=palette.missing, strokeDash=[3, 3]
    )
    at = alt.value(alt.expr("height - 6")) if low else alt.value(alt.expr("16"))
    text = alt.Chart(spans.head(1).assign(text=words)).mark_text(
        align="left", baseline="bottom", dx=4, fontSize=LETTERS, color=palette.missing
    )
    return [
        band.encode(x=alt.X("month:T"), x2=alt.X2("end:T")),
        text.encode(x=alt.X("month:T"), y=at, text=alt.Text("text:N")),
    ]


def _noted(of: Standing, palette: Palette) -> list[alt.Chart]:
    """Return lockdowns as bands, and rules where the series broke or its level changed, or seems to have."""
    frame = of.shown
    locked = frame[frame["month"].dt.date.isin(of.pandemic.months)]
    first = frame["month"].iloc[0].date()
    marks = [
        (
            change.month,
            "recording changed" if change.kind is NoteKind.SERIES_BREAK else "level agreed",
            [1, 0],
        )
        for change in of.changes
        if change.month > first
    ]
    if of.proposed:
        marks.append((of.proposed.month, "new level?", [2, 3]))
    layers = _bands(locked, "pandemic" if of.pandemic.why else "lockdown", palette, low=False)
    for place, (month, words, dash) in enumerate(sorted(marks, key=itemgetter(0))):
        rows = pd.DataFrame({"month": [pd.Timestamp(month)], "text": [words]})
        late = (
            frame["month"].iloc[-1] - pd.Timestamp(month)
            < (frame["month"].iloc[-1] - frame["month"].iloc[0]) / 3
        )
        base = alt.Chart(rows).encode(x=alt.X("month:T"))
        layers += [
            base.mark_rule(color=palette.ink, strokeWidth=1.5, strokeDash=dash),
            base.mark_text(
                align="right" if late else "left",
                dx=-5 if late else 5,
                baseline="top",
                fontSize=LETTERS,
                color=palette.ink,
            ).encode(y=alt.YValue(20 + MARK_LINE * (place % 3)), text=alt.Text("text:N")),
        ]
    return layers


def _target_line(of: Standing, palette: Palette) -> list[alt.Chart]:
    if of.target is None:
        return []
    words = f"target: {of.target.limit}"
    rows = pd.DataFrame({"value": [of.target.records], "month": [of.shown["month"].iloc[0]], "text": [words]})
    base = alt.Chart(rows).encode(y=alt.Y("value:Q"))
    return [
        base.mark_rule(color=palette.ink, strokeDash=[12, 4]),
        base.mark_text(
            align="left", baseline="bottom", dx=4, dy=-3, fontSize=LETTERS, color=palette.ink
        ).encode(x=alt.X("month:T"), text=alt.Text("text:N")),
    ]


def _legend(of: Standing) -> list[str]:
    if of.chart.judged.empty:
        return ["Line: each month" if of.chart.kind is not ChartKind.GAPS else "Points: each record"]
    drawn = (
        "Each point: days since the record before" if of.chart.kind is ChartKind.GAPS else "Line: each month"
    )
    legend = [drawn, "Band: where chance keeps it, around the mean", "Triangles: more than chance"]
    if (of.shown["provisional"] | of.shown["set_aside"]).any():
        legend.append("Hollow: not judged")
    return legend


def panel_chart(figures: PanelFigures, palette: Palette = LIGHT) -> alt.LayerChart:
    """Return a panel as rows of bars, a row for each series and all of one scale, the last period's number at its end.

    A period that isn't whole is pale, and of one that is hidden or was not delivered a dash stands on the line.
    """
    frame, names = figures.frame, figures.names
    most = max(float(frame["count"].max()), 1.0)
    base_of = {name: float(len(names) - 1 - at) for at, name in enumerate(names)}
    periods = sorted(frame["start"].unique())
    few = len(periods) <= BARS_WITH_NUMBERS
    base = frame["series"].map(base_of)
    shown = frame.assign(
        bottom=base,
        top=base + ROW_BAR * frame["count"] / most,
        number=frame["count"].map(lambda count: "" if pd.isna(count) else f"{count:,.0f}"),
        opacity=frame["partial"].map({True: 0.45, False: 1.0}),
    )
    ends = shown[shown["start"] == periods[-1]]
    order = [row["period"] for row in shown.drop_duplicates("start").sort_values("start").to_dict("records")]
    every = 1 if few else max(1, round(len(order) / 6))
    ticks = order[::-1][::every][::-1]
    x = alt.X(
        "period:N",
        sort=order,
        title=None,
        axis=alt.Axis(
            labelAngle=0,
            labelLimit=0,  # a year's two ends are longer than a bar's share of the room
            values=ticks,
            labelOverlap=True,
            ticks=False,
            domain=False,
            **axis_ink(palette),
        ),
        scale=alt.Scale(paddingInner=0.18, paddingOuter=0.1),
    )
    y = alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[-0.02, len(names) + 0.02], nice=False))
    tooltip = [
        alt.Tooltip("series:N", title="Series"),
        alt.Tooltip("period:N", title="Period"),
        alt.Tooltip("words:N", title=tooltip_title(figures.unit)),
    ]
    chart = alt.Chart(shown)
    numbers = alt.Chart(shown if few else ends).mark_text(
        baseline="bottom", dy=-2, fontSize=LETTERS, color=palette.ink
    )
    labels = pd.DataFrame(
        {"series": names, "top": [base_of[name] + 0.92 for name in names], "period": order[0]}
    )
    layers = [
        chart.transform_filter("isValid(datum.count)")
        .mark_bar(color=palette.accent)
        .encode(
            x=x, y=y, y2=alt.Y2("bottom:Q"), opacity=alt.Opacity("opacity:Q", scale=None), tooltip=tooltip
        ),
        chart.transform_filter("!isValid(datum.count)")
        .mark_text(text="–", color=palette.missing, fontSize=LETTERS, baseline="bottom")
        .encode(x=x, y=alt.Y("bottom:Q", axis=None), tooltip=tooltip),
        numbers.encode(x=x, y=y, text=alt.Text("number:N")),
        alt.Chart(labels)
        .mark_text(align="left", baseline="top", fontSize=LETTERS, fontWeight=600, color=palette.ink)
        .encode(x=alt.XValue(0), y=y, text=alt.Text("series:N")),
    ]
    legend = [
        f"Bars: {'about how many ' if figures.about else ''}{figures.unit} by {figures.by}, all rows of one scale"
    ]
    if frame["partial"].any():
        legend.append("Pale: the year is not whole")
    if frame["count"].isna().any():
        legend.append("–: hidden or not delivered")
    return alt.LayerChart(
        layer=layers, height=ROW * len(names) + ROWS_AROUND, title=heading(_title(figures), legend, palette)
    )


def drivers_chart(of: Drivers, palette: Palette = LIGHT) -> alt.LayerChart:
    """Return what each part changed by, as a bar with its limits, a row for each part; what drives the change is filled.

    Each row's words stand before its bar, after those of what it is a part of.
    """
    shown = largest_parts(of)
    names = (shown["dimension"] + ": " + shown["value"]).tolist()
    words = drivers_table(of).loc[shown.index]
    rows = shown.assign(
        part=names,
        change=shown["change"].astype(float),
        change_words=words["Change"],
        likely=words["Likely between"],
        before_words=words["Before"],
        now_words=words["Now"],
        what=shown["driver"].map({True: "drives the change", False: "chance could explain it"}),
    )
    ends = [min(0.0, float(rows["low"].min())), max(0.0, float(rows["high"].max()))]
    y = alt.Y(
        "part:N", sort=names, axis=None, scale=alt.Scale(paddingInner=PART_ROOM, paddingOuter=PART_ROOM)
    )
    x = alt.X(
        "change:Q",
        title=f"{of.subject.unit}, more or fewer",
        axis=alt.Axis(labelExpr=SIGNED, tickMinStep=1, tickCount=6, **axis_ink(palette)),
        scale=alt.Scale(domain=ends, nice=True),
    )
    tooltip = [
        alt.Tooltip("part:N", title="Part"),
        alt.Tooltip("before_words:N", title="Before"),
        alt.Tooltip("now_words:N", title="Now"),
        alt.Tooltip("change_words:N", title="Change"),
        alt.Tooltip("likely:N", title="Likely between"),
        alt.Tooltip("what:N", title="Chance"),
    ]
    base = alt.Chart(rows).encode(y=y)
    limits = base.encode(x=alt.X("low:Q", title=None), x2=alt.X2("high:Q"))
    layers = [
        base.transform_filter("datum.driver").mark_bar(color=palette.accent).encode(x=x, tooltip=tooltip),
        base.transform_filter("!datum.driver")
        .mark_bar(color=palette.ground, stroke=palette.quiet, strokeWidth=1.2)
        .encode(x=x, tooltip=tooltip),
        limits.mark_rule(color=palette.ink),
        base.mark_text(align="left", baseline="bottom", dy=-11, fontSize=LETTERS, color=palette.ink).encode(
            x=alt.XValue(0), text=alt.Text("part:N")
        ),
        alt.Chart(pd.DataFrame({"change": [0.0]})).mark_rule(color=palette.ink).encode(x=x),
    ]
    legend = [
        f"Bars: {'about ' if of.blurred else ''}how many {of.subject.unit} more or fewer",
        "Lines: likely between (95\u202f%)",
        "Filled: drives the change, more than chance"
        if rows["driver"].any()
        else "What drives the change has too few records to draw"
        if of.named
        else "No part stands out by more than chance",
    ]
    return alt.LayerChart(
        layer=layers, height=PART_ROW * len(rows) + ROWS_AROUND, title=heading(of.title, legend, palette)
    )


def _title(figures: PanelFigures) -> list[str]:
    first, last = figures.frame["start"].min(), figures.frame["end"].max()
    years = figures.by == YEAR and first.month == 1
    return [figures.title, f"{first:%Y} to {last:%Y}" if years else f"{first:%B %Y} to {last:%B %Y}"]
