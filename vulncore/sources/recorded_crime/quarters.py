"""The Home Office's police recorded crime: a row per force, quarter and offence code, added up by offence subgroup."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidRowsError, Reject, first_five
from vulncore.domain.measures import measure_of_offence, measures_by_subgroup, subgroups_by_code
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR, Window, add_months, month_end, parse_month
from vulncore.sources.police_uk.files import force_names
from vulncore.sources.recorded_crime.figures import Figures, Totals, counts_and_coverage
from vulncore.sources.recorded_crime.lines import EMPTY, Lines

SOURCE: Final = "recorded-crime-home-office"
ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Home Office, police recorded crime open data tables"
)
HEADER: Final = (
    "Financial Year",
    "Financial Quarter",
    "Force Name",
    "Offence Description",
    "Offence Group",
    "Offence Subgroup",
    "Offence Code",
    "Number of Offences",
)

NO_QUARTER: Final = "no financial year and quarter"
NO_FORCE: Final = "no force named"
UNKNOWN_SUBGROUP: Final = "an offence subgroup that is not on the list"
NO_COUNT: Final = "a number of offences that cannot be read"
BELOW_ZERO: Final = "a total below zero"
WITHHELD: Final = "part of a total that lacks a row that cannot be used"

# The files print numbers as accountants do: padded, thousands set off by commas, zero as a dash (" -00 ").
_ZERO = re.compile(r"-0{0,2}")
_NUMBER = re.compile(r"-?([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})")
_YEAR = re.compile(r"([0-9]{4})/([0-9]{2})")

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


def totals_by_quarter(lines: Lines) -> Figures:
    """Return the Home Office's table as totals by force, offence subgroup and quarter.

    Returns:
        Totals of the offence codes of a subgroup. A row below zero is a correction of an earlier quarter and is
        subtracted, as it is in the Home Office's own totals. A force, subgroup and quarter without rows is not
        covered. Nor is one of which a row can't be used: its other rows are left out.

    Raises:
        InvalidRowsError: An offence code of a force and quarter is there more often than it names codes.
    """
    used: list[Offences] = []
    rejects = list(lines.rejects)
    short: set[PartOfTotal] = {(None, None, None)} if lines.rejects else set()  # they can belong to any
    for number, cells in lines.rows:
        offences = read_offences(number, cells)
        if isinstance(offences, Offences):
            used.append(offences)
        else:
            rejects.append(Reject(lines.name, number, offences[0], printable(offences[1][:60])))
            short.add(part_of_total(cells))
    _refuse_repeats(lines.name, used)
    sums: Counter[Total] = Counter()
    for row in used:
        sums[row.total] += row.count
    withheld = {total for total in sums if _any_of(total, short)}
    negative = {total for total, count in sums.items() if count < 0} - withheld
    rejects += [
        Reject(lines.name, row.line, BELOW_ZERO, str(sums[row.total]))
        for row in used
        if row.total in negative
    ]
    kept = [row for row in used if row.total not in withheld | negative]
    totals = _totals({total: sums[total] for total in sums if total not in withheld | negative})
    counts, coverage = counts_and_coverage(totals)
    left_out = {WITHHELD: sum(row.total in withheld for row in used), EMPTY: lines.empty}
    return Figures(
        source=SOURCE,
        counts=counts,
        coverage=coverage,
        measures=tuple(totals.measures),
        accepted=len(kept),
        rejects=tuple(rejects),
        attribution=ATTRIBUTION,
        left_out={reason: count for reason, count in left_out.items() if count},
        noted=_noted(kept),
    )


def read_offences(line: int, cells: list[str]) -> Offences | tuple[str, str]:
    """Return what a row adds to which total; or why it can't be used, and the value at fault."""
    year, quarter, force, _, _, subgroup, code, number = cells
    window = financial_quarter(year, quarter)
    if window is None:
        return NO_QUARTER, f"{year} {quarter}"
    name = force_name(force)
    if name is None:
        return NO_FORCE, force
    measure = measure_of_offence(subgroup, code)
    if measure is None:
        return UNKNOWN_SUBGROUP, subgroup
    count = offence_count(number)
    if count is None:
        return NO_COUNT, number
    return Offences(line, (name, measure.key, window), code, count)


def part_of_total(cells: list[str]) -> PartOfTotal:
    """Return which total a row that can't be used is missing from, as far as the row says.

    Where its subgroup isn't known, its offence code tells which it was in 2017/18.
    """
    year, quarter, force, _, _, subgroup, code, _ = cells
    formerly = subgroups_by_code().get(code.partition("/")[0], "")
    measures = measures_by_subgroup()
    measure = measures.get(subgroup.casefold()) or measures.get(formerly.casefold())
    return force_name(force), measure.key if measure else None, financial_quarter(year, quarter)


