"""Schemas: the canonical tables, and what a valid row of each is.

Everything on screen derives from these tables and nothing else. Times of occurrence are local civil
time (Europe/London); `recorded_on` is what counts are made by.
"""

from dataclasses import dataclass, field, fields
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.errors import InvalidRowsError, first_five
from vulncore.domain.vocabulary import Measure

_TEXT, _DAY, _NUMBER = pa.string(), pa.date32(), pa.float64()


def _columns(kind: pa.DataType, *names: str, nullable: bool = False) -> list[pa.Field]:
    return [pa.field(name, kind, nullable=nullable) for name in names]


INCIDENTS: Final = pa.schema(
    [
        *_columns(_TEXT, "row_id", "record_id", "force", "measure", "record_kind"),
        *_columns(_TEXT, "offence", nullable=True),
        *_columns(_DAY, "recorded_on"),
        *_columns(pa.timestamp("us"), "occurred_from", "occurred_to", nullable=True),
        *_columns(_NUMBER, "longitude", "latitude", nullable=True),
        *_columns(pa.bool_(), "outside_area", nullable=True),
        *_columns(_TEXT, "place", "location_type", "victim_key", "victim_residency", nullable=True),
        *_columns(_TEXT, "hate_strand", "risk_level", "allocated_to", "outcome", nullable=True),
        *_columns(_DAY, "outcome_on", "no_crimed_on", nullable=True),
    ]
)
"""One row per record and measure that it counts towards. `outside_area` is missing where the row has
no place or the force no boundary; `no_crimed_on` set means that the record no longer counts."""

COUNTS: Final = pa.schema(
    [
        *_columns(_TEXT, "force", "measure"),
        *_columns(_DAY, "period_start", "period_end"),
        *_columns(pa.int64(), "count"),
        *_columns(_TEXT, "source"),
    ]
)
"""One row per force, measure and period of which only a total is known. Both days are included."""

INDICATORS: Final = pa.schema(
    [
        *_columns(_TEXT, "indicator"),
        *_columns(_DAY, "month"),
        *_columns(_NUMBER, "numerator", "denominator", "value", nullable=True),
        *_columns(_TEXT, "partner", nullable=True),
        *_columns(_TEXT, "source"),
    ]
)
"""One row per indicator and month: partnership and outcome measures that are not incidents."""

COVERAGE: Final = pa.schema(
    [
        *_columns(_TEXT, "force", "measure"),
        *_columns(_DAY, "month"),
        *_columns(_TEXT, "table", "source"),  # the table is "incidents" or "counts": what was delivered
        *_columns(pa.bool_(), "provisional"),
    ]
)
"""One row per force, measure and month that a source delivered, delivered-and-zero included."""

ANNOTATIONS: Final = pa.schema(
    [
        *_columns(_TEXT, "kind"),  # series break, level change, target, comment
        *_columns(_TEXT, "force", "measure", nullable=True),
        *_columns(_DAY, "month", nullable=True),
        *_columns(_TEXT, "text", "author"),
        *_columns(_DAY, "written_on"),
    ]
)
"""One row per thing that people know about the data. A missing force or measure means all of them."""

MEASURES: Final = pa.schema(
    pa.field(of.name, {"order": pa.int64(), "serious": pa.bool_()}.get(of.name, pa.string()), nullable=False)
    for of in fields(Measure)
)
"""One row per measure that the dataset counts: `vulncore.domain.vocabulary.Measure`."""

SCHEMAS: Final = {
    "incidents": INCIDENTS,
    "counts": COUNTS,
    "indicators": INDICATORS,
    "coverage": COVERAGE,
    "annotations": ANNOTATIONS,
    "measures": MEASURES,
}


