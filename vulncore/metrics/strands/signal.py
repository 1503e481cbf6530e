"""The signal: whether each measure's change is more than chance, all measures judged together."""

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.errors import InvalidRowsError, VulncoreError, first_five
from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value

NUMBERS = ["current", "earlier", "days_current", "days_earlier", "dispersion"]
FEWEST_TO_TEST = 10
"""Both counts together. Of nine or fewer only an all-or-nothing split (9 to 0 has p = 0.004) could stand
among the dozen measures judged together, so a verdict could never say anything else."""

FALSE_DISCOVERY_RATE = 0.05
"""One clear change in twenty may be chance, on average: what a room that meets each month can live with."""

FALL_TO_ZERO_FROM = 10
"""Where ten were to be expected, chance leaves none once in 22,000 times (e to the power -10); a feed that
stopped does so far more often."""

MAY_BE_UP_TO = 0.10
"""A change in one direction at 5 %. Rape rising from 15 to 27 has p = 0.088 and must not look quiet."""


class Signal(StrEnum):
    """The verdict on a change, in the words that stand beside its colour."""

    CLEAR = "clear change"
    MAY_BE = "may be a change"
    CHANCE = "could be chance"
    TOO_FEW = "too few to say"
    CHECK_FEED = "check the feed"
    NOT_TESTED = "not tested"


def signals(comparison: pd.DataFrame, false_discovery_rate: float = FALSE_DISCOVERY_RATE) -> pd.DataFrame:
    """Return the verdict on each measure's change, all of them judged together.

    Args:
        comparison: One row per measure: `measure`; `current` and `earlier` (counts, missing where the
            window is incomplete); `days_current` and `days_earlier` (exposure); `dispersion` (variance
            over mean, missing where unknown); `flow` ("flow", or "stock", which is never tested); and,
            if wanted, `silent` (true where the feed has stopped, see `vulncore.metrics.strands.silence`).
        false_discovery_rate: How many of the clear changes may be chance, as a share, on average.

    Returns:
        `comparison`, same rows and order, plus `dispersion_used` (1 where it is unknown or below 1),
        `rate_ratio` (current daily rate over earlier; infinite from 0, missing where both are 0),
        `low`, `high`, `p_value` (missing where nothing was tested), `interval_level` (one for the whole
        frame) and `signal`, a value of `Signal`. The interval leaves 1 out exactly for clear changes.

    Raises:
        InvalidRowsError: A column is missing, a measure is repeated, or a value is no count, no days,
            no dispersion or neither flow nor stock.
        VulncoreError: `false_discovery_rate` is not between 0 and 1.

    Source:
        `vulncore.metrics.statistics`: `intervals` and `false_discovery`; calibration in docs/signal.md.

    Misleads when:
        dispersion is unknown: counts then pass for plain chance, which cries wolf at large volumes. Nor
        does a clear change say why: harm, reporting and recording all change counts.

    >>> hate_crime = pd.DataFrame({"measure": ["hate-crime"], "current": [187], "earlier": [131],
    ...     "days_current": [214], "days_earlier": [214], "dispersion": [0.9], "flow": ["flow"]})
    >>> signals(hate_crime)[["rate_ratio", "low", "high", "signal"]].round(2).values.tolist()
    [[1.43, 1.14, 1.8, 'clear change']]
    """
    if not 0 < false_discovery_rate < 1:
        raise VulncoreError(
            f"A false-discovery rate of {false_discovery_rate} can't be held. Give one between 0 and 1."
        )
    current, earlier, days_current, days_earlier, dispersion = _numbers(comparison)
    dispersion = np.fmax(dispersion, 1.0)  # 1 as well where it is unknown
    verdict = _untested(comparison, current, earlier)
    tested = verdict == ""
    data = current[tested], earlier[tested], days_current[tested], days_earlier[tested], dispersion[tested]
    p_value = rate_ratio_p_value(*data)
    stands, alpha = discoveries(p_value, false_discovery_rate)
    judged = np.full((3, len(tested)), np.nan)
    judged[:, tested] = *rate_ratio_interval(*data, alpha), p_value
    low, high, p_of_all = judged
    verdict[tested] = np.select(
        [stands, p_value <= MAY_BE_UP_TO], [Signal.CLEAR.value, Signal.MAY_BE.value], Signal.CHANCE.value
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (current * days_earlier) / (earlier * days_current)
    return comparison.assign(
        dispersion_used=dispersion,
        rate_ratio=ratio,
        low=low,
        high=high,
        interval_level=1 - alpha,
        p_value=p_of_all,
        signal=verdict,
    )


def _numbers(comparison: pd.DataFrame) -> list[Floats]:
    """Return the columns of `NUMBERS`, missing where unknown; refuses a comparison as `signals` does."""
    absent = [column for column in ["measure", *NUMBERS, "flow"] if column not in comparison]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the comparison are absent: {first_five(absent)}.")
    columns = [comparison[name] for name in NUMBERS]
    values = [
        pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan) for column in columns
    ]
    current, earlier, days_current, days_earlier, dispersion = values
    unread = [np.isnan(value) & column.notna() for value, column in zip(values, columns, strict=True)]
    exposed = (days_current > 0) & (days_current < np.inf) & (days_earlier > 0) & (days_earlier < np.inf)
    faults = {
        "are repeated": comparison["measure"].duplicated().to_numpy(),
        "hold text where a number belongs": np.any(unread, axis=0),
        "have a count that is not a whole number from 0": ~(_counts(current) & _counts(earlier)),
        "have both counts but no days of exposure": ~np.isnan(current + earlier) & ~exposed,
        "have a dispersion below 0 or infinite": (dispersion < 0) | np.isinf(dispersion),
        "are neither flow nor stock": ~comparison["flow"].astype(str).isin(["flow", "stock"]).to_numpy(),
    }
    for what, faulty in faults.items():
        if faulty.any():
            raise InvalidRowsError(
                f"{faulty.sum()} of {len(comparison)} measures {what}: "
                f"{first_five(comparison['measure'][faulty])}. Correct the comparison before it is judged."
            )
    return values


def _untested(comparison: pd.DataFrame, current: Floats, earlier: Floats) -> NDArray[np.object_]:
    """Return the verdicts of the rows that are not tested; "" for the rows that are.

    Feeds in doubt are kept out of the tests: a stopped feed's tiny p-value would let others through.
    """
    together = current + earlier
    stopped = (current == 0) & (earlier >= FALL_TO_ZERO_FROM)
    if "silent" in comparison:
        stopped |= np.equal(comparison["silent"].to_numpy(), True).astype(bool)
    reasons = {
        Signal.NOT_TESTED.value: np.isnan(together) | (comparison["flow"].astype(str) != "flow").to_numpy(),
        Signal.TOO_FEW.value: together < FEWEST_TO_TEST,
        Signal.CHECK_FEED.value: stopped,
    }
    return np.select(list(reasons.values()), list(reasons), "").astype(object)


def _counts(values: Floats) -> Booleans:
    """Return which values are whole numbers from 0, or missing."""
    counts: Booleans = (np.floor(values) == values) & (values >= 0) & (values < np.inf)
    return np.isnan(values) | counts
