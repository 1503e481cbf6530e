"""Cases that come in, how many stay open and the work done on them each month: on average, and scattered by chance."""

from dataclasses import dataclass

import numpy as np
from scipy.special import exp1

from vulncore.domain.arrays import Floats


@dataclass(frozen=True)
class Workload:
    """What becomes of cases, one row per path and one column per month.

    `open_cases` is how many are open at the end of each month. `work_done` is the work done in it, counted in whole cases:
    times the hours of one case, it is hours.
    """

    open_cases: Floats
    work_done: Floats


@dataclass(frozen=True)
class Start:
    """What is open before the first month ahead, and the work left to do on it, in cases: a number per path or one for all."""

    open_cases: Floats
    to_do: Floats


def workload(came: Floats, weighed: Floats, start: Start, life: Floats, at_once: Floats) -> Workload:
    """Return how many cases are open at each month's end, and how much work is done in it.

    Cases arrive evenly over a month and stay open for a time that is exponential about its mean. A share of a case's work is
    done as it arrives, the rest evenly while it is open: so that what is done in a month is `1 − exp(−1/life)` of the work
    that was left, and a part of what came. No work is lost: what came is done or left.

    Args:
        came: Cases that came in each month ahead, one row per path.
        weighed: The same, heavy cases counting for more: work, in cases.
        start: What is open, and what is left to do, before the first of them.
        life: How long a case is open on average, in months, above 0: one row per path or one for all.
        at_once: The share of its work done as it arrives, 0 to 1.

    Source:
        The infinite-server queue: Eick, Massey and Whitt (1993), Management Science 39, 241-252. In a steady state
        cases open = cases a month × months open, whatever the distribution (Little 1961, Operations Research 9,
        383-387).

    >>> eight, five = np.full((1, 3), 8.0), np.array([[5.0]])
    >>> start = still_open(np.full(24, 8.0), five)
    >>> steady = workload(eight, eight, Start(start, start), five, 0 * five)
    >>> steady.open_cases.round(9).tolist(), steady.work_done.round(9).tolist()
    ([[40.0, 40.0, 40.0]], [[8.0, 8.0, 8.0]])
    """
    stays = np.exp(-1 / life)
    enters = life * (1 - stays)  # of the cases of a month, those open at its end
    open_now, to_do = start.open_cases, start.to_do
    open_cases, work_done = [], []
    for month in range(came.shape[1]):
        arriving, work = came[:, [month]], weighed[:, [month]]
        open_now = stays * open_now + enters * arriving
        kept = stays * to_do + enters * (1 - at_once) * work
        work_done.append(to_do + work - kept)
        open_cases.append(open_now)
        to_do = kept
    return Workload(np.hstack(open_cases), np.hstack(work_done))


def still_open(before: Floats, life: Floats) -> Floats:
    """Return how many cases of some months are still open after the last of them.

    Args:
        before: Cases that came in each month, oldest first. The months before these are taken to be like the oldest twelve.
        life: How long a case is open on average, in months.
    """
    stays = np.exp(-1 / life)
    open_now = (float(np.mean(before[:12])) if len(before) else 0.0) * life
    for number in before:
        open_now = stays * open_now + life * (1 - stays) * number
    return open_now


def month_dispersion(life: Floats, varies: Floats, at_once: Floats) -> Floats:
    """Return the index of dispersion of a month's work beyond what came in: variance over mean, in cases.

    A case that closes soon takes its work in one month, one that stays open spreads it over many. The mean course over
    all cases, which `workload` follows, scatters less than that by what this returns.

    Args:
        life: How long a case is open on average, in months.
        varies: The standard deviation of a case's effort over its mean.
        at_once: The share of its work done as it arrives.

    Source:
        Campbell's theorem for shot noise (Kingman 1993, Poisson Processes, section 3.2). A case open for x months from
        any moment of a month on does 1 − x/3 of its work twice in one month for x up to 1, and 1/x − 1/(3x²) above: the sum of
        squared shares, averaged here over exponential x, less that of the mean course.
    """
    rate = 1 / life
    short = (1 - np.exp(-rate)) - (life - np.exp(-rate) * (1 + life)) / 3
    long = rate * (exp1(rate) - (np.exp(-rate) - rate * exp1(rate)) / 3)
    stays = np.exp(-rate)
    first, falls = 1 - life * (1 - stays), life * (1 - stays) ** 2
    course = first**2 + falls**2 / (1 - stays**2)
    begun = (1 - np.exp(-rate)) - (life - np.exp(-rate) * (1 + life)) / 2 + rate * exp1(rate) / 2
    later = 1 - at_once
    apart = later**2 * np.maximum(short + long - course, 0)
    apart = apart + 2 * at_once * later * np.maximum(
        begun - first, 0
    )  # the first days lie in the first month
    return np.asarray((1 + varies**2) * apart, dtype=float)


def scattered(mean: Floats, ratio: float | Floats, z: Floats | None) -> Floats:
    """Return amounts with a mean and a variance of `ratio` times that mean; the mean itself without chance.

    Args:
        mean: The mean, from 0.
        ratio: Variance over mean.
        z: Standard normal numbers, or none.

    Source:
        A gamma variable. The sum of n cases' hours, each gamma, is one exactly; the number of cases still open comes so
        close to one that its mean and variance are all that matter.
    """
    if z is None:
        return mean
    scale = np.maximum(ratio, 1e-9)
    return np.asarray(np.where(scale > 1e-6, scale * gamma_quantile(mean / scale, z), mean), dtype=float)


def gamma_quantile(shape: Floats, z: Floats) -> Floats:
    """Return where a standard gamma variable lies that a standard normal one has the probability of.

    Args:
        shape: Its shape, from 0: also its mean and its variance.
        z: Standard normal numbers, within five of 0.

    Returns:
        Never below 0; 0 where the shape is. It never falls as `shape` or `z` rises (within those five), so that what comes
        of more is never less.

    Source:
        Wilson and Hilferty (1931), Proceedings of the National Academy of Sciences 17, 684-688: the cube root of a gamma
        variable is nearly normal.

    Misleads when:
        the shape is under a third: the mean is then too low, by 3 % there and by 7 % at a fifth.

    >>> gamma_quantile(np.array([50.0]), np.array([0.0])).round(2).tolist()
    [49.67]
    """
    some = np.maximum(shape, 1e-9)
    root = np.maximum(1 - 1 / (9 * some) + z / (3 * np.sqrt(some)), 0.0)
    return np.asarray(np.where(shape > 0, some * root**3, 0.0), dtype=float)
