"""What vulncore.resourcing.scenario.scenario promises: of a scenario, and of a number from a lowest to a highest."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import triang

from tests.resourcing.made_units import ROLE, UNIT, at, unit
from vulncore.domain.errors import InvalidScenarioError
from vulncore.resourcing.scenario.scenario import ASSUMED, Assumption, fixed

MADE = unit({"officer": {}, "helper": {}})
LEVELS = np.linspace(0, 1, 101)
ENDS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
THREE = st.lists(ENDS, min_size=3, max_size=3).map(sorted)


def of_scipy(low: float, likely: float, high: float):
    return triang((likely - low) / (high - low), loc=low, scale=high - low)


@pytest.mark.parametrize(
    "ends",
    [(0, 1, 2), (0, 0, 5), (0, 5, 5), (-3, 7, 7.5), (11.5, 13, 14.6), (0.001, 0.002, 900), (-9, -8, -1)],
    ids=["even", "likeliest is lowest", "likeliest is highest", "leans up", "leave", "far", "below 0"],
)
def test_levels_are_those_of_a_triangular_distribution(ends):
    low, _, high = ends
    assert Assumption(*ends).at(LEVELS) == pytest.approx(of_scipy(*ends).ppf(LEVELS), abs=1e-9 * (high - low))
    assert Assumption(*ends).mean == pytest.approx(of_scipy(*ends).mean())


@settings(deadline=None)
@given(THREE, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_any_three_numbers_make_a_triangular_distribution(ends, levels):
    low, likely, high = ends
    numbers = Assumption(*ends).at(np.array(levels))
    assert numbers.shape == (len(levels),)
    if low == high:
        assert set(numbers) == {likely}
    else:
        assert numbers == pytest.approx(of_scipy(*ends).ppf(levels), abs=1e-6 * (high - low))


@settings(deadline=None)
@given(THREE, st.lists(st.floats(0, 1), min_size=2, max_size=20).map(sorted))
def test_no_level_lies_outside_the_ends_or_below_a_lower_level(ends, levels):
    low, _, high = ends
    numbers = Assumption(*ends).at(np.array(levels))
    slack = 1e-9 * (high - low)
    assert ((numbers >= low - slack) & (numbers <= high + slack)).all()
    assert (np.diff(numbers) >= -slack).all()


@settings(deadline=None)
@given(THREE, st.tuples(*[st.floats(0, 1e6)] * 3))
def test_it_never_falls_as_any_of_its_numbers_rises(ends, rises):
    for place in range(3):
        more = list(ends)
        more[place] += rises[place]
        if more != sorted(more):
            continue
        before, after = Assumption(*ends), Assumption(*more)
        slack = 1e-9 * (more[2] - more[0]) + 1e-12
        assert (after.at(LEVELS) >= before.at(LEVELS) - slack).all()
        assert after.mean >= before.mean - slack


def test_the_mean_of_evenly_spread_levels_is_the_mean():
    assumption = Assumption(2, 3, 19)
    assert assumption.at((np.arange(100_000) + 0.5) / 100_000).mean() == pytest.approx(8, rel=1e-6)
    assert assumption.mean == 8


def test_a_certain_number_is_the_same_at_every_level_and_in_the_shape_of_the_levels():
    assumption = fixed(7, "somebody said so")
    assert (assumption.certain, assumption.mean, assumption.source) == (True, 7, "somebody said so")
    assert assumption.at(np.zeros((3, 1))).tolist() == [[7]] * 3
    assert assumption.at(np.array([0, 1])).tolist() == [7.0, 7.0]  # whole levels make no whole numbers of it


def test_a_number_is_assumed_by_nobody_unless_said():
    assumption = Assumption(1, 2, 3)
    assert (assumption.source, assumption.measured, assumption.by, assumption.on, assumption.certain) == (
        ASSUMED,
        False,
        "",
        None,
        False,
    )


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ((2, 1, 3), r"Lowest 2, likeliest 1 and highest 3 are not in rising order\. Give three numbers"),
        ((1, 3, 2), "Lowest 1, likeliest 3 and highest 2"),
        ((3, 3, 2.5), r"highest 2\.5 are not in rising order"),
        ((float("nan"), 1, 2), "Lowest nan"),
        ((0, float("nan"), 2), "likeliest nan"),
        ((0, 1, float("inf")), "highest inf"),
        ((float("-inf"), 1, 2), "Lowest -inf"),
    ],
)
def test_numbers_that_do_not_rise_or_have_no_end_are_refused_and_told(ends, message):
    with pytest.raises(InvalidScenarioError, match=message):
        Assumption(*ends)


@pytest.mark.parametrize("text", ["two\nlines", "a\x00b", "bell\x07", "deleted\x7f", "back\u202ewards"])
def test_signs_that_cannot_be_printed_are_refused(text):
    with pytest.raises(
        InvalidScenarioError, match=r"A source of \d+ letters is too long or has signs that can't be"
    ):
        Assumption(1, 2, 3, source=text)
    with pytest.raises(
        InvalidScenarioError, match=r"A name of \d+ letters is too long or has signs that can't be"
    ):
        Assumption(1, 2, 3, by=text)


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2101, 1, 1), date(1, 1, 1)])
def test_a_day_of_a_year_that_can_only_be_a_slip_is_refused(day):
    assert [Assumption(1, 2, 3, on=date(year, 1, 1)).on.year for year in (1900, 2100)] == [1900, 2100]
    with pytest.raises(
        InvalidScenarioError, match=rf"The year of a change is {day.year}\. Give a year from 1900 to"
    ):
        Assumption(1, 2, 3, on=day)


def test_as_many_letters_as_may_be_are_taken_and_one_more_is_refused():
    assert Assumption(1, 2, 3, source="é" * 200, by="b" * 60, on=date(2025, 4, 1)).by == "b" * 60
    with pytest.raises(InvalidScenarioError, match=r"source of 201 letters.* up to 200 letters on one line"):
        Assumption(1, 2, 3, source="é" * 201)
    with pytest.raises(InvalidScenarioError, match=r"name of 61 letters.* up to 60 letters on one line"):
        Assumption(1, 2, 3, by="b" * 61)


def test_a_role_without_a_number_of_its_own_has_the_units():
    assert MADE.of_role("officer", "leave") == MADE.assumptions[at("unit.leave")]
    changed = MADE.where(at("role.officer.leave"), fixed(3))
    assert (changed.of_role("officer", "leave"), changed.of_role("helper", "leave")) == (
        fixed(3),
        fixed(UNIT["leave"]),
    )
    assert changed.of_role("officer", "posts") == fixed(ROLE["posts"])
    assert MADE.of_role("officer", "leave") == fixed(0)  # the first is as it was


def test_a_scenario_is_renamed_on_one_line():
    assert MADE.called("  More \n officers\t ").name == "More officers"
    assert MADE.name == "Made"
