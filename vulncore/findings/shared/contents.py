"""What a published dataset contains: its forces, its months, its strands, views across them, and its measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis
import pandas as pd

from vulncore.domain.delivery import measures_in
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError, first_five
from vulncore.domain.periods import add_months, month_name, month_of, months_between
from vulncore.domain.strands.strand_list import (
    CrossView,
    StrandList,
    arranged,
    completed,
    key_now,
    name_of,
)
from vulncore.domain.vocabulary import Measure, Strand
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.words import number_of
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

ACTIVE_WITHIN_MONTHS = 12  # a measure not delivered for longer no longer holds back the as-at month


@dataclass(frozen=True)
class DatasetContents:
    """What can be chosen from a version. `months` are the as-at months of each force, newest first."""

    publish: Publish
    measures: tuple[Measure, ...]
    months: Mapping[str, tuple[date, ...]]
    default_month: Mapping[str, date]

    @property
    def forces(self) -> tuple[str, ...]:
        """The forces delivered, in alphabetical order."""
        return tuple(sorted(self.months))

    @cached_property
    def strand_list(self) -> StrandList:
        """The dataset's own list of strands as of this version, or the one that ships, with every strand of its measures."""
        return completed(self.publish.strand_list, self.measures)

    @cached_property
    def strands(self) -> tuple[Strand, ...]:
        """The strands of which the dataset has a measure, in the order of its list."""
        used = {measure.strand for measure in self.measures}
        return tuple(strand for strand in self.strand_list.strands if strand.key in used)

    @cached_property
    def views(self) -> tuple[CrossView, ...]:
        """The views across strands of which the dataset has at least two measures, in the order of its list."""
        return tuple(view for view in self.strand_list.views if len(self.measures_of(view.key)) > 1)

    def measures_of(self, key: str) -> tuple[Measure, ...]:
        """Return the measures of a strand or of a view across strands, by its key; none where there is no such thing."""
        key = key_now(self.strand_list, key)
        across = next((view.measures for view in self.strand_list.views if view.key == key), ())
        return tuple(one for one in self.measures if one.key in across or (one.strand == key and not across))

    def name_of(self, key: str) -> str:
        """Return what a strand or a view across strands is called, by its key."""
        return name_of(self.strand_list, key)

    def note_on(self, key: str) -> str:
        """Return what a reader of a view across strands has to know: how it counts, of what, and what the dataset lacks of it."""
        view = next(view for view in self.views if view.key == key)
        there, whole = len(self.measures_of(key)), len(view.measures)
        lacking = f"This dataset has {there} of its {whole} measures." if there < whole else ""
        by_record = self.publish.table_rows.get("incidents")
        once = (
            "Each record is counted once."
            if by_record
            else "Totals are added up, so a record of two measures counts twice."
        )
        return " ".join(filter(None, [once, lacking, view.about]))


@once_a_version(MANY)
def dataset_contents(snapshot: Snapshot) -> DatasetContents:
    """Return the forces, months, strands and measures of a published version."""
    delivered = _delivered(snapshot)
    by_force = delivered.drop_duplicates(["force", "month"]).groupby("force")["month"]
    return DatasetContents(
        publish=snapshot.publish,
        measures=listed_measures(snapshot),
        months={
            str(force): tuple(_first_day(month) for month in sorted(months, reverse=True))
            for force, months in by_force
        },
        default_month={str(force): _first_day(month) for force, month in _latest_for_all(delivered).items()},
    )


def listed_measures(snapshot: Snapshot) -> tuple[Measure, ...]:
    """Return the measures of a version in their order, with the strands and the names that its list of strands gives them."""
    return arranged(snapshot.publish.strand_list, measures_in(snapshot.measures.to_pyarrow()))


def force_or_first(contents: DatasetContents, force: str | None) -> str:
    """Return a force by its name in any letter case; the only or first force where no name is given.

    Raises:
        UnknownNameError: The dataset has no such force.
    """
    if force is None:
        return contents.forces[0]
    for name in contents.forces:
        if name.casefold() == force.strip().casefold():
            return name
    raise UnknownNameError(
        f"Dataset '{contents.publish.dataset}' has no force called '{force[:60]}'. "
        f"It has {number_of(len(contents.forces), 'force')}: {first_five(contents.forces)}."
    )


def as_at_or_latest(contents: DatasetContents, force: str, as_at: date | None) -> date:
    """Return the as-at month; where none is given, the latest that every active measure has.

    Where the active measures have no month in common, it is the newest month of any.

    Raises:
        InvalidPeriodError: Nothing was delivered for that month.
    """
    if as_at is None:
        return contents.default_month[force]
    months = contents.months[force]
    if month_of(as_at) in months:
        return month_of(as_at)
    every = (add_months(months[-1], step) for step in range(months_between(months[-1], months[0])))
    gaps = [month for month in every if month not in months]
    if len(gaps) > len(months):  # totals of quarters or years: the months within are not missing
        raise InvalidPeriodError(
            f"No figure of {force} ends with {month_name(as_at)}. Choose a month with which figures end: "
            f"{first_five(month_name(month) for month in months)}."
        )
    raise InvalidPeriodError(
        f"{month_name(as_at)} was not delivered for {force}. "
        f"Choose a month from {month_name(months[-1])} to {month_name(months[0])}"
        + (f", except {first_five(month_name(gap) for gap in gaps)}." if gaps else ".")
    )


def _delivered(snapshot: Snapshot) -> pd.DataFrame:
    """Return one row per force, measure and month (how many since the year 0) in which a window can end."""
    by_record = snapshot.coverage.filter(snapshot.coverage.table == "incidents")
    covered = by_record.select("force", "measure", day="month")
    days = ibis.union(covered, snapshot.counts.select("force", "measure", day="period_end"))
    rows: pd.DataFrame = (
        days.select("force", "measure", month=12 * days.day.year() + days.day.month() - 1)
        .distinct()
        .to_pandas()
    )
    return rows


def _latest_for_all(delivered: pd.DataFrame) -> pd.Series:
    """Return by force the latest month that every active measure has; the newest of any where they have none in common."""
    newest = delivered.groupby("force")["month"].max()
    last = delivered.groupby(["force", "measure"])["month"].transform("max")
    active = delivered[delivered["force"].map(newest) - last < ACTIVE_WITHIN_MONTHS]
    measures = active.groupby("force")["measure"].nunique()
    having = active.groupby(["force", "month"]).size().reset_index(name="measures")
    shared = having[having["measures"] == having["force"].map(measures)]
    return shared.groupby("force")["month"].max().reindex(newest.index).fillna(newest).astype(int)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
