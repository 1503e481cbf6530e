"""What a forecast says of a change of level that nobody announced, and that it is offered both ways."""

from datetime import date

import numpy as np
import pytest

from tests.conftest import tried_at_few_origins
from tests.findings.forecast.test_held_back import demand_of
from tests.findings.strand.stores import noted, publish_months, stands
from vulncore.findings.forecast.outlook import forecast_outlook, last_twelve, usual_twelve
from vulncore.findings.forecast.sentences import forecast_briefing, forecast_headline, forecast_notes
from vulncore.findings.forecast.tables import export_rows, total_rows
from vulncore.findings.forecast.wording import bases_in_words, basis_in_words
from vulncore.findings.forecast.work import other_way, subject_forecasts, why_no_forecast
from vulncore.forecasting.basis import Basis
from vulncore.store import open_version
from vulncore.store.notes import NoteKind

SIXTIES = np.random.default_rng(5).poisson(60, 36).tolist()
SINCE = date(2024, 7, 1)
HALVED = [*SIXTIES[:30], *(count // 2 for count in SIXTIES[30:])]


@pytest.fixture(autouse=True)
def few_trials():
    with tried_at_few_origins():
        yield


def both_ways(demand):
    other = demand.as_if_changed
    as_if = forecast_outlook(other, subject_forecasts(other))
    return forecast_outlook(demand, subject_forecasts(demand), other_way=as_if), as_if


def next_year(outlook) -> float:
    return outlook.year(next(iter(outlook.paths)), 2025)["expected"]


def test_it_is_said_first_and_both_ways(tmp_path):
    publish_months(tmp_path, HALVED)
    demand = demand_of(tmp_path)
    assert demand.proposed is not None
    assert demand.proposed.month == SINCE
    as_it_was, as_if = both_ways(demand)
    assert next_year(as_if) == pytest.approx(12 * 30, rel=0.12)
    assert next_year(as_it_was) > 1.04 * next_year(as_if)  # which follows a new level half the way by itself
    briefing = forecast_briefing(as_it_was)
    assert briefing.finding == "Hate crime: recording seems to have halved in July 2024."
    assert briefing.action == "Approve or decline the new level on the Strand page."
    assert briefing.also == (
        f"If the new level holds, about {next_year(as_if):,.0f} in 2025. "
        f"If not, about {next_year(as_it_was):,.0f}, as shown."
    )
    line = forecast_headline(as_it_was)[0]
    assert line.lead == "New level?"
    assert "from 60 to 30 a month. Nobody has approved or declined that." in line.text


def test_as_if_it_had_changed_says_so_and_what_would_come_otherwise(tmp_path):
    publish_months(tmp_path, HALVED)
    demand = demand_of(tmp_path)
    as_it_was = forecast_outlook(demand, subject_forecasts(demand))
    other = demand.as_if_changed
    as_if = forecast_outlook(other, subject_forecasts(other), other_way=as_it_was)
    assert f"about {next_year(as_if):,.0f} in 2025, as shown." in forecast_briefing(as_if).also
    assert f"If not, about {next_year(as_it_was):,.0f}." in forecast_briefing(as_if).also
    assert "A change of level is taken as if approved for July 2024." in " ".join(forecast_notes(as_if))


@pytest.mark.parametrize("kind", [NoteKind.LEVEL_CHANGE, NoteKind.LEVEL_KEPT])
def test_once_somebody_decided_it_is_not_asked_again(tmp_path, kind):
    publish_months(tmp_path, HALVED)
    noted(tmp_path, {"kind": kind, "month": SINCE})
    demand = demand_of(tmp_path)
    assert demand.proposed is None
    assert demand.as_if_changed is demand
    assert demand.changes == ((SINCE,) if kind is NoteKind.LEVEL_CHANGE else ())
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    assert "seems to have" not in forecast_briefing(outlook).finding
    assert all(line.lead != "New level?" for line in forecast_headline(outlook))


def test_what_was_approved_is_what_it_is_as_if(tmp_path):
    publish_months(tmp_path, HALVED)
    as_if = demand_of(tmp_path).as_if_changed
    noted(tmp_path, {"kind": NoteKind.LEVEL_CHANGE, "month": SINCE})
    approved = demand_of(tmp_path)
    assert approved.changes == as_if.changes
    assert approved.past.steps == as_if.past.steps == (30,)


def test_steady_months_propose_none(tmp_path):
    publish_months(tmp_path, SIXTIES)
    assert demand_of(tmp_path).proposed is None


def test_a_change_of_over_a_year_ago_is_not_asked_about(tmp_path):
    publish_months(tmp_path, [*SIXTIES[:18], *(count // 2 for count in SIXTIES[18:])])
    assert demand_of(tmp_path).proposed is None


def with_month(place: int, count: int) -> list[int]:
    return [*HALVED[:place], count, *HALVED[place + 1 :]]


@pytest.mark.parametrize(
    "counts",
    [
        HALVED,
        with_month(20, 2_000),  # an odd month
        [*[0] * 14, *HALVED[6:]],  # recording begins late
        [*HALVED[:28], None, *HALVED[29:]],
    ],
)
def test_what_it_asks_about_can_be_approved_on_strand(tmp_path, counts):
    publish_months(tmp_path, counts)
    change = demand_of(tmp_path).proposed
    assert change is not None
    assert stands(tmp_path, dataset="city").proposed == change
    noted(tmp_path, {"kind": NoteKind.LEVEL_CHANGE, "month": change.month})
    assert demand_of(tmp_path).proposed is None


def test_what_is_shown_as_if_says_so_wherever_it_goes(tmp_path):
    publish_months(tmp_path, HALVED)
    demand = demand_of(tmp_path)
    as_it_was, as_if = both_ways(demand)
    assert "as if the proposed change of level had been approved" in bases_in_words(as_if.demand)
    assert "approved" in bases_in_words(demand)
    assert "as if" not in bases_in_words(demand)
    assert "as if approved" in basis_in_words(as_if, Basis.CURRENT_PROCESS)
    made = open_version(tmp_path, "city").publish
    for outlook, assumed in ((as_it_was, ""), (as_if, "level:2024-07")):
        assert set(export_rows(total_rows(outlook), outlook.demand, made)["what_if"]) == {assumed}


def test_a_level_after_which_nothing_could_be_forecast_is_offered_no_other_way(tmp_path):
    draw = np.random.default_rng(5)
    counts = [*draw.poisson(60, 40).tolist(), *[None] * 13, *draw.poisson(60, 5).tolist()]
    publish_months(tmp_path, [*counts, *draw.poisson(28, 6).tolist()], first=date(2021, 4, 1))
    demand = demand_of(tmp_path)
    assert demand.proposed is not None
    assert why_no_forecast(demand) is None
    assert why_no_forecast(demand.as_if_changed) is not None
    assert other_way(demand) is None


def test_a_year_with_an_odd_month_is_set_against_what_is_usual(tmp_path):
    publish_months(tmp_path, [*SIXTIES[:30], 900, *SIXTIES[31:]])
    demand = demand_of(tmp_path)
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    usual = usual_twelve(demand)
    text = " ".join(line.text for line in forecast_headline(outlook))
    assert f"against about {usual:,.0f} in the twelve months to December 2024 as they usually are" in text
    assert f"({last_twelve(demand):,} with odd months)" in text
