"""What vulncore.forecasting.models.count_trend promises."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from tests.forecasting.planted import FIRST, past, poisson, wave
from vulncore.forecasting.models.count_trend import count_trend
from vulncore.forecasting.past import exposure

LEVEL, MONTHS, AHEAD = 5_000, 84, 60
PATHS = 4_000
DAYS = exposure(FIRST, MONTHS + AHEAD)


def foretold(counts: np.ndarray, steps: tuple[int, ...] = (), ahead: int = AHEAD, paths: int = PATHS):
    return count_trend(past(counts, steps), ahead, paths, np.random.default_rng(2))


def growing(growth: float) -> np.ndarray:
    """Mean counts whose logarithm grows by as much a year, by the days of each month."""
    return LEVEL * DAYS[:MONTHS] * np.exp(growth * (np.arange(MONTHS) - MONTHS + 1) / 12)


@pytest.mark.parametrize("growth", [-0.15, 0.0, 0.1])
def test_growth_put_in_goes_on_and_dies_away(growth):
    rate = foretold(poisson(growing(growth), MONTHS)).mean(axis=0) / DAYS[MONTHS:]
    # Gardner and McKenzie (1985): after h months the trend has grown by 0.97 + 0.97² + ... + 0.97^h months' worth
    months = np.array([sum(0.97**step for step in range(1, h + 1)) for h in range(1, AHEAD + 1)])
    assert rate == pytest.approx(LEVEL * np.exp(growth * months / 12), rel=0.03)


def test_half_of_the_growth_is_left_after_two_years():
    rate = foretold(poisson(growing(0.2), MONTHS)).mean(axis=0) / DAYS[MONTHS:]
    first_year, third_year = np.log(rate[11] / LEVEL), np.log(rate[35] / rate[23])
    assert third_year / first_year == pytest.approx(0.5, abs=0.06)


def test_a_change_of_level_put_in_is_found_and_no_growth_is_made_of_it():
    level = 2_000 * np.where(np.arange(MONTHS) < 55, 1.0, 1.5)
    counts = poisson(level * DAYS[:MONTHS], MONTHS)
    step_known, step_hidden = (
        foretold(counts, steps).mean(axis=0) / DAYS[MONTHS:] / 3_000 for steps in ((55,), ())
    )
    assert step_known == pytest.approx(np.ones(AHEAD), rel=0.05)
    assert step_hidden[-1] > 1.1


def test_a_season_put_in_comes_again():
    counts = poisson(500 * wave(MONTHS) * DAYS[:MONTHS], MONTHS)
    rate = foretold(counts).mean(axis=0) / DAYS[MONTHS:]
    assert rate == pytest.approx(500 * wave(AHEAD), rel=0.06)


def test_the_next_month_is_that_of_statsmodels_where_counts_are_large():
    counts = poisson(growing(0.08) * wave(MONTHS, 0.2), MONTHS)
    month = np.arange(MONTHS + 1)
    line = np.where(month < MONTHS, month - MONTHS + 1.0, 0.97)
    angle = 2 * np.pi * (pd.date_range(FIRST, periods=MONTHS + 1, freq="MS").month.to_numpy()) / 12
    waves = [wave(order * angle) for order in (1, 2) for wave in (np.sin, np.cos)]
    design = np.column_stack([np.ones(MONTHS + 1), line, *waves])
    family = sm.families.Poisson()
    fitted = sm.GLM(counts, design[:-1], family=family, exposure=DAYS[:MONTHS]).fit()
    theirs = fitted.predict(design[-1:], exposure=DAYS[MONTHS : MONTHS + 1]).item()
    assert foretold(counts, ahead=1, paths=40_000).mean() == pytest.approx(theirs, rel=0.004)


def test_counts_scatter_as_much_more_than_poisson_as_they_did():
    counts = np.random.default_rng(3).negative_binomial(200 / 3, 1 / 4, 240).astype(float)
    paths = foretold(counts, ahead=6, paths=20_000)
    assert paths.var(axis=0) / paths.mean(axis=0) == pytest.approx(np.full(6, 4.0), rel=0.25)


def test_little_history_leaves_the_level_less_sure():
    little, much = (foretold(poisson(100, months), ahead=24)[:, 23] for months in (24, 120))
    assert little.var() - little.mean() > 3 * (much.var() - much.mean())  # beyond the counts' own scatter


def test_a_rise_of_half_a_year_is_not_taken_for_growth_without_end():
    counts = poisson(np.r_[np.full(18, 20.0), np.full(6, 40.0)], 24)
    assert foretold(counts).mean(axis=0).max() < 3 * 40
