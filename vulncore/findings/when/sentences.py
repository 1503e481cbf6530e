"""The week in a few sentences, and the tables behind them: what stands out, the night-time economy, times not known."""

import math

import pandas as pd

from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.shared.counted import why_no_times
from vulncore.findings.shared.headline import NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import (
    COUNTED_ONCE,
    capital_first,
    hidden_in_words,
    listed,
    nearest_in_words,
    number_in_words,
    percent,
    percent_range,
    small_first,
)
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.view import Patrols, Stretch, Week
from vulncore.metrics.week.known_times import USED, Known
from vulncore.metrics.week.night_time import share, share_change


def week_headline(now: Week, before: Week | None, unit: str) -> tuple[Headline, ...]:
    """Return what the week says: the stretches that stand out, the night-time economy, the times not known.

    Where the period before can't be compared `before` is None; `unit` is in the plural.
    """
    if now.too_few:
        hidden = math.isnan(now.timed)
        recorded = capital_first(hidden_in_words(now.smallest)) if hidden else f"{now.timed:,.0f}"
        text = (
            f"{recorded} {unit} with a time were recorded. A map of so few would show little but chance. Choose a longer period, "
            "more measures or a wider place."
        )
        return (Headline(HeadlineKind.QUIET, "Too few times", text),)
    return (*_stretches(now, unit), _night_time(now, before, unit), _unknown(now, unit))


def when_briefing(now: Week, unit: str) -> Briefing:
    """Return which stretch of the week stands out most, and when to send people; `unit` is in the plural."""
    if now.too_few:
        return Briefing(
            f"Too few {unit} have a time to show a week.", "Choose a longer period or more measures."
        )
    if not now.stretches and now.daily:
        most, *others = now.daily
        return Briefing(
            f"{most.name} stands out every day, with {most.held} {unit} in all.",
            f"Put people on duty every day from {most.name}.",
            f"No single day stands out.{' Also: ' + listed([one.name for one in others]) + '.' if others else ''}",
        )
    if not now.stretches:
        return Briefing(
            f"No part of the day or week has more {unit} than chance would produce.", NOTHING_TO_DO
        )
    most, *others = sorted((stretch for stretch in now.stretches if stretch.rank), key=lambda one: one.rank)
    also = list(dict.fromkeys(stretch.night or _within_a_sentence(stretch.name) for stretch in others))
    return Briefing(
        f"{most.night or most.name} stands out, with {most.held} {unit}.",
        f"Put people on duty from {from_to(most.start, most.hours)}.",
        f"Also: {listed(also)}." if also else "",
    )


def _within_a_sentence(name: str) -> str:
    """Return what a stretch is called amid a sentence: days keep their large letter."""
    return name if name.startswith(WEEKDAYS) else small_first(name)


def nights_differ(now: Week, other: Week) -> bool:
    """Return whether the night-time economy's shares of two weeks differ by more than chance (5 %); neither has too few times."""
    parts = ((week.night_share / 100 * week.night_worth, week.night_worth) for week in (now, other))
    change = share_change(*next(parts), *next(parts))
    return change.low > 0 or change.high < 0


def stretches_table(week: Week) -> pd.DataFrame:
    """Return one row per stretch that stands out, in order of the week, with columns named for people."""
    rows = [
        (stretch.name, _when(stretch), stretch.held, f"{stretch.even:,.0f}", _chance(stretch.p_value))
        for stretch in week.stretches
    ]
    columns = ["Stretch", "From and to", "Recorded", "If spread evenly", "By chance"]
    return pd.DataFrame(rows, columns=columns)


def known_table(week: Week) -> pd.DataFrame:
    """Return what is known of the records' times and how each kind is treated, with columns named for people."""
    return pd.DataFrame(
        {
            "Time known": capital_first(kind.value),
            "Records": number_in_words(records, week.smallest),
            "Hour used": "yes" if kind in USED else "no",
            "How it counts": kind.treatment,
        }
        for kind, records in week.known.items()
    )


