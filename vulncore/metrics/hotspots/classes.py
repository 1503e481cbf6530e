"""What a zone's hot and cold periods make of it: new, persistent, fading and the like."""

from enum import StrEnum
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidPeriodError

Signs = NDArray[np.int8]

RECENT: Final = 0.25
"""Share of the periods, the last ones, that are recent; rounded up: three months of twelve."""
PERSISTENT: Final = 0.8
"""Share of the periods in which a zone has to be hot to be a lasting hotspot: ten months of twelve."""
LEAST: Final = 0.1
"""Share of the periods below which hot or cold ones count for nothing: once in twelve months is no pattern."""
TREND_LEVEL: Final = 0.05
"""How often chance alone may make a share look as if it rose or fell."""
FEWEST_PERIODS: Final = 6
"""Of fewer, no trend can be told, and one hot period would be a large part of them."""


class HotspotClass(StrEnum):
    """What a zone is over time, as it reads on screen."""

    NEW = "new"
    PERSISTENT = "persistent"
    INTENSIFYING = "intensifying"
    FADING = "fading"
    SPORADIC = "sporadic"
    COLD = "cold"
    NONE = "not a hotspot"


_LEAST, _PERSISTENT, _RECENT, _LEVEL = (
    f"{share * 100:g} %" for share in (LEAST, PERSISTENT, RECENT, TREND_LEVEL)
)

DEFINITIONS: Final = {
    HotspotClass.NEW: f"Hot in at least {_LEAST} of the periods, all of them among the last {_RECENT}.",
    HotspotClass.PERSISTENT: f"Hot in at least {_PERSISTENT} of the periods; its share of all records neither "
    f"rises nor falls by more than chance (at {_LEVEL}).",
    HotspotClass.INTENSIFYING: f"Hot in at least {_PERSISTENT} of the periods; its share of all records rises "
    f"by more than chance (at {_LEVEL}).",
    HotspotClass.FADING: f"Hot in at least {_LEAST} of the periods but in none of the last {_RECENT}; or hot in "
    f"at least {_PERSISTENT}, its share of all records falling by more than chance (at {_LEVEL}).",
    HotspotClass.SPORADIC: f"Hot in at least {_LEAST} but under {_PERSISTENT} of the periods, before and among "
    f"the last {_RECENT}.",
    HotspotClass.COLD: f"Cold in at least {_LEAST} of the periods and never hot.",
    HotspotClass.NONE: f"Hot in under {_LEAST} of the periods, and no cold spot.",
}
"""One sentence for each class, with the thresholds as they are set."""


def hotspot_classes(states: Signs, counts: Floats, totals: Floats | None = None) -> list[HotspotClass]:
    """Return each zone's class: of these, the first that fits.

    - Hot in fewer than 10 % of the periods: cold if cold in at least 10 % and never hot, else not a hotspot.
    - New: hot in recent periods (the last quarter) and never before.
    - Fading: hot before and in no recent period.
    - Hot in at least 80 %: intensifying or fading if its share of each period's records rises or falls (Mann-Kendall,
      two-sided at 5 %), else persistent.
    - Sporadic.

    The share is taken, not the count, so that a year in which everything rises does not make every hotspot hotter.
    A period without records has no shares and is left out of the trend.

    Args:
        states: One row per zone, one column per period in order of time: 1 hot, -1 cold, 0 neither, as
            `vulncore.metrics.hotspots.getis_ord.hot_and_cold` returns them.
        counts: The same zones' and periods' records, or those of each zone and its neighbours.
        totals: Each period's records of the whole area; the sums of `counts` by default.

    Returns:
        One class per zone, in order.

    Raises:
        InvalidPeriodError: There are fewer than six periods.

    Source:
        `hotspot_classify` of the R package sfhotspot (Ashby): the shares of periods, 0.1 and 0.8, are its defaults.
        It takes the last 0.2 for recent, puts persistent first, calls emerging what is new, former what was, and
        intermittent the rest, classes cold spots in the same way, and tests no trend. That comes from Esri's Emerging Hot Spot Analysis, which asks for 90 % of the periods and
        the last one hot, tests the trend of Gi* and has seventeen classes. Mann (1945) and Kendall (1975) for the
        test.

    Misleads when:
        periods are short and records few: then hot is what happens to be, and most of what is there is sporadic.

    >>> hot = np.array([[0, 0, 0, 0, 0, 0, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1]], dtype=np.int8)
    >>> [str(zone) for zone in hotspot_classes(hot, np.ones((2, 8)))]
    ['new', 'persistent']
    """
    periods = states.shape[1]
    if periods < FEWEST_PERIODS:
        raise InvalidPeriodError(
            f"{periods} periods are too few to class hotspots by. Take at least {FEWEST_PERIODS}, "
            f"a longer window or shorter periods."
        )
    hot, cold = states > 0, states < 0
    recent = ceil(RECENT * periods)
    lately, before = hot[:, -recent:].any(axis=1), hot[:, :-recent].any(axis=1)
    often_hot, often_cold = hot.sum(axis=1) / periods, cold.sum(axis=1) / periods
    lasting = often_hot >= PERSISTENT
    rises = np.zeros(len(states), dtype=int)
    of = counts.sum(axis=0) if totals is None else totals
    s, p_values = trend_p_values(counts[lasting][:, of > 0] / of[of > 0])
    rises[lasting] = np.where(p_values <= TREND_LEVEL, np.sign(s), 0)
    rare = often_hot < LEAST
    rules = {
        HotspotClass.COLD: rare & (often_cold >= LEAST) & ~lately & ~before,
        HotspotClass.NONE: rare,
        HotspotClass.NEW: lately & ~before,
        HotspotClass.FADING: (before & ~lately) | (lasting & (rises < 0)),
        HotspotClass.INTENSIFYING: lasting & (rises > 0),
        HotspotClass.PERSISTENT: lasting,
        HotspotClass.SPORADIC: np.ones(len(states), dtype=bool),
    }
    first = np.argmax(list(rules.values()), axis=0)
    return [list(rules)[at] for at in first]


def trend_p_values(series: Floats) -> tuple[Floats, Floats]:
    """Return Mann and Kendall's S and its two-sided p-value for each row: how surely it rises or falls.

    S is the number of pairs in which the later value is higher, less those in which it is lower. The p-value is by
    the normal curve with the correction for ties and for continuity; without any change it is 1.

    >>> s, p = trend_p_values(np.array([[1.0, 2.0, 4.0, 7.0, 8.0, 9.0]]))
    >>> s.tolist(), p.round(4).tolist()
    ([15.0], [0.0085])
    """
    length = series.shape[1]
    signs = np.sign(series[:, None, :] - series[:, :, None])
    s = np.triu(signs).sum(axis=(1, 2))
    tied = (signs == 0).sum(axis=2)  # how many are equal to each value, itself included
    variance = (length * (length - 1) * (2 * length + 5) - ((tied - 1) * (2 * tied + 5)).sum(axis=1)) / 18
    z = np.maximum(np.abs(s) - 1, 0.0) / np.sqrt(np.where(variance > 0, variance, 1.0))
    return s, np.asarray(2 * ndtr(-z), dtype=float)
