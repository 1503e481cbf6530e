"""The Metropolitan Police's recorded crime: a row per area and category, a column per month.

The whole force is the sum of its areas, where no part of the sum is missing.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
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
from vulncore.domain.vocabulary import Measure
from vulncore.sources.recorded_crime.totals import Rows, Totals
from vulncore.sources.row_tally import RowTally, refuse_repeats
from vulncore.sources.tables import table_of

SOURCE: Final = "recorded-crime-met"
ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Metropolitan Police Service, MPS Recorded Crime, London Datastore"
)

FORCE: Final = "Metropolitan Police Service"
CATEGORY_COLUMNS: Final = ("MajorText", "MinorText")
AREA_COLUMNS: Final = ("BoroughName", "LookUp_BoroughName")  # the second in files of about 2019 to 2021
MAX_FIGURES: Final = 2_000_000  # ten times what thirteen years of it hold

NO_AREA: Final = "no area named"
UNKNOWN_CATEGORY: Final = "a category that is not on the list"
NO_COUNT: Final = "a count that cannot be read"
TOTALS_ROW: Final = "a row of totals"

MISSING: Final = -1  # in a matrix of counts: the month's cell is empty
_UNREADABLE: Final = -2  # in a matrix of counts, beside MISSING: the cell holds something else than a count

BOROUGHS: Final = (  # that the Metropolitan Police serve: London's 33 districts without the City
    "Barking and Dagenham",
    "Barnet",
    "Bexley",
    "Brent",
    "Bromley",
    "Camden",
    "Croydon",
    "Ealing",
    "Enfield",
    "Greenwich",
    "Hackney",
    "Hammersmith and Fulham",
    "Haringey",
    "Harrow",
    "Havering",
    "Hillingdon",
    "Hounslow",
    "Islington",
    "Kensington and Chelsea",
    "Kingston upon Thames",
    "Lambeth",
    "Lewisham",
    "Merton",
    "Newham",
    "Redbridge",
    "Richmond upon Thames",
    "Southwark",
    "Sutton",
    "Tower Hamlets",
    "Waltham Forest",
    "Wandsworth",
    "Westminster",
)


@dataclass(frozen=True)
class AreaRows:
    """The accepted rows of a table by area: the area and measure of each row, and its counts by month.

    `counts` has a row for each of them and a column for each month, `MISSING` where there is none.
    """

    areas: tuple[str, ...]
    measures: tuple[Measure, ...]
    counts: Integers

    @cached_property
    def of_measure(self) -> dict[Measure, list[int]]:
        """The rows of each measure, in the vocabulary's order of measures."""
        positions: dict[Measure, list[int]] = {}
        for at, measure in enumerate(self.measures):
            positions.setdefault(measure, []).append(at)
        return dict(sorted(positions.items(), key=lambda item: item[0].order))


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
    accepted: dict[int, tuple[int, str, Measure]] = {}
    rejected: list[tuple[str | None, Measure | None]] = [(None, None)] * len(tally.rejects)
    for at, (line, cells) in enumerate(rows.items()):
        name = " ".join(cells[area].split())
        measure = measures_by_met_category().get(" ".join(cells[category].casefold().split()))
        odd = counts[at] == _UNREADABLE
        if _is_whole(name):
            tally.left_out[TOTALS_ROW] += 1
        elif measure and _is_name(name) and not odd.any():
            accepted[at] = (line, name, measure)
        else:
            rejected.append((name, measure))
            if not _is_name(name):
                tally.reject(line, NO_AREA, name)
            elif measure is None:
                tally.reject(line, UNKNOWN_CATEGORY, cells[category])
            else:
                tally.reject(line, NO_COUNT, cells[list(months)[odd.argmax()]])
    refuse_repeats(
        tally.name,
        "an area and category",
        (
            ((name.casefold(), measure.key), f"{measure.label} of {name} (line {line})")
            for line, name, measure in accepted.values()
        ),
    )
    known = AreaRows(
        areas=tuple(name for _, name, _ in accepted.values()),
        measures=tuple(measure for _, _, measure in accepted.values()),
        counts=counts[list(accepted)],
    )
    sums = whole_force(known, rejected)
    tally.noted.update(_noted(known, set(sums), [window.start for window in months.values()]))
    table = _table(known, sums, list(months.values()))
    return Totals(SOURCE, ATTRIBUTION, table, tuple(known.of_measure), len(accepted))


