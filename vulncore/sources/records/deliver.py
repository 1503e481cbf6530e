"""From an extract and its mapping to a delivery of incidents."""

from collections import Counter
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.arrays import Integers, Moments
from vulncore.domain.delivery import Delivery, LateRows, Progress, WholeMonths, measures_table, printable
from vulncore.domain.errors import InvalidMappingError, UnreadableSourceError
from vulncore.domain.identifiers import Secret
from vulncore.domain.measures import known_measures
from vulncore.domain.periods import format_month
from vulncore.domain.schemas import INCIDENTS, Tables
from vulncore.sources.extract import Extract, read_extract
from vulncore.sources.kinds import Holds
from vulncore.sources.records.details import Columns, record_details
from vulncore.sources.records.draft_columns import DATED, describe_columns, moment_role
from vulncore.sources.records.draft_rows import (
    count_question,
    counting_columns,
    is_called_a_count,
    is_called_a_status,
    values_taken_out,
)
from vulncore.sources.records.judging import (
    NOT_COVERED,
    JudgedRows,
    judge_rows,
    plain_value,
    refuse_shortened_references,
    refuse_spoilt_months,
)
from vulncore.sources.records.mapping import Mapping, as_read, check_columns, checked_mapping
from vulncore.sources.records.mapping_file import mapping_toml, setting_line
from vulncore.sources.records.moments import swapped_in_part
from vulncore.sources.records.totals import totals
from vulncore.sources.records.values import column_dates
from vulncore.sources.row_tally import HIDDEN_ROWS, RowTally, delivery
from vulncore.sources.tables import incident_coverage, table_of
from vulncore.sources.written import written_count

SOURCE: Final = "records"
THEY_COUNT: Final = "they count"  # ends what is noted of rows that somebody may not want to count
OFFSET: Final = r"(?i)\d:\d\d(:\d\d([.,]\d+)?)? ?(z|utc|gmt|[+-]\d\d(:?\d\d)?)$"
NO_REFERENCE_GIVEN: Final = r"(?i)^(n/?a|null|none|nil|unknown|tbc|not known|[-.?]+)$"


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
            holds them.

    Misleads when:
        the extract leaves out what it doesn't know: a record without a date recorded can't be missed here.
    """
    mapping = as_read(checked_mapping(mapping))
    extract = read_extract(
        path, sheet=mapping.sheet or None, heading=mapping.heading, wanted=mapping.wanted, progress=progress
    )
    check_columns(mapping, extract.columns, extract.file.name)
    odd = _notes_on_unread(path, extract, mapping)
    if not mapping.months:
        raise InvalidMappingError(_which_months(extract, mapping))
    _refuse_swapped_dates(extract, mapping)
    refuse_shortened_references(extract, mapping)
    extract = _without_placeholders(extract, mapping)
    tally = RowTally(extract.file.name, extract.read, list(extract.rejects), Counter(extract.left_out))
    judged = judge_rows(extract.table, extract.lines, mapping, tally)
    tally.refuse_beyond(
        mapping.most_rejected_percent / 100,
        f"Correct the mapping or the extract. Nothing was published.{_maybe_changes(mapping, tally)}",
    )
    refuse_spoilt_months(judged, tally, mapping.most_rejected_percent)
    updates = judged.late[0] if mapping.holds is Holds.CHANGES else judged.row[:0]
    accepted = np.union1d(judged.row, updates)
    takes_out = mapping.holds is Holds.CHANGES and len(judged.out)
    if not len(accepted) and not takes_out:
        raise UnreadableSourceError(
            f"None of the {extract.read:,} rows of {extract.file.name} counts towards a measure. Correct the mapping."
        )
    counted = set(mapping.counted)
    measures = [measure for measure in (*known_measures(), *mapping.measures) if measure.key in counted]
    late = None
    if "count" in mapping.columns:
        tables = totals(extract.table, judged, mapping)
    else:
        kinds = {measure.key: measure.record_kind for measure in measures}
        details = record_details(extract.table.take(pa.array(accepted)), mapping, secret, tally)
        rows = _ReadRows(extract, mapping, judged.recorded_on, kinds, accepted, details)
        tables = Tables(
            incidents=rows.incidents(judged.row, judged.measure), coverage=_coverage(mapping, judged)
        )
        late = _late(rows, judged)
    tally.noted.update(odd + _not_listed(extract, mapping) + _with_offsets(extract, mapping))
    tally.noted[HIDDEN_ROWS] = extract.hidden_rows
    tables = replace(tables, measures=measures_table(measures))
    read = delivery(SOURCE, tables, [extract.file], len(accepted), [tally])
    not_read = tuple(name for name in extract.columns if name not in mapping.wanted)
    whole = (
        None
        if mapping.holds is Holds.CHANGES
        else WholeMonths(mapping.source, mapping.force, mapping.months, "count" in mapping.columns)
    )
    return replace(read, mapping=mapping_toml(replace(mapping, not_read=not_read)), late=late, whole=whole)


def _without_placeholders(extract: Extract, mapping: Mapping) -> Extract:
    """Return an extract whose rows have no reference where it says that there is none, as N/A does: they are different records."""
    column = mapping.columns.get("record_id")
    if not column:
        return extract
    given = extract.table[column]
    is_none = pc.match_substring_regex(given, NO_REFERENCE_GIVEN)
    if not pc.any(is_none).as_py():
        return extract
    references = pc.if_else(is_none, "", given)
    return replace(
        extract, table=extract.table.set_column(extract.table.column_names.index(column), column, references)
    )


def _refuse_swapped_dates(extract: Extract, mapping: Mapping) -> None:
    """Refuse dates of which some have day and month swapped: the records would count in other months.

    Raises:
        InvalidMappingError: A column that is read has such dates, and the mapping doesn't say that they are right.
    """
    for column in mapping.dates:
        texts = extract.table[column].unique().to_pylist()
        if column not in mapping.not_swapped and (shown := swapped_in_part(texts, mapping.date_order)):
            raise InvalidMappingError(
                f"Days and months of column {printable(column[:60])} seem to be swapped in part: {shown}. "
                "A spreadsheet that reads the month first does so. Export the extract again, with dates like 2024-10-31. "
                "If the dates are right, tick that on the Data page, or write in the mapping: "
                f"{setting_line('not_swapped', (*mapping.not_swapped, column))}."
            )


def _maybe_changes(mapping: Mapping, tally: RowTally) -> str:
    """Return what else a file with rows of other months can be, as the end of a refusal; "" where it can't."""
    can_be = mapping.holds is None and "record_id" in mapping.columns and tally.rejects
    if not can_be or tally.commonest()[0] != NOT_COVERED:
        return ""
    return (
        " If the file holds what was created or changed since the last one, say so, and records of earlier months are updated: "
        f'{setting_line("holds", Holds.CHANGES)} in the mapping, or "The file holds" on the Data page.'
    )


