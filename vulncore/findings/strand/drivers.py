"""What drives a strand's change: two periods, taken apart by what is told of the records, and the parts that chance doesn't explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.periods import Window
from vulncore.domain.words import capital_first, listed, small_first
from vulncore.findings.shared.compared import why_not_compared
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.subject import Subject, keys_of, subject_months
from vulncore.findings.shared.words import GROUPS_BLURRED, agree, file_note, hidden_in_words
from vulncore.findings.strand.records import NIGHT, StrandRecords, strand_records
from vulncore.metrics.drivers.change_parts import ChangeParts, NamedPart, change_parts
from vulncore.metrics.drivers.dimensions import OTHERS, SMALLEST, Dimension
from vulncore.metrics.drivers.mix_changes import MixVerdict, mix_changes
from vulncore.metrics.records.groups import NOT_RECORDED
from vulncore.metrics.statistics.dispersion import dispersion
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

AT_NIGHT: Final = ("in the night-time economy", "at other times")
DIMENSIONS: Final[Mapping[str, str]] = {
    "offence": "Offence",
    "location_type": "Type of place",
    "place": "Place",
    NIGHT: "Time",
    "victim_residency": "Victims",
    "risk_level": "Risk level",
    "hate_strand": "Hate strand",
}
"""The columns that a change is taken apart by, and what each is called."""
MIX_OF: Final[Mapping[str, str]] = {
    "offence": "offences",
    "location_type": "types of place",
    "place": "streets",
    NIGHT: "night-time economy",
    "victim_residency": "victims",
    "risk_level": "risk levels",
    "hate_strand": "hate strands",
}
"""What each column gives the shares of."""
WELL_RECORDED: Final = 0.5
"""Of the records of both periods: of a column that says less, whom it leaves out decides."""
MOST_NAMED: Final = 3
MOST_PARTS: Final = 3  # of a dimension that are drawn; a table has all


@dataclass(frozen=True, eq=False)
class Drivers:
    """What a change between two periods is made of, as far as it can be shown.

    `parts` has one row per part: `dimension` and `value` in words, `before`, `now`, `change` (whole records that add up, missing where
    hidden), `low`, `high` (95 % limits of the change), `driver`, `before_words`, `now_words`. `mixes` are one row per dimension: its
    words and a `MixVerdict`. `why_not` says why nothing is taken apart; then there are no parts.
    """

    publish: Publish
    subject: Subject
    force: str
    now: Window
    before: Window
    count_now: int
    count_before: int
    clear: bool
    named: tuple[NamedPart, ...]
    parts: pd.DataFrame
    mixes: pd.DataFrame
    blurred: bool
    why_not: str = ""

    @property
    def change(self) -> int:
        """By how many records the later period has more."""
        return self.count_now - self.count_before

    @property
    def title(self) -> list[str]:
        """What is drawn, and when, a line each."""
        return [f"{self.subject.name}: what changed, by part", f"{self.now} against {self.before}"]

    @cached_property
    def headline(self) -> tuple[Headline, ...]:
        """The largest honest sentence first, then how sure, then what did not change."""
        return _headline(self)


def strand_drivers(
    snapshot: Snapshot, force: str, subject: Subject, now: Window, before: Window, smallest: int
) -> Drivers:
    """Return what the change of a strand or measure between two periods is made of.

    Args:
        snapshot: The version.
        force: The force.
        subject: What is counted.
        now: The later period.
        before: The earlier one.
        smallest: The smallest number shown of a part of the records; up to 1 records are counted as they are.
    """
    keys = keys_of(subject.measures)
    months, by_record, _ = subject_months(snapshot, force, subject)
    if not by_record:
        return _none(
            snapshot,
            force,
            subject,
            now,
            before,
            "Only totals are published, and no records, so a change can't be taken apart.",
        )
    why = why_not_compared(snapshot, RecordFilter(force, tuple(keys), now), before, subject.measures)
    if why:
        return _none(snapshot, force, subject, now, before, why)
    records = strand_records(snapshot, force, keys, Window(before.start, now.end), smallest)
    wanted = pd.concat(
        [records.within(window).assign(now=later) for window, later in ((before, False), (now, True))]
    )
    if len(wanted) < SMALLEST:
        few = f"Fewer than {SMALLEST} {subject.unit} were recorded in both periods together: too few to take apart."
        return _none(snapshot, force, subject, now, before, few)
    offered = _dimensions(records, wanted)
    scatter = _scatter(months, now)
    taken_apart = change_parts(wanted, now.days, before.days, offered, scatter)
    mixes = mix_changes(wanted, offered, scatter)
    return Drivers(
        publish=snapshot.publish,
        subject=subject,
        force=force,
        now=now,
        before=before,
        count_now=taken_apart.now,
        count_before=taken_apart.before,
        clear=taken_apart.clear,
        named=tuple(part for part in taken_apart.named if part.value not in (NOT_RECORDED, OTHERS)),
        parts=_shown(taken_apart, smallest),
        mixes=mixes,
        blurred=records.kept < 1,
    )


def _none(snapshot: Snapshot, force: str, subject: Subject, now: Window, before: Window, why: str) -> Drivers:
    empty = pd.DataFrame()
    return Drivers(snapshot.publish, subject, force, now, before, 0, 0, False, (), empty, empty, False, why)


def _dimensions(records: StrandRecords, wanted: pd.DataFrame) -> list[Dimension]:
    """Return the columns that say enough of the records, each with how it was blurred."""
    kept = records.kept if records.kept < 1 else None
    offered = []
    for name in DIMENSIONS:
        if wanted[name].notna().mean() < WELL_RECORDED:
            continue
        if name == NIGHT:
            offered.append(Dimension(name, None, AT_NIGHT))
        elif name == "place" or kept is None:
            offered.append(Dimension(name))
        else:
            values, astray = _spread(records, wanted, name)
            offered.append(Dimension(name, kept, values, astray))
    return offered


def _spread(
    records: StrandRecords, wanted: pd.DataFrame, name: str
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the groups that blurred records may have got, and the share of those astray that each got."""
    recorded = wanted[wanted[name].notna()]
    of_measure = recorded["measure"].value_counts(normalize=True)
    shares: dict[str, float] = {}
    for measure, groups in records.groups[name].items():
        for group in groups:
            shares[group] = shares.get(group, 0.0) + float(of_measure.get(measure, 0.0)) / len(groups)
    return tuple(shares), tuple(shares.values())


