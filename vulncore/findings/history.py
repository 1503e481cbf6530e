"""One measure's last five years, month by month."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vulncore.findings.headline import change_in_words
from vulncore.findings.overview import MADE, Overview
from vulncore.metrics.trend import TOO_FEW_FOR_TREND_A_YEAR, has_trend
from vulncore.periods import add_months, month_name
from vulncore.vocabulary import Measure, find_measure

HISTORY_MONTHS = 60
AVERAGE_MONTHS = 12


@dataclass(frozen=True)
class History:
    """A measure's months to the as-at month: sixty, or those since the first that is known.

    `frame` has one row per month: `month`, `count` (missing where not delivered), `provisional`,
    `average` (mean of the twelve months ending with it; missing where one of them is, or where the
    measure has too few records for a trend), `period` ("this year to date", "last year to date" or "").
    """

    measure: Measure
    frame: pd.DataFrame
    title: str
    sentence: str
    caution: str


def history(found: Overview, key: str) -> History:
    """Return the sixty months of a measure that end with the overview's as-at month.

    Raises:
        UnknownNameError: The overview shows no such measure.
    """
    measure = find_measure(found.measures, key)
    row = found.table[found.table["measure"] == measure.key].iloc[0].to_dict()
    frame = _frame(found, measure.key)
    trend = has_trend(frame["count"].tail(36))
    first, last = frame["month"].iloc[0], frame["month"].iloc[-1]
    return History(
        measure=measure,
        frame=frame if trend else frame.assign(average=float("nan")),
        title=f"{measure.name}: {measure.unit} a month, {month_name(first)} to {month_name(last)}",
        sentence=_sentence(row, measure, frame),
        caution=""
        if trend
        else f"Fewer than {TOO_FEW_FOR_TREND_A_YEAR} a year: too few to speak of a trend, so none is drawn.",
    )


def _frame(found: Overview, key: str) -> pd.DataFrame:
    months = pd.DataFrame(
        {"month": pd.to_datetime([add_months(found.as_at, step) for step in range(1 - HISTORY_MONTHS, 1)])}
    )
    series = found.series[found.series["measure"] == key]
    every = series.set_index("month")["count"].astype(float)
    calendar = pd.date_range(months["month"].iloc[0] - pd.DateOffset(months=12), found.as_at, freq="MS")
    average = every.reindex(calendar).rolling(AVERAGE_MONTHS, min_periods=AVERAGE_MONTHS).mean()
    if len(series):
        months = months[months["month"] >= series["month"].min()].reset_index(drop=True)
    frame = months.merge(series[["month", "count", "provisional"]], on="month", how="left")
    return frame.assign(
        count=frame["count"].astype(float),
        provisional=frame["provisional"].eq(True),
        average=frame["month"].map(average),
        period=[_period(found, month) for month in frame["month"]],
    )


def _period(found: Overview, month: pd.Timestamp) -> str:
    for name, words in (("fytd_current", "this year to date"), ("fytd_previous", "last year to date")):
        window = found.windows[name]
        if window and window.start <= month.date() <= window.end:
            return words
    return ""


def _sentence(row: dict[Hashable, Any], measure: Measure, frame: pd.DataFrame) -> str:
    known = frame.dropna(subset="count")
    if known.empty:
        return f"{measure.name}: no month of the last five years was delivered."
    low, high = known["count"].min(), known["count"].max()
    missing = len(frame) - len(known)
    gaps = f" {missing} of {len(frame)} months were not delivered." if missing else ""
    if pd.isna(row["fytd_change"]):
        return f"{measure.name}: between {low:,.0f} and {high:,.0f} a month.{gaps}"
    signal = str(row["fytd_signal"])
    return (
        f"{change_in_words(row, measure.name)} in the financial year to date: {signal}. "
        f"Between {low:,.0f} and {high:,.0f} a month since {month_name(frame['month'].iloc[0])}.{gaps}"
    )


def history_export(found: Overview, told: History) -> pd.DataFrame:
    """Return a measure's months as a file takes them.

    Returns:
        One row per month: `dataset`, `version`, `force`, `measure` (published label), `month` (YYYY-MM),
        `count`, `mean_of_12_months`, `status` ("final", "provisional" or "not delivered"), `note`.
    """
    frame = told.frame
    status = frame["provisional"].map({True: "provisional", False: "final"})
    return pd.DataFrame(
        {
            "dataset": found.publish.dataset,
            "version": found.publish.number,
            "force": found.force,
            "measure": told.measure.label,
            "month": frame["month"].dt.strftime("%Y-%m"),
            "count": frame["count"].astype("Int64"),
            "mean_of_12_months": frame["average"].round(2),
            "status": status.where(frame["count"].notna(), "not delivered"),
            "note": MADE if found.publish.made else "",
        }
    )
