"""Prophet made fit for counts: its trend and season on the root of the rate, chance of counts on top."""

import logging
from tempfile import TemporaryDirectory
from threading import Lock

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import ANSCOMBE, Paths, draw_counts, pearson_dispersion

FLEXIBILITY = 0.05  # Prophet's own default for how readily its trend bends
MONTHS_A_BEND = 6  # one possible bend of the trend in each half year

_one_generator = Lock()  # two threads that forecast at once would draw from each other's chance


def prophet(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths of Prophet's trend and season with counts drawn about them.

    The trend bends at most once in each half year of the past, and as often and as far in the paths. A season of two
    waves is fitted given three years, a jump at each change of level.

    Source:
        Taylor and Letham (2018), Forecasting at scale, The American Statistician 72. What a mean root says of the mean
        count: Anscombe (1948), Biometrika 35.
    """
    length = len(past.counts)
    exposure = past.exposure(ahead)
    frame = pd.DataFrame({"ds": past.months(ahead)})
    frame["y"] = pd.Series(np.sqrt((past.counts + ANSCOMBE) / exposure[:length]))
    steps = [f"step {step}" for step in past.steps]
    for name, step in zip(steps, past.steps, strict=True):
        frame[name] = (frame.index >= step).astype(float)
    level, bends = _fitted(frame, length, past, steps, paths, rng)
    rate = np.maximum(level[None, :] + bends, 0.0) ** 2 * exposure
    parameters = 3 + 4 * past.has_season + len(steps)
    scatter = pearson_dispersion(past.counts, rate[0, :length] - ANSCOMBE + 1 / 4, parameters)
    # counts scatter about a root with a quarter of their dispersion, which its square leaves out
    expected = np.maximum(rate[:, length:] - ANSCOMBE + scatter / 4, 0.0)
    return draw_counts(expected, scatter, rng)


def _fitted(
    frame: pd.DataFrame, length: int, past: Past, steps: list[str], paths: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the expected root of each month, past and to come, and how each path's trend departs from it."""
    logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
    from prophet import Prophet  # noqa: PLC0415 - takes a second to import

    for name in ("prophet", "cmdstanpy"):
        logging.getLogger(name).disabled = True
    known = frame.iloc[:length].dropna(subset="y")
    model = Prophet(
        growth="linear",
        n_changepoints=max(min(len(known) // MONTHS_A_BEND, 25), 1),
        changepoint_range=0.9,
        changepoint_prior_scale=FLEXIBILITY,
        yearly_seasonality=2 if past.has_season else False,
        weekly_seasonality=False,
        daily_seasonality=False,
        seasonality_prior_scale=0.5,
        uncertainty_samples=0,
    )
    for name in steps:
        model.add_regressor(name, standardize=False, prior_scale=1.0)
    with TemporaryDirectory() as folder:  # or each fit would leave its files until the process ends
        model.fit(known, seed=int(rng.integers(2**31)), output_dir=folder)
    level = model.predict(frame.drop(columns="y"))["yhat"].to_numpy()
    future = model.setup_dataframe(frame.drop(columns="y"))
    with _one_generator:
        state = np.random.get_state()
        try:
            np.random.seed(int(rng.integers(2**31)))  # Prophet draws from NumPy's one generator
            trends = model.sample_predictive_trend_vectorized(future, paths)
        finally:
            np.random.set_state(state)
    return level, trends - np.asarray(model.predict_trend(future))[None, :]
