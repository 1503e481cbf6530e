"""A first mapping of an extract that nobody has described yet, with what is unsure marked."""

import calendar
import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Final

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Floats
from vulncore.domain.geography import force_around, grid_reference, to_wgs84
from vulncore.domain.periods import month_name
from vulncore.domain.places.misread import better_reading
from vulncore.domain.places.written import PlaceUnit, Reading
from vulncore.domain.words import agree, listed
from vulncore.sources.extract import Extract
from vulncore.sources.records.draft_codes import draft_codes
from vulncore.sources.records.draft_columns import (
    DATED,
    Column,
    Content,
    date_order,
    describe_columns,
    draft_moments,
    is_dated,
    is_kind_of_place,
    is_personal,
    likeness,
    moment_role,
)
from vulncore.sources.records.draft_rows import (
    count_question,
    counting_columns,
    draft_leave_out,
    left_out_question,
    without_totals,
)
from vulncore.sources.records.mapping import DEGREES, GRID, Mapping, Moment, with_reading
from vulncore.sources.records.moments import DateOrder
from vulncore.sources.records.values import column_dates, number_reader, place_numbers

UNNAMED_FORCE: Final = "Name of the force"
LOOKED_AT: Final = 2_000  # rows whose places tell the force
MOSTLY_WITHIN: Final = 0.9  # of the places that lie in a force's area: the others are slips and other forces'
FEWEST_PLACED: Final = 20
LEAST_METRES: Final = 1_000  # of most points of the grid, and more than degrees ever are
OF_A_RECORD: Final = re.compile(
    r"\b(victims?|suspects?|offenders?|persons?|people|child(ren)?|officers?|visits?|calls?|outcomes?|vehicles?|items?)\b"
)
FEW_SHARE: Final = 1 / 4  # of the largest month
STRAY_SHARE: Final = 0.01  # of a usual month: so few records at either end are slips of the keyboard
LEFT_OUT: Final = "left out"
"""What the question is about whether most rows count towards nothing."""
PLAIN: Final = (
    *("record_id", "location_type", "place", "victim_key", "victim_residency", "hate_strand", "risk_level"),
    *("allocated_to", "outcome"),
)
FORCE_HEADINGS: Final = ("force", "force name", "police force", "reported by")
PLACES: Final = (DEGREES, GRID, ("grid_reference",))

_MONTH_WORDS = {"to", *(name.casefold() for name in (*calendar.month_name, *calendar.month_abbr))}


@dataclass(frozen=True)
class Draft:
    """A mapping, what is unsure about it (see `mapping_toml`), the columns that it does not read, and its open questions.

    Each of the mapping's questions is told by what it is about: a setting, or one of our columns.
    """

    mapping: Mapping
    doubts: dict[str, str] = field(default_factory=dict)
    not_read: tuple[str, ...] = ()
    questions: dict[str, str] = field(default_factory=dict)


def draft_mapping(extract: Extract, force: str = "", measure: str = "") -> Draft:
    """Return a draft of the mapping of a whole extract with all its columns, of a force if that is known or a column names it.

    `measure` is the key of the measure that every record counts towards, where no column says what a record is.

    Returns:
        A mapping that the extract loads with once its questions are answered: there is one for what was not found. Whatever
        is not told by headings or values beyond doubt has a doubt.
    """
    columns = describe_columns(extract)
    order, order_doubt = date_order(columns)
    doubts: dict[str, str] = {"dates": order_doubt} if order_doubt else {}
    moments, recorded = draft_moments(columns, doubts)
    counts, measures, unsure_codes = draft_codes(columns, is_known=bool(measure))
    doubts |= unsure_codes
    used = {coding.column for coding in counts} | {c for moment in moments.values() for c in moment.columns}
    chosen = ({"recorded_on": recorded} if recorded else {}) | _dates_beside(
        columns, used | {recorded}, doubts
    )
    chosen |= _places(columns, used) | _plain(columns, used | set(chosen.values()))
    count, unclear = _count(columns, chosen, used)
    others = [column for column in columns if column.name not in used | {count}]
    leave_out = draft_leave_out(others, extract.table.num_rows, doubts, of_counts=bool(count or unclear))
    if count or unclear:
        counts = tuple(without_totals(coding, doubts) for coding in counts)
        keys = {key for coding in counts for names in coding.codes.values() for key in names}
        measures = tuple(made for made in measures if made.key in keys)
    if count:
        doubts["count"] = (
            "taken as how many records a row stands for. If it is something else, delete this line, and write "
            f'not_read = ["{count}"] above'
        )
        moments = dict.fromkeys(moments, Moment())
        chosen = {"count": count} | {ours: name for ours, name in chosen.items() if ours == "recorded_on"}
    elif "record_id" not in chosen:
        doubt = f"{doubts['recorded_on']}; " if "recorded_on" in doubts else ""
        doubts["recorded_on"] = f"{doubt}no column is the reference of the record"
    chosen, places_in = _placed(extract, chosen, force, doubts)
    named, force_doubt = (force, "") if force else _force(extract, columns, chosen, places_in)
    if force_doubt:
        doubts["force"] = force_doubt
    most_left_out = left_out_question(columns, counts, leave_out)
    questions = {LEFT_OUT: most_left_out} if most_left_out else {}
    questions |= unclear | _missing(named, recorded, bool(counts or measure))
    first, last = months_of_records(extract, recorded, order)
    if first:
        doubts["coverage"] = (
            "taken from the first and the last records. Is the extract whole for all these months?"
            + _few_at_first(extract, recorded, order)
        )
    sheet = extract.sheet if len(extract.sheets) > 1 else ""
    mapping = Mapping(
        source=source_name(extract.file.name, sheet),
        force=named,
        counts=counts,
        columns=chosen,
        first=first,
        last=last,
        date_order=order,
        occurred_from=moments["occurred_from"],
        occurred_to=moments["occurred_to"],
        measures=measures,
        sheet=sheet,
        heading=extract.heading if extract.heading != (1, 1) else None,
        questions=tuple(questions.values()),
        leave_out=leave_out,
        every_record=measure,
        places_in=places_in,
    )
    not_read = tuple(name for name in extract.columns if name not in mapping.wanted)
    return Draft(mapping, doubts, not_read, questions)


