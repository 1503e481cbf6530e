"""The headline above the strand table, and the words for one measure's change."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.domain.vocabulary import Flow, Measure, Polarity
from vulncore.findings.shared.headline import CONFIRM, NOTHING_TO_DO, Briefing, Headline, HeadlineKind
from vulncore.findings.shared.words import agree, small_first
from vulncore.metrics.strands.change import percent_text
from vulncore.metrics.strands.signal import Signal

MORE_REPORTING = "A rise here can also be more confidence in reporting."
SERIOUS = "Not sure yet, and too serious to wait."
NOTABLE = frozenset({Signal.CLEAR, Signal.CHECK_FEED, Signal.MAY_BE})
MOST_ALSO = 3  # measures that the briefing names besides the first
STOCKS = "are month-end figures and are not tested"


def headline(table: pd.DataFrame, measures: Sequence[Measure]) -> tuple[Headline, ...]:
    """Return the lines of the headline: this financial year to date against the last, most serious first.

    Every measure shown is in exactly one line, by name or in the count of the last.

    Args:
        table: The strand table of the measures shown.
        measures: Those measures.
    """
    by_key = {measure.key: measure for measure in measures}
    rows = table.to_dict("records")

    def with_signal(signal: Signal) -> list[Mapping[Hashable, Any]]:
        return [row for row in rows if row["fytd_signal"] == signal]

    untested = with_signal(Signal.NOT_TESTED)
    stocks = [row for row in untested if by_key[row["measure"]].flow is Flow.STOCK]
    broken = [row for row in untested if row.get("fytd_broken") and row not in stocks]
    possible = with_signal(Signal.MAY_BE)
    is_serious = [serious_rise(row, "fytd", by_key[row["measure"]]) for row in possible]
    serious = [row for row, alarms in zip(possible, is_serious, strict=True) if alarms]
    others = [row for row, alarms in zip(possible, is_serious, strict=True) if not alarms]
    named = [
        _line(HeadlineKind.CLEAR, "Clear change", with_signal(Signal.CLEAR), by_key),
        _line(HeadlineKind.CLEAR, "May be a change, and serious", serious, by_key, SERIOUS),
        _feed(with_signal(Signal.CHECK_FEED), by_key),
        _line(HeadlineKind.POSSIBLE, "May be a change", others, by_key),
    ]
    rest = _rest(
        chance=len(with_signal(Signal.CHANCE)),
        few=len(with_signal(Signal.TOO_FEW)),
        stocks=len(stocks),
        broken=len(broken),
        missing=len(untested) - len(stocks) - len(broken),
        others_named=any(named),
    )
    return tuple(line for line in [*named, rest] if line is not None)


def overview_briefing(table: pd.DataFrame, measures: Sequence[Measure]) -> Briefing:
    """Return the change that matters most, what to do about it, and which others to look at.

    Args:
        table: The strand table of the measures shown.
        measures: Those measures.
    """
    by_key = {measure.key: measure for measure in measures}
    notable = [row for row in _by_weight(table, by_key) if row["fytd_signal"] in NOTABLE]
    if not notable:
        tested = table["fytd_signal"].isin({Signal.CHANCE, Signal.TOO_FEW}).any()
        if not tested:
            return Briefing(
                "Nothing can be compared with last year yet.",
                "See the notes for the months that are missing.",
            )
        return Briefing("No change this financial year is more than chance.", NOTHING_TO_DO)
    first, others = notable[0], notable[1:]
    moved, stopped = (
        [row for row in others if (row["fytd_signal"] == Signal.CHECK_FEED) is feed] for feed in (False, True)
    )
    changes = [f"{by_key[row['measure']].name}, {_way(row)} {_size(row)}" for row in moved]
    names = [by_key[row["measure"]].name for row in stopped]
    also = [_listed_after("Also look at", changes), _listed_after("Check the feed", names)]
    return Briefing(*_finding_and_action(first, by_key[first["measure"]]), also=" ".join(filter(None, also)))


def own_words(row: Mapping[Hashable, Any], measure: Measure) -> tuple[str, str]:
    """Return what a page says of a measure alone: how it changed, and what to do; that it could be chance, where it could."""
    if row["fytd_signal"] in NOTABLE:
        return _finding_and_action(row, measure)
    return f"{change_in_words(row, measure.name).partition(', from ')[0]} this financial year.", ""


def _way(row: Mapping[Hashable, Any]) -> str:
    way = "up" if row["fytd_change"] > 0 else "down"
    return f"maybe {way}" if row["fytd_signal"] == Signal.MAY_BE else way


def _finding_and_action(row: Mapping[Hashable, Any], measure: Measure) -> tuple[str, str]:
    rose, signal = row["fytd_change"] > 0, Signal(row["fytd_signal"])
    change = f"{'up' if rose else 'down'} {_size(row)} this financial year"
    name = small_first(measure.name)
    if signal is Signal.CHECK_FEED:
        silent = silent_end(row) if row["silent_months"] else "none recorded this financial year"
        return (
            f"{measure.name}: {silent}. Check the feed.",
            f"Ask the records team whether records of {name} still arrive.",
        )
    if signal is Signal.MAY_BE and serious_rise(row, "fytd", measure):
        return (
            f"{measure.name} may be {change}.",
            "Ask the strand lead now: too serious to wait until it is sure.",
        )
    if signal is Signal.MAY_BE:
        return f"{measure.name} may be {change}.", "Look again next month: this could still be chance."
    reported = measure.polarity is Polarity.UNDER_REPORTED
    if rose:
        action = (
            "Ask whether more happens or more is reported."
            if reported
            else "Ask the strand lead what is behind it."
        )
    else:
        action = (
            "Ask whether less is reported before calling this good news."
            if reported
            else "Ask the strand lead what is behind it before calling this good news."
        )
    return f"{measure.name} {change}.", action


def _size(row: Mapping[Hashable, Any]) -> str:
    percent = row["fytd_percent"]
    if percent is None:
        return f"from {int(row['fytd_previous']):,} to {int(row['fytd_current']):,}"
    return f"{percent_text(percent)}\u202f%"


def _listed_after(lead: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    more = len(texts) - MOST_ALSO
    shown = [*texts[:MOST_ALSO], f"{more} more"] if more > 1 else list(texts)
    return f"{lead}: {'; '.join(shown)}."


def most_notable(table: pd.DataFrame, measures: Sequence[Measure]) -> str:
    """Return the key of the measure that the headline names first; the table's first if it names none."""
    return str(_by_weight(table, {measure.key: measure for measure in measures})[0]["measure"])


