"""How each piece of an area changed from one period to another, as it may be seen."""

import math
from typing import Final

import numpy as np

from vulncore.domain.disclosure import rounded
from vulncore.domain.periods import Window
from vulncore.findings.shared.words import hidden_in_words
from vulncore.findings.where.layers import Kind, Shown, of_kinds
from vulncore.findings.where.read import Placed
from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value

FALSE_RATE: Final = 0.05
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
        [judged.found & (ratio > 1), judged.found & (ratio < 1)], ["more", "fewer"], "no clear change"
    )
    kinds = (
        Kind("up", "More, beyond chance", "▲"),
        Kind("same", "No clear change"),
        Kind("down", "Fewer, beyond chance", "▼"),
        Kind("few", f"{hidden_in_words(smallest).capitalize()} in both periods"),
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
