"""What vulncore.forecasting.models.naive promises."""

import numpy as np
import pytest

from tests.forecasting.planted import past, poisson, unknown
from vulncore.forecasting.models.naive import seasonal_naive

PATHS = 20_000


def drawn(counts, ahead: int = 36, seed: int = 1) -> np.ndarray:
    return seasonal_naive(past(counts), ahead, PATHS, np.random.default_rng(seed))


def middle_is(paths: np.ndarray, expected: np.ndarray) -> None:
    error = paths.std(axis=0) / np.sqrt(len(paths))
    assert (np.abs(paths.mean(axis=0) - expected) < 5 * error).all()


def test_last_years_months_come_again_every_year():
    counts = poisson(400 + 100 * np.arange(60) % 7, 60)
    middle_is(drawn(counts), np.tile(counts[-12:], 3))


def test_a_month_not_delivered_last_year_comes_as_it_was_the_year_before():
    counts = poisson(400, 60)
    expected = counts[-12:].copy()
    expected[[3, 8]] = counts[[-21, -28]]
    counts[-16] = np.nan  # the year before, too
    middle_is(drawn(unknown(counts, [-9, -4]), ahead=12), expected)


def test_a_month_of_the_year_never_delivered_comes_as_the_mean_of_all():
    counts = unknown(poisson(400, 36), [0, 12, 24])
    paths = drawn(counts, ahead=1)
    middle_is(paths, np.array([np.nanmean(counts)]))


def test_every_further_year_adds_a_years_change_of_those_seen():
    counts = poisson(900, 120)
    change = ((counts[12:] - counts[:-12]) ** 2 / ((counts[12:] + counts[:-12]) / 2)).mean()
    paths = drawn(counts)
    expected = np.repeat([1, 2, 3], 12) * change * np.tile(counts[-12:], 3)
    assert paths.var(axis=0) == pytest.approx(expected, rel=0.08)


def test_without_a_change_seen_months_scatter_as_the_difference_of_two_poisson_counts():
    paths = drawn(np.full(40, 100.0), ahead=12)
    assert paths.var(axis=0) == pytest.approx(np.full(12, 2 * 100.0), rel=0.05)


@pytest.mark.parametrize("counts", [np.zeros(40), np.r_[np.zeros(39), 1]])
def test_where_hardly_anything_was_hardly_anything_comes(counts):
    assert drawn(counts, ahead=12).mean() < 1.5
