"""What vulncore.forecasting.levels promises, and that every model heeds an approved change of level."""

from dataclasses import replace
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
    assert np.nanstd(ratios) == pytest.approx(unsure, rel=0.4)


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


def risen(before: float, after: float, since: int, months: int = 48, seed: int = 1) -> Past:
    expected = np.full(months, before)
    expected[-since:] = after
    counts = np.random.default_rng(seed).poisson(expected).astype(float)
    return Past(FIRST, counts, steps=(months - since,))


def test_after_a_rise_it_is_as_unsure_as_after_a_fall_of_as_many_records():
    assert levelled(risen(2, 40, 12))[1] == pytest.approx(np.sqrt(1 / 24 + 1 / 480), rel=0.4)
    assert levelled(risen(40, 2, 12))[1] == pytest.approx(np.sqrt(1 / 24 + 1 / 480), rel=0.4)


def test_no_level_is_made_of_next_to_nothing():
    zeros = np.r_[np.full(24, 20.0), np.zeros(12), np.full(6, 20.0)]
    level, unsure = levelled(Past(FIRST, zeros, steps=(36,)))
    assert level.counts.tolist() == zeros.tolist()
    assert unsure == 0


def test_an_old_change_leaves_nothing_unsure():
    assert levelled(risen(20, 20, 59, months=60))[1] == 0
    assert levelled(risen(20, 40, 25))[1] == 0 < levelled(risen(20, 40, 24))[1]


@pytest.mark.parametrize("model", list(SINGLE))
@pytest.mark.parametrize(("before", "after"), [(60.0, 20.0), (20.0, 60.0)])
def test_every_model_comes_closer_to_a_change_that_was_approved(model: Model, before: float, after: float):
    past = risen(before, after, 6, 72)
    far = [
        abs(SINGLE[model](one, 12, 400, np.random.default_rng(3)).sum(axis=1).mean() - 12 * after)
        for one in (past, replace(past, steps=()))
    ]
    assert far[0] < 12 * after * 0.35
    if model is not Model.SMOOTHING:  # which goes on from the last months, changed or not
        assert far[0] < 0.5 * far[1]
