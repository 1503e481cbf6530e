"""What the page of a strand opens with, the lines of its working, and the words that its chart and its files share."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Final

import pandas as pd

from vulncore.domain.periods import day_name, month_name
from vulncore.domain.vocabulary import Flow, Measure, Polarity
from vulncore.findings.shared.headline import CONFIRM, NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import (
    agree,
    capital_first,
    file_note,
    level_in_words,
    listed,
    months_in_words,
    number_of,
    small_first,
)
from vulncore.metrics.control.chart import BASELINE_MONTHS, EXPOSED_FROM, RARE_BELOW, ChartKind
from vulncore.metrics.control.rules import Rule
from vulncore.metrics.control.variation import Assurance, Variation, months_against
from vulncore.metrics.strands.change import TOO_FEW_FOR_TREND_A_YEAR
from vulncore.store.notes import NoteKind

if TYPE_CHECKING:
    from vulncore.findings.strand.standing import Standing

MORE_REPORTING: Final = "A rise here can also be more confidence in reporting."
WHY_THIS_CHART: Final = "Why this chart"
GAPS_IN_WORDS: Final = (
    "The day within its month is drawn by chance, so that no day shows on which somebody was harmed."
)
WHY: Final = {
    ChartKind.XMR: f"Between {RARE_BELOW:g} and {EXPOSED_FROM:g} records a month: single months and their moving ranges (XmR).",
    ChartKind.U: f"More than {EXPOSED_FROM:g} records a month: the length of a month matters, so limits follow its days (u chart).",
    ChartKind.LANEY: f"More than {EXPOSED_FROM:g} records a month, scattered by more than chance: a u chart, widened after Laney.",
    ChartKind.GAPS: f"Fewer than {RARE_BELOW:g} records a month: days between records tell more than counts (t chart).",
    ChartKind.NONE: "",
}
VARIATION_ICONS: Final = {
    Variation.COMMON: "drag_handle",
    Variation.HIGH: "arrow_upward",
    Variation.LOW: "arrow_downward",
    Variation.UNKNOWN: "hourglass_empty",
}
ASSURANCE_ICONS: Final = {
    Assurance.MET: "check_circle",
    Assurance.MISSED: "cancel",
    Assurance.EITHER: "help",
}


def standing_briefing(of: Standing) -> Briefing:
    """Return how the strand stands, and what to do about it."""
    name = of.subject.name
    if not of.known:
        return Briefing(f"{name}: no month of it was delivered.", "Nothing can be charted.")
    if of.silent_months:
        ask = f"Ask the records team whether records of {small_first(name)} still arrive."
        return Briefing(f"{name}: {silent_in_words(of.silent_months)}. Check the feed.", ask)
    if of.too_few:
        year = of.chart.frame["count"].tail(BASELINE_MONTHS)
        number = f"{year.sum():,.0f} in the last twelve months. " if year.notna().all() else ""
        why = f"{number}Fewer than {TOO_FEW_FOR_TREND_A_YEAR} a year: no usual range can be told from chance."
        return Briefing(f"{name}: too few records for a trend.", why)
    if of.proposed:
        change = of.proposed
        way = "higher" if change.after > change.before else "lower"
        level = f"{level_in_words(change.after)} a month"
        finding = f"{name}: level seems {way} since {month_name(change.month)}, at {level}."
        return Briefing(finding, "Approve or decline this change of level below.")
    if of.variation is Variation.UNKNOWN:
        short = number_of(of.chart.missing, "more month") if of.chart.missing else "more records"
        return Briefing(f"{name}: {short} needed before the usual range is known.", NOTHING_TO_DO)
    return Briefing(*_latest(of))


def silent_in_words(months: int) -> str:
    """Return for how long nothing was recorded.

    >>> silent_in_words(1), silent_in_words(7)
    ('the last month has no records', 'the last 7 months have no records')
    """
    return "the last month has no records" if months == 1 else f"the last {months} months have no records"


def _latest(of: Standing) -> tuple[str, str]:
    name, last = of.subject.name, of.chart.judged.iloc[-1]
    if of.variation is Variation.COMMON:
        return f"{name}: at the usual level{_now(of)}.", NOTHING_TO_DO
    higher = of.variation is Variation.HIGH
    if of.chart.kind is ChartKind.GAPS:
        finding = f"{name}: recorded {'more' if higher else 'less'} often than usual."
    elif last["rule"] == Rule.OUTSIDE:
        finding = f"{name}: {of.variation.value}{_now(of)}."
    elif last["rule"] == Rule.TREND:
        finding = f"{name}: {'rising' if higher else 'falling'} month after month{_now(of)}."
    else:
        mean = level_in_words(last["mean"])
        finding = f"{name}: running {'above' if higher else 'below'} the mean of {mean} a month."
    return finding, _action(of.subject.measures, higher)


def _now(of: Standing) -> str:
    if of.chart.kind is ChartKind.GAPS:
        return ""
    last = of.chart.judged.iloc[-1]
    return f", {last['count']:,.0f} in {month_name(last['month'].date())}"


def _action(measures: tuple[Measure, ...], higher: bool) -> str:
    under_reported = any(measure.polarity is Polarity.UNDER_REPORTED for measure in measures)
    if under_reported:
        return "Ask whether more happens or more is reported." if higher else "Ask whether less is reported."
    return "Ask what is behind it." if higher else "Ask what is behind it before calling this good news."


def _target(of: Standing) -> str:
    if of.target is None or of.assurance is None:
        return ""
    if of.proposed:
        return f"Target of {of.target.limit}: judged once the change of level is decided."
    met, months = months_against(of.chart, of.target.records, at_most=of.target.at_most)
    every = {Assurance.MET: months, Assurance.MISSED: 0}.get(of.assurance, met)
    words = {
        Assurance.MET: "met every month as things are",
        Assurance.MISSED: "missed every month until something changes",
        Assurance.EITHER: "met in some months and missed in others, by chance",
    }
    # a month beyond the limits can do what no usual month does
    how = words[of.assurance] if met == every else f"met in {met} of {number_of(months, 'month')}"
    return f"Target of {of.target.limit}: {how}."


def standing_headline(of: Standing) -> tuple[Headline, ...]:
    """Return the lines of the working."""
    kind = HeadlineKind.CLEAR if of.variation in (Variation.HIGH, Variation.LOW) else HeadlineKind.QUIET
    lines = [
        _line(kind, "Usual range", usual_range(of)),
        _line(HeadlineKind.CLEAR, "More than chance", broken_in_words(of)),
        _line(HeadlineKind.POSSIBLE, "Level", _proposed(of)),
        _line(HeadlineKind.FEED, CONFIRM, silent_in_words(of.silent_months) if of.silent_months else ""),
        _line(HeadlineKind.QUIET, "Target", _target(of)),
        _line(HeadlineKind.QUIET, WHY_THIS_CHART, _why(of)),
        _line(HeadlineKind.QUIET, "Not judged", _aside(of)),
    ]
    return tuple(line for line in lines if line)


def _why(of: Standing) -> str:
    if of.drawn and any(measure.flow is not Flow.FLOW for measure in of.subject.measures):
        return "What is there at a month's end, not what happened in it: single months and their moving ranges (XmR)."
    return WHY[of.chart.kind]


def standing_notes(of: Standing) -> list[str]:
    """Return what is to be known of the months that are drawn: changes, breaks, what a rise can mean."""
    notes = [
        change_in_words(change.kind, change.month, change.text, change.author, change.written_on)
        for change in of.changes
    ]
    if of.chart.kind is ChartKind.GAPS:
        notes.append(GAPS_IN_WORDS)
    if any(measure.polarity is Polarity.UNDER_REPORTED for measure in of.subject.measures):
        notes.append(MORE_REPORTING)
    return notes


def change_in_words(kind: NoteKind, month: object, text: str, author: str, written_on: object) -> str:
    """Return a note on a month, dated and signed."""
    return f"{str(kind.value).capitalize()}, {month_name(month)}: {text} ({author}, {day_name(written_on)})"  # type: ignore[arg-type]


def usual_range(of: Standing) -> str:
    """Return between which counts months usually lie; "" where no limits of the present level are known."""
    if of.variation is Variation.UNKNOWN:
        return ""
    judged = of.chart.judged
    last = judged.iloc[-1]
    phase = judged[judged["phase"] == last["phase"]]
    since = month_name(phase["month"].iloc[0].date())
    if of.chart.kind is ChartKind.GAPS:
        return f"{last['low']:,.0f} to {last['high']:,.0f} days between records, since {since}."
    months = len(phase)
    return f"{max(last['low'], 0):,.0f} to {last['high']:,.0f} a month around a mean of {last['mean']:,.1f}, from {number_of(months, 'month')} since {since}."


def broken_in_words(of: Standing) -> str:
    """Return which months of the last year, or records, chance doesn't explain; "" where there are none."""
    judged = of.chart.judged.tail(BASELINE_MONTHS)
    broken = judged[judged["rule"] != ""]
    if broken.empty:
        return ""
    parts = []
    words = pd.Series(rules_in_words(broken, of.chart.kind), index=broken.index)
    for rule, rows in broken.groupby(words, sort=False):
        which = {month.date() for month in rows["month"]}
        parts.append(f"{months_in_words(which)} {agree(len(which), 'is', 'are')} {rule}")
    return "; ".join(parts) + "."


