"""How many records each measure has in each month."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import Window, month_end, months_between, parse_month
from vulncore.domain.vocabulary import report_measures
from vulncore.sources.demo.description import described, dice
from vulncore.sources.demo.expectation import expected_counts
from vulncore.sources.demo.published import Block, blocks

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

TRIES = 50_000  # of which a run of seven months keeps to a reported range some hundreds of times


@dataclass(frozen=True)
class Run:
    """A stretch of a measure's months, and their total where the table fixes it."""

    at: slice
    total: int | None


def period() -> Window:
    """Return the months that the demo data covers."""
    months = described("months")
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
    fixed = blocks(parse_month(described("months")["as_at"]))
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


def _of_measure(measure: str, window: Window, fixed: tuple[Block, ...], rng: np.random.Generator) -> Counts:
    words = described("months")["measure"][measure]
    counts = np.zeros(len(window.months), dtype=np.int64)
    if words.get("never"):
        return counts
    expected = expected_counts(measure, window, fixed)
    runs = list(_runs(measure, window, fixed))
    for run in runs:
        weights = _weights(expected[run.at], words["scatter"], rng)
        counts[run.at] = rng.poisson(weights) if run.total is None else _split(run.total, weights, rng)
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
            yield Run(slice(done, start), None)
        yield Run(slice(start, end), block.totals[measure])
        done = end


def _weights(expected: Floats, scatter: float, rng: np.random.Generator) -> Floats:
    """Return what is expected of each month, unsettled by gamma noise where months scatter more than chance.

    Poisson counts of such months are negative binomial with `scatter` times their mean as variance; given
    their total they are Dirichlet-multinomial.
    """
    if scatter == 1:
        return expected
    return rng.gamma(expected / (scatter - 1)) * (scatter - 1)


def _split(total: int, weights: Floats, rng: np.random.Generator, size: int | None = None) -> Counts:
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
) -> tuple[slice, Counts]:
    """Return the months with a reported range and their counts: within it, and reaching both its ends."""
    low, high = reported["low"], reported["high"]
    first, last = (months_between(window.start, parse_month(reported[end])) for end in ("from", "to"))
    kept = []
    for run in runs:
        if run.total is not None and first <= run.at.start <= last:
            tries = _split(run.total, expected[run.at], rng, TRIES)
            kept.append(tries[((tries >= low) & (tries <= high)).all(axis=1)])
    for months in zip(*kept, strict=False):  # as many as the rarest block allows
        joined = np.concatenate(months)
        if joined.min() == low and joined.max() == high:
            return slice(first, last + 1), joined
    raise VulncoreError(
        f"In {TRIES} tries {measure} never kept to {low} to {high} a month. Correct the range, or the level "
        "around it, in vulncore/reference/demo_months.toml."
    )
