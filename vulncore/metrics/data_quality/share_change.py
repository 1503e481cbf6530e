"""Share change: how each measure's count changes at a month, beside the rest of its force."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats

YEAR, QUARTER = 12, 3
HALF_A_RECORD: Final = 0.5  # added to both quarters, so that nothing is divided by nothing


@dataclass(frozen=True)
class ShareChange:
    """Each measure before and after a month; arrays of one value per measure.

    `step` is the quarter from the month on over the quarter before it, `sharpness` that over the step a year before, where
    that is known. `before` and `after` are records a month, in the same calendar months where a year lies before (`short` where
    not) and `typical` the median of the one over that of the other, on which no single month bears; `share` is what
    part of both together the rest of the force puts after the month.
    """

    before: Floats
    after: Floats
    before_total: Floats
    after_total: Floats
    share: Floats
    rest: Floats
    typical: Floats
    sharpness: Floats
    step: Floats
    short: bool

    @property
    def expected(self) -> Floats:
        """Return the records that were to come after the month, had the measure gone with the rest."""
        return self.before_total * _over(self.share, 1 - self.share)

    @property
    def ratio(self) -> Floats:
        """Return what came after the month over what was to be expected."""
        return _over(self.after_total, self.expected)

    def deviations(self, scatter: Floats) -> Floats:
        """Return how many standard deviations the count after the month lies from the rest's share of it."""
        both = self.before_total + self.after_total
        of_the_rest = 1 + _over(both, self.rest, nothing=0.0)
        variance = scatter * both * self.share * (1 - self.share) * of_the_rest
        return _over(self.after_total - both * self.share, np.sqrt(variance), nothing=0.0)


def share_change(counts: Floats, place: int) -> ShareChange | None:
    """Return how the measures change at a month; None where fewer than three months can be compared.

    Counts have a row per measure and a column per month without gaps, missing where not delivered; `place` is the column of the
    first month after the change.
    """
    short = place < YEAR
    if short:
        earlier, later = counts[:, :place], counts[:, place : place + YEAR]
        known = np.asarray(~np.isnan(earlier).any(axis=1) & ~np.isnan(later).any(axis=1))
        a, b = np.where(known[:, None], later, 0.0), np.where(known[:, None], earlier, 0.0)
        months_a, months_b = known * a.shape[1], known * b.shape[1]
    else:
        length = min(YEAR, counts.shape[1] - place)
        later, earlier = counts[:, place : place + length], counts[:, place - YEAR : place - YEAR + length]
        pair = ~np.isnan(later + earlier)
        a, b = np.where(pair, later, 0.0), np.where(pair, earlier, 0.0)
        months_a = months_b = pair.sum(axis=1)
    usable = (months_a >= QUARTER) & (months_b >= QUARTER)
    if not usable.any():
        return None
    after, before = np.where(usable, a.sum(axis=1), 0.0), np.where(usable, b.sum(axis=1), 0.0)
    rest_after, rest_before = after.sum() - after, before.sum() - before
    rest = rest_after + rest_before
    step = _step(counts, place)
    year_before = _step(counts, place - YEAR) if place >= YEAR + QUARTER else None
    by_length = _over(months_a.astype(float), (months_a + months_b).astype(float), nothing=0.5)
    return ShareChange(
        before=_over(before, months_b.astype(float), nothing=0.0),
        after=_over(after, months_a.astype(float), nothing=0.0),
        before_total=before,
        after_total=after,
        share=np.where(rest_after * rest_before > 0, _over(rest_after, rest), by_length),
        rest=np.where(rest > 0, rest, np.inf),
        typical=(_median(later) + HALF_A_RECORD) / (_median(earlier) + HALF_A_RECORD),
        sharpness=step if year_before is None else np.where(np.isnan(year_before), step, step / year_before),
        step=step,
        short=short,
    )


def _step(counts: Floats, place: int) -> Floats:
    """Return the quarter from a month on, over the quarter before it."""
    later, earlier = (_mean(counts[:, start : start + QUARTER]) for start in (place, place - QUARTER))
    return (later + HALF_A_RECORD) / (earlier + HALF_A_RECORD)


def _median(months: Floats) -> Floats:
    """Return the medians of the months known, 0 where none is: many times faster than `numpy.nanmedian`."""
    ordered = np.sort(months, axis=1)  # missing ones last
    known, row = np.isfinite(months).sum(axis=1), np.arange(len(months))
    middle: Floats = (ordered[row, np.maximum(known - 1, 0) // 2] + ordered[row, known // 2]) / 2
    return np.where(known > 0, middle, 0.0)


def _mean(months: Floats) -> Floats:
    known = np.isfinite(months)
    return _over(np.where(known, months, 0.0).sum(axis=1), known.sum(axis=1).astype(float))


def _over(over: Floats, under: Floats, nothing: float = np.nan) -> Floats:
    """Return a quotient; where the divisor is 0, infinity for something over it and `nothing` for nothing."""
    quotient: Floats = np.divide(over, under, out=np.where(over > 0, np.inf, nothing), where=under > 0)
    return quotient
