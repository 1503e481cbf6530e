"""Remedies: what puts right what a finding is about, as a change of the mapping or as notes on the data.

A remedy is a description. `remedied` and `remedy_notes` carry it out; the rest says it in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import product

from vulncore.domain.errors import first_five
from vulncore.domain.periods import month_name
from vulncore.domain.places.written import Reading
from vulncore.domain.words import agree, listed
from vulncore.sources.records.mapping import Mapping, with_reading
from vulncore.sources.records.mapping_file import setting_line
from vulncore.sources.records.moments import DateOrder
from vulncore.store.notes import NoteKind

MOST_CODES_NAMED = 2  # on a button
MOST_NOTES = 60  # nobody reads on, and a dataset with so many gaps needs another delivery


@dataclass(frozen=True)
class PointsAsNoPlace:
    """Points stand for no place, in longitude and latitude; 0, 0 is that of the British grid, too."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class TimesAsNoTime:
    """Times of day stand for no time."""

    times: tuple[time, ...]


@dataclass(frozen=True)
class DegreesSwapped:
    """The columns of longitude and latitude change places."""


@dataclass(frozen=True)
class PlacesReadOtherwise:
    """The columns of easting and northing are read another way: in each other's place, in a unit, or as degrees."""

    reading: Reading


@dataclass(frozen=True)
class DatesReadOtherwise:
    """Dates are read month first where they were read day first, and the other way round."""


@dataclass(frozen=True)
class CodesCounted:
    """Codes of a column that the mapping doesn't have count towards measures: code by code, the measure's key."""

    column: str
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class NotesOnData:
    """A note of a kind on each of some months of a force, or on all together, for measures by their keys; for all where none is named."""

    kind: NoteKind
    force: str
    months: tuple[date, ...]
    measures: tuple[str, ...]
    text: str


MappingRemedy = (
    PointsAsNoPlace | TimesAsNoTime | DegreesSwapped | PlacesReadOtherwise | DatesReadOtherwise | CodesCounted
)
Remedy = MappingRemedy | NotesOnData


def remedied(mapping: Mapping, remedy: MappingRemedy) -> Mapping:
    """Return a mapping with a remedy; the same where it has that already, or doesn't have the columns that it is about."""
    match remedy:
        case PointsAsNoPlace(points):
            return replace(mapping, no_place=tuple(dict.fromkeys([*mapping.no_place, *points])))
        case TimesAsNoTime(times):
            return replace(mapping, no_time=tuple(sorted({*mapping.no_time, *times})))
        case DegreesSwapped() | PlacesReadOtherwise():
            return _placed_otherwise(mapping, remedy)
        case DatesReadOtherwise():
            (other,) = set(DateOrder) - {mapping.date_order}
            return replace(mapping, date_order=other)
        case CodesCounted(column, codes):
            counts = [
                replace(coding, codes={**coding.codes, **{code: (key,) for code, key in codes}})
                if coding.column == column
                else coding
                for coding in mapping.counts
            ]
            return replace(mapping, counts=tuple(counts))
    return mapping


def _placed_otherwise(mapping: Mapping, remedy: DegreesSwapped | PlacesReadOtherwise) -> Mapping:
    if isinstance(remedy, DegreesSwapped) and "longitude" in mapping.columns:
        return with_reading(mapping, Reading(is_grid=False, unit=mapping.places_in, swapped=True))
    if isinstance(remedy, PlacesReadOtherwise) and "easting" in mapping.columns and not mapping.places_in:
        return with_reading(mapping, remedy.reading)
    return mapping


def remedy_notes(remedy: NotesOnData, author: str, today: date) -> list[dict[str, object]]:
    """Return the rows of the canonical annotations that a remedy adds."""
    return [
        {
            "kind": remedy.kind.value,
            "force": remedy.force,
            "measure": measure,
            "month": month,
            "text": remedy.text,
            "author": author,
            "written_on": today,
        }
        for month, measure in product(remedy.months or (None,), remedy.measures or (None,))
    ]


def remedy_label(remedy: Remedy) -> str:
    """Return what a button says that carries a remedy out.

    >>> remedy_label(PointsAsNoPlace(((0.0, 0.0),))), remedy_label(TimesAsNoTime((time(0), time(12))))
    ('Read 0, 0 as no place', 'Read 00:00 and 12:00 as no time')
    """
    match remedy:
        case PointsAsNoPlace(points):
            label = f"Read {listed([f'{x:.10g}, {y:.10g}' for x, y in points])} as no place"
        case TimesAsNoTime(times):
            label = f"Read {listed([f'{clock:%H:%M}' for clock in times])} as no time"
        case DegreesSwapped():
            label = "Swap longitude and latitude"
        case PlacesReadOtherwise(Reading(unit=None, swapped=True)):
            label = "Swap easting and northing"
        case PlacesReadOtherwise(Reading(unit=unit)) if unit:
            label = f"Read the points in {unit.value}"
        case PlacesReadOtherwise():
            label = "Read the points as longitude and latitude"
        case DatesReadOtherwise():
            label = "Read day and month the other way round"
        case CodesCounted(codes=codes):
            label = f"Count {listed([f'{code[:40]} as {key}' for code, key in codes])}"
            if len(codes) > MOST_CODES_NAMED:
                label = f"Count {len(codes)} codes as the measures that their names say"
        case NotesOnData():
            label = _note_label(remedy)
    return label


