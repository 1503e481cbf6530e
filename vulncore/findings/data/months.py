"""Findings about months: not delivered, empty, short, cut off or odd, and measures that stop, halve or begin.

`months` are what `vulncore.metrics.data_quality.month_rows.month_rows` returns, `names` the measures' names by key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from vulncore.findings.data.finding import DataFinding, Sureness, measures_in_words, numbered_months_in_words
from vulncore.findings.data.remedies import MOST_NOTES, NotesOnData
from vulncore.findings.shared.words import agree, listed, number_of, percent
from vulncore.metrics.data_quality.level_shifts import level_shifts
from vulncore.metrics.data_quality.month_gaps import empty_months, month_gaps, short_months, without_empty
from vulncore.metrics.data_quality.month_rows import KEYS, month_date, month_number
from vulncore.metrics.data_quality.odd_months import odd_months
from vulncore.store.notes import NoteKind

MONTHS_WITHOUT_A_ROW = 24  # a rare harm can well miss one year
MOST_TIMES = 20  # beyond this a ratio says no more than both levels do
NEAR_MONTHS = 3  # a change of recording takes hold over a quarter


def is_set_aside(months: pd.DataFrame, annotations: ir.Table) -> pd.Series:
    """Return which rows of `months` a note sets aside."""
    return is_noted(months, annotations, NoteKind.SET_ASIDE)


def is_noted(months: pd.DataFrame, annotations: ir.Table, *kinds: NoteKind) -> pd.Series:
    """Return which rows of `months` a note of these kinds is about."""
    noted = pd.Series(False, months.index)
    for force, measure, month in _noted_months(annotations, kinds):
        about = months["month"] == month
        for column, name in (("force", force), ("measure", measure)):
            about &= (months[column] == name) | (name is None)
        noted |= about
    return noted


def month_findings(
    months: pd.DataFrame,
    aside: pd.Series,
    right: pd.Series,
    gaps: pd.DataFrame,
    edges: pd.DataFrame,
    names: Mapping[str, str],
    today: date,
) -> Iterator[DataFinding]:
    """Yield findings about months: cut off, empty of all or of one measure, short, not declared, or never with a row.

    `aside` says which of `months` a note sets aside, `right` which one calls right: these are neither cut off nor short nor empty; `gaps` is what `gaps_left` returns, and `edges` what `month_gaps.month_edges` returns of the same months.
    A month that is cut off is not short as well, one that is still to come is found by `time_findings`, and one in which
    measures were not delivered by `gap_findings`.
    """
    standing = months[~aside]
    there = set(
        standing.loc[standing["covered"], ["force", "source", "month"]].itertuples(index=False, name=None)
    )
    last = month_number(today)
    sound = set(months.loc[right, ["force", "source", "month"]].itertuples(index=False, name=None))
    cut = edges[[key in there and key not in sound and key[2] <= last for key in _keys(edges)] or slice(0)]
    yield from _cut_off(cut, standing)
    without = {(gap["force"], month) for gap in gaps.to_dict("records") for month in gap["missing"]}
    whole = {key for key in there if key[2] <= last and (key[0], key[2]) not in without} - set(_keys(edges))
    empty = empty_months(standing[standing["month"] <= last])
    yield from _empty(empty.merge(months.loc[~right, KEYS], on=KEYS), names)
    short = short_months(without_empty(months, empty))
    yield from _short(short[[key in whole - sound for key in _keys(short)] or slice(0)], standing)
    yield from _not_declared(standing[standing["month"] <= last], months, names)
    yield from _without_figure(standing, names)
    yield from _never(standing, names)


def _keys(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(rows[["force", "source", "month"]].itertuples(index=False, name=None))


def _cut_off(edges: pd.DataFrame, months: pd.DataFrame) -> Iterator[DataFinding]:
    for row in edges.to_dict("records"):
        month = numbered_months_in_words([row["month"]])
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
            do="Compare with the source. If the extract ended early, publish the whole month again. If the month can't "
            "be had whole, set it aside.",
            sure=Sureness.LIKELY,
            remedy=(
                aside := _aside(
                    row, months, f"The {row['edge']} {number_of(row['days'], 'day')} have no records."
                )
            ),
            note=_right(aside),
            touched=round(row["expected"]),
        )


def shift_findings(
    months: pd.DataFrame, annotations: ir.Table, names: Mapping[str, str]
) -> Iterator[DataFinding]:
    """Yield a finding for each lasting fall or rise of a measure; where the annotations have a series break, it says so."""
    noted = annotations.filter(annotations.kind == NoteKind.SERIES_BREAK.value, annotations.month.notnull())
    breaks = noted.select("force", "measure", "month", "text").to_pyarrow().to_pylist()
    shifts = []
    for row in level_shifts(months).to_dict("records"):
        text = _note_on(breaks, row)
        whose, month = names.get(row["measure"], row["measure"]), numbered_months_in_words([row["month"]])
        falls = row["ratio"] < 1
        finding = DataFinding(
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
            remedy=None
            if text
            else NotesOnData(
                NoteKind.SERIES_BREAK,
                row["force"],
                (month_date(row["month"]),),
                (row["measure"],),
                f"Recording changed: {_levels(row, month)}.",
            ),
            touched=round(12 * abs(row["before"] - row["after"])),  # what a year's comparison is off by
        )
        shifts.append(((finding.check, finding.sure, row["force"], row["month"], text), row, finding))
    ordered = sorted(shifts, key=lambda shift: shift[0])
    for _, alike in groupby(ordered, key=lambda shift: shift[0]):
        yield _together([(row, finding) for _, row, finding in alike], names)


def _together(shifts: Sequence[tuple[dict[Any, Any], DataFinding]], names: Mapping[str, str]) -> DataFinding:
    """Return one finding for measures that fall, or rise, in the same month."""
    (row, first), month = shifts[0], numbered_months_in_words([shifts[0][0]["month"]])
    if len(shifts) == 1:
        return first
    measures = tuple(row["measure"] for row, _ in shifts)
    which, falls = measures_in_words(measures, names), first.check.endswith("fall")
    levels = listed(
        [f"{names.get(row['measure'], row['measure'])} {_levels(row, month)}" for row, _ in shifts[:5]]
    )
    more = f" and {len(shifts) - 5} more measures" if len(shifts) > 5 else ""
    text = first.what.partition(" This is known: ")[2]
    end = (
        f"This is known: {text}"
        if text
        else (f"Are these real {'falls' if falls else 'rises'}, or did recording change?")
    )
    remedy = first.remedy
    if isinstance(remedy, NotesOnData):
        remedy = replace(remedy, measures=measures, text=f"Recording changed in {month}.")
    return replace(
        first,
        what=f"{len(shifts)} measures {'fall' if falls else 'rise'} in {month}: {levels}{more}. {end}",
        where=f"{row['force']}, {which}, from {month}",
        count=sum(finding.count or 0 for _, finding in shifts),
        of=sum(finding.of or 0 for _, finding in shifts) if falls else None,
        remedy=remedy,
        touched=sum(finding.records for _, finding in shifts),
    )


def odd_findings(
    months: pd.DataFrame, annotations: ir.Table, names: Mapping[str, str]
) -> Iterator[DataFinding]:
    """Yield a finding for each month that its neighbours don't explain, whatever measures it is of, unless a note is about it."""
    known = is_noted(months, annotations, NoteKind.ONE_OFF, NoteKind.MONTH_RIGHT)
    unknown = months.loc[~known, KEYS]
    odd = odd_months(months).merge(unknown, on=KEYS)
    for _, rows in odd.groupby(["force", "month"]):
        force, number = str(rows["force"].iloc[0]), int(rows["month"].iloc[0])
        month, which = numbered_months_in_words([number]), measures_in_words(rows["measure"], names)
        holds = _held_beside_neighbours(rows, month, names)
        measures = tuple(rows["measure"])
        one_off = _noted(force, (number,), measures, holds, NoteKind.ONE_OFF)
        yield DataFinding(
            check="month-odd",
            what=f"{holds} Was a backlog entered at once, or is this a real surge?",
            where=f"{force}, {which}, {month}",
            count=int(rows["count"].sum()),
            of=None,
            why="One month can move a year's total, and next year's fall will not be real. Forecasts don't learn from it, unless "
            "the series has such months again and again.",
            do="Ask the records team. If it was a backlog or an operation, note a one-off month: it stays in every count. If it can "
            "come again, say that the month is right.",
            sure=Sureness.POSSIBLE,
            remedy=one_off,
            note=_right(one_off),
            touched=round((rows["count"] - rows["expected"]).sum()),
        )


