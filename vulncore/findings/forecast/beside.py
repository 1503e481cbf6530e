"""Two forecasts beside each other: which is likely to grow faster, or how a forecast changed since."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import Window, month_end, month_name
from vulncore.findings.forecast.outlook import Outlook, usual_twelve
from vulncore.findings.forecast.sentences import forecast_briefing
from vulncore.findings.shared.headline import Briefing
from vulncore.findings.shared.sides import Side, names_of, not_compared, why_not_judged
from vulncore.findings.shared.words import small_first
from vulncore.store.manifest import Publish

LIKELY: Final = 0.8
"""Of the pairs of futures: below this, and above its rest, it could go either way."""


@dataclass(frozen=True)
class OutlooksBeside:
    """Two outlooks: what to call each, what differs, and the years and the number that their charts reach to."""

    names: tuple[str, str]
    briefing: Briefing
    years: tuple[int, ...]
    top: float


def outlooks_beside(pinned: tuple[Publish, Outlook], shown: tuple[Publish, Outlook]) -> OutlooksBeside:
    """Return what tells one forecast from another, on the first basis.

    One subject forecast at two times is compared by what was and what is expected of a year. Two subjects are compared by how likely
    one grows faster than the other, from the twelve months known to a whole calendar year ahead. `pinned` are the version and the
    outlook that is compared with, `shown` those on screen.
    """
    outlooks = pinned[1], shown[1]
    sides = tuple(_side(publish, outlook) for publish, outlook in (pinned, shown))
    before, now = names_of(sides)
    every = pd.concat([outlook.years for outlook in outlooks])
    return OutlooksBeside(
        names=(before, now),
        briefing=_briefing(sides, (before, now), outlooks),
        years=tuple(sorted(set(every["year"].astype(int)))),
        top=float(np.nanmax([1.0, *every["recorded"], *every["high95"], *every["unadjusted"]])),
    )


def _side(publish: Publish, outlook: Outlook) -> Side:
    demand = outlook.demand
    keys = tuple(measure.key for measure in demand.subject.measures)
    known = Window(demand.months["month"].iloc[0].date(), month_end(demand.as_at))
    return Side(publish, demand.force, keys, demand.subject.name, known)


def _briefing(sides: tuple[Side, ...], names: tuple[str, ...], outlooks: tuple[Outlook, Outlook]) -> Briefing:
    year = max(outlook.demand.as_at.year for outlook in outlooks) + 1
    if year > min(outlook.last_year for outlook in outlooks):
        return Briefing(*not_compared(names, "No calendar year ahead is in both."))
    if sides[0].publish.made != sides[1].publish.made:
        return Briefing(*not_compared(names, why_not_judged(*sides)))
    pinned, shown = outlooks
    briefing = forecast_briefing(shown)
    alone = f"{briefing.action} {briefing.also}".strip()
    basis = next(iter(shown.paths))
    before, now = (float(outlook.year(basis, year)["expected"]) for outlook in outlooks)
    if sides[0].is_like(sides[1]):
        since, at_first = month_name(shown.demand.as_at), month_name(pinned.demand.as_at)
        finding = f"{year}: about {now:,.0f} expected, and about {before:,.0f} in the other version."
        if since != at_first:
            finding = f"{year}: about {now:,.0f} expected from {since}, about {before:,.0f} from {at_first}."
        return Briefing(finding, _then_and_now(outlooks, year), alone)
    one, other = (small_first(name) for name in reversed(names))
    verdict, how_sure = _growing(outlooks, year)
    also = f"{how_sure} {names[1]} alone: {small_first(alone)}".lstrip()
    return Briefing(f"{year}: {one} about {now:,.0f}, {other} about {before:,.0f}.", verdict, also)


def _growing(outlooks: tuple[Outlook, Outlook], year: int) -> tuple[str, str]:
    """Return which of two subjects is likely to grow faster, and how likely."""
    if outlooks[0].demand.as_at != outlooks[1].demand.as_at:
        return "They start from different months, so growth isn't compared.", ""
    before, now = (_growth(outlook, year) for outlook in outlooks)
    if before is None or now is None:
        return "The last twelve months are not whole, so growth isn't compared.", ""
    pinned, shown = (outlook.demand.subject.name for outlook in outlooks)
    chance = _chance_of_more(now, before)
    out_of_ten = f"{shown} grows faster in {round(10 * chance):d} of 10 forecasts."
    if 1 - LIKELY < chance < LIKELY:
        return "Either may grow faster.", out_of_ten
    return f"{shown if chance >= LIKELY else pinned} is likely to grow faster.", out_of_ten


def _then_and_now(outlooks: tuple[Outlook, Outlook], year: int) -> str:
    """Return whether the earlier forecast's range holds what is expected later."""
    basis = next(iter(outlooks[1].paths))
    earlier, later = sorted(outlooks, key=lambda outlook: outlook.demand.as_at)
    if earlier.demand.as_at == later.demand.as_at:
        return "Both know the same months."
    span, expected = earlier.year(basis, year), float(later.year(basis, year)["expected"])
    known = month_name(earlier.demand.as_at)
    if span["low80"] <= expected <= span["high80"]:
        return f"The forecast from {known} allowed for that."
    return f"The forecast from {known} did not allow for that. Ask what changed."


def _growth(outlook: Outlook, year: int) -> Floats | None:
    """Return how many times as many a calendar year has as the last twelve months known, in each simulated future."""
    recent = usual_twelve(outlook.demand)
    if not recent:
        return None
    paths, as_at = next(iter(outlook.paths.values())), outlook.demand.as_at
    first = (year - as_at.year) * 12 - as_at.month
    growth: Floats = paths[:, first : first + 12].sum(axis=1) / recent
    return growth


def _chance_of_more(one: Floats, other: Floats) -> float:
    """Return how likely a draw of the one is above a draw of the other, each pair as likely, ties halved (Mann and Whitney 1947)."""
    ordered = np.sort(other)
    below = np.searchsorted(ordered, one, "left") + np.searchsorted(ordered, one, "right")
    return float(below.mean() / 2 / len(ordered))
