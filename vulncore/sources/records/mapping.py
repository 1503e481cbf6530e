"""What the columns and codes of an extract mean: the mapping that a force keeps beside its extract."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from vulncore.domain.periods import add_months, months_between
from vulncore.domain.vocabulary import Flow, Measure, Polarity
from vulncore.sources.records.moments import DateOrder

TEXT_COLUMNS: Final = (
    "offence",
    "place",
    "location_type",
    "victim_residency",
    "hate_strand",
    "risk_level",
    "allocated_to",
    "outcome",
)
"""Columns of the incidents table that are taken over as they are written."""

ONE_COLUMN: Final = (
    "record_id",
    "recorded_on",
    "longitude",
    "latitude",
    "easting",
    "northing",
    "grid_reference",
    "victim_key",
    "outcome_on",
    "no_crimed_on",
    *TEXT_COLUMNS,
)
"""What one column of an extract can be."""

MOMENTS: Final = ("occurred_from", "occurred_to")
"""What one column or two can be: a moment, or a date with a time or an hour."""

WHAT_IT_IS: Final = {
    "record_id": "Reference of the record",
    "recorded_on": "Date recorded",
    "occurred_from": "Happened from",
    "occurred_to": "Happened to",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "easting": "Easting (British National Grid)",
    "northing": "Northing (British National Grid)",
    "grid_reference": "Grid reference (like TQ 326 812)",
    "place": "Street or venue",
    "location_type": "Type of location",
    "offence": "Offence in words",
    "victim_key": "Reference of the victim (kept as a pseudonym)",
    "victim_residency": "Where the victim lives (resident or not)",
    "hate_strand": "Hate crime strand",
    "risk_level": "Risk level",
    "allocated_to": "Allocated to",
    "outcome": "Outcome",
    "outcome_on": "Date of the outcome",
    "no_crimed_on": "Date no-crimed (the record no longer counts)",
}
"""The names on screen of all that a column can be."""


@dataclass(frozen=True)
class Moment:
    """Where a moment stands: in one column (`at`), or a date with a `time` or the number of its `hour`."""

    at: str = ""
    date: str = ""
    time: str = ""
    hour: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is read from."""
        return tuple(name for name in (self.at, self.date, self.time, self.hour) if name)


@dataclass(frozen=True)
class Coding:
    """A column whose values say what a record counts towards.

    A value of `codes` counts towards every measure that it names, one of `leave_out` towards none; any
    other is a code that nobody has explained, and its rows are rejected. A `separator` stands between several
    values of one cell. An empty cell says nothing.
    """

    column: str
    codes: Table[str, tuple[str, ...]]
    leave_out: tuple[str, ...] = ()
    separator: str = ""


@dataclass(frozen=True)
class Mapping:
    """How an extract is read: `vulncore.sources.records.mapping_file` writes and reads it as TOML.

    `source` names the extract among those of its dataset: publishing it again replaces its months and nobody
    else's. `first` and `last` are the months that it covers, delivered-and-zero included: they are declared,
    never taken from its rows. `measures` are those that neither the report nor a public source has.
    """

    source: str
    force: str
    counts: tuple[Coding, ...]
    columns: Table[str, str]
    first: date | None = None
    last: date | None = None
    date_order: DateOrder = DateOrder.DAY_FIRST
    occurred_from: Moment = field(default_factory=Moment)
    occurred_to: Moment = field(default_factory=Moment)
    measures: tuple[Measure, ...] = ()
    sheet: str = ""
    heading: tuple[int, int] | None = None
    most_rejected_percent: float = 5.0

    @property
    def months(self) -> tuple[date, ...]:
        """Every month that is covered, in order."""
        if self.first is None or self.last is None:
            return ()
        return tuple(
            add_months(self.first, step) for step in range(months_between(self.first, self.last) + 1)
        )

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column of the extract that is read; no other is kept."""
        named = [
            *self.columns.values(),
            *self.occurred_from.columns,
            *self.occurred_to.columns,
            *(coding.column for coding in self.counts),
        ]
        return tuple(dict.fromkeys(named))

    @property
    def counted(self) -> tuple[str, ...]:
        """The keys of the measures that records can count towards."""
        keys = (key for coding in self.counts for names in coding.codes.values() for key in names)
        return tuple(dict.fromkeys(keys))


def measure_of_its_own(key: str, name: str, order: int, says: str = "") -> Measure:
    """Return a measure that a mapping describes: crimes, in no strand, until it says otherwise.

    Args:
        key: Its key.
        name: Its name, on screen and in print.
        order: Its place in a table.
        says: What the extract calls its records; the name, unless given.
    """
    return Measure(
        key=key,
        label=name,
        name=name,
        group="",
        strand="",
        order=order,
        record_kind="crime",
        unit="records",
        flow=Flow.FLOW,
        polarity=Polarity.HARM,
        serious=False,
        definition=f"Records that the force's extract calls {says or name}.",
        definition_source="the mapping of the force's extract",
    )


def parts_of(cell: str, separator: str) -> list[str]:
    """Return the values in a cell, which several may share where a separator stands between them.

    >>> parts_of("Rape; Hate crime;", ";"), parts_of("Rape; Hate crime", "")
    (['Rape', 'Hate crime'], ['Rape; Hate crime'])
    """
    parts = cell.split(separator) if separator else [cell]
    return [part.strip() for part in parts if part.strip()]
