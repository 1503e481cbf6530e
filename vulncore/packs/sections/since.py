"""Since the last meeting: what stands out now and didn't then, what is new, what was revised, what has been explained."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import pandas as pd

from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import add_months, day_name, month_name
from vulncore.findings.data.changes import published_changes
from vulncore.findings.overview.overview import Overview, overview
from vulncore.findings.overview.sentences import NOTABLE, change_in_words
from vulncore.findings.shared.annotations import annotations_of
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.words import agree, capital_first, listed, number_of
from vulncore.metrics.strands.signal import Signal
from vulncore.packs.part import PackPart, PackTable
from vulncore.packs.sections.basis import LeftOutError, PackBasis, Shown
from vulncore.store import open_version, versions

LONGEST_NUMBER = 9  # digits of a version
NAMED = 5  # measures, and notes, that have words of their own


def shown_before(store: Path, of: Overview, since: str | None) -> Shown:
    """Return what the last meeting was shown: the version with a number, or the newest one on a day; by default the version before.

    Where a version is the same as today's, it was shown to the month before.

    Raises:
        UnknownNameError: There was no such version, or none on that day.
    """
    publish, force = of.publish, of.force
    every = [line for line in versions(store, publish.dataset) if line.number <= publish.number]
    if since is None:
        number = every[-2].number if len(every) > 1 else publish.number
    elif since.strip().isdecimal() and len(since.strip()) <= LONGEST_NUMBER:
        number = open_version(store, publish.dataset, int(since), forces=()).publish.number
    else:
        number = _on_day(since, [(line.published_at, line.number) for line in every], publish.dataset)
    contents = dataset_contents(open_version(store, publish.dataset, number, forces=()))
    if force not in contents.months:
        raise UnknownNameError(
            f"Version {number} of '{publish.dataset}' has no figures of {force}. Choose a later one."
        )
    months = [month for month in contents.months[force] if month <= of.as_at]
    if not months:
        raise UnknownNameError(
            f"Version {number} of '{publish.dataset}' has no month of {force} to {month_name(of.as_at)}. Choose a later one."
        )
    newest = min(contents.default_month[force], of.as_at)
    as_at = add_months(of.as_at, -1) if number == publish.number and newest == of.as_at else newest
    return Shown(number, as_at if as_at in months else min(months, key=lambda month: abs(month - as_at)))


def since_part(basis: PackBasis) -> PackPart:
    """Return what is otherwise than what the last meeting was shown.

    Raises:
        LeftOutError: Nobody can say, as the figures then can't be set against those of today.
    """
    now = basis.overview
    shown = basis.before or shown_before(basis.store, now, None)
    try:
        then = overview(basis.store, basis.about.publish.dataset, shown.version, now.force, shown.as_at)
    except VulncoreError as problem:
        raise LeftOutError(f"What the last meeting was shown can't be read. {problem}") from problem
    verdicts = _verdicts(then, now)
    revised, sentences = _revised(basis, shown)
    explained = _explained(basis, shown)
    fresh = [row for row in verdicts if row["is_new"]]
    finding = _finding(fresh, revised, shown, now)
    frame = pd.DataFrame(
        [
            {
                "Measure": row["name"],
                "Then": row["then"],
                "Now": row["now"],
                "This financial year": row["change"],
            }
            for row in verdicts
        ],
        columns=["Measure", "Then", "Now", "This financial year"],
    )
    tables = [
        *(
            [PackTable("Since the last meeting", "What stands out otherwise than then", frame)]
            if len(frame)
            else []
        ),
        *(
            [PackTable("Revised", "Figures that were revised", revised, ("Before", "After"))]
            if len(revised)
            else []
        ),
    ]
    same = shown.version == basis.about.publish.number
    figures = f"figures to {month_name(shown.as_at)}"
    against = (
        f"Set against {figures} of this same version: no earlier one was asked for, or is there."
        if same
        else f"Set against what the last meeting was shown: version {shown.version}, {figures}."
    )
    return PackPart(
        heading="Since the last meeting",
        finding=finding,
        sentences=(against, *sentences, *explained),
        tables=tuple(tables),
        source=basis.source,
        link=basis.link("data"),
    )


def _on_day(text: str, lines: Sequence[tuple[datetime, int]], dataset: str) -> int:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as problem:
        raise UnknownNameError(
            f"'{text[:40]}' is neither a version nor a day. Write a number, or the day of the last meeting like 2024-10-14."
        ) from problem
    until = datetime.combine(day, time.max, UTC)
    before = [number for published_at, number in lines if published_at <= until]
    if not before:
        first = day_name(lines[0][0])
        raise UnknownNameError(f"'{dataset}' had no version on {day_name(day)}. Its first is from {first}.")
    return before[-1]


def _verdicts(then: Overview, now: Overview) -> list[dict[str, object]]:
    """Return the measures whose signal is another one than then, those that stand out now first."""
    earlier = {row["measure"]: Signal(row["fytd_signal"]) for row in then.table.to_dict("records")}
    rows: list[dict[str, object]] = []
    for measure, row in zip(now.measures, now.table.to_dict("records"), strict=True):
        signal, before = Signal(row["fytd_signal"]), earlier.get(measure.key)
        if signal is before or (signal not in NOTABLE and before not in NOTABLE):
            continue
        compared = not pd.isna(row["fytd_change"]) and not row["fytd_broken"]
        change = change_in_words(row, "").strip() if compared else "not compared"
        rows.append(
            {
                "name": measure.name,
                "then": capital_first(before.value) if before else "Not there",
                "now": capital_first(signal.value),
                "change": change,
                "is_new": signal in NOTABLE,
            }
        )
    return sorted(rows, key=lambda row: not row["is_new"])


def _revised(basis: PackBasis, shown: Shown) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the figures of the force that differ between both versions and were in both, and what else the versions say of it."""
    publish, force = basis.about.publish, basis.about.force
    nothing = pd.DataFrame(columns=["Measure", "Period", "Before", "After"])
    if shown.version == publish.number:
        return nothing, ()
    first, second = sorted((shown.version, publish.number))
    frame = published_changes(basis.store, publish.dataset, first, second).frame
    ours = frame[frame["Force"] == force]
    kinds = Counter(ours["Change"])
    changed = ours[ours["Change"] == "changed"]
    size = (changed["After"] - changed["Before"]).abs()
    largest = changed.loc[size.sort_values(ascending=False, kind="stable").index]
    sizes = [
        f"{number_of(kinds[kind], 'figure')} {agree(kinds[kind], one, more)}."
        for kind, one, more in (
            ("new", "is new", "are new"),
            ("withdrawn", "is no longer there", "are no longer there"),
            ("changed", "was revised", "were revised"),
        )
        if kinds[kind]
    ]
    table = largest[["Measure", "Period", "Before", "After"]].reset_index(drop=True)
    return table.astype({"Before": "Int64", "After": "Int64"}), tuple(sizes or ["No figure was revised."])


