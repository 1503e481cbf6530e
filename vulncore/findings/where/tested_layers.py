"""Which pieces of an area are hot beyond chance and surroundings, now and over time, as it may be seen."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import rounded
from vulncore.domain.periods import Window
from vulncore.findings.shared.words import capital_first, hidden_in_words
from vulncore.findings.where.layers import LegendEntry, Shown, of_kinds
from vulncore.findings.where.read import Placed
from vulncore.metrics.hotspots.classes import HotspotClass, hotspot_classes
from vulncore.metrics.hotspots.getis_ord import getis_ord, hot_and_cold
from vulncore.metrics.hotspots.zones import Zones
from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value

States = NDArray[np.int8]

FALSE_RATE: Final = 0.05
"""Of the pieces said to be hot or cold, how many may be so by chance, on average."""
MARKS: Final = {
    HotspotClass.NEW: "★",
    HotspotClass.PERSISTENT: "■",
    HotspotClass.INTENSIFYING: "▲",
    HotspotClass.FADING: "▽",
    HotspotClass.SPORADIC: "◆",
    HotspotClass.COLD: "○",
}


def stands_out(placed: Placed, window: Window, smallest: int) -> Shown:
    """Return which pieces have more, or fewer, around them than chance and the rest of the area explain.

    Returns:
        A frame with `state` ("hot", "cold", "neither").
    """
    states = hot_states(placed, window, smallest)
    kinds = (
        LegendEntry("hot", "Hot: more than its surroundings explain", "▲"),
        LegendEntry("even", "Neither"),
        LegendEntry("cold", "Cold: fewer than its surroundings explain", "▽"),
    )
    keys = np.select([states > 0, states < 0], ["hot", "cold"], "even").tolist()
    state = ["neither" if key == "even" else key for key in keys]
    return Shown(of_kinds(keys, kinds).assign(words=state, state=state), kinds)


def hot_states(placed: Placed, window: Window, smallest: int) -> States:
    """Return 1 for each piece that is hot in a window, -1 for a cold one, else 0, judged together.

    Where under `smallest` records lie in a piece and those around it, it is not hot whatever the test says.
    """
    return _states(placed.zones, placed.within(window), smallest)


def over_time(placed: Placed, periods: Sequence[Window], smallest: int) -> Shown:
    """Return each piece's class of hotspot over equal periods, the last of which is the newest.

    Returns:
        A frame with `class`.
    """
    counts = np.column_stack([placed.within(period) for period in periods])
    states = np.column_stack([_states(placed.zones, counts[:, at], smallest) for at in range(len(periods))])
    classes = [
        HotspotClass(each) for each in hotspot_classes(states, placed.zones.near @ counts, counts.sum(axis=0))
    ]
    kinds = tuple(
        LegendEntry(each.value, capital_first(each.value), MARKS.get(each, "")) for each in HotspotClass
    )
    keys = [each.value for each in classes]
    return Shown(of_kinds(keys, kinds).assign(**{"class": keys}), kinds)


def _states(zones: Zones, counts: Floats, smallest: int) -> States:
    if not counts.sum():
        return np.zeros(len(counts), dtype=np.int8)
    per_area = counts / zones.areas_m2 * float(np.median(zones.areas_m2))
    states: States = hot_and_cold(getis_ord(per_area, zones.near), FALSE_RATE)
    around = zones.near @ counts
    return np.where((states > 0) & (around < max(smallest, 1)), 0, states).astype(np.int8)


"""Of the pieces said to have changed, how many may have changed by chance, on average."""


def change(placed: Placed, now: Window, before: Window, smallest: int) -> Shown:
    """Return how each piece changed from one window to another, as far as the numbers shown tell.

    Everything is computed from the rounded counts, so that limits and verdicts give away no more than they do: a hidden
    count is taken as the largest that it can be, and the rounding widens the limits.

    Returns:
        A frame with `now`, `before` (rounded, missing where hidden), `ratio` (of the rates per day), `low`, `high`
        (its limits at the level at which all pieces are judged), `verdict` ("more", "fewer", "no clear change").
    """
    current, earlier = (placed.within(window) for window in (now, before))
    shown_now, shown_before = (rounded(each, smallest, float(each.sum())) for each in (current, earlier))
    at_most = max(smallest - 1, 0)
    now_used, before_used = (np.where(np.isnan(each), at_most, each) for each in (shown_now, shown_before))
    mean = np.maximum((now_used + before_used) / 2, 1.0)
    spread = 1 + (max(smallest, 1) ** 2 - 1) / 12 / mean  # a number rounded to a base scatters so much more
    p = rate_ratio_p_value(now_used, before_used, now.days, before.days, spread)
    both_hidden = np.isnan(shown_now) & np.isnan(shown_before)
    judged = discoveries(np.where(both_hidden, 1.0, p), FALSE_RATE)
    low, high = rate_ratio_interval(now_used, before_used, now.days, before.days, spread, judged.alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = now_used / before_used * before.days / now.days
    verdicts = np.select(
        [judged.stands & (ratio > 1), judged.stands & (ratio < 1)], ["more", "fewer"], "no clear change"
    )
    kinds = (
        LegendEntry("up", "More, beyond chance", "▲"),
        LegendEntry("same", "No clear change"),
        LegendEntry("down", "Fewer, beyond chance", "▼"),
        LegendEntry("few", f"{capital_first(hidden_in_words(smallest))} in both periods"),
    )
    keys = np.select([both_hidden, verdicts == "more", verdicts == "fewer"], ["few", "up", "down"], "same")
    frame = of_kinds(keys.tolist(), kinds)
    any_hidden = np.isnan(shown_now) | np.isnan(shown_before)
    return Shown(
        frame.assign(
            words=[
                _changed(a, b, word.lower(), smallest)
                for a, b, word in zip(shown_now, shown_before, frame["words"], strict=True)
            ],
            now=shown_now,
            before=shown_before,
            ratio=np.where(any_hidden, np.nan, ratio).round(2),
            low=np.where(any_hidden, np.nan, low).round(2),
            high=np.where(any_hidden, np.nan, high).round(2),
            verdict=np.where(both_hidden, "too few to say", verdicts),
        ),
        kinds,
    )


def _changed(now: float, before: float, verdict: str, smallest: int) -> str:
    if math.isnan(now) and math.isnan(before):
        return verdict
    a, b = (hidden_in_words(smallest) if math.isnan(each) else f"about {each:,.0f}" for each in (now, before))
    return f"{a}, before {b}: {verdict}"
