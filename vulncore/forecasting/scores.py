"""How good a forecast was, once what it foretold is known."""

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.paths import Paths


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
