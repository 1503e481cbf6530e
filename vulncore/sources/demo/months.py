"""How many made records each month holds: what is expected of it, then drawn around that.

What is expected follows level, season and how busy the City was; the published table fixes totals over blocks of months.
"""

import calendar
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import Window, format_month, month_end, months_between, parse_month
from vulncore.domain.vocabulary import report_measures
from vulncore.sources.demo.description import description, dice
from vulncore.sources.demo.published import Block, blocks

WINTER_MONTHS = (11, 12, 1, 2, 3)  # the months that the published blocks set apart from April to October
PRIOR_RECORDS = 20  # as if so many records more had shown no season: small counts don't swing by chance
ORDINARY_DAYS = 365.25 / 12  # of a month
PASSES = 60  # at most: the knots settle in about twenty, but never where a block holds none
TRIES = 50_000  # of which a run of seven months keeps to a reported range some hundreds of times


Run = tuple[slice, int | None]
"""A stretch of a measure's months, and their total where the table fixes it."""


def period() -> Window:
    """Return the months that the demo data covers."""
    months = description("months")
    return Window(parse_month(months["first_month"]), month_end(parse_month(months["as_at"])))


def month_counts(seed: int) -> pd.DataFrame:
    """Return how many records stand in each month.

    A month's count scatters around what is expected of it; the months of a published block come to its
    total, as if all other draws had been thrown away.

    Returns:
        One row per measure and month of `period()`, measures in the report's order: `measure`, `month`
        (its first day), `count`.

    Raises:
        VulncoreError: A month can't be drawn within the range that the report gives for it.

    >>> counts = month_counts(1).set_index(["measure", "month"])["count"]
    >>> int(counts["rape"]["2023-04-01":"2023-10-01"].sum())
    15
    """
    window = period()
    fixed = blocks(parse_month(description("months")["as_at"]))
    frames = [
        pd.DataFrame(
            {
                "measure": measure.key,
                "month": pd.to_datetime(list(window.months)),
                "count": _of_measure(measure.key, window, fixed, dice(seed, "months", measure.key)),
            }
        )
        for measure in report_measures()
    ]
    return pd.concat(frames, ignore_index=True)


def _of_measure(measure: str, window: Window, fixed: tuple[Block, ...], rng: np.random.Generator) -> Integers:
    words = description("months")["measure"][measure]
    counts = np.zeros(len(window.months), dtype=np.int64)
    if words.get("never"):
        return counts
    expected = expected_counts(measure, window, fixed)
    runs = list(_runs(measure, window, fixed))
    for at, total in runs:
        weights = _weights(expected[at], words["scatter"], rng)
        counts[at] = rng.poisson(weights) if total is None else _split(total, weights, rng)
    if "range" in words:
        within, drawn_again = _in_range(measure, words["range"], window, runs, expected, rng)
        counts[within] = drawn_again
    return counts


def _runs(measure: str, window: Window, fixed: tuple[Block, ...]) -> Iterator[Run]:
    """Yield the published blocks and the stretches between them, in order."""
    done = 0
    for block in fixed:
        start = months_between(window.start, block.window.start)
        end = start + len(block.window.months)
        if start > done:
            yield slice(done, start), None
        yield slice(start, end), block.totals[measure]
        done = end


def _weights(expected: Floats, scatter: float, rng: np.random.Generator) -> Floats:
    """Return what is expected of each month, unsettled by gamma noise where months scatter more than chance.

    Poisson counts of such months are negative binomial with `scatter` times their mean as variance; given
    their total they are Dirichlet-multinomial.
    """
    if scatter == 1:
        return expected
    return rng.gamma(expected / (scatter - 1)) * (scatter - 1)


def _split(total: int, weights: Floats, rng: np.random.Generator, size: int | None = None) -> Integers:
    if total == 0:
        return np.zeros(weights.shape if size is None else (size, *weights.shape), dtype=np.int64)
    return rng.multinomial(total, weights / weights.sum(), size=size)


