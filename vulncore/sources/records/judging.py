"""Which rows of an extract count, towards what, and why the others do not."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vulncore.sources.records.by_value import Days, dates, filled
from vulncore.sources.records.mapping import Coding, Mapping, parts_of

NO_DATE: Final = "no date recorded"
BAD_DATE: Final = "a date recorded that cannot be read"
NOT_COVERED: Final = "recorded in a month that is not covered"
NO_CODE: Final = "no code that says what it counts towards"
BAD_CODE: Final = "a code that the mapping does not explain"
NOTHING: Final = "its codes count towards nothing, as the mapping says"
REPEATED: Final = "a further row of a record that is counted already"

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """What became of each row of a table.

    `row` and `measure` go together: one entry for each row and measure that it counts towards, in the order of
    the rows. `recorded_on` has a day for every row of the table. `rejected` says, by row, the reason and the
    value at fault; `left_out` counts by reason.
    """

    row: Rows
    measure: tuple[str, ...]
    recorded_on: Days
    rejected: tuple[tuple[int, str, str], ...]
    left_out: Counter[str]


def judged(table: pa.Table, mapping: Mapping) -> Judged:
    """Return what becomes of each row under a mapping.

    Of a record's rows those without a date of being no-crimed come first. A row that only has codes that count towards nothing is left out, whatever else it holds. One without a
    date recorded that can be read and is covered, or with a code that nobody has explained, is rejected. A
    record counts once towards a measure, however many rows it has: extracts often have a row per victim.
    """
    kinds, kind = _kinds(table, mapping.counts)
    recorded = dates(table[mapping.columns["recorded_on"]], mapping.date_order)
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
    first = _first_of_each(table, mapping, rows, measure)
    kept = rows[first]
    left_out[REPEATED] = len(counting) - len(np.unique(kept))
    return Judged(
        row=kept,
        measure=tuple(measure[index] for index in first),
        recorded_on=recorded,
        rejected=tuple(sorted(rejected)),
        left_out=+left_out,
    )


def _kinds(table: pa.Table, counts: tuple[Coding, ...]) -> tuple[list[tuple[str, ...]], Rows]:
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
    said = False
    for cell, coding in zip(cells, counts, strict=True):
        for value in parts_of(cell, coding.separator):
            said = True
            if value in coding.codes:
                keys.update(dict.fromkeys(coding.codes[value]))
            elif value not in coding.leave_out:
                return (), BAD_CODE, f"{coding.column}: {value}"
    return (tuple(keys), "", "") if said else ((), NO_CODE, "")


def _date_faults(
    table: pa.Table, mapping: Mapping, recorded: Days
) -> list[tuple[str, npt.NDArray[np.bool_], pa.ChunkedArray]]:
    column = table[mapping.columns["recorded_on"]]
    empty = pa.compute.equal(column, "").to_numpy()
    unread = np.isnat(recorded)
    covered = np.isin(recorded.astype("datetime64[M]"), np.array(mapping.months, "datetime64[M]"))
    return [(NO_DATE, empty, column), (BAD_DATE, unread, column), (NOT_COVERED, ~covered, column)]


def _first_of_each(table: pa.Table, mapping: Mapping, rows: Rows, measure: list[str]) -> Rows:
    """Return the positions at which a record counts towards a measure for the first time."""
    if "record_id" not in mapping.columns:
        return np.arange(len(rows))
    ids = table[mapping.columns["record_id"]].take(pa.array(rows)).to_pylist()
    order = np.arange(len(rows))
    if "no_crimed_on" in mapping.columns:  # a record stands as long as one of its rows does
        order = np.argsort(filled(table[mapping.columns["no_crimed_on"]])[rows], kind="stable")
    seen: set[tuple[str, str]] = set()
    first = []
    for position in order:
        pair = ids[position], measure[position]
        if not pair[0] or pair not in seen:
            first.append(position)
            seen.add(pair)
    return np.sort(np.array(first, np.int64))
