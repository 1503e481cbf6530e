"""Mappings as TOML: read and refused in a sentence, or written with doubts marked."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Table
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PositiveInt,
    StrictFloat,
    ValidationError,
)
from pydantic.types import Strict
from pydantic_core import PydanticKnownError

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidMappingError, InvalidPeriodError, first_five
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.places.written import PlaceUnit, Reading
from vulncore.domain.strands.strand_file import ALL
from vulncore.domain.vocabulary import Polarity, strands
from vulncore.domain.words import listed
from vulncore.sources.kinds import Holds
from vulncore.sources.records.mapping import (
    DEGREES,
    GRID,
    MOMENTS,
    ONE_COLUMN,
    Coding,
    LeaveOut,
    Mapping,
    Moment,
    checked_mapping,
    mapped_measure,
    with_reading,
)
from vulncore.sources.records.moments import DateOrder, parse_time

MAX_MAPPING_BYTES: Final = 1_000_000  # ten thousand codes
FIRST_MAPPED_ORDER: Final = 1_001  # after every measure that is known
MOST_DOTS: Final = 8
STRING_OR_COMMENT: Final = re.compile(
    r""""{3}(?:[^\\]|\\.?)*?(?:"{3,5}|\Z)|'{3}.*?(?:'{3,5}|\Z)|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?|#[^\n]*""",
    re.DOTALL,
)
"""A string may lack its end, at which the parser stops: looking for it once more at each later quotation mark takes long."""

UNSURE: Final = "# ? "
"""The mark before a doubt: somebody has to check the line."""

QUESTIONS: Final = "  # answer each in this file, then delete it here: nothing is published before"
HEAD: Final = """\
# How this extract is read. Every name on the right is a heading of the extract, letter for letter.
# A line with "# ?" is a guess: check the line, correct it, and delete the mark.
# Columns that are not named here are not read, and nothing of them is kept.
"""


def _moment(given: Any) -> Any:
    if isinstance(given, str):
        return {"at": given}
    if isinstance(given, dict) and ("date" not in given or "at" in given or {"time", "hour"} <= set(given)):
        raise ValueError
    return given


def _clock(given: Any) -> Any:
    return parse_time(given) if isinstance(given, str) and ":" in given else given


def _one_column(name: str) -> str:
    if name not in ONE_COLUMN:
        raise PydanticKnownError("extra_forbidden")
    return name


def _if(holds: Callable[[Any], object]) -> AfterValidator:
    """Return the check that refuses a value for which something doesn't hold; `SENTENCES` say what."""

    def check(value: Any) -> Any:
        if not holds(value):
            raise ValueError
        return value

    return AfterValidator(check)


MomentColumn = Annotated[Moment, BeforeValidator(_moment)]
Line = Annotated[PositiveInt, Strict()]
Clock = Annotated[
    time,
    Strict(),
    BeforeValidator(_clock),
    AfterValidator(lambda clock: clock.replace(second=0, microsecond=0)),
]


class ColumnsTable(BaseModel, extra="allow"):
    """Which of the extract's columns is what: a moment, or one of `ONE_COLUMN`."""

    __pydantic_extra__: dict[Annotated[str, AfterValidator(_one_column)], str]
    occurred_from: MomentColumn = Moment()
    occurred_to: MomentColumn = Moment()


class CoverageTable(BaseModel, extra="forbid"):
    """The months that an extract covers."""

    first: str
    last: str


