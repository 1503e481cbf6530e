"""Measures that stop, halve, start or double from one month on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.findings.data.data_words import months_in_words
from vulncore.findings.data.finding import DataFinding, Sureness
from vulncore.metrics.data_quality.level_shifts import level_shifts
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.store.notes import Kind

MOST_TIMES = 20  # beyond this a ratio says no more than both levels do
NEAR_MONTHS = 3  # a change of recording takes hold over a quarter


def shift_findings(
    months: pd.DataFrame, annotations: ir.Table, names: Mapping[str, str]
) -> Iterator[DataFinding]:
    """Yield a finding for each shift, saying so where a series break is written down for it.

    Args:
        months: What `vulncore.metrics.data_quality.month_rows.month_rows` returns.
        annotations: The canonical annotations.
        names: The measures' names by key.
    """
    broken = annotations.filter(annotations.kind == Kind.SERIES_BREAK.value, annotations.month.notnull())
    known = broken.select("force", "measure", "month", "text").to_pyarrow().to_pylist()
    for row in level_shifts(months).to_dict("records"):
        text = _text(known, row)
        whose, month = names.get(row["measure"], row["measure"]), months_in_words([row["month"]])
        falls = row["ratio"] < 1
        yield DataFinding(
            check=("known-" if text else "") + ("level-fall" if falls else "level-rise"),
            what=_what(row, whose, month, falls, text),
            where=f"{row['force']}, {whose}, from {month}",
            count=round(row["after"]),
            of=round(row["before"]) if falls else None,
            why="Every comparison across that month tells of recording as much as of harm, if the feed changed.",
            do=(
                "Nothing: it is written down."
                if text
                else "Ask who records it what changed. If the way of recording did, write a series break for that "
                "month: the two are then not compared."
            ),
            sure=Sureness.CERTAIN if text else Sureness.LIKELY if row["ends"] else Sureness.POSSIBLE,
        )


def _what(row: Mapping[Any, Any], whose: str, month: str, falls: bool, text: str) -> str:
    after = "none" if row["ends"] else _level(row["after"])
    alike = "the same months, a year apart" if row["in_season"] else "all months known"
    beside = ""
    if not row["alone"] and not row["ends"] and row["ratio"] < MOST_TIMES:
        beside = f", {_times(row['ratio'])} what the force's other measures lead one to expect"
    end = f"This is known: {text}" if text else f"Is that a {'fall' if falls else 'rise'} or a feed?"
    return f"{whose}: {_level(row['before'])} a month before {month} and {after} from then on ({alike}){beside}. {end}"


def _level(mean: float) -> str:
    return f"{mean:,.0f}" if mean >= 10 or mean == 0 else f"{mean:.1f}"


def _times(ratio: float) -> str:
    return f"{100 * ratio:.0f} % of" if ratio < 1 else f"{ratio:,.1f} times"


def _text(known: Sequence[Mapping[str, Any]], row: Mapping[Any, Any]) -> str:
    for note in known:
        month: date = note["month"]
        applies = note["force"] in (None, row["force"]) and note["measure"] in (None, row["measure"])
        if applies and abs(month_number(month) - row["month"]) <= NEAR_MONTHS:
            return str(note["text"])
    return ""