def _note_label(note: NotesOnData) -> str:
    several = len(note.months) > 1
    labels = {
        NoteKind.TIMES_REAL: "These times are real",
        NoteKind.MONTH_RIGHT: "These months are right" if several else "This month is right",
        NoteKind.ONE_OFF: f"Note {_months(note.months)} as a one-off month",
        NoteKind.SET_ASIDE: f"Set {_months(note.months)} aside",
        NoteKind.SERIES_BREAK: f"Note a series break from {_months(note.months)}",
    }
    return labels[note.kind]


def remedy_effect(remedy: Remedy, count: int | None) -> str:
    """Return what would change, in a sentence; `count` is how many records that is, None where that is hidden.

    >>> remedy_effect(PointsAsNoPlace(((0.0, 0.0),)), 215)
    'About 215 records would have no place. Their rows stay.'
    """
    records = "A few records" if count is None else f"About {count:,} records"
    match remedy:
        case PointsAsNoPlace():
            effect = f"{records} would have no place. Their rows stay."
        case TimesAsNoTime():
            effect = f"{records} would have a date and no hour. Their rows stay."
        case DegreesSwapped():
            effect = "Every point would be read with longitude and latitude in each other's place."
        case PlacesReadOtherwise():
            effect = "Every point would be read so. The rows stay."
        case DatesReadOtherwise():
            effect = "Every date in numbers would be read with day and month in each other's place."
        case CodesCounted():
            effect = f"{records} would count."
        case NotesOnData(NoteKind.TIMES_REAL):
            effect = f"{records} would count in their hours."
        case NotesOnData(NoteKind.MONTH_RIGHT):
            effect = "Forecasts would learn from it, and this would no longer be listed."
        case NotesOnData(NoteKind.ONE_OFF):
            effect = "It would stay in every count. Nothing about the usual level would be learnt from it."
        case NotesOnData(NoteKind.SET_ASIDE, months=months):
            which = agree(len(months), "This month", "These months")
            effect = f"{which} would be missing from every figure, not zero. Totals of periods with a missing month are not shown."
        case NotesOnData(months=months):
            effect = f"Months from {_months(months)} on would no longer be compared with months before."
    return effect


def remedy_by_hand(remedy: MappingRemedy) -> str:
    """Return where a remedy is chosen on the Data page when a file is brought in again.

    >>> remedy_by_hand(TimesAsNoTime((time(22, 5),)))
    'Bring the file in again, and add 22:05 to Times that stand for no time.'
    """
    match remedy:
        case PointsAsNoPlace(points):
            where = (
                f"add {'; '.join(f'{x:.10g}, {y:.10g}' for x, y in points)} to Points that stand for no place"
            )
        case TimesAsNoTime(times):
            where = f"add {', '.join(f'{clock:%H:%M}' for clock in times)} to Times that stand for no time"
        case DegreesSwapped():
            where = "choose the other columns for longitude and latitude"
        case PlacesReadOtherwise(Reading(unit=None, swapped=True)):
            where = "choose the other columns for easting and northing"
        case PlacesReadOtherwise(reading):
            unit = f", and {reading.unit.value} under Numbers of the place are" if reading.unit else ""
            names = "easting and northing" if reading.is_grid else "longitude and latitude"
            where = f"choose {names} under Places are given as{unit}"
        case DatesReadOtherwise():
            where = "choose the other way under Dates are written"
        case CodesCounted():
            where = "say what each code counts towards"
    return f"Bring the file in again, and {where}."


def remedy_line(remedy: Remedy) -> str:
    """Return what to do by command or by hand: which line to add to the mapping, or which note to write."""
    again = "Then publish the extract again."
    top = "Add this line at the top of the mapping, then publish the extract again:"
    match remedy:
        case PointsAsNoPlace(points):
            line = f"{top} {setting_line('no_place', points)}"
        case TimesAsNoTime(times):
            line = f"{top} {setting_line('no_time', times)}"
        case DegreesSwapped():
            line = f"Swap the columns of longitude and latitude under [columns] in the mapping. {again}"
        case PlacesReadOtherwise(reading):
            swap = ["Swap the columns of easting and northing under [columns]."] if reading.swapped else []
            other = [] if reading.is_grid else ["Under [columns] call them longitude and latitude."]
            unit = [f"{top} {setting_line('places_in', reading.unit.value)}"] if reading.unit else [again]
            line = " ".join([*swap, *other, *unit])
        case DatesReadOtherwise():
            orders = listed([setting_line("dates", order.value) for order in DateOrder])
            line = f"Of the two lines {orders}, write the other into the mapping. {again}"
        case CodesCounted(column, codes):
            lines = listed([setting_line(code, key, quoted=True) for code, key in codes])
            line = f"Add to the codes of {column[:60]} in the mapping: {lines}. {again}"
        case NotesOnData(NoteKind.TIMES_REAL):
            line = "If these times are real, add a note of the kind 'times are real' on the Data page."
        case NotesOnData(NoteKind.MONTH_RIGHT, months=months):
            line = f"If {_months(months)} {agree(len(months), 'is', 'are')} right, add a note of the kind 'month is right' on the Data page."
        case NotesOnData(kind, months=months):
            line = f"On the Data page, add a note of the kind '{kind.value}' for {_months(months)}."
    return line


def _months(months: Sequence[date]) -> str:
    return (
        first_five([month_name(month) for month in months])
        if len(months) > 2
        else listed([month_name(month) for month in months])
    )
