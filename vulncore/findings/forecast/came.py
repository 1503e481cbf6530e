"""What came of earlier forecasts: those that versions kept, and those that today's models make when shown earlier months alone."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from vulncore.charts.theme import LETTERS, LIGHT, Palette, axis_ink, heading
from vulncore.domain.periods import add_months, format_month, month_name
from vulncore.findings.forecast.foretold import first_twelve
from vulncore.findings.forecast.outlook import Outlook
from vulncore.findings.forecast.wording import range_in_words
from vulncore.findings.shared.words import IN_4_OF_5, capital_first, number_of, percent
from vulncore.forecasting.backtest import YEAR
from vulncore.forecasting.basis import Basis

HEIGHT: Final = 430  # title, axes and legend included
BAR: Final = 12  # pixels: ranges of tests that are half a year apart stay apart on a telephone
MODELS: Final = "Today's models"
INSIDE: Final = {True: "in the range", False: "outside"}


NONE_KEPT: Final = (
    "No earlier version's forecast of this is kept. What the newest version shows is kept from now on."
)


def came_in_words(outlook: Outlook, basis: Basis) -> str:
    """Return how many ranges held of those that earlier versions gave for months, or else of those that today's models gave for years."""
    rows = outlook.foretold[outlook.foretold["basis"] == basis]
    months = rows[rows["first"] == rows["last"]]
    if len(months):
        whose = number_of(months["version"].nunique(), "earlier version")
        return (
            f"{whose} gave {number_of(len(months), 'range')} for months that have come since. {_held(months)}"
        )
    years = twelve_months(outlook, basis)
    if years.empty:
        return "No twelve months that were foretold are over yet."
    ranges = number_of(len(years), "range")
    return f"Today's models, shown earlier months alone, gave {ranges} for twelve months. {_held(years)}"


def _held(rows: pd.DataFrame) -> str:
    within = int(rows["within"].sum())
    return f"{within} held ({percent(within / len(rows))}), and 4 of 5 should."


