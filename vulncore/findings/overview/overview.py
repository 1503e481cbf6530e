"""What changed, by strand: the strand table of a force at a month, its headline, its notes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.periods import (
    BASELINE_FINANCIAL_YEAR,
    Window,
    comparison_windows,
    financial_year_name,
    month_name,
)
from vulncore.domain.strands.strand_list import key_now, name_of
from vulncore.domain.vocabulary import Measure
from vulncore.findings.overview.sentences import headline, overview_briefing
from vulncore.findings.shared.annotations import annotation_notes, annotations_of, series_breaks
from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
from vulncore.findings.shared.headline import Briefing, Headline
from vulncore.findings.shared.subject import counts_of
from vulncore.findings.shared.words import agree, number_of
from vulncore.metrics.strands.counts import monthly_series
from vulncore.metrics.strands.table import strand_table
from vulncore.store import open_version
from vulncore.store.manifest import Publish

WINDOW_WORDS = {
    "fytd_current": "This financial year to date",
    "fytd_previous": "The same months last year",
    "fytd_baseline": f"The {financial_year_name(BASELINE_FINANCIAL_YEAR)} baseline",
    "rolling12_current": "The last twelve months",
    "rolling12_previous": "The twelve months before",
}


@dataclass(frozen=True)
class Overview:
    """The strand table of one force at one month, as published in one version.

    `table` has one row per measure shown (see `vulncore.metrics.strands.table.strand_table`), `series` one
    row per measure and month known: `measure`, `month`, `count`, `provisional`; `annotations` what people wrote.
    """

    publish: Publish
    force: str
    as_at: date
    windows: Mapping[str, Window | None]
    measures: tuple[Measure, ...]
    table: pd.DataFrame
    series: pd.DataFrame
    annotations: pd.DataFrame

    @property
    def question(self) -> str:
        """Which force, and which months are set against which."""
        current, previous = self.windows["fytd_current"], self.windows["fytd_previous"]
        return f"{self.force}: {current} against {previous}"

    @cached_property
    def briefing(self) -> Briefing:
        """What the page opens with."""
        return overview_briefing(self.table, self.measures)

    @cached_property
    def headline(self) -> tuple[Headline, ...]:
        """The headline, line by line."""
        return headline(self.table, self.measures)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each window that is not whole, for months that may still change, and for what people wrote."""
        applying = {name: window for name, window in self.windows.items() if window}
        names = {measure.key: measure.name for measure in self.measures}
        baseline = (
            f"The {financial_year_name(BASELINE_FINANCIAL_YEAR)} baseline is not before the financial year shown, "
            "so nothing is compared with the baseline."
        )
        sentences = [] if "fytd_baseline" in applying else [baseline]
        noted: set[Window] = set()
        for name, window in applying.items():
            short = self.table[self.table[name].isna()]
            if window not in noted and len(short):
                noted.add(window)
                these = f" for {first_five(short['measure'].map(names))}"
                whose = "" if len(short) == len(self.table) else these
                sentences.append(_incomplete(short, self.series, name, window, whose))
        starts, ends = zip(*((window.start, window.end) for window in applying.values()), strict=True)
        written = annotation_notes(self.annotations, self.measures, Window(min(starts), max(ends)))
        changing = _provisional(self.table, self.series, applying["rolling12_current"])
        return tuple(filter(None, (*sentences, changing, *written)))


def overview(
    store: Path, dataset: str, number: int | None = None, force: str | None = None, as_at: date | None = None
) -> Overview:
    """Return the strand table of every measure of a force, every window of which ends with the as-at month.

    Where none is given, the version is the newest, the force the only or first one, and the month the latest that every active
    measure has.

    Raises:
        UnknownNameError: The dataset, version or force does not exist.
        InvalidPeriodError: Nothing was delivered for the month.
        DamagedStoreError: A file of the version is damaged or gone.
    """
    contents = dataset_contents(open_version(store, dataset, number, forces=()))
    force = force_or_first(contents, force)
    snapshot = open_version(store, dataset, contents.publish.number, forces=(force,))
    as_at = as_at_or_latest(contents, force, as_at)
    windows = comparison_windows(as_at)
    months, counts = counts_of(snapshot, force)
    annotations = annotations_of(snapshot, force)
    breaks = series_breaks(annotations, contents.measures)
    return Overview(
        publish=snapshot.publish,
        force=force,
        as_at=as_at,
        windows=windows,
        measures=contents.measures,
        table=strand_table(months, counts, contents.measures, windows, breaks),
        series=monthly_series(months, counts),
        annotations=annotations,
    )


def narrowed(overview: Overview, strand: str | None) -> Overview:
    """Return the overview of one strand, or of one view across strands: its rows, its headline and its notes.

    Signals stay as they were judged, over all measures. A strand of None leaves the overview as it is.

    Raises:
        UnknownNameError: The dataset has no measure of the strand or the view.
    """
    if strand is None:
        return overview
    listed = overview.publish.strand_list
    key = key_now(listed, strand)
    across = next((view.measures for view in listed.views if view.key == key), None)
    shown = tuple(
        one for one in overview.measures if (one.strand == key if across is None else one.key in across)
    )
    if not shown:
        keys = sorted({measure.strand for measure in overview.measures if measure.strand})
        these = f"{number_of(len(keys), 'strand')}: {first_five(keys)}" if keys else "no strands"
        raise UnknownNameError(
            f"Dataset '{overview.publish.dataset}' has no measure of the strand "
            f"'{name_of(listed, strand)[:60]}'. Its measures have {these}."
        )
    table = overview.table[overview.table["measure"].isin({measure.key for measure in shown})]
    return replace(overview, measures=shown, table=table.reset_index(drop=True))


def _incomplete(short: pd.DataFrame, series: pd.DataFrame, name: str, window: Window, whose: str) -> str:
    whole, known = len(window.months), sorted(set(short[f"{name}_months"]))
    extent = f"{known[0]}" if len(known) == 1 else f"{known[0]} to {known[-1]}"
    gaps = _gaps_of_all(short, series, window)
    every = "all " if len(known) > 1 else ""
    without = f", {every}without {first_five(gaps)}" if 0 < len(gaps) < whole else ""
    return (
        f"{WINDOW_WORDS[name]} ({window}): {extent} of {number_of(whole, 'month')} delivered"
        f"{without}{whose}. The period is not compared."
    )


def _gaps_of_all(short: pd.DataFrame, series: pd.DataFrame, window: Window) -> tuple[str, ...]:
    """Return the months of a window that all measures miss; none where as many are missing of each, but not the same."""
    known = {str(key): set(rows["month"].dt.date) for key, rows in series.groupby("measure")}
    missed = {frozenset(window.months) - known.get(key, set()) for key in short["measure"]}
    if len(missed) > 1 and len(set(map(len, missed))) == 1:
        return ()
    return tuple(month_name(month) for month in sorted(frozenset.intersection(*missed)))


def _provisional(table: pd.DataFrame, series: pd.DataFrame, year: Window) -> str:
    flagged = series[series["provisional"].eq(True) & series["measure"].isin(table["measure"])]
    named = sorted(set(flagged["month"].dt.date) & set(year.months))
    count = int(table["rolling12_current_provisional"].max())
    if count > len(named):  # a total over several months is provisional without months of its own
        which = f"{count} of the last twelve months {agree(count, 'is', 'are')}"
    elif named:
        which = f"{first_five(month_name(month) for month in named)} {agree(len(named), 'is', 'are')}"
    else:
        return ""
    return f"{which} provisional: figures can still change as records are reclassified."
