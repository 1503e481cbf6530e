"""The week in a few sentences: what a commander could repeat."""

import math

import pandas as pd

from vulncore.findings.data_words import share as in_percent
from vulncore.findings.headline import Headline, Kind
from vulncore.findings.week import Stretch, Week, hidden_in_words, known_shown
from vulncore.findings.week_words import night_name, stretch, stretch_name
from vulncore.metrics.known_times import USED, Known
from vulncore.metrics.night_time import Share, share, share_change

MOST_NAMED = 4
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def week_headline(now: Week, before: Week | None, unit: str) -> tuple[Headline, ...]:
    """Return what the week says: the stretches that stand out, the night-time economy, the times not known.

    Args:
        now: The weeks of the period.
        before: Those of the period that it is set against; None where it can't be.
        unit: What is counted, in the plural.
    """
    if now.too_few:
        return (Headline(Kind.QUIET, "Too few times", _too_few(now, unit)),)
    return (*_stretches(now, unit), _night_time(now, before), _unknown(now, unit))


def windows_table(week: Week) -> pd.DataFrame:
    """Return one row per stretch that stands out, in order of the week, with columns named for people."""
    rows = [
        {
            "Stretch": _capital(stretch_name(row.start, row.hours, week.read.week)),
            "From and to": stretch(row.start, row.hours),
            "Night": night_name(row.start, row.hours, week.night) or "–",
            "Recorded": held_in_words(week, row),
            "An even week": f"{row.even:,.0f}",
            "Times": f"{row.weight / row.even:.1f}",
            "By chance": _chance(row.p_value),
        }
        for row in week.stretches
    ]
    columns = ["Stretch", "From and to", "Night", "Recorded", "An even week", "Times", "By chance"]
    return pd.DataFrame(rows, columns=columns)


def known_table(week: Week) -> pd.DataFrame:
    """Return what is known of the records' times and how each kind is treated, with columns named for people."""
    kept = known_shown({known.value: week.read.known.get(known, 0.0) for known in Known}, week.smallest)
    return pd.DataFrame(
        {
            "Time known": _capital(known.value),
            "Records": "0"
            if count == 0
            else hidden_in_words(week.smallest)
            if pd.isna(count)
            else f"{count:,.0f}",
            "Hour used": "yes" if known in USED else "no",
            "How it counts": known.treatment,
        }
        for known, count in ((known, _or_zero(kept, week, known)) for known in Known)
    )


def held_in_words(week: Week, found: Stretch) -> str:
    """Return what a stretch holds: to the record where that tells nothing of a hidden hour, else about."""
    sums = week.of("stretch")
    hidden = bool(sums.loc[sums["at"] == found.start, "hidden"].all())
    if not hidden:
        return f"{found.weight:,.0f}"
    step = week.smallest
    return f"about {step * round(found.weight / step):,}"


def share_in_steps(part: float, of: float, smallest: int) -> int:
    """Return a share in per cent, in steps that are each worth at least `smallest` records.

    >>> share_in_steps(41, 169, 5), share_in_steps(410, 1690, 5)
    (24, 24)
    """
    step = max(1, math.ceil(100 * smallest / of))
    return min(100, step * round(100 * part / of / step))


def percent(part: float) -> str:
    """Return a share in whole per cent, never rounded to nothing or to all.

    >>> percent(0.756), percent(0.001)
    ('76 %', 'under 1 %')
    """
    return in_percent(round(part * 1_000_000), 1_000_000)


def limits(found: Share) -> str:
    """Return a share's limits.

    >>> limits(Share(0.5, 0.404, 0.596))
    '40 to 60 %'
    """
    return f"{100 * found.low:.0f} to {100 * found.high:.0f} %"


def _stretches(week: Week, unit: str) -> tuple[Headline, ...]:
    if not week.stretches:
        lead = "No stretch of the week stands out"
        return (
            Headline(
                Kind.QUIET,
                lead,
                f"No run of hours holds more {unit} than chance puts somewhere in an even week.",
            ),
        )
    furthest = sorted(week.stretches, key=lambda each: each.even - each.weight)[:MOST_NAMED]
    said = [
        Headline(
            Kind.CLEAR,
            _capital(stretch_name(each.start, each.hours, week.read.week)),
            f"{_when(each, week)}: {held_in_words(week, each)} {unit}, {each.even:,.0f} in an even week.",
        )
        for each in sorted(furthest, key=lambda each: each.start)
    ]
    left = len(week.stretches) - len(said)
    if left:
        more = "stands out, and holds fewer" if left == 1 else "stand out, and hold fewer"
        said.append(Headline(Kind.QUIET, f"{left} more", f"{more}."))
    return tuple(said)


def _when(found: Stretch, week: Week) -> str:
    night = night_name(found.start, found.hours, week.night)
    return stretch(found.start, found.hours) + (f" ({night})" if night else "")


def _night_time(now: Week, before: Week | None) -> Headline:
    part = float(now.night.mask @ now.read.week)
    here = share(part, now.read.timed)
    said = f"{percent(here.share)} of those with a time fell into {now.night} (95 % limits {limits(here)})"
    lead = "Night-time economy"
    if before is None or before.too_few:
        return Headline(Kind.QUIET, lead, f"{said}.")
    earlier = float(before.night.mask @ before.read.week)
    change = share_change(part, now.read.timed, earlier, before.read.timed)
    clear = change.low > 0 or change.high < 0
    verdict = "a clear change" if clear else "could be chance"
    words = f"{said}; {before.read.asked.window}: {percent(earlier / before.read.timed)}, {verdict}."
    return Headline(Kind.CLEAR if clear else Kind.QUIET, lead, words)


def _unknown(week: Week, unit: str) -> Headline:
    known, every = week.read.known, week.read.records
    unknown = every - week.read.timed
    kept = known_shown({"unknown": unknown, "used": week.read.timed}, week.smallest)
    many = (
        "none"
        if unknown == 0
        else hidden_in_words(week.smallest)
        if pd.isna(kept["unknown"])
        else f"{unknown:,.0f}"
    )
    of_all = f" ({percent(unknown / every)})" if unknown and not pd.isna(kept["unknown"]) else ""
    starts = known.get(Known.START, 0.0)
    said = f"{many} of {every:,.0f} {unit}{of_all}" if unknown else f"none of {every:,.0f} {unit}"
    if week.read.spread >= week.smallest:
        said += f"; {week.read.spread:,} known only to within several hours, and spread over them"
    starts = known.get(Known.START, 0.0)
    if starts >= week.smallest:
        said += f"; {starts:,.0f} with a start and no end, counted at their start"
    return Headline(Kind.QUIET, "Hour not known", f"{_capital(said)}.")


def _too_few(week: Week, unit: str) -> str:
    timed = week.read.timed
    many = hidden_in_words(week.smallest) if timed < week.smallest else f"{timed:,.0f}"
    return (
        f"{_capital(many)} {unit} with a time were recorded: a week of hours would show each of them. Choose a longer "
        "period, more measures or a wider place."
    )


def _or_zero(kept: pd.Series, week: Week, known: Known) -> float:
    return 0.0 if week.read.known.get(known, 0.0) == 0 else float(kept[known.value])


def _chance(p_value: float) -> str:
    return "1 in 1,000 or less" if p_value <= 0.001 else f"{p_value:.1%}".replace("%", " %")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