def columns_by_area(heading: Sequence[str], file: str) -> tuple[int, int, dict[int, Window]]:
    """Return where category and area stand in the heading, and the month of every other column.

    Raises:
        UnreadableSourceError: A column is neither, one is there twice, or there are no months.
    """
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
    if not re.fullmatch(r"\d{6}", name, flags=re.ASCII):
        return None
    try:
        start = parse_month(f"{name[:4]}-{name[4:]}")
    except InvalidPeriodError:
        return None
    return Window(start, month_end(start))


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
    counts: Integers = matrix.to_numpy(zero_copy_only=False).reshape(len(rows), len(columns))
    return counts


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 100 and name.isprintable()


def _is_whole(name: str) -> bool:
    return "total" in name.casefold().split() or name.casefold() == FORCE.casefold()


def whole_force(
    rows: AreaRows, rejected: Collection[tuple[str | None, Measure | None]]
) -> dict[Measure, Integers]:
    """Return the sums of the areas by measure, a count for each month, `MISSING` where one can't be given.

    A measure is summed where each of the 32 boroughs has a row of it and no rejected row may be of it; a month
    of it, where every row has a count. Areas that are no borough are in the sum where they have a row.

    Args:
        rows: The accepted rows.
        rejected: Area and measure of the rejected rows, None where it isn't known.

    Misleads when:
        an area that is no borough has lost its row: nothing shows that it ought to be there.
    """
    unsure = _possibly_short_measures(rows, rejected)
    boroughs = {_plain_name(name) for name in BOROUGHS}
    sums = {}
    for measure, of_it in rows.of_measure.items():
        if measure not in unsure and boroughs <= {_plain_name(rows.areas[at]) for at in of_it}:
            counts = rows.counts[of_it]
            sums[measure] = np.where((counts == MISSING).any(axis=0), MISSING, counts.sum(axis=0))
    return sums


def _possibly_short_measures(
    rows: AreaRows, rejected: Collection[tuple[str | None, Measure | None]]
) -> set[Measure]:
    """Return the measures that a rejected row may be of: the row's, or any that its area has no other row of."""
    rejected_measures = {measure for _, measure in rejected if measure is not None}
    areas = {area for area, measure in rejected if measure is None}
    lacking = {
        measure for measure, of_it in rows.of_measure.items() if areas - {rows.areas[at] for at in of_it}
    }
    return rejected_measures | lacking


def _plain_name(name: str) -> str:
    return " ".join(name.casefold().replace("&", "and").split())


def _table(rows: AreaRows, sums: dict[Measure, Integers], months: list[Window]) -> pa.Table:
    forces = pa.array([*(f"{FORCE}: {name}" for name in rows.areas), *[FORCE] * len(sums)], pa.string())
    measures = pa.array([measure.key for measure in (*rows.measures, *sums)], pa.string())
    starts, ends = (
        np.array([getattr(month, end) for month in months], "datetime64[D]") for end in ("start", "end")
    )
    counts = np.vstack([rows.counts, *sums.values()])
    row, month = np.nonzero(counts != MISSING)
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


def _noted(rows: AreaRows, summed: set[Measure], months: list[date]) -> dict[str, int]:
    first, last = months.index(min(months)), months.index(max(months))
    ending = {
        measure
        for measure, of_it in rows.of_measure.items()
        if not (rows.counts[of_it][:, first].any() and rows.counts[of_it][:, last].any())
    }
    return {
        "with months left empty: missing, not zero": int((rows.counts == MISSING).any(axis=1).sum()),
        "of a category without a sum for the whole force, because rows are missing": sum(
            measure not in summed for measure in rows.measures
        ),
        "of a category that reads 0 in every area in the first month or the last, as if it began or ended": sum(
            measure in ending for measure in rows.measures
        ),
    }
