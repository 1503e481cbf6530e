"""The stretches of the week, and of the day, in which more happened than chance explains, and weeks that chance alone makes."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import xlogy

from vulncore.domain.arrays import Floats, Integers
from vulncore.metrics.week.hours import HOURS

MOST_MOVED: Final = 2_000
"""Windows moved one by one in each made week. Of more, so many stand for all, and what they deviate by is scaled:
the sum of thousands is normal enough."""
WEEKS_AT_ONCE: Final = 100  # bounds the memory
LONGEST_HOURS: Final = 12  # a night from 18:00 to 05:59; what is longer is a part of the week, not a peak
STANDS_OUT: Final = 1.5
"""Times an even week's rate. Of many thousands the slightest rise is beyond chance, and no reason to send anybody."""
STANDS_OUT_DAILY: Final = 1.25
"""Times an even day's rate: a whole year's nights are many, and each is one of seven."""
DAY: Final = 24
BAND_HOURS: Final = 3
LEVEL: Final = 0.05
MADE_WEEKS: Final = 999
TIE: Final = 1e-6  # ratios this close are the same one, added up in another order
SEED: Final = 168  # the same data give the same answer


def week_windows(
    week: Floats,
    shapes: pd.DataFrame,
    occurs: Floats | None = None,
    level: float = LEVEL,
    made_weeks: int = MADE_WEEKS,
    seed: int | Sequence[int] = SEED,
    hours: int = HOURS,
    stands_out: float = STANDS_OUT,
) -> pd.DataFrame:
    """Return the stretches of the week that stand out beyond chance; where `hours` is 24, those of the day.

    Every run of up to 12 hours is tried, around the week's end too, if each of its hours holds at least 1.5 times
    what an even week would put there; with fewer than 168 records, by bands of three hours. How far a run is from even
    is Kulldorff's likelihood ratio. It stands out if no more than `level` of the weeks that chance makes hold any run
    as far from even: in them each record, its window as long as it is, is moved to an hour drawn evenly. Of runs that
    overlap, the furthest from even is taken; those that touch are one stretch.

    Args:
        week: The weight of each hour from Monday 00:00: what `vulncore.metrics.week.day_hour.week_of` returns.
        shapes: How the same records' windows lie to the hours, as `vulncore.metrics.week.day_hour.shapes` returns.
        occurs: How often each hour of the week occurs in the period, which need not be whole weeks; all as often,
            by default.
        level: Share of even weeks in which anything at all may be found by chance.
        made_weeks: How many weeks to make.
        seed: What the dice start from.
        hours: Of how many the week is made by folding it: its own 168, or a day's 24.
        stands_out: Times an even share that each hour of a stretch holds at least.

    Returns:
        One row per stretch, in order: `start` (the hour of the week, or of the day, from 0), `hours` (long), `weight`
        (records in it), `even` (records that an even week would put there), `p_value` (of the part furthest from even).

    Source:
        Kulldorff (1997), A spatial scan statistic. That every part has to be raised: Tango (2008), A spatial scan
        statistic with a restricted likelihood ratio.

    Misleads when:
        the records whose time is unknown happened at other hours than those that are known.

    >>> alone = pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [195]})
    >>> week = np.ones(168)
    >>> week[92:95] += 9
    >>> week_windows(week, alone)[["start", "hours", "weight"]].values.tolist()
    [[92.0, 3.0, 30.0]]
    """
    chance = np.full(HOURS, 1 / HOURS) if occurs is None else occurs / occurs.sum()
    folded, even = _folded(week, hours), _folded(chance, hours)
    runs: list[tuple[int, int, float]] = []
    if not shapes.empty:
        made = _folded(shuffled_weeks(shapes, made_weeks, np.random.default_rng(seed), chance), hours)
        # with fewer than one an hour, hours stand empty within any peak
        step = BAND_HOURS if shapes["records"].sum() < hours else 1
        runs = _runs(folded, made, even, step, stands_out, level)
    rows = []
    for start, length, p_value in _joined(runs, hours):
        run = _run(start, length, hours)
        rows.append((start, length, float(folded[run].sum()), float(folded.sum() * even[run].sum()), p_value))
    columns = ["start", "hours", "weight", "even", "p_value"]
    return pd.DataFrame(rows, columns=columns).sort_values("start", ignore_index=True)


