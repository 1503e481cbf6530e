"""The Metropolitan Police's recorded crime: a row per area and category, a column per month.

The whole force is the sum of its areas, where no part of the sum is missing.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.arrays import Integers
from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidPeriodError, UnreadableSourceError, first_five
from vulncore.domain.measures import measures_by_met_category
from vulncore.domain.periods import Window, month_end, parse_month
from vulncore.domain.schemas import COUNTS
from vulncore.domain.vocabulary import REFERENCE, Measure
from vulncore.sources.csv_text import Rows
from vulncore.sources.row_tally import RowTally, refuse_repeats
from vulncore.sources.tables import LICENCE, Totals, table_of

SOURCE: Final = "recorded-crime-met"
ATTRIBUTION: Final = f"{LICENCE} Source: Metropolitan Police Service, MPS Recorded Crime, London Datastore"

FORCE: Final = "Metropolitan Police Service"
WHOLE: Final = ""  # in place of an area's name: all areas together
CATEGORY_COLUMNS: Final = ("MajorText", "MinorText")
AREA_COLUMNS: Final = ("BoroughName", "LookUp_BoroughName")  # the second in files of about 2019 to 2021
MAX_FIGURES: Final = 2_000_000  # ten times what thirteen years of it hold

NO_AREA: Final = "no area named"
UNKNOWN_CATEGORY: Final = "a category that is not on the list"
NO_COUNT: Final = "a count that cannot be read"
TOTALS_ROW: Final = "a row of totals"

AT_AN_END: Final = (
    "of a category that reads 0 in every area in the first month or the last, as if it began or ended"
)

MISSING: Final = -1  # in a matrix of counts: the month's cell is empty
_UNREADABLE: Final = -2  # in a matrix of counts, beside MISSING: the cell holds something else than a count

BOROUGHS: Final = tuple(tomllib.loads((REFERENCE / "met_boroughs.toml").read_text("utf-8"))["boroughs"])


@dataclass(frozen=True, eq=False)
class AreaRow:
    """An accepted row: its area, `WHOLE` where it is the sum, its measure, and its count of each month or `MISSING`."""

    area: str
    measure: Measure
    counts: Integers


def is_by_area(heading: Sequence[str]) -> bool:
    """Return whether a heading names categories and areas as the Metropolitan Police's table does."""
    return set(CATEGORY_COLUMNS) <= set(heading) and not set(AREA_COLUMNS).isdisjoint(heading)


def totals_by_area(rows: Rows, heading: Sequence[str], tally: RowTally) -> Totals:
    """Return the Metropolitan Police's table as totals by area, category and month.

    Returns:
        Totals of each area, which is a force called like "Metropolitan Police Service: Westminster", and of
        the "Metropolitan Police Service", their sum, where `whole_force` can give one. An empty cell is
        missing, not zero: neither counted nor covered.

    Raises:
        UnreadableSourceError: A column is no month or is there twice, or there are no months.
        InvalidRowsError: An area and category is there twice.
    """
    category, area, months = columns_by_area(heading, tally.name)
    counts = _counts(rows, list(months), tally.name)
    accepted: dict[int, AreaRow] = {}
    rejected: list[tuple[str | None, Measure | None]] = [(None, None)] * len(tally.rejects)
    for (line, cells), of_row in zip(rows.items(), counts, strict=True):
        name = " ".join(cells[area].split())
        measure = measures_by_met_category().get(" ".join(cells[category].casefold().split()))
        odd, named = of_row == _UNREADABLE, 0 < len(name) <= 100 and name.isprintable()
        if "total" in name.casefold().split() or name.casefold() == FORCE.casefold():
            tally.left_out[TOTALS_ROW] += 1
        elif measure and named and not odd.any():
            accepted[line] = AreaRow(name, measure, of_row)
        else:
            rejected.append((name, measure))
            if not named:
                tally.reject(line, NO_AREA, name)
            elif measure is None:
                tally.reject(line, UNKNOWN_CATEGORY, cells[category])
            else:
                tally.reject(line, NO_COUNT, cells[list(months)[odd.argmax()]])
    keys = (
        ((row.area.casefold(), row.measure), f"{row.measure.label} of {row.area} (line {line})")
        for line, row in accepted.items()
    )
    refuse_repeats(tally.name, "an area and category", keys)
    by_measure: dict[Measure, list[AreaRow]] = {}
    for row in sorted(accepted.values(), key=lambda row: row.measure.order):
        by_measure.setdefault(row.measure, []).append(row)
    sums = whole_force(by_measure, rejected)
    tally.noted.update(_noted(by_measure, {row.measure for row in sums}, list(months.values())))
    table = _table([*accepted.values(), *sums], list(months.values()))
    return Totals(SOURCE, ATTRIBUTION, table, tuple(by_measure), len(accepted))


