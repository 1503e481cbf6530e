"""Would a map have been right? The share of the next month in the area that the map put first (hit rate, PAI, PEI*)."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.errors import InvalidRowsError, UnknownNameError, VulncoreError, first_five

DRAWS: Final = 1_000
LEVEL: Final = 0.95
FEWEST_MONTHS: Final = 6
"""Months from which limits are given. On made series with a known rate, limits at 95 % held it in 94 of 100 from six
months on, in 88 of four and in 77 of three."""
COLUMNS: Final = [
    *("method", "share", "hits", "happened", "hit_rate", "hit_rate_low", "hit_rate_high"),
    *("pai", "pei_star", "better_low", "better_high"),
]


def prediction(
    scores: Mapping[str, Floats],
    areas: Floats,
    happened: Floats,
    shares: Sequence[float],
    rival: str,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return how much of what happened lay where each method's maps had looked first.

    Args:
        scores: For each method one row per month and one column per zone: how high the map that was known before the
            month put the zone, per unit of area.
        areas: The area of each zone, in one unit, above 0.
        happened: One row per month and one column per zone: what happened in the month, which may be an estimate that
            scatters around it and goes below 0. A month that was not delivered is left out, here and in the scores.
        shares: Shares of the whole area, above 0 and up to 1.
        rival: The method that the others have to beat.
        draws: How often months are drawn anew.
        seed: What the dice start from. All methods are judged on the same draws.

    Returns:
        One row per method and share, in the order given: `method`, `share`, `hits` (what happened in the zones put
        first), `happened` (in all), `hit_rate` (hits ÷ happened, over all months together) with `hit_rate_low` and
        `hit_rate_high` (95 % limits over months), `pai` (hit rate ÷ share: 1 is no better than chance), `pei_star`
        (hits ÷ the most that any map could have had in so much area: 1 is perfect), and `better_low` and
        `better_high` (95 % limits of the hit rate less the rival's; missing for the rival). Rates are missing where
        nothing happened; limits, too, of fewer than six months.

    Raises:
        InvalidRowsError: Tables don't have the same months and zones, something is missing, a month is below 0, or a
            zone has no area.
        UnknownNameError: The rival is none of the methods.
        VulncoreError: A share lies outside 0 to 1.

    Source:
        PAI: Chainey, Tompson and Uhlig (2008), The utility of hotspot mapping for predicting spatial patterns of
        crime. PEI: Hunt (2016), Do crime hot spots move?, PAI over the greatest PAI there could have been. The star,
        by which the Real-Time Crime Forecasting Challenge of the National Institute of Justice (2017) was scored:
        that the greatest is taken at the same area, so that PEI* is a share of the hits: White, Hunt and Green (2023),
        A discussion of current crime forecasting indices. They count whole cells; here the last zone is taken in
        part, as zones differ in area. Limits: the bootstrap with percentiles widened for few months, Hesterberg (2015),
        What teachers should know about the bootstrap.

    Misleads when:
        few months or few records are judged, one event or one closed venue carries several months (limits take
        months for independent), or police went where the map sent them and thereby changed what was recorded there.

    >>> after = np.array([[6.0, 2.0, 0.0, 0.0], [4.0, 0.0, 4.0, 0.0]])
    >>> maps = {"last month": after[:, ::-1], "this one": np.array([[3.0, 2.0, 1.0, 0.0]] * 2)}
    >>> judged = prediction(maps, np.ones(4), after, shares=[0.25], rival="last month")
    >>> judged[["method", "hits", "hit_rate", "pai", "pei_star"]].values.tolist()
    [['last month', 0.0, 0.0, 0.0, 0.0], ['this one', 10.0, 0.625, 2.5, 1.0]]
    """
    _check(scores, areas, happened, shares, rival)
    months, total = len(happened), happened.sum(axis=1)
    times_drawn = _times_drawn(months, draws, seed)
    best = _by_month(happened / areas, areas, happened, shares)
    held_by_method = {method: _by_month(maps, areas, happened, shares) for method, maps in scores.items()}
    rows = []
    for method, held in held_by_method.items():
        for at, share in enumerate(shares):
            rate = _over(held[:, at].sum(), total.sum())
            better = held[:, at] - held_by_method[rival][:, at]
            rows.append(
                (
                    *(method, share, held[:, at].sum(), total.sum()),
                    *(rate, *_limits(held[:, at], total, times_drawn)),
                    *(rate / share, _over(held[:, at].sum(), best[:, at].sum())),
                    *(_limits(better, total, times_drawn) if method != rival else (np.nan, np.nan)),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def hits(scores: ArrayLike, areas: ArrayLike, happened: ArrayLike, share: float) -> float:
    """Return how much of what happened lay in the zones of the highest scores that make up a share of the area.

    The last zone is taken in part. Zones of equal score are taken in the same part, as if cut into small pieces that
    come in any order: a tie is neither luck nor a matter of order.

    >>> hits([9, 5, 5, 0], [1, 1, 1, 1], [4, 2, 6, 8], share=0.5)
    8.0
    """
    of_zones, of_one_map, in_one_month = (
        np.asarray(values, dtype=float) for values in (areas, [scores], [happened])
    )
    return float(_by_month(of_one_map, of_zones, in_one_month, [share])[0, 0])


def best_hits(areas: ArrayLike, happened: ArrayLike, share: float) -> float:
    """Return the most that any choice of so much of the area could have held.

    >>> best_hits([1, 1, 2], [4, 2, 6], share=0.5)
    7.0
    """
    return hits(np.asarray(happened, dtype=float) / np.asarray(areas, dtype=float), areas, happened, share)


def _by_month(maps: Floats, areas: Floats, happened: Floats, shares: Sequence[float]) -> Floats:
    """Return the hits, one row per month, one column per share."""
    held = np.zeros((len(happened), len(shares)))
    for month, (scores, seen) in enumerate(zip(maps, happened, strict=True)):
        order = np.argsort(-scores, kind="stable")
        last_of_run = np.diff(scores[order], append=np.nan) != 0
        area, inside = (np.append(0.0, np.cumsum(values[order])[last_of_run]) for values in (areas, seen))
        held[month] = np.interp(np.asarray(shares) * area[-1], area, inside)
    return held


def _times_drawn(months: int, draws: int, seed: int) -> Integers:
    """Return how often each month is in each draw of as many months, with any of them coming back."""
    if not months:
        return np.zeros((draws, 0), dtype=np.int64)
    return np.random.default_rng(seed).multinomial(months, np.full(months, 1 / months), size=draws)


def _limits(part: Floats, whole: Floats, times_drawn: Integers) -> tuple[float, float]:
    """Return the limits of a ratio of sums over months."""
    below = times_drawn @ whole
    some = below > 0
    months = len(whole)
    if months < FEWEST_MONTHS or not some.any():
        return np.nan, np.nan
    # percentiles of so few months are too narrow: as far out as Student's t, on the deviation of a sample
    tail = float(norm.cdf(-np.sqrt(months / (months - 1)) * t.ppf((1 + LEVEL) / 2, months - 1)))
    low, high = np.quantile((times_drawn @ part)[some] / below[some], [tail, 1 - tail])
    return float(low), float(high)


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _check(
    scores: Mapping[str, Floats], areas: Floats, happened: Floats, shares: Sequence[float], rival: str
) -> None:
    if rival not in scores:
        raise UnknownNameError(
            f"'{rival}' is none of the {len(scores)} methods ({first_five(scores)}). Name one of them."
        )
    beyond = [share for share in shares if not 0 < share <= 1]
    if beyond:
        raise VulncoreError(
            f"{len(beyond)} of {len(shares)} shares of the area are not above 0 and up to 1 ({first_five(beyond)}). "
            "Give 0.05 for 5 %."
        )
    for name, table in {"what happened": happened, **scores}.items():
        if table.shape != (len(happened), len(areas)):
            raise InvalidRowsError(
                f"The table of '{name}' is of shape {table.shape}, where {len(happened)} months and {len(areas)} zones "
                "are judged. Give each method a row for each month and a column for each zone."
            )
        unknown = ~np.isfinite(table).all(axis=1)
        _refuse(
            unknown,
            f"months of '{name}' have zones with nothing known",
            "rows",
            "Leave those months out of every table.",
        )
    _refuse(~(areas > 0), "zones have no usable area", "columns", "Areas are above 0.")
    _refuse(happened.sum(axis=1) < 0, "months hold less than nothing", "rows", "Counts are not below 0.")


def _refuse(bad: Booleans, what: str, lines: str, remedy: str) -> None:
    at = np.flatnonzero(bad)
    if at.size:
        raise InvalidRowsError(f"{at.size} of {len(bad)} {what} ({lines} {first_five(at)}). {remedy}")
