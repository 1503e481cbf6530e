"""Smoothing by three methods of a well-kept library, in equal parts: exponential, complex, and optimised Theta."""

import warnings
from typing import Any, Final

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.levels import levelled, shared_errors
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import ANSCOMBE, Paths, whole_numbers

METHODS: Final = 3
YEAR: Final = 12
HIGHEST: Final = (
    3.0  # times the highest root: no month is taken for more than nine times the highest there was
)
SMALLEST_RANGE: Final = 1e-9  # of roots: a series of one number has nothing to smooth


def smoothing(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths of three methods, one after the other, on the square root of the monthly rate.

    Exponential smoothing without a trend, its season and errors by the corrected Akaike criterion; complex exponential smoothing, by
    the same; and the dynamic optimised Theta model. A season is looked for given three years. Months not known are passed over
    along a straight line between their neighbours.

    Source:
        statsforecast (Nixtla), its AutoETS, AutoCES and DynamicOptimizedTheta: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with
        Exponential Smoothing; Svetunkov, Kourentzes and Ord (2022), Naval Research Logistics 69; Fiorucci et al. (2016),
        International Journal of Forecasting 32. The root with 3/8 is Anscombe (1948), Biometrika 35.
    """
    from statsforecast.models import (  # noqa: PLC0415 - a second to import
        AutoCES,
        AutoETS,
        DynamicOptimizedTheta,
    )

    past, unsure = levelled(past)
    exposure, known = past.exposure(ahead), past.known
    place = np.arange(len(known))
    root = np.sqrt((past.counts + ANSCOMBE) / exposure[: len(known)])
    filled: Floats = np.interp(place, place[known], root[known])
    if np.ptp(filled) < SMALLEST_RANGE:
        filled = filled + 1e-6 * rng.standard_normal(len(filled))
    months = YEAR if past.has_season else 1
    methods: tuple[Any, ...] = (
        AutoETS(season_length=months, model="ANZ"),
        AutoCES(season_length=months),
        DynamicOptimizedTheta(season_length=months),
    )
    drawn = np.empty((paths, ahead))
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of starts and of convergence: the tests on past months judge what comes of it
        for number, method in enumerate(methods):
            of_method = drawn[number::METHODS]
            seed = int(rng.integers(2**31))
            of_method[:] = method.fit(filled).simulate(ahead, len(of_method), seed=seed)
    highest = HIGHEST * max(float(filled.max()), 1.0)
    expected = np.clip(drawn, 0, highest) ** 2 * exposure[len(known) :] - ANSCOMBE
    return whole_numbers(expected * shared_errors(unsure, paths, rng), rng)