def _scatter(months: pd.DataFrame, now: Window) -> float:
    """Return how much more than chance the months scatter; 1 where that isn't known."""
    known = months[months["month"] <= pd.Timestamp(now.end)].assign(measure="")
    estimate = float(dispersion(known[["measure", "month", "count"]])["dispersion"].iloc[0])
    return 1.0 if np.isnan(estimate) else max(estimate, 1.0)


def _shown(taken_apart: ChangeParts, smallest: int) -> pd.DataFrame:
    parts = taken_apart.parts
    about = "about " if smallest > 1 else ""
    shown = pd.DataFrame(
        {
            "dimension": parts["dimension"].map(DIMENSIONS),
            "value": parts["value"].map(capital_first),
            "driver": parts["driver"],
            "low": parts["low"],
            "high": parts["high"],
        }
    )
    hidden = np.zeros(len(parts), dtype=bool)
    for name in ("before", "now"):
        count = parts[f"whole_{name}"]
        small = (count < smallest) & (count > 0 if smallest <= 1 else True)
        hidden |= small.to_numpy(dtype=bool)
        shown[name] = count.astype("Int64").mask(small)
        shown[f"{name}_words"] = [
            hidden_in_words(smallest) if few else f"{about}{number:,}"
            for number, few in zip(count, small, strict=True)
        ]
    shown["change"] = parts["whole_change"].astype("Int64").mask(hidden)
    return shown


def _headline(of: Drivers) -> tuple[Headline, ...]:
    if of.why_not:
        return (Headline(HeadlineKind.QUIET, "Not taken apart", of.why_not),)
    lines = [Headline(HeadlineKind.CLEAR if of.named else HeadlineKind.QUIET, *_largest(of))]
    lines += [
        Headline(HeadlineKind.QUIET, "Did not change", f"{capital_first(mix)}: shares are about the same.")
        for mix in _mixes(of, MixVerdict.SAME)
    ]
    if untold := _mixes(of, MixVerdict.CANT_TELL):
        lines.append(
            Headline(
                HeadlineKind.QUIET,
                "Can't tell",
                f"Too few records to say whether shares changed: {listed(untold)}.",
            )
        )
    return tuple(lines)


def _largest(of: Drivers) -> tuple[str, str]:
    """Return the largest honest sentence, after the words that lead it."""
    total, unit = _total(of), of.subject.unit
    periods = f"{of.now} against {of.before}: {of.count_before:,} to {of.count_now:,} {unit}."
    chance = ", which could be chance" if of.change and not of.clear else ""
    parts = [
        f"{_number(of, part)} {'more' if part.change > 0 else 'fewer'} are {_in_words(part)}"
        for part in of.named[:MOST_NAMED]
    ]
    if not of.named and of.parts["driver"].any():
        which = listed([small_first(name) for name in of.parts.loc[of.parts["driver"], "dimension"].unique()])
        return (
            f"{total}{chance}",
            f"{periods} How often this is recorded changed: {which}. Read no part of it as a driver.",
        )
    if not of.named:
        return (
            f"{total}{chance or ', across all parts'}",
            f"{periods} No part stands out by more than chance.",
        )
    if not of.clear or not of.change:
        return f"{total}{chance}. The mix changed: {listed(parts)}", periods
    if max(abs(part.change) for part in of.named[:MOST_NAMED]) > abs(of.change):
        return f"{total}: {listed(parts)}, and other parts went the other way", periods
    parts = [
        f"{_number(of, part)} {agree(abs(part.change), 'is', 'are')} {_in_words(part)}"
        for part in of.named[:MOST_NAMED]
    ]
    return f"Of {small_first(total)}, {listed(parts)}", periods