def _by_weight(table: pd.DataFrame, by_key: Mapping[str, Measure]) -> list[Mapping[Hashable, Any]]:
    """Return the rows in the order in which the headline names them."""
    ranks = {Signal.CLEAR: 0, Signal.CHECK_FEED: 2, Signal.MAY_BE: 3}

    def rank(row: Mapping[Hashable, Any]) -> int:
        if serious_rise(row, "fytd", by_key[row["measure"]]):
            return 1
        return ranks.get(Signal(row["fytd_signal"]), 4)

    return sorted(table.to_dict("records"), key=rank)


def serious_rise(row: Mapping[Hashable, Any], comparison: str, measure: Measure) -> bool:
    """Return whether a serious harm may have risen: the headline says so before anyone can be sure.

    A possible fall is no alarm, however serious the harm.
    """
    possible = row[f"{comparison}_signal"] == Signal.MAY_BE
    return measure.serious and possible and bool(row[f"{comparison}_change"] > 0)


def change_in_words(row: Mapping[Hashable, Any], name: str) -> str:
    """Return how a measure changed since last year: "Rape up 80 %, from 15 to 27"."""
    earlier, current = int(row["fytd_previous"]), int(row["fytd_current"])
    if earlier == current:
        return f"{name} unchanged at {current:,}"
    direction = "up" if current > earlier else "down"
    percent = row["fytd_percent"]
    size = "" if percent is None else f" {percent_text(percent)}\u202f%"
    return f"{name} {direction}{size}, from {earlier:,} to {current:,}"


def _line(
    kind: HeadlineKind,
    lead: str,
    rows: Sequence[Mapping[Hashable, Any]],
    by_key: Mapping[str, Measure],
    advice: str = "",
) -> Headline | None:
    if not rows:
        return None
    phrases = [change_in_words(row, by_key[row["measure"]].name) for row in rows]
    risen = [by_key[row["measure"]] for row in rows if row["fytd_change"] > 0]
    reported = [measure.name for measure in risen if measure.polarity is Polarity.UNDER_REPORTED]
    sentences = ["; ".join(phrases) + ".", advice or _more_reporting(reported, alone=len(rows) == 1)]
    return Headline(kind, lead, " ".join(sentence for sentence in sentences if sentence))


def _more_reporting(risen: Sequence[str], *, alone: bool) -> str:
    if not risen:
        return ""
    return (
        MORE_REPORTING
        if alone
        else f"These rises can also be more confidence in reporting: {first_five(risen)}."
    )


def _feed(rows: Sequence[Mapping[Hashable, Any]], by_key: Mapping[str, Measure]) -> Headline | None:
    if not rows:
        return None
    fallen = [row for row in rows if row["fytd_change"] < 0]
    phrases = [change_in_words(row, by_key[row["measure"]].name) for row in fallen]
    sentences = [f"{'; '.join(phrases)}. {CONFIRM} before anyone calls this a fall."] if fallen else []
    ended = [
        f"{change_in_words(row, by_key[row['measure']].name)}, but {silent_end(row)}"
        for row in rows
        if row["fytd_change"] >= 0
    ]
    if ended:
        sentences.append(f"{'; '.join(ended)}. {CONFIRM}.")
    return Headline(HeadlineKind.FEED, "Check the feed", " ".join(sentences))


def silent_end(row: Mapping[Hashable, Any]) -> str:
    """Return for how long a measure's last months have no records: "the last 2 months have no records"."""
    months = int(row["silent_months"])
    return "the last month has no records" if months == 1 else f"the last {months} months have no records"


def _rest(
    chance: int, few: int, stocks: int, broken: int, missing: int, *, others_named: bool
) -> Headline | None:
    parts = [
        f"{count} {words}"
        for count, words in (
            (chance, "could be chance"),
            (few, "too few to say"),
            (missing, "not compared, because months are missing"),
            (broken, "not compared, because recording changed in between"),
            (stocks, agree(stocks, "is a month-end figure and is not tested", STOCKS)),
        )
        if count
    ]
    if not parts:
        return None
    if others_named:
        lead = "The other measures"
    else:
        lead = f"{'No change stands out' if chance or few else 'Nothing to compare'} this year to date"
    only_missing = not (others_named or chance or few or stocks or broken)
    text = "Months are missing: the table shows how many" if only_missing else "; ".join(parts)
    return Headline(HeadlineKind.QUIET, lead, f"{text}.")
