"""What one strand alone shows, by `reference/strand_panels.toml`: its measures beside each other, its records taken apart."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import pandas as pd

from vulncore.domain.periods import Window, add_months, calendar_year, month_end, short_window
from vulncore.domain.vocabulary import Flow, Measure, reference_rows
from vulncore.domain.words import capital_first, listed, small_first
from vulncore.findings.shared.subject import Subject, subject_months
from vulncore.findings.shared.which_records import unit_of
from vulncore.findings.shared.words import GROUPS_BLURRED, file_note, hidden_as, number_of
from vulncore.findings.strand.records import StrandRecords, strand_records
from vulncore.metrics.drivers.whole_parts import whole_parts
from vulncore.metrics.records.groups import NOT_RECORDED
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

YEAR, QUARTER, MONTH = "year", "quarter", "month"
MONTHS_OF: Final = {MONTH: 1, QUARTER: 3, YEAR: 12}
PANEL_MONTHS: Final = 36
"""Months that are taken apart by a column: three years, as many as a meeting compares."""
PANEL_YEARS: Final = 7
FEWEST_A_PERIOD: Final = 10
"""Records: a group with fewer in a period jumps about by chance, and is often hidden."""
WELL_SHOWN: Final = 0.7
"""Of the records: they lie in groups of so many, or the period is too short."""
MOST_SERIES: Final = 6
REST: Final = "Other or hidden"
OFTEN_NOT_RECORDED: Final = 0.05  # of the records: then it is said of how many nothing is


@dataclass(frozen=True)
class Series:
    """A line of a panel: the records of its measures, or of the words of a column that one of its expressions is in."""

    name: str
    measures: tuple[str, ...] = ()
    like: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One chart of a strand: by what and of what, as the file says it."""

    title: str
    by: str = ""
    of: str = ""
    measures: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()


@dataclass(frozen=True)
class StrandPanels:
    """What is shown of one strand: what its control chart counts, what is said instead of a chart, its panels."""

    strand: str
    counted: tuple[str, ...] = ()
    sentence: str = ""
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True, eq=False)
class PanelFigures:
    """What can be shown of a panel.

    `frame` has one row per period and series: `start` and `end` (Timestamps), `period` (in words), `series`, `count` (missing where hidden
    or not delivered), `words`, `partial` (the period isn't over, or began before the data did). `notes` say what is missing and
    why; `about` says that numbers are of blurred records.
    """

    title: str
    by: str
    unit: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    about: bool = False

    @property
    def names(self) -> list[str]:
        """The series, in their order."""
        return list(dict.fromkeys(self.frame["series"]))


@cache
def every_strand() -> Mapping[str, StrandPanels]:
    """Return what is shown of each strand that has something of its own.

    >>> every_strand()["hate-crime"].panels[0].of
    'hate_strand'
    """
    return {
        row["strand"]: StrandPanels(
            row["strand"],
            tuple(row.get("counted", ())),
            row.get("sentence", ""),
            tuple(_panel(panel) for panel in row.get("panel", ())),
        )
        for row in reference_rows("strand_panels.toml")["strand"]
    }


def panels_of(strand: str, measures: Sequence[Measure]) -> StrandPanels:
    """Return what is shown of a strand; of one without anything of its own, its measures by year."""
    if strand in every_strand():
        return every_strand()[strand]
    series = tuple(Series(measure.name, (measure.key,)) for measure in measures if measure.flow is Flow.FLOW)
    return StrandPanels(strand, panels=(Panel("Records by year", YEAR, series=series),) if series else ())


def panel_figures(
    snapshot: Snapshot,
    force: str,
    measures: Sequence[Measure],
    panel: Panel,
    as_at: date,
    smallest: int,
    by: str = "",
) -> PanelFigures | None:
    """Return what can be shown of a panel; None where the dataset has nothing of it.

    Args:
        snapshot: The version, with the force's records.
        force: The force.
        measures: All measures of the dataset.
        panel: The panel.
        as_at: The month with which it ends.
        smallest: The smallest number shown of a part of the records.
        by: "month", "quarter" or "year" for records that are taken apart; "" for the shortest that numbers allow.
    """
    if panel.of:
        return _taken_apart(snapshot, force, measures, panel, as_at, smallest, by)
    by_key = {measure.key: measure for measure in measures}
    there = [one for one in panel.series if set(one.measures) <= by_key.keys()]
    absent = [one for one in panel.series if one not in there]
    rows = []
    for one in there:
        subject = Subject(one.name, one.name, "records", tuple(by_key[key] for key in one.measures))
        known, _, _ = subject_months(snapshot, force, subject)
        rows += _by_period(known.set_index("month")["count"], one.name, panel.by or YEAR, as_at)
    if not rows:
        return None
    return PanelFigures(
        panel.title,
        panel.by or YEAR,
        unit_of(by_key[key] for one in there for key in one.measures),
        pd.DataFrame(rows),
        tuple(
            f"{one.name} are not in this dataset. Bring them in under Data as the measure {listed(one.measures)}."
            for one in absent
        ),
    )


