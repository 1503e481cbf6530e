"""What vulncore.resourcing.answers promises: how many are needed, how likely a shortage is, from when, and what drives it."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import triang

from tests.resourcing.made_units import AS_AT, MONTH_HOURS, at, steady, unit, wild
from vulncore.domain.periods import add_months
from vulncore.resourcing.answers import Span, drivers, first_month, monthly_answers, span_answers, year_span
from vulncore.resourcing.chain import Inputs, Staffing, staffing, staffing_from
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import fixed

PEOPLE = arrays(float, (7, 3), elements=st.integers(0, 20))
MANY_PATHS = arrays(float, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(0, 20))
LED = unit(
    {
        "officer": {"most_cases": 4, "posts": 12, "full_time": 50},
        "sergeant": {"supervises": ("officer",), "posts": 3},
    }
)


def made_staffing(needed, there, opened=None) -> Staffing:
    few = np.ones((1, 3))
    return Staffing(
        LED,
        AS_AT,
        {"officer": np.asarray(needed, float), "sergeant": few},
        {"officer": np.asarray(there, float), "sergeant": 2 * few},
        {"officer": np.asarray(there if opened is None else opened, float)},
        {},
    )


def least_that_is_enough(values: np.ndarray, level: float) -> float:
    ordered = sorted(values.tolist())
    return next(value for place, value in enumerate(ordered, 1) if place / len(ordered) >= level - 1e-12)


@settings(max_examples=60)
@given(PEOPLE, PEOPLE, PEOPLE)
def test_every_number_of_a_month_by_plain_counting(needed, there, opened):
    rows = monthly_answers(made_staffing(needed, there, opened), "officer")
    for month, row in rows.iterrows():
        wants, has, held = needed[:, month], there[:, month], opened[:, month]
        caseload = np.array([n / h if h else (np.inf if n else 0.0) for n, h in zip(held, has, strict=True)])
        for column, values, level in (
            ("needed50", wants, 0.5),
            ("needed80", wants, 0.8),
            ("needed95", wants, 0.95),
            ("there10", has, 0.1),
            ("there50", has, 0.5),
            ("there90", has, 0.9),
            ("caseload10", caseload, 0.1),
            ("caseload50", caseload, 0.5),
            ("caseload90", caseload, 0.9),
        ):
            assert row[column] == least_that_is_enough(values, level), column
        assert row["needed"] == pytest.approx(sum(wants) / 7)
        assert row["there"] == pytest.approx(sum(has) / 7)
        assert row["opened"] == pytest.approx(sum(held) / 7)
        assert row["short"] == pytest.approx(sum(wants > has) / 7)
        assert row["over"] == pytest.approx(sum(caseload > 4) / 7)


@settings(max_examples=60)
@given(MANY_PATHS)
def test_so_many_officers_are_enough_in_so_many_of_a_hundred_cases_and_none_fewer_are(needed):
    rows = monthly_answers(made_staffing(needed, needed), "officer")
    for month in range(3):
        for column, hundredths in {"needed50": 50, "needed80": 80, "needed95": 95}.items():
            enough = [
                have
                for have in range(21)
                if 100 * (needed[:, month] <= have).sum() >= hundredths * len(needed)
            ]
            assert rows[column][month] == enough[0]


def test_months_are_those_after_the_as_at_month():
    rows = monthly_answers(made_staffing(np.ones((2, 3)), np.ones((2, 3))), "officer")
    assert rows["month"].tolist() == list(pd.date_range("2024-11-01", periods=3, freq="MS"))


def test_as_many_as_needed_are_no_shortage_and_the_limit_is_not_passed_where_it_is_met():
    rows = monthly_answers(made_staffing([[3.0] * 3], [[3.0] * 3], [[12.0] * 3]), "officer")
    assert rows["short"].tolist() == rows["over"].tolist() == [0, 0, 0]


def test_a_role_that_holds_no_cases_has_no_caseload():
    rows = monthly_answers(made_staffing(np.ones((2, 3)), np.ones((2, 3))), "sergeant")
    assert [name for name in rows if "caseload" in name or name in ("opened", "over")] == []
    assert rows["needed95"].tolist() == [1, 1, 1]
    assert rows["short"].tolist() == [0, 0, 0]


def test_hours_are_the_mean_of_a_role_that_works_on_cases_and_of_no_other():
    made = staffing(
        unit({"officer": {}, "sergeant": {"supervises": ("officer",)}}, at_once=100), steady(8, months=3)
    )
    assert monthly_answers(made, "officer")["hours"].tolist() == pytest.approx([80, 80, 80])
    assert "hours" not in monthly_answers(made, "sergeant")


def test_what_is_certain_is_told_for_every_month_like_anything_else():
    rows = monthly_answers(staffing(unit(at_once=100), steady(8, months=4, paths=50)), "officer")
    assert len(rows) == 4
    assert rows.notna().all(axis=None)
    assert rows["needed50"].tolist() == pytest.approx(rows["needed95"].tolist())


@settings(max_examples=60)
@given(PEOPLE, PEOPLE, st.integers(0, 2), st.integers(0, 2))
def test_a_span_is_told_of_each_paths_mean_over_its_months(needed, there, one, other):
    span = Span(min(one, other), max(one, other))
    rows = span_answers(made_staffing(needed, there), span)
    assert rows["role"].tolist() == ["officer", "sergeant"]
    assert rows["name"].tolist() == ["Officer", "Sergeant"]
    assert rows["funded"].tolist() == [12 * 0.5, 3]
    wants = [sum(path[span.first : span.last + 1]) / (span.last + 1 - span.first) for path in needed]
    has = [sum(path[span.first : span.last + 1]) / (span.last + 1 - span.first) for path in there]
    row = rows.iloc[0]
    for column, level in {"needed50": 0.5, "needed80": 0.8, "needed95": 0.95}.items():
        assert row[column] == pytest.approx(np.quantile(wants, level)), column
    assert row["there50"] == pytest.approx(sorted(has)[3])
    short = [
        needed[path, month] > there[path, month]
        for path in range(7)
        for month in range(span.first, span.last + 1)
    ]
    assert row["short"] == pytest.approx(sum(short) / len(short))


def test_what_is_certain_is_told_over_a_span_too():
    roles = {"officer": {}, "helper": {}}
    rows = span_answers(staffing(unit(roles, at_once=100), steady(8, months=4, paths=50)), Span(0, 3))
    assert rows.notna().all(axis=None)
    assert rows["needed50"].tolist() == pytest.approx(rows["needed95"].tolist())


AS_ATS = st.builds(add_months, st.just(date(2020, 1, 1)), st.integers(0, 60))


def months_in(as_at: date, months: int, year: int) -> list[int]:
    return [place for place in range(months) if add_months(as_at, place + 1).year == year]


@settings(deadline=None)
@given(AS_ATS, st.integers(1, 60), st.integers(0, 7))
def test_a_year_has_the_months_ahead_that_lie_in_it(as_at, months, later):
    inside = months_in(as_at, months, as_at.year + later)
    span = year_span(as_at, months, as_at.year + later)
    assert list(range(months))[span.first : span.last + 1] == inside


@pytest.mark.parametrize("year", [2023, 2020])
def test_a_year_before_the_months_ahead_has_none_of_them(year):
    span = year_span(date(2024, 10, 1), 50, year)
    assert list(range(50))[span.first : span.last + 1] == []


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([0, 0.2, 0.5, 0.50001, 0.9, 1]), max_size=30), st.sampled_from([0.2, 0.5, 0.9])
)
def test_the_first_month_above_a_level_is_found_and_none_where_none_is(chances, level):
    above = [add_months(AS_AT, place) for place, chance in enumerate(chances, 1) if chance > level]
    assert first_month(chances, AS_AT, level) == (above[0] if above else None)


def test_likelier_than_not_is_above_one_half():
    assert first_month([0.5, 0.5], AS_AT) is None
    assert first_month([0.5, 0.501], AS_AT) == date(2024, 12, 1)


MONTHS = 18
DEMAND = wild(MONTHS, 500)
YEAR = Span(2, 13)
ROLES = [role.key for role in example_scenario().roles]


def forecast(kind: str) -> Address:
    """The forecast of a kind of case, as a driver."""
    return Address("", case=kind)


def gap_of(numbers, paths, role, span=YEAR, scenario=None) -> float:
    """The gap with each number as given and demand without chance."""
    of = {key: np.array([[value]]) for key, value in numbers.items()}
    simulated = staffing_from(
        scenario or example_scenario(), replace(DEMAND, paths=paths), Inputs(of, chance=False)
    )
    wanting = (simulated.needed[role] - simulated.there[role])[0, span.first : span.last + 1]
    return sum(wanting) / len(wanting)


MEANS = {
    key: (assumption.low + assumption.likely + assumption.high) / 3
    for key, assumption in example_scenario().assumptions.items()
}
EXPECTED = {kind: paths.mean(axis=0, keepdims=True) for kind, paths in DEMAND.paths.items()}


@pytest.mark.parametrize("role", ROLES)
def test_each_row_is_what_comes_of_moving_that_number_alone(role):
    rows = drivers(example_scenario(), DEMAND, role, YEAR)
    gap = gap_of(MEANS, EXPECTED, role)
    assert rows["gap"].tolist() == pytest.approx([gap] * len(rows))
    for row in rows.itertuples():
        kind = "" if row.address.name else row.address.case
        for end, level, gap_at_end in ((row.low, 0.1, row.gap_low), (row.high, 0.9, row.gap_high)):
            if kind in EXPECTED:
                totals = DEMAND.paths[kind][:, : YEAR.last + 1].sum(axis=1)
                assert end == pytest.approx(100 * np.quantile(totals, level) / totals.mean())
                by_hand = gap_of(MEANS, {**EXPECTED, kind: EXPECTED[kind] * end / 100}, role)
            else:
                assumption = example_scenario().assumptions[row.address]
                width = assumption.high - assumption.low
                exact = triang((assumption.likely - assumption.low) / width, assumption.low, width).ppf(level)
                assert end == pytest.approx(exact)
                by_hand = gap_of({**MEANS, row.address: exact}, EXPECTED, role)
            assert gap_at_end == pytest.approx(by_hand, abs=1e-9), row.address


def test_every_uncertain_number_and_every_kind_that_comes_is_there_once_and_no_certain_one():
    rows = drivers(example_scenario(), DEMAND, "pip2", YEAR)["address"].tolist()
    uncertain = [
        key
        for key, assumption in example_scenario().assumptions.items()
        if assumption.low < assumption.high and not is_cost(key)
    ]
    assert Counter(rows) == Counter([*uncertain, *map(forecast, DEMAND.paths)])


@pytest.mark.parametrize("role", ROLES)
def test_what_moves_most_comes_first(role):
    rows = drivers(example_scenario(), DEMAND, role, YEAR)
    swing = (rows["gap_high"] - rows["gap_low"]).abs()
    assert swing.is_monotonic_decreasing
    assert rows.index.tolist() == list(range(len(rows)))


def test_a_number_of_another_role_moves_nothing():
    rows = drivers(example_scenario(), DEMAND, "pip2", YEAR).set_index("address")
    for key in map(at, ("role.soit.on_cases", "case.rape.hours.soit", "role.ds.span")):
        assert rows.loc[key, "gap_low"] == pytest.approx(rows.loc[key, "gap_high"]), key


def test_by_hand_for_one_role_and_one_kind_of_case():
    scenario = unit({"officer": {"in_post": 7}}, {"fraud": {"hours": {"officer": (50, 60, 70)}}})
    rows = drivers(scenario, steady(20), "officer", Span(0, 11)).set_index("address")
    low, high = 50 + np.sqrt(0.1 * 2 * 10 * 10), 70 - np.sqrt(0.1 * 2 * 10 * 10)
    row = rows.loc[at("case.fraud.hours.officer")]
    assert row.tolist() == pytest.approx(
        [low, high, *(20 * hours / MONTH_HOURS - 7 for hours in (low, high, 60))]
    )
    assert rows.loc[forecast("fraud"), ["low", "high"]].tolist() == [100, 100]


def test_more_work_widens_the_gap_and_more_people_close_it():
    rows = drivers(example_scenario(), DEMAND, "pip2", YEAR).set_index("address")
    rises = rows["gap_high"] - rows["gap_low"]
    numbers = map(at, ("unit.leave", "role.pip2.leavers", "case.rape.hours.pip2"))
    for key in (*numbers, forecast("domestic-abuse")):
        assert rises[key] > 0, key
    for key in map(at, ("role.pip2.on_cases", "role.pip2.training_worth")):
        assert rises[key] < 0, key


def test_where_all_is_certain_demand_alone_is_left():
    scenario = example_scenario()
    for key, assumption in scenario.assumptions.items():
        scenario = scenario.where(key, fixed(assumption.likely))
    assert set(drivers(scenario, DEMAND, "pip2", YEAR)["address"]) == set(map(forecast, DEMAND.paths))


def test_a_kind_of_which_nothing_comes_divides_by_nothing():
    rows = drivers(unit(), steady(0), "officer", Span(0, 11))
    assert rows[["gap_low", "gap_high", "gap"]].to_numpy().tolist() == [[-10, -10, -10]]


def test_demand_is_told_up_to_the_end_of_the_span_and_not_of_what_comes_later():
    early = replace(DEMAND, paths={kind: paths.copy() for kind, paths in DEMAND.paths.items()})
    for paths in early.paths.values():
        paths[:, 6:] *= 7
    span = Span(3, 5)
    one, other = (drivers(example_scenario(), demand, "pip2", span) for demand in (DEMAND, early))
    assert one.equals(other)