def rules_in_words(frame: pd.DataFrame, kind: ChartKind) -> list[str]:
    """Return what rows of a chart break, by their `rule` and `side`; "" where they break no rule."""
    rows = zip(frame["rule"].fillna(""), frame["side"], strict=True)
    return [_rule_in_words(rule, side > 0, kind) if rule else "" for rule, side in rows]


def _rule_in_words(rule: str, higher: bool, kind: ChartKind) -> str:
    """Return which rule is broken and to which side; of rare records what shorter days between them mean.

    >>> _rule_in_words(Rule.SHIFT, True, ChartKind.XMR), _rule_in_words(Rule.TREND, False, ChartKind.U)
    ('in a run of seven or more above the mean', 'in a falling run of seven or more')
    >>> _rule_in_words(Rule.SHIFT, False, ChartKind.GAPS)
    'in a run of seven or more on one side of the mean (less often)'
    """
    if kind is ChartKind.GAPS:
        words = {
            Rule.OUTSIDE.value: "outside the usual range",
            Rule.SHIFT.value: "in a run of seven or more on one side of the mean",
            Rule.TREND.value: "in a run of seven or more, each further than the last",
            Rule.NEAR_LIMIT.value: "two of three close to a limit",
        }
        return f"{words[rule]} ({'more' if higher else 'less'} often)"
    words = {
        Rule.OUTSIDE.value: f"{'above' if higher else 'below'} the usual range",
        Rule.SHIFT.value: f"in a run of seven or more {'above' if higher else 'below'} the mean",
        Rule.TREND.value: f"in a {'rising' if higher else 'falling'} run of seven or more",
        Rule.NEAR_LIMIT.value: f"two of three close to the {'upper' if higher else 'lower'} limit",
    }
    return words[rule]


