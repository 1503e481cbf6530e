"""One measure's last five years, month by month: the frame to draw, the sentence to read, the file to take away."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vulncore.domain.periods import add_months, month_name
from vulncore.domain.vocabulary import Flow, Measure, find_measure
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import BROKEN, change_in_words, silent_end
from vulncore.findings.shared.words import agree, capital_first, made_note, number_of
from vulncore.metrics.strands.change import TOO_FEW_FOR_TREND_A_YEAR, has_trend
from vulncore.metrics.strands.signal import Signal

HISTORY_MONTHS = 60
AVERAGE_MONTHS = 12
RECENT_WINDOWS = ("fytd_previous", "fytd_current", "rolling12_previous", "rolling12_current")


@dataclass(frozen=True)
class History:
    """A measure's months to the as-at month: sixty, or those since the first that is known.

    `frame` has one row per month: `month`, `count` (missing where not delivered), `provisional`,
    `average` (mean of the twelve months ending with it; missing where one of them is, or where the
    measure has too few records for a trend), `period` ("this year to date", "last year to date" or "").
    `only_totals` says that totals are published for it and no month is.
    """

    measure: Measure
    frame: pd.DataFrame
    title: str
    sentence: str
    caution: str
    only_totals: bool

    @property
    def drawn(self) -> bool:
        """Whether there is a month to draw."""
        return bool(self.frame["count"].notna().any())


def history(overview: Overview, key: str) -> History:
    """Return the sixty months of a measure that end with the overview's as-at month.

    Raises:
        UnknownNameError: The overview shows no such measure.
    """
    measure = find_measure(overview.measures, key)
    row = overview.table[overview.table["measure"] == measure.key].iloc[0].to_dict()
    frame = _frame(overview, measure.key)
    trend = has_trend(frame["count"].tail(36))
    first, last = frame["month"].iloc[0], frame["month"].iloc[-1]
    caution = f"Fewer than {TOO_FEW_FOR_TREND_A_YEAR} a year: too few for a trend, so no trend is drawn."
    return History(
        measure=measure,
        frame=frame.assign(average=float("nan")) if trend is False else frame,
        title=f"{measure.name}: {measure.unit} {_when_counted(measure)}, {month_name(first)} to {month_name(last)}",
        sentence=_sentence(row, measure, frame),
        caution=caution if trend is False else "",
        only_totals=has_only_totals(row, frame["count"]),
    )


def has_only_totals(row: Mapping[Hashable, Any], counts: pd.Series) -> bool:
    """Return whether a measure is published as totals and not by month.

    `row` is its row of the strand table, `counts` are those of two years or more to the as-at month, missing where unknown.
    """
    return bool(counts.isna().all() and any(not pd.isna(row[name]) for name in RECENT_WINDOWS))


def mean_in_words(mean: float) -> str:
    """Return the mean of twelve months as a table and a chart say it; a dash where there is none.

    >>> mean_in_words(26.25), mean_in_words(float("nan"))
    ('26.2', '–')
    """
    return "–" if pd.isna(mean) else f"{mean:,.1f}"


def history_export(overview: Overview, history: History) -> pd.DataFrame:
    """Return a measure's months as a file takes them.

    Returns:
        One row per month: `dataset`, `version`, `force`, `measure` (published label), `month` (YYYY-MM),
        `count`, `mean_of_12_months`, `status` ("final", "provisional", "not delivered" or "only totals"),
        `source`, `note`.
    """
    frame, publish = history.frame, overview.publish
    status = frame["provisional"].map({True: "provisional", False: "final"})
    unknown = "only totals" if history.only_totals else "not delivered"
    return pd.DataFrame(
        {
            "dataset": publish.dataset,
            "version": publish.number,
            "force": overview.force,
            "measure": history.measure.label,
            "month": frame["month"].dt.strftime("%Y-%m"),
            "count": frame["count"].astype("Int64"),
            "mean_of_12_months": frame["average"].round(2),
            "status": status.where(frame["count"].notna(), unknown),
            "source": publish.attribution or publish.source,
            "note": made_note(publish),
        }
    )


def _frame(overview: Overview, key: str) -> pd.DataFrame:
    first = pd.Timestamp(add_months(overview.as_at, 1 - HISTORY_MONTHS))
    series = overview.series[overview.series["measure"] == key].set_index("month")[["count", "provisional"]]
    calendar = pd.date_range(first - pd.DateOffset(months=12), overview.as_at, freq="MS", name="month")
    every = series.reindex(calendar).astype({"count": float})
    average = every["count"].rolling(AVERAGE_MONTHS, min_periods=AVERAGE_MONTHS).mean()
    frame = every.assign(provisional=every["provisional"].eq(True), average=average)
    frame = frame.loc[max(first, series.index.min()) :].reset_index()
    return frame.assign(period=[_period(overview, month) for month in frame["month"]])


def _period(overview: Overview, month: pd.Timestamp) -> str:
    for name, words in (("fytd_current", "this year to date"), ("fytd_previous", "last year to date")):
        window = overview.windows[name]
        if window and window.start <= month.date() <= window.end:
            return words
    return ""


def _sentence(row: dict[Hashable, Any], measure: Measure, frame: pd.DataFrame) -> str:
    known = frame.dropna(subset="count")
    if has_only_totals(row, frame["count"]):
        change = f"{measure.name}: not compared." if pd.isna(row["fytd_change"]) else _change(row, measure)
        return f"{change} Only totals are published for this measure, so its months can't be drawn."
    if known.empty:
        return f"{measure.name}: no month of the last five years was delivered."
    levels = _levels(known, measure)
    missing = len(frame) - len(known)
    gaps = (
        f" {missing} of {number_of(len(frame), 'month')} {agree(missing, 'was', 'were')} not delivered."
        if missing
        else ""
    )
    if pd.isna(row["fytd_change"]):
        return f"{measure.name}: {levels}.{gaps}"
    since = f" since {month_name(frame['month'].iloc[0])}" if len(known) > 1 else ""
    return f"{_change(row, measure)} {capital_first(levels)}{since}.{gaps}"


def _levels(known: pd.DataFrame, measure: Measure) -> str:
    """Return between which counts months lie, or the count of the only month, or of them all."""
    low, high = known["count"].min(), known["count"].max()
    if len(known) == 1:
        end = "at the end of" if measure.flow is Flow.STOCK else "in"
        return f"{low:,.0f} {end} {month_name(known['month'].iloc[0])}, the only month delivered"
    if low == high:
        return f"{low:,.0f} {_when_counted(measure).replace('a month', 'each month', 1)}"
    return f"between {low:,.0f} and {high:,.0f} {_when_counted(measure)}"


def _change(row: Mapping[Hashable, Any], measure: Measure) -> str:
    if row["fytd_broken"]:
        return f"{measure.name}: {int(row['fytd_current']):,} in the financial year to date, {BROKEN}."
    change, signal = change_in_words(row, measure.name), str(row["fytd_signal"])
    if measure.flow is Flow.STOCK:
        return f"{change}, at the month's end against a year before: {signal}."
    ended = f", because {silent_end(row)}" if signal == Signal.CHECK_FEED and row["fytd_change"] >= 0 else ""
    return f"{change} in the financial year to date: {signal}{ended}."


def _when_counted(measure: Measure) -> str:
    return "at a month's end" if measure.flow is Flow.STOCK else "a month"
