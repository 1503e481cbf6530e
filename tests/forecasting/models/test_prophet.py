"""What vulncore.forecasting.models.prophet promises."""

import logging

import numpy as np
import pytest

from tests.forecasting.planted import FIRST, past, poisson, wave
from vulncore.forecasting.models.prophet import prophet
from vulncore.forecasting.past import exposure


def foretold(counts: np.ndarray, steps: tuple[int, ...] = (), ahead: int = 12, seed: int = 4) -> np.ndarray:
    return prophet(past(counts, steps), ahead, 2_000, np.random.default_rng(seed))


def test_a_rise_goes_on():
    mean = foretold(poisson(100 + 4 * np.arange(60), 60), ahead=24).mean(axis=0)
    assert mean[0] == pytest.approx(340, rel=0.1)
    assert mean[-1] == pytest.approx(432, rel=0.15)


def test_a_level_that_stays_stays_with_a_poisson_counts_scatter():
    paths = np.concatenate([foretold(poisson(60, 60, seed)) for seed in range(6)])
    assert paths.mean() == pytest.approx(60, rel=0.08)
    assert paths.std(axis=0) == pytest.approx(np.full(12, np.sqrt(60)), rel=0.35)


def test_a_season_put_in_comes_again():
    days = exposure(FIRST, 84)
    counts = poisson(500 * wave(72) * days[:72], 72)
    assert foretold(counts).mean(axis=0) / days[72:] == pytest.approx(500 * wave(12), rel=0.1)


def test_a_change_of_level_is_no_rise():
    counts = poisson(np.where(np.arange(60) < 40, 200, 400), 60)
    step_known, step_hidden = (foretold(counts, steps, ahead=48).mean(axis=0) for steps in ((40,), ()))
    assert step_known == pytest.approx(np.full(48, 400), rel=0.12)
    assert step_hidden[-1] > 1.3 * 400


def test_the_further_ahead_the_less_sure():
    spread = foretold(poisson(400 + 60 * np.sin(np.arange(84) / 9), 84), ahead=60).std(axis=0)
    assert spread[-12:].mean() > 1.3 * spread[:12].mean()


def test_counts_scatter_as_much_more_than_poisson_as_they_did():
    counts = np.random.default_rng(5).negative_binomial(200 / 3, 1 / 4, 120).astype(float)
    paths = foretold(counts, ahead=6)
    assert paths.var(axis=0) / paths.mean(axis=0) == pytest.approx(np.full(6, 4.0), rel=0.35)


def test_other_peoples_dice_are_left_as_they_lie():
    np.random.seed(7)  # the one generator that Prophet draws from
    expected = np.random.RandomState(7).random_sample(3)
    foretold(poisson(20, 30))
    assert np.random.random_sample(3).tolist() == expected.tolist()


def test_it_says_nothing_while_it_works(capfd, caplog):
    caplog.set_level(logging.DEBUG)
    foretold(poisson(20, 30))
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.startswith(("prophet", "cmdstanpy"))]
