"""Two weeks beside each other: where they differ by more than chance."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from vulncore.findings.shared.headline import Briefing, Headline, HeadlineKind
from vulncore.findings.shared.sides import (
    BLURRED_HOURS,
    Side,
    missing_beside,
    names_of,
    not_compared,
    why_not_judged,
)
from vulncore.findings.shared.words import listed, small_first
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.sentences import nights_differ
from vulncore.findings.when.view import BAND, Week, WeeksBeside, When

MOST_NAMED: Final = 3


def weeks_compared(
    sides: tuple[Side, Side], weeks: tuple[When, When], compare: Callable[[bool], pd.DataFrame]
) -> WeeksBeside:
    """Return what tells one week from another, the pinned one first.

    `compare` is `vulncore.findings.when.protection.protected_difference`, given whether both are of one kind of records; it
    is called only where chance can be judged.
    """
    pinned, shown = (week.now for week in weeks)
    before, now = names_of(sides)
    alike = sides[0].is_like(sides[1])
    most = _most((pinned, shown), alike=alike)
    few = [name for name, week in zip((before, now), (pinned, shown), strict=True) if week.too_few]
    why = (
        f"{listed(few)} {'has' if len(few) == 1 else 'have'} too few times. Choose a longer period or more measures."
        if few
        else why_not_judged(*sides)
        or missing_beside((before, now), [week.missing_months > 0 for week in (pinned, shown)])
    )
    if why:
        return WeeksBeside(
            (before, now), Briefing(*not_compared((before, now), why)), (), pd.DataFrame(), most
        )
    difference = compare(alike)
    return WeeksBeside(
        names=(before, now),
        briefing=_briefing(difference, (before, now), weeks),
        headline=_headline(difference, (before, now), (pinned, shown), alike=alike),
        table=_table(difference, (before, now)),
        most=most,
    )


def _most(weeks: tuple[Week, Week], *, alike: bool) -> tuple[float, float]:
    """Return with how many records in a band the colours of each week end."""
    tops = [float(week.of("band")["weight"].max()) for week in weeks]
    if alike or any(week.too_few for week in weeks):
        most = max((top for top in tops if top > 0), default=1.0)
        return most, most
    share = max((top / week.timed for top, week in zip(tops, weeks, strict=True) if top > 0), default=1.0)
    return share * weeks[0].timed, share * weeks[1].timed


def _briefing(difference: pd.DataFrame, names: tuple[str, str], weeks: tuple[When, When]) -> Briefing:
    """Return what differs: the night-time economy's share, which is one test, before parts of the week, which are many.

    What the page says of the week on screen alone is said with it.
    """
    pinned, shown = (week.now for week in weeks)
    alone = f"{names[1]} alone: {small_first(weeks[1].briefing.action)}" if shown.stretches else ""
    clear = difference[difference["clear"]].sort_values("p_value", kind="stable")
    parts = [from_to(int(at), BAND) for at in clear["at"]]
    if _nights_differ(pinned, shown):
        where, also = f"At night ({shown.night})", parts
        has = [f"about {week.night_share:d} %" for week in (shown, pinned)]
    elif parts:
        where, *also = parts
        has = [clear[name].iloc[0] for name in ("shown", "pinned")]
    else:
        unsure = BLURRED_HOURS if shown.blurred else "Smaller differences could be chance."
        return Briefing("No part of the week differs by more than chance.", unsure, alone)
    named = [*also[:MOST_NAMED], f"{len(also) - MOST_NAMED} more"] if len(also) > MOST_NAMED else also
    return Briefing(
        f"{where}: {small_first(names[1])} {has[0]}, {small_first(names[0])} {has[1]}.",
        "More than chance. Plan hours for each on its own.",
        " ".join(filter(None, [f"Different, too: {listed(named)}." if named else "", alone])),
    )


def _nights_differ(pinned: Week, shown: Week) -> bool:
    """Return whether the shares of one and the same night differ by more than chance."""
    return pinned.night == shown.night and nights_differ(shown, pinned)


def _headline(
    difference: pd.DataFrame, names: tuple[str, str], weeks: tuple[Week, Week], *, alike: bool
) -> tuple[Headline, ...]:
    clear = int(difference["clear"].sum())
    kind = HeadlineKind.CLEAR if clear else HeadlineKind.QUIET
    basis = (
        "Each part of the week was compared by its records a day."
        if alike
        else "Each part of the week was compared by its share of all records, not by how many it has."
    )
    shares, totals = (
        " and ".join(f"{words} ({name})" for words, name in zip(figures, names, strict=True))
        for figures in (
            [f"{week.night_share:d} %" for week in weeks],
            [f"{week.timed:,.0f}" for week in weeks],
        )
    )
    verdict = "a clear difference" if _nights_differ(*weeks) else "could be chance"
    verdict = verdict if weeks[0].night == weeks[1].night else "not compared, for the nights are others"
    return (
        Headline(
            kind, f"{clear} of {len(difference)} parts of three hours differ by more than chance", basis
        ),
        Headline(HeadlineKind.QUIET, "Night-time economy", f"About {shares}: {verdict}."),
        Headline(HeadlineKind.QUIET, "All hours together", f"{totals} have a time."),
    )


def _table(difference: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    verdicts = [
        "more" if more else "fewer" if clear else "could be chance"
        for clear, more in zip(difference["clear"], difference["more"], strict=True)
    ]
    return pd.DataFrame(
        {
            "When": [from_to(int(at), BAND) for at in difference["at"]],
            f"Pinned: {names[0]}": difference["pinned"],
            f"On screen: {names[1]}": difference["shown"],
            "Verdict": verdicts,
        }
    )
