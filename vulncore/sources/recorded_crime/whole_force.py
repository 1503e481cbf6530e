"""The Metropolitan Police as a whole: the sum of the areas of its table, where no part of the sum is missing."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from vulncore.domain.arrays import Integers
from vulncore.domain.vocabulary import Measure

FORCE: Final = "Metropolitan Police Service"
MISSING: Final = -1  # in a matrix of counts: the month's cell is empty
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
    """The accepted rows of a table by area: of which area and measure each is, and its counts by month.

    `counts` has a row for each of them and a column for each month, `MISSING` where there is none.
    """

    areas: tuple[str, ...]
    measures: tuple[Measure, ...]
    counts: Integers

    @cached_property
    def of_measure(self) -> dict[Measure, list[int]]:
        """The rows of each measure, in the vocabulary's order of measures."""
        found: dict[Measure, list[int]] = {}
        for at, measure in enumerate(self.measures):
            found.setdefault(measure, []).append(at)
        return dict(sorted(found.items(), key=lambda item: item[0].order))


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
    unsure = _unsure(rows, rejected)
    boroughs = {_plain(name) for name in BOROUGHS}
    sums = {}
    for measure, of_it in rows.of_measure.items():
        if measure not in unsure and boroughs <= {_plain(rows.areas[at]) for at in of_it}:
            counts = rows.counts[of_it]
            sums[measure] = np.where((counts == MISSING).any(axis=0), MISSING, counts.sum(axis=0))
    return sums


def _unsure(rows: AreaRows, rejected: Collection[tuple[str | None, Measure | None]]) -> set[Measure]:
    """Return the measures that a rejected row may be of: its own, else each that its area has no other row of."""
    own = {measure for _, measure in rejected if measure is not None}
    areas = {area for area, measure in rejected if measure is None}
    lacking = {
        measure for measure, of_it in rows.of_measure.items() if areas - {rows.areas[at] for at in of_it}
    }
    return own | lacking


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("&", "and").split())