class MeasureTable(BaseModel, extra="forbid"):
    """A measure that neither the report nor a public source has."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    name: Annotated[str, Field(max_length=80), _if(lambda name: name.strip() and name.isprintable())]
    strand: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,59})?$"), _if(lambda key: key != ALL)] = ""
    record_kind: str = "crime"
    unit: Annotated[str, Field(pattern=r"^[^\W\d_][\w '\u2019-]{0,39}$")] = "records"
    polarity: Polarity = Polarity.HARM
    serious: Annotated[bool, BeforeValidator(lambda given: given is True)] = False
    definition: str = ""


class MappingFile(BaseModel, extra="forbid"):
    """What a file of a mapping holds."""

    source: str = ""
    force: str = ""
    dates: DateOrder = DateOrder.DAY_FIRST
    sheet: str = ""
    heading: Annotated[tuple[Line, Line], _if(lambda lines: lines[0] <= lines[1])] | None = None
    no_place: tuple[tuple[StrictFloat, StrictFloat], ...] = ()
    no_time: tuple[Clock, ...] = ()
    places_in: PlaceUnit | None = None
    not_swapped: tuple[str, ...] = ()
    most_rejected_percent: StrictFloat = 5.0
    not_read: tuple[str, ...] | None = None
    questions: tuple[str, ...] = ()
    coverage: CoverageTable | None = None
    columns: ColumnsTable = ColumnsTable.model_construct()
    every_record: str = ""
    holds: Holds | None = None
    counts: list[Coding] = []
    leave_out: list[LeaveOut] = []
    measure: list[MeasureTable] = []


UNKNOWN: Final = {"extra_forbidden", "unexpected_keyword_argument"}
KNOWN: Final[dict[str, tuple[str, Iterable[str]]]] = {
    "": ("settings", MappingFile.model_fields),
    "columns": ("names under [columns]", (*ONE_COLUMN, *MOMENTS)),
    "coverage": ("settings under [coverage]", CoverageTable.model_fields),
    "counts": ("settings of [[counts]]", Coding.__dataclass_fields__),
    "leave_out": ("settings of [[leave_out]]", LeaveOut.__dataclass_fields__),
    "measure": ("settings of [[measure]]", MeasureTable.model_fields),
}
"""What a table holds, and its names."""
SENTENCES: Final = {
    "coverage missing": "[coverage] needs a first and a last month. Add the missing month.",
    "measure missing": "A [[measure]] has no {name}. Add {name}.",
    "dates": '`dates` is \'{given}\'. Write "day first" or "month first".',
    "holds": '`holds` is \'{given}\'. Write "whole months" or "created or changed".',
    "heading": "Write `heading` as the first and the last line of the heading, like [3, 4].",
    "no_place": "Write `no_place` as pairs of numbers, like [[0, 0]].",
    "places_in": f"`places_in` is '{{given}}'. Write one of {', '.join(PlaceUnit)}.",
    "no_time": 'Write `no_time` as times of day, like ["00:00", "12:00"].',
    **dict.fromkeys(
        (f"columns.{moment}" for moment in MOMENTS),
        'Write `{name}` as a column, or as {{ date = "…", time = "…" }} or {{ date = "…", hour = "…" }}.',
    ),
    "measure.key": "'{given}' can't be a measure's key. Use small letters, digits and hyphens.",
    "measure.name": "The measure '{key}' has no name of up to 80 letters. Write a name.",
    "measure.polarity": f"The polarity of '{{key}}' is '{{given}}'. Choose one of {first_five(Polarity)}.",
    "measure.strand": "'{given}' can't be a strand's key. Leave the strand empty, or use a key of your list of strands, such as {strands}.",
    "measure.unit": "The unit of '{key}' can't be used. "
    "Write up to 40 letters for what is counted, in the plural, such as crimes.",
    "string_type": "`{name}` is not text. Write the value in quotation marks.",
    "float_type": "`{name}` is not a number. Write a number.",
    "list_type": "`{name}` is not a list. Write the list as `vulncore mapping` does.",
    "tuple_type": "`{name}` is not a list. Write the list as `vulncore mapping` does.",
    "": "[{place}] is not a table. Write the table as `vulncore mapping` does.",
}
"""What is said of a fault: the first of these that is about its table and kind, its place, or its kind."""


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file.

    Raises:
        InvalidMappingError: It is missing, too large, no TOML or no mapping; the sentence says what to change.
    """
    name = printable(path.name)
    if not path.is_file():
        raise InvalidMappingError(
            f"There is no mapping {printable(str(path))}. Draft a mapping: vulncore mapping FILE"
        )
    if path.stat().st_size > MAX_MAPPING_BYTES:
        raise InvalidMappingError(
            f"{name} has over {MAX_MAPPING_BYTES:,} bytes, too many for a mapping. Choose the TOML file."
        )
    return parse_mapping(path.read_bytes(), name)


