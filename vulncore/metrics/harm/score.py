"""The severity score: the weights of what was recorded, added up by measure and period, with limits; and how it changed."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidRowsError, first_five
from vulncore.metrics.statistics.weighted_sums import (
    SumsCompared,
    WeightedSum,
    sums_compared,
    weighted_sum,
    weighted_sum_interval,
)

COUNTED: Final = ("measure", "period", "offence", "count")
WEIGHED: Final = ("measure", "offence", "weight")
WIDEST_COMPARED: Final = 10.0
"""Of blurred records a score of which the upper limit is more than ten times the lower is set against no other: what the blur takes
away is then nearly all of it, and up to one in five changes that never were would be called one (docs/harm.md)."""


def harm_scores(
    counts: pd.DataFrame,
    weights: pd.DataFrame,
    kept: float = 1.0,
    dispersion: Mapping[str, float] | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return the severity score of each measure in each period, of crimes alone: whoever calls leaves other measures out.

    Args:
        counts: One row per measure, period and offence: `measure`, `period` (any label), `offence` (missing where none was
            recorded), `count` (records, 0 or more).
        weights: What `offence_weights` returns, of every offence that the measure can have: `measure`, `offence`, `weight`
            (missing where it has none).
        kept: Which share of the records has its own offence. The others have any that `weights` names for their measure, all
            alike, as `vulncore.domain.blur` deals them; what that does to the sum is taken away again.
        dispersion: The variance over the mean of each measure's counts; 1 where it is not given.
        alpha: One minus the confidence level.

    Returns:
        One row per measure and period, in order of appearance: `measure`, `period`; `records`; `weighed` (about how many of them
        have a weight, from 0 to `records`); `unweighed` (the share of the others, 0 to 1; missing of no records); `score` (in the
        unit of the weights, from 0), `low` and `high` (its limits, by the chance of the counts and of the blur); `per_record`
        (score over weighed records; missing without any) and `gravest` (which share of the score one record of the gravest
        offence makes that the measure can have; missing where the score is 0).

    Raises:
        InvalidRowsError: A column is missing, a count is negative, or an offence is counted of which `weights` says nothing.

    Source:
        Office for National Statistics (2016), Crime Severity Score: the sum of weights. Limits: Fay and Feuer (1997). The blur is
        taken away as Warner (1965) does: (count - (1 - kept) x records / offences) / kept.

    Misleads when:
        one grave crime is most of the score: `gravest` says how much one makes. And where many records have no weight: they are
        left out, so the score says less than happened.

    >>> counts = pd.DataFrame({"measure": "a", "period": "now", "offence": ["grave", "light"], "count": [1, 20]})
    >>> weights = pd.DataFrame({"measure": "a", "offence": ["grave", "light"], "weight": [100.0, 5.0]})
    >>> harm_scores(counts, weights)[["records", "score", "low", "high", "gravest"]].round(1).values.tolist()
    [[21.0, 200.0, 52.2, 638.9, 0.5]]
    """
    rows = []
    for (measure, period), some in _checked(counts, weights).groupby(["measure", "period"], sort=False):
        of_measure = weights[weights["measure"] == measure]
        scatter = (dispersion or {}).get(str(measure), 1.0)
        summed = _sum_of(some, of_measure, kept)
        low, high = weighted_sum_interval(summed, alpha, scatter)
        records = int(some["count"].sum())
        weighed = float(np.clip(_sharpened(some, of_measure, kept, _has_weight(of_measure)), 0, records))
        score = max(summed.total, 0.0)
        heaviest = float(of_measure["weight"].max())
        rows.append(
            {
                "measure": measure,
                "period": period,
                "records": records,
                "weighed": weighed,
                "unweighed": 1 - weighed / records if records else np.nan,
                "score": score,
                "low": low,
                "high": high,
                "per_record": score / weighed if weighed > 0 else np.nan,
                "gravest": heaviest / score if score > 0 else np.nan,
            }
        )
    columns = ["measure", "period", "records", "weighed", "unweighed", "score", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "per_record", "gravest"])


