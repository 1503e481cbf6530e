"""What vulncore.forecasting.spread promises."""

import tomllib

import numpy as np
import pytest
from scipy.stats import norm

from vulncore.forecasting.backtest import randomised_pit
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.spread import (
    LEARNT,
    calibrate_spread,
    factor_per_month,
    learnt_factor,
    spread_factors,
    widen,
)

LEVEL, PATHS, MONTHS = 2_500, 20_000, 12
PLAIN = np.random.default_rng(1).poisson(LEVEL, (PATHS, MONTHS))


def roots(paths: np.ndarray) -> np.ndarray:
    return np.sqrt(paths + 3 / 8)


def wide(factor: float | list[float], paths: np.ndarray = PLAIN, seed: int = 2) -> np.ndarray:
    factors = np.broadcast_to(np.asarray(factor, dtype=float), paths.shape[1])
    return widen(paths, factors, np.random.default_rng(seed))


@pytest.mark.parametrize("factor", [1.1, 1.6, 3.0])
def test_the_spread_of_roots_is_multiplied_and_the_middle_stays(factor):
    widened = wide(factor)
    assert roots(widened).std(axis=0) == pytest.approx(factor * roots(PLAIN).std(axis=0), rel=0.03)
    assert np.median(widened, axis=0) == pytest.approx(np.median(PLAIN, axis=0), rel=0.005)


def test_a_factor_of_1_leaves_a_month_as_it_is():
    assert np.array_equal(wide(1.0), PLAIN)
    widened = wide([1.0] * 6 + [2.0] * 6)
    assert np.array_equal(widened[:, :6], PLAIN[:, :6])
    assert (roots(widened[:, 6:]).std(axis=0) > 1.9 * roots(PLAIN[:, 6:]).std(axis=0)).all()


def test_the_paths_given_are_not_changed():
    before = PLAIN.copy()
    wide(2.0)
    assert np.array_equal(PLAIN, before)


def test_what_is_added_is_shared_by_a_paths_months_and_does_not_vanish_in_their_total():
    factor = 1.5
    shared = wide(factor).sum(axis=1)
    apart = np.hstack([wide(factor, PLAIN[:, [month]], seed=month) for month in range(MONTHS)]).sum(axis=1)
    # a root's variance is 1/4, so a month's is the level's, and shared errors add up before they are squared
    assert apart.var() == pytest.approx(MONTHS * LEVEL * factor**2, rel=0.05)
    assert shared.var() == pytest.approx(MONTHS * LEVEL * (1 + MONTHS * (factor**2 - 1)), rel=0.05)


@pytest.mark.parametrize("level", [0, 0.05, 2])
def test_small_counts_stay_whole_and_never_fall_below_0(level):
    widened = wide(3.0, np.random.default_rng(3).poisson(level, (500, 4)))
    assert widened.dtype == np.int64
    assert widened.min() >= 0


@pytest.mark.parametrize("spread", [1.0, 1.3, 1.9])
def test_the_factor_put_in_is_learnt(spread):
    place = norm.cdf(spread * np.random.default_rng(4).standard_normal(200_000))
    assert learnt_factor(place) == pytest.approx(spread, rel=0.02)


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_a_forecast_that_is_too_wide_is_made_no_narrower(spread):
    place = norm.cdf(spread * np.random.default_rng(5).standard_normal(5_000))
    assert learnt_factor(place) == 1


def test_no_forecast_is_made_more_than_three_times_as_wide():
    assert 2 < learnt_factor(np.tile([0.0, 1.0], 500)) <= 3


def test_a_forecast_widened_by_what_it_learnt_holds_four_in_five():
    rng = np.random.default_rng(6)
    paths = rng.poisson(LEVEL, (500, 4_000))
    came = rng.normal(LEVEL, 1.7 * np.sqrt(LEVEL), 4_000).round()
    place = randomised_pit(paths, came, rng)
    again = randomised_pit(wide(learnt_factor(place), paths), came, rng)
    assert ((place > 0.1) & (place < 0.9)).mean() < 0.6
    assert ((again > 0.1) & (again < 0.9)).mean() == pytest.approx(0.8, abs=0.03)


def test_months_ahead_take_the_factor_of_their_band_and_those_beyond_the_last():
    expected = [1.1] * 12 + [1.2] * 12 + [1.3] * 12 + [1.4] * 40
    assert factor_per_month([1.1, 1.2, 1.3, 1.4], 76).tolist() == expected
    assert factor_per_month([1.1, 1.2, 1.3, 1.4], 5).tolist() == [1.1] * 5


@pytest.mark.parametrize("model", Model)
def test_every_model_has_a_factor_for_each_of_sixty_months(model):
    factors = spread_factors(model, 60)
    assert len(factors) == 60
    assert ((factors >= 1) & (factors <= 3)).all()


def test_the_factors_that_ship_name_every_model_and_one_factor_a_band():
    shipped = tomllib.loads(LEARNT.read_text(encoding="utf-8"))["factor"]
    assert set(shipped) == {str(model) for model in Model}
    assert {len(factors) for factors in shipped.values()} == {4}
    assert all(1 <= factor <= 3 for factors in shipped.values() for factor in factors)


def test_the_spread_of_each_models_paths_is_calibrated_by_its_own_factors():
    drawn = {Model.PROPHET: PLAIN[:300], Model.COMBINATION: PLAIN[300:600]}
    honest = calibrate_spread(drawn, np.random.default_rng(7))
    assert list(honest) == list(drawn)
    for model, paths in drawn.items():
        expected = spread_factors(model, MONTHS) * roots(paths).std(axis=0)
        assert roots(honest[model]).std(axis=0) == pytest.approx(expected, rel=0.2)


def test_a_few_paths_that_run_away_move_no_others():
    wild = PLAIN.copy()
    wild[:40] *= 100_000
    before, after = (np.quantile(paths, [0.1, 0.5, 0.9], axis=0) for paths in (wild, wide(1.2, wild)))
    assert after[1] == pytest.approx(before[1], rel=0.01)
    assert (after[2] - after[0]) / (before[2] - before[0]) == pytest.approx(1.2, rel=0.05)