def _panel(row: Mapping[str, object]) -> Panel:
    series = tuple(
        Series(one["name"], tuple(one.get("measures", ())), tuple(one.get("like", ())))
        for one in row.get("series", ())  # type: ignore[attr-defined]
    )
    return Panel(
        str(row["title"]),
        str(row.get("by", "")),
        str(row.get("of", "")),
        tuple(row.get("measures", ())),  # type: ignore[arg-type]
        series,
    )


def _by_period(months: pd.Series, name: str, by: str, as_at: date) -> list[dict[str, object]]:
    """Return a series' periods: whole ones, the one that isn't over yet, and the one in which the data began."""
    months = months[months.index <= pd.Timestamp(as_at)]
    if months.empty:
        return []
    first = months.index[0].date()
    windows = (
        [calendar_year(year) for year in range(max(first.year, as_at.year - PANEL_YEARS + 1), as_at.year + 1)]
        if by == YEAR
        else _runs(as_at, 1)
    )
    rows = []
    for window in windows:
        within = [month for month in window.months if first <= month <= as_at]
        known = months.reindex(pd.DatetimeIndex(within)).dropna()
        missing = len(within) - len(known)
        partial, count = len(within) < len(window.months), float(known.sum())
        if not within:
            continue
        span = str(Window(within[0], month_end(within[-1])))
        words = f"{count:,.0f}" + (f" ({span})" if partial else "")
        if missing:
            words, count = f"{number_of(missing, 'month')} not delivered", math.nan
        rows.append(
            {
                "start": pd.Timestamp(window.start),
                "end": pd.Timestamp(window.end),
                "period": str(window.start.year) if by == YEAR else short_window(window),
                "series": name,
                "count": count,
                "words": words,
                "partial": partial,
            }
        )
    return rows


def _runs(as_at: date, months: int) -> list[Window]:
    """Return runs of so many months that end with the as-at month, the earliest first."""
    ends = [add_months(as_at, -step) for step in range(0, PANEL_MONTHS, months)]
    return [Window(add_months(end, 1 - months), month_end(end)) for end in reversed(ends)]


