"""The week in a few sentences: what a commander could repeat."""

import pandas as pd

from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.words import (
    capital_first,
    hidden_as,
    hidden_in_words,
    number_in_words,
    percent,
    percent_range,
    share_in_steps,
)
from vulncore.findings.when.week import Stretch, Week, known_shown
from vulncore.findings.when.words import night_name, stretch, stretch_name
from vulncore.metrics.week.known_times import USED, Known
from vulncore.metrics.week.night_time import share, share_change
from vulncore.metrics.week.scan import LEVEL

MOST_NAMED = 4


def week_headline(now: Week, before: Week | None, unit: str) -> tuple[Headline, ...]:
    """Return what the week says: the stretches that stand out, the night-time economy, the times not known.

    Args:
        now: The weeks of the period.
        before: Those of the period that it is set against; None where it can't be.
        unit: What is counted, in the plural.
    """
    if now.too_few:
        return (Headline(HeadlineKind.QUIET, "Too few times", _too_few(now, unit)),)
    return (*_stretches(now, unit), _night_time(now, before), _unknown(now, unit))


def stretches_table(week: Week) -> pd.DataFrame:
    """Return one row per stretch that stands out, in order of the week, with columns named for people."""
    rows = [
        {
            "Stretch": capital_first(stretch_name(row.start, row.hours, week.read.week)),
            "From and to": _when(row, week),
            "Recorded": held_in_words(week, row),
            "If spread evenly": f"{row.even:,.0f}",
            "By chance": _chance(row.p_value, exact=not _sum_of(week, row)["hidden"]),
        }
        for row in week.stretches
    ]
    columns = ["Stretch", "From and to", "Recorded", "If spread evenly", "By chance"]
    return pd.DataFrame(rows, columns=columns)


def known_table(week: Week) -> pd.DataFrame:
    """Return what is known of the records' times and how each kind is treated, with columns named for people."""
    kept = known_shown(week.read, week.smallest)
    return pd.DataFrame(
        {
            "Time known": capital_first(known.value),
            "Records": hidden_as(week.smallest)
            if pd.isna(kept[known.value])
            else f"{kept[known.value]:,.0f}",
            "Hour used": "yes" if known in USED else "no",
            "How it counts": known.treatment,
        }
        for known in Known
    )


def held_in_words(week: Week, found: Stretch) -> str:
    """Return what a stretch holds: to the record where that tells nothing of a hidden hour, else about."""
    held = _sum_of(week, found)
    if held[["weight", "about"]].isna().all():
        return hidden_in_words(week.smallest)
    return number_in_words(held["weight"], held["about"], week.smallest, decimals=0)


def unknown_in_words(week: Week, unit: str = "") -> str:
    """Return for how many records the hour is not known, out of how many where that tells nothing hidden."""
    unknown, every = known_shown(week.read, week.smallest)["unknown"], week.read.records
    what = f" {unit}" if unit else ""
    if pd.isna(unknown):
        return f"{hidden_in_words(week.smallest)}{what}"
    if not unknown:
        return f"none of {every:,.0f}{what}"
    return f"{unknown:,.0f} of {every:,.0f}{what} ({percent(unknown / every)})"


def _stretches(week: Week, unit: str) -> tuple[Headline, ...]:
    if not week.stretches:
        lead = "No stretch of the week stands out"
        return (
            Headline(
                HeadlineKind.QUIET,
                lead,
                f"No run of hours holds more {unit} than chance puts somewhere in an even week.",
            ),
        )
    furthest = sorted(week.stretches, key=lambda each: each.even - each.weight)[:MOST_NAMED]
    said = [
        Headline(
            HeadlineKind.CLEAR,
            capital_first(stretch_name(each.start, each.hours, week.read.week)),
            f"{_when(each, week)}: {held_in_words(week, each)} {unit}; spread evenly it would be {each.even:,.0f}.",
        )
        for each in sorted(furthest, key=lambda each: each.start)
    ]
    left = len(week.stretches) - len(said)
    if left:
        more = "stands out, and holds fewer" if left == 1 else "stand out, and hold fewer"
        said.append(Headline(HeadlineKind.QUIET, f"{left} more", f"{more}."))
    return tuple(said)


def _when(found: Stretch, week: Week) -> str:
    night = night_name(found.start, found.hours, week.night)
    return stretch(found.start, found.hours) + (f" ({night})" if night else "")


def _night_time(now: Week, before: Week | None) -> Headline:
    here = _of_night(now)
    sure = share(here * now.read.timed, now.read.timed)
    said = f"{percent(here)} of those with a time fell into {now.night} (95 % limits {percent_range(sure.low, sure.high)})"
    lead = "Night-time economy"
    if before is None or before.too_few:
        return Headline(HeadlineKind.QUIET, lead, f"{said}.")
    earlier = _of_night(before)
    change = share_change(
        here * now.read.timed, now.read.timed, earlier * before.read.timed, before.read.timed
    )
    clear = change.low > 0 or change.high < 0
    verdict = "a clear change" if clear else "could be chance"
    words = f"{said}; {before.read.asked.window}: {percent(earlier)}, {verdict}."
    return Headline(HeadlineKind.CLEAR if clear else HeadlineKind.QUIET, lead, words)


def _of_night(week: Week) -> float:
    """Return the night's share as it may be shown: what is said of it is said of that."""
    part = float(week.night.mask @ week.read.week)
    return share_in_steps(part, week.read.timed, week.smallest) / 100


def _unknown(week: Week, unit: str) -> Headline:
    kept = known_shown(week.read, week.smallest)
    said = unknown_in_words(week, unit)
    if week.read.spread and kept[Known.WINDOW.value] >= max(week.smallest, 1):
        said += f"; {week.read.spread:,} known only to within several hours, and spread over them"
    if kept[Known.START.value] >= max(week.smallest, 1):
        said += f"; {kept[Known.START.value]:,.0f} with a start and no end, counted at their start"
    return Headline(HeadlineKind.QUIET, "Hour not known", f"{capital_first(said)}.")


def _sum_of(week: Week, found: Stretch) -> pd.Series:
    stretches = week.of("stretch")
    return stretches[stretches["at"] == found.start].iloc[0]


def _too_few(week: Week, unit: str) -> str:
    timed = week.read.timed
    many = hidden_in_words(week.smallest) if timed < week.smallest else f"{timed:,.0f}"
    return (
        f"{capital_first(many)} {unit} with a time were recorded: a week of hours would show each of them. Choose a longer "
        "period, more measures or a wider place."
    )


def _chance(p_value: float, exact: bool) -> str:
    if p_value <= 0.001:
        return "1 in 1,000 or less"
    return percent(p_value, decimals=1) if exact else f"under {percent(LEVEL)}"
