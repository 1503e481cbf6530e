"""Vocabulary: strands of vulnerability, and the measures that are counted under them.

Measures are data: the report's nineteen stand in `reference/measures.toml`, data.police.uk's
categories in `reference/police_uk_categories.toml`, and a dataset carries the measures it uses.
"""

import tomllib
from collections.abc import Iterable
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
    """One of the report's strands of vulnerability, as the National Vulnerability Action Plan has them.

    `label` is the published wording and `name` the wording on screen.
    """

    key: str
    label: str
    name: str


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
    return tuple(Strand(**row) for row in _toml("strands.toml")["strand"])


@cache
def report_measures() -> tuple[Measure, ...]:
    """Return the nineteen measures of the report's table in its order.

    >>> len(report_measures()), report_measures()[0].label
    (19, 'Adult At Risk PPNS')
    """
    return _measures("measures.toml")


@cache
def police_uk_measures() -> tuple[Measure, ...]:
    """Return data.police.uk's crime categories as measures, its present ones and its past ones.

    They are numbered on from `POLICE_UK_FROM`: in a table of both they follow the report's measures.
    """
    return _measures("police_uk_categories.toml", first=POLICE_UK_FROM)


@cache
def police_uk_outcome_measures() -> tuple[Measure, ...]:
    """Return data.police.uk's outcome types as measures, each counting the outcomes of one type."""
    return _measures("police_uk_outcomes.toml", first=OUTCOMES_FROM)


@cache
def police_uk_stop_measures() -> tuple[Measure, ...]:
    """Return the one measure of data.police.uk's stop-and-search files."""
    return _measures("police_uk_stops.toml", first=STOPS_FROM)


def strand_name(key: str) -> str:
    """Return the name of a strand; its key is returned unchanged where no strand has it.

    >>> strand_name("sexual-violence"), strand_name("")
    ('Sexual violence', '')
    """
    return next((strand.name for strand in strands() if strand.key == key), key)


def find_strand(key_or_name: str) -> Strand:
    """Return the strand with a key, a name or a label, in any letter case.

    Raises:
        UnknownNameError: No strand has it.

    >>> find_strand("hate crime").key
    'hate-crime'
    """
    wanted = key_or_name.strip().casefold()
    for strand in strands():
        if wanted in (strand.key, strand.name.casefold(), strand.label.casefold()):
            return strand
    raise UnknownNameError(
        f"No strand is called '{key_or_name[:60]}'. There are {len(strands())}: "
        f"{', '.join(strand.key for strand in strands())}."
    )


def find_measure(measures: Iterable[Measure], key_or_label: str) -> Measure:
    """Return the measure with a key or a label, in any letter case.

    Raises:
        UnknownNameError: No measure has it; the message lists what there is.
    """
    every = tuple(measures)
    wanted = key_or_label.strip().casefold()
    for measure in every:
        if wanted in (measure.key, measure.label.casefold(), measure.name.casefold()):
            return measure
    raise UnknownNameError(
        f"No measure is called '{key_or_label[:60]}'. "
        f"There are {len(every)}: {first_five(measure.key for measure in every)}."
    )


def _measures(file_name: str, first: int = 1) -> tuple[Measure, ...]:
    return tuple(
        Measure(**{**row, "flow": Flow(row["flow"]), "polarity": Polarity(row["polarity"])}, order=order)
        for order, row in enumerate(_toml(file_name)["measure"], start=first)
    )


def _toml(file_name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((REFERENCE / file_name).read_text(encoding="utf-8"))
