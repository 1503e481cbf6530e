"""A table of severity weights: how much one record of an offence weighs, by its code, its wording or both."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from vulncore.domain.errors import InvalidWeightsError, first_five
from vulncore.domain.severity.codes import plain_wording, written_code
from vulncore.domain.vocabulary import reference_rows

MOST_ROWS: Final = 20_000  # the Home Office counts about 1,500 offences
HEAVIEST: Final = 10_000_000.0  # a life sentence in days is a thousand times less
NAME_LETTERS: Final = 80
WORDING_LETTERS: Final = 200
SHIPPED_NAME: Final = "Crime Severity Score"
SHIPPED_UNIT: Final = "days of prison"
SHIPPED_SOURCE: Final = (
    "Office for National Statistics, Crime Severity Score, list of weights as of 2020 or 2021. "
    "Open Government Licence v3.0."
)


@dataclass(frozen=True)
class OffenceWeight:
    """What one record of an offence weighs: by its code ("" where it has none) and its wording ("" where it has none)."""

    code: str
    offence: str
    weight: float


@dataclass(frozen=True)
class WeightTable:
    """Weights of offences: what the table is called, whose it is, what a weight is in, and its rows."""

    name: str
    source: str
    unit: str
    rows: tuple[OffenceWeight, ...]

    @cached_property
    def by_code(self) -> dict[str, tuple[float, ...]]:
        """The weights of each code, as `written_code` has it: several where rows of one code differ."""
        return _weights_by((written_code(row.code) or row.code, row.weight) for row in self.rows if row.code)

    @cached_property
    def by_wording(self) -> dict[str, tuple[float, ...]]:
        """The weights of each wording, as `plain_wording` has it."""
        return _weights_by((plain_wording(row.offence), row.weight) for row in self.rows if row.offence)


@cache
def shipped_weights() -> WeightTable:
    """Return the table that ships: the weights of the Crime Severity Score.

    Source:
        Office for National Statistics (2016), Research outputs: developing a Crime Severity Score for England and Wales using
        data on crimes recorded by the police; the list of weights of its data tool (`reference/crime_severity.toml`).

    Misleads when:
        weights are taken for harm to a victim: they are what courts sentenced offenders to, and a new offence has none.

    >>> shipped_weights().by_code["2"], len(shipped_weights().rows)
    ((4654.298133,), 131)
    """
    rows = tuple(OffenceWeight(**row) for row in reference_rows("crime_severity.toml")["weight"])
    return WeightTable(SHIPPED_NAME, SHIPPED_SOURCE, SHIPPED_UNIT, rows)


def checked_table(
    name: str, source: str, unit: str, rows: Sequence[OffenceWeight], file: str = "The table"
) -> WeightTable:
    """Return a table of weights, once nothing in it is doubtful.

    Args:
        name: What the table is called.
        source: Whose table it is.
        unit: What a weight is in, such as "days of prison".
        rows: The weights.
        file: What messages call the table.

    Raises:
        InvalidWeightsError: A name is missing, too long or can't be printed; there are no rows or too many; a row has neither a
            code nor a wording, or one that can't be printed; a weight is negative or no number; a wording has two weights.
    """
    named = {"name": name.strip(), "source": source.strip(), "unit of a weight": unit.strip()}
    for what, text in named.items():
        longest = WORDING_LETTERS if what == "source" else NAME_LETTERS
        if not text or len(text) > longest or not text.isprintable():
            raise InvalidWeightsError(
                f"The {what} of the weights is {_fault(text)}. Write it in 1 to {longest} letters."
            )
    if not 0 < len(rows) <= MOST_ROWS:
        raise InvalidWeightsError(
            f"{file} has {len(rows):,} weights. A table has 1 to {MOST_ROWS:,}. Check that you chose the right file."
        )
    faults = {
        "have neither a code nor a wording": [row for row in rows if not (row.code or row.offence)],
        "have a code or a wording that is too long or can't be printed": [
            row
            for row in rows
            if not (row.code + row.offence).isprintable()
            or max(len(row.code), len(row.offence)) > WORDING_LETTERS
        ],
        f"have a weight that is not a number from 0 to {HEAVIEST:,.0f}": [
            row for row in rows if not (math.isfinite(row.weight) and 0 <= row.weight <= HEAVIEST)
        ],
    }
    for what, faulty in faults.items():
        if faulty:
            these = first_five(row.offence or row.code or f"weight {row.weight:g}" for row in faulty)
            raise InvalidWeightsError(
                f"{len(faulty):,} of {len(rows):,} rows of {file} {what}: {these}. Correct these rows."
            )
    table = WeightTable(named["name"], named["source"], named["unit of a weight"], tuple(rows))
    twice = [wording for wording, weights in table.by_wording.items() if len(weights) > 1]
    if twice:
        raise InvalidWeightsError(
            f"{len(twice):,} offences of {file} have two weights: {first_five(twice)}. Keep one row of each."
        )
    return table


def _fault(text: str) -> str:
    return "missing" if not text else "too long" if text.isprintable() else "not fit to print"


def _weights_by(named: Iterable[tuple[str, float]]) -> dict[str, tuple[float, ...]]:
    by_name: dict[str, tuple[float, ...]] = {}
    for name, weight in named:
        if weight not in by_name.get(name, ()):
            by_name[name] = (*by_name.get(name, ()), weight)
    return by_name
