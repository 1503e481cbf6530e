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
BROKEN = "not comparable with last year, because recording changed in between"
MISSING = "not compared, because months are missing"
STOCKS = "are month-end figures and are not tested"


def headline(table: pd.DataFrame, measures: Sequence[Measure]) -> tuple[Headline, ...]:
    """Return the lines of the headline: this financial year to date against the last, most serious first.

    Every measure shown is in exactly one line, by name or in the count of the last.
    """
    by_key = {measure.key: measure for measure in measures}
    of: dict[Signal, list[Mapping[Hashable, Any]]] = {signal: [] for signal in Signal}
    for row in table.to_dict("records"):
        of[Signal(row["fytd_signal"])].append(row)
    stocks = [row for row in of[Signal.NOT_TESTED] if by_key[row["measure"]].flow is Flow.STOCK]
    broken = [row for row in of[Signal.NOT_TESTED] if row.get("fytd_broken") and row not in stocks]
    serious, others = (
        [row for row in of[Signal.MAY_BE] if serious_rise(row, "fytd", by_key[row["measure"]]) == alarms]
        for alarms in (True, False)
    )
    named = [
        _line(HeadlineKind.CLEAR, "Clear change", of[Signal.CLEAR], by_key),
        _line(HeadlineKind.CLEAR, "May be a change, and serious", serious, by_key, SERIOUS),
        _feed(of[Signal.CHECK_FEED], by_key),
        _line(HeadlineKind.POSSIBLE, "May be a change", others, by_key),
    ]
    rest = {
        "could be chance": len(of[Signal.CHANCE]),
        "too few to say": len(of[Signal.TOO_FEW]),
        MISSING: len(of[Signal.NOT_TESTED]) - len(stocks) - len(broken),
        "not compared, because recording changed in between": len(broken),
        agree(len(stocks), "is a month-end figure and is not tested", STOCKS): len(stocks),
    }
    compared = bool(of[Signal.CHANCE] or of[Signal.TOO_FEW])
    return tuple(filter(None, [*named, _rest(rest, others_named=any(named), compared=compared)]))


def overview_briefing(table: pd.DataFrame, measures: Sequence[Measure]) -> Briefing:
    """Return the change that matters most, what to do about it, and which others to look at."""
    by_key = {measure.key: measure for measure in measures}
    notable = [row for row in _by_weight(table, by_key) if row["fytd_signal"] in NOTABLE]
    if not notable and table["fytd_signal"].isin({Signal.CHANCE, Signal.TOO_FEW}).any():
        return Briefing("No change this financial year is more than chance.", NOTHING_TO_DO)
    if not notable:
        missing = "See the notes for the months that are missing."
        return Briefing("Nothing can be compared with last year yet.", missing)
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
    if row.get("fytd_broken"):
        return f"{measure.name}: {BROKEN}.", ""
    return f"{change_in_words(row, measure.name).partition(', from ')[0]} this financial year.", ""


def _way(row: Mapping[Hashable, Any]) -> str:
    way = "up" if row["fytd_change"] > 0 else "down"
    return f"maybe {way}" if row["fytd_signal"] == Signal.MAY_BE else way


def _finding_and_action(row: Mapping[Hashable, Any], measure: Measure) -> tuple[str, str]:
    rose, signal = row["fytd_change"] > 0, Signal(row["fytd_signal"])
    change = f"{'up' if rose else 'down'} {_size(row)} this financial year"
    if signal is Signal.CHECK_FEED:
        silent = silent_end(row) if row["silent_months"] else "none recorded this financial year"
        ask = f"Ask the records team whether records of {small_first(measure.name)} still arrive."
        return f"{measure.name}: {silent}. Check the feed.", ask
    if signal is Signal.MAY_BE:
        serious = serious_rise(row, "fytd", measure)
        now = "Ask the strand lead now: too serious to wait until it is sure."
        later = "Look again next month: this could still be chance."
        return f"{measure.name} may be {change}.", now if serious else later
    if measure.polarity is Polarity.UNDER_REPORTED:
        ask = "Ask whether more happens or more is reported" if rose else "Ask whether less is reported"
    else:
        ask = "Ask the strand lead what is behind it"
    return f"{measure.name} {change}.", f"{ask}." if rose else f"{ask} before calling this good news."


def _size(row: Mapping[Hashable, Any]) -> str:
    if row["fytd_percent"] is None:
        return f"from {int(row['fytd_previous']):,} to {int(row['fytd_current']):,}"
    return f"{percent_text(row['fytd_percent'])}\u202f%"


def _listed_after(lead: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    more = len(texts) - MOST_ALSO
    shown = [*texts[:MOST_ALSO], f"{more} more"] if more > 1 else texts
    return f"{lead}: {'; '.join(shown)}."


def most_notable(table: pd.DataFrame, measures: Sequence[Measure]) -> str:
    """Return the key of the measure that the headline names first; the table's first if it names none."""
    return ranked_keys(table, measures)[0]


def ranked_keys(table: pd.DataFrame, measures: Sequence[Measure]) -> list[str]:
    """Return the keys of all measures in the order in which the headline names them."""
    return [str(row["measure"]) for row in _by_weight(table, {one.key: one for one in measures})]


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
    if reported and not advice:
        several = f"These rises can also be more confidence in reporting: {first_five(reported)}."
        advice = MORE_REPORTING if len(rows) == 1 else several
    return Headline(kind, lead, f"{'; '.join(phrases)}. {advice}".rstrip())


def _feed(rows: Sequence[Mapping[Hashable, Any]], by_key: Mapping[str, Measure]) -> Headline | None:
    if not rows:
        return None
    fallen, ended = [], []
    for row in rows:
        change = change_in_words(row, by_key[row["measure"]].name)
        if row["fytd_change"] < 0:
            fallen.append(change)
        else:
            ended.append(f"{change}, but {silent_end(row)}")
    sentences = [f"{'; '.join(fallen)}. {CONFIRM} before anyone calls this a fall."] if fallen else []
    if ended:
        sentences.append(f"{'; '.join(ended)}. {CONFIRM}.")
    return Headline(HeadlineKind.FEED, "Check the feed", " ".join(sentences))


def silent_end(row: Mapping[Hashable, Any]) -> str:
    """Return for how long a measure's last months have no records: "the last 2 months have no records"."""
    months = int(row["silent_months"])
    return "the last month has no records" if months == 1 else f"the last {months} months have no records"


def _rest(counts: Mapping[str, int], *, others_named: bool, compared: bool) -> Headline | None:
    """Return how many of the measures that no line names are what; `compared` says whether any of them is."""
    parts = {words: count for words, count in counts.items() if count}
    if not parts:
        return None
    stands_out = "No change stands out" if compared else "Nothing to compare"
    lead = "The other measures" if others_named else f"{stands_out} this year to date"
    text = "; ".join(f"{count} {words}" for words, count in parts.items())
    if not others_named and list(parts) == [MISSING]:
        text = "Months are missing: the table shows how many"
    return Headline(HeadlineKind.QUIET, lead, f"{text}.")
