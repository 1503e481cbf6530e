"""How a strand stands: its control chart, with what people noted on it, and what the chart proposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.periods import month_name
from vulncore.domain.vocabulary import Flow
from vulncore.findings.shared.annotations import annotations_of, noted_months, pandemic_months
from vulncore.findings.shared.headline import Briefing, Headline
from vulncore.findings.shared.subject import Subject, subject_months
from vulncore.findings.strand import sentences
from vulncore.metrics.control.chart import ChartKind, ControlChart, control_chart
from vulncore.metrics.control.levels import LevelChange, proposed_level, recent_level
from vulncore.metrics.control.variation import Assurance, Variation, assurance, variation
from vulncore.metrics.strands.silence import silence
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish
from vulncore.store.notes import NoteKind, PandemicMonths, Target, target_of

SHOWN_MONTHS: Final = 84
"""Of a chart: seven years, from before the pandemic; earlier months are learnt from all the same where no level changed."""


@dataclass(frozen=True)
class NotedChange:
    """A month from which another level, or another way of recording, was noted: which, why, by whom and when."""

    kind: NoteKind
    month: date
    text: str
    author: str
    written_on: date


@dataclass(frozen=True, eq=False)
class Standing:
    """A strand's months to the as-at month, on their control chart.

    `target` is the newest that its months can be told from; `changes` are breaks of the series and changes of level, by month; `proposed`
    is what the chart proposes and nobody has declined; `silent_months` of no records stand at the end, where that is hard to believe.
    """

    publish: Publish
    subject: Subject
    force: str
    as_at: date
    chart: ControlChart
    target: Target | None
    changes: tuple[NotedChange, ...]
    one_offs: tuple[date, ...]
    pandemic: PandemicMonths
    commentary: tuple[NotedChange, ...]
    proposed: LevelChange | None
    silent_months: int

    @property
    def shown(self) -> pd.DataFrame:
        """The months that a chart draws."""
        return self.chart.frame.tail(SHOWN_MONTHS)

    @property
    def known(self) -> bool:
        """Whether any month is known."""
        return bool(self.chart.frame["count"].notna().any())

    @property
    def too_few(self) -> bool:
        """Whether there are too few records for a chart: months enough, and fewer than ten records a year."""
        return self.known and self.chart.kind is ChartKind.NONE and not self.chart.missing

    @property
    def drawn(self) -> bool:
        """Whether there is a chart to draw."""
        return self.known and not self.too_few

    @cached_property
    def variation(self) -> Variation:
        """What the latest month that is judged is."""
        return variation(self.chart)

    @cached_property
    def assurance(self) -> Assurance | None:
        """Whether the target is met as things are; None without a target or limits."""
        if self.target is None:
            return None
        return assurance(self.chart, self.target.records, at_most=self.target.at_most)

    @property
    def question(self) -> str:
        """Whose months these are, and which."""
        first = self.shown["month"].iloc[0] if len(self.shown) else pd.Timestamp(self.as_at)
        return f"{self.force}: {self.subject.name}, {month_name(first.date())} to {month_name(self.as_at)}"

    @cached_property
    def briefing(self) -> Briefing:
        """What the page opens with."""
        return sentences.standing_briefing(self)

    @cached_property
    def headline(self) -> tuple[Headline, ...]:
        """The lines of the working: how sure, and what else."""
        return sentences.standing_headline(self)


def standing(snapshot: Snapshot, force: str, subject: Subject, as_at: date) -> Standing:
    """Return how a strand or measure stands at the end of a month.

    Months of the pandemic and one-off months are drawn and not judged, nor learnt from. Of what is there at a month's end no change of
    level is proposed: the same people are in one month and in the next, so that chance moves them less than it moves events.
    """
    notes = annotations_of(snapshot, force)
    known, _, _ = subject_months(snapshot, force, subject)
    known = known[known["month"] <= pd.Timestamp(as_at)]
    months = _every_month(known, as_at)
    one_offs = noted_months(NoteKind.ONE_OFF, notes, subject.note_keys)
    pandemic = pandemic_months(notes)
    aside = months["month"].dt.date.isin([*pandemic.months, *one_offs])
    months = months.assign(set_aside=aside)
    changes = _noted(notes, (NoteKind.SERIES_BREAK, NoteKind.LEVEL_CHANGE), subject.note_keys)
    events = all(measure.flow is Flow.FLOW for measure in subject.measures)
    chart = control_chart(months, [change.month for change in changes], events=events)
    commentary = _noted(notes, (NoteKind.COMMENTARY,), (subject.note_key, *subject.former))
    silent = _silent_months(known, subject)
    declined = noted_months(NoteKind.LEVEL_KEPT, notes, subject.note_keys)
    proposed = None
    if events and not silent:
        levels = [change.month for change in changes]
        proposed = recent_level(months, levels, declined) or proposed_level(chart, declined)
    return Standing(
        publish=snapshot.publish,
        subject=subject,
        force=force,
        as_at=as_at,
        chart=chart,
        target=_target(notes, (subject.note_key, *subject.former)),
        changes=tuple(change for change in changes if change.month <= as_at),
        one_offs=tuple(month for month in one_offs if month <= as_at),
        pandemic=pandemic,
        commentary=tuple(note for note in commentary if note.month <= as_at),
        proposed=proposed,
        silent_months=silent,
    )


def _every_month(known: pd.DataFrame, as_at: date) -> pd.DataFrame:
    first = known["month"].min() if len(known) else pd.Timestamp(as_at)
    calendar = pd.date_range(first, as_at, freq="MS", name="month")
    months = known.set_index("month").reindex(calendar)
    return months.assign(
        count=months["count"].astype(float), provisional=months["provisional"].eq(True)
    ).reset_index()


def _noted(notes: pd.DataFrame, kinds: Sequence[NoteKind], keys: Sequence[str]) -> tuple[NotedChange, ...]:
    about = notes["measure"].isna() | notes["measure"].isin(list(keys))
    rows = notes[notes["kind"].isin([kind.value for kind in kinds]) & about].dropna(subset="month")
    return tuple(
        NotedChange(NoteKind(row["kind"]), row["month"], row["text"], row["author"], row["written_on"].date())
        for row in rows.sort_values(["month", "written_on"]).to_dict("records")
    )


def _target(notes: pd.DataFrame, keys: Sequence[str]) -> Target | None:
    of_it = (notes["kind"] == NoteKind.TARGET) & notes["measure"].isin(list(keys))
    rows = notes[of_it].sort_values("written_on", kind="stable")
    targets = [target for text in rows["text"] if (target := target_of(text))]
    return targets[-1] if targets else None


def _silent_months(known: pd.DataFrame, subject: Subject) -> int:
    """Return how many months of no records stand at the end of a series, if chance can't explain them; else 0."""
    if known.empty or any(measure.flow is not Flow.FLOW for measure in subject.measures):
        return 0
    end = silence(known.assign(measure=subject.key)[["measure", "month", "count"]]).iloc[0]
    return int(end["silent_months"]) if end["silent"] else 0


