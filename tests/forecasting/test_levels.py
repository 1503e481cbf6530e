"""What vulncore.forecasting.levels promises, and that every model heeds an approved change of level."""

from datetime import date

import numpy as np
import pytest

from vulncore.forecasting.levels import levelled, shared_errors
from vulncore.forecasting.models.all import SINGLE, Model
from vulncore.forecasting.past import Past

FIRST = date(2012, 1, 1)
SEASON = 1 + 0.4 * np.sin(np.arange(12) * np.pi / 6)


def halved(level: float, months: int, since: int, seed: int = 1) -> Past:
    """A seasonal series of Poisson counts whose level halved some months before its end."""
    expected = level * np.resize(SEASON, months)
    expected[-since:] /= 2
    counts = np.random.default_rng(seed).poisson(expected).astype(float)
    return Past(FIRST, counts, steps=(months - since,))


def test_without_a_change_nothing_moves_and_nothing_is_unsure():
    past = Past(FIRST, np.arange(30.0))
    level, unsure = levelled(past)
    assert level.counts.tolist() == past.counts.tolist()
    assert unsure == 0
    assert shared_errors(unsure, 3, np.random.default_rng(0)).tolist() == [[1], [1], [1]]


@pytest.mark.parametrize("since", [3, 6, 12, 20])
def test_earlier_months_come_to_the_present_level_whatever_the_season(since):
    past = halved(2_000, 72, since)
    level, unsure = levelled(past)
    assert level.steps == ()
    assert level.counts[: 72 - since] / past.counts[: 72 - since] == pytest.approx(0.5, rel=0.03)
    assert level.counts[72 - since :].tolist() == past.counts[72 - since :].tolist()
    assert 0 < unsure < 0.06


def test_it_is_as_unsure_as_the_ratio_of_two_counts():
    ratios = []
    for seed in range(400):
        past = halved(20, 60, 6, seed)
        ratios.append(np.log(levelled(past)[0].counts[0] / past.counts[0]) if past.counts[0] else np.nan)
    unsure = np.mean([levelled(halved(20, 60, 6, seed))[1] for seed in range(50)])
    assert np.nanstd(ratios) == pytest.approx(unsure, rel=0.6)
    assert unsure >= 0.9 * np.nanstd(ratios)


def test_two_changes_are_taken_one_after_the_other_and_gaps_are_kept():
    counts = np.r_[np.full(24, 100.0), np.full(24, 50.0), np.full(12, 25.0)]
    counts[[5, 30, 50]] = np.nan
    level, _ = levelled(Past(FIRST, counts, steps=(24, 48)))
    assert np.flatnonzero(np.isnan(level.counts)).tolist() == [5, 30, 50]
    assert level.counts[~np.isnan(counts)] == pytest.approx(25, rel=0.06)


def test_errors_of_level_are_shared_by_all_months_of_a_path_and_move_no_mean():
    factors = shared_errors(0.2, 50_000, np.random.default_rng(0))
    assert factors.shape == (50_000, 1)
    assert factors.mean() == pytest.approx(1, abs=0.005)
    assert np.log(factors).std() == pytest.approx(0.2, rel=0.02)


@pytest.mark.parametrize("model", list(SINGLE))
def test_every_model_follows_a_halving_that_was_approved_six_months_before_the_end(model: Model):
    past = halved(60, 72, 6)
    ahead = SINGLE[model](past, 12, 400, np.random.default_rng(3)).sum(axis=1)
    # a year at the present level has 360; drift alone takes one month for it
    assert ahead.mean() == pytest.approx(360, rel=0.45 if model is Model.DRIFT else 0.2)
