"""What somebody can make of a page: what is certain, what the picture says, and what is likely.

Attacked are the counts of 1 to 4, which stand for few people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tests.attack.pages import TRUE, Counts, Page
from tests.attack.solving import FEW_VALUES, Range, ranges
from tests.attack.views import blurred_hours, hidden_under, selected
from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import SMALLEST_SHOWN

HALF: Final = 0.5  # of a record: shares of records are counted as whole ones
BAND: Final = 3  # hours
HOURS: Final = 168
DEALS: Final = 4_000
NARROW_FIRST: Final = (6, None)


@dataclass(frozen=True)
class Small:
    """The counts of 1 to 4 of a page: the parts and the place of each, what it is, and what it is blurred."""

    selections: list[tuple[tuple[int, ...], int]]
    real: Floats
    blurred: Floats


@dataclass(frozen=True)
class Outcome:
    """Of how many counts an attack says what; `right` are those of which it says one value that is the count."""

    counts: int
    pinned: int
    right: int
    narrowed: int


def small(counts: Counts, together: bool) -> Small:
    """Return the counts of 1 to 4, of all parts together or of each."""
    parts = [tuple(range(len(counts.real)))] if together else [(part,) for part in range(len(counts.real))]
    selections = [
        (chosen, int(place))
        for chosen in parts
        for place in np.flatnonzero(_few(counts.real[list(chosen)].sum(axis=0)))
    ]
    real, blurred = (
        np.array([table[list(chosen), place].sum() for chosen, place in selections])
        for table in (counts.real, counts.blurred)
    )
    return Small(selections, real, blurred)


def possible(counts: Counts, together: bool) -> tuple[Outcome, int]:
    """Return what is certain of who knows the rule, the totals and all blurred records; and of how many counts the published
    totals alone leave under four values.

    At least those records are from a place that can have come from no other one, at most those that can have come from it:
    sharper bounds there are none, as each record may have moved whatever the others did.
    """
    targets = small(counts, together)
    from_one = counts.can_move.sum(axis=0) == 1
    least = counts.blurred @ (counts.can_move & from_one).T
    most = np.minimum(counts.blurred @ counts.can_move.T, counts.totals[:, None])
    results = [
        Range(*(float(bound[list(chosen), place].sum()) for bound in (least, most)))
        for chosen, place in targets.selections
    ]
    few = sum(counts.totals[list(chosen)].sum() < FEW_VALUES - 1 for chosen, _ in targets.selections)
    return _outcome(results, targets.real), int(few)


def at_its_word(counts: Counts, together: bool) -> tuple[int, int]:
    """Return how many counts are right if the blurred ones are taken for real, and if the commonest is always guessed."""
    targets = small(counts, together)
    guesses = [np.abs(targets.real - guess) < HALF for guess in (1, 2, 3, 4)]
    right = np.abs(targets.real - targets.blurred) < HALF
    return int(right.sum()), max((int(guess.sum()) for guess in guesses), default=0)


def seen(page: Page, folder: Path, counts: Counts) -> Outcome:
    """Return what the weeks that somebody opened say of the blurred counts, taken for the real ones."""
    assert page.views is not None
    targets = small(counts, page.together)
    _, (large, _), (both, _) = page.views(folder, SMALLEST_SHOWN)
    hours = blurred_hours(both, large)
    return _outcome([hours[place] for _, place in targets.selections], targets.real)


def hidden_alone(page: Page, folder: Path, counts: Counts) -> Outcome:
    """Return what the same weeks say where counts under five are hidden, the others shown as they are, and none blurred."""
    assert page.views is not None
    targets = small(counts, page.together)
    opened = page.views(folder, TRUE)
    statements = [
        one
        for week, measures in opened
        for one in hidden_under(SMALLEST_SHOWN, week.of("hour")["weight"].fillna(0.0).to_numpy(), measures)
    ]
    wanted = [selected(opened[0][1], [place]) for _, place in targets.selections]
    return _outcome(ranges(statements, wanted, widest=NARROW_FIRST), targets.real)


def likely(counts: Counts, records: int = 1, width: int = 1) -> tuple[float, float]:
    """Return how often the best guess of where some records are from is right, and how often without their blurred places.

    The attacker knows the rule, what the places hold in truth, and where records of one place (of one band of `width`) were
    moved to. Exact for one record, else of `DEALS` deals of the dice.
    """
    assert counts.odds is not None
    prior = counts.real.sum(axis=0) / counts.real.sum()
    base = float(prior.reshape(-1, width).sum(axis=1).max())
    joint = prior[:, None] * counts.odds
    if records == 1:
        return float(joint.reshape(-1, width, len(prior)).sum(axis=1).max(axis=0).sum()), base
    rng = np.random.default_rng(DEALS)
    real = rng.choice(len(prior), DEALS, p=prior)
    cumulated = counts.odds.cumsum(axis=1)
    with np.errstate(divide="ignore"):
        odds, start = np.log(counts.odds), np.log(prior)
    draws = rng.random((DEALS, records))
    shown = np.array([np.searchsorted(cumulated[place], row) for place, row in zip(real, draws, strict=True)])
    shown = np.minimum(shown, len(prior) - 1)
    guess = (start[:, None] + odds[:, shown].sum(axis=2)).argmax(axis=0)
    return float((guess == real).mean()), base


def _few(sums: Floats) -> Floats:
    return (sums >= HALF) & (sums < SMALLEST_SHOWN - HALF)


def _outcome(results: Sequence[Range], real: Floats) -> Outcome:
    pinned = [(one, true) for one, true in zip(results, real, strict=True) if one.pinned]
    right = sum(one.low - HALF < true < one.high + HALF for one, true in pinned)
    return Outcome(len(results), len(pinned), right, sum(one.pinned or one.narrowed for one in results))
