"""Findings about months: not delivered, empty, short or cut off, and measures that stop, halve or begin.

`months` are what `vulncore.metrics.data_quality.month_rows.month_rows` returns, `names` the measures' names by key.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.findings.data.finding import DataFinding, Sureness, measures_in_words, months_in_words
from vulncore.findings.shared.words import agree, number_of, percent
from vulncore.metrics.data_quality.level_shifts import level_shifts
from vulncore.metrics.data_quality.month_gaps import month_gaps, short_months
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.store.notes import NoteKind

MONTHS_WITHOUT_A_ROW = 24  # a rare harm can well miss one year
MOST_TIMES = 20  # beyond this a ratio says no more than both levels do
NEAR_MONTHS = 3  # a change of recording takes hold over a quarter


def month_findings(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield findings about months: not delivered, empty, short, not declared, or never with a row."""
    yield from _gaps(months, names)
    yield from _short(months)
    yield from _not_declared(months, names)
    yield from _without_figure(months, names)
    yield from _never(months, names)


def edge_findings(edges: pd.DataFrame) -> Iterator[DataFinding]:
    """Yield a finding for each month that begins late or ends early, of what `month_gaps.month_edges` returns."""
    for row in edges.to_dict("records"):
        month = months_in_words([row["month"]])
        yield DataFinding(
            check="half-delivered-month",
            what=(
                f"The {row['edge']} {number_of(row['days'], 'day')} of {month} {agree(row['days'], 'has', 'have')} no records. About {row['expected']:,.0f} were "
                f"expected from the month's other days; the month has {row['count']:,}."
            ),
            where=f"{row['force']}, {row['source']}, {month}",
            count=int(row["days"]),
            of=None,
            why="The month counts as whole and looks quieter than it was. The newest figures fall for no reason.",
            do="Compare with the source. If the extract ended early, publish the whole month again.",
            sure=Sureness.LIKELY,
        )


def shift_findings(
    months: pd.DataFrame, annotations: ir.Table, names: Mapping[str, str]
) -> Iterator[DataFinding]:
    """Yield a finding for each lasting fall or rise of a measure; where the annotations have a series break, it says so."""
    noted = annotations.filter(annotations.kind == NoteKind.SERIES_BREAK.value, annotations.month.notnull())
    breaks = noted.select("force", "measure", "month", "text").to_pyarrow().to_pylist()
    for row in level_shifts(months).to_dict("records"):
        text = _note_on(breaks, row)
        whose, month = names.get(row["measure"], row["measure"]), months_in_words([row["month"]])
        falls = row["ratio"] < 1
        yield DataFinding(
            check=("known-" if text else "") + ("level-fall" if falls else "level-rise"),
            what=_what(row, whose, month, falls, text),
            where=f"{row['force']}, {whose}, from {month}",
            count=round(row["after"]),
            of=round(row["before"]) if falls else None,
            why="If recording changed, a comparison across that month shows recording, not harm.",
            do=(
                "Nothing: a note on the data says so."
                if text
                else "Ask the records team what changed. If recording changed, write a series break for that month: "
                "the periods before and after are then not compared."
            ),
            sure=Sureness.CERTAIN if text else Sureness.LIKELY if row["ends"] else Sureness.POSSIBLE,
        )