@dataclass(frozen=True)
class Tables:
    """The canonical tables of one dataset; those not given are empty."""

    incidents: pa.Table = field(default_factory=INCIDENTS.empty_table)
    counts: pa.Table = field(default_factory=COUNTS.empty_table)
    indicators: pa.Table = field(default_factory=INDICATORS.empty_table)
    coverage: pa.Table = field(default_factory=COVERAGE.empty_table)
    annotations: pa.Table = field(default_factory=ANNOTATIONS.empty_table)
    measures: pa.Table = field(default_factory=MEASURES.empty_table)

    def named(self) -> dict[str, pa.Table]:
        """Return the tables by name, in a fixed order."""
        return {name: getattr(self, name) for name in SCHEMAS}


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the table with the schema's columns, order and types; absent optional columns are null.

    Raises:
        InvalidRowsError: A required column is absent or has nulls, a column is not in the schema, or
            a value does not fit its type.
    """
    unknown = [name for name in table.column_names if name not in schema.names]
    if unknown:
        raise InvalidRowsError(
            f"Columns that are not in the schema: {len(unknown)} ({first_five(unknown)}). Remove these columns."
        )
    absent = [f.name for f in schema if not f.nullable and f.name not in table.column_names]
    if absent:
        raise InvalidRowsError(
            f"Required columns that are not there: {len(absent)} ({first_five(absent)}). Add these columns."
        )
    return pa.Table.from_arrays([_cast(table, wanted) for wanted in schema], schema=schema)


def validated(tables: Tables) -> Tables:
    """Return the tables conformed to their schemas, their rules checked.

    Raises:
        InvalidRowsError: A schema or one of these rules is broken: `row_id` is unique; every measure
            named is in `measures`; a count is not negative and its period does not end before it
            starts; a force, measure and month is covered once; coordinates are on the Earth.
    """
    checked = Tables(**{name: conform(t, SCHEMAS[name]) for name, t in tables.named().items()})
    _refuse_repeats(checked.incidents, ["row_id"], "row_id")
    _refuse_repeats(checked.measures, ["key"], "measure key")
    _refuse_repeats(checked.coverage, ["force", "measure", "month"], "force, measure and covered month")
    _refuse_repeats(
        checked.counts, ["force", "measure", "period_start", "period_end"], "force, measure and period"
    )
    known = checked.measures.column("key")
    for name in ("incidents", "counts", "coverage"):
        column = getattr(checked, name).column("measure")
        unknown = pc.unique(column.filter(pc.invert(pc.is_in(column, value_set=known.combine_chunks()))))
        if len(unknown):
            raise InvalidRowsError(
                f"Measures of {name} that are not among the dataset's measures: {len(unknown)} "
                f"({first_five(unknown.to_pylist())}). Add these measures to the dataset."
            )
    _refuse_broken(checked.counts, pc.field("count") < 0, "counts are below zero")
    _refuse_broken(
        checked.counts, pc.field("period_end") < pc.field("period_start"), "periods end before they start"
    )
    _refuse_broken(
        checked.incidents,
        _off_the_earth(),
        "incidents have a place off the Earth, or a longitude without a latitude",
    )
    return checked


def _cast(table: pa.Table, wanted: pa.Field) -> pa.ChunkedArray:
    if wanted.name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, wanted.type)])
    try:
        column = table.column(wanted.name).cast(wanted.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as problem:
        raise InvalidRowsError(
            f"Column {wanted.name} does not fit the type {wanted.type}: {str(problem)[:120]}. Correct its values."
        ) from problem
    if not wanted.nullable and column.null_count:
        raise InvalidRowsError(
            f"{column.null_count} of {table.num_rows} rows have no {wanted.name}. "
            "Give each row a value, or leave the rows out and say why."
        )
    return column


def _off_the_earth() -> pc.Expression:
    longitude, latitude = pc.field("longitude"), pc.field("latitude")
    outside = (longitude < -180) | (longitude > 180) | (latitude < -90) | (latitude > 90)
    half = longitude.is_null() != latitude.is_null()
    return pc.if_else(half, True, pc.coalesce(outside, pc.scalar(False)))


def _refuse_broken(table: pa.Table, broken: pc.Expression, what: str) -> None:
    count = table.filter(broken).num_rows
    if count:
        raise InvalidRowsError(f"{count} of {table.num_rows} {what}. Correct them in the source.")


def _refuse_repeats(table: pa.Table, columns: list[str], what: str) -> None:
    sizes = table.group_by(columns).aggregate([([], "count_all")])
    repeated = sizes.filter(pc.field("count_all") > 1)
    if repeated.num_rows:
        which = [" ".join(str(row[c]) for c in columns) for row in repeated.slice(0, 6).to_pylist()]
        raise InvalidRowsError(
            f"Repeated {what}: {repeated.num_rows} ({first_five(which)}). Deliver each only once."
        )
