"""The Home Office's police recorded crime: a row per force, quarter and offence code, added up by offence subgroup."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidRowsError, first_five
from vulncore.domain.measures import measure_of_offence, measures_by_subgroup, subgroups_by_code
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR, Window, add_months, month_end, parse_month
from vulncore.sources.csv_text import Rows
from vulncore.sources.police_uk.files import force_names
from vulncore.sources.row_tally import RowTally
from vulncore.sources.tables import LICENCE, Totals, counts_table

SOURCE: Final = "recorded-crime-home-office"
ATTRIBUTION: Final = f"{LICENCE} Source: Home Office, police recorded crime open data tables"
HEADER: Final = (
    *("Financial Year", "Financial Quarter", "Force Name", "Offence Description", "Offence Group"),
    *("Offence Subgroup", "Offence Code", "Number of Offences"),
)

LONGEST_NOTED: Final = 200  # letters of a cell that can end in a note; a name has fewer
_NOT_NEEDED: Final = {"offence description", "offence group"}

NO_QUARTER: Final = "no financial year and quarter"
NO_FORCE: Final = "no force named"
UNKNOWN_SUBGROUP: Final = "an offence subgroup that is not on the list"
NO_COUNT: Final = "a number of offences that cannot be read"
BELOW_ZERO: Final = "a total below zero"
WITHHELD: Final = "part of a total that lacks a row that cannot be used"
NOT_GIVEN: Final = "a number that the table does not give, like .. or [x]: missing, not zero"

# The files print numbers as accountants do: padded, thousands set off by commas, zero as a dash (" -00 ").
_ZERO = re.compile(r"-0{0,2}")
_NUMBER = re.compile(r"-?([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})")
_YEAR = re.compile(r"([0-9]{4})[/–-]((?:[0-9]{2})?[0-9]{2})")
_NOTE = re.compile(r"\s*(\[[^\[\]]{1,40}\]|\((?:note|see note|footnote)[^()]{0,40}\))\s*$", re.IGNORECASE)
_NO_FIGURE = re.compile(r"\.\.|:|\[[a-z]{1,3}\]", re.IGNORECASE)  # as official statistics write it

Total = tuple[str, str, Window]
"""What rows are added up to: a force, a measure's key and a quarter."""
PartOfTotal = tuple[str | None, str | None, Window | None]
"""What is known of the total that a row belongs to."""


@dataclass(frozen=True)
class Offences:
    """A row that can be used: its line, the total it is a part of, its offence code and how many it adds."""

    line: int
    total: Total
    code: str
    count: int

    @property
    def folded(self) -> tuple[str, Window, str]:
        """Force, quarter and code: one row of each, or as many as a folded code names."""
        return self.total[0], self.total[2], self.code


def is_by_quarter(heading: Sequence[str]) -> bool:
    """Return whether a heading is the Home Office's, in whatever order and letters.

    >>> is_by_quarter(HEADER), is_by_quarter(HEADER[:5])
    (True, False)
    """
    names = [_plain(name) for name in heading]
    wanted = {_plain(name) for name in HEADER}
    return wanted - _NOT_NEEDED <= set(names) and all(names.count(name) <= 1 for name in wanted)


def totals_by_quarter(rows: Rows, heading: Sequence[str], tally: RowTally) -> Totals:
    """Return the Home Office's table as totals by force, offence subgroup and quarter.

    Returns:
        Totals of the offence codes of a subgroup. A row below zero is a correction of an earlier quarter and is
        subtracted, as it is in the Home Office's own totals. A force, subgroup and quarter without rows is not
        covered. Nor is one of which a row can't be used: its other rows are left out.

    Raises:
        InvalidRowsError: An offence code of a force and quarter is there more often than it names codes.
    """
    places = [_plain(name) for name in heading]
    columns = [places.index(name) if name in places else None for name in map(_plain, HEADER)]
    used: list[Offences] = []
    short: set[PartOfTotal] = {(None, None, None)} if tally.rejects else set()  # they can belong to any
    for line, row_cells in rows.items():
        cells = ["" if at is None else row_cells[at] for at in columns]
        offences, part = read_offences(line, cells, tally)
        if offences:
            used.append(offences)
        else:
            short.add(part)
    _refuse_repeats(tally.name, used)
    sums: Counter[Total] = Counter()
    for row in used:
        sums[row.total] += row.count
    withheld = {total for total in sums if not short.isdisjoint(product(*((known, None) for known in total)))}
    negative = {total for total, count in sums.items() if count < 0} - withheld
    for row in used:
        if row.total in negative:
            tally.reject(row.line, BELOW_ZERO, str(sums[row.total]))
    tally.left_out[WITHHELD] = sum(row.total in withheld for row in used)
    kept = [row for row in used if row.total not in withheld | negative]
    tally.noted.update(_noted(kept))
    totals = [(*total, count) for total, count in sums.items() if total not in withheld | negative]
    known = {measure.key: measure for measure in measures_by_subgroup().values()}
    measures = sorted({known[key] for _, key, _, _ in totals}, key=lambda measure: measure.order)
    return Totals(SOURCE, ATTRIBUTION, counts_table(SOURCE, totals), measures, len(kept))