def _gaps(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    for row in month_gaps(months).to_dict("records"):
        missing, every = row["missing"], row["of_measures"]
        all_of_several = len(row["measures"]) == every > 1
        which = f"all {every} measures" if all_of_several else measures_in_words(row["measures"], names)
        yield DataFinding(
            check="months-not-delivered",
            what=(
                f"{months_in_words(missing)} {agree(len(missing), 'was', 'were')} not delivered ({which}): "
                "missing, not zero."
            ),
            where=f"{row['force']}, {which}, {months_in_words(missing)}",
            count=len(missing),
            of=int(row["of_months"]),
            why="Years with these months are incomplete and are not compared.",
            do="Ask the source for these months. If they were never published, write a note on the data.",
            sure=Sureness.CERTAIN,
        )


def _short(months: pd.DataFrame) -> Iterator[DataFinding]:
    for row in short_months(months).to_dict("records"):
        month, empty = months_in_words([row["month"]]), row["count"] == 0
        beside = ". A neighbouring month was not delivered" if row["beside_gap"] else ""
        yield DataFinding(
            check="month-empty" if empty else "month-short",
            what=(
                f"{month} is declared as delivered but has no records; about {row['expected']:,.0f} were "
                f"expected{beside}."
                if empty
                else f"{month} is short: {row['count']:,} records; about {row['expected']:,.0f} were expected from "
                f"the months around{beside}."
            ),
            where=f"{row['force']}, {row['source']}, {month}",
            count=int(row["count"]),
            of=round(row["expected"]),
            why="The month counts as whole: totals are too small, and next year's rise will not be real.",
            do="Compare with the source. Publish the month again, or no longer declare the month as delivered.",
            sure=Sureness.POSSIBLE if row["beside_gap"] and not empty else Sureness.LIKELY,
        )


def _not_declared(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    undeclared = months[~months["covered"] & (months["rows"] > 0)]
    for force, rows in undeclared.groupby("force"):
        count, of = int(rows["rows"].sum()), int(months.loc[months["force"] == force, "rows"].sum())
        which = measures_in_words(rows["measure"].unique(), names)
        yield DataFinding(
            check="rows-not-declared",
            what=(
                f"{number_of(count, 'row')} {agree(count, 'is', 'are')} in months not declared as delivered: "
                f"{months_in_words(rows['month'])} ({which})."
            ),
            where=f"{force}, {which}, {months_in_words(rows['month'])}",
            count=count,
            of=of,
            why="These rows count nowhere. A month that was not delivered is missing, even if rows have its date.",
            do="If the months are whole, declare them (--covers, or the mapping). Otherwise leave the rows out.",
            sure=Sureness.CERTAIN,
        )


def _without_figure(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    without = months[months["covered"] & months["count"].isna()]
    for force, rows in without.groupby("force"):
        which = measures_in_words(rows["measure"].unique(), names)
        yield DataFinding(
            check="declared-without-figure",
            what=(
                f"{number_of(len(rows), 'monthly total')} {agree(len(rows), 'is', 'are')} declared as delivered but "
                f"{agree(len(rows), 'has', 'have')} no figure ({which})."
            ),
            where=f"{force}, {which}, {months_in_words(rows['month'])}",
            count=len(rows),
            of=int((months["force"] == force).sum()),
            why="The picture of months shows these as delivered, but periods with these months stay incomplete.",
            do="Publish the totals, or no longer declare these months.",
            sure=Sureness.CERTAIN,
        )


def _never(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    covered = months[months["covered"]]
    sizes = covered.groupby(["force", "measure"], as_index=False).agg(
        total=("count", "sum"), known=("count", "count")
    )
    never = sizes[(sizes["total"] == 0) & (sizes["known"] >= MONTHS_WITHOUT_A_ROW)]
    for force, rows in never.groupby("force"):
        which = measures_in_words(rows["measure"], names)
        yield DataFinding(
            check="never-a-row",
            what=(
                f"{which}: delivered for {int(rows['known'].min())} months or more without a single record. "
                "Is the harm that rare, or is a code not mapped?"
            ),
            where=f"{force}, {which}",
            count=len(rows),
            of=int((sizes["force"] == force).sum()),
            why="The figure reads as zero, and zero looks like good news.",
            do="Check that the source delivers such records and that the mapping names their codes.",
            sure=Sureness.POSSIBLE,
        )


def _what(row: Mapping[Any, Any], whose: str, month: str, falls: bool, text: str) -> str:
    after = "none" if row["ends"] else _level(row["after"])
    alike = "the same months, a year apart" if row["in_season"] else "all months delivered"
    beside = ""
    if not row["alone"] and not row["ends"] and row["ratio"] < MOST_TIMES:
        times = f"{percent(row['ratio'])} of" if row["ratio"] < 1 else f"{row['ratio']:,.1f} times"
        beside = f" That is {times} the level expected from the force's other measures."
    end = (
        f"This is known: {text}"
        if text
        else f"Is this a real {'fall' if falls else 'rise'}, or did recording change?"
    )
    return f"{whose}: {_level(row['before'])} a month before {month} and {after} from then on ({alike}).{beside} {end}"


def _level(mean: float) -> str:
    return f"{mean:,.0f}" if mean >= 10 or mean == 0 else f"{mean:.1f}"


def _note_on(breaks: Sequence[Mapping[str, Any]], row: Mapping[Any, Any]) -> str:
    for note in breaks:
        month: date = note["month"]
        applies = note["force"] in (None, row["force"]) and note["measure"] in (None, row["measure"])
        if applies and abs(month_number(month) - row["month"]) <= NEAR_MONTHS:
            return str(note["text"])
    return ""