def day_windows(
    week: Floats,
    shapes: pd.DataFrame,
    occurs: Floats | None = None,
    made_weeks: int = MADE_WEEKS,
) -> pd.DataFrame:
    """Return the stretches of the day that stand out beyond chance, all days together: what happens every night, say.

    They are found as `week_windows` finds those of the week, of the same made weeks: each hour of a run holds at least 1.25 times what an even day would put there, and a run may go on past midnight.

    Returns:
        The columns of `week_windows`; `start` is an hour of the day, 0 to 23.

    Misleads when:
        one day makes all of it: ask `week_windows` first.

    >>> alone = pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [224]})
    >>> week = np.ones(168)
    >>> week[np.arange(168) % 24 >= 22] += 4
    >>> day_windows(week, alone)[["start", "hours", "weight"]].values.tolist()
    [[22.0, 2.0, 70.0]]
    """
    return week_windows(week, shapes, occurs, made_weeks=made_weeks, hours=DAY, stands_out=STANDS_OUT_DAILY)


def shuffled_weeks(
    shapes: pd.DataFrame, weeks: int, rng: np.random.Generator, occurs: Floats | None = None
) -> Floats:
    """Return made weeks in which each record, its window as long as it is, starts in an hour drawn evenly.

    What `shapes` and `occurs` are says `week_windows`.

    Returns:
        One row per week: the weight of each of the 168 hours.

    >>> alone = pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [50]})
    >>> made = shuffled_weeks(alone, 3, np.random.default_rng(0))
    >>> made.shape, made.sum(axis=1).tolist()
    ((3, 168), [50.0, 50.0, 50.0])
    """
    within = (shapes["first_minute"] + shapes["minutes"] <= 60).to_numpy()
    singles = int(shapes.loc[within, "records"].sum())
    chance = np.full(HOURS, 1 / HOURS) if occurs is None else occurs / occurs.sum()
    made = rng.multinomial(singles, chance, size=weeks).astype(float)
    windows = shapes[~within]
    count = int(windows["records"].sum())
    if count == 0:
        return made
    moved, scale = _moved(windows, min(count, MOST_MOVED), rng), count / min(count, MOST_MOVED)
    mean = _mean(moved, chance)
    for start in range(0, weeks, WEEKS_AT_ONCE):
        stop = min(start + WEEKS_AT_ONCE, weeks)
        placed = _placed(moved, stop - start, chance, rng)
        made[start:stop] += mean * scale + (placed - mean) * np.sqrt(scale)
    weeks_made: Floats = np.maximum(made, 0.0)
    return weeks_made


def _folded(weeks: Floats, hours: int) -> Floats:
    """Return what every so many hours of one week or several hold together."""
    return np.asarray(weeks.reshape(*weeks.shape[:-1], -1, hours).sum(axis=-2), dtype=float)


def _runs(
    hours: Floats, made: Floats, chance: Floats, step: int, stands_out: float, level: float
) -> list[tuple[int, int, float]]:
    """Return the runs of a week or a day that are further from even than chance makes any: start, hours, p-value."""
    by_chance = _ratios(made, chance, step, stands_out).max(axis=(1, 2))
    ratios = _ratios(hours[None, :], chance, step, stands_out)[0]
    runs: list[tuple[int, int, float]] = []
    taken = np.zeros(len(hours), dtype=bool)
    for at in np.argsort(-ratios, axis=None, kind="stable"):
        longer, start = np.unravel_index(at, ratios.shape)
        run = _run(int(start) * step, (int(longer) + 1) * step, len(hours))
        p_value = (1 + int((by_chance >= ratios.flat[at] - TIE).sum())) / (1 + len(made))
        if ratios.flat[at] <= 0 or p_value > level:
            break
        if not taken[run].any():
            taken[run] = True
            runs.append((int(run[0]), len(run), p_value))
    return runs