def _proposed(of: Standing) -> str:
    change = of.proposed
    if change is None:
        return ""
    return (
        f"{change.before:,.1f} a month before {month_name(change.month)}, {change.after:,.1f} since. Nobody has approved it, "
        "so the usual range still counts both."
    )


def _aside(of: Standing) -> str:
    frame = of.shown
    aside = frame[frame["set_aside"] & frame["count"].notna()]
    provisional = frame[frame["provisional"] & ~frame["set_aside"]]
    lockdown = len(aside) - sum(month in of.one_offs for month in aside["month"].dt.date)
    parts = [
        f"{number_of(lockdown, 'month')} of {'the pandemic' if of.pandemic.why else 'lockdown'}"
        if lockdown
        else "",
        f"one-off {agree(len(of.one_offs), 'month', 'months')} {months_in_words(of.one_offs)}"
        if of.one_offs
        else "",
        f"{number_of(len(provisional), 'provisional month')}" if len(provisional) else "",
    ]
    parts = [part for part in parts if part]
    return capital_first(f"{'; '.join(parts)}.") if parts else ""


def export_note(of: Standing) -> str:
    """Return what each row of the chart's file says."""
    gaps = GAPS_IN_WORDS if of.chart.kind is ChartKind.GAPS else ""
    return file_note(of.publish, gaps)


def commentary_in_words(of: Standing, most: int, letters: int = 1_000) -> list[str]:
    """Return the latest commentary, the newest first, dated and signed, each cut after so many letters."""
    return [
        f"{month_name(note.month)}: {shortened(note.text, letters)} ({note.author}, {day_name(note.written_on)})"
        for note in of.commentary[: -most - 1 : -1]
    ]


def shortened(text: str, letters: int) -> str:
    """Return a text, or its beginning and an ellipsis where it is longer.

    >>> shortened("Two events.", 100), shortened("Two events in the month.", 10)
    ('Two events.', 'Two even …')
    """
    return text if len(text) <= letters else f"{text[: letters - 2].rstrip()} …"


def icons(of: Standing) -> list[tuple[str, str]]:
    """Return what Making Data Count's icons say of the latest month and of the target: the name of each icon, and its words."""
    shown = [(VARIATION_ICONS[of.variation], capital_first(of.variation.value))]
    if of.assurance:
        icon = ASSURANCE_ICONS[of.assurance] if of.proposed is None else VARIATION_ICONS[Variation.UNKNOWN]
        shown.append((icon, _target(of).rstrip(".")))
    return shown


def counted_in_words(of_strand: Sequence[Measure], counted: Sequence[Measure]) -> str:
    """Return which measures of a strand its chart doesn't count; "" where it counts them all."""
    others = [small_first(one.name) for one in of_strand if one not in counted]
    if not others:
        return ""
    return (
        f"The chart counts {listed([small_first(one.name) for one in counted])}. Not in it: {listed(others)}."
    )


def range_in_words(low: float, high: float) -> str:
    """Return the usual range of a month, or of the days between records.

    >>> range_in_words(8.44, 27.16), range_in_words(float("nan"), float("nan"))
    ('8.4 to 27.2', 'none yet')
    """
    return "none yet" if isnan(low) else f"{max(low, 0):,.1f} to {high:,.1f}"


def days_in_words(days: float) -> str:
    """Return days between records, never rounded to none.

    >>> days_in_words(0.4), days_in_words(31.6)
    ('under 1', '32')
    """
    return "under 1" if days < 1 else f"{days:,.0f}"


def standing_title(of: Standing) -> list[str]:
    """Return the chart's title: what, where and when, a line each."""
    what = "days between records" if of.chart.kind is ChartKind.GAPS else f"{of.subject.unit} a month"
    first = month_name(of.shown["month"].iloc[0].date())
    return [f"{of.subject.name}: {what}", f"{of.force}, {first} to {month_name(of.as_at)}"]


def _line(kind: HeadlineKind, lead: str, text: str) -> Headline | None:
    return Headline(kind, lead, text) if text else None
