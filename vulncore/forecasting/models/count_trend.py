"""A negative-binomial trend: counts about a line in their logarithm, with a season where there is one."""

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths, draw_counts, pearson_dispersion

DAMPING = 0.97
"""A month's growth is this share of the month's before: half of it is left after two years. A line in the
logarithm that never bends would have a force's demand double and double again."""

RIDGE = 0.5  # standard deviation within which a step or a season's wave is expected, in the logarithm
SLOPE_RIDGE = 0.25  # and a year's growth
MOST_GROWTH = np.log(4)  # nothing is taken to grow beyond four times what it is, or to fall under a quarter
STEEPEST = 8.0  # no month is taken for 3,000 times the mean rate
LEVEL_RIDGE = 1.0  # and the level about the mean rate: of a series of zeros it is all that is known


def count_trend(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths of a log-linear trend whose growth dies away, with the counts' own scatter.

    The logarithm of the mean is a line, a step at each change of level, and two waves a year given three years.
    The level is drawn towards the mean rate and every other coefficient towards 0. Paths carry how unsure the coefficients are.

    Source:
        Quasi-likelihood for overdispersed counts: McCullagh and Nelder (1989), Generalized Linear Models,
        section 6.2; the damped trend is Gardner and McKenzie (1985), Management Science 31.
    """
    design = _design(past, ahead)
    length, known = len(past.counts), past.known
    exposure = past.exposure(ahead)
    exposure = exposure * (np.nansum(past.counts) + 0.5) / exposure[:length][known].sum()  # at the mean rate
    scatter = 1.0
    penalty = np.full(design.shape[1], RIDGE**-2)
    penalty[:2] = LEVEL_RIDGE**-2, SLOPE_RIDGE**-2
    seen = design[:length][known], past.counts[known], exposure[:length][known]
    for _ in range(2):  # the pull towards 0 is as strong as it says only once the scatter is known
        coefficients, covariance = _fit(*seen, penalty * scatter)
        fitted = exposure[:length] * np.exp(design[:length] @ coefficients)
        scatter = pearson_dispersion(past.counts, fitted, design.shape[1])
    drawn = rng.multivariate_normal(coefficients, covariance * scatter, paths, method="cholesky")
    growth = np.outer(drawn[:, 1], design[length:, 1])
    steady = np.delete(drawn, 1, axis=1) @ np.delete(design[length:], 1, axis=1).T
    expected = exposure[length:] * np.exp(
        np.clip(steady + np.clip(growth, -MOST_GROWTH, MOST_GROWTH), -STEEPEST, STEEPEST)
    )
    return draw_counts(expected, scatter, rng)


def _design(past: Past, ahead: int) -> Floats:
    """Return one row per month and one column per coefficient: level, growth a year, steps, waves."""
    length = len(past.counts)
    month = np.arange(length + ahead, dtype=float)
    beyond = np.maximum(month - (length - 1), 0)
    trend = np.minimum(month - (length - 1), 0) + DAMPING * (1 - DAMPING**beyond) / (1 - DAMPING)
    columns = [np.ones_like(month), trend / 12]
    columns += [(month >= step).astype(float) - 1 for step in past.steps]
    if past.has_season:
        angle = 2 * np.pi * past.months(ahead).month.to_numpy() / 12
        columns += [wave(order * angle) for order in (1, 2) for wave in (np.sin, np.cos)]
    return np.column_stack(columns)


def _fit(design: Floats, counts: Floats, exposure: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Return the penalised Poisson fit and the inverse of its information, by Newton's method."""
    coefficients = np.zeros(design.shape[1])
    for _ in range(50):
        mean = exposure * np.exp(np.clip(design @ coefficients, -STEEPEST, STEEPEST))
        information = design.T @ (mean[:, None] * design) + np.diag(penalty)
        step = np.linalg.solve(information, design.T @ (counts - mean) - penalty * coefficients)
        coefficients = coefficients + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return coefficients, np.asarray(np.linalg.inv(information), dtype=float)