def _run(start: int, hours: int, of: int) -> Integers:
    """Return so many hours from one on, around the end of a week or a day."""
    return (start + np.arange(hours)) % of


def _ratios(weeks: Floats, chance: Floats, step: int, stands_out: float) -> Floats:
    """Return the likelihood ratio of every run, by week, length less one, and start; both in steps."""
    parts = weeks.reshape(len(weeks), -1, step).sum(axis=2)
    shares = chance.reshape(-1, step).sum(axis=1)
    totals, count = parts.sum(axis=1, keepdims=True), len(shares)
    raised = parts >= stands_out * totals * shares
    ratios = np.zeros((len(weeks), LONGEST_HOURS // step, count))
    held, share = np.zeros(parts.shape), np.zeros(count)
    whole = np.ones_like(raised)
    for longer in range(LONGEST_HOURS // step):
        held = held + np.roll(parts, -longer, axis=1)
        share = share + np.roll(shares, -longer)
        whole = whole & np.roll(raised, -longer, axis=1)
        week, start = np.nonzero(whole)  # the longer a run, the fewer are raised in every hour
        total = totals[week, 0]
        ratios[week, longer, start] = _likelihood_ratio(held[week, start], total * share[start], total)
    return ratios


def _likelihood_ratio(held: Floats, even: Floats, totals: Floats) -> Floats:
    rest = np.maximum(totals - held, 0.0)
    return np.asarray(xlogy(held, held / even) + xlogy(rest, rest / (totals - even)), dtype=float)


def _joined(runs: list[tuple[int, int, float]], of: int) -> list[tuple[int, int, float]]:
    covered = np.zeros(of, dtype=bool)
    for start, hours, _ in runs:
        covered[_run(start, hours, of)] = True
    joined = []
    for at in np.flatnonzero(covered & ~np.roll(covered, 1)):  # all raised, they never fill the whole
        start, hours = int(at), int(np.argmin(np.roll(covered, -at)))
        inside = set(_run(start, hours, of))
        joined.append((start, hours, min(p_value for first, _, p_value in runs if first in inside)))
    return joined


def _moved(windows: pd.DataFrame, count: int, rng: np.random.Generator) -> tuple[Integers, Integers, Floats]:
    """Return, for each hour that each window touches, the window, how many hours in, and its share."""
    which = np.repeat(np.arange(len(windows)), windows["records"])
    if count < len(which):
        which = rng.choice(which, count, replace=False)
    first, minutes = (windows[name].to_numpy()[which] for name in ("first_minute", "minutes"))
    hours = -(-(first + minutes) // 60)
    window = np.repeat(np.arange(len(which)), hours)
    step = np.arange(len(window)) - np.repeat(np.cumsum(hours) - hours, hours)
    begins = np.maximum(60 * step, first[window])
    ends = np.minimum(60 * (step + 1), (first + minutes)[window])
    return window, step, (ends - begins) / minutes[window]


def _mean(moved: tuple[Integers, Integers, Floats], chance: Floats) -> Floats:
    """Return what each hour holds on average: the shares of every step into a window, begun wherever it may."""
    _, step, share = moved
    by_step = enumerate(np.bincount(step, weights=share))
    return np.asarray(sum(weight * np.roll(chance, at) for at, weight in by_step))


def _placed(
    moved: tuple[Integers, Integers, Floats], weeks: int, chance: Floats, rng: np.random.Generator
) -> Floats:
    window, step, share = moved
    start = rng.choice(HOURS, size=(weeks, int(window[-1]) + 1), p=chance)
    return np.array([np.bincount(cells, share, HOURS) for cells in (start[:, window] + step) % HOURS])