def harm_change(
    counts: pd.DataFrame,
    weights: pd.DataFrame,
    measure: str,
    periods: tuple[object, object],
    days: tuple[float, float],
    kept: float = 1.0,
    dispersion: float = 1.0,
    alpha: float = 0.05,
) -> SumsCompared | None:
    """Return how a measure's score changed from the second of two periods to the first, per day.

    It takes what `harm_scores` takes; `periods` are the labels of the current and the earlier one, which share no record, `days`
    how long they are. Of no records the score is 0. None where the blur leaves one of the scores too unsure (`WIDEST_COMPARED`).

    >>> counts = pd.DataFrame({"measure": "a", "period": ["now", "then"], "offence": "x", "count": [27, 15]})
    >>> weights = pd.DataFrame({"measure": ["a"], "offence": ["x"], "weight": [9.0]})
    >>> round(harm_change(counts, weights, "a", ("now", "then"), (214, 214)).ratio, 2)
    1.8
    """
    of_measure = weights[weights["measure"] == measure]
    known = _checked(counts, weights)
    current, earlier = (
        _sum_of(known[(known["measure"] == measure) & (known["period"] == period)], of_measure, kept)
        for period in periods
    )
    if not all(_is_sure(summed, dispersion) for summed in (current, earlier)):
        return None
    return sums_compared(current, earlier, *days, dispersion=dispersion, alpha=alpha)


def _is_sure(summed: WeightedSum, dispersion: float) -> bool:
    low, high = weighted_sum_interval(summed, dispersion=dispersion)
    return not summed.heaviest_taken or 0 < high <= WIDEST_COMPARED * low


def _sum_of(some: pd.DataFrame, of_measure: pd.DataFrame, kept: float) -> WeightedSum:
    """Return the sum of the weights of a measure's records in a period, each weight sharpened by what the blur did."""
    weight = of_measure["weight"].fillna(0.0).to_numpy(dtype=float)
    return weighted_sum(_by_offence(some, of_measure), _unblurred(weight, kept))


def _sharpened(some: pd.DataFrame, of_measure: pd.DataFrame, kept: float, value: Floats) -> float:
    return float(_unblurred(value, kept) @ _by_offence(some, of_measure))


def _unblurred(value: Floats, kept: float) -> Floats:
    """Return what each offence has to stand for, so that the sum over blurred records is on average that of the true ones."""
    return (value - (1 - kept) * value.mean()) / kept if len(value) else value


def _has_weight(of_measure: pd.DataFrame) -> Floats:
    return np.asarray(of_measure["weight"].notna(), dtype=float)


def _by_offence(some: pd.DataFrame, of_measure: pd.DataFrame) -> Floats:
    """Return how many records each offence of a measure has; those without an offence are in none."""
    counted = some.groupby("offence")["count"].sum()
    return of_measure["offence"].map(counted).fillna(0.0).to_numpy(dtype=float)


def _checked(counts: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    for frame, columns, what in ((counts, COUNTED, "counts"), (weights, WEIGHED, "weights")):
        absent = [column for column in columns if column not in frame]
        if absent:
            raise InvalidRowsError(f"{len(absent)} columns of the {what} are absent: {first_five(absent)}.")
    negative = counts[~(counts["count"] >= 0)]
    if len(negative):
        raise InvalidRowsError(
            f"{len(negative)} of {len(counts)} counts are negative or missing: {first_five(negative['measure'])}. "
            "Correct the counts before they are weighed."
        )
    named = set(zip(weights["measure"], weights["offence"], strict=True))
    spoken = counts[counts["offence"].notna()]
    strange = [pair for pair in zip(spoken["measure"], spoken["offence"], strict=True) if pair not in named]
    if strange:
        raise InvalidRowsError(
            f"{len(strange)} of {len(counts)} rows have an offence that has no line among the weights: "
            f"{first_five(f'{offence} ({measure})' for measure, offence in strange)}. Give every offence of the measure a line."
        )
    return counts