def columns_by_area(heading: Sequence[str], file: str) -> tuple[int, int, dict[int, Window]]:
    """Return where category and area stand in the heading, and the month of every other column; refuse another heading."""
    named = [name for name in heading if name in (*CATEGORY_COLUMNS, *AREA_COLUMNS)]
    if len(named) != 3:
        raise UnreadableSourceError(
            f"{file} names categories and areas in {len(named)} columns, not 3: {first_five(named)}. "
            f"Keep {', '.join(CATEGORY_COLUMNS)} and one of {', '.join(AREA_COLUMNS)}."
        )
    months = {at: _month(name) for at, name in enumerate(heading) if name not in named}
    strange = [printable(heading[at][:20]) or "empty" for at, month in months.items() if month is None]
    if not months:
        raise UnreadableSourceError(
            f"{file} has no columns of months. Give the whole table, with months like 201004."
        )
    if strange:
        raise UnreadableSourceError(
            f"{len(strange)} of {len(months)} columns of {file} are not months: {first_five(strange)}. "
            "Write months like 201004, and take the other columns out."
        )
    windows = {at: month for at, month in months.items() if month}
    twice = [f"{window.start:%Y%m}" for window, count in Counter(windows.values()).items() if count > 1]
    if twice:
        raise UnreadableSourceError(
            f"{len(twice)} months are in {file} more than once: {first_five(twice)}. Keep one column of each."
        )
    (area,) = (heading.index(name) for name in AREA_COLUMNS if name in named)
    return heading.index("MinorText"), area, windows


def _month(name: str) -> Window | None:
    with suppress(InvalidPeriodError):
        start = parse_month(f"{name[:4]}-{name[4:]}")
        return Window(start, month_end(start))
    return None


def _counts(rows: Rows, columns: list[int], file: str) -> Integers:
    """Return the counts by row and month: `MISSING` where a cell is empty, `_UNREADABLE` where it is no count."""
    if len(rows) * len(columns) > MAX_FIGURES:
        raise UnreadableSourceError(
            f"{file} has {len(rows) * len(columns):,} figures. A table like this has at most "
            f"{MAX_FIGURES:,}. Check that you chose the right file."
        )
    cells = pa.array(chain.from_iterable([row[at] for at in columns] for row in rows.values()), pa.string())
    fits = pc.match_substring_regex(cells, r"^[0-9]{1,12}$")
    read = pc.if_else(fits, cells, None).cast(pa.int64())
    matrix = pc.coalesce(read, pc.if_else(pc.equal(cells, ""), MISSING, _UNREADABLE))
    return np.asarray(matrix.to_numpy(zero_copy_only=False), np.int64).reshape(len(rows), len(columns))


def whole_force(
    by_measure: Mapping[Measure, Sequence[AreaRow]],
    rejected: Collection[tuple[str | None, Measure | None]],
) -> list[AreaRow]:
    """Return the sums of the areas by measure, a count for each month, `MISSING` where one can't be given.

    A measure is summed where each of the 32 boroughs has a row of it and no rejected row may be of it, being the
    measure's or of an area that has no other row of it; a month of it, where every row has a count. Areas that are
    no borough are in the sum where they have a row. Of a rejected row that is None which isn't known.

    Misleads when:
        an area that is no borough has lost its row: nothing shows that it ought to be there.
    """
    of_rejected = {measure for _, measure in rejected}
    adrift = {area for area, measure in rejected if measure is None}
    boroughs = {_plain_name(name) for name in BOROUGHS}
    sums = []
    for measure, rows in by_measure.items():
        areas = {row.area for row in rows}
        if measure not in of_rejected and adrift <= areas and boroughs <= set(map(_plain_name, areas)):
            counts = np.stack([row.counts for row in rows])
            whole = np.where((counts == MISSING).any(axis=0), MISSING, counts.sum(axis=0))
            sums.append(AreaRow(WHOLE, measure, whole))
    return sums


def _plain_name(name: str) -> str:
    return " ".join(name.casefold().replace("&", "and").split())


def _table(rows: Sequence[AreaRow], months: Sequence[Window]) -> pa.Table:
    counts = np.array([row.counts for row in rows], np.int64).reshape(len(rows), len(months))
    row, month = np.nonzero(counts != MISSING)
    forces = pa.array([f"{FORCE}: {row.area}" if row.area else FORCE for row in rows], pa.string())
    measures = pa.array([row.measure.key for row in rows], pa.string())
    starts, ends = (
        np.array([getattr(month, end) for month in months], "datetime64[D]") for end in ("start", "end")
    )
    return table_of(
        COUNTS,
        len(row),
        force=forces.take(pa.array(row)),
        measure=measures.take(pa.array(row)),
        period_start=starts[month],
        period_end=ends[month],
        count=counts[row, month],
        source=SOURCE,
    )


def _noted(
    by_measure: Mapping[Measure, Sequence[AreaRow]], summed: Collection[Measure], months: list[Window]
) -> Counter[str]:
    first, last = months.index(min(months)), months.index(max(months))
    noted: Counter[str] = Counter()
    for measure, rows in by_measure.items():
        counts = np.stack([row.counts for row in rows])
        noted["with months left empty: missing, not zero"] += int((counts == MISSING).any(axis=1).sum())
        if measure not in summed:
            noted["of a category without a sum for the whole force, because rows are missing"] += len(rows)
        if not (counts[:, first].any() and counts[:, last].any()):
            noted[AT_AN_END] += len(rows)
    return noted
