"""The back-test: forecasts made from earlier months, scored by what then came, and the model that the scores choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FEWEST_MONTHS, Past, basis_months
from vulncore.forecasting.paths import LIMITS, Paths
from vulncore.forecasting.whole import draw

EVERY_MONTHS = 6
LEAST_AHEAD = 6  # an origin is used while this many months after it are known
LONGEST_AHEAD = 60
MOST_ORIGINS = 24
TRIAL_PATHS = 1_000
YEAR = 12  # the span of the rows that judge the total of the first twelve months


class ModelReason(StrEnum):
    """Why a model speaks for a series."""

    COMBINATION = "combination"  # the combination beats last year again
    SINGLE = "single"  # the combination doesn't, another model does
    NOTHING_BETTER = "nothing-better"  # nothing beats last year again
    NO_SCALE = "no-scale"  # no year-on-year change to set errors against


@dataclass(frozen=True)
class ChosenModel:
    """The model that speaks for a series, and why."""

    model: Model
    why: ModelReason


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
    # nothing is asked of days and parts, and to weigh days takes long
    past = replace(past, daily=None, parts=())
    after = past.known[::-1].cumsum()[::-1]
    latest = int((after >= LEAST_AHEAD).sum()) - 1  # the last place with enough known months from it on
    usable = (
        origin
        for origin in range(latest, FEWEST_MONTHS - 1, -EVERY_MONTHS)
        if basis_months(basis, past.until(origin)).is_enough
    )
    return tuple(islice(usable, MOST_ORIGINS))[::-1]


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
        (months added up), `actual`, `mean`, `median`, `low80`, `high80`, `crps` (records), `pit` (0 to 1), `absolute` (error of the
        median) and `squared` (of the mean) in units of the series' own yearly change; missing where that is zero.
    """
    shown = basis_months(basis, past.until(origin))
    came = actual[origin : origin + LONGEST_AHEAD]
    rng = np.random.default_rng([seed, origin])
    paths = draw(shown, len(came), TRIAL_PATHS, seed + origin, rng)
    return score_rows(paths, came, yearly_scale(actual[:origin]), rng).assign(origin=origin)


