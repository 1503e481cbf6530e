"""Which rows of an extract count, towards what, and why the others do not."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Integers, Moments
from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError
from vulncore.domain.periods import month_name
from vulncore.sources.extract import Extract
from vulncore.sources.records.mapping import Coding, Mapping, split_cell
from vulncore.sources.records.values import column_dates, filled_rows
from vulncore.sources.row_tally import RowTally

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
    """Which rows of a table count towards which measures.

    `row` and `measure` go together: one entry for each row and measure that it counts towards, in the order of
    the rows. `recorded_on` has a day for every row of the table. `uncoded` and `unknown` are the
    rows rejected for having no code, and one that nobody has explained.
    """

    row: Integers
    measure: tuple[str, ...]
    recorded_on: Moments
    uncoded: Integers
    unknown: Integers

    def months(self, rows: Integers) -> list[date]:
        """Return the month of each of some rows, as its first day."""
        return list(self.recorded_on[rows].astype("datetime64[M]").astype(object))


def judge_rows(table: pa.Table, lines: pa.Array, mapping: Mapping, tally: RowTally) -> JudgedRows:
    """Return which rows count towards which measures under a mapping; the tally has why the others do not.

    A row whose codes all count towards nothing is left out, whatever else it holds. A row is rejected where its
    date recorded can't be read or isn't covered, or a code is not in the mapping. A record counts once towards a
    measure, however many rows it has: extracts often have a row per victim. Its rows that aren't no-crimed come first.
    """
    codes = [table[coding.column].dictionary_encode().to_pandas() for coding in mapping.counts]
    kind, kinds = pd.MultiIndex.from_arrays(codes).factorize()
    meanings = [_meaning(cells, mapping.counts) for cells in kinds]
    meaning = pd.DataFrame(meanings, columns=["measure", "fault", "value"]).take(kind).reset_index(drop=True)
    uncoded, unknown = ((meaning["fault"] == fault).to_numpy(bool) for fault in (NO_CODE, BAD_CODE))
    nothing = ~(uncoded | unknown) & (meaning["measure"].str.len() == 0).to_numpy(bool)

    column = table[mapping.columns["recorded_on"]]
    recorded = column_dates(column, mapping.date_order)
    covered = np.isin(recorded.astype("datetime64[M]"), np.array(mapping.months, "datetime64[M]"))
    date_faults = [
        (NO_DATE, column, ~filled_rows(column)),
        (BAD_DATE, column, np.isnat(recorded)),
        (NOT_COVERED, column, ~covered),
    ]
    dated = tally.sift(lines, date_faults, ~nothing)
    values = pa.array(meaning["value"], pa.string())
    standing = tally.sift(lines, [(BAD_CODE, values, unknown), (NO_CODE, values, uncoded)], dated)

    counting = meaning.loc[standing, "measure"].explode()
    kept = counting[_first_occurrences(table, mapping, counting)]
    tally.left_out[NOTHING] += int(nothing.sum())
    tally.left_out[REPEATED] += int(standing.sum()) - kept.index.nunique()
    return JudgedRows(
        row=kept.index.to_numpy(),
        measure=tuple(kept),
        recorded_on=recorded,
        uncoded=np.flatnonzero(dated & uncoded),
        unknown=np.flatnonzero(dated & unknown),
    )


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


def _first_occurrences(table: pa.Table, mapping: Mapping, counting: pd.Series) -> Booleans:
    """Return whether a record counts towards a measure for the first time, for the measures that rows count towards."""
    if "record_id" not in mapping.columns:
        return np.ones(len(counting), bool)
    column = table[mapping.columns["record_id"]]
    record = column.combine_chunks().dictionary_encode().indices.to_numpy()
    pairs = pd.DataFrame({"record": record[counting.index], "measure": counting.to_numpy()})
    if "no_crimed_on" in mapping.columns:  # a record stands as long as one of its rows does
        no_crimed = filled_rows(table[mapping.columns["no_crimed_on"]])[counting.index]
        pairs = pairs.iloc[np.argsort(no_crimed, kind="stable")]
    first: Booleans = (~pairs.duplicated()).sort_index().to_numpy(bool)
    return first | ~filled_rows(column)[counting.index]


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


def refuse_spoilt_months(judged: JudgedRows, tally: RowTally, most_rejected_percent: float) -> None:
    """Refuse an extract one month of which would come out too low, though few of all its rows are rejected.

    Raises:
        TooManyRejectsError: More of a month's rows have no known code than may be rejected.
    """
    rejected = Counter(judged.months(np.concatenate([judged.uncoded, judged.unknown])))
    accepted = Counter(judged.months(np.unique(judged.row)))
    for month, count in sorted(rejected.items()):
        whole = count + accepted[month]
        if count > max(FEW, most_rejected_percent / 100 * whole):
            raise TooManyRejectsError(
                f"{count:,} of {whole:,} rows of {month_name(month)} in {tally.name} have codes that are not in "
                f"the mapping, more than {most_rejected_percent:g} %. The month would look quieter than it was. "
                "Add the codes to the mapping. Nothing was published.",
                tally.in_order,
            )
