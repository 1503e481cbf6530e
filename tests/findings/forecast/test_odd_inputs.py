"""What a forecast says of months that are odd, short or few: the right values of each."""

from datetime import date

import numpy as np
import pytest

from tests.conftest import tried_at_few_origins
from tests.findings.forecast.test_held_back import demand_of
from tests.findings.strand.stores import publish_months
from vulncore.findings.forecast.outlook import Outlook, forecast_outlook
from vulncore.findings.forecast.sentences import forecast_headline
from vulncore.findings.forecast.work import subject_forecasts, why_no_forecast
from vulncore.forecasting.basis import Basis

FIRST = date(2021, 4, 1)  # after the last lockdown
RNG = np.random.default_rng(8)
STEADY = RNG.poisson(60, 60)


@pytest.fixture(autouse=True)
def few_trials():
    with tried_at_few_origins():
        yield


@pytest.fixture
def forecast_of(tmp_path):
    def of(counts) -> Outlook:
        publish_months(tmp_path, [int(count) for count in counts], first=FIRST)
        demand = demand_of(tmp_path)
        return forecast_outlook(demand, subject_forecasts(demand))

    return of


def year(outlook: Outlook, number: int | None = None):
    return outlook.year(Basis.CURRENT_PROCESS, number or outlook.next_year)


def with_month(place: int, count: int) -> np.ndarray:
    counts = STEADY.copy()
    counts[place] = count
    return counts


@pytest.mark.parametrize("last", [0, 2, 12])
def test_a_last_month_near_zero_moves_no_year(forecast_of, last):
    with_it = year(forecast_of(with_month(59, last)))
    assert with_it["expected"] == pytest.approx(12 * 60, rel=0.06)
    assert with_it["low80"] > 12 * 60 * 0.8


def test_one_month_of_forty_times_moves_no_year_and_is_said(forecast_of):
    outlook = forecast_of(with_month(50, 2_400))
    assert year(outlook)["expected"] == pytest.approx(12 * 60, rel=0.06)
    assert year(outlook)["high80"] < 12 * 60 * 1.25
    assert "June 2025 holds far more than the months around: 2,400." in " ".join(
        line.text for line in forecast_headline(outlook)
    )


def test_a_planted_halving_is_followed_halfway_until_somebody_approves_it(forecast_of):
    outlook = forecast_of(np.r_[STEADY[:54], STEADY[54:] // 2])
    assert outlook.demand.proposed is not None
    as_if = outlook.demand.as_if_changed
    approved = forecast_outlook(as_if, subject_forecasts(as_if))
    assert year(approved)["expected"] == pytest.approx(12 * 30, rel=0.12)
    assert 12 * 30 * 1.1 < year(outlook)["expected"] < 12 * 60 * 0.85


def test_twenty_six_months_have_no_forecast_but_a_range_that_holds_what_came(tmp_path):
    publish_months(tmp_path, STEADY[:26].tolist(), first=FIRST)
    refused = why_no_forecast(demand_of(tmp_path))
    assert refused is not None
    assert "too few to test a forecast" in refused.finding + refused.why
    assert refused.expected is not None
    assert refused.expected.low80 <= 12 * 60 <= refused.expected.high80


def test_a_strong_season_comes_again(forecast_of):
    month = np.arange(60) % 12
    outlook = forecast_of(RNG.poisson(100 * (1 + 0.6 * np.sin(2 * np.pi * month / 12))))
    months = outlook.months[outlook.months["basis"] == Basis.CURRENT_PROCESS].head(12)
    expected = 100 * (1 + 0.6 * np.sin(2 * np.pi * np.arange(12) / 12))
    assert np.corrcoef(months["mean"], expected)[0, 1] > 0.95
    assert months["mean"].max() / months["mean"].min() > 2.2
    assert year(outlook)["expected"] == pytest.approx(1_200, rel=0.06)


def test_a_fast_decay_ends_in_no_more_than_is_left(forecast_of):
    outlook = forecast_of(RNG.poisson(400 * np.exp(-np.arange(60) / 12)))
    recent = float(outlook.demand.actual[-12:].sum())
    assert year(outlook)["expected"] < 1.5 * recent
    assert year(outlook, outlook.last_year)["low80"] < recent / 2