def parse_mapping(content: bytes, name: str = "the mapping") -> Mapping:
    """Return the mapping in the bytes of a TOML file; `name` is what refusals call it.

    Raises:
        InvalidMappingError: They are no TOML or no mapping; the sentence says what to change.
    """
    try:
        text = content.decode("utf-8-sig")
        _refuse_dotted_keys(text, name)
        given = tomllib.loads(text)
    except (ValueError, OverflowError, RecursionError) as problem:
        raise InvalidMappingError(
            f"{name} is not TOML: {printable(str(problem))}. Correct the file there."
        ) from problem
    try:
        return checked_mapping(_mapping(given))
    except InvalidMappingError as problem:
        raise InvalidMappingError(f"{name}: {problem}") from problem


def _refuse_dotted_keys(text: str, name: str) -> None:
    """Refuse a TOML text with keys of many parts: each part costs its reader all those before it."""
    if any(line.count(".") > MOST_DOTS for line in STRING_OR_COMMENT.sub("", text).split("\n")):
        raise InvalidMappingError(
            f"{name} has a name of over {MOST_DOTS} parts. Write names as `vulncore mapping` does."
        )


def _mapping(given: dict[str, Any]) -> Mapping:
    try:
        file = MappingFile.model_validate(given)
    except ValidationError as problem:
        raise InvalidMappingError(_refusal(given, problem)) from None
    try:
        months = {name: parse_month(month) for name, month in file.coverage or ()}
    except InvalidPeriodError as problem:
        raise InvalidMappingError(f"[coverage]: {problem}") from problem
    return Mapping(
        source=file.source,
        force=file.force,
        counts=tuple(file.counts),
        columns=file.columns.model_extra or {},
        **months,
        date_order=file.dates,
        occurred_from=file.columns.occurred_from,
        occurred_to=file.columns.occurred_to,
        measures=tuple(
            replace(mapped_measure(table.key, table.name, order), **table.model_dump(exclude_defaults=True))
            for order, table in enumerate(file.measure, start=FIRST_MAPPED_ORDER)
        ),
        sheet=file.sheet,
        heading=file.heading,
        most_rejected_percent=file.most_rejected_percent,
        no_place=file.no_place,
        no_time=file.no_time,
        places_in=file.places_in,
        not_swapped=file.not_swapped,
        not_read=file.not_read,
        questions=file.questions,
        leave_out=tuple(file.leave_out),
        every_record=file.every_record,
        holds=file.holds,
    )


def _refusal(given: dict[str, Any], problem: ValidationError) -> str:
    """Return the sentence for what is unknown in a file, else for what is wrong with it."""
    faults = sorted(problem.errors(include_url=False), key=lambda fault: len(fault["loc"]))
    unknown = [fault for fault in faults if fault["type"] in UNKNOWN]
    fault = (unknown or faults)[0]
    path = [str(part) for part in fault["loc"] if not isinstance(part, int)]
    place, table = ".".join(path[:2]), path[0] if len(path) > 1 else ""
    if unknown and place not in SENTENCES:
        what, known = KNOWN[table]
        names = sorted({str(other["loc"][-1]) for other in unknown if other["loc"][:-1] == fault["loc"][:-1]})
        return (
            f"{len(names)} {what} are not known: {first_five(printable(name)[:40] for name in names)}. "
            f"There are: {', '.join(sorted(known))}."
        )
    keys = (f"{table} {fault['type']}", place, fault["type"], "")
    of_a_measure = given["measure"][fault["loc"][1]] if table == "measure" else {}
    return next(SENTENCES[key] for key in keys if key in SENTENCES).format(
        name=path[-1][:40],
        place=place,
        given=str(fault["input"])[:40],
        key=str(of_a_measure.get("key"))[:40],
        strands=first_five(strand.key for strand in strands()),
    )


