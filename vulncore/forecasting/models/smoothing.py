"""Exponential smoothing: a level that follows the counts, perhaps with a trend that dies away, perhaps a season."""

import warnings

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import ANSCOMBE, Paths, whole_numbers


def smoothing(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths of the smoothing model that fits best, on the square root of the monthly rate.

    With and without a damped trend and, given three years, a season: the one with the least corrected Akaike
    criterion. Months not known are passed over along a straight line between their neighbours.

    Source:
        Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing; the root with 3/8 is
        Anscombe (1948), Biometrika 35.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - slow to import

    exposure = past.exposure(ahead)
    known = past.known
    place = np.arange(len(known))
    root = np.sqrt((past.counts + ANSCOMBE) / exposure[: len(known)])
    filled: Floats = np.interp(place, place[known], root[known])
    if np.ptp(filled) < 1e-9:
        filled = filled + 1e-6 * rng.standard_normal(len(filled))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of starts and of convergence: the criterion judges what comes of it
        fits = [
            ETSModel(
                filled,
                error="add",
                trend="add" if trend else None,
                damped_trend=trend,
                seasonal="add" if season else None,
                seasonal_periods=12 if season else None,
            ).fit(disp=False, maxiter=200)
            for trend in (False, True)
            for season in ((False, True) if past.has_season else (False,))
        ]
        best = min(fits, key=lambda fitted: fitted.aicc)
        residuals = np.asarray(best.resid)
        # for the parameters spent on making the errors small
        wider = len(residuals) / max(len(residuals) - best.df_model, 1)
        errors = rng.choice((residuals - residuals.mean()) * np.sqrt(wider), (ahead, paths))
        drawn = best.simulate(ahead, anchor="end", repetitions=paths, random_errors=errors)
    ahead_roots = np.asarray(drawn).reshape(ahead, paths).T
    return whole_numbers(np.maximum(ahead_roots, 0) ** 2 * exposure[len(known) :] - ANSCOMBE, rng)