def unknown_in_words(week: Week, unit: str = "") -> str:
    """Return for how many records the hour is not known, out of how many where that is shown."""
    what = f" {unit}" if unit else ""
    if math.isnan(week.unknown):
        return f"{hidden_in_words(week.smallest)}{what}"
    if not week.unknown:
        return f"none of {week.records:,.0f}{what}"
    return f"{week.unknown:,.0f} of {week.records:,.0f}{what} ({percent(week.unknown / week.records)})"


def _stretches(week: Week, unit: str) -> tuple[Headline, ...]:
    if not week.stretches:
        lead = "No stretch of the week stands out"
        text = f"No stretch of hours has more {unit} than chance would produce."
        every_day = (
            Headline(
                HeadlineKind.CLEAR,
                f"{stretch.name}, all days together",
                f"{stretch.held} {unit}; an even day would give {stretch.even:,.0f}.",
            )
            for stretch in week.daily
        )
        return (*every_day, Headline(HeadlineKind.QUIET, lead, text))
    lines = [
        Headline(
            HeadlineKind.CLEAR,
            stretch.name,
            f"{_when(stretch)}: {stretch.held} {unit}; an even spread would give {stretch.even:,.0f}.",
        )
        for stretch in week.stretches
        if stretch.rank
    ]
    left = len(week.stretches) - len(lines)
    if left:
        smaller = (
            "1 smaller stretch also stands out." if left == 1 else f"{left} smaller stretches also stand out."
        )
        lines.append(Headline(HeadlineKind.QUIET, "More", smaller))
    return tuple(lines)


def _night_time(now: Week, before: Week | None, unit: str) -> Headline:
    lead, part, worth = "Night-time economy", now.night_share / 100, now.night_worth
    exact = share(part * worth, worth)
    text = (
        f"{'About ' if now.blurred else ''}{percent(part)} of {unit} with a time happened from {now.night} (95 % limits "
        f"{percent_range(exact.low, exact.high)})"
    )
    if before is None or before.too_few:
        return Headline(HeadlineKind.QUIET, lead, f"{text}.")
    earlier, clear = before.night_share / 100, nights_differ(now, before)
    verdict = "a clear change" if clear else "could be chance"
    text += f". {before.record_filter.window}: {percent(earlier)}, {verdict}."
    return Headline(HeadlineKind.CLEAR if clear else HeadlineKind.QUIET, lead, text)


def _unknown(week: Week, unit: str) -> Headline:
    sentences = [f"{capital_first(unknown_in_words(week, unit))}."]
    least = max(week.smallest, 1)
    if week.spread and week.known[Known.WINDOW] >= least:
        sentences.append(
            f"{week.spread:,} are known only to within several hours, and are spread over those hours."
        )
    if week.known[Known.START] >= least:
        sentences.append(f"{week.known[Known.START]:,.0f} have a start and no end, and count at their start.")
    if len(week.record_filter.measures) > 1:
        sentences.append(COUNTED_ONCE)
    return Headline(HeadlineKind.QUIET, "Hour not known", " ".join(sentences))


def not_taken_in_words(week: Week | Patrols, unit: str) -> tuple[str, ...]:
    """Return which times are taken for none, of about how many, and why, in sentences."""
    of = f" of {week.records:,.0f}" if week.records == week.records else ""  # NaN where that is hidden
    why = why_no_times(week.no_times)
    sentences = [
        f"{_about(week.known[kind], week.smallest)}{of} {unit} {why[kind]}: not counted in any hour."
        for kind in why
        if week.known[kind] != 0
    ]
    back = "If these times are real, a note on the Data page puts them back."
    return tuple(f"{sentence} {back}" for sentence in sentences)


def _about(records: float, smallest: int) -> str:
    return "Some" if math.isnan(records) else nearest_in_words(round(records), smallest)


def _when(stretch: Stretch) -> str:
    return from_to(stretch.start, stretch.hours) + (f" ({stretch.night})" if stretch.night else "")


def _chance(p_value: float) -> str:
    """Return how likely chance puts so much there."""
    return "1 in 1,000 or less" if p_value <= 0.001 else f"{p_value:.1%}".replace("%", " %")