def offence_count(cell: str) -> int | None:
    """Return a cell's number of offences as the Home Office prints it; None where it is none.

    >>> [offence_count(cell) for cell in ("1,234", "-00", "-2", "12,34", "n/a", "")]
    [1234, 0, -2, None, None, None]
    """
    if _ZERO.fullmatch(cell):
        return 0
    return int(cell.replace(",", "")) if _NUMBER.fullmatch(cell) else None


def force_name(name: str) -> str | None:
    """Return a force by the name it has elsewhere, any other body by its own; None where that is no name.

    >>> force_name("London, City of"), force_name("Devon and Cornwall"), force_name("CIFAS")
    ('City of London Police', 'Devon & Cornwall Police', 'CIFAS')
    """
    if not 0 < len(name) <= 100 or not name.isprintable():
        return None
    last, _, first = name.partition(", ")
    return _forces_by_place().get(_place(f"{first} {last}" if first else name), name)


@lru_cache(maxsize=1_000)  # bounded: a file may hold any number of years that are none
def financial_quarter(year: str, quarter: str) -> Window | None:
    """Return the months of a financial year's quarter, of which the first begins with April; None if it is none.

    >>> str(financial_quarter("2017/18", "4"))
    'January 2018 to March 2018'
    """
    named = _YEAR.fullmatch(year)
    if not named or quarter not in ("1", "2", "3", "4"):
        return None
    first = int(named[1])
    if not FIRST_YEAR <= first < LAST_YEAR or (first + 1) % 100 != int(named[2]):
        return None
    start = add_months(parse_month(f"{first}-04"), 3 * (int(quarter) - 1))
    return Window(start, month_end(add_months(start, 2)))


@cache
def _forces_by_place() -> Mapping[str, str]:
    return {_place(name): names[0] for names in force_names().values() for name in names}


def _place(name: str) -> str:
    plain = " ".join(name.casefold().replace("&", "and").split())
    return re.sub(r" (police service|police|constabulary)$", "", plain)


def _any_of(total: Total, parts: set[PartOfTotal]) -> bool:
    """Return whether a total is one of those that are known in part."""
    return any(part in parts for part in product(*((known, None) for known in total)))


def _refuse_repeats(name: str, used: list[Offences]) -> None:
    lines: dict[tuple[str, Window, str], list[int]] = defaultdict(list)
    for row in used:
        lines[row.total[0], row.total[2], row.code].append(row.line)
    # a folded code ("1/4.1/4.10/4.2") stands in a line for each of its codes, and these are added up
    repeated = [
        f"{force}, {window}, code {printable(code[:30])} (line {numbers[-1]})"
        for (force, window, code), numbers in lines.items()
        if len(numbers) > code.count("/") + 1
    ]
    if repeated:
        raise InvalidRowsError(
            f"{len(repeated)} offence codes of a force and quarter are repeated in {name}: "
            f"{first_five(repeated)}. Keep one row of each."
        )


def _totals(sums: Mapping[Total, int]) -> Totals:
    known = {measure.key: measure for measure in measures_by_subgroup().values()}
    measures = sorted({known[key] for _, key, _ in sums}, key=lambda measure: measure.order)
    forces = list(dict.fromkeys(force for force, _, _ in sums))
    windows = list(dict.fromkeys(window for _, _, window in sums))
    at_force = {force: at for at, force in enumerate(forces)}
    at_measure = {measure.key: at for at, measure in enumerate(measures)}
    at_window = {window: at for at, window in enumerate(windows)}
    return Totals(
        source=SOURCE,
        forces=forces,
        measures=measures,
        periods=windows,
        force=[at_force[force] for force, _, _ in sums],
        measure=[at_measure[key] for _, key, _ in sums],
        period=[at_window[window] for _, _, window in sums],
        count=list(sums.values()),
    )


def _noted(kept: list[Offences]) -> dict[str, int]:
    lines = Counter((row.total[0], row.total[2], row.code) for row in kept)
    codes = Counter(row.total for row in kept)
    usual: dict[tuple[str, Window], int] = defaultdict(int)
    for (_, key, window), count in codes.items():
        usual[key, window] = max(usual[key, window], count)
    forces = {names[0] for names in force_names().values()}
    noted = {
        "below zero, to correct an earlier quarter: subtracted": sum(row.count < 0 for row in kept),
        "one of several lines of the same combined offence code: added up": sum(
            lines[row.total[0], row.total[2], row.code] > 1 for row in kept
        ),
        "of a body that is not a police force, kept under the name in the file": sum(
            row.total[0] not in forces for row in kept
        ),
        "of a total with fewer offence codes than other forces have": sum(
            codes[row.total] < usual[row.total[1:]] for row in kept
        ),
    }
    return {what: count for what, count in noted.items() if count}
