"""What vulncore.forecasting.models.naive promises."""

import numpy as np
import pytest

from tests.forecasting.planted import past, poisson, unknown
from vulncore.forecasting.models.naive import drift, seasonal_naive

PATHS = 20_000


def drawn(model, counts, ahead: int = 36, seed: int = 1) -> np.ndarray:
    return model(past(counts), ahead, PATHS, np.random.default_rng(seed))


def middle_is(paths: np.ndarray, expected: np.ndarray) -> None:
    error = paths.std(axis=0) / np.sqrt(len(paths))
    assert (np.abs(paths.mean(axis=0) - expected) < 5 * error).all()


def test_last_years_months_come_again_every_year():
    counts = poisson(400 + 100 * np.arange(60) % 7, 60)
    middle_is(drawn(seasonal_naive, counts), np.tile(counts[-12:], 3))


def test_a_month_not_delivered_last_year_comes_as_it_was_the_year_before():
    counts = poisson(400, 60)
    expected = counts[-12:].copy()
    expected[[3, 8]] = counts[[-21, -28]]
    counts[-16] = np.nan  # the year before, too
    middle_is(drawn(seasonal_naive, unknown(counts, [-9, -4]), ahead=12), expected)


def test_a_month_of_the_year_never_delivered_comes_as_the_mean_of_all():
    counts = unknown(poisson(400, 36), [0, 12, 24])
    paths = drawn(seasonal_naive, counts, ahead=1)
    middle_is(paths, np.array([np.nanmean(counts)]))


def test_every_further_year_adds_a_years_change_of_those_seen():
    counts = poisson(900, 120)
    change = ((counts[12:] - counts[:-12]) ** 2 / ((counts[12:] + counts[:-12]) / 2)).mean()
    paths = drawn(seasonal_naive, counts)
    expected = np.repeat([1, 2, 3], 12) * change * np.tile(counts[-12:], 3)
    assert paths.var(axis=0) == pytest.approx(expected, rel=0.08)


def test_without_a_change_seen_months_scatter_as_the_difference_of_two_poisson_counts():
    paths = drawn(seasonal_naive, np.full(40, 100.0), ahead=12)
    assert paths.var(axis=0) == pytest.approx(np.full(12, 2 * 100.0), rel=0.05)


def test_the_line_runs_from_the_first_month_known_to_the_last():
    counts = unknown(poisson(1_000 + 10 * np.arange(60), 60), [0, 1, 30, 58, 59])
    slope = (counts[57] - counts[2]) / 55
    middle_is(drawn(drift, counts), counts[57] + slope * np.arange(3, 39))


def test_counts_that_scatter_about_a_level_are_not_taken_for_wandering():
    level, months, ahead = 400, 240, 36
    spread = drawn(drift, poisson(level, months), ahead).std(axis=0)
    line = 1 + np.arange(1, ahead + 1) / months  # the last month's own scatter, carried on
    assert spread == pytest.approx(np.sqrt(level * (1 + line**2)), rel=0.2)
    textbook = np.sqrt(2 * level * ahead)  # all taken for wandering
    assert spread[-1] < textbook / 3


def test_a_level_that_wanders_is_as_unsure_as_the_root_of_the_time_ahead():
    steps = 100 * np.random.default_rng(4).standard_normal(400)
    spread = drawn(drift, 10_000 + np.cumsum(steps)).std(axis=0)
    assert spread[35] == pytest.approx(100 * np.sqrt(36), rel=0.3)
    assert spread[35] / spread[3] == pytest.approx(3, rel=0.3)


@pytest.mark.parametrize("model", [seasonal_naive, drift])
@pytest.mark.parametrize("counts", [np.zeros(40), np.r_[np.zeros(39), 1]])
def test_where_hardly_anything_was_hardly_anything_comes(model, counts):
    assert drawn(model, counts, ahead=12).mean() < 1.5
