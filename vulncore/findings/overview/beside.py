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
from vulncore.findings.overview.sentences import own_words
from vulncore.findings.shared.annotations import series_breaks
from vulncore.findings.shared.headline import CONFIRM, Briefing
from vulncore.findings.shared.sides import Sharing, Side, names_of, not_compared, why_not_judged
from vulncore.findings.shared.words import small_first
from vulncore.metrics.statistics.changes import CountsCompared, DifferenceOfChanges, difference_of_changes
from vulncore.metrics.strands.change import change, percent_text
from vulncore.metrics.strands.signal import Signal, signals

CHANCE_UP_TO = 0.05
YEAR, YEAR_BEFORE = "rolling12_current", "rolling12_previous"
VERDICTS = {
    Signal.CLEAR: "More than chance. Ask what is behind it.",
    Signal.MAY_BE: "May be more than chance. Look again next month.",
    Signal.CHANCE: "Could be chance.",
    Signal.TOO_FEW: "Too few to say more.",
    Signal.CHECK_FEED: f"{CONFIRM}.",
    Signal.NOT_TESTED: "Not tested against chance.",
}
NO_YEAR = "Months are missing, so chance isn't judged."
STOCK = "A month's end is not tested against chance."


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


def measures_beside(
    pinned: Overview, pinned_key: str, shown: Overview, shown_key: str, sharing: Sharing = frozenset()
) -> MeasuresBeside:
    """Return what tells a measure of one overview from a measure of another.

    One measure at two times is compared by its twelve months; two measures of one month by how each changed since last year. What
    the overview says of each alone is said with it. `pinned` is what is compared with, `shown` is on screen; `sharing` says which
    measures share records.

    Raises:
        UnknownNameError: An overview has no such measure.
    """
    sides = _side(pinned, pinned_key, sharing), _side(shown, shown_key, sharing)
    before, now = names_of(sides)
    compare = _of_one if sides[0].is_like(sides[1]) else _of_two
    rows = _row(pinned, pinned_key), _row(shown, shown_key)
    histories = history(pinned, pinned_key), history(shown, shown_key)
    months = pd.concat([past.frame for past in histories])
    return MeasuresBeside(
        names=(before, now),
        briefing=compare(sides, (before, now), rows),
        pinned=histories[0],
        shown=histories[1],
        most=float(months["count"].max()),
        first=months["month"].min().date(),
        last=months["month"].max().date(),
    )


def _side(overview: Overview, key: str, sharing: Sharing) -> Side:
    window = overview.windows[YEAR] or fytd(overview.as_at)
    measure = find_measure(overview.measures, key)
    broken = series_breaks(overview.annotations, [measure])[measure.key]
    return Side(
        overview.publish,
        overview.force,
        (measure.key,),
        measure.name,
        window,
        broken=tuple(broken),
        sharing=sharing,
    )


def _row(overview: Overview, key: str) -> Mapping[Any, Any]:
    row = overview.table[overview.table["measure"] == key].iloc[0].to_dict()
    return {**row, "what": find_measure(overview.measures, key), "windows": overview.windows}


def _of_one(
    sides: tuple[Side, Side], names: tuple[str, str], rows: tuple[Mapping[Any, Any], ...]
) -> Briefing:
    measure: Measure = rows[1]["what"]
    before, now = (row[YEAR] for row in rows)
    if pd.isna(before) or pd.isna(now):
        return Briefing(*not_compared(names, NO_YEAR))
    is_stock = measure.flow is Flow.STOCK
    when = f"at the end of {month_name(sides[1].window.end)}" if is_stock else f"in {sides[1].when}"
    finding = f"{measure.name}: {int(now):,} {measure.unit} {when}, {_more(int(before), int(now))}."
    if is_stock:
        return Briefing(finding, STOCK)
    if why := why_not_judged(*sides):
        counts = f"They have {int(now):,} and {int(before):,} {measure.unit}."
        return Briefing(*not_compared(names, why), counts)
    alone = own_words(rows[1], measure)  # where that asks for something the comparison takes nothing from it
    also = [f"{sides[0].when} had {int(before):,}.", *(alone if alone[1] else ())]
    return Briefing(finding, VERDICTS[_judged(rows, sides)], " ".join(also))


def _more(before: int, now: int) -> str:
    measured = change(before, now)
    if not measured.difference:
        return "as many as before"
    way = "up" if measured.difference > 0 else "down"
    if measured.percent is None:
        return f"{way} {abs(measured.difference):,}"
    return f"{way} {percent_text(measured.percent)}\u202f%"


def _judged(rows: tuple[Mapping[Any, Any], ...], sides: tuple[Side, Side]) -> Signal:
    if sides[0].publish == sides[1].publish:  # the table judges the same, all measures together
        for row, other in ((rows[1], sides[0]), (rows[0], sides[1])):
            if other.window == row["windows"][YEAR_BEFORE]:
                return Signal(row["rolling12_signal"])
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


def _of_two(
    sides: tuple[Side, Side], names: tuple[str, str], rows: tuple[Mapping[Any, Any], ...]
) -> Briefing:
    since_last_year = [(row["windows"]["fytd_current"], row["windows"]["fytd_previous"]) for row in rows]
    whole = [
        replace(side, window=Window(earlier.start, current.end))
        for side, (current, earlier) in zip(sides, since_last_year, strict=True)
    ]
    if any(pd.isna(row["fytd_change"]) for row in rows):
        return Briefing(*not_compared(names, "Not both can be compared with last year."))
    if since_last_year[0] != since_last_year[1]:
        different = "They end with different months, so how they changed isn't compared."
        return Briefing(*not_compared(names, different))
    if sides[0].publish.made != sides[1].publish.made:
        return Briefing(*not_compared(names, why_not_judged(*whole)))
    current, earlier = since_last_year[0]
    scatters = [1.0 if pd.isna(row["dispersion"]) else float(row["dispersion"]) for row in rows]
    before, now = (
        CountsCompared(row["fytd_current"], row["fytd_previous"], current.days, earlier.days, scatter)
        for row, scatter in zip(rows, scatters, strict=True)
    )
    words = [own_words(row, row["what"]) for row in rows]
    other, this = (text.partition(" this financial year")[0].rstrip(".") for text, _ in words)
    actions = [
        f"{row['what'].name}: {small_first(action)}"
        for row, (_, action) in zip(reversed(rows), reversed(words), strict=True)
        if action
    ]
    verdict = _verdict_on_two(whole, rows, difference_of_changes(now, before))
    return Briefing(f"{this}; {small_first(other)}.", verdict, " ".join(actions))


def _verdict_on_two(
    whole: list[Side], rows: tuple[Mapping[Any, Any], ...], measured: DifferenceOfChanges | None
) -> str:
    if any(row["what"].flow is Flow.STOCK for row in rows):
        return STOCK
    if any(bool(row["silent"]) for row in rows):
        return f"{CONFIRM}."
    if why := why_not_judged(*whole):
        return why
    if measured is None:
        return "Too few to say whether that differs by more than chance."
    if measured.p_value <= CHANCE_UP_TO:
        return "They changed differently by more than chance."
    return "That they changed differently could be chance."