def _number(of: Drivers, part: NamedPart) -> str:
    """Return by how many records a part changed; not where a number of it is hidden, which the change would tell."""
    rows = of.parts[of.parts["dimension"] == DIMENSIONS[part.dimension]]
    if rows.loc[rows["value"] == capital_first(part.value), "change"].isna().any():
        return "some"
    return f"{'about ' if of.blurred else ''}{abs(part.change):,}"


def _total(of: Drivers) -> str:
    if not of.change:
        return f"As many {of.subject.unit} as before"
    more, unit = "more" if of.change > 0 else "fewer", of.subject.unit
    one = abs(of.change) == 1 and unit.endswith("s") and not unit.endswith("ss")
    return f"{abs(of.change):,} {more} {unit[:-1] if one else unit}"


def _in_words(part: NamedPart) -> str:
    lead = {
        "location_type": "in a place of type ",
        "place": "at ",
        "victim_residency": "of victims ",
        "risk_level": "of risk level ",
    }
    value = part.value if part.dimension == "place" else small_first(part.value)
    return lead.get(part.dimension, "") + value


def _mixes(of: Drivers, verdict: MixVerdict) -> list[str]:
    return [MIX_OF[str(row["dimension"])] for row in of.mixes.to_dict("records") if row["verdict"] == verdict]


def drivers_table(of: Drivers) -> pd.DataFrame:
    """Return the parts of a change as a table to read."""
    about = of.parts
    return pd.DataFrame(
        {
            "By": about["dimension"],
            "Part": about["value"],
            "Before": about["before_words"].map(capital_first),
            "Now": about["now_words"].map(capital_first),
            "Change": [_signed(change) for change in about["change"]],
            "Likely between": [
                "–" if pd.isna(change) else f"{_signed(round(low))} and {_signed(round(high))}"
                for change, low, high in zip(about["change"], about["low"], about["high"], strict=True)
            ],
            "More than chance": about["driver"].map({True: "Drives the change", False: ""}),
        }
    )


def _signed(number: int | pd.api.typing.NAType) -> str:
    return "–" if pd.isna(number) else f"{number:+,}".replace("-", "−").replace("+0", "0")


def drivers_export(of: Drivers) -> pd.DataFrame:
    """Return the parts of a change as a file takes them.

    Returns:
        One row per part: `dataset`, `version`, `force`, `measure`, `now_from`, `now_to`, `before_from`, `before_to`, `by`, `part`, `before`,
        `now`, `change` (missing where hidden), `change_low`, `change_high`, `driver`, `source`, `note`.
    """
    parts = of.parts
    hidden = parts["change"].isna()
    return pd.DataFrame(
        {
            "dataset": of.publish.dataset,
            "version": of.publish.number,
            "force": of.force,
            "measure": of.subject.note_key,
            "now_from": f"{of.now.start:%Y-%m}",
            "now_to": f"{of.now.end:%Y-%m}",
            "before_from": f"{of.before.start:%Y-%m}",
            "before_to": f"{of.before.end:%Y-%m}",
            "by": parts["dimension"],
            "part": parts["value"],
            "before": parts["before"],
            "now": parts["now"],
            "change": parts["change"],
            "change_low": parts["low"].round(1).mask(hidden),
            "change_high": parts["high"].round(1).mask(hidden),
            "driver": parts["driver"],
            "source": of.publish.attribution or of.publish.source,
            "note": file_note(of.publish, GROUPS_BLURRED if of.blurred else ""),
        }
    )


def largest_parts(of: Drivers, most: int = MOST_PARTS) -> pd.DataFrame:
    """Return the parts that a chart draws: of each dimension those that changed furthest, and every driver that shows numbers."""
    shown = of.parts.dropna(subset="change")
    shown = shown[
        ~shown["value"].isin([capital_first(OTHERS), capital_first(NOT_RECORDED)]) | shown["driver"]
    ]
    size = shown["change"].abs().rank(method="first", ascending=False)
    rank = shown.assign(size=size).groupby("dimension", sort=False)["size"].rank()
    return shown[(rank <= most) | shown["driver"]]