def score_rows(
    paths_by_model: Mapping[Model, Paths], came: Floats, scale: tuple[float, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the rows of `trial` for every model's paths of some months and what came; without `origin`."""
    rows = []
    for model, paths in paths_by_model.items():
        months = _column_scores(paths, came, scale, rng)
        rows.append(months.assign(model=model, horizon=np.arange(1, len(came) + 1), span=1))
        if len(came) >= YEAR and not np.isnan(came[:YEAR]).any():
            totals = paths[:, :YEAR].sum(axis=1, keepdims=True)
            year = _column_scores(totals, came[:YEAR].sum(keepdims=True), scale, rng)
            rows.append(year.assign(model=model, horizon=YEAR, span=YEAR))
    return pd.concat(rows, ignore_index=True).dropna(subset="actual")


def scores_by_model(trials: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the scores of each model over the months of a back-test.

    Args:
        trials: What `trial` returned, of as many origins and series as there are.
        by: Columns to tell apart besides the model.

    Returns:
        One row per model (and `by`): `months` (how many were foretold), `mase`, `rmsse`, `crps` (records),
        `within80` and `within95` (share of months inside the interval, 0 to 1, by the randomised place).
    """
    within80, within95 = trials["pit"].between(0.1, 0.9), trials["pit"].between(0.025, 0.975)
    months = trials.rename(columns={"absolute": "mase", "squared": "rmsse"})
    months = months.assign(within80=within80, within95=within95)
    groups = months.groupby([*by, "model"], observed=True, sort=False)
    scores = groups[["mase", "rmsse", "crps", "within80", "within95"]].mean()
    scores.insert(0, "months", groups["pit"].size())
    return scores.assign(rmsse=np.sqrt(scores["rmsse"])).reset_index()


def first_year_scores(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each model over the first twelve months ahead, which nearly every trial reaches.

    Further ahead few origins tell, and mostly of the same months.
    """
    return scores_by_model(trials[(trials["span"] == 1) & (trials["horizon"] <= YEAR)])


def choose_model(scores: pd.DataFrame) -> ChosenModel:
    """Return the model that speaks for a series: the combination, unless last year again did better than it.

    The best of a series' own back-test is not chosen: with so few origins it is best by luck, and over the 64
    series it forecast worse than the combination (docs/forecast-accuracy.md).

    Args:
        scores: One row per model: `model`, `mase` (missing where errors can't be scaled), `crps`.
    """
    mase = scores.set_index("model")["mase"]
    if mase.isna().any():
        return ChosenModel(Model.COMBINATION, ModelReason.NO_SCALE)
    naive = mase[Model.SEASONAL_NAIVE]
    if mase[Model.COMBINATION] < naive:
        return ChosenModel(Model.COMBINATION, ModelReason.COMBINATION)
    best = Model(str(mase.idxmin()))
    if mase[best] < naive:
        return ChosenModel(best, ModelReason.SINGLE)
    return ChosenModel(Model.SEASONAL_NAIVE, ModelReason.NOTHING_BETTER)


def crps(paths: Paths, actual: Floats) -> Floats:
    """Return the continuous ranked probability score of each month, in records; 0 is perfect.

    Args:
        paths: Simulated counts, one row per path and one column per month.
        actual: What came, one number per month; missing gives a missing score.

    Source:
        Gneiting and Raftery (2007), Journal of the American Statistical Association 102, equation 21, with the
        mean difference of a sample taken from its order (as in Jordan, Krüger and Lerch 2019).

    >>> crps(np.array([[1], [3]]), np.array([2.0])).tolist()
    [0.5]
    """
    ordered = np.sort(paths, axis=0).astype(float)
    count = len(ordered)
    weight = 2 * np.arange(1, count + 1) - count - 1
    spread = (weight[:, None] * ordered).sum(axis=0) / count**2
    score: Floats = np.abs(ordered - actual).mean(axis=0) - spread
    return score


def randomised_pit(paths: Paths, actual: Floats, rng: np.random.Generator) -> Floats:
    """Return where in its forecast each count lies, 0 to 1; even over that range if the forecast was right.

    Counts are whole numbers, so the place is drawn evenly from the step that the count takes in the forecast's
    distribution.

    Source:
        Czado, Gneiting and Held (2009), Biometrics 65: the randomised probability integral transform.
    """
    count = len(paths)
    below = (np.sum(paths < actual, axis=0) + 0.5) / (count + 1)
    up_to = (np.sum(paths <= actual, axis=0) + 0.5) / (count + 1)
    place: Floats = below + (up_to - below) * rng.random(len(actual))
    return np.where(np.isnan(actual), np.nan, place)


def yearly_scale(counts: Floats) -> tuple[float, float]:
    """Return what errors are set against: the mean absolute and the root mean squared change over a year.

    Args:
        counts: The months before the forecast, missing where not known.

    Returns:
        Both missing where no pair of months a year apart is known, or none changed: errors can't be scaled then.

    Source:
        MASE: Hyndman and Koehler (2006), International Journal of Forecasting 22; RMSSE: Makridakis, Spiliotis
        and Assimakopoulos (2022), the M5 competition.

    >>> yearly_scale(np.array([1.0] * 12 + [3.0] * 12))
    (2.0, 2.0)
    >>> yearly_scale(np.zeros(24))
    (nan, nan)
    """
    changes = counts[12:] - counts[:-12]
    changes = changes[~np.isnan(changes)]
    if not changes.any():
        return float("nan"), float("nan")
    return float(np.abs(changes).mean()), float(np.sqrt((changes**2).mean()))


def _column_scores(
    paths: Paths, came: Floats, scale: tuple[float, float], rng: np.random.Generator
) -> pd.DataFrame:
    mean, median = paths.mean(axis=0), np.median(paths, axis=0)
    limits = [LIMITS["low80"], LIMITS["high80"]]
    low80, high80 = np.quantile(paths, limits, axis=0, method="inverted_cdf").astype(float)
    return pd.DataFrame(
        {
            "actual": came,
            "mean": mean,
            "median": median,
            "low80": low80,
            "high80": high80,
            "crps": crps(paths, came),
            "pit": randomised_pit(paths, came, rng),
            "absolute": np.abs(came - median) / scale[0],
            "squared": ((came - mean) / scale[1]) ** 2,
        }
    )
