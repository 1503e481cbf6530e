"""Cases that come in, how many are open, and the work that is done on them month by month."""

from dataclasses import dataclass

import numpy as np

from vulncore.resourcing.assumption import Floats


@dataclass(frozen=True)
class Workload:
    """What becomes of cases, one row per path and one column per month.

    `opened` is how many are open at the end of each month. `worked` is the work of how many whole cases is done in it;
    times the hours of one, it is hours.
    """

    opened: Floats
    worked: Floats


def workload(
    came: Floats, weighed: Floats, before: Floats, share: Floats, life: Floats, at_once: Floats
) -> Workload:
    """Return how many cases are open at each month's end, and how much work is done in it.

    Cases arrive evenly over a month and stay open for a time that is exponential about its mean. A share of a case's work is
    done as it arrives, the rest evenly while it is open: so that what is done in a month is `1 − exp(−1/life)` of the work
    that was left, and a part of what came. No work is lost: what came is done or left.

    Args:
        came: Cases that came in each month ahead, one row per path.
        weighed: The same, heavy cases counting for more: work, in cases.
        before: What was recorded in each month before, oldest first. The months before these are taken to be like
            the oldest twelve.
        share: How many cases each of those made: one row per path or one for all, like the next two.
        life: How long a case is open on average, in months, above 0.
        at_once: The share of its work done as it arrives, 0 to 1.

    Source:
        The infinite-server queue: Eick, Massey and Whitt (1993), Management Science 39, 241-252. In a steady state
        cases open = cases a month × months open, whatever the distribution (Little 1961, Operations Research 9,
        383-387).

    >>> eight, one = np.full((1, 3), 8.0), np.array([[1.0]])
    >>> steady = workload(eight, eight, np.full(24, 8.0), one, 5 * one, 0 * one)
    >>> steady.opened.round(9).tolist(), steady.worked.round(9).tolist()
    ([[40.0, 40.0, 40.0]], [[8.0, 8.0, 8.0]])
    """
    stays = np.exp(-1 / life)
    enters = life * (1 - stays)  # of the cases of a month, those open at its end
    spread = 1 - at_once
    left = share * _left(before, life, stays, enters)
    open_now, to_do = left, left * spread
    opened, worked = [], []
    for month in range(came.shape[1]):
        arriving, work = came[:, [month]], weighed[:, [month]]
        open_now = stays * open_now + enters * arriving
        kept = stays * to_do + enters * spread * work
        worked.append(to_do + work - kept)
        opened.append(open_now)
        to_do = kept
    return Workload(np.hstack(opened), np.hstack(worked))


def _left(before: Floats, life: Floats, stays: Floats, enters: Floats) -> Floats:
    """Return how many cases are open when the months before have passed."""
    usual = float(np.mean(before[:12])) if len(before) else 0.0
    open_now = usual * life
    for number in before:
        open_now = stays * open_now + enters * number
    return open_now
