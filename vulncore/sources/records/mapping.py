"""What the columns and codes of an extract mean: the mapping that a force keeps beside its extract, and whether it holds together."""

import math
import re
from collections.abc import Collection
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict

from vulncore.domain.errors import InvalidMappingError, first_five
from vulncore.domain.measures import known_measures
from vulncore.domain.periods import add_months, month_name, months_between
from vulncore.domain.places.written import PlaceUnit, Reading, fits
from vulncore.domain.vocabulary import Flow, Measure, Polarity
from vulncore.domain.words import agree, number_of
from vulncore.sources.extract.record import TEXT_MARKS, without_invisible
from vulncore.sources.kinds import Holds
from vulncore.sources.records.moments import DateOrder

TEXT_COLUMNS: Final = (
    *("offence", "place", "location_type", "victim_residency", "hate_strand", "risk_level", "allocated_to"),
    "outcome",
)
"""Columns of the incidents table that are taken over as they are written."""

ONE_COLUMN: Final = (
    *("record_id", "recorded_on", "longitude", "latitude", "easting", "northing", "grid_reference"),
    *("victim_key", "outcome_on", "no_crimed_on", "count", "period_from", "period_to"),
    *TEXT_COLUMNS,
)
"""What one column of an extract can be."""

DATES: Final = ("recorded_on", "period_from", "period_to", "outcome_on", "no_crimed_on")
DEGREES: Final = ("longitude", "latitude")
GRID: Final = ("easting", "northing")

MOMENTS: Final = ("occurred_from", "occurred_to")
"""What one column or two can be: a moment, or a date with a time or an hour."""

COLUMN_LABELS: Final = {
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
    "count": "How many records a row stands for",
    "period_from": "First month of a row's period",
    "period_to": "Last month of a row's period",
}
"""The names on screen of all that a column can be."""

MOST_STAND_INS: Final = 100
"""Points, and times, that may stand for none: more is a list of places, not of what a form fills in."""

IN_A_FILE: Final = ConfigDict(extra="forbid")
"""Of parts that a file holds as they are: pydantic checks them where they are read, and nothing where code makes them."""


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


@dataclass(frozen=True)
class Moment:
    """Where a moment stands: in one column (`at`), or a date with a `time` or the number of its `hour`."""

    __pydantic_config__ = IN_A_FILE
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

    __pydantic_config__ = IN_A_FILE
    column: str = ""
    codes: Table[str, Annotated[tuple[str, ...], BeforeValidator(_several)]] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    separator: str = ""


@dataclass(frozen=True)
class LeaveOut:
    """A column, and its values that take a row out, whatever else the row holds: a status such as "No crime"."""

    __pydantic_config__ = IN_A_FILE
    column: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """How an extract is read: `vulncore.sources.records.mapping_file` writes and reads it as TOML.

    `source` names the extract among those of its dataset: publishing it again replaces its months and nobody
    else's. `first` and `last` are the months that it covers, delivered-and-zero included: they are declared,
    never taken from its rows. `measures` are those that neither the report nor a public source has.
    `leave_out` says which rows are out whatever they hold, `every_record` the key of a measure towards which each record counts.
    `holds` says whether the extract is of whole months, or of what was created or changed: then records of months before are updated.
    Where nobody said it, it is taken for whole months unless a record shows otherwise.
    `no_place` are points that stand for no place: longitude and latitude, or easting and northing; 0, 0 is that of either.
    `no_time` are times of day that stand for no time, to the minute.
    `places_in` is the unit of the numbers of a place, where that isn't metres of the British grid, or degrees.
    `not_swapped` are columns of dates that are right though they look as if some had day and month swapped.
    `not_read` are the headings that the extract had beside those that are read, None where nobody knows: any other is new to a later file.
    `questions` are those that a draft leaves open: nothing is published before they are answered and gone.
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
    no_place: tuple[tuple[float, float], ...] = ()
    no_time: tuple[time, ...] = ()
    not_read: tuple[str, ...] | None = None
    questions: tuple[str, ...] = ()
    leave_out: tuple[LeaveOut, ...] = ()
    every_record: str = ""
    holds: Holds | None = None
    places_in: PlaceUnit | None = None
    not_swapped: tuple[str, ...] = ()

    @property
    def months(self) -> tuple[date, ...]:
        """Every month that is covered, in order."""
        if self.first is None or self.last is None:
            return ()
        return tuple(
            add_months(self.first, step) for step in range(months_between(self.first, self.last) + 1)
        )

    @property
    def period(self) -> str:
        """The months that are covered, in words; "" where none is."""
        months = self.months
        return " to ".join(dict.fromkeys(map(month_name, (*months[:1], *months[-1:]))))

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column of the extract that is read; no other is kept."""
        named = [
            *self.columns.values(),
            *self.occurred_from.columns,
            *self.occurred_to.columns,
            *(coding.column for coding in self.counts),
            *(out.column for out in self.leave_out),
        ]
        return tuple(dict.fromkeys(named))

    @property
    def counted(self) -> tuple[str, ...]:
        """The keys of the measures that records can count towards."""
        keys = [key for coding in self.counts for names in coding.codes.values() for key in names]
        return tuple(dict.fromkeys([self.every_record, *keys] if self.every_record else keys))

    @property
    def dates(self) -> tuple[str, ...]:
        """Every column of dates that is read."""
        named = [self.columns[ours] for ours in DATES if ours in self.columns]
        return tuple(dict.fromkeys([*named, *self.happened_on]))

    @property
    def happened_on(self) -> tuple[str, ...]:
        """The columns of the dates when records happened."""
        days = [where.at or where.date for where in (self.occurred_from, self.occurred_to)]
        return tuple(dict.fromkeys(day for day in days if day))

    @property
    def reading(self) -> Reading | None:
        """How the two columns of a place are read; None where there are none."""
        is_grid = "easting" in self.columns
        return Reading(is_grid, self.places_in) if is_grid or "longitude" in self.columns else None

    @property
    def ends_next_day(self) -> bool:
        """Whether the end has a time of its own and only the beginning's date: where it is earlier, it is on the next day."""
        start, end = self.occurred_from, self.occurred_to
        return bool(end.time or end.hour) and end.date == (start.at or start.date)

    @property
    def dated_by(self) -> str:
        """The column that says in which month a row counts, or in which its period begins; "" where none does."""
        return self.columns.get("recorded_on") or self.columns.get("period_from", "")


