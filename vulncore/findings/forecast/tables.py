"""A forecast as tables: for people to read, and for files and other programs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from vulncore.domain.periods import format_month
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import BASIS_NAMES, MODEL_NAMES, Outlook
from vulncore.findings.forecast.wording import expected_in_words, range_in_words
from vulncore.findings.shared.words import IN_4_OF_5, IN_19_OF_20, made_note, number_of, percent
from vulncore.forecasting.backtest import scores_by_model
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.paths import BOTH, LIMITS, RECORDED, calendar_years
from vulncore.forecasting.what_if import Adjustment, format_adjustment
from vulncore.store.manifest import Publish

FIGURES = ["mean", "median", *LIMITS]
ROWS = ["measure", "basis", "model", "month", *FIGURES]
TOTALS = ["measure", "basis", "model", "year", "part", "recorded", *FIGURES]
ABOUT = ("what_if", "force", "known_to", "dataset", "version", "note")
HELD_4_OF_5, HELD_19_OF_20 = "4-in-5 range held", "19-in-20 range held"
BANDS = {"1 to 12": (1, 12), "13 to 24": (13, 24), "25 to 36": (25, 36), "37 to 48": (37, 48)}


def forecast_rows(outlook: Outlook) -> pd.DataFrame:
    """Return the months ahead: one row per basis and month, with the columns ROWS.

    `month` is YYYY-MM; means add up over months, medians and limits of counts don't.
    """
    rows = outlook.months.assign(month=[format_month(month) for month in outlook.months["month"].dt.date])
    return _for_files(rows, outlook)[ROWS]


def total_rows(outlook: Outlook) -> pd.DataFrame:
    """Return the calendar years: one row per basis and year, with the columns TOTALS."""
    return _for_files(outlook.years, outlook)[TOTALS]


def export_rows(
    rows: pd.DataFrame, demand: Demand, publish: Publish, adjustments: Sequence[Adjustment] = ()
) -> pd.DataFrame:
    """Return rows for a file: with the columns ABOUT in every row, which say what they are of and from."""
    assumed = (
        [f"level:{format_month(demand.proposed.month)}"]
        if demand.is_as_if_changed and demand.proposed
        else []
    )
    return rows.assign(
        what_if="; ".join([*assumed, *map(format_adjustment, adjustments)]),
        force=demand.force,
        known_to=format_month(demand.as_at),
        dataset=publish.dataset,
        version=publish.number,
        note=made_note(publish),
    )


def years_table(outlook: Outlook) -> pd.DataFrame:
    """Return the calendar years for people: one row per year, the bases side by side."""
    rows = []
    for year in sorted(outlook.years["year"].unique()):
        first = outlook.years[outlook.years["year"] == year].iloc[0]
        row = {"Year": str(year), "Recorded": _recorded(first)}
        for basis in outlook.forecasts:
            figures, name = outlook.year(basis, year), BASIS_NAMES[basis]
            shown = {f"{name}: expected": expected_in_words(figures["expected"])}
            if outlook.adjustments:
                shown[f"{name}: without what-ifs"] = f"{figures['unadjusted']:,.0f}"
            shown[f"{name}: {IN_4_OF_5}"] = range_in_words(figures, 80)
            shown[f"{name}: {IN_19_OF_20}"] = range_in_words(figures, 95)
            ahead = first["part"] != RECORDED and not pd.isna(figures["mean"])
            row |= shown if ahead else dict.fromkeys(shown, "–")
        rows.append(row)
    return pd.DataFrame(rows)


def recorded_years(demand: Demand) -> pd.DataFrame:
    """Return the calendar years recorded of what is not forecast, as the chart of years takes them.

    Returns:
        One row per calendar year: the columns of `vulncore.forecasting.paths.calendar_years`, `basis` (""), `tested`,
        `unadjusted`, and `recorded_text`, what is recorded in words.
    """
    years = calendar_years(demand.recorded, np.zeros((1, 0), dtype=np.int64), 0)
    years = years.assign(basis="", tested=False, unadjusted=np.nan, **dict.fromkeys(FIGURES, np.nan))
    return years.assign(recorded_text=[_recorded(row) for _, row in years.iterrows()])


def recorded_rows(demand: Demand) -> pd.DataFrame:
    """Return the calendar years recorded for files: `measure`, `year`, `months` known, `recorded` (missing if incomplete)."""
    years = recorded_years(demand).assign(measure=demand.subject.key)
    return years[["measure", "year", "months", "recorded"]].astype({"recorded": "Int64"})


def months_table(outlook: Outlook) -> pd.DataFrame:
    """Return the months ahead for people: one row per month, the bases side by side."""
    table: dict[str, Sequence[str]] = {}
    for basis, months in outlook.months.groupby("basis", sort=False):
        name, rows = BASIS_NAMES[Basis(str(basis))], [row for _, row in months.iterrows()]
        table |= {
            "Month": [f"{row['month']:%B %Y}" for row in rows],
            f"{name}: expected": [expected_in_words(row["mean"], 1) for row in rows],
            f"{name}: {IN_4_OF_5}": [range_in_words(row, 80) for row in rows],
            f"{name}: {IN_19_OF_20}": [range_in_words(row, 95) for row in rows],
            f"{name}: tested": ["yes" if row["tested"] else "no" for row in rows],
        }
    return pd.DataFrame(table)


def models_table(forecast: Forecast) -> pd.DataFrame:
    """Return how each model did in the first twelve months ahead, for people; the one shown is marked."""
    scores = forecast.scores.set_index("model").loc[list(Model)].reset_index()
    return pd.DataFrame(
        {
            "Model": [MODEL_NAMES[model] + " (shown)" * (model is forecast.chosen.model) for model in Model],
            "Error (MASE)": scores["mase"].map(_two_decimals),
            "Large errors (RMSSE)": scores["rmsse"].map(_two_decimals),
            "Whole range (CRPS)": scores["crps"].map(_two_decimals),
            HELD_4_OF_5: scores["within80"].map(percent),
            HELD_19_OF_20: scores["within95"].map(percent),
        }
    )


def horizons_table(forecast: Forecast) -> pd.DataFrame:
    """Return how the model that is shown did, by how far ahead it looked."""
    trials, rows = forecast.months_tried, []
    for name, (low, high) in BANDS.items():
        months = trials[trials["horizon"].between(low, high)]
        if months.empty:
            continue
        score = scores_by_model(months).iloc[0]
        rows.append(
            {
                "Months ahead": name,
                "Past dates tested": f"{months['origin'].nunique()}",
                "Error (MASE)": _two_decimals(score["mase"]),
                HELD_4_OF_5: percent(score["within80"]),
                HELD_19_OF_20: percent(score["within95"]),
            }
        )
    return pd.DataFrame(rows)


def backtest_rows(demand: Demand, forecasts: Mapping[Basis, Forecast]) -> pd.DataFrame:
    """Return the scores of every model on every basis and over bands of horizons, for files.

    Returns:
        One row per basis, band and model: `measure`, `basis`, `horizon` ("1-12" and so on, or "all"), `origins`,
        `months`, `model`, `mase`, `rmsse`, `crps`, `within80`, `within95`.
    """
    bands = []
    for basis, forecast in forecasts.items():
        months = forecast.trials[forecast.trials["span"] == 1]
        for band, (low, high) in {"all": (1, 10_000), **BANDS}.items():
            within = months[months["horizon"].between(low, high)]
            if len(within):
                scores = scores_by_model(within).assign(
                    basis=str(basis), horizon=band.replace(" to ", "-"), origins=within["origin"].nunique()
                )
                bands.append(scores)
    rows = pd.concat(bands, ignore_index=True).assign(measure=demand.subject.key)
    rows["model"] = rows["model"].map(str)
    first = ["measure", "basis", "horizon", "origins", "months", "model"]
    return rows[[*first, "mase", "rmsse", "crps", "within80", "within95"]].round(4)


def _for_files(rows: pd.DataFrame, outlook: Outlook) -> pd.DataFrame:
    speaks = {basis: str(forecast.chosen.model) for basis, forecast in outlook.forecasts.items()}
    whole = {name: "Int64" for name in ("median", *LIMITS, "recorded") if name in rows}
    return rows.assign(
        measure=outlook.demand.subject.key,
        model=rows["basis"].map(speaks),
        basis=rows["basis"].map(str),
        mean=rows["mean"].round(3),
    ).astype(whole)


def _recorded(row: pd.Series) -> str:
    if pd.isna(row["recorded"]):
        return "–" if row["part"] not in (RECORDED, BOTH) else "incomplete"
    return f"{row['recorded']:,.0f}" + (
        f" in {number_of(row['months'], 'month')}" if row["part"] == BOTH else ""
    )


def _two_decimals(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:,.2f}"
