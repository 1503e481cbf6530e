"""What changed, by strand: the monthly strand table and the sentences that say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from vulncore.errors import UnknownNameError, first_five
from vulncore.findings.choices import Choices, choices, chosen_force, chosen_month
from vulncore.findings.headline import Headline, headline
from vulncore.findings.notes import notes
from vulncore.manifest import Publish
from vulncore.metrics.monthly_counts import monthly_counts, monthly_series, period_counts
from vulncore.metrics.strand_table import strand_table
from vulncore.periods import Window, comparison_windows
from vulncore.store import open_version
from vulncore.vocabulary import Measure, strand_name

MADE = "Made data: for demonstration, not real records"


@dataclass(frozen=True)
class Overview:
    """The strand table of one force at one month, as published in one version.

    `table` has one row per measure shown (see `vulncore.metrics.strand_table.strand_table`), `series` one
    row per measure and month known: `measure`, `month`, `count`, `provisional`.
    """

    publish: Publish
    force: str
    as_at: date
    strand: str | None
    windows: Mapping[str, Window | None]
    measures: tuple[Measure, ...]
    table: pd.DataFrame
    series: pd.DataFrame
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
    strand: str | None = None,
) -> Overview:
    """Return the strand table and what it says.

    Args:
        store: The folder of the store.
        dataset: The dataset's name.
        number: The version; the newest where none is given.
        force: The force; the only or first one where none is given.
        as_at: The month that every window ends with; the latest that every active measure has where
            none is given.
        strand: The key of the strand to show; all where none is given. Signals are judged over all
            measures before this choice.

    Raises:
        UnknownNameError: The dataset, version, force or strand does not exist.
        InvalidPeriodError: Nothing was delivered for the month.
    """
    snapshot = open_version(store, dataset, number)
    choice = choices(snapshot)
    force = chosen_force(choice, force)
    as_at = chosen_month(choice, force, as_at)
    windows = comparison_windows(as_at)
    shown = _shown(choice, strand)

    months = monthly_counts(snapshot.incidents, snapshot.coverage, force)
    counts = period_counts(snapshot.counts, snapshot.coverage, force)
    table = strand_table(months, counts, choice.measures, windows)
    table = table[table["measure"].isin({measure.key for measure in shown})].reset_index(drop=True)
    return Overview(
        publish=snapshot.publish,
        force=force,
        as_at=as_at,
        strand=strand,
        windows=windows,
        measures=shown,
        table=table,
        series=monthly_series(months, counts),
        headline=headline(table, shown),
        notes=notes(table, {measure.key: measure.name for measure in shown}, windows),
    )


def _shown(choice: Choices, strand: str | None) -> tuple[Measure, ...]:
    if strand is None:
        return choice.measures
    shown = tuple(measure for measure in choice.measures if measure.strand == strand)
    if not shown:
        keys = [known.key for known in choice.strands]
        there = f"It has {len(keys)}: {first_five(keys)}." if keys else "Its measures have no strands."
        raise UnknownNameError(
            f"Dataset '{choice.publish.dataset}' has no measure of the strand "
            f"'{strand_name(strand)[:60]}'. {there}"
        )
    return shown
