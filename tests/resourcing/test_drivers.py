"""What vulncore.resourcing.answers promises of what drives a shortage."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import triang

from tests.resourcing.made_units import MONTH_HOURS, steady, unit, wild
from vulncore.resourcing.answers import Span, drivers
from vulncore.resourcing.chain import Inputs, worked_out
from vulncore.resourcing.scenario.link import illustrative
from vulncore.resourcing.scenario.scenario import fixed

MONTHS = 18
DEMAND = wild(MONTHS, 500)
YEAR = Span(2, 13)
ROLES = [role.key for role in illustrative().roles]


def gap_of(numbers, paths, role, span=YEAR, scenario=None) -> float:
    """The gap with each number as given and demand without chance."""
    of = {key: np.array([[value]]) for key, value in numbers.items()}
    told = worked_out(scenario or illustrative(), replace(DEMAND, paths=paths), Inputs(of, chance=False))
    wanting = (told.needed[role] - told.there[role])[0, span.first : span.last + 1]
    return sum(wanting) / len(wanting)


MEANS = {key: (each.low + each.likely + each.high) / 3 for key, each in illustrative().assumptions.items()}
EXPECTED = {kind: paths.mean(axis=0, keepdims=True) for kind, paths in DEMAND.paths.items()}


@pytest.mark.parametrize("role", ROLES)
def test_each_row_is_what_comes_of_moving_that_number_alone(role):
    found = drivers(illustrative(), DEMAND, role, YEAR)
    gap = gap_of(MEANS, EXPECTED, role)
    assert found["gap"].tolist() == pytest.approx([gap] * len(found))
    for row in found.itertuples():
        kind = row.key.removeprefix("demand.")
        for end, level, told in ((row.low, 0.1, row.gap_low), (row.high, 0.9, row.gap_high)):
            if kind in EXPECTED:
                totals = DEMAND.paths[kind][:, : YEAR.last + 1].sum(axis=1)
                assert end == pytest.approx(100 * np.quantile(totals, level) / totals.mean())
                by_hand = gap_of(MEANS, {**EXPECTED, kind: EXPECTED[kind] * end / 100}, role)
            else:
                each = illustrative().assumptions[row.key]
                width = each.high - each.low
                exact = triang((each.likely - each.low) / width, each.low, width).ppf(level)
                assert end == pytest.approx(exact)
                by_hand = gap_of({**MEANS, row.key: exact}, EXPECTED, role)
            assert told == pytest.approx(by_hand, abs=1e-9), row.key


def test_every_uncertain_number_and_every_kind_that_comes_is_there_once_and_no_certain_one():
    found = drivers(illustrative(), DEMAND, "pip2", YEAR)["key"].tolist()
    uncertain = [key for key, each in illustrative().assumptions.items() if each.low < each.high]
    assert sorted(found) == sorted([*uncertain, *(f"demand.{kind}" for kind in DEMAND.paths)])


@pytest.mark.parametrize("role", ROLES)
def test_what_moves_most_comes_first(role):
    found = drivers(illustrative(), DEMAND, role, YEAR)
    swing = (found["gap_high"] - found["gap_low"]).abs()
    assert swing.is_monotonic_decreasing
    assert found.index.tolist() == list(range(len(found)))


def test_a_number_of_another_role_moves_nothing():
    found = drivers(illustrative(), DEMAND, "pip2", YEAR).set_index("key")
    for key in ("role.soit.on_cases", "case.rape.hours.soit", "role.ds.span"):
        assert found.loc[key, "gap_low"] == pytest.approx(found.loc[key, "gap_high"]), key


def test_by_hand_for_one_role_and_one_kind_of_case():
    scenario = unit({"officer": {"in_post": 7}}, {"fraud": {"hours": {"officer": (50, 60, 70)}}})
    found = drivers(scenario, steady(20), "officer", Span(0, 11)).set_index("key")
    low, high = 50 + np.sqrt(0.1 * 2 * 10 * 10), 70 - np.sqrt(0.1 * 2 * 10 * 10)
    row = found.loc["case.fraud.hours.officer"]
    assert row.tolist() == pytest.approx(
        [low, high, *(20 * hours / MONTH_HOURS - 7 for hours in (low, high, 60))]
    )
    assert found.loc["demand.fraud", ["low", "high"]].tolist() == [100, 100]


def test_more_work_widens_the_gap_and_more_people_close_it():
    found = drivers(illustrative(), DEMAND, "pip2", YEAR).set_index("key")
    rises = found["gap_high"] - found["gap_low"]
    for key in ("unit.leave", "role.pip2.leavers", "case.rape.hours.pip2", "demand.domestic-abuse"):
        assert rises[key] > 0, key
    for key in ("role.pip2.on_cases", "role.pip2.training_worth"):
        assert rises[key] < 0, key


def test_where_all_is_certain_demand_alone_is_left():
    scenario = illustrative()
    for key, each in scenario.assumptions.items():
        scenario = scenario.where(key, fixed(each.likely))
    assert set(drivers(scenario, DEMAND, "pip2", YEAR)["key"]) == {f"demand.{kind}" for kind in DEMAND.paths}


def test_a_kind_of_which_nothing_comes_divides_by_nothing():
    found = drivers(unit(), steady(0), "officer", Span(0, 11))
    assert found[["gap_low", "gap_high", "gap"]].to_numpy().tolist() == [[-10, -10, -10]]


def test_demand_is_told_up_to_the_end_of_the_span_and_not_of_what_comes_later():
    early = replace(DEMAND, paths={kind: paths.copy() for kind, paths in DEMAND.paths.items()})
    for paths in early.paths.values():
        paths[:, 6:] *= 7
    span = Span(3, 5)
    one, other = (drivers(illustrative(), demand, "pip2", span) for demand in (DEMAND, early))
    assert one.equals(other)