def twelve_months(outlook: Outlook, basis: Basis) -> pd.DataFrame:
    """Return what was foretold of twelve months, and what came.

    Returns:
        One row per earlier date, the newest first, those of versions before those of tests: `by` ("Version 3", or MODELS),
        `known_to`, `to` (the last month), `low80`, `high80`, `came`, `within`.
    """
    kept = first_twelve(outlook.foretold, basis)
    kept = kept.assign(by=[f"Version {number}" for number in kept["version"]], to=kept["last"])
    forecast = outlook.forecasts[basis]
    tried, first = forecast.years_tried, forecast.task.past.first
    origins = tried["origin"].astype(int)
    tests = tried.assign(
        by=MODELS,
        known_to=[add_months(first, origin - 1) for origin in origins],
        to=[add_months(first, origin + YEAR - 1) for origin in origins],
        came=tried["actual"],
        within=tried["actual"].between(tried["low80"], tried["high80"]),
    )
    columns = ["by", "known_to", "to", "low80", "high80", "came", "within"]
    frames = [of.sort_values("known_to", ascending=False)[columns] for of in (kept, tests) if len(of)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def twelve_months_table(outlook: Outlook, basis: Basis) -> pd.DataFrame:
    """Return the rows of `twelve_months` for people."""
    rows = twelve_months(outlook, basis)
    table = pd.DataFrame(
        {
            "Twelve months to": rows["to"].map(month_name),
            "Foretold by": rows["by"],
            f"Said {IN_4_OF_5}": [range_in_words(row) for _, row in rows.iterrows()],
            "Came": [f"{came:,.0f}" for came in rows["came"]],
            "In the range": ["yes" if within else "no" for within in rows["within"]],
        }
    )
    return table.drop(columns="Foretold by") if (rows["by"] == MODELS).all() else table


def versions_table(outlook: Outlook, basis: Basis) -> pd.DataFrame:
    """Return how often the ranges held that versions gave for single months, for people: one row per version, the newest first."""
    rows = outlook.foretold[outlook.foretold["basis"] == basis]
    months = rows[rows["first"] == rows["last"]]
    table = [
        {
            "Version": f"{version}",
            "Known to": month_name(of["known_to"].iloc[0]),
            "Months since": f"{len(of)}",
            "In the range": f"{int(of['within'].sum())}",
            "Held": percent(float(of["within"].mean())),
        }
        for version, of in months.groupby("version", sort=False)
    ]
    return pd.DataFrame(table[::-1])


def came_rows(outlook: Outlook) -> pd.DataFrame:
    """Return all that earlier versions foretold of months up to now, for files, with the columns of `foretold`."""
    rows = outlook.foretold.rename(columns={"version": "foretold_by_version"})
    months = {name: rows[name].map(format_month) for name in ("known_to", "first", "last")}
    rows = rows.assign(**months, basis=rows["basis"].map(str), measure=outlook.demand.subject.key)
    return rows.rename(columns={"known_to": "foretold_from"})


def came_chart(
    rows: pd.DataFrame, title: Sequence[str], unit: str, palette: Palette = LIGHT
) -> alt.LayerChart:
    """Return the chart of what was foretold of twelve months, and what came.

    Args:
        rows: What `twelve_months` returns.
        title: What, where and when, a line each.
        unit: What is counted.
        palette: The colours that suit the ground.
    """
    shown = rows.sort_values("to", kind="stable")
    shown = shown.assign(
        month=[f"{month:%b %Y}" for month in shown["to"]],
        source=shown["by"].where(shown["by"] == MODELS, "An earlier version"),
        range80=[range_in_words(row) for _, row in shown.iterrows()],
        held=shown["within"].astype(bool).map(INSIDE),
        known=shown["known_to"].map(month_name),
    )
    sources = [source for source in ("An earlier version", MODELS) if source in set(shown["source"])]
    ink, order = axis_ink(palette), list(dict.fromkeys(shown["month"]))
    legend = alt.Legend(title=None, orient="top", labelFontSize=LETTERS, labelColor=palette.quiet)
    base = alt.Chart(shown).encode(
        x=alt.X(
            "month:N",
            title=None,
            scale=alt.Scale(domain=order),
            axis=alt.Axis(labelAngle=0, labelOverlap=True, **ink),
        ),
        xOffset=alt.XOffset("source:N", sort=sources),
    )
    tooltip = [
        alt.Tooltip("by:N", title="Foretold by"),
        alt.Tooltip("known:N", title="Known to"),
        alt.Tooltip("range80:N", title=capital_first(IN_4_OF_5)),
        alt.Tooltip("came:Q", title="Came", format=",d"),
    ]
    top = float(max(shown["high80"].max(), shown["came"].max(), 1))
    y = alt.Y(
        "low80:Q",
        title=f"{unit} in twelve months",
        scale=alt.Scale(domain=[0, top], nice=True),
        axis=alt.Axis(format=",d", tickMinStep=1, **ink),
    )
    colour = alt.Color(
        "source:N",
        sort=sources,
        legend=legend if len(sources) > 1 else None,
        scale=alt.Scale(
            domain=sources,
            range=[palette.quiet if source == MODELS else palette.accent for source in sources],
        ),
    )
    shape = alt.Shape(
        "held:N", legend=None, scale=alt.Scale(domain=list(INSIDE.values()), range=["circle", "cross"])
    )
    layers = [
        base.mark_rule(opacity=0.5, strokeWidth=BAR).encode(y=y, y2=alt.Y2("high80:Q"), color=colour),
        base.mark_point(filled=True, size=90, opacity=1, color=palette.ink).encode(
            y=alt.Y("came:Q"), shape=shape, tooltip=tooltip
        ),
    ]
    lines = [f"Bar: said {IN_4_OF_5}. Dot: what came, inside. Cross: outside"]
    return alt.LayerChart(layer=layers, height=HEIGHT, title=heading(title, lines, palette))
