"""Vocabulary: strands of vulnerability, and the measures that are counted under them.

Measures are data: the report's nineteen stand in `reference/measures.toml`, data.police.uk's
categories in `reference/police_uk_categories.toml`, and a dataset carries the measures it uses.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from vulncore.domain.errors import UnknownNameError, first_five

REFERENCE = Path(__file__).parents[1] / "reference"
SEXUAL_VIOLENCE = "sexual-violence"
"""The strand of which the report has maps and forecasts: where pages begin."""
POLICE_UK_FROM = 101  # after the report's measures, so that a dataset with both keeps their groups whole
OUTCOMES_FROM = 201
STOPS_FROM = 301


class Flow(StrEnum):
    """Whether a measure counts events in a period or things present at its end."""

    FLOW = "flow"
    STOCK = "stock"


class Polarity(StrEnum):
    """What a rise in a measure means, and so how it is worded."""

    HARM = "harm"  # a rise is more harm
    UNDER_REPORTED = "under-reported"  # a rise can be harm, or confidence in reporting
    DEMAND = "demand"  # a rise is more work found: notices, nominals, referrals


@dataclass(frozen=True)
class Strand:
    """A strand of vulnerability: one of the report's, as the National Vulnerability Action Plan has them, or a force's.

    `label` is the published wording and `name` the wording on screen. `was` are keys that mean this strand since, and
    `measures` the keys of those that are in it whatever strand they name themselves (`vulncore.domain.strands`).
    """

    key: str
    label: str
    name: str
    was: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """One thing that is counted: a row of the strand table.

    `label` is the published wording and `name` the wording on screen. `serious` marks the gravest
    harms, for which a possible rise is said as loudly as a clear one.
    """

    key: str
    label: str
    name: str
    group: str
    strand: str
    order: int
    record_kind: str
    unit: str
    flow: Flow
    polarity: Polarity
    serious: bool
    definition: str
    definition_source: str


@cache
def strands() -> tuple[Strand, ...]:
    """Return the report's eleven strands in its order.

    Source: City of London Police vulnerability report 2024, paragraph 1.

    >>> len(strands()), strands()[0].name
    (11, 'Domestic abuse')
    """
    return tuple(Strand(**row) for row in reference_rows("strands.toml")["strand"])


@cache
def report_measures() -> tuple[Measure, ...]:
    """Return the nineteen measures of the report's table in its order.

    >>> len(report_measures()), report_measures()[0].label
    (19, 'Adult At Risk PPNS')
    """
    return measures_of(reference_rows("measures.toml")["measure"], first=1)


@cache
def police_uk_measures() -> tuple[Measure, ...]:
    """Return data.police.uk's crime categories as measures, its present ones and its past ones.

    They are numbered on from `POLICE_UK_FROM`: in a table of both they follow the report's measures.
    """
    return measures_of(reference_rows("police_uk_categories.toml")["measure"], first=POLICE_UK_FROM)


@cache
def police_uk_outcome_measures() -> tuple[Measure, ...]:
    """Return data.police.uk's outcome types as measures, each counting the outcomes of one type."""
    return measures_of(reference_rows("police_uk_outcomes.toml")["measure"], first=OUTCOMES_FROM)


@cache
def police_uk_stop_measures() -> tuple[Measure, ...]:
    """Return the one measure of data.police.uk's stop-and-search files."""
    return measures_of(reference_rows("police_uk_stops.toml")["measure"], first=STOPS_FROM)


def strand_name(key: str) -> str:
    """Return the name of a strand of the report; a key that it lacks is returned unchanged. A version's list has its own (`name_of`).

    >>> strand_name("sexual-violence"), strand_name("")
    ('Sexual violence', '')
    """
    return next((strand.name for strand in strands() if strand.key == key), key)


def find_measure(measures: Iterable[Measure], key_or_label: str) -> Measure:
    """Return the measure with a key or a label, in any letter case.

    Raises:
        UnknownNameError: No measure has it; the message lists what there is.
    """
    every = tuple(measures)
    wanted = key_or_label.strip().casefold()
    for one in every:
        if wanted in (one.key, one.name.casefold(), one.label.casefold()):
            return one
    keys = first_five(one.key for one in every)
    raise UnknownNameError(f"No measure is called '{key_or_label[:60]}'. There are {len(every)}: {keys}.")


def measures_of(rows: Iterable[Mapping[str, Any]], first: int) -> tuple[Measure, ...]:
    """Return the measures that rows of a file of `reference/` describe, numbered from `first`."""
    return tuple(
        Measure(**{**row, "flow": Flow(row["flow"]), "polarity": Polarity(row["polarity"])}, order=order)
        for order, row in enumerate(rows, start=first)
    )


def reference_rows(file_name: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a file of `reference/` by the table that they are of."""
    return tomllib.loads((REFERENCE / file_name).read_text(encoding="utf-8"))