def _held_beside_neighbours(rows: pd.DataFrame, month: str, names: Mapping[str, str]) -> str:
    first = rows.iloc[0]
    if len(rows) == 1:
        whose = names.get(first["measure"], first["measure"])
        return f"{whose}: {month} holds {first['count']:,} where its neighbours lead one to expect about {first['expected']:,.0f}."
    held = [
        f"{names.get(row['measure'], row['measure'])} {row['count']:,}, about {row['expected']:,.0f} expected"
        for row in rows.head(5).to_dict("records")
    ]
    more = f"; and {len(rows) - 5} more" if len(rows) > 5 else ""
    return f"{month} holds far more of {len(rows)} measures than its neighbours lead one to expect: {'; '.join(held)}{more}."


def _right(remedy: NotesOnData | None) -> NotesOnData | None:
    """Return the notes that call months right of which a remedy says that they aren't."""
    return remedy and replace(
        remedy, kind=NoteKind.MONTH_RIGHT, text="The month is right as it was delivered."
    )


def _noted_months(
    annotations: ir.Table, kinds: Sequence[NoteKind]
) -> list[tuple[str | None, str | None, int]]:
    """Return the force, measure and number of each month that a note of these kinds is about."""
    noted = annotations.filter(annotations.kind.isin([kind.value for kind in kinds]))
    rows = noted.select(*KEYS).to_pyarrow().to_pylist()
    return [(row["force"], row["measure"], month_number(row["month"])) for row in rows]