def as_read(mapping: Mapping) -> Mapping:
    """Return a mapping as extracts are read: their headings and codes without what nobody sees, codes without an apostrophe before them."""

    def name(text: str) -> str:
        return without_invisible(text)

    def codes(texts: Collection[str]) -> dict[str, str]:
        bare = {code: name(code).lstrip(TEXT_MARKS).strip() or code for code in texts}
        return {other: code for code in texts for other in (bare[code], name(code))}

    def moment(where: Moment) -> Moment:
        return Moment(name(where.at), name(where.date), name(where.time), name(where.hour))

    counts = [
        replace(
            coding,
            column=name(coding.column),
            codes={
                **{other: coding.codes[code] for other, code in codes(coding.codes).items()},
                **coding.codes,
            },
            leave_out=tuple(dict.fromkeys([*coding.leave_out, *codes(coding.leave_out)])),
        )
        for coding in mapping.counts
    ]
    return replace(
        mapping,
        counts=tuple(counts),
        columns={ours: name(theirs) for ours, theirs in mapping.columns.items()},
        occurred_from=moment(mapping.occurred_from),
        occurred_to=moment(mapping.occurred_to),
        leave_out=tuple(replace(out, column=name(out.column)) for out in mapping.leave_out),
        not_read=None if mapping.not_read is None else tuple(map(name, mapping.not_read)),
        not_swapped=tuple(map(name, mapping.not_swapped)),
    )


def with_reading(mapping: Mapping, reading: Reading) -> Mapping:
    """Return a mapping whose two columns of a place are read another way."""
    before = GRID if "easting" in mapping.columns else DEGREES
    one, other = (mapping.columns[ours] for ours in before)
    columns = {ours: name for ours, name in mapping.columns.items() if ours not in before}
    named = dict(
        zip(
            GRID if reading.is_grid else DEGREES,
            (other, one) if reading.swapped else (one, other),
            strict=True,
        )
    )
    return replace(mapping, columns=columns | named, places_in=reading.unit)


def mapped_measure(key: str, name: str, order: int, says: str = "") -> Measure:
    """Return a measure that a mapping describes: crimes, in no strand, called as the extract says, until it says otherwise."""
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


def split_cell(cell: str, separator: str) -> list[str]:
    """Return the values in a cell, which several may share where a separator stands between them.

    >>> split_cell("Rape; Hate crime;", ";"), split_cell("Rape; Hate crime", "")
    (['Rape', 'Hate crime'], ['Rape; Hate crime'])
    """
    parts = cell.split(separator) if separator else [cell]
    return [part.strip() for part in parts if part.strip()]


