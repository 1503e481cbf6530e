"""What changed, by strand: the monthly strand table and the sentences that say it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.periods import Window, comparison_windows
from vulncore.domain.vocabulary import Measure, strand_name
from vulncore.findings.overview.notes import notes
from vulncore.findings.overview.sentences import Headline, headline
from vulncore.findings.shared.annotations import annotation_notes, annotations_of, series_breaks
from vulncore.findings.shared.choices import choices, chosen_force, chosen_month
from vulncore.metrics.strands.counts import monthly_counts, monthly_series, period_counts
from vulncore.metrics.strands.table import strand_table
from vulncore.store import open_version
from vulncore.store.manifest import Publish

MADE = "Made data: for demonstration, not real records"


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
    headline: tuple[Headline, ...]
    notes: tuple[str, ...]

    @property
    def question(self) -> str:
        """Which force, and which months are set against which."""
        current, previous = self.windows["fytd_current"], self.windows["fytd_previous"]
        return f"{self.force}: {current} against {previous}"


def overview(
    store: Path,
    dataset: str,
    number: int | None = None,
    force: str | None = None,
    as_at: date | None = None,
) -> Overview:
    """Return the strand table of every measure, and what it says.

    Args:
        store: The folder of the store.
        dataset: The dataset's name.
        number: The version; the newest where none is given.
        force: The force; the only or first one where none is given.
        as_at: The month that every window ends with; the latest that every active measure has where
            none is given.

    Raises:
        UnknownNameError: The dataset, version or force does not exist.
        InvalidPeriodError: Nothing was delivered for the month.
        DamagedStoreError: A file of the version is damaged or gone.
    """
    snapshot = open_version(store, dataset, number)
    choice = choices(snapshot)
    force = chosen_force(choice, force)
    as_at = chosen_month(choice, force, as_at)
    windows = comparison_windows(as_at)

    months = monthly_counts(snapshot.incidents, snapshot.coverage, force)
    counts = period_counts(snapshot.counts, snapshot.coverage, force)
    annotations = annotations_of(snapshot, force)
    breaks = series_breaks(annotations, choice.measures)
    table = strand_table(months, counts, choice.measures, windows, breaks)
    series = monthly_series(months, counts)
    return Overview(
        publish=snapshot.publish,
        force=force,
        as_at=as_at,
        windows=windows,
        measures=choice.measures,
        table=table,
        series=series,
        annotations=annotations,
        headline=headline(table, choice.measures),
        notes=notes(table, series, choice.measures, windows)
        + annotation_notes(annotations, choice.measures, _time_shown(windows)),
    )


def narrowed(found: Overview, strand: str | None) -> Overview:
    """Return the overview of one strand: its rows, what they say and what they miss.

    Signals stay as they were judged, over all measures.

    Args:
        found: The overview of every measure.
        strand: The strand's key; None leaves the overview as it is.

    Raises:
        UnknownNameError: The dataset has no measure of the strand.
    """
    if strand is None:
        return found
    shown = tuple(measure for measure in found.measures if measure.strand == strand)
    if not shown:
        keys = sorted({measure.strand for measure in found.measures if measure.strand})
        there = f"It has {len(keys)}: {first_five(keys)}." if keys else "Its measures have no strands."
        raise UnknownNameError(
            f"Dataset '{found.publish.dataset}' has no measure of the strand "
            f"'{strand_name(strand)[:60]}'. {there}"
        )
    table = found.table[found.table["measure"].isin({measure.key for measure in shown})]
    table = table.reset_index(drop=True)
    return replace(
        found,
        measures=shown,
        table=table,
        headline=headline(table, shown),
        notes=notes(table, found.series, shown, found.windows)
        + annotation_notes(found.annotations, shown, _time_shown(found.windows)),
    )


def _time_shown(windows: Mapping[str, Window | None]) -> Window:
    there = [window for window in windows.values() if window]
    return Window(min(window.start for window in there), max(window.end for window in there))
