"""Who is harmed: residents and visitors, people who were harmed before, places where it happened before."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.blur import REPEATED
from vulncore.domain.periods import Window
from vulncore.domain.words import capital_first
from vulncore.findings.shared.headline import Headline, HeadlineKind
from vulncore.findings.shared.subject import Subject, keys_of, subject_months
from vulncore.findings.shared.words import (
    GROUPS_BLURRED,
    file_note,
    hidden_as,
    percent,
    percent_range,
    share_in_steps,
)
from vulncore.findings.strand.records import StrandRecords, strand_records
from vulncore.metrics.drivers.shares import scored_interval, share_interval
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

REPEATS: Final = {
    "victim_before": "Harmed before by the same strand",
    "victim_before_any": "Harmed before by any strand",
    "place_before": "At a place with an earlier record",
}
"""Of the records: what is told of the twelve months before each."""
RESIDENT: Final = r"(?i)\bresident|\blives?\b"
NOT_A_RESIDENT: Final = r"(?i)\bnon[- ]?resident|\bnot? (?:a )?resident"
UNKNOWN: Final = r"(?i)^(?:not |un)(?:known|recorded)|^n/?k$"
NOT_TOLD_APART: Final = "not told apart from any strand"
FEWEST: Final = 20  # records of which it is known: of fewer the limits say nothing


@dataclass(frozen=True, eq=False)
class Victims:
    """Who was harmed in a period, as far as it can be shown.

    `shares` has one row per group: `of` (what it is a share of), `group`, `share`, `low`, `high` (0 to 1; missing where hidden), `records`
    (about how many it is a share of), `words`. `unknown` are sentences on what isn't recorded.
    """

    publish: Publish
    subject: Subject
    force: str
    window: Window
    shares: pd.DataFrame
    visitors: tuple[float, float, float] | None
    unknown: tuple[str, ...]
    blurred: bool
    why_not: str = ""

    @property
    def headline(self) -> tuple[Headline, ...]:
        """Who is harmed, the surest first."""
        if self.why_not or self.shares.empty:
            nothing = "Too few records say who was harmed."
            return (Headline(HeadlineKind.QUIET, "Not known", self.why_not or nothing),)
        lines = []
        if self.visitors:
            share, low, high = self.visitors
            lead = (
                "Most victims do not live in the area"
                if low > 0.5
                else "Fewer than half of victims do not live in the area"
                if high < 0.5
                else "Perhaps half of victims, more or fewer, do not live in the area"
            )
            lines.append(
                Headline(
                    HeadlineKind.CLEAR if low > 0.5 else HeadlineKind.QUIET,
                    lead,
                    f"{percent(share)} of those known ({percent_range(low, high)}).",
                )
            )
        repeats = self.shares[self.shares["of"] == "Repeats"].dropna(subset="share")
        lines += [
            Headline(HeadlineKind.QUIET, str(row["group"]), f"{row['words']} in the twelve months before.")
            for row in repeats.to_dict("records")
        ]
        return tuple(lines)


def strand_victims(
    snapshot: Snapshot, force: str, subject: Subject, window: Window, smallest: int
) -> Victims:
    """Return who was harmed in a period: shares of the records, with limits that carry chance and the blur.

    Args:
        snapshot: The version.
        force: The force.
        subject: What is counted.
        window: The period.
        smallest: The smallest number shown of a part of the records.
    """
    keys = keys_of(subject.measures)
    _, by_record, _ = subject_months(snapshot, force, subject)
    records = strand_records(snapshot, force, keys, window, smallest) if by_record else None
    if records is None or records.frame.empty:
        why = (
            "Only totals are published, and no records, so nothing is known of victims."
            if not by_record
            else (f"No {subject.unit} were recorded in {window}.")
        )
        return Victims(snapshot.publish, subject, force, window, pd.DataFrame(), None, (), False, why)
    rows, unknown = [], []
    groups, visitors = _residency(records, smallest)
    rows += groups
    if not groups:
        unknown.append("Where victims live is recorded of too few.")
    for name, words in REPEATS.items():
        row = repeat_row(records, name, words, smallest)
        if row is None:
            unknown.append(f"{words}: recorded of too few to say.")
        else:
            rows.append(row)
    _any_holds_the_same(rows)
    return Victims(
        snapshot.publish,
        subject,
        force,
        window,
        pd.DataFrame(rows),
        visitors,
        tuple(unknown),
        records.kept < 1,
    )


def _residency(
    records: StrandRecords, smallest: int
) -> tuple[list[dict[str, object]], tuple[float, float, float] | None]:
    """Return the shares of residents and others, and that of all who are known not to be residents."""
    frame, name = records.frame, "victim_residency"
    scores = records.scores(frame, name)
    scores = scores.drop(columns=[word for word in scores if pd.Series([word]).str.contains(UNKNOWN).any()])
    held = scores.sum().sort_values(ascending=False)
    of_record = scores.sum(axis=1)
    known = float(of_record.sum())
    if known < FEWEST:
        return [], None

    def interval(part: pd.Series) -> tuple[float, float, float]:
        plain = records.kept == 1
        limits = share_interval(part.sum(), known) if plain else scored_interval(part, of_record)
        share, low, high = (float(figure) for figure in limits)
        return share, low, high

    rows = [
        _row("Where victims live", capital_first(str(group)), *interval(scores[group]), known, smallest)
        for group in held.index
    ]
    words = held.index.to_series()
    resident = words.str.contains(RESIDENT) & ~words.str.contains(NOT_A_RESIDENT)
    if not resident.any() or resident.all():
        return rows, None
    share, low, high = interval(scores.loc[:, ~resident].sum(axis=1))
    if smallest > 1 and min(share, 1 - share) * known < smallest:
        return rows, None  # as one group of the table it would be hidden
    if smallest > 1:
        share = share_in_steps(share * known, known, smallest) / 100
    return rows, (share, min(low, share), max(high, share))


def repeat_row(records: StrandRecords, name: str, words: str, smallest: int) -> dict[str, object] | None:
    """Return the share of records whose victim, or place, had one before; None where that is known of too few."""
    rows = records.frame[records.frame[name].notna()]
    known = rows[name]
    if len(known) < FEWEST:
        return None
    kept = records.kept if records.kept < 1 else None
    # who is dealt anew gets an answer that records of the measure have: where none is a yes, a no
    dealt_yes = {
        measure: (REPEATED in words) / max(len(words), 1) for measure, words in records.groups[name].items()
    }
    astray = float(rows["measure"].astype(object).map(dealt_yes).mean())
    interval = share_interval((known == REPEATED).sum(), len(known), kept, 1 / astray if astray else np.inf)
    share, low, high = (float(figure) for figure in interval)
    return _row("Repeats", words, share, low, high, float(len(known)), smallest)


def _any_holds_the_same(rows: list[dict[str, object]]) -> None:
    """Leave out "by the same strand" where the blur made it more than "by any strand", which it is part of.

    The two are blurred apart, so small shares can come out the wrong way round; then neither says which is the larger.
    """
    by_group = {row["group"]: row for row in rows}
    same, any_strand = (by_group.get(REPEATS[name]) for name in ("victim_before", "victim_before_any"))
    if same and any_strand and float(str(same["share"])) > float(str(any_strand["share"])):
        same.update(share=float("nan"), low=float("nan"), high=float("nan"), words=NOT_TOLD_APART)


def _row(
    of: str,
    group: str,
    share: float,
    low: float,
    high: float,
    known: float,
    smallest: int,
) -> dict[str, object]:
    if smallest > 1 and share * known < smallest:
        share = low = high = float("nan")
        words = hidden_as(smallest)
    else:
        share = share_in_steps(share * known, known, smallest) / 100 if smallest > 1 else share
        words = f"{percent(share)} ({percent_range(min(low, share), max(high, share))})"
    return {
        "of": of,
        "group": group,
        "share": share,
        "low": min(low, share),
        "high": max(high, share),
        "records": round(known),
        "words": words,
    }


def victims_table(of: Victims) -> pd.DataFrame:
    """Return the shares as a table to read."""
    return of.shares.rename(
        columns={"of": "What", "group": "Group", "words": "Share of records (likely between)"}
    )[["What", "Group", "Share of records (likely between)"]]


def victims_export(of: Victims) -> pd.DataFrame:
    """Return the shares as a file takes them.

    Returns:
        One row per group: `dataset`, `version`, `force`, `measure`, `from`, `to`, `what`, `group`, `share`, `low`, `high` (0 to 1, missing
        where hidden), `source`, `note`.
    """
    return pd.DataFrame(
        {
            "dataset": of.publish.dataset,
            "version": of.publish.number,
            "force": of.force,
            "measure": of.subject.note_key,
            "from": f"{of.window.start:%Y-%m}",
            "to": f"{of.window.end:%Y-%m}",
            "what": of.shares["of"],
            "group": of.shares["group"],
            "share": of.shares["share"].round(2),
            "low": of.shares["low"].round(2),
            "high": of.shares["high"].round(2),
            "source": of.publish.attribution or of.publish.source,
            "note": file_note(of.publish, GROUPS_BLURRED if of.blurred else ""),
        }
    )
