"""What vulncore.resourcing.answers promises: how many are needed, how likely a shortage is, from when."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.resourcing.made_units import AS_AT, steady, unit
from vulncore.domain.periods import add_months
from vulncore.resourcing.answers import Span, first_month, monthly_answers, over_a_span, year_span
from vulncore.resourcing.chain import Staffing, staffing

PEOPLE = arrays(float, (7, 3), elements=st.integers(0, 20))
MANY_PATHS = arrays(float, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(0, 20))
LED = unit(
    {
        "officer": {"most_cases": 4, "posts": 12, "full_time": 50},
        "sergeant": {"supervises": ("officer",), "posts": 3},
    }
)


def told(needed, there, opened=None) -> Staffing:
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


@settings(max_examples=60, deadline=None)
@given(PEOPLE, PEOPLE, PEOPLE)
def test_every_number_of_a_month_by_plain_counting(needed, there, opened):
    found = monthly_answers(told(needed, there, opened), "officer")
    for month, row in found.iterrows():
        wants, has, held = needed[:, month], there[:, month], opened[:, month]
        each = np.array([n / h if h else (np.inf if n else 0.0) for n, h in zip(held, has, strict=True)])
        for column, values, level in (
            ("needed50", wants, 0.5),
            ("needed80", wants, 0.8),
            ("needed95", wants, 0.95),
            ("there10", has, 0.1),
            ("there50", has, 0.5),
            ("there90", has, 0.9),
            ("caseload10", each, 0.1),
            ("caseload50", each, 0.5),
            ("caseload90", each, 0.9),
        ):
            assert row[column] == least_that_is_enough(values, level), column
        assert row["needed"] == pytest.approx(sum(wants) / 7)
        assert row["there"] == pytest.approx(sum(has) / 7)
        assert row["opened"] == pytest.approx(sum(held) / 7)
        assert row["short"] == pytest.approx(sum(wants > has) / 7)
        assert row["over"] == pytest.approx(sum(each > 4) / 7)


@settings(max_examples=60, deadline=None)
@given(MANY_PATHS)
def test_so_many_officers_are_enough_in_so_many_of_a_hundred_cases_and_none_fewer_are(needed):
    found = monthly_answers(told(needed, needed), "officer")
    for month in range(3):
        for column, hundredths in {"needed50": 50, "needed80": 80, "needed95": 95}.items():
            enough = [
                have
                for have in range(21)
                if 100 * (needed[:, month] <= have).sum() >= hundredths * len(needed)
            ]
            assert found[column][month] == enough[0]


def test_months_are_those_after_the_as_at_month():
    found = monthly_answers(told(np.ones((2, 3)), np.ones((2, 3))), "officer")
    assert found["month"].tolist() == list(pd.date_range("2024-11-01", periods=3, freq="MS"))


def test_as_many_as_needed_are_no_shortage_and_the_limit_is_not_passed_where_it_is_met():
    found = monthly_answers(told([[3.0] * 3], [[3.0] * 3], [[12.0] * 3]), "officer")
    assert found["short"].tolist() == found["over"].tolist() == [0, 0, 0]


def test_a_role_that_holds_no_cases_has_no_caseload():
    found = monthly_answers(told(np.ones((2, 3)), np.ones((2, 3))), "sergeant")
    assert [name for name in found if "caseload" in name or name in ("opened", "over")] == []
    assert found["needed95"].tolist() == [1, 1, 1]
    assert found["short"].tolist() == [0, 0, 0]


def test_hours_are_the_mean_of_a_role_that_works_on_cases_and_of_no_other():
    made = staffing(
        unit({"officer": {}, "sergeant": {"supervises": ("officer",)}}, at_once=100), steady(8, months=3)
    )
    assert monthly_answers(made, "officer")["hours"].tolist() == pytest.approx([80, 80, 80])
    assert "hours" not in monthly_answers(made, "sergeant")


def test_what_is_certain_is_told_for_every_month_like_anything_else():
    found = monthly_answers(staffing(unit(at_once=100), steady(8, months=4, paths=50)), "officer")
    assert len(found) == 4
    assert found.notna().all(axis=None)
    assert found["needed50"].tolist() == pytest.approx(found["needed95"].tolist())


@settings(max_examples=60, deadline=None)
@given(PEOPLE, PEOPLE, st.integers(0, 2), st.integers(0, 2))
def test_a_span_is_told_of_each_paths_mean_over_its_months(needed, there, one, other):
    span = Span(min(one, other), max(one, other))
    found = over_a_span(told(needed, there), span)
    assert found["role"].tolist() == ["officer", "sergeant"]
    assert found["name"].tolist() == ["Officer", "Sergeant"]
    assert found["funded"].tolist() == [12 * 0.5, 3]
    wants = [sum(path[span.first : span.last + 1]) / (span.last + 1 - span.first) for path in needed]
    has = [sum(path[span.first : span.last + 1]) / (span.last + 1 - span.first) for path in there]
    row = found.iloc[0]
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
    found = over_a_span(staffing(unit(roles, at_once=100), steady(8, months=4, paths=50)), Span(0, 3))
    assert found.notna().all(axis=None)
    assert found["needed50"].tolist() == pytest.approx(found["needed95"].tolist())


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
