"""What vulncore.metrics.week.scan promises."""

import numpy as np
import pandas as pd
import pytest

from vulncore.metrics.week.scan import MOST_MOVED, shuffled_weeks

SHAPES = [(0, 1, 3), (30, 60, 2), (45, 200, 2), (0, 180, 1), (59, 2, 1)]  # first minute, minutes, records


def shapes(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["first_minute", "minutes", "records"])


def made(rows: list[tuple[int, int, int]], weeks: int) -> np.ndarray:
    return shuffled_weeks(shapes(*rows), weeks, np.random.default_rng(20241031))


def covariances_by_a_loop(rows: list[tuple[int, int, int]], apart: int) -> float:
    """The covariance of two hours so far apart: each record placed, minute by minute, in each of its 168 weeks."""
    covariance = 0.0
    for first_minute, minutes, records in rows:
        together = 0.0
        for start in range(168):
            week = [0.0] * 168
            for minute in range(minutes):
                week[(start + (first_minute + minute) // 60) % 168] += 1 / minutes
            together += week[0] * week[apart] / 168
        covariance += records * (together - 1 / 168**2)
    return covariance


def covariance_of(weeks: np.ndarray, apart: int) -> float:
    """The same of made weeks, over all pairs of hours so far apart: no hour is special."""
    away = weeks - weeks.sum(axis=1, keepdims=True) / 168
    return float((away * np.roll(away, -apart, axis=1)).mean())


def test_every_made_week_holds_all_the_records():
    weeks = made(SHAPES, 250)
    assert weeks.shape == (250, 168)
    assert weeks.sum(axis=1) == pytest.approx(np.full(250, 9.0))
    assert (weeks >= 0).all()


def test_on_average_no_hour_holds_more_than_another():
    weeks = made(SHAPES, 8_000)
    off = (weeks.mean(axis=0) - 9 / 168) / (weeks.std(axis=0) / np.sqrt(len(weeks)))
    assert np.abs(off).max() < 4  # of 168 standard normal values, 1 in 100 times one is beyond


@pytest.mark.parametrize("apart", [0, 1, 2, 3, 80])
def test_hours_vary_together_as_in_a_loop_that_moves_each_record(apart):
    expected, variance = covariances_by_a_loop(SHAPES, apart), covariances_by_a_loop(SHAPES, 0)
    assert covariance_of(made(SHAPES, 8_000), apart) == pytest.approx(expected, abs=0.01 * variance)


@pytest.mark.parametrize("apart", [0, 1, 2])
@pytest.mark.parametrize("times", [1, 7], ids=["all of them moved", "some moved for all"])
def test_however_many_windows_there_are_hours_vary_as_if_each_was_moved(times, apart):
    rows = [(30, 60, MOST_MOVED // 4 * times), (0, 180, 3 * MOST_MOVED // 4 * times)]
    weeks = made(rows, 300)
    assert weeks.sum(axis=1) == pytest.approx(np.full(300, float(MOST_MOVED * times)))
    assert covariance_of(weeks, apart) == pytest.approx(covariances_by_a_loop(rows, apart), rel=0.08)


def test_of_more_windows_than_are_moved_the_average_hour_stays_right():
    weeks = made([(30, 90, 5 * MOST_MOVED), (0, 1, 1_000)], 300)
    expected = (5 * MOST_MOVED + 1_000) / 168
    assert np.abs(weeks.mean(axis=0) / expected - 1).max() < 0.02
    assert weeks.sum(axis=1) == pytest.approx(np.full(300, 5.0 * MOST_MOVED + 1_000))


def test_a_window_as_long_as_the_week_fills_it_evenly_wherever_it_starts():
    assert made([(30, 10_080, 1)], 5) == pytest.approx(np.full((5, 168), 1 / 168))


def test_a_window_keeps_its_length_and_how_it_lies_to_the_hours():
    for week in made([(40, 50, 1)], 20):
        start = int(np.flatnonzero((week > 0) & (np.roll(week, 1) == 0))[0])
        held = week[[start, (start + 1) % 168]]
        assert held == pytest.approx([20 / 50, 30 / 50])
        assert week.sum() == pytest.approx(1)


def test_records_within_one_hour_are_never_split():
    weeks = made([(0, 1, 40)], 50)
    assert (weeks == weeks.round()).all()