def _aside(row: Mapping[Any, Any], months: pd.DataFrame, text: str) -> NotesOnData | None:
    """Return the notes that set a source's month aside; None where they would be too many."""
    of_month = months[
        (months["force"] == row["force"]) & (months["month"] == row["month"]) & months["covered"]
    ]
    measures = tuple(of_month.loc[of_month["source"] == row["source"], "measure"])
    return _noted(row["force"], (row["month"],), () if len(measures) == len(of_month) else measures, text)


def _noted(
    force: str,
    months: Sequence[int],
    measures: tuple[str, ...],
    text: str,
    kind: NoteKind = NoteKind.SET_ASIDE,
) -> NotesOnData | None:
    if len(months) * max(len(measures), 1) > MOST_NOTES:
        return None
    days = tuple(month_date(month) for month in months)
    return NotesOnData(kind, force, days, measures, text)


def gaps_left(months: pd.DataFrame, annotations: ir.Table) -> pd.DataFrame:
    """Return the gaps of `month_gaps`, without months that a note sets aside."""
    spans = months[months["covered"]].groupby(["force", "measure"])["month"].agg(["min", "max"])
    noted = [
        {"force": force, "measure": measure, "month": month, "covered": True}
        for of_force, of_measure, month in _noted_months(annotations, [NoteKind.SET_ASIDE])
        for (force, measure), first, last in spans.itertuples(name=None)
        if of_force in (None, force) and of_measure in (None, measure) and first < month < last
    ]
    return month_gaps(pd.concat([months, pd.DataFrame(noted)]) if noted else months)