def _notes_on_unread(path: Path, extract: Extract, mapping: Mapping) -> Counter[str]:
    """Return what is to be noted of columns that nobody spoke of: values that seem to take records out.

    Raises:
        UnreadableSourceError: One seems to say how many records a row stands for.
    """
    unspoken = [name for name in extract.columns if name not in {*mapping.wanted, *(mapping.not_read or ())}]
    maybe = "record_id" not in mapping.columns
    counting = [
        name for name in unspoken if "count" not in mapping.columns and is_called_a_count(name, maybe=maybe)
    ]
    # a column that took nothing out while somebody chose what to read may do so in a later file
    statuses = [name for name in extract.columns if name not in mapping.wanted and is_called_a_status(name)]
    suspects = list(dict.fromkeys([*counting, *statuses]))
    if not suspects:
        return Counter()
    try:  # apart, so that nothing in a column that is not read rejects a row
        there = read_extract(path, sheet=mapping.sheet or None, heading=mapping.heading, wanted=suspects)
    except UnreadableSourceError:  # too much text, which nobody asked for
        return Counter()
    columns = {column.name: column for column in describe_columns(there)}
    noted: Counter[str] = Counter()
    for column in counting_columns([columns[name] for name in counting], maybe=maybe):
        if maybe:
            raise UnreadableSourceError(
                f"{extract.file.name} may hold counts. {count_question(column)} Nothing was published."
            )
        several = (rows for text, rows in column.values.items() if (written_count(text) or 0) > 1)
        noted[f"with a number above 1 in column {printable(column.name[:60])}, counted as one record"] = sum(
            several
        )
    for name in suspects:
        if columns[name].content in DATED and moment_role(columns[name]) == "no_crimed_on":
            noted[f"with a date in column {printable(name[:60])}, which is not read, and counted"] = columns[
                name
            ].filled
        if values := values_taken_out(columns[name]):  # what else stands there may be about somebody
            noted[
                f"with a value of column {printable(name[:60])} that seems to take records out and is not read; {THEY_COUNT}"
            ] = sum(columns[name].values[value] for value in values)
    return noted


def _with_offsets(extract: Extract, mapping: Mapping) -> Counter[str]:
    """Return how many rows of each column of dates give a time in universal time, or with an offset: some systems write so of local time."""
    noted: Counter[str] = Counter()
    for column in mapping.dates:
        marked = pc.match_substring_regex(extract.table[column], OFFSET)
        what = f"with a time in universal time in column {printable(column[:60])}, turned into London's"
        noted[what] += int(pc.sum(marked).as_py() or 0)
    return +noted


def _not_listed(extract: Extract, mapping: Mapping) -> Counter[str]:
    """Return how many rows a column has that takes rows out, with values that seem to say the same and are not listed."""
    columns = {column.name: column for column in describe_columns(extract)} if mapping.leave_out else {}
    noted: Counter[str] = Counter()
    for rule in mapping.leave_out:
        listed = {plain_value(value) for value in rule.values}
        others = [
            value for value in values_taken_out(columns[rule.column]) if plain_value(value) not in listed
        ]
        what = f"with a value of column {printable(rule.column[:60])} that seems to take records out and is not listed; {THEY_COUNT}"
        noted[what] += sum(columns[rule.column].values[value] for value in others)
    return +noted