def _taken_apart(
    snapshot: Snapshot,
    force: str,
    measures: Sequence[Measure],
    panel: Panel,
    as_at: date,
    smallest: int,
    by: str,
) -> PanelFigures | None:
    of = tuple(measure for measure in measures if measure.key in panel.measures)
    whole = Window(add_months(as_at, 1 - PANEL_MONTHS), month_end(as_at))
    if len(of) < len(panel.measures):
        return None
    records = strand_records(snapshot, force, panel.measures, whole, smallest)
    if records.frame[panel.of].notna().sum() < FEWEST_A_PERIOD:
        return None
    scores = _of_series(records, panel)
    known, _, _ = subject_months(snapshot, force, Subject("", "", "", of))
    delivered = set(known["month"].dt.date)

    def rows_by(by: str) -> list[dict[str, object]]:
        rows = []
        for window in _runs(as_at, MONTHS_OF[by]):
            missing = [month for month in window.months if month not in delivered]
            if missing and missing[0] < min(delivered, default=as_at):
                continue
            inside = records.frame["month"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
            held = scores[inside.to_numpy()].sum()
            rows += _row_of(window, held, missing, smallest, blurred=records.kept < 1)
        return rows

    rows: list[dict[str, object]] = []
    for longer in [by] if by in MONTHS_OF else MONTHS_OF:
        if not (longer_rows := rows_by(longer)):
            break  # the data are shorter than that
        rows, period = longer_rows, longer
        if _well_shown(rows):
            break
    if not rows:
        return None
    return PanelFigures(
        panel.title,
        period,
        unit_of(of),
        pd.DataFrame(rows),
        about=records.kept < 1,
    )


def _of_series(records: StrandRecords, panel: Panel) -> pd.DataFrame:
    """Return how much of each record lies in each series: those that the panel names, else the most frequent words."""
    scores = records.scores(records.frame, panel.of)
    nothing = scores.pop(NOT_RECORDED) if NOT_RECORDED in scores else pd.Series(0.0, scores.index)
    if panel.series:
        taken = {word: _series_of(word, panel.series) for word in scores.columns}
    else:
        ordered = scores.sum().sort_values(ascending=False).index[:MOST_SERIES]
        taken = {word: capital_first(word) for word in ordered}
    names = [one.name for one in panel.series] or list(taken.values())
    grouped = {name: scores[[word for word in taken if taken[word] == name]].sum(axis=1) for name in names}
    other = scores[[word for word in scores.columns if taken.get(word) not in names]].sum(axis=1)
    if nothing.sum() >= OFTEN_NOT_RECORDED * len(scores):
        return pd.DataFrame({**grouped, capital_first(NOT_RECORDED): nothing, REST: other})
    return pd.DataFrame({**grouped, REST: other + nothing})


def _series_of(word: str, series: Sequence[Series]) -> str:
    return next(
        (one.name for one in series if any(re.search(like, word, re.IGNORECASE) for like in one.like)), REST
    )


def _well_shown(rows: Sequence[Mapping[str, object]]) -> bool:
    """Return whether most records lie in bars of a named group that are shown and large enough to be read."""
    bars = pd.DataFrame(rows, columns=["series", "count"])
    large = bars["count"][(bars["series"] != REST) & (bars["count"] >= FEWEST_A_PERIOD)]
    return bool(large.sum() >= WELL_SHOWN * bars["count"].sum())


def _row_of(
    window: Window, held: pd.Series, missing: Sequence[date], smallest: int, *, blurred: bool
) -> list[dict[str, object]]:
    numbers, few = _numbers(held, smallest, blurred=blurred)
    rows = []
    for name, about in numbers.items():
        if name == REST and about <= 0:
            continue
        hidden = name in few
        words = f"about {about:,}" if blurred else f"{about:,}"
        if missing:
            words, hidden = f"{number_of(len(missing), 'month')} not delivered", True
        elif hidden:
            words = hidden_as(smallest)
        rows.append(
            {
                "start": pd.Timestamp(window.start),
                "end": pd.Timestamp(window.end),
                "period": short_window(window),
                "series": name,
                "count": math.nan if hidden else float(about),
                "words": words,
                "partial": False,
            }
        )
    return rows


def _numbers(held: pd.Series, smallest: int, *, blurred: bool) -> tuple[dict[str, int], set[str]]:
    """Return whole numbers that add up to all records, and which of them are hidden: these are in the rest.

    Where the rest would be smaller than what may be shown, the smallest of the others that is above 0 goes into it too.
    """
    total = int(held.sum().round())
    above = held.clip(lower=0.0)  # a sum of few scores can lie below zero
    whole = whole_parts(above.to_numpy() * (total / above.sum() if total else 0.0), total)
    numbers = {str(name): int(about) for name, about in zip(held.index, whole, strict=True) if name != REST}
    few = {name for name, about in numbers.items() if (about < smallest if blurred else 0 < about < smallest)}

    def rest() -> int:
        return int(total - sum(about for name, about in numbers.items() if name not in few))

    while 0 < rest() < smallest and (left := [name for name in numbers if name not in few and numbers[name]]):
        few.add(min(left, key=numbers.__getitem__))
    return {**numbers, REST: rest()}, few


def panel_table(figures: PanelFigures) -> pd.DataFrame:
    """Return a panel as a table to read: a row for each period, the newest first, and a column for each series."""
    wide = figures.frame.pivot(index=["start", "period"], columns="series", values="words")[figures.names]
    newest_first = wide.sort_index(ascending=False).reset_index().drop(columns="start")
    return newest_first.rename(columns={"period": "Period"}).fillna("–")


def panel_alt(figures: PanelFigures) -> str:
    """Return what a panel says to those who can't see it: each series in its last period."""
    last = figures.frame[figures.frame["start"] == figures.frame["start"].max()]
    parts = [f"{small_first(row['series'])} {row['words']}" for row in last.to_dict("records")]
    return f"{figures.title}. {last['period'].iloc[0]}: {listed(parts)}."


def panel_export(figures: PanelFigures, publish: Publish, force: str) -> pd.DataFrame:
    """Return a panel as a file takes it.

    Returns:
        One row per period and series: `dataset`, `version`, `force`, `panel`, `period`, `series`, `count` (missing where hidden
        or not delivered), `words`, `unit`, `whole_period`, `source`, `note`.
    """
    frame = figures.frame
    return pd.DataFrame(
        {
            "dataset": publish.dataset,
            "version": publish.number,
            "force": force,
            "panel": figures.title,
            "period": frame["period"],
            "series": frame["series"],
            "count": frame["count"].astype("Int64"),
            "words": frame["words"],
            "unit": figures.unit,
            "whole_period": ~frame["partial"],
            "source": publish.attribution or publish.source,
            "note": file_note(publish, GROUPS_BLURRED if figures.about else ""),
        }
    )