def _explained(basis: PackBasis, shown: Shown) -> Iterator[str]:
    """Yield what people wrote on the data since: how many notes, and to those who may read them what they say."""
    publish, force = basis.about.publish, basis.about.force
    if shown.version == publish.number:
        return
    then = open_version(basis.store, publish.dataset, shown.version, forces=(force,))
    written = _notes(annotations_of(basis.snapshot, force)) - _notes(annotations_of(then, force))
    if not written:
        return
    count = written.total()
    yield f"{number_of(count, 'note')} on the data {agree(count, 'was', 'were')} written since."
    if basis.audience.sees_commentary:
        names = {measure.key: measure.name for measure in basis.contents.measures}
        for kind, measure, month, text in sorted(written, key=str)[:NAMED]:
            whose = names.get(measure) or basis.contents.name_of(measure) or "All measures"
            since = f", {month_name(month)}" if isinstance(month, date) else ""
            yield f"{whose}{since} ({kind}): {text}"


def _notes(annotations: pd.DataFrame) -> Counter[tuple[str, str, date | None, str]]:
    return Counter(
        (
            str(row["kind"]),
            "" if pd.isna(row["measure"]) else str(row["measure"]),
            None if pd.isna(row["month"]) else row["month"],
            str(row["text"]),
        )
        for row in annotations.to_dict("records")
    )


def _finding(fresh: Sequence[dict[str, object]], revised: pd.DataFrame, shown: Shown, now: Overview) -> str:
    if fresh:
        names = [str(row["name"]) for row in fresh]
        these = listed(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"
        return f"New since {month_name(shown.as_at)}: {these}."
    if len(revised):
        return f"Nothing new stands out; {number_of(len(revised), 'figure')} {agree(len(revised), 'was', 'were')} revised."
    return f"Nothing new stands out in {month_name(now.as_at)}."
