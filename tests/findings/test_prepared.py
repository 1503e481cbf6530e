"""What the pages show first is made ready beforehand, as vulncore.findings.prepared promises."""

from datetime import date
from itertools import islice

import numpy as np
import pytest

from tests.forecasting.plain import forecast_plainly
from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.delivery import Delivery
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.vocabulary import report_measures
from vulncore.findings import prepared as preparing
from vulncore.findings.forecast import kept
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.forecast.work import ready_forecasts
from vulncore.findings.prepared import Readiness, prepare
from vulncore.findings.resourcing.demand import ready_unit_forecast, unit_demand
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.prepared_files import tables_kept
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.store import datasets, open_version, publish
from vulncore.store.verifying import store_checks

OTHER = "Freedonia Police"
UNIT = "what comes to the Public Protection Unit"


@pytest.fixture
def done(monkeypatch) -> list[object]:
    """The pieces of forecasts that were worked out."""
    return forecast_plainly(monkeypatch)


@pytest.fixture
def store(tmp_path):
    """Two forces with four years of months: of hate crime, and of a measure with next to no records."""
    publish(tmp_path, "small", made_of(months(date(2020, 1, 1), 48)), "tests")
    return tmp_path


def made_of(every: list[date]) -> Delivery:
    draw = np.random.default_rng(3)
    counts = [
        {**month_total(month, int(draw.poisson(mean)), measure), "force": force}
        for measure, mean in (("hate-crime", 30), ("fgm", 0.1))
        for month in every
        for force in (FORCE, OTHER)
    ]
    measures = [measure for measure in report_measures() if measure.key in ("hate-crime", "fgm")]
    return delivery(counts=counts, measures=measures)


def states(made) -> dict[str, Readiness]:
    return {prepared.what: prepared.readiness for prepared in made}


def test_what_the_pages_open_with_is_made_ready_for_each_force_and_before_all_else(store, done):
    made = list(prepare(store, "small"))
    assert [prepared.what for prepared in made][:4] == [
        f"{OTHER}, Hate crime",
        f"{OTHER}, {UNIT}",
        f"{FORCE}, Hate crime",
        f"{FORCE}, {UNIT}",
    ]
    assert [(prepared.place, prepared.of) for prepared in made] == [(place + 1, 6) for place in range(6)]
    assert states(made)[f"{FORCE}, Female genital mutilation"] is Readiness.NOTHING
    assert states(made)[f"{FORCE}, Hate crime"] is Readiness.MADE
    snapshot = open_version(store, "small")
    choice = dataset_contents(snapshot)
    for force in choice.forces:
        month = choice.default_month[force]
        demand = subject_demand(snapshot, force, find_subject(subjects(choice), "hate-crime"), month)
        assert set(ready_forecasts(demand, snapshot.home)) == set(Basis)
        unit = unit_demand(snapshot, force, choice, example_scenario(), month)
        assert ready_unit_forecast(unit, Basis.CURRENT_PROCESS, snapshot.home).trials


def test_records_with_their_hours_and_places_are_made_ready_before_forecasts(tmp_path, done):
    every = months(date(2024, 1, 1), 3)
    rows = [incident(number, every[number % 3], longitude=0.5, latitude=51.2) for number in range(60)]
    publish(tmp_path, "small", delivery(rows, covered(every)), "tests")
    what = f"{FORCE}, hours and places of records"
    first = next(prepare(tmp_path, "small"))
    assert (first.what, first.readiness) == (what, Readiness.MADE)
    assert len(tables_kept(open_version(tmp_path, "small"))) == 3
    assert next(prepare(tmp_path, "small")).readiness is Readiness.READY


def test_what_is_ready_is_left_alone_and_what_was_broken_off_goes_on(store, done):
    first = states(islice(prepare(store, "small"), 1))
    assert first == {f"{OTHER}, Hate crime": Readiness.MADE}
    worked = len(done)
    again = states(prepare(store, "small"))
    assert again[f"{OTHER}, Hate crime"] is Readiness.READY
    assert again[f"{OTHER}, {UNIT}"] is Readiness.READY  # its one kind of case has the same months
    assert again[f"{FORCE}, Hate crime"] is Readiness.MADE
    assert len(done) > worked
    worked = len(done)
    assert set(states(prepare(store, "small")).values()) == {Readiness.READY, Readiness.NOTHING}
    assert len(done) == worked


def test_the_store_stays_what_it_is(store, done):
    before = store_checks(store)
    list(prepare(store, "small"))
    assert datasets(store) == ("small",)
    assert store_checks(store) == before
    publish(store, "small", made_of([date(2024, 1, 1)]), "tests")
    assert next(prepare(store, "small")).readiness is Readiness.MADE


def test_where_nothing_can_be_kept_it_is_said_once_something_was_made(store, done, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "write_whole", full)
    with pytest.raises(VulncoreError, match=r"made ready for 'small' can't be kept\. Check that the store"):
        list(prepare(store, "small"))


def test_a_dataset_with_nothing_to_forecast_has_nothing_to_make_ready(store, done, monkeypatch):
    monkeypatch.setattr(preparing, "subjects", lambda choice: ())
    monkeypatch.setattr(preparing, "case_subjects", lambda choice, scenario: {})
    assert list(prepare(store, "small")) == []
    with pytest.raises(UnknownNameError, match="No dataset is called 'large'"):
        list(prepare(store, "large"))


def test_a_change_of_level_that_is_proposed_is_made_ready_both_ways(tmp_path, done):
    every = months(date(2021, 4, 1), 42)
    draw = np.random.default_rng(3).poisson(60, 42)
    counts = [
        month_total(month, int(count) // (2 if place >= 36 else 1), "hate-crime")
        for place, (month, count) in enumerate(zip(every, draw, strict=True))
    ]
    publish(tmp_path, "small", delivery(counts=counts), "tests")
    assert states(prepare(tmp_path, "small"))[f"{FORCE}, Hate crime"] is Readiness.MADE
    snapshot = open_version(tmp_path, "small")
    subject = find_subject(subjects(dataset_contents(snapshot)), "hate-crime")
    demand = subject_demand(snapshot, FORCE, subject, every[-1])
    assert demand.proposed
    for way in (demand, demand.as_if_changed):
        assert ready_forecasts(way, snapshot.home) is not None
    assert states(prepare(tmp_path, "small"))[f"{FORCE}, Hate crime"] is Readiness.READY