def _in_range(
    measure: str,
    reported: dict[str, Any],
    window: Window,
    runs: list[Run],
    expected: Floats,
    rng: np.random.Generator,
) -> tuple[slice, Integers]:
    """Return the months with a reported range and their counts: within it, and reaching both its ends."""
    low, high = reported["low"], reported["high"]
    first, last = (months_between(window.start, parse_month(reported[end])) for end in ("from", "to"))
    kept = []
    for at, total in runs:
        if total is not None and first <= at.start <= last:
            tries = _split(total, expected[at], rng, TRIES)
            kept.append(tries[((tries >= low) & (tries <= high)).all(axis=1)])
    for months in zip(*kept, strict=False):  # as many as the rarest block allows
        joined = np.concatenate(months)
        if joined.min() == low and joined.max() == high:
            return slice(first, last + 1), joined
    raise VulncoreError(
        f"In {TRIES} tries {measure} never kept to {low} to {high} a month. Correct the range, or the level "
        "around it, in vulncore/reference/demo_months.toml."
    )


def expected_counts(measure: str, window: Window, fixed: tuple[Block, ...]) -> Floats:
    """Return the expected count of each month of the window.

    The level is a smooth curve with one knot at the middle of each published block and one at the start,
    set so that every block comes to its total (but one that holds none, between others that hold some,
    keeps a little at its edges). Where the totals of the winter blocks stand higher or
    lower than those of the summers between them, the year's wave carries it, so that the level needn't jump.

    Returns:
        One expected count per month, 0 from the month in which the measure's feed stops.
    """
    words = description("months")["measure"][measure]
    heard = np.array([format_month(month) < words.get("stops", "9999") for month in window.months])
    known = [block for block in fixed if heard[_at(window, block)].all()]
    busy: dict[str, float] = description("months")["activity"]
    year = description("months")["calendar"][words["calendar"]]
    activity = np.array([busy.get(format_month(month), 1.0) ** words["follows"] for month in window.months])
    season = np.array([year[month.month - 1] for month in window.months])
    days = np.array([calendar.monthrange(month.year, month.month)[1] for month in window.months])
    shape: Floats = heard * (days / ORDINARY_DAYS) * activity
    shape *= season * _wave(window, _winter_ratio(measure, known))
    return _level(measure, window, known, shape, words["start"]) * shape


def _level(measure: str, window: Window, known: list[Block], shape: Floats, start: float) -> Floats:
    months = np.arange(len(window.months))
    middles = np.array([months[_at(window, block)].mean() for block in known])
    totals = np.array([block.totals[measure] for block in known], dtype=float)
    under = np.array([shape[_at(window, block)].sum() for block in known])
    knots = totals / under
    level = np.zeros(len(months))
    for _ in range(PASSES):
        curve = PchipInterpolator(np.append(0.0, middles), np.append(start * knots[0], knots))
        level = np.maximum(curve(np.clip(months, 0.0, middles[-1])), 0.0)  # rounding can leave -1e-16
        held = np.array([(level * shape)[_at(window, block)].sum() for block in known])
        if np.allclose(held, totals, rtol=1e-9, atol=1e-9):
            break
        knots = knots * np.divide(totals, held, out=np.zeros_like(held), where=held > 0)
    return level


def _winter_ratio(measure: str, known: list[Block]) -> float:
    """Return a winter month's count over a summer month's, by the blocks after the baseline."""
    counts, months = np.zeros(2), np.zeros(2)  # of winters and of summers
    for block in known[1:]:
        season = int(block.window.start.month not in WINTER_MONTHS)
        counts[season] += block.totals[measure]
        months[season] += len(block.window.months)
    if not counts.any():
        return 1.0
    usual = counts.sum() / months.sum()
    winter, summer = (counts + PRIOR_RECORDS / 2) / (months + PRIOR_RECORDS / 2 / usual)
    return float(winter / summer)


def _wave(window: Window, winter_ratio: float) -> Floats:
    """Return a yearly wave, highest in January, whose winter months average `winter_ratio` times the rest."""
    year: Floats = np.cos(2 * np.pi * (np.arange(1, 13) - 1) / 12)
    is_winter = np.isin(np.arange(1, 13), WINTER_MONTHS)
    winter, summer = year[is_winter].mean(), year[~is_winter].mean()
    height = (winter_ratio - 1) / (winter - winter_ratio * summer)
    wave: Floats = 1 + height * year[[month.month - 1 for month in window.months]]
    return wave


def _at(window: Window, block: Block) -> slice:
    start = months_between(window.start, block.window.start)
    return slice(start, start + len(block.window.months))
