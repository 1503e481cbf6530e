"""What a page shows, as statements about unknown counts, or as what the blurred hours behind it are.

An atom is a part's records in a place: of a month and a measure, `(part, place)`; a place is an hour of the week or a cell.
Nothing is taken from a view but what a reader of the page, of its file or of its command sees.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np

from tests.attack.solving import Atom, Range, Statement, sum_of
from vulncore.domain.arrays import Floats
from vulncore.domain.blur import sharpening
from vulncore.findings.when.view import Week

TENTH: Final = 0.05  # what rounding to a tenth leaves
JUST_UNDER: Final = 1e-3  # of a record
BLUNTING: Final = np.linalg.inv(sharpening())
"""What a reader knows of the blur: which blurred hours give the hours that are shown."""


def selected(parts: Sequence[object], places: Sequence[object]) -> dict[Atom, float]:
    """Return the sum of what some parts hold in some places."""
    return sum_of(product(parts, places))


def total(parts: Sequence[object], places: Sequence[object], number: float) -> Statement:
    """Return a force's total: published elsewhere, and known to the record."""
    return Statement(selected(parts, places), number, number)


def hidden_under(smallest: int, counts: Floats, parts: Sequence[object]) -> Iterator[Statement]:
    """Return what a view says that shows counts as they are, hides those under a number, and gives their total."""
    yield total(parts, range(len(counts)), float(counts.sum()))
    for place, count in enumerate(counts):
        limits = (count, count) if count >= smallest else (0.0, smallest - JUST_UNDER)
        yield Statement(selected(parts, [place]), *map(float, limits))


def blurred_hours(week: Week, less: Week) -> list[Range]:
    """Return what blurred records each hour of a week holds that another week lacks: both sharpened, both with its hidden hours.

    Of whole records: what is shown to a tenth leaves one whole number where it leaves less than one either way.
    """
    hours = [shown.of("hour") for shown in (week, less)]
    middle = hours[0]["weight"].fillna(0.0) - hours[1]["weight"].fillna(0.0)
    away = sum(np.where(shown["hidden"], week.smallest, TENTH) for shown in hours)
    about = BLUNTING @ middle.to_numpy()
    reach = np.abs(BLUNTING) @ away
    return [
        Range(float(np.ceil(one - far)), float(np.floor(one + far)))
        for one, far in zip(about, reach, strict=True)
    ]
