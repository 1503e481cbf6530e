"""The strand table in a few sentences: what a commander could repeat."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from vulncore.metrics.change import percent_text
from vulncore.metrics.signal import Signal
from vulncore.vocabulary import Measure, Polarity

MORE_REPORTING = "A rise here can also be more confidence in reporting."
GRAVE = "Too few to be sure, too serious to wait for more."
CONFIRM = "Confirm that records still arrive before anyone calls it a fall."


class Kind(StrEnum):
    """How a sentence of the headline is to be taken."""

    CLEAR = "clear"
    POSSIBLE = "possible"
    FEED = "feed"
    QUIET = "quiet"


@dataclass(frozen=True)
class Headline:
    """One line of the headline: the few words that lead it, and what follows them."""

    kind: Kind
    lead: str
    text: str


def headline(table: pd.DataFrame, measures: Sequence[Measure]) -> tuple[Headline, ...]:
    """Return what the financial year to date says against the year before, gravest matters first.

    Every measure shown is in exactly one line, by name or in the count of the last.

    Args:
        table: The strand table of the measures shown.
        measures: Those measures.
    """
    by_key = {measure.key: measure for measure in measures}
    rows = table.to_dict("records")

    def those(signal: Signal, *, serious: bool | None = None) -> list[Mapping[Hashable, Any]]:
        return [
            row
            for row in rows
            if row["fytd_signal"] == signal and serious in (None, by_key[row["measure"]].serious)
        ]

    possible = those(Signal.MAY_BE, serious=False)
    grave = those(Signal.MAY_BE, serious=True)
    lines = [
        _line(Kind.CLEAR, "Clear change", those(Signal.CLEAR), by_key),
        _line(Kind.CLEAR, "May be a change, and grave", grave, by_key, GRAVE),
        _line(Kind.FEED, "Check the feed", those(Signal.CHECK_FEED), by_key, CONFIRM),
        _line(Kind.POSSIBLE, "May be a change", possible, by_key),
        _rest(
            chance=len(those(Signal.CHANCE)),
            few=len(those(Signal.TOO_FEW)),
            untested=len(those(Signal.NOT_TESTED)),
            named=len(those(Signal.CLEAR)) + len(possible) + len(grave),
        ),
    ]
    return tuple(line for line in lines if line is not None)


def most_notable(table: pd.DataFrame, measures: Sequence[Measure]) -> str:
    """Return the key of the measure that the headline names first; the table's first if it names none."""
    grave = {measure.key for measure in measures if measure.serious}
    ranks = {Signal.CLEAR: 0, Signal.CHECK_FEED: 2, Signal.MAY_BE: 3}
    keys = [
        (1 if signal == Signal.MAY_BE and key in grave else ranks.get(Signal(signal), 4), position, key)
        for position, (key, signal) in enumerate(zip(table["measure"], table["fytd_signal"], strict=True))
    ]
    return str(min(keys)[2])


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
    kind: Kind,
    lead: str,
    rows: Sequence[Mapping[Hashable, Any]],
    by_key: Mapping[str, Measure],
    advice: str = "",
) -> Headline | None:
    if not rows:
        return None
    phrases = [change_in_words(row, by_key[row["measure"]].name) for row in rows]
    risen = [by_key[row["measure"]] for row in rows if row["fytd_change"] > 0]
    reporting = any(measure.polarity is Polarity.UNDER_REPORTED for measure in risen)
    sentences = ["; ".join(phrases) + ".", MORE_REPORTING if reporting and not advice else "", advice]
    return Headline(kind, lead, " ".join(sentence for sentence in sentences if sentence))


def _rest(chance: int, few: int, untested: int, named: int) -> Headline | None:
    if not chance and not few and not named:
        return Headline(Kind.QUIET, "Nothing to compare", "Months are missing: the table says how many.")
    parts = [
        f"{count} {words}"
        for count, words in (
            (chance, "could be chance"),
            (few, "too few to say"),
            (untested, "not compared, since months are missing"),
        )
        if count
    ]
    if not parts:
        return None
    lead = "The other measures" if named else "No change stands out"
    return Headline(Kind.QUIET, lead, f"{'; '.join(parts)}.")
