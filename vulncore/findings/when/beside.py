"""Two weeks beside each other: where they differ by more than chance."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from vulncore.findings.shared.headline import NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.sides import Side, missing_beside, names_of, why_not_judged
from vulncore.findings.shared.words import listed
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.sentences import nights_differ
from vulncore.findings.when.view import BAND, Week, WeeksBeside, When
from vulncore.store.manifest import Publish

MOST_NAMED: Final = 3


def weeks_compared(
    pinned: tuple[Publish, When], shown: tuple[Publish, When], compare: Callable[[bool], pd.DataFrame]
) -> WeeksBeside:
    """Return what tells one week from another.

    Args:
        pinned: The version and the week that is compared with.
        shown: The version and the week on screen.
        compare: Returns how each part of the week differs (`vulncore.findings.when.protection.protected_difference`), given whether
            both are of one kind of records; called only where chance can be judged.
    """
    weeks = pinned[1].now, shown[1].now
    sides = tuple(_side(publish, week) for publish, week in (pinned, shown))
    before, now = names_of(sides)
    alike = sides[0].is_like(sides[1])
    most = _most(weeks, alike=alike)
    few = [name for name, week in zip((before, now), weeks, strict=True) if week.too_few]
    why = (
        f"{listed(few)} {'has' if len(few) == 1 else 'have'} too few times. Choose a longer period or more measures."
        if few
        else why_not_judged(*sides)
        or missing_beside((before, now), [week.missing_months > 0 for week in weeks])
    )
    if why:
        briefing = Briefing("Two weeks beside each other, not compared.", why)
        return WeeksBeside((before, now), briefing, (), pd.DataFrame(), most)
    difference = compare(alike)
    return WeeksBeside(
        names=(before, now),
        briefing=_briefing(difference, *weeks),
        headline=_headline(difference, (before, now), weeks, alike=alike),
        table=_table(difference, (before, now)),
        most=most,
    )


def _side(publish: Publish, week: When) -> Side:
    records = week.now.record_filter
    return Side(publish, records.force, records.measures, week.about, records.window, records.where)


def _most(weeks: tuple[Week, Week], *, alike: bool) -> tuple[float, float]:
    """Return with how many records in a band the colours of each week end."""
    tops = [float(week.of("band")["weight"].max()) for week in weeks]
    if alike or any(week.too_few for week in weeks):
        most = max((top for top in tops if top > 0), default=1.0)
        return most, most
    share = max(top / week.timed for top, week in zip(tops, weeks, strict=True) if top > 0)
    return share * weeks[0].timed, share * weeks[1].timed


def _briefing(difference: pd.DataFrame, pinned: Week, shown: Week) -> Briefing:
    """Return what differs: the night-time economy's share, which is one test, before parts of the week, which are many."""
    clear = difference[difference["clear"]].sort_values("p_value", kind="stable")
    parts = [from_to(int(at), BAND) for at in clear["at"]]
    if nights_differ(shown, pinned):
        finding = (
            f"At night ({shown.night}): about {shown.night_share:d} %, pinned about {pinned.night_share:d} %."
        )
        also = parts
    elif parts:
        finding = f"{parts[0]}: {clear['shown'].iloc[0]}, pinned {clear['pinned'].iloc[0]}."
        also = parts[1:]
    else:
        return Briefing("No part of the week differs by more than chance.", NOTHING_TO_DO)
    named = [*also[:MOST_NAMED], f"{len(also) - MOST_NAMED} more"] if len(also) > MOST_NAMED else also
    return Briefing(
        finding,
        "More than chance. Plan hours for each on its own.",
        f"Different, too: {listed(named)}." if named else "",
    )


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
    verdict = "a clear difference" if nights_differ(weeks[1], weeks[0]) else "could be chance"
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
