"""From an extract and its mapping to a delivery of incidents."""

from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from vulncore.domain.delivery import Delivery, Progress, RowAccount, measures_table, printable
from vulncore.domain.errors import (
    InvalidMappingError,
    Reject,
    TooManyRejectsError,
    UnreadableSourceError,
    first_five,
)
from vulncore.domain.identifiers import Secret
from vulncore.domain.measures import known_measures
from vulncore.domain.periods import format_month, month_of
from vulncore.domain.schemas import COVERAGE, INCIDENTS, Tables, conform
from vulncore.domain.vocabulary import Measure
from vulncore.sources.extract import Extract, read_extract
from vulncore.sources.records.details import record_details
from vulncore.sources.records.judging import (
    BAD_CODE,
    JudgedRows,
    judge_rows,
    refuse_shortened_references,
    refuse_spoilt_months,
)
from vulncore.sources.records.mapping import Mapping, check_columns, checked_mapping
from vulncore.sources.records.values import column_dates

SOURCE: Final = "records"
MOST_LISTED: Final = 100_000  # rejects that are kept one by one of an extract that is refused


def deliver(path: Path, mapping: Mapping, secret: Secret, progress: Progress | None = None) -> Delivery:
    """Return an extract as incidents, each row judged and accounted for.

    Args:
        path: A file of text, a workbook or a Parquet file.
        mapping: What its columns and codes mean, and which months it covers.
        secret: Gives the store's, under which references of victims become pseudonyms; asked only where there are any.
        progress: Told now and then how far the reading is.

    Returns:
        Incidents, one per record and measure that it counts towards. `record_id` is the extract's reference;
        where there is none, it is made of the source, the month and the row's line. Coverage, one row per
        measure of the mapping and month that it covers: a measure without a row was delivered, and is zero.

    Raises:
        UnreadableSourceError: The file can't be read as an extract.
        InvalidMappingError: The mapping contradicts itself, doesn't fit the extract or covers no months.
        TooManyRejectsError: More rows can't be used than the mapping lets pass, of all or of one month; it
            holds them all.

    Misleads when:
        the extract leaves out what it doesn't know: a record without a date recorded can't be missed here.
    """
    checked_mapping(mapping)
    extract = read_extract(
        path, sheet=mapping.sheet or None, heading=mapping.heading, wanted=mapping.wanted, progress=progress
    )
    check_columns(mapping, extract.columns, extract.file.name)
    if not mapping.months:
        raise InvalidMappingError(_which_months(extract, mapping))
    refuse_shortened_references(extract, mapping)
    judged = judge_rows(extract.table, mapping)
    rejects = _rejects(extract, judged)
    if len(rejects) > mapping.most_rejected_percent / 100 * extract.read:
        _refuse(extract, rejects, mapping)
    refuse_spoilt_months(extract, judged, mapping, rejects)
    accepted = np.unique(judged.row)
    if not len(accepted):
        raise UnreadableSourceError(
            f"None of the {extract.read:,} rows of {extract.file.name} counts towards a measure. Correct the mapping."
        )
    details = record_details(extract.table.take(pa.array(accepted)), mapping, secret)
    places = np.searchsorted(accepted, judged.row)
    incidents = _incidents(
        extract,
        judged,
        {name: column.take(pa.array(places)) for name, column in details.columns.items()},
        mapping,
    )
    reasons = Counter(reject.reason for reject in rejects)
    left_out = Counter(extract.left_out) + judged.left_out
    noted = {what: count for what, count in details.noted.items() if count}
    return Delivery(
        source=SOURCE,
        tables=Tables(
            incidents=incidents,
            coverage=_coverage(mapping, judged),
            measures=measures_table(_used(mapping)),
        ),
        files=(extract.file,),
        rows=RowAccount(
            read=extract.read,
            accepted=len(accepted),
            rejected=dict(reasons),
            noted=noted,
            left_out=dict(left_out),
        ),
        rejects=rejects,
    )


def _rejects(extract: Extract, judged: JudgedRows) -> tuple[Reject, ...]:
    lines = extract.lines.to_pylist()
    judged_out = (
        Reject(extract.file.name, lines[row], reason, printable(value[:60]))
        for row, reason, value in judged.rejected
    )
    return tuple(sorted([*extract.rejects, *judged_out], key=lambda reject: reject.line))