def _count(columns: Sequence[Column], chosen: Table[str, str], used: set[str]) -> tuple[str, dict[str, str]]:
    """Return the column that says how many records a row stands for, "" where none does, and what is to be asked of it."""
    free = [column for column in columns if column.name not in used | set(chosen.values())]
    has_reference = "record_id" in chosen
    likely = counting_columns(free, maybe=False)
    if likely and not has_reference:
        return likely[0].name, {}
    if not likely:  # what a record has several of says nothing of how many records a row is
        others = [
            column for column in free if not (has_reference and OF_A_RECORD.search(column.headings[-1]))
        ]
        likely = counting_columns(others, maybe=True)
    return "", {"count": count_question(likely[0])} if likely else {}


def _missing(force: str, recorded: str, counts: bool) -> dict[str, str]:
    """Return a question for each thing that a mapping needs and that was not found."""
    questions = {
        "recorded_on": not recorded
        and "Which column is the date recorded? No column of dates was found. Write recorded_on under [columns].",
        "counts": not counts
        and "What is a record? No column says it. Write every_record, with the key of a measure, or a [[counts]].",
        "force": force == UNNAMED_FORCE
        and "Whose records are these? Nothing names one force. Write its name as force.",
    }
    return {about: question for about, question in questions.items() if question}


def _dates_beside(columns: Sequence[Column], used: set[str], doubts: dict[str, str]) -> dict[str, str]:
    """Return the dates besides those of when; adds to `doubts`."""
    free = {moment_role(c): c.name for c in reversed(columns) if c.content in DATED and c.name not in used}
    if "no_crimed_on" not in free:  # it is often empty in the first file, and filled once time has passed
        empty = [
            c.name
            for c in columns
            if c.content is Content.NOTHING and is_dated(c) and moment_role(c) == "no_crimed_on"
        ]
        if empty:
            free["no_crimed_on"] = empty[0]
            doubts["no_crimed_on"] = "told by its heading alone: it is empty in this file"
    return {role: free[role] for role in ("outcome_on", "no_crimed_on") if role in free}


def _places(columns: Sequence[Column], used: set[str]) -> dict[str, str]:
    for names in PLACES:
        kind = Content.TEXT if names == ("grid_reference",) else Content.NUMBER
        chosen = {name: _best([c for c in columns if c.content is kind], name, used) for name in names}
        if all(chosen.values()) and len(set(chosen.values())) == len(names) and _plausible(columns, chosen):
            return chosen
    return {}


def _plausible(columns: Sequence[Column], chosen: dict[str, str]) -> bool:
    """Whether columns named x and y hold what they are taken for: degrees are small, metres of the grid are not."""
    named = [column for column in columns if column.name in chosen.values()]
    others = () if "grid_reference" in chosen else DEGREES if "easting" in chosen else GRID
    if not any(likeness(column, "column", other) for column in named for other in others):
        return True  # whatever unit it is in: `_placed` looks at that
    values = []
    for texts in (list(column.values)[:200] for column in named):
        read = number_reader(texts, degrees="longitude" in chosen)
        values += [value for text in texts if (value := read(text)) is not None]
    return bool(values) and (np.median(np.abs(values)) > LEAST_METRES) == ("easting" in chosen)


