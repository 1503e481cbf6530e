"""What the models of vulncore.forecasting and their combination promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forecasting.planted import FIRST, past, poisson, unknown, wave
from vulncore.forecasting.models.all import SINGLE, VOICES, Model, simulate
from vulncore.forecasting.models.recent_level import MEMORIES
from vulncore.forecasting.models.smoothing import METHODS
from vulncore.forecasting.past import exposure

AHEAD, PATHS = 14, 200
FITS_A_SEASON = [Model.PROPHET, Model.RECENT_LEVEL, Model.SMOOTHING]
STEADY = poisson(25, 30)
HOSTILE = {
    "a gap": unknown(STEADY, slice(8, 15)),
    "unknown at the start": unknown(STEADY, slice(0, 7)),
    "unknown at the end": unknown(STEADY, slice(25, 30)),
    "every other month": unknown(poisson(25, 60), list(range(0, 60, 2))),
    "the same throughout": np.full(30, 7.0),
    "all but one month the same": np.r_[np.full(20, 7.0), 90, np.full(9, 7.0)],
    "all but the last month the same": np.r_[np.full(29, 7.0), 9],
    "none but one record": np.r_[np.zeros(20), 1, np.zeros(9)],
    "a million a month": poisson(1e6, 30),
    "a year": poisson(25, 12),
}


def foretold(model: Model, counts, seed: int = 1, ahead: int = AHEAD, paths: int = PATHS) -> np.ndarray:
    return SINGLE[model](past(counts), ahead, paths, np.random.default_rng(seed))


@pytest.mark.parametrize("counts", HOSTILE.values(), ids=HOSTILE)
def test_every_model_tells_whole_numbers_from_0_that_do_not_run_away(counts):
    drawn = simulate(past(counts), AHEAD, PATHS, seed=1)
    assert set(drawn) == set(Model)
    for model, paths in drawn.items():
        assert (paths.shape, paths.dtype) == ((PATHS, AHEAD), np.int64), model
        assert paths.min() >= 0, model
        assert paths.mean(axis=0).max() < 4 * np.nanmax(counts) + 1, model


@settings(max_examples=60)
@given(st.lists(st.sampled_from([np.nan, 0, 0, 1, 2, 5, 40]), min_size=24, max_size=50), st.integers(0, 9))
def test_no_small_series_makes_a_simple_model_fail_or_tell_a_negative_count(counts, seed):
    counts = [3, *counts, 1]
    for model in (Model.SEASONAL_NAIVE, Model.RECENT_LEVEL):
        paths = foretold(model, counts, seed, paths=50)
        assert paths.shape == (50, AHEAD)
        assert paths.min() >= 0


@settings(max_examples=4)
@given(st.lists(st.sampled_from([np.nan, 0, 1, 2, 30]), min_size=24, max_size=32))
def test_no_small_series_makes_another_model_fail_or_tell_a_negative_count(counts):
    for model in (Model.PROPHET, Model.SMOOTHING):
        paths = foretold(model, [3, *counts, 1], paths=50)
        assert paths.shape == (50, AHEAD)
        assert paths.min() >= 0


def test_the_same_seed_tells_the_same_and_another_other_paths():
    first, again, other = (simulate(past(STEADY), AHEAD, PATHS, seed) for seed in (5, 5, 6))
    for model in Model:
        assert np.array_equal(first[model], again[model])
        assert not np.array_equal(first[model], other[model])


@pytest.mark.parametrize("model", SINGLE)
def test_a_month_not_delivered_is_not_a_month_of_zero(model):
    counts = np.r_[poisson(100, 26, seed=3), [0.0] * 4]
    not_delivered = foretold(model, unknown(counts, slice(26, 30)), ahead=12).sum(axis=1).mean()
    zero = foretold(model, counts, ahead=12).sum(axis=1).mean()
    assert not_delivered == pytest.approx(12 * 100, rel=0.25)
    assert zero < 0.8 * not_delivered


@pytest.mark.parametrize("model", FITS_A_SEASON)
@pytest.mark.parametrize(("months_known", "season"), [(35, False), (48, True)])
def test_a_season_is_fitted_to_three_years_of_months_and_no_fewer(model, months_known, season):
    counts = poisson(400 * wave(48), 48, seed=6)
    rate = foretold(model, unknown(counts, slice(0, 48 - months_known))).mean(axis=0)
    rate = rate / exposure(FIRST, 48 + AHEAD)[48:]
    month = np.arange(AHEAD)
    off_the_line = np.std(rate - np.polyval(np.polyfit(month, rate, 1), month)) / rate.mean()
    assert (off_the_line > 0.15) == season
    if not season:
        assert off_the_line < 0.04


def test_the_combination_takes_whole_paths_and_of_each_memory_and_method_as_many():
    drawn = simulate(past(STEADY), AHEAD, 180, seed=7)
    mixed = drawn[Model.COMBINATION].tolist()
    for model, methods, share in (
        (Model.RECENT_LEVEL, len(MEMORIES), 1 / 3),
        (Model.SMOOTHING, METHODS, 1 / 2),
        (Model.PROPHET, 1, 1 / 6),
    ):
        of_model = drawn[model].tolist()
        taken = [sum(path in of_model[place::methods] for path in mixed) for place in range(methods)]
        assert taken == [180 * share / methods] * methods, model
    assert len(mixed) == 180


@pytest.mark.parametrize("paths", [1_000, 2_000, 50])
def test_the_combination_has_as_many_paths_as_are_asked_for(paths):
    assert len(simulate(past(STEADY), 3, paths, seed=7)[Model.COMBINATION]) == paths


def test_the_combination_is_as_unsure_as_the_models_disagree():
    drawn = simulate(past(STEADY), AHEAD, 7_000, seed=8)
    totals = {model: of.sum(axis=1) for model, of in drawn.items()}
    parts = np.array(list(VOICES.values())) / sum(VOICES.values())
    means, within = (np.array([of(totals[model]) for model in VOICES]) for of in (np.mean, np.var))
    mean = (parts * means).sum()
    assert totals[Model.COMBINATION].mean() == pytest.approx(mean, rel=0.03)
    between = (parts * (means - mean) ** 2).sum()
    assert totals[Model.COMBINATION].var() == pytest.approx((parts * within).sum() + between, rel=0.15)


@pytest.mark.parametrize("months", [24, 60])
def test_where_nothing_was_recorded_hardly_anything_comes(months):
    for model, paths in simulate(past(np.zeros(months)), 12, 500, seed=1).items():
        assert paths.mean(axis=0).max() < 1.5, model