def _commentary_by_month(of: Standing) -> dict[date, str]:
    texts: dict[date, list[str]] = {}
    for note in of.commentary:
        texts.setdefault(note.month, []).append(f"{note.text} ({note.author}, {note.written_on:%Y-%m-%d})")
    return {month: " ".join(every) for month, every in texts.items()}


def standing_export(of: Standing) -> pd.DataFrame:
    """Return the control chart as a file takes it.

    Returns:
        One row per month: `dataset`, `version`, `force`, `measure` (its key, or that of the strand), `month` (YYYY-MM), `count`
        (missing where not delivered), `chart` (its kind), `phase` (from 1), `mean`, `low`, `high` (missing without limits, and of days
        between records), `rule`, `side` ("above" or "below"), `status` ("final", "provisional", "set aside" or "not delivered"),
        `commentary` (dated and signed), `note`, `source`. Of days between records a month's rule is that of its records.
    """
    frame, gaps = of.chart.frame, of.chart.gaps
    status = np.select(
        [frame["count"].isna(), frame["set_aside"], frame["provisional"]],
        ["not delivered", "set aside", "provisional"],
        "final",
    )
    rule, side = frame["rule"], frame["side"]
    if len(gaps):
        broken = gaps[gaps["rule"] != ""].drop_duplicates("month").set_index("month")
        rule = frame["month"].map(broken["rule"]).fillna("")
        side = frame["month"].map(broken["side"]).fillna(0).astype(int)
    return pd.DataFrame(
        {
            "dataset": of.publish.dataset,
            "version": of.publish.number,
            "force": of.force,
            "measure": of.subject.note_key,
            "month": frame["month"].dt.strftime("%Y-%m"),
            "count": frame["count"].astype("Int64"),
            "chart": of.chart.kind.value,
            "phase": frame["phase"] + 1,
            "mean": frame["mean"].round(2),
            "low": frame["low"].round(2),
            "high": frame["high"].round(2),
            "rule": rule,
            "side": side.map({1: "above", -1: "below", 0: ""}),
            "status": status,
            "commentary": frame["month"].dt.date.map(_commentary_by_month(of)).fillna(""),
            "note": sentences.export_note(of),
            "source": of.publish.attribution or of.publish.source,
        }
    )
