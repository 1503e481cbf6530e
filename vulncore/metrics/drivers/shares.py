"""Shares of records with their limits, the blur undone."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from vulncore.domain.arrays import Floats

TWO: Final = 2


class ShareInterval(NamedTuple):
    """Shares with their limits, of one shape; the limits lie between 0 and 1, and the share does within them."""

    share: Floats
    low: Floats
    high: Floats


def share_interval(
    count: ArrayLike,
    of: ArrayLike,
    kept: ArrayLike | None = None,
    values: ArrayLike = TWO,
    alpha: float = 0.05,
) -> ShareInterval:
    """Return what share of records has a value, with limits that carry the blur.

    Args:
        count: Records that have the value, as they are counted; sums of weights will do.
        of: Records that it is known of. Of none, all is missing.
        kept: The share of records that kept their value when they were blurred; None where none were.
        values: How many values there are, of which the others got any, all alike.
        alpha: One minus the confidence level, half of it in each tail.

    Source:
        Wilson (1927), Probable inference; the share that was there before records were blurred, and its limits, as in Warner
        (1965), Randomized response: (share counted − (1 − kept) / values) / kept.

    Misleads when:
        records come in groups that are alike: then the limits are too narrow.

    >>> [round(figure.item(), 3) for figure in share_interval(10, 40)]
    [0.25, 0.142, 0.402]
    >>> [round(figure.item(), 3) for figure in share_interval(10, 40, kept=0.75)]
    [0.167, 0.022, 0.369]
    """
    counted, known = np.asarray(count, dtype=float), np.asarray(of, dtype=float)
    keeping = np.asarray(1.0 if kept is None else kept, dtype=float)
    z = float(ndtri(1 - alpha / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = counted / known
        centre = (share + z * z / (2 * known)) / (1 + z * z / known)
        reach = (
            z
            / (1 + z * z / known)
            * np.sqrt(np.maximum(share * (1 - share), 0) / known + (z / known) ** 2 / 4)
        )
    return ShareInterval(
        *(
            np.clip((figure - (1 - keeping) / np.asarray(values, dtype=float)) / keeping, 0.0, 1.0)
            for figure in (share, centre - reach, centre + reach)
        )
    )


def scored_interval(part: ArrayLike, whole: ArrayLike, alpha: float = 0.05) -> ShareInterval:
    """Return what share of a sum of scores its parts make, with limits that carry the blur in the scores.

    Args:
        part: How much of each record lies in the part (`vulncore.metrics.records.groups.group_scores`), one dimension.
        whole: How much of each lies in all parts that are known, same shape.
        alpha: One minus the confidence level, half of it in each tail.

    Source:
        Cochran (1977), Sampling techniques, third edition, section 6.4: a ratio varies as its residuals do.

    Misleads when:
        there are fewer than about 30 records.

    >>> [round(figure.item(), 3) for figure in scored_interval([1, 0, 0, 0] * 10, [1] * 40)]
    [0.25, 0.116, 0.384]
    """
    parts, wholes = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    share = parts.sum() / wholes.sum()
    reach = float(ndtri(1 - alpha / 2)) * np.sqrt(((parts - share * wholes) ** 2).sum()) / wholes.sum()
    return ShareInterval(*(np.clip(figure, 0.0, 1.0) for figure in (share, share - reach, share + reach)))
