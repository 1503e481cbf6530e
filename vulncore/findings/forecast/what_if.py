"""What-ifs in words: what a form asks for each kind, and what an adjustment does."""

from dataclasses import dataclass
from typing import Final

from vulncore.domain.periods import month_name
from vulncore.findings.shared.words import number_of
from vulncore.forecasting.what_if import FADES_OVER_MONTHS, Adjustment, AdjustmentKind


@dataclass(frozen=True)
class KindWords:
    """The words that a form has for a kind, what it does, and the limits of its size; the form begins with `first`."""

    what: str
    size: str
    least: float
    most: float
    first: float
    meaning: str


KIND_WORDS: Final = {
    AdjustmentKind.GROWTH: KindWords(
        "Growth, up or down",
        "Percent a year more than expected",
        -90.0,
        200.0,
        10.0,
        "Adds to what the models expect, and compounds from that month on.",
    ),
    AdjustmentKind.CAMPAIGN: KindWords(
        "A reporting campaign",
        "Percent more while it lasts",
        -90.0,
        300.0,
        20.0,
        f"Lasts as long as the campaign, then fades over {FADES_OVER_MONTHS} months.",
    ),
    AdjustmentKind.RECORDING: KindWords(
        "A change in recording",
        "Percent more from then on",
        -90.0,
        300.0,
        10.0,
        "A lasting step: the same harm, recorded differently.",
    ),
    AdjustmentKind.VENUE: KindWords(
        "A new venue or licensing hours",
        "Records a month more",
        -500.0,
        500.0,
        2.0,
        "Adds this many records a month on average. Use −2 for a venue that brought 2 and closes.",
    ),
}


def adjustment_in_words(adjustment: Adjustment) -> str:
    """Return what an adjustment does and from when.

    >>> from datetime import date
    >>> adjustment_in_words(Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, 6))
    '+20 % from April 2025 for 6 months, then fading'
    """
    since, size = f"from {month_name(adjustment.start)}", f"{adjustment.size:+,g}".replace("-", "−")
    if adjustment.kind is AdjustmentKind.GROWTH:
        return f"{size} % a year {since}"
    if adjustment.kind is AdjustmentKind.CAMPAIGN:
        return f"{size} % {since} for {number_of(adjustment.months or 12, 'month')}, then fading"
    if adjustment.kind is AdjustmentKind.RECORDING:
        return f"{size} % {since}"
    return f"{size} records a month {since}"
