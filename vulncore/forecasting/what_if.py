"""What-ifs: named, dated adjustments that bend simulated paths, and how they are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError
from vulncore.domain.periods import add_months, format_month, month_name, months_between, parse_month
from vulncore.forecasting.paths import Paths, whole_numbers

FADES_OVER_MONTHS = 6
LARGEST_PERCENT = 500.0
LARGEST_A_MONTH = 10_000.0
LARGEST_FACTOR = 1_000.0
LONGEST_MONTHS = 120
NAME_LETTERS = 60
MOST = 8  # at once: more can't be told apart


class AdjustmentKind(StrEnum):
    """What can happen."""

    GROWTH = "growth"  # percent a year more, from a month on
    CAMPAIGN = "campaign"  # percent more while it lasts, then fading over six months
    RECORDING = "recording"  # percent more from a month on, for good
    VENUE = "venue"  # records a month more from a month on: a venue opens, hours are longer


DEFAULT_NAMES = {
    AdjustmentKind.GROWTH: "Growth",
    AdjustmentKind.CAMPAIGN: "Reporting campaign",
    AdjustmentKind.RECORDING: "Change in recording",
    AdjustmentKind.VENUE: "New venue or licensing hours",
}


@dataclass(frozen=True)
class Adjustment:
    """One thing that may happen: from when, how much, and for how many months where it ends.

    `size` is in percent a year (growth), percent (campaign, recording) or records a month (venue); below 0 is less.
    """

    kind: AdjustmentKind
    start: date
    size: float
    months: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        of_records = (-LARGEST_A_MONTH, LARGEST_A_MONTH)
        least, largest = of_records if self.kind is AdjustmentKind.VENUE else (-100.0, LARGEST_PERCENT)
        if not least <= self.size <= largest:
            raise InvalidPeriodError(
                f"A what-if of {self.size:,.6g} is out of range. Give {least:,.0f} to {largest:,.0f}."
            )
        if self.months is not None and self.kind is not AdjustmentKind.CAMPAIGN:
            raise InvalidPeriodError(
                f"Only a campaign ends after some months. Leave the months out of this {self.kind} what-if."
            )
        if self.months is not None and not 1 <= self.months <= LONGEST_MONTHS:
            raise InvalidPeriodError(
                f"A campaign of {self.months:,} months is out of range. Give 1 to {LONGEST_MONTHS}."
            )

    @property
    def label(self) -> str:
        """The name it was given, or that of its kind."""
        return self.name or DEFAULT_NAMES[self.kind]

    def factors(self, months: pd.DatetimeIndex) -> Floats:
        """Return by what each month's demand is multiplied."""
        since = (months.year - self.start.year) * 12 + months.month - self.start.month
        on = np.asarray(since >= 0, dtype=float)
        share = self.size / 100
        if self.kind is AdjustmentKind.GROWTH:
            return np.asarray((1 + share) ** (np.maximum(since + 1, 0) / 12), dtype=float)
        if self.kind is AdjustmentKind.RECORDING:
            return 1 + share * on
        if self.kind is AdjustmentKind.CAMPAIGN:
            over = np.maximum(since + 1 - (self.months or 12), 0)
            return np.asarray(1 + share * on * np.maximum(1 - over / FADES_OVER_MONTHS, 0), dtype=float)
        return np.ones(len(months))

    def added(self, months: pd.DatetimeIndex) -> Floats:
        """Return how many records are added to each month on average."""
        on = np.asarray(months >= pd.Timestamp(self.start), dtype=float)
        return on * (self.size if self.kind is AdjustmentKind.VENUE else 0.0)


def apply_adjustments(
    paths: Paths, months: pd.DatetimeIndex, adjustments: Sequence[Adjustment], rng: np.random.Generator
) -> Paths:
    """Return paths, one column per month of `months`, with adjustments applied, whose order doesn't matter: whole numbers from 0.

    The size of each is taken as certain. What is multiplied spreads in proportion; what is added comes by chance.
    """
    if not adjustments:
        return paths
    factor = np.prod([adjustment.factors(months) for adjustment in adjustments], axis=0)
    added = np.sum([adjustment.added(months) for adjustment in adjustments], axis=0)
    come = rng.poisson(np.broadcast_to(np.maximum(added, 0), paths.shape))
    gone = rng.poisson(np.broadcast_to(np.maximum(-added, 0), paths.shape))
    changed: Paths = np.maximum(
        whole_numbers(paths * np.minimum(factor, LARGEST_FACTOR), rng) + come - gone, 0
    )
    return changed


def check_start(adjustment: Adjustment, as_at: date, ahead: int) -> Adjustment:
    """Return an adjustment, if it starts within the months forecast.

    Raises:
        InvalidPeriodError: It starts before them, where the figures hold already what it did, or after them.
    """
    since = months_between(as_at, adjustment.start)
    starts = f"{adjustment.label} starts in {month_name(adjustment.start)}"
    if since < 1:
        choose = f"Choose a month after {month_name(as_at)}."
        raise InvalidPeriodError(f"{starts}, which is not in the future. {choose}")
    if since > ahead:
        choose = f"Choose {month_name(add_months(as_at, ahead))} or an earlier month."
        raise InvalidPeriodError(f"{starts}, after the last month forecast. {choose}")
    return adjustment


def parse_adjustment(text: str) -> Adjustment:
    """Return an adjustment written `KIND:YYYY-MM:SIZE[:MONTHS][:NAME]`.

    Raises:
        UnknownNameError: It is not written so, or its kind is not known.
        InvalidPeriodError: Its month can't be read, or its size is out of range.

    >>> parse_adjustment("campaign:2025-04:+20:6:Safer streets").label
    'Safer streets'
    """
    kind, *rest = text.split(":", maxsplit=3)
    if kind not in list(AdjustmentKind) or len(rest) < 2:
        raise UnknownNameError(
            f"'{_clean(text)}' is not a what-if. Write KIND:YYYY-MM:SIZE, like growth:2025-04:+10. "
            f"The kinds are {', '.join(AdjustmentKind)}."
        )
    if not re.fullmatch(r"[+-]?\d{1,6}(\.\d{1,3})?", rest[1].strip(), flags=re.ASCII):
        raise UnknownNameError(f"'{_clean(rest[1])[:20]}' is not a size. Write a number, like +10 or -2.5.")
    months, name = _months_and_name(rest[2] if len(rest) > 2 else "")
    return Adjustment(AdjustmentKind(kind), parse_month(rest[0]), float(rest[1]), months, name)


def format_adjustment(adjustment: Adjustment) -> str:
    """Return an adjustment as `parse_adjustment` reads it."""
    size = f"{adjustment.size:+.3f}".rstrip("0").rstrip(".")
    parts = [adjustment.kind, format_month(adjustment.start), size]
    if adjustment.months is not None or adjustment.name:
        parts.append(str(adjustment.months or ""))
    return ":".join([*parts, adjustment.name] if adjustment.name else parts)


def _months_and_name(text: str) -> tuple[int | None, str]:
    months, _, name = text.partition(":")
    if months.strip().isascii() and months.strip().isdecimal():
        return min(int(months[:9]), 10**6), _clean(name)
    return None, _clean(name if not months else text)


def _clean(name: str) -> str:
    return " ".join("".join(letter for letter in name if letter.isprintable()).split())[:NAME_LETTERS].strip()