def _refuse(extract: Extract, rejects: tuple[Reject, ...], mapping: Mapping) -> None:
    reason, count = Counter(reject.reason for reject in rejects).most_common(1)[0]
    values = Counter(reject.value for reject in rejects if reject.reason == reason)
    raise TooManyRejectsError(
        f"{len(rejects):,} of {extract.read:,} rows of {extract.file.name} cannot be used, more than "
        f"{mapping.most_rejected_percent:g} %. {count:,} have {reason}: {first_five(value or 'empty' for value in values)}. "
        "Correct the mapping or the extract. Nothing was published.",
        rejects[:MOST_LISTED],
    )


def _which_months(extract: Extract, mapping: Mapping) -> str:
    recorded = column_dates(extract.table[mapping.columns["recorded_on"]], mapping.date_order)
    known = recorded[~np.isnat(recorded)]
    if not len(known):
        return f"No date recorded in {extract.file.name} can be read, so no month is covered. Correct the mapping."
    first, last = (format_month(day.astype(object)) for day in (known.min(), known.max()))
    return (
        f"The mapping does not give the months that {extract.file.name} covers. The records are from {first} to {last}. "
        f"If the extract is whole for these months, add --covers {first}:{last}, or [coverage] in the mapping."
    )


def _incidents(
    extract: Extract, judged: JudgedRows, columns: dict[str, pa.Array], mapping: Mapping
) -> pa.Table:
    kinds = {measure.key: measure.record_kind for measure in _used(mapping)}
    record, row = _ids(extract, judged, mapping)
    table = {
        "row_id": row,
        "record_id": record,
        "force": pa.array([mapping.force] * len(judged.row), pa.string()),
        "measure": pa.array(judged.measure, pa.string()),
        "record_kind": pa.array([kinds[key] for key in judged.measure], pa.string()),
        "recorded_on": pa.array(judged.recorded_on[judged.row], pa.date32()),
        **columns,
    }
    return conform(pa.table(table), INCIDENTS)


def _ids(extract: Extract, judged: JudgedRows, mapping: Mapping) -> tuple[list[str], list[str]]:
    """Return the record's and the row's id of each incident.

    A row's id holds force, source and month, so that a record which comes again from elsewhere or in another month
    has another. Where a record has no reference of its own the two are the same.
    """
    lines = extract.lines.to_pylist()
    column = mapping.columns.get("record_id")
    given = extract.table[column].to_pylist() if column else []
    months = np.datetime_as_string(judged.recorded_on.astype("datetime64[M]"))
    records, rows = [], []
    seen: Counter[str] = Counter()
    for index, measure in zip(judged.row, judged.measure, strict=True):
        reference = given[index] if column else ""
        delivered = f"{mapping.force}/{mapping.source}/{months[index]}"
        record = reference or f"{delivered}/line {lines[index]}"
        row = f"{delivered}/{reference}/{measure}" if reference else record
        seen[row] += 1
        records.append(record)
        rows.append(row if seen[row] == 1 else f"{row}/{measure}")
    return records, rows


def _coverage(mapping: Mapping, judged: JudgedRows) -> pa.Table:
    """Return every measure of every month, but not an empty one where a month has rows with unknown codes."""
    unknown = {
        month_of(judged.recorded_on[row].astype(object))
        for row, reason, _ in judged.rejected
        if reason == BAD_CODE
    }
    months = (month_of(judged.recorded_on[row].astype(object)) for row in judged.row)
    present = set(zip(judged.measure, months, strict=True)) if unknown else set()
    return pa.Table.from_pylist(
        [
            {
                "force": mapping.force,
                "measure": key,
                "month": month,
                "table": "incidents",
                "source": mapping.source,
                "provisional": False,
            }
            for key in mapping.counted
            for month in mapping.months
            if month not in unknown or (key, month) in present
        ],
        schema=COVERAGE,
    )


def _used(mapping: Mapping) -> list[Measure]:
    counted = set(mapping.counted)
    return [measure for measure in (*known_measures(), *mapping.measures) if measure.key in counted]
