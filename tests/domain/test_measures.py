"""What vulncore.domain.measures promises of the vocabulary of recorded crime."""

import csv
from pathlib import Path

import pytest

from vulncore.domain import measures
from vulncore.domain.measures import (
    RECORDED_CRIME_FROM,
    measures_by_met_category,
    measures_by_subgroup,
    recorded_crime_measures,
    subgroups_by_code,
)
from vulncore.domain.vocabulary import Measure, strands

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "recorded-crime"


def others() -> list[Measure]:
    recorded_crime_keys = {measure.key for measure in recorded_crime_measures()}
    return [measure for measure in measures.known_measures() if measure.key not in recorded_crime_keys]


def column(file: str, name: str) -> set[str]:
    if not (PUBLISHED / file).exists():
        pytest.skip("the published tables of recorded crime are not beside this checkout")
    with (PUBLISHED / file).open(encoding="utf-8-sig", newline="") as stream:
        return {row[name] for row in csv.DictReader(stream)}


def test_every_subgroup_and_category_of_the_published_tables_has_a_measure():
    subgroups = column("prc-pfa-2017-18.csv", "Offence Subgroup")
    categories = column("mps-borough-monthly-2010-04-to-2023-11.csv", "MinorText")
    assert (len(subgroups), len(categories)) == (28, 32)
    assert {name.casefold() for name in subgroups} <= set(measures_by_subgroup())
    assert {name.casefold() for name in categories} == set(measures_by_met_category())
    assert len({measures_by_met_category()[name.casefold()].key for name in categories}) == 32


def test_no_key_and_no_name_is_another_measures():
    keys = [measure.key for measure in (*others(), *recorded_crime_measures())]
    names = [measure.name.casefold() for measure in (*others(), *recorded_crime_measures())]
    assert len(keys) == len(set(keys))
    assert len(names) == len(set(names))


def test_rape_and_other_sexual_offences_are_the_reports_own():
    for key in ("rape", "other-sexual-offences"):
        (reported,) = (measure for measure in others() if measure.key == key)
        assert reported in measures_by_subgroup().values()
        assert reported in measures_by_met_category().values()


def test_every_measure_has_unit_kind_and_definition():
    for measure in recorded_crime_measures():
        assert (measure.unit, measure.record_kind) == ("offences", "crime")
        assert measure.definition.endswith(".")
        assert measure.definition_source
        assert measure.strand in {"", *(strand.key for strand in strands())}


def test_the_measures_are_numbered_on_without_gaps():
    orders = [measure.order for measure in recorded_crime_measures()]
    assert orders == list(range(RECORDED_CRIME_FROM, RECORDED_CRIME_FROM + len(orders)))
    assert max(measure.order for measure in others()) < RECORDED_CRIME_FROM


def test_every_offence_code_belongs_to_a_known_subgroup():
    assert {subgroup.casefold() for subgroup in subgroups_by_code().values()} <= set(measures_by_subgroup())
