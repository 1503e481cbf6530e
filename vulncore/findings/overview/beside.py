"""Two measures, or two times of one, beside each other: what differs, and whether by more than chance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from vulncore.domain.periods import Window, fytd, month_name
from vulncore.domain.vocabulary import Flow, Measure, find_measure
from vulncore.findings.overview.history import History, history
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import change_in_words
from vulncore.findings.shared.annotations import series_breaks
from vulncore.findings.shared.headline import CONFIRM, NOTHING_TO_DO, Briefing
from vulncore.findings.shared.sides import Side, names_of, why_not_judged
from vulncore.findings.shared.words import small_first
from vulncore.metrics.statistics.changes import CountsCompared, difference_of_changes
from vulncore.metrics.strands.change import change, percent_text
from vulncore.metrics.strands.signal import Signal, signals

CHANCE_UP_TO = 0.05
YEAR = "rolling12_current"
ASK = "More than chance. Ask what is behind it."
COULD_BE = f"Could be chance. {NOTHING_TO_DO}"
VERDICTS = {
    Signal.CLEAR: ASK,
    Signal.MAY_BE: "May be more than chance. Look again next month.",
    Signal.CHANCE: COULD_BE,
    Signal.TOO_FEW: "Too few to say more.",
    Signal.CHECK_FEED: f"{CONFIRM}.",
}
NO_YEAR = "Months are missing, so chance isn't judged."


@dataclass(frozen=True)
class MeasuresBeside:
    """Two measures, or one at two times: what to call each, what differs, and each one's months.

    `most` is the largest count of a month, `first` and `last` the months of both: with these their charts have the same axes.
    """

    names: tuple[str, str]
    briefing: Briefing
    pinned: History
    shown: History
    most: float
    first: date
    last: date


def measures_beside(pinned: Overview, pinned_key: str, shown: Overview, shown_key: str) -> MeasuresBeside:
    """Return what tells a measure of one overview from a measure of another.

    One measure at two times is compared by its twelve months; two measures by how each changed since last year.

    Args:
        pinned: The overview that is compared with.
        pinned_key: Its measure.
        shown: The overview on screen.
        shown_key: Its measure.

    Raises:
        UnknownNameError: An overview has no such measure.
    """
    sides = _side(pinned, pinned_key), _side(shown, shown_key)
    before, now = names_of(sides)
    rows = _row(pinned, pinned_key), _row(shown, shown_key)
    briefing = (
        _of_one(sides, (before, now), rows, shown) if sides[0].is_like(sides[1]) else _of_two(sides, rows)
    )
    histories = history(pinned, pinned_key), history(shown, shown_key)
    months = pd.concat([past.frame for past in histories])
    return MeasuresBeside(
        names=(before, now),
        briefing=briefing,
        pinned=histories[0],
        shown=histories[1],
        most=float(months["count"].max()),
        first=months["month"].min().date(),
        last=months["month"].max().date(),
    )


def _side(overview: Overview, key: str) -> Side:
    window = overview.windows[YEAR] or fytd(overview.as_at)
    measure = find_measure(overview.measures, key)
    return Side(overview.publish, overview.force, (measure.key,), measure.name, window)


def _row(overview: Overview, key: str) -> Mapping[Any, Any]:
    row: Mapping[Any, Any] = overview.table[overview.table["measure"] == key].iloc[0].to_dict()
    measure = find_measure(overview.measures, key)
    return {**row, "what": measure, "windows": overview.windows}


def _of_one(
    sides: tuple[Side, Side], names: tuple[str, str], rows: tuple[Mapping[Any, Any], ...], shown: Overview
) -> Briefing:
    measure: Measure = rows[1]["what"]
    before, now = (row[YEAR] for row in rows)
    if pd.isna(before) or pd.isna(now):
        return Briefing(f"{measure.name}: {names[1]} beside {small_first(names[0])}.", NO_YEAR)
    stock = measure.flow is Flow.STOCK
    when = f"at the end of {month_name(sides[1].window.end)}" if stock else f"in {sides[1].when}"
    finding = f"{measure.name}: {int(now):,} {measure.unit} {when}, {_more(int(before), int(now))}."
    if stock:
        return Briefing(finding, "A month's end is not tested against chance.")
    why = why_not_judged(*sides) or _broken(shown, measure, sides)
    return Briefing(
        finding,
        why or VERDICTS[_judged(rows, sides)],
        f"{sides[0].when} had {int(before):,}.",
    )


def _more(before: int, now: int) -> str:
    measured = change(before, now)
    if not measured.difference:
        return "as many as before"
    word = "up" if measured.difference > 0 else "down"
    return (
        f"{word} {abs(measured.difference):,}"
        if measured.percent is None
        else f"{word} {percent_text(measured.percent)}\u202f%"
    )


def _broken(shown: Overview, measure: Measure, sides: tuple[Side, Side]) -> str:
    earlier, later = sorted(sides, key=lambda side: side.window)
    across = [
        month
        for month in series_breaks(shown.annotations, [measure])[measure.key]
        if earlier.window.start < month <= later.window.end
    ]
    return f"Recording changed in {month_name(across[0])}, so chance isn't judged." if across else ""


def _judged(rows: tuple[Mapping[Any, Any], ...], sides: tuple[Side, Side]) -> Signal:
    if sides[0].window == rows[1]["windows"]["rolling12_previous"] and sides[0].publish == sides[1].publish:
        return Signal(rows[1]["rolling12_signal"])  # the table judges the same, all measures together
    scatter = pd.Series([row["dispersion"] for row in rows], dtype=float).max()
    comparison = pd.DataFrame(
        {
            "measure": [rows[1]["measure"]],
            "current": [float(rows[1][YEAR])],
            "earlier": [float(rows[0][YEAR])],
            "days_current": [float(sides[1].window.days)],
            "days_earlier": [float(sides[0].window.days)],
            "dispersion": [scatter],
            "flow": ["flow"],
            "silent": [any(bool(row["silent"]) for row in rows)],
        }
    )
    return Signal(signals(comparison, CHANCE_UP_TO)["signal"].iloc[0])


def _of_two(sides: tuple[Side, Side], rows: tuple[Mapping[Any, Any], ...]) -> Briefing:
    measures: list[Measure] = [row["what"] for row in rows]
    if any(pd.isna(row["fytd_change"]) for row in rows):
        names = " and ".join(measure.name for measure in measures)
        return Briefing(f"{names} can't both be compared with last year.", NO_YEAR)
    finding = f"{_short(rows[1], measures[1])}; {small_first(_short(rows[0], measures[0]))}."
    counts = [f"from {int(row['fytd_previous']):,} to {int(row['fytd_current']):,}" for row in rows]
    return Briefing(
        finding,
        _verdict_on_two(sides, rows, measures),
        f"This financial year to date: {counts[1]}, and {counts[0]}.",
    )


def _short(row: Mapping[Any, Any], measure: Measure) -> str:
    """Return how a measure changed, without the counts."""
    return change_in_words(row, measure.name).partition(", from ")[0]


def _verdict_on_two(
    sides: tuple[Side, Side], rows: tuple[Mapping[Any, Any], ...], measures: list[Measure]
) -> str:
    if any(measure.flow is Flow.STOCK for measure in measures):
        return "A month's end is not tested against chance."
    if any(bool(row["fytd_broken"]) for row in rows):
        return "Recording changed since last year, so chance isn't judged."
    if any(bool(row["silent"]) for row in rows):
        return f"{CONFIRM}."
    since_last_year = [(row["windows"]["fytd_current"], row["windows"]["fytd_previous"]) for row in rows]
    whole = [
        replace(side, window=Window(earlier.start, current.end))
        for side, (current, earlier) in zip(sides, since_last_year, strict=True)
    ]
    why = why_not_judged(*whole)
    before, now = (
        CountsCompared(row["fytd_current"], row["fytd_previous"], current.days, earlier.days, _scatter(row))
        for row, (current, earlier) in zip(rows, since_last_year, strict=True)
    )
    measured = difference_of_changes(now, before)
    if why:
        return why
    if measured is None:
        return "Too few to say whether that differs by more than chance."
    return (
        "They changed differently by more than chance. Ask what is behind it."
        if measured.p_value <= CHANCE_UP_TO
        else (f"That they changed differently could be chance. {NOTHING_TO_DO}")
    )


def _scatter(row: Mapping[Any, Any]) -> float:
    return 1.0 if pd.isna(row["dispersion"]) else float(row["dispersion"])