@dataclass(frozen=True)
class _ReadRows:
    """Rows of an extract with what they say: `details` are those of each row of `of_rows`, `kinds` the kind of record of each measure."""

    extract: Extract
    mapping: Mapping
    recorded_on: Moments
    kinds: Table[str, str]
    of_rows: Integers
    details: Columns

    def incidents(self, rows: Integers, measures: Sequence[str]) -> pa.Table:
        """Return rows, each with a measure that it counts towards, as the canonical table has them."""
        places = pa.array(np.searchsorted(self.of_rows, rows))
        record_ids, row_ids = _ids(self.extract, rows, measures, self.recorded_on, self.mapping)
        return table_of(
            INCIDENTS,
            len(rows),
            row_id=row_ids,
            record_id=record_ids,
            force=self.mapping.force,
            measure=measures,
            record_kind=[self.kinds[key] for key in measures],
            recorded_on=self.recorded_on[rows],
            **{name: column.take(places) for name, column in self.details.items()},
        )


def _late(rows: _ReadRows, judged: JudgedRows) -> LateRows | None:
    """Return what rows say of records in months that are not covered, and which records are out; None without references."""
    mapping, table = rows.mapping, rows.extract.table
    column = mapping.columns.get("record_id")
    if not column:
        return None
    of_rows = judged.late[0]
    if mapping.holds is not Holds.CHANGES:  # they are rejected: what they say is to be compared, and not kept
        plain = {ours: name for ours, name in mapping.columns.items() if ours == "no_crimed_on"}
        read = replace(
            Mapping("", mapping.force, (), plain), date_order=mapping.date_order, most_rejected_percent=100.0
        )
        accepted = np.unique(of_rows)
        details = record_details(table.take(pa.array(accepted)), read, bytes, RowTally(""))
        rows = replace(rows, of_rows=accepted, details=details)
    counted = np.union1d(judged.row, of_rows)
    references = pc.unique(table[column].take(pa.array(judged.out)))
    stand = pc.is_in(references, value_set=pc.unique(table[column].take(pa.array(counted))))
    return LateRows(
        source=mapping.source,
        force=mapping.force,
        incidents=rows.incidents(of_rows, judged.late[1]),
        lines=rows.extract.lines.take(pa.array(of_rows)),
        taken_out=references.filter(pc.invert(pc.or_(stand, pc.equal(references, "")))),
        update=None if mapping.holds is None else mapping.holds is Holds.CHANGES,
    )


def _which_months(extract: Extract, mapping: Mapping) -> str:
    recorded = column_dates(extract.table[mapping.dated_by], mapping.date_order)
    known = recorded[~np.isnat(recorded)]
    if not len(known):
        return f"No date recorded in {extract.file.name} can be read, so no month is covered. Correct the mapping."
    first, last = (format_month(day.astype(object)) for day in (known.min(), known.max()))
    return (
        f"The mapping does not give the months that {extract.file.name} covers. The records are from {first} to {last}. "
        f"If the extract is whole for these months, add --covers {first}:{last}, or [coverage] in the mapping."
    )


def _ids(
    extract: Extract, of_rows: Integers, measures: Sequence[str], recorded_on: Moments, mapping: Mapping
) -> tuple[Any, Any]:
    """Return the record's and the row's id of each incident.

    A row's id holds force, source and month, so that a record which comes again from elsewhere or in another month
    has another. Where a record has no reference of its own the two are the same.
    """
    column = mapping.columns.get("record_id")
    rows = pa.array(of_rows)
    given = extract.table[column].take(rows) if column else pa.chunked_array([pa.repeat("", len(rows))])
    month = pc.strftime(pa.array(recorded_on[of_rows]), format="%Y-%m")
    delivered = _joined(f"{mapping.force}/{mapping.source}", month)
    line = pc.binary_join_element_wise("line", extract.lines.take(rows).cast(pa.string()), " ")
    record = pc.if_else(pc.equal(given, ""), _joined(delivered, line), given)
    measure = pa.array(measures, pa.string())
    row = pc.if_else(pc.equal(given, ""), record, _joined(delivered, given, measure))
    again = pd.Series(row.combine_chunks().dictionary_encode().indices).duplicated()
    return record, pc.if_else(pa.array(again), _joined(row, measure), row)


def _joined(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "/")


def _coverage(mapping: Mapping, judged: JudgedRows) -> pa.Table:
    """Return every measure of every month, but not an empty one where a month has rows with unknown codes."""
    unknown = set(judged.months(judged.unknown))
    present = set(zip(judged.measure, judged.months(judged.row), strict=True)) if unknown else set()
    covered = [
        (key, month)
        for key in mapping.counted
        for month in mapping.months
        if month not in unknown or (key, month) in present
    ]
    return incident_coverage(mapping.source, mapping.force, covered)
