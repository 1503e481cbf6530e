"""Which rows of an extract count, towards what, and why the others do not."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Integers, Moments
from vulncore.domain.delivery import printable
from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError
from vulncore.domain.periods import month_name
from vulncore.sources.extract import Extract
from vulncore.sources.kinds import Holds
from vulncore.sources.records.mapping import Mapping, split_cell
from vulncore.sources.records.values import (
    column_dates,
    column_numbers,
    filled_rows,
)
from vulncore.sources.row_tally import RowTally
from vulncore.sources.written import written_count

NO_DATE: Final = "no date recorded"
BAD_DATE: Final = "a date recorded that cannot be read"
NOT_COVERED: Final = "a date in a month that is not covered"
NO_CODE: Final = "no code"
BAD_CODE: Final = "a code that is not in the mapping"
NOTHING: Final = "codes that the mapping leaves out"
NO_REFERENCE: Final = "no reference of its record, which a change needs"
BAD_PERIOD: Final = "a period that cannot be read"
BAD_COUNT: Final = "a count that cannot be read"
REPEATED: Final = "another row of a record already counted"

FEW: Final = 5  # of a month: so many rows at fault are slips, whatever share of a small month they are

_SHORTENED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class JudgedRows:
    """Which rows of a table count towards which measures.

    `row` and `measure` go together: one entry for each row and measure that it counts towards, in the order of
    the rows. `recorded_on` has a day for every row of the table. `uncoded` and `unknown` are the
    rows of covered months rejected for having no code, and one that nobody has explained, `uncounted` the measures of rows rejected for their
    count, each with the first day of its month. `late` are rows, each with a measure, in months that are not covered: of records
    that have a reference. `out` are the rows that count towards nothing, because the mapping says so.
    """

    row: Integers
    measure: tuple[str, ...]
    recorded_on: Moments
    uncoded: Integers
    unknown: Integers
    uncounted: frozenset[tuple[str, date]] = frozenset()
    late: tuple[Integers, tuple[str, ...]] = (np.array([], int), ())
    out: Integers = field(default_factory=lambda: np.array([], int))

    def months(self, rows: Integers) -> list[date]:
        """Return the month of each of some rows, as its first day."""
        return list(self.recorded_on[rows].astype("datetime64[M]").astype(object))


def judge_rows(table: pa.Table, lines: pa.Array, mapping: Mapping, tally: RowTally) -> JudgedRows:
    """Return which rows count towards which measures under a mapping; the tally has why the others do not.

    A row that the mapping takes out is left out, and so is one whose codes all count towards nothing, whatever else it holds.
    A row is rejected where its date recorded can't be read or isn't covered, or a code is not in the mapping. A record counts once towards a
    measure, however many rows it has: extracts often have a row per victim. Its rows that aren't no-crimed come first.
    """
    meaning = _meanings(table, mapping)
    uncoded, unknown = ((meaning["fault"] == fault).to_numpy(bool) for fault in (NO_CODE, BAD_CODE))
    out = _taken_out(table, mapping, tally)
    nothing = ~(out | uncoded | unknown) & (meaning["measure"].str.len() == 0).to_numpy(bool)

    column = table[mapping.dated_by]
    recorded = column_dates(column, mapping.date_order)
    ends = mapping.columns.get("period_to")
    last = column_dates(table[ends], mapping.date_order) if ends else recorded
    months = np.array(mapping.months, "datetime64[M]")
    covered = np.isin(recorded.astype("datetime64[M]"), months) & np.isin(
        last.astype("datetime64[M]"), months
    )
    date_faults = [
        (NO_DATE, column, ~filled_rows(column)),
        (BAD_DATE, column, np.isnat(recorded)),
        (BAD_PERIOD, column, ~(last >= recorded)),
    ]
    referred = _referred(table, mapping)
    updates = ~covered & ~(out | nothing | uncoded | unknown | np.isnat(recorded)) & referred
    if mapping.holds is Holds.CHANGES:
        date_faults.append((NO_REFERENCE, column, ~referred))
    else:
        date_faults.append((NOT_COVERED, column, ~covered))
    dated = tally.sift(lines, date_faults, ~(out | nothing))
    values = pa.array(meaning["value"], pa.string())
    coded = tally.sift(lines, [(BAD_CODE, values, unknown), (NO_CODE, values, uncoded)], dated)
    standing, uncounted = _counted(table, lines, mapping, tally, coded), frozenset[tuple[str, date]]()
    if not standing.all():
        of_month = pd.Series(recorded.astype("datetime64[M]").astype(object))
        lost = meaning.loc[coded & ~standing, "measure"].explode()
        uncounted = frozenset(zip(lost, of_month[lost.index], strict=True))

    if mapping.holds is Holds.CHANGES:  # a record of two months counts in one of them
        every = _counting(table, mapping, meaning.loc[standing, "measure"])
        kept, late = every[covered[every.index]], every[~covered[every.index]]
    else:
        kept = _counting(table, mapping, meaning.loc[standing, "measure"])
        late = _counting(table, mapping, meaning.loc[updates, "measure"])
    tally.left_out[NOTHING] += int(nothing.sum())
    counted = kept.index.union(late.index) if mapping.holds is Holds.CHANGES else kept.index
    tally.left_out[REPEATED] += int(standing.sum()) - counted.nunique()
    return JudgedRows(
        row=kept.index.to_numpy(),
        measure=tuple(kept),
        recorded_on=recorded,
        uncoded=np.flatnonzero(dated & covered & uncoded),
        unknown=np.flatnonzero(dated & covered & unknown),
        uncounted=uncounted,
        late=(late.index.to_numpy(), tuple(late)),
        out=np.flatnonzero(out | nothing),
    )


def _counting(table: pa.Table, mapping: Mapping, measures: pd.Series) -> pd.Series:
    """Return the measure of each row and measure that it counts towards, a record once towards each; `measures` has the keys by row."""
    counting = measures.explode()
    return counting[_first_occurrences(table, mapping, counting)]


def _referred(table: pa.Table, mapping: Mapping) -> Booleans:
    """Return which rows have a reference of their record."""
    column = mapping.columns.get("record_id")
    return filled_rows(table[column]) if column else np.zeros(table.num_rows, bool)


def _meanings(table: pa.Table, mapping: Mapping) -> pd.DataFrame:
    """Return what each row counts towards (`measure`, a tuple of keys), or its `fault` and the `value` at fault."""
    columns = ["measure", "fault", "value"]
    if not mapping.counts:
        every = [((mapping.every_record,), "", "")]
        return pd.DataFrame(every, columns=columns).take([0] * table.num_rows).reset_index(drop=True)
    codes = [table[coding.column].dictionary_encode().to_pandas() for coding in mapping.counts]
    kind, kinds = pd.MultiIndex.from_arrays(codes).factorize()
    meanings = [_meaning(cells, mapping) for cells in kinds]
    return pd.DataFrame(meanings, columns=columns).take(kind).reset_index(drop=True)


def _taken_out(table: pa.Table, mapping: Mapping, tally: RowTally) -> Booleans:
    """Return which rows a value takes out, for the first column that does; the tally says of which share."""
    out = np.zeros(table.num_rows, bool)
    for rule in mapping.leave_out:
        values = {plain_value(value) for value in rule.values}
        says = [plain_value(text) in values for text in table[rule.column].to_pylist()]
        taken = np.array(says, bool) & ~out
        out |= taken
        if count := int(taken.sum()):
            named = printable(" or ".join(rule.values[:3]) + (" …" if len(rule.values) > 3 else ""))
            share = 100 * count / tally.read
            tally.left_out[f"{printable(rule.column[:60])} says {named} ({share:.0f} % of all rows)"] += count
    return out


def plain_value(text: str) -> str:
    """Return a value as it is compared where letters and spaces don't matter.

    >>> plain_value(" No  Crime") == plain_value("no crime")
    True
    """
    return " ".join(text.casefold().split())


def _counted(
    table: pa.Table, lines: pa.Array, mapping: Mapping, tally: RowTally, standing: Booleans
) -> Booleans:
    """Return which rows stand of those whose count can be read, where the mapping has one."""
    if "count" not in mapping.columns:
        return standing
    column = table[mapping.columns["count"]]
    return tally.sift(lines, [(BAD_COUNT, column, np.isnan(column_numbers(column, written_count)))], standing)


def _meaning(cells: tuple[str, ...], mapping: Mapping) -> tuple[tuple[str, ...], str, str]:
    """Return the measures that a combination of cells counts towards, or what is wrong and the value at fault."""
    keys = dict.fromkeys([mapping.every_record] if mapping.every_record else [])
    any_value = bool(keys)
    for cell, coding in zip(cells, mapping.counts, strict=True):
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