def gap_findings(gaps: pd.DataFrame, months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield a finding for the months that measures miss, each month once."""
    delivered = months[months["covered"]]
    means = delivered.groupby(["force", "measure"])["count"].mean()
    alone = without_empty(months, empty_months(months))
    short = set(short_months(alone)[["force", "month"]].itertuples(index=False, name=None))
    for row in gaps.to_dict("records"):
        missing, every = row["missing"], row["of_measures"]
        all_of_several = len(row["measures"]) == every > 1
        which = f"all {every} measures" if all_of_several else measures_in_words(row["measures"], names)
        yield DataFinding(
            check="months-not-delivered",
            what=(
                f"{numbered_months_in_words(missing)} {agree(len(missing), 'was', 'were')} not delivered ({which}): "
                f"missing, not zero.{_beside([month for month in missing if (row['force'], month) in short])}"
            ),
            where=f"{row['force']}, {which}, {numbered_months_in_words(missing)}",
            count=len(missing),
            of=int(row["of_months"]),
            why="Years with these months are incomplete and are not compared.",
            do="Ask the source for these months. If they were never published, set them aside.",
            sure=Sureness.CERTAIN,
            remedy=_noted(
                row["force"],
                missing,
                () if all_of_several or every == 1 else row["measures"],
                "Not delivered.",
            ),
            touched=round(len(missing) * sum(means.get((row["force"], key), 0.0) for key in row["measures"])),
        )


def _beside(short: Sequence[int]) -> str:
    return f" The other measures are short in {numbered_months_in_words(short)}." if short else ""


def _short(short: pd.DataFrame, months: pd.DataFrame) -> Iterator[DataFinding]:
    for row in short.to_dict("records"):
        month, empty = numbered_months_in_words([row["month"]]), row["count"] == 0
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
            do="Compare with the source. Publish the month again. If the month can't be had whole, set it aside.",
            sure=Sureness.POSSIBLE if row["beside_gap"] and not empty else Sureness.LIKELY,
            remedy=(
                aside := _aside(
                    row,
                    months,
                    f"{number_of(row['count'], 'record')} came, and about {row['expected']:,.0f} were expected.",
                )
            ),
            note=_right(aside),
            touched=round(row["expected"] - row["count"]),
        )


def _empty(empty: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    for key, rows in empty.groupby(["force", "source", "measure"]):
        force, source, measure = map(str, key)
        which, months = names.get(measure, measure), numbered_months_in_words(rows["month"])
        levels = sorted(round(level) for level in (rows["expected"].min(), rows["expected"].max()))
        about = f"{levels[0]:,}" if levels[0] == levels[1] else f"{levels[0]:,} to {levels[1]:,}"
        yield DataFinding(
            check="measure-month-empty",
            what=(
                f"{which}: {months} {agree(len(rows), 'has', 'have')} none, where about {about} a month were expected from "
                "the months around. Other measures have records there. Was this one not delivered?"
            ),
            where=f"{force}, {source}, {which}, {months}",
            count=0,
            of=round(rows["expected"].sum()),
            why="A zero reads as good news, and next year's rise will not be real.",
            do="Ask the source. If the records were never delivered, set these months of this measure aside.",
            sure=Sureness.LIKELY,
            remedy=(
                aside := _noted(
                    force,
                    list(rows["month"]),
                    (measure,),
                    f"None came, and about {about} a month were expected.",
                )
            ),
            note=_right(aside),
            touched=round(rows["expected"].sum()),
        )


def _not_declared(
    past: pd.DataFrame, months: pd.DataFrame, names: Mapping[str, str]
) -> Iterator[DataFinding]:
    undeclared = past[~past["covered"] & (past["rows"] > 0)]
    for force, rows in undeclared.groupby("force"):
        count, of = int(rows["rows"].sum()), int(months.loc[months["force"] == force, "rows"].sum())
        which = measures_in_words(rows["measure"].unique(), names)
        yield DataFinding(
            check="rows-not-declared",
            what=(
                f"{number_of(count, 'row')} {agree(count, 'is', 'are')} in months not declared as delivered: "
                f"{numbered_months_in_words(rows['month'])} ({which})."
            ),
            where=f"{force}, {which}, {numbered_months_in_words(rows['month'])}",
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
            where=f"{force}, {which}, {numbered_months_in_words(rows['month'])}",
            count=len(rows),
            of=int((months["force"] == force).sum()),
            touched=round(len(rows) * months.loc[months["force"] == force, "count"].mean() or 0),
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
            touched=0,
            why="The figure reads as zero, and zero looks like good news.",
            do="Check that the source delivers such records and that the mapping names their codes.",
            sure=Sureness.POSSIBLE,
        )


def _what(row: Mapping[Any, Any], whose: str, month: str, falls: bool, text: str) -> str:
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
    return f"{whose}: {_levels(row, month)} ({alike}).{beside} {end}"


def _levels(row: Mapping[Any, Any], month: str) -> str:
    after = "none" if row["ends"] else _level(row["after"])
    return f"{_level(row['before'])} a month before {month} and {after} from then on"


def _level(mean: float) -> str:
    return f"{mean:,.0f}" if mean >= 10 or mean == 0 else f"{mean:.1f}"


def _note_on(breaks: Sequence[Mapping[str, Any]], row: Mapping[Any, Any]) -> str:
    for note in breaks:
        month: date = note["month"]
        applies = note["force"] in (None, row["force"]) and note["measure"] in (None, row["measure"])
        if applies and abs(month_number(month) - row["month"]) <= NEAR_MONTHS:
            return str(note["text"])
    return ""
