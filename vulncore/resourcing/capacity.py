"""Who is there to do the work: those in post, less leavers not yet replaced and trained, and those who join."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vulncore.domain.arrays import Floats


@dataclass(frozen=True)
class Turnover:
    """How people of a role come and go, each a number per path (a column) or one for all.

    `leaving` is the share that leaves in a month, `vacant` the months that a post then stands empty, `learning` those
    until somebody new does a full share, `worth` the share done until then.
    """

    leaving: Floats
    vacant: Floats
    learning: Floats
    worth: Floats

    def vacancy(self, months: int) -> Floats:
        """Return how much of a post is empty in each month after somebody left it, from that month on: `vacant` in all."""
        age = np.arange(months, dtype=float)[None, :]
        return np.asarray(np.clip(self.vacant - age, 0, 1), dtype=float)

    def apprenticeship(self, months: int) -> Floats:
        """Return how much of a post has somebody in training in those months, who leave as others do."""
        age = np.arange(months, dtype=float)[None, :] - self.vacant
        begun, ended = np.clip(age, 0, self.learning), np.clip(age + 1, 0, self.learning)
        leaving = np.maximum(self.leaving, 1e-12)
        stay = np.exp(-leaving * begun) * -np.expm1(-leaving * (ended - begun)) / leaving
        return np.asarray(stay, dtype=float)

    def lost(self, months: int) -> Floats:
        """Return how much of one person's work is missing in each month after they left, from that month on."""
        return self.vacancy(months) + (1 - self.worth) * self.apprenticeship(months)

    @property
    def left_a_month(self) -> Floats:
        """How many posts of each one are left in a month: none that is empty already."""
        return np.asarray(self.leaving / (1 + self.leaving * self.vacant), dtype=float)


def work_of_those_in_post(
    people: Floats, learning_now: Floats, turnover: Turnover, chance: Floats | None, months: int
) -> Floats:
    """Return the work that people now in post do in each month ahead, in people who do a full share.

    Args:
        people: How many are in post, a number per path or one for all; their posts are filled again.
        learning_now: How many of them are in training, who finish one after the other.
        turnover: How people come and go.
        chance: Uniform numbers, one row per path and one column per month, for who leaves; none for the mean.
        months: How many months ahead.

    Returns:
        One row per path and one column per month, never below 0. It never rises as people train for longer. It falls as
        more leave, and as they are replaced later once that has built up.

    Source:
        The number who leave in a month is Poisson. With r leaving a month, v months vacant and L in training, the share
        `(r·v + (1 − worth)·(1 − exp(−r·L))) / (1 + r·v)` is missing in the long run: an alternating renewal process (Ross
        1996, Stochastic Processes, theorem 3.4.4), for nobody leaves an empty post, and who leaves in training ends it.
    """
    left = _leavers(people * turnover.left_a_month, chance, months)
    missing = _carried(left, turnover.lost(months))
    ahead = np.arange(1, months + 1, dtype=float)[None, :]
    unlearnt = np.clip(1 - ahead / np.maximum(turnover.learning, 1e-9), 0, 1)
    untrained = learning_now * (1 - turnover.worth) * unlearnt
    return np.asarray(np.maximum(people - missing - untrained, 0.0), dtype=float)


def work_of_joiners(joining: Sequence[tuple[int, float, bool]], turnover: Turnover, months: int) -> Floats:
    """Return the work that people who join do in each month ahead, in people who do a full share.

    Args:
        joining: For each group the month ahead in which they begin (1 is the first), how many, whether they are trained.
        turnover: How people come and go: on average, those who join leave as others do.
        months: How many months ahead.

    Returns:
        One row per path or one for all, one column per month.
    """
    total = np.zeros((1, months))
    for begins, people, trained in joining:
        total = total + people * starting_in(work_of_one_joiner(trained, turnover, months), begins)
    return total


def work_of_one_joiner(trained: bool, turnover: Turnover, months: int) -> Floats:
    """Return the work of one person in each month from the one in which they join."""
    since = np.arange(months, dtype=float)[None, :]
    learning = np.clip(turnover.learning - since, 0, 1) * (not trained)
    still = np.clip(1 - turnover.left_a_month * np.cumsum(turnover.lost(months), axis=1), 0, 1)
    return np.asarray(still * (1 - (1 - turnover.worth) * learning), dtype=float)


def starting_in(work: Floats, begins: int) -> Floats:
    """Return work that begins with a month ahead (1 is the first), in as many months.

    Nothing where that month has passed: who joined before is in post.

    >>> starting_in(np.array([[1.0, 0.9, 0.8]]), 2).tolist()
    [[0.0, 1.0, 0.9]]
    """
    months = work.shape[1]
    if not 1 <= begins <= months:
        return np.zeros((1, months))
    return np.pad(work[:, : months - begins + 1], ((0, 0), (begins - 1, 0)))


def _leavers(mean: Floats, chance: Floats | None, months: int) -> Floats:
    """Return how many leave: Poisson numbers that never fall as their mean rises, one row per path; without chance the mean."""
    if chance is None:
        return np.broadcast_to(mean, (len(mean), months))
    from scipy.stats import poisson  # noqa: PLC0415 - slow to import

    top = int(poisson.ppf(1 - 1e-9, float(mean.max(initial=0.0)))) + 1
    below = np.asarray(poisson.cdf(np.arange(top), mean), dtype=float)  # a row for each mean
    if len(below) == 1:
        return np.searchsorted(below[0], chance, side="left").astype(float)
    return np.asarray((chance[:, :, None] > below[:, None, :]).sum(axis=2), dtype=float)


def _carried(gone: Floats, lost: Floats) -> Floats:
    """Return what is missing in each month of those who left in it or before."""
    months = gone.shape[1]
    total = np.zeros((max(len(gone), len(lost)), months))
    for age in range(months):
        share = lost[:, [age]]
        if share.any():
            total[:, age:] += gone[:, : months - age] * share
    return total
