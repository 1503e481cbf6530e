"""What vulncore.forecasting.past and vulncore.forecasting.past promise."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.forecasting.planted import past
from vulncore.domain.periods import add_months, month_of, months_between
from vulncore.forecasting.past import LOCKDOWN_MONTHS, Basis, months_of

MONTHS = 100
ALL = past(np.arange(float(MONTHS)))


@pytest.mark.parametrize("steps", [(), (10,), (60,), (95,)])
def test_five_years_are_the_last_sixty_months_whatever_changed(steps):
    learnt = months_of(Basis.FIVE_YEAR, past(ALL.counts, steps))
    assert learnt.counts.tolist() == list(range(40, 100))
    assert learnt.first == add_months(ALL.first, 40)
    assert learnt.steps == tuple(step - 40 for step in steps if step > 40)


def test_five_years_of_a_shorter_history_are_all_of_it():
    assert months_of(Basis.FIVE_YEAR, past(np.ones(30))).counts.tolist() == [1.0] * 30


@pytest.mark.parametrize(
    ("steps", "months"),
    [((), 100), ((60,), 40), ((76,), 24), ((90,), 24), ((20, 60), 40), ((60, 90), 24)],
    ids=["none", "40 months ago", "24 months ago", "10 months ago", "two", "two, one of late"],
)
def test_the_current_process_runs_from_the_last_change_but_two_years_at_least(steps, months):
    learnt = months_of(Basis.CURRENT_PROCESS, past(ALL.counts, steps))
    assert learnt.counts.tolist() == list(range(MONTHS - months, MONTHS))


def test_a_change_within_the_two_years_stays_known_to_the_models():
    assert months_of(Basis.CURRENT_PROCESS, past(ALL.counts, (60, 90))).steps == (14,)
    assert months_of(Basis.CURRENT_PROCESS, past(ALL.counts, (60,))).steps == ()


def test_the_months_of_lockdown_are_those_of_which_most_days_were_under_one():
    # the stay-at-home orders of England, until shops, pubs or outdoor meetings were allowed again
    orders = [
        (date(2020, 3, 26), date(2020, 6, 30)),
        (date(2020, 11, 5), date(2020, 12, 1)),
        (date(2021, 1, 6), date(2021, 3, 28)),
    ]
    under = [first + timedelta(days=day) for first, last in orders for day in range((last - first).days + 1)]
    months = [add_months(date(2020, 1, 1), step) for step in range(24)]
    mostly = [month for month in months if sum(month_of(day) == month for day in under) > 20]
    assert mostly == list(LOCKDOWN_MONTHS)
    assert months_between(LOCKDOWN_MONTHS[0], LOCKDOWN_MONTHS[-1]) == 11