def read_offences(line: int, cells: Sequence[str], tally: RowTally) -> tuple[Offences | None, PartOfTotal]:
    """Return what a row adds to which total, None where it is rejected, and which total it belongs to as far as it says.

    Where its subgroup isn't known, its offence code tells which it was in 2017/18.
    """
    year, quarter, named, _, _, subgroup, code, number = map(without_note, cells)
    window, force, count = financial_quarter(year, quarter), force_name(named), offence_count(number)
    measures = measures_by_subgroup()
    measure = measure_of_offence(subgroup, code)
    if window and force and measure and count is not None:
        total = (force, measure.key, window)
        return Offences(line, total, code, count), total
    if window is None:
        tally.reject(line, NO_QUARTER, f"{year} {quarter}")
    elif force is None:
        tally.reject(line, NO_FORCE, named)
    elif measure is None:
        tally.reject(line, UNKNOWN_SUBGROUP, subgroup)
    elif _NO_FIGURE.fullmatch(number):
        tally.left_out[NOT_GIVEN] += 1
    else:
        tally.reject(line, NO_COUNT, number)
    formerly = measure or measures.get(subgroups_by_code().get(code.partition("/")[0], "").casefold())
    return None, (force, formerly.key if formerly else None, window)


@lru_cache(maxsize=10_000)
def without_note(cell: str) -> str:
    """Return a cell without the notes in brackets that stand at its end; one that is nothing but a mark stays.

    >>> without_note("Kent [note 4]"), without_note("12 [r]"), without_note("[x]")
    ('Kent', '12', '[x]')
    """
    plain = _NOTE.sub("", cell) if len(cell) < LONGEST_NOTED else cell
    return without_note(plain) if plain and plain != cell else cell


def offence_count(cell: str) -> int | None:
    """Return a cell's number of offences as the Home Office prints it; None where it is none.

    >>> [offence_count(cell) for cell in ("1,234", "-00", "-2", "12,34", "n/a", "")]
    [1234, 0, -2, None, None, None]
    """
    if _ZERO.fullmatch(cell):
        return 0
    return int(cell.replace(",", "")) if _NUMBER.fullmatch(cell) else None


@lru_cache(maxsize=1_000)
def force_name(name: str) -> str | None:
    """Return a force by the name it has elsewhere, any other body by its own; None where that is no name.

    >>> force_name("London, City of"), force_name("Devon and Cornwall"), force_name("CIFAS")
    ('City of London Police', 'Devon & Cornwall Police', 'CIFAS')
    """
    if not 0 < len(name) <= 100 or not name.isprintable():
        return None
    last, _, first = name.partition(", ")
    return _forces_by_place().get(_place(f"{first} {last}" if first else name), name)


@lru_cache(maxsize=1_000)  # bounded: a file may hold any number of years or names that are none
def financial_quarter(year: str, quarter: str) -> Window | None:
    """Return the months of a financial year's quarter, of which the first begins with April; None if it is none.

    >>> str(financial_quarter("2017/18", "4"))
    'January 2018 to March 2018'
    """
    named = _YEAR.fullmatch(year)
    quarter = quarter.removeprefix("Q")
    if not named or quarter not in ("1", "2", "3", "4"):
        return None
    first = int(named[1])
    if not FIRST_YEAR <= first < LAST_YEAR or str(first + 1)[-len(named[2]) :] != named[2]:
        return None
    start = add_months(parse_month(f"{first}-04"), 3 * (int(quarter) - 1))
    return Window(start, month_end(add_months(start, 2)))


def _plain(name: str) -> str:
    return " ".join(without_note(name).casefold().split())


@cache
def _forces_by_place() -> Mapping[str, str]:
    return {_place(name): names[0] for names in force_names().values() for name in names}


def _place(name: str) -> str:
    plain = " ".join(name.casefold().replace("&", "and").split())
    return re.sub(r" (police service|police|constabulary)$", "", plain)


def _refuse_repeats(name: str, used: list[Offences]) -> None:
    lines = Counter(row.folded for row in used)
    # a folded code ("1/4.1/4.10/4.2") stands in a line for each of its codes, and these are added up
    last = {row.folded: row.line for row in used if lines[row.folded] > row.code.count("/") + 1}
    if last:
        repeated = (
            f"{force}, {window}, code {printable(code[:30])} (line {line})"
            for (force, window, code), line in last.items()
        )
        raise InvalidRowsError(
            f"{len(last)} offence codes of a force and quarter are repeated in {name}: "
            f"{first_five(repeated)}. Keep one row of each."
        )


def _noted(kept: list[Offences]) -> dict[str, int]:
    lines = Counter(row.folded for row in kept)
    codes = Counter(row.total for row in kept)
    usual: dict[tuple[str, Window], int] = defaultdict(int)
    for (_, key, window), count in codes.items():
        usual[key, window] = max(usual[key, window], count)
    forces = {names[0] for names in force_names().values()}
    return {
        "below zero, to correct an earlier quarter: subtracted": sum(row.count < 0 for row in kept),
        "one of several lines of the same combined offence code: added up": sum(
            lines[row.folded] > 1 for row in kept
        ),
        "of a body that is not a police force, kept under the name in the file": sum(
            row.total[0] not in forces for row in kept
        ),
        "of a total with fewer offence codes than other forces have": sum(
            codes[row.total] < usual[row.total[1:]] for row in kept
        ),
    }
