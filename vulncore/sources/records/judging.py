"""Which rows of an extract count, towards what, and why the others do not."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Integers, Moments
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.domain.periods import month_name, month_of
from vulncore.sources.extract import Extract
from vulncore.sources.records.mapping import Coding, Mapping, split_cell
from vulncore.sources.records.values import column_dates, filled_rows

NO_DATE: Final = "no date recorded"
BAD_DATE: Final = "a date recorded that cannot be read"
NOT_COVERED: Final = "a date in a month that is not covered"
NO_CODE: Final = "no code"
BAD_CODE: Final = "a code that is not in the mapping"
NOTHING: Final = "codes that the mapping leaves out"
REPEATED: Final = "another row of a record already counted"

FEW: Final = 5  # of a month: so many rows at fault are slips, whatever share of a small month they are

_SHORTENED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class JudgedRows:
    """Which rows of a table count towards which measures, and why the others do not.

    `row` and `measure` go together: one entry for each row and measure that it counts towards, in the order of
    the rows. `recorded_on` has a day for every row of the table. `rejected` says, by row, the reason and the
    value at fault; `left_out` counts by reason.
    """

    row: Integers
    measure: tuple[str, ...]
    recorded_on: Moments
    rejected: tuple[tuple[int, str, str], ...]
    left_out: Counter[str]


def judge_rows(table: pa.Table, mapping: Mapping) -> JudgedRows:
    """Return which rows count towards which measures under a mapping, and why the others do not.

    A row whose codes all count towards nothing is left out, whatever else it holds. A row is rejected where its
    date recorded can't be read or isn't covered, or a code is not in the mapping. A record counts once towards a
    measure, however many rows it has: extracts often have a row per victim. Its rows that aren't no-crimed come first.
    """
    kinds, kind = _kinds(table, mapping.counts)
    recorded = column_dates(table[mapping.columns["recorded_on"]], mapping.date_order)
    rejected: list[tuple[int, str, str]] = []
    left_out: Counter[str] = Counter()
    meaning = [_meaning(cells, mapping.counts) for cells in kinds]

    nothing = np.array([not keys and not fault for keys, fault, _ in meaning], bool)[kind]
    left_out[NOTHING] = int(nothing.sum())
    standing = ~nothing
    for reason, falls, shown in _date_faults(table, mapping, recorded):
        falling = np.flatnonzero(standing & falls)
        rejected.extend((int(row), reason, shown[int(row)].as_py()) for row in falling)
        standing &= ~falls
    faulty = np.array([bool(fault) for _, fault, _ in meaning], bool)[kind]
    for row in np.flatnonzero(standing & faulty):
        _, fault, value = meaning[kind[row]]
        rejected.append((int(row), fault, value))
    standing &= ~faulty

    counting = np.flatnonzero(standing)
    many = np.array([len(keys) for keys, _, _ in meaning], np.int64)[kind[counting]]
    rows = np.repeat(counting, many)
    measure = [key for row in counting for key in meaning[kind[row]][0]]
    first = _first_occurrences(table, mapping, rows, measure)
    kept = rows[first]
    left_out[REPEATED] = len(counting) - len(np.unique(kept))
    return JudgedRows(
        row=kept,
        measure=tuple(measure[index] for index in first),
        recorded_on=recorded,
        rejected=tuple(sorted(rejected)),
        left_out=+left_out,
    )


def _kinds(table: pa.Table, counts: tuple[Coding, ...]) -> tuple[list[tuple[str, ...]], Integers]:
    """Return every combination of cells in the columns of codes, and which one each row has."""
    encoded = [table[coding.column].combine_chunks().dictionary_encode() for coding in counts]
    indices = np.column_stack([column.indices.to_numpy() for column in encoded]) if table.num_rows else None
    if indices is None:
        return [], np.zeros(0, np.int64)
    unique, which = np.unique(indices, axis=0, return_inverse=True)
    texts = [column.dictionary.to_pylist() for column in encoded]
    return [tuple(text[i] for text, i in zip(texts, row, strict=True)) for row in unique], which.reshape(-1)


def _meaning(cells: tuple[str, ...], counts: tuple[Coding, ...]) -> tuple[tuple[str, ...], str, str]:
    """Return the measures that a combination of cells counts towards, or what is wrong and the value at fault."""
    keys: dict[str, None] = {}
    any_value = False
    for cell, coding in zip(cells, counts, strict=True):
        for value in split_cell(cell, coding.separator):
            any_value = True
            if value in coding.codes:
                keys.update(dict.fromkeys(coding.codes[value]))
            elif value not in coding.leave_out:
                return (), BAD_CODE, f"{coding.column}: {value}"
    return (tuple(keys), "", "") if any_value else ((), NO_CODE, "")


def _date_faults(
    table: pa.Table, mapping: Mapping, recorded: Moments
) -> list[tuple[str, Booleans, pa.ChunkedArray]]:
    column = table[mapping.columns["recorded_on"]]
    empty = pa.compute.equal(column, "").to_numpy()
    unread = np.isnat(recorded)
    covered = np.isin(recorded.astype("datetime64[M]"), np.array(mapping.months, "datetime64[M]"))
    return [(NO_DATE, empty, column), (BAD_DATE, unread, column), (NOT_COVERED, ~covered, column)]


def _first_occurrences(table: pa.Table, mapping: Mapping, rows: Integers, measure: list[str]) -> Integers:
    """Return the positions at which a record counts towards a measure for the first time."""
    if "record_id" not in mapping.columns:
        return np.arange(len(rows))
    ids = table[mapping.columns["record_id"]].take(pa.array(rows)).to_pylist()
    order = np.arange(len(rows))
    if "no_crimed_on" in mapping.columns:  # a record stands as long as one of its rows does
        order = np.argsort(filled_rows(table[mapping.columns["no_crimed_on"]])[rows], kind="stable")
    seen: set[tuple[str, str]] = set()
    first = []
    for position in order:
        pair = ids[position], measure[position]
        if not pair[0] or pair not in seen:
            first.append(position)
            seen.add(pair)
    return np.sort(np.array(first, np.int64))


def refuse_shortened_references(extract: Extract, mapping: Mapping) -> None:
    """Refuse references that a spreadsheet has shortened: many records then have the same one.

    Raises:
        UnreadableSourceError: Some stand as 1.23457E+11.
    """
    column = mapping.columns.get("record_id")
    if column is None:
        return
    values = Counter(extract.table[column].to_pylist())
    shortened = [value for value in values if _SHORTENED.fullmatch(value)]
    if shortened:
        raise UnreadableSourceError(
            f"A spreadsheet shortened {sum(values[value] for value in shortened):,} references in column {column[:60]} of "
            f"{extract.file.name}, like {shortened[0]}, so records can't be told apart. "
            "Export the extract again, with this column as text."
        )


def refuse_spoilt_months(
    extract: Extract, judged: JudgedRows, mapping: Mapping, rejects: tuple[Reject, ...]
) -> None:
    """Refuse an extract one month of which would come out too low, though few of all its rows are rejected.

    Raises:
        TooManyRejectsError: More of a month's rows have no known code than may be rejected.
    """
    at_fault = [row for row, reason, _ in judged.rejected if reason in (BAD_CODE, NO_CODE)]
    rejected = Counter(month_of(judged.recorded_on[row].astype(object)) for row in at_fault)
    if not rejected or max(rejected.values()) <= FEW:
        return
    accepted = Counter(
        month_of(day) for day in judged.recorded_on[sorted(set(judged.row.tolist()))].astype(object)
    )
    share = mapping.most_rejected_percent / 100
    for month, count in sorted(rejected.items()):
        whole = count + accepted[month]
        if count > max(FEW, share * whole):
            raise TooManyRejectsError(
                f"{count:,} of {whole:,} rows of {month_name(month)} in {extract.file.name} have codes that are not in "
                f"the mapping, more than {mapping.most_rejected_percent:g} %. The month would look quieter than it was. "
                "Add the codes to the mapping. Nothing was published.",
                rejects,
            )