def mapping_toml(mapping: Mapping, doubts: Table[str, str] | None = None) -> str:
    """Return a mapping as TOML.

    What is unsure is told by what it is about: the name of a setting (`force`, `coverage`), of one of our columns,
    `column` for a column of codes, `column=code` for a code, `column takes out` for values that do, or a measure's key.
    """
    noted = {about: " ".join(doubt.split()) for about, doubt in (doubts or {}).items()}
    settings = {
        "source": mapping.source,
        "force": mapping.force,
        "dates": mapping.date_order.value,
        **({"sheet": mapping.sheet} if mapping.sheet else {}),
        **({"heading": mapping.heading} if mapping.heading else {}),
        **({"no_place": mapping.no_place} if mapping.no_place else {}),
        **({"no_time": mapping.no_time} if mapping.no_time else {}),
        **({"holds": mapping.holds.value} if mapping.holds else {}),
        **({"places_in": mapping.places_in.value} if mapping.places_in else {}),
        **({"not_swapped": mapping.not_swapped} if mapping.not_swapped else {}),
        **({"every_record": mapping.every_record} if mapping.every_record else {}),
        "most_rejected_percent": mapping.most_rejected_percent,
        **({"not_read": mapping.not_read} if mapping.not_read is not None else {}),
    }
    moments = {name: _moment_value(getattr(mapping, name)) for name in MOMENTS}
    columns = {
        name: {**mapping.columns, **moments}.get(name)
        for name in (*ONE_COLUMN[:2], *MOMENTS, *ONE_COLUMN[2:])
    }
    questions = [
        f"questions = [{QUESTIONS}",
        *(f"    {_text(question)}," for question in mapping.questions),
        "]",
        "",
    ]
    lines = [
        HEAD,
        *(questions if mapping.questions else []),
        *(_line(name, value, noted.get(name)) for name, value in settings.items()),
    ]
    if mapping.first and mapping.last:
        lines += ["", f"[coverage]{_mark(noted.get('coverage'))}"]
        lines += [_line("first", format_month(mapping.first)), _line("last", format_month(mapping.last))]
    lines += [
        "",
        "[columns]",
        *(_line(name, value, noted.get(name)) for name, value in columns.items() if value),
    ]
    for coding in mapping.counts:
        column = coding.column
        lines += ["", f"[[counts]]{_mark(noted.get(column))}", _line("column", column)]
        if coding.separator:
            lines.append(_line("separator", coding.separator))
        if coding.leave_out:
            lines.append(_line("leave_out", coding.leave_out, noted.get(f"{column} left out")))
        lines.append("[counts.codes]")
        for code, keys in coding.codes.items():
            value = keys[0] if len(keys) == 1 else keys
            lines.append(_line(_text(code), value, noted.get(f"{column}={code}")))
    for out in mapping.leave_out:
        lines += ["", f"[[leave_out]]{_mark(noted.get(f'{out.column} takes out'))}"]
        lines += [_line("column", out.column), _line("values", out.values)]
    for measure in mapping.measures:
        lines += ["", f"[[measure]]{_mark(noted.get(measure.key))}"]
        lines += [_line(name, getattr(measure, name)) for name in MeasureTable.model_fields]
    return "\n".join(lines) + "\n"


def setting_line(name: str, value: Any, *, quoted: bool = False) -> str:
    """Return the line of a mapping that sets a value; of a code, whose name is `quoted`, too.

    >>> setting_line("no_place", ((0.0, 0.0),)), setting_line("STK", "stalking-and-harassment", quoted=True)
    ('no_place = [[0, 0]]', '"STK" = "stalking-and-harassment"')
    """
    return _line(_text(name) if quoted else name, value)


def reading_line(mapping: Mapping, reading: Reading) -> str:
    """Return what to write into a mapping so that the two columns of a place are read another way, in a sentence."""
    after = with_reading(mapping, reading)
    lines = [setting_line(ours, after.columns[ours]) for ours in (GRID if reading.is_grid else DEGREES)]
    moved = [] if after.columns == mapping.columns else [f"Under [columns] write {listed(lines)}."]
    unit = setting_line("places_in", reading.unit.value) if reading.unit else ""
    if reading.unit:
        moved.append(f"Add this line at the top of the mapping: {unit}")
    elif mapping.places_in:
        moved.append("Take the line `places_in` out of the mapping.")
    return " ".join(moved)


def _moment_value(where: Moment) -> Any:
    parts = {name: getattr(where, name) for name in ("date", "time", "hour")}
    return where.at or {name: column for name, column in parts.items() if column}


def _line(name: str, value: Any, doubt: str | None = None) -> str:
    return f"{name} = {_text(value)}{_mark(doubt)}"


def _mark(doubt: str | None) -> str:
    return f"  {UNSURE}{doubt}" if doubt is not None else ""


def _text(value: Any) -> str:
    """Return a value as TOML: JSON's are TOML's, but for tables and for DEL."""
    if isinstance(value, dict):
        return f"{{ {', '.join(_line(name, part) for name, part in value.items())} }}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