def _placed(
    extract: Extract, chosen: dict[str, str], force: str, doubts: dict[str, str]
) -> tuple[dict[str, str], PlaceUnit | None]:
    """Return the columns, and the unit of a place, by which points lie where the force's may; adds to `doubts`."""
    names = next((names for names in (DEGREES, GRID) if names[0] in chosen), None)
    if names is None:
        return chosen, None
    now = Reading(is_grid=names == GRID)
    x, y = (place_numbers(extract.table[chosen[ours]], degrees=not now.is_grid) for ours in names)
    better = better_reading(x, y, force, now)
    without = {ours: name for ours, name in chosen.items() if ours not in names}
    if better is None:
        is_large = (
            np.nanmedian(np.abs([x, y])) > LEAST_METRES if np.isfinite([x, y]).any() else not now.is_grid
        )
        return (chosen if is_large == now.is_grid else without), None
    of = Mapping("draft", force, (), {ours: chosen[ours] for ours in names})
    columns = with_reading(of, better).columns
    doubt = f"by the headings hardly a point lies in the country, and nearly all do once {better.words}"
    doubts.update(dict.fromkeys([*columns, *(["places_in"] if better.unit else [])], doubt))
    return without | dict(columns), better.unit


def _plain(columns: Sequence[Column], used: set[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    text = [c for c in columns if c.content in (Content.TEXT, Content.NUMBER) and not is_personal(c)]
    for name in PLAIN:
        usable = [c for c in text if not (is_kind_of_place(c) or likeness(c, "column", "location_type"))]
        if best := _best(usable if name == "place" else text, name, used | set(chosen.values())):
            chosen[name] = best
    if "location_type" not in chosen:  # a heading that promises places, above kinds of place
        kinds = [c for c in text if likeness(c, "column", "place") and is_kind_of_place(c)]
        if best := _best(kinds, "place", used | set(chosen.values())):
            chosen["location_type"] = best
    return chosen


def _best(columns: Sequence[Column], name: str, used: set[str]) -> str:
    free = [column for column in columns if column.name not in used]
    best = max(free, key=lambda column: likeness(column, "column", name), default=None)
    return best.name if best and likeness(best, "column", name) else ""


def _force(
    extract: Extract, columns: Sequence[Column], chosen: Table[str, str], places_in: PlaceUnit | None
) -> tuple[str, str]:
    """Return the force that a column names, or else the one in whose area nearly all places lie, with a doubt."""
    for column in columns:
        if len(column.values) == 1 and column.headings[-1] in FORCE_HEADINGS:
            return next(iter(column.values)), ""
    force, share, placed = force_around(*_first_points(extract, chosen, places_in))
    if share >= MOSTLY_WITHIN and placed >= FEWEST_PLACED:
        return force, f"told from its places: {100 * share:.0f} % of them lie in this force's area"
    return UNNAMED_FORCE, "the extract does not name one force"


def _first_points(
    extract: Extract, chosen: Table[str, str], places_in: PlaceUnit | None
) -> tuple[Floats, Floats]:
    """Return the longitudes and latitudes of an extract's first rows."""

    def values(ours: str) -> pa.ChunkedArray:
        return extract.table[chosen[ours]].slice(0, LOOKED_AT)

    if "grid_reference" in chosen:
        return to_wgs84(*grid_reference(values("grid_reference").to_pylist()))
    for names in (DEGREES, GRID):
        if names[0] in chosen:
            is_grid = names == GRID
            x, y = (place_numbers(values(ours), degrees=not is_grid) for ours in names)
            return Reading(is_grid, places_in).degrees(x, y)
    return np.array([]), np.array([])


def months_of_records(extract: Extract, recorded: str, order: DateOrder) -> tuple[date | None, date | None]:
    """Return the first and the last month in which records were recorded, without months that hold slips alone."""
    if not recorded:
        return None, None
    days = column_dates(extract.table[recorded], order)
    months, counts = np.unique(days[~np.isnat(days)].astype("datetime64[M]"), return_counts=True)
    if not len(months):
        return None, None
    usual = months[counts >= STRAY_SHARE * np.median(counts)]
    first, last = usual[[0, -1]].astype("datetime64[D]").astype(object)
    return first, last


def _few_at_first(extract: Extract, recorded: str, order: DateOrder) -> str:
    """Return which months at the beginning have few records, as where late ones come with the next month's; "" where none has."""
    days = column_dates(extract.table[recorded], order)
    months, counts = np.unique(days[~np.isnat(days)].astype("datetime64[M]"), return_counts=True)
    rich = int(np.argmax(counts >= FEW_SHARE * counts.max()))
    if not rich:
        return ""
    names = listed([month_name(month) for month in months[:rich][-2:].astype("datetime64[D]").astype(object)])
    return f" {names} {agree(min(rich, 2), 'has', 'have')} few records: begin later if they are late ones, or changed since"


def source_name(file_name: str, sheet: str = "") -> str:
    """Return a name for a source that stays the same from month to month: the file's, without dates, and the sheet's.

    >>> source_name("Crime extract 2024-10 (v2).xlsx"), source_name("2024_11.csv"), source_name("All.xlsx", "Crimes")
    ('crime-extract-v2', 'extract', 'all-crimes')
    """
    stem = f"{PurePath(file_name.casefold().removesuffix('.gz')).stem} {sheet.casefold()}"
    words = re.findall(r"[a-z0-9]+", stem)
    telling = [word for word in words if not word.isdigit() and word not in _MONTH_WORDS]
    return "-".join(telling)[:40].strip("-") or "extract"