def checked_mapping(mapping: Mapping) -> Mapping:
    """Return the mapping if it holds together, whatever its extract.

    Raises:
        InvalidMappingError: A question is open, or something is missing or contradicts something else.
    """
    if mapping.questions:
        count = len(mapping.questions)
        raise InvalidMappingError(
            f"{number_of(count, 'question')} of the draft {agree(count, 'is', 'are')} open. {' '.join(mapping.questions[:5])} "
            f"Answer {agree(count, 'it', 'them')} in the mapping, and delete {agree(count, 'it', 'them')} from `questions`."
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", mapping.source, re.ASCII):
        raise InvalidMappingError(
            f"'{mapping.source[:40]}' can't name the source. Use up to 40 small letters, digits and hyphens."
        )
    force = mapping.force
    if not force.strip() or len(force) > 80 or not force.isprintable():
        raise InvalidMappingError("The force has no name (`force`). Write up to 80 letters.")
    _check_count(mapping)
    if not mapping.dated_by:
        raise InvalidMappingError(
            "No column is the date recorded (`recorded_on`), which every figure needs. Name the column under [columns]."
        )
    if not mapping.counted:
        raise InvalidMappingError(
            "No code counts towards a measure. Add a [[counts]] with the column and its codes."
        )
    if mapping.holds is Holds.CHANGES and ("record_id" not in mapping.columns or "count" in mapping.columns):
        raise InvalidMappingError(
            "An extract of what was created or changed needs a reference of each record (`record_id`). Name its column."
        )
    _check_places(mapping)
    _check_measures(mapping)
    if mapping.first and mapping.last and mapping.first > mapping.last:
        raise InvalidMappingError("The first month of [coverage] is after the last. Correct the months.")
    if len(mapping.months) > 1_200:
        raise InvalidMappingError("[coverage] spans over a hundred years. Correct the months.")
    if not 0 <= mapping.most_rejected_percent <= 100:
        raise InvalidMappingError("`most_rejected_percent` is not between 0 and 100. Correct the number.")
    return mapping


def _check_count(mapping: Mapping) -> None:
    periods = mapping.columns.keys() & {"period_from", "period_to"}
    if len(periods) == 1 or (periods and "recorded_on" in mapping.columns):
        raise InvalidMappingError(
            "A period needs both period_from and period_to, and no recorded_on beside them. Correct the columns."
        )
    if periods and "count" not in mapping.columns:
        raise InvalidMappingError(
            "Periods are for tables of counts alone. Name the column of the counts (`count`), or take the periods out."
        )
    empty = [out for out in mapping.leave_out if not (out.column and out.values)]
    if empty:
        raise InvalidMappingError(
            f"{len(empty)} [[leave_out]] {agree(len(empty), 'has', 'have')} no column or no values. Add both, or take it out."
        )


def _check_places(mapping: Mapping) -> None:
    for one, other in (DEGREES, GRID):
        if (one in mapping.columns) != (other in mapping.columns):
            raise InvalidMappingError(f"A place needs both {one} and {other}. Name the other column too.")
    ways = [name for name in ("longitude", "easting", "grid_reference") if name in mapping.columns]
    if len(ways) > 1:
        raise InvalidMappingError(
            f"The place is given in {len(ways)} ways ({first_five(ways)}). Keep the best way."
        )
    unit, way = mapping.places_in, mapping.reading
    if unit and (way is None or not fits(unit, is_grid=way.is_grid)):
        raise InvalidMappingError(
            f"The places are not given as numbers in {unit} (`places_in`). Choose a unit of the columns, or take it out."
        )
    beyond = [point for point in mapping.no_place if not all(abs(number) < math.inf for number in point)]
    if beyond:
        raise InvalidMappingError(f"{len(beyond)} points of `no_place` are no numbers. Correct the points.")
    for name, stand_ins in (("no_place", mapping.no_place), ("no_time", mapping.no_time)):
        if len(stand_ins) > MOST_STAND_INS:
            raise InvalidMappingError(
                f"`{name}` has {len(stand_ins):,} entries. Keep the {MOST_STAND_INS} that most records have."
            )


def _check_measures(mapping: Mapping) -> None:
    columns = [coding.column for coding in mapping.counts]
    if "" in columns or len(set(columns)) < len(columns):
        raise InvalidMappingError(
            "A [[counts]] has no column, or the same column as another. Correct the columns."
        )
    described = [measure.key for measure in mapping.measures]
    known = {measure.key for measure in known_measures()}
    names = [measure.name.casefold() for measure in (*known_measures(), *mapping.measures)]
    twice = {key for key in described if described.count(key) > 1 or key in known}
    alike = {measure.name for measure in mapping.measures if names.count(measure.name.casefold()) > 1}
    key_known = "Use a key that `vulncore measures` lists, or describe the measure in a [[measure]]."
    faults = [
        (twice, "keys of [[measure]] are taken", "Choose other keys."),
        (alike, "names of [[measure]] are taken", "Choose other names."),
        (set(mapping.counted) - known - set(described), "measures are not known", key_known),
    ]
    for coding in mapping.counts:
        what = f"codes of {coding.column[:40]} are both counted and left out"
        faults.append((set(coding.codes) & set(coding.leave_out), what, "Keep one of the two."))
    for wrong, what, advice in faults:
        if wrong:
            raise InvalidMappingError(f"{len(wrong)} {what}: {first_five(sorted(wrong))}. {advice}")


def check_columns(mapping: Mapping, columns: Collection[str], name: str) -> None:
    """Refuse a mapping that reads columns which an extract does not have.

    Raises:
        InvalidMappingError: Columns are absent.
    """
    absent = [column for column in mapping.wanted if column not in columns]
    if absent:
        raise InvalidMappingError(
            f"{len(absent)} columns that the mapping reads are not in {name}: {first_five(absent)}. "
            f"The extract has {len(columns)}: {first_five(columns)}. Correct the mapping, or give the line of the heading."
        )
