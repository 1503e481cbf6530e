"""The trial of every model: forecasts made from earlier months, set against what then came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import FEWEST_MONTHS, Basis, Past, months_of
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.scores import crps, randomised_pit, yearly_scale
from vulncore.forecasting.spread import made_honest

EVERY_MONTHS = 6
FEWEST_KNOWN = 12  # of the months that a basis shows: a year
LEAST_AHEAD = 6  # an origin is used while this many months after it are known
LONGEST_AHEAD = 60
MOST_ORIGINS = 24
TRIAL_PATHS = 1_000
YEAR = 12  # the span of the rows that judge the total of the first twelve months


def origins(past: Past, basis: Basis) -> tuple[int, ...]:
    """Return how many months lie before each origin of a back-test, the latest last.

    An origin needs `FEWEST_MONTHS` before it, of which the basis shows `FEWEST_KNOWN` known ones, and `LEAST_AHEAD`
    known ones after it.

    >>> from datetime import date
    >>> origins(Past(date(2018, 4, 1), np.ones(79)), Basis.FIVE_YEAR)
    (25, 31, 37, 43, 49, 55, 61, 67, 73)
    >>> origins(Past(date(2018, 4, 1), np.ones(14)), Basis.FIVE_YEAR)
    ()
    """
    after = past.known[::-1].cumsum()[::-1]
    latest = int((after >= LEAST_AHEAD).sum()) - 1  # the last place with enough known months from it on
    usable = (
        origin
        for origin in range(latest, FEWEST_MONTHS - 1, -EVERY_MONTHS)
        if enough_known(months_of(basis, past.until(origin)))
    )
    return tuple(islice(usable, MOST_ORIGINS))[::-1]


def enough_known(shown: Past) -> bool:
    """Return whether enough months of those shown are known for a model to learn from."""
    return int(shown.known.sum()) >= FEWEST_KNOWN


def trial(past: Past, actual: Floats, origin: int, basis: Basis, seed: int = 0) -> pd.DataFrame:
    """Return how every model, shown the months before an origin alone, foretold those after it.

    Args:
        past: All months known, with those that models are not to see set aside.
        actual: What was counted in each of these months, set aside or not; missing where not known.
        origin: How many months are shown.
        basis: Which of those a model learns from.
        seed: Where chance starts.

    Returns:
        One row per model and month ahead whose count is known, and one with `span` 12 for the total of the first
        twelve months where all are known: `model`, `origin`, `horizon` (months ahead, from 1), `span`
        (months added up), `actual`, `mean`, `median`, `crps` (records), `pit` (0 to 1), `absolute` (error of the
        median) and `squared` (of the mean) in units of the series' own yearly change; missing where that is zero.
    """
    shown = months_of(basis, past.until(origin))
    came = actual[origin : origin + LONGEST_AHEAD]
    rng = np.random.default_rng([seed, origin])
    told = made_honest(simulate(shown, len(came), TRIAL_PATHS, seed + origin), rng)
    return scored(told, came, yearly_scale(actual[:origin]), rng).assign(origin=origin)


def scored(
    told: Mapping[Model, Paths], came: Floats, scale: tuple[float, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the rows of `trial` for what every model told of some months and what came; without `origin`."""
    rows = []
    for model, paths in told.items():
        months = _scored(paths, came, scale, rng)
        rows.append(months.assign(model=model, horizon=np.arange(1, len(came) + 1), span=1))
        if len(came) >= YEAR and not np.isnan(came[:YEAR]).any():
            totals = paths[:, :YEAR].sum(axis=1, keepdims=True)
            whole = _scored(totals, came[:YEAR].sum(keepdims=True), scale, rng)
            rows.append(whole.assign(model=model, horizon=YEAR, span=YEAR))
    return pd.concat(rows, ignore_index=True).dropna(subset="actual")


def by_model(trials: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the scores of each model over the months of a back-test.

    Args:
        trials: What `trial` returned, of as many origins and series as there are.
        by: Columns to tell apart besides the model.

    Returns:
        One row per model (and `by`): `months` (how many were foretold), `mase`, `rmsse`, `crps` (records),
        `within80` and `within95` (share of months inside the interval, 0 to 1, by the randomised place).
    """
    told = trials.assign(
        within80=trials["pit"].between(0.1, 0.9), within95=trials["pit"].between(0.025, 0.975)
    )
    scored = told.groupby([*by, "model"], observed=True, sort=False).agg(
        months=("pit", "size"),
        mase=("absolute", "mean"),
        rmsse=("squared", "mean"),
        crps=("crps", "mean"),
        within80=("within80", "mean"),
        within95=("within95", "mean"),
    )
    return scored.assign(rmsse=np.sqrt(scored["rmsse"])).reset_index()


def first_year(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each model over the first twelve months ahead, which nearly every trial reaches.

    Further ahead few origins tell, and mostly of the same months.
    """
    return by_model(trials[(trials["span"] == 1) & (trials["horizon"] <= YEAR)])


def _scored(paths: Paths, came: Floats, scale: tuple[float, float], rng: np.random.Generator) -> pd.DataFrame:
    mean, median = paths.mean(axis=0), np.median(paths, axis=0)
    return pd.DataFrame(
        {
            "actual": came,
            "mean": mean,
            "median": median,
            "crps": crps(paths, came),
            "pit": randomised_pit(paths, came, rng),
            "absolute": np.abs(came - median) / scale[0],
            "squared": ((came - mean) / scale[1]) ** 2,
        }
    )


class Why(StrEnum):
    """Why a model speaks."""

    COMBINATION = "combination"  # the combination beats last year again
    SINGLE = "single"  # the combination doesn't, another model does
    NOTHING_BETTER = "nothing-better"  # nothing beats last year again
    NO_SCALE = "no-scale"  # no year-on-year change to set errors against


@dataclass(frozen=True)
class Chosen:
    """The model that speaks, and why."""

    model: Model
    why: Why


def chosen_model(scores: pd.DataFrame) -> Chosen:
    """Return the model that speaks for a series: the combination, unless last year again did better than it.

    The best of a series' own back-test is not chosen: with so few origins it is best by luck, and over the 64
    series it forecast worse than the combination (docs/forecast-accuracy.md).

    Args:
        scores: One row per model: `model`, `mase` (missing where errors can't be scaled), `crps`.
    """
    mase = scores.set_index("model")["mase"]
    if mase.isna().any():
        return Chosen(Model.COMBINATION, Why.NO_SCALE)
    naive = mase[Model.SEASONAL_NAIVE]
    if mase[Model.COMBINATION] < naive:
        return Chosen(Model.COMBINATION, Why.COMBINATION)
    best = Model(str(mase.idxmin()))
    if mase[best] < naive:
        return Chosen(best, Why.SINGLE)
    return Chosen(Model.SEASONAL_NAIVE, Why.NOTHING_BETTER)
