"""One row of the Home Office's table: of which total it is a part, and how many offences it adds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from vulncore.domain.measures import measures_by_subgroup, subgroups_by_code
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR, Window, add_months, month_end, parse_month
from vulncore.sources.police_uk.files import force_names

NO_QUARTER: Final = "no financial year and quarter"
NO_FORCE: Final = "no force named"
UNKNOWN_SUBGROUP: Final = "an offence subgroup that is not known"
NO_COUNT: Final = "a number of offences that cannot be read"

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


def offences(line: int, cells: list[str]) -> Offences | tuple[str, str]:
    """Return what a row adds to which total; or why it can't be used, and the value at fault."""
    year, quarter, force, _, _, subgroup, code, number = cells
    window = financial_quarter(year, quarter)
    if window is None:
        return NO_QUARTER, f"{year} {quarter}"
    name = force_name(force)
    if name is None:
        return NO_FORCE, force
    measure = measures_by_subgroup().get(subgroup.casefold())
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
