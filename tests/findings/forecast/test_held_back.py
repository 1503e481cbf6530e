"""What a forecast does not learn from until somebody says that it is right."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.findings.strand.stores import JANUARY, noted, publish_months
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.forecast.held_back import HeldWhy
from vulncore.findings.forecast.outlook import last_twelve, usual_twelve
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.store import open_version, publish

TWENTIES = [20, 23, 19, 22, 17, 21, 24, 18, 20, 22, 19, 21] * 3
ODD, LAST = date(2023, 8, 1), date(2024, 12, 1)


def demand_of(store, measure="hate-crime"):
    snapshot = open_version(store, "city")
    contents = dataset_contents(snapshot)
    subject = find_subject(subjects(contents), measure)
    return subject_demand(snapshot, FORCE, subject, contents.default_month[FORCE])


def with_month(place: int, count: int) -> list[int]:
    return [*TWENTIES[:place], count, *TWENTIES[place + 1 :]]


def not_learnt(demand) -> list[date]:
    return demand.months.loc[demand.months["set_aside"], "month"].dt.date.tolist()


def test_one_month_of_forty_times_is_counted_and_not_learnt_from(tmp_path):
    publish_months(tmp_path, with_month(19, 800))
    demand = demand_of(tmp_path)
    assert [(one.month, one.why) for one in demand.held] == [(ODD, HeldWhy.ODD)]
    assert not_learnt(demand) == [ODD]
    assert demand.recorded[str(ODD)] == 800
    assert np.isnan(demand.past.counts[19])
    assert np.isnan(demand.final[19])


@pytest.mark.parametrize("last", [0, 1, 3])
def test_a_last_month_near_zero_is_not_learnt_from(tmp_path, last):
    publish_months(tmp_path, with_month(35, last))
    demand = demand_of(tmp_path)
    assert [(one.month, one.why) for one in demand.held] == [(LAST, HeldWhy.PART)]
    assert not_learnt(demand) == [LAST]


def test_a_month_near_zero_that_others_followed_is_learnt_from(tmp_path):
    publish_months(tmp_path, with_month(34, 3))
    assert demand_of(tmp_path).held == ()


def test_what_a_note_calls_right_is_learnt_from(tmp_path):
    counts = with_month(19, 800)
    publish_months(tmp_path, [*counts[:-1], 1])
    noted(tmp_path, {"kind": "month is right", "month": ODD}, {"kind": "month is right", "month": LAST})
    demand = demand_of(tmp_path)
    assert (demand.held, not_learnt(demand)) == ((), [])
    assert demand.final[19] == 800


def test_a_month_noted_as_one_off_is_not_held_back_as_well(tmp_path):
    publish_months(tmp_path, with_month(19, 800))
    noted(tmp_path, {"kind": "one-off month", "month": ODD})
    demand = demand_of(tmp_path)
    assert (demand.held, demand.one_offs, not_learnt(demand)) == ((), (ODD,), [ODD])
    assert np.isnan(demand.final[19])


def test_where_odd_months_come_again_and_again_they_are_how_the_series_goes(tmp_path):
    counts = list(TWENTIES)
    for place in (5, 14, 24, 33):
        counts[place] = 800
    publish_months(tmp_path, counts)
    assert demand_of(tmp_path).held == ()


def test_a_last_month_of_which_two_weeks_came_is_not_learnt_from(tmp_path):
    every = months(JANUARY, 30)
    days = [
        every[0] + timedelta(days=day)
        for day in range((date(2024, 6, 30) - every[0]).days + 1)
        if every[0] + timedelta(days=day) <= date(2024, 6, 14)
    ]
    rows = [
        incident(2 * place + half, day, "hate-crime") for place, day in enumerate(days) for half in (0, 1)
    ]
    publish(tmp_path, "city", delivery(rows, covered(every, "hate-crime")), "me")
    assert [(one.month, one.why) for one in demand_of(tmp_path).held] == [(date(2024, 6, 1), HeldWhy.PART)]


def test_steady_months_are_all_learnt_from(tmp_path):
    publish_months(tmp_path, TWENTIES)
    demand = demand_of(tmp_path)
    assert (demand.held, not_learnt(demand)) == ((), [])


@pytest.mark.parametrize(("place", "count"), [(35, 0), (30, 322)])
def test_a_month_that_is_held_back_is_no_part_of_what_a_forecast_is_set_against(tmp_path, place, count):
    publish_months(tmp_path, with_month(place, count))
    demand = demand_of(tmp_path)
    others = [one for at, one in enumerate(with_month(place, count)[24:], start=24) if at != place]
    assert last_twelve(demand) == sum(others) + count
    assert usual_twelve(demand) == pytest.approx(12 * sum(others) / 11)


def test_a_measure_that_misses_its_last_month_holds_back_no_other(tmp_path):
    every = months(JANUARY, 36)
    rows = [incident(f"{day}-{n}", day, "hate-crime") for day in every for n in range(21)]
    rows += [incident(f"r{day}-{n}", day, "rape") for day in every[:-1] for n in range(200)]
    coverage = [*covered(every, "hate-crime"), *covered(every, "rape")]
    publish(tmp_path, "city", delivery(rows, coverage), "me")
    assert demand_of(tmp_path).held == ()
    assert [one.why for one in demand_of(tmp_path, "rape").held] == [HeldWhy.PART]


def test_of_a_strand_a_month_is_right_once_each_measure_that_is_doubted_is(tmp_path):
    every, keys = months(JANUARY, 36), ("rape", "other-sexual-offences")
    rows = [
        incident(f"{key}-{day}-{n}", day, key)
        for key in keys
        for day, count in zip(every, with_month(19, 322), strict=True)
        for n in range(count)
    ]
    publish(tmp_path, "city", delivery(rows, [row for key in keys for row in covered(every, key)]), "me")
    right = [{"kind": "month is right", "month": ODD, "measure": key} for key in keys]
    noted(tmp_path, right[0])
    assert [one.month for one in demand_of(tmp_path, "sexual-violence").held] == [ODD]
    assert demand_of(tmp_path, "rape").held == ()
    noted(tmp_path, *right)
    assert demand_of(tmp_path, "sexual-violence").held == ()
