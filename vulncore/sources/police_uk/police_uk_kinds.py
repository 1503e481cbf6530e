"""The three kinds of file that data.police.uk publishes for each month of a force, and what each holds."""

from enum import StrEnum
from typing import Final

from vulncore.domain.vocabulary import (
    Measure,
    police_uk_measures,
    police_uk_outcome_measures,
    police_uk_stop_measures,
)


class Kind(StrEnum):
    """A kind of file, by the last part of its name."""

    STREET = "street"
    OUTCOMES = "outcomes"
    STOP_AND_SEARCH = "stop-and-search"


SOURCES: Final = {
    Kind.STREET: "police-uk",
    Kind.OUTCOMES: "police-uk-outcomes",
    Kind.STOP_AND_SEARCH: "police-uk-stop-and-search",
}
"""The names of the sources: one each, so that no kind is published in place of another."""

_CRIME: Final = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
)

HEADERS: Final = {
    Kind.STREET: (*_CRIME, "Crime type", "Last outcome category", "Context"),
    Kind.OUTCOMES: (*_CRIME, "Outcome type"),
    Kind.STOP_AND_SEARCH: (
        "Type",
        "Date",
        "Part of a policing operation",
        "Policing operation",
        "Latitude",
        "Longitude",
        "Gender",
        "Age range",
        "Self-defined ethnicity",
        "Officer-defined ethnicity",
        "Legislation",
        "Object of search",
        "Outcome",
        "Outcome linked to object of search",
        "Removal of more than just outer clothing",
    ),
}

TYPE_COLUMNS: Final = {Kind.STREET: "Crime type", Kind.OUTCOMES: "Outcome type"}
"""The column that names a row's measure; all rows of a stop-and-search file count towards the same."""

UNKNOWN_TYPES: Final = {
    Kind.STREET: "a crime type that data.police.uk does not have",
    Kind.OUTCOMES: "an outcome type that data.police.uk does not have",
}
"""Why a row is rejected whose measure nobody knows."""


def measures_of(kind: Kind) -> tuple[Measure, ...]:
    """Return the measures that rows of a kind can count towards.

    >>> [len(measures_of(kind)) for kind in Kind]
    [16, 28, 1]
    """
    if kind is Kind.STREET:
        return police_uk_measures()
    return police_uk_outcome_measures() if kind is Kind.OUTCOMES else police_uk_stop_measures()
