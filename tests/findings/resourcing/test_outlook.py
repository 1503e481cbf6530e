"""What vulncore.findings.resourcing.outlook promises: what a scenario answers to a question."""

from dataclasses import replace
from datetime import date

import pytest

from tests.findings.resourcing.asking import AS_AT, outlook_of
from tests.resourcing.made_units import at
from vulncore.domain.errors import InvalidScenarioError, UnknownNameError
from vulncore.findings.resourcing.outlook import first_year, shifted, staffing_question, years_ahead
from vulncore.findings.resourcing.sentences import more_in_words
from vulncore.resourcing.chain import staffing
from vulncore.resourcing.scenario.fields import field_of
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Assumption, fixed
from vulncore.resourcing.solving import MoreNeeded, with_more


def test_demand_is_the_forecasts_simulated_paths(forecast, outlook):
    assert set(forecast.paths) == {
        "rape",
        "other-sexual-offences",
        "csea",
        "domestic-abuse",
        "serious-hate-crime",
    }
    assert {paths.shape for paths in forecast.paths.values()} == {(2_000, 50)}
    doubled = {key: 2 * paths for key, paths in forecast.paths.items()}
    more = outlook_of(replace(forecast, paths=doubled), {})
    assert more.months["needed50"].iloc[-1] > 1.8 * outlook_of(forecast, {}).months["needed50"].iloc[-1]
    without = {key: paths for key, paths in forecast.paths.items() if key != "domestic-abuse"}
    less = outlook_of(replace(forecast, paths=without), {})
    assert less.months["needed50"].iloc[-1] < outlook.months["needed50"].iloc[-1]


def test_domestic_abuse_non_crime_follows_from_crimes_where_no_figure_counts_it(forecast):
    base = example_scenario()
    none = base.where(at("case.domestic-abuse-non-crime.ratio"), fixed(0))
    with_them = staffing(base, forecast.incoming).needed["safeguarding"].mean()
    assert staffing(none, forecast.incoming).needed["safeguarding"].mean() < with_them


def test_a_year_is_short_in_as_many_months_as_its_months_are(outlook):
    months = outlook.months[
        (outlook.months["month"] >= "2026-01-01") & (outlook.months["month"] <= "2026-12-01")
    ]
    assert outlook.role_year["short"] == pytest.approx(months["short"].mean())


def test_what_it_takes_does_once_it_is_planned(forecast, shares, outlook):
    assert isinstance(outlook.more_for_cases, MoreNeeded)
    planned = outlook_of(forecast, shares, with_more(example_scenario(), outlook.more_for_cases))
    to_2026 = planned.months[planned.months["month"] <= "2026-12-01"]
    assert (to_2026["over"] <= 0.1).all()
    assert planned.more_for_cases.steps == ()
    assert more_in_words(planned, planned.more_for_cases).startswith(
        "No more PIP 2 investigators are needed."
    )
    covered = outlook_of(forecast, shares, with_more(example_scenario(), outlook.more_for_hours))
    to_2026 = covered.months[covered.months["month"] <= "2026-12-01"]
    assert (to_2026["short"] <= 0.1).all()


def test_a_question_that_no_scenario_answers_is_refused_with_what_there_is():
    with pytest.raises(UnknownNameError, match=r"no role 'dog'.*pip2, soit"):
        staffing_question(example_scenario(), AS_AT, 50, "dog", None, 0.1, None)
    with pytest.raises(InvalidScenarioError, match="2031 is outside the forecast. Give 2025 to 2028"):
        staffing_question(example_scenario(), AS_AT, 50, None, 2031, 0.1, None)
    with pytest.raises(InvalidScenarioError, match="2024-10 is not in the future. Give 2024-11"):
        staffing_question(example_scenario(), AS_AT, 50, None, None, 0.1, AS_AT)
    assert years_ahead(date(2024, 3, 1), 57) == [2024, 2025, 2026, 2027, 2028]
    assert staffing_question(example_scenario(), date(2024, 3, 1), 57, None, None, 0.1, None).year == 2026
    assert first_year(date(2024, 12, 1), 12) == 2025  # the last there is


def test_a_number_moved_keeps_its_range_in_proportion_and_within_its_limits():
    percent, people = field_of(at("role.pip2.leavers")), field_of(at("role.pip2.in_post"))
    moved = shifted(Assumption(8, 12, 75, "HR return"), 24, percent, "A. Lead", AS_AT)
    assert (moved.low, moved.likely, moved.high) == (16, 24, 100)
    assert (moved.by, moved.on) == ("A. Lead", AS_AT)
    assert (
        moved.source == "assumed: moved from 12"
    )  # what the source said of the old number it doesn't of the new
    assert shifted(fixed(5), 7, percent, "", AS_AT).certain
    assert shifted(Assumption(0, 0, 4), 3, percent, "", AS_AT).likely == 3
    whole = shifted(Assumption(3, 4, 5), 2, people, "", AS_AT)
    assert (whole.low, whole.likely, whole.high) == (2, 2, 2)
