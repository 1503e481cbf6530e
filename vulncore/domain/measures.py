"""Every measure that can be counted, and which wording of which published table means which measure.

The measures of the report and of data.police.uk stand in `vulncore.domain.vocabulary`; those of police recorded crime
and of incidents that are no crimes are added here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pandas as pd

from vulncore.domain.vocabulary import (
    Measure,
    find_measure,
    measures_of,
    police_uk_measures,
    reference_rows,
    report_measures,
    strand_name,
)

INCIDENTS_FROM: Final = 351  # after the measures of data.police.uk's files
RECORDED_CRIME_FROM: Final = 401


@cache
def known_measures() -> tuple[Measure, ...]:
    """Return every measure: the report's, then data.police.uk's categories, incidents, then those of recorded crime.

    >>> [measure.key for measure in known_measures()[:2]]
    ['adult-at-risk-ppns', 'child-at-risk-ppns']
    """
    return (*report_measures(), *police_uk_measures(), *incident_measures(), *recorded_crime_measures())


def measures_frame() -> pd.DataFrame:
    """Return one row per known measure: its key, by which mappings name it, its name and what is counted."""
    frame = pd.DataFrame(known_measures())[["key", "name", "strand", "unit", "definition"]]
    return frame.assign(strand=frame["strand"].map(strand_name))


@cache
def incident_measures() -> tuple[Measure, ...]:
    """Return the measures of incidents that are kept beside crimes and are none, numbered from `INCIDENTS_FROM`.

    >>> [measure.key for measure in incident_measures()][:2]
    ['reported-incidents-of-rape', 'domestic-abuse-non-crime']
    """
    return measures_of(reference_rows("incident_measures.toml")["measure"], INCIDENTS_FROM)


@cache
def recorded_crime_measures() -> tuple[Measure, ...]:
    """Return the measures of recorded crime that are not the report's own, numbered from `RECORDED_CRIME_FROM`.

    Rape and other sexual offences are the report's, and so not among them.

    Source:
        Home Office, police recorded crime open data tables; Metropolitan Police, MPS Recorded Crime.

    >>> recorded_crime_measures()[0].key
    'homicide'
    """
    rows = (
        {name: value for name, value in row.items() if name not in ("home_office", "met")}
        for row in _reference()["measure"]
    )
    return measures_of(rows, RECORDED_CRIME_FROM)


@cache
def measures_by_subgroup() -> Mapping[str, Measure]:
    """Return measures by the Home Office's offence subgroup, in small letters.

    >>> measures_by_subgroup()["rape offences"].key, measures_by_subgroup()["bicycle theft"].key
    ('rape', 'bicycle-thefts')
    """
    keys = {measure.key: measure for measure in recorded_crime_measures()}
    renamed = {row["home_office"].casefold(): keys[row["key"]] for row in _reference()["renamed"]}
    return {**_by_wording("home_office"), **renamed}


def measure_of_offence(subgroup: str, code: str) -> Measure | None:
    """Return what an offence counts towards by its subgroup and code in the Home Office's table; None if neither says.

    >>> measure_of_offence("Vehicle offences", "45").key, measure_of_offence("Piracy", "45")
    ('theft-from-a-vehicle', None)
    """
    if subgroup in _reference()["told_by_code"]:
        subgroup = subgroups_by_code().get(code.partition("/")[0], "")
    return measures_by_subgroup().get(subgroup.casefold())


@cache
def measures_by_met_category() -> Mapping[str, Measure]:
    """Return measures by the Metropolitan Police's category ("MinorText"), in small letters.

    >>> len(measures_by_met_category()), measures_by_met_category()["rape"].key
    (32, 'rape')
    """
    return _by_wording("met")


@cache
def subgroups_by_code() -> Mapping[str, str]:
    """Return the Home Office's offence subgroup of each offence code, as in its tables of 2017/18.

    >>> subgroups_by_code()["19C"]
    'Rape offences'
    """
    return {row["code"]: row["subgroup"] for row in home_office_codes()}


@cache
def home_office_codes() -> tuple[Mapping[str, str], ...]:
    """Return the Home Office's offence codes: `code`, its wording (`description`) and its `subgroup`.

    >>> home_office_codes()[0]["description"]
    'Homicide'
    """
    return tuple(reference_rows("home_office_codes.toml")["code"])


@cache
def home_office_sub_codes() -> Mapping[tuple[int, int], str]:
    """Return the Home Office's offence code of a class's number and a sub-code, where the number alone doesn't tell it.

    >>> home_office_sub_codes()[8, 30]
    '8L'
    """
    rows = reference_rows("home_office_sub_codes.toml")["sub_code"]
    return {(row["number"], sub): row["code"] for row in rows for sub in row["subs"]}


def _by_wording(table: str) -> Mapping[str, Measure]:
    of_report = [(row, find_measure(report_measures(), row["key"])) for row in _reference()["report"]]
    of_recorded_crime = zip(_reference()["measure"], recorded_crime_measures(), strict=True)
    return {row[table].casefold(): measure for row, measure in [*of_report, *of_recorded_crime] if row[table]}


@cache
def _reference() -> Mapping[str, Any]:
    return reference_rows("recorded_crime_measures.toml")
