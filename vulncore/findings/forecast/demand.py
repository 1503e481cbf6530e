"""The demand that a forecast reads from a version: what can be forecast, and its months with what is known about them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import months_between
from vulncore.domain.vocabulary import Flow, Measure
from vulncore.findings.forecast.held_back import HeldMonth, held_back
from vulncore.findings.shared.annotations import annotations_of, noted_months, pandemic_months
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.subject import Subject, counts_of, keys_of, of_measures, subject_months
from vulncore.forecasting.past import Past
from vulncore.metrics.control.levels import LevelChange, recent_level
from vulncore.metrics.records.counts import daily_records
from vulncore.metrics.strands.change import has_trend
from vulncore.metrics.strands.counts import monthly_series
from vulncore.metrics.strands.silence import silence, silent_start
from vulncore.store import Snapshot
from vulncore.store.notes import NoteKind, PandemicMonths

NOT_ASIDE = PandemicMonths(())
VOLUME_MONTHS = 36  # the recent months that say whether there are enough records for a trend


@dataclass(frozen=True)
class Demand:
    """A subject's months to the as-at month, and what is known about them.

    `months` has one row per calendar month from the first known: `month`, `count` (missing where not delivered),
    `provisional`, `set_aside` (models don't see it: the pandemic, a one-off, held back, or it may still change). `broken` is the month from which
    it can be compared, where the series was broken: nothing before it is here; nor before `begun`, where
    months of nothing came first that can't be chance. `changes` are the approved changes of level,
    `daily` the records of each day where they have one. `stopped` are those of several measures whose feed seems to have gone silent.
    `peers` are the months of all the force's measures, one row each to the as-at month, missing where not known, not final or of the pandemic.
    `parts` are the measures whose records add up to these, those that are too few alone together; none where the subject is one
    measure, or where records count in several.
    `one_offs` are the months that notes call so, `held` those that are held back until somebody says that they are right, `proposed` is
    the change of level within the last year that the months propose and nobody has approved or declined.
    """

    subject: Subject
    force: str
    as_at: date
    months: pd.DataFrame
    broken: date | None
    begun: date | None
    changes: tuple[date, ...]
    daily: pd.Series | None
    peers: Floats | None = None
    parts: tuple["Demand", ...] = ()
    stopped: tuple[Measure, ...] = ()
    one_offs: tuple[date, ...] = ()
    held: tuple[HeldMonth, ...] = ()
    proposed: LevelChange | None = None
    pandemic: PandemicMonths = NOT_ASIDE

    @property
    def actual(self) -> Floats:
        """The counts, missing where not delivered."""
        return self.months["count"].to_numpy(dtype=float)

    @property
    def final(self) -> Floats:
        """The counts that a trial is judged by: those that may not change any more, without one-off months and those held back."""
        unjudged = self.months["month"].dt.date.isin([*self.one_offs, *(one.month for one in self.held)])
        return np.where(self.months["provisional"] | unjudged, np.nan, self.actual)

    @cached_property
    def as_if_changed(self) -> "Demand":
        """The same with the proposed change of level taken for approved; itself where none is proposed."""
        if self.proposed is None:
            return self
        return replace(self, changes=tuple(sorted({*self.changes, self.proposed.month})), parts=())

    @property
    def is_as_if_changed(self) -> bool:
        """Whether it is what `as_if_changed` returns."""
        return self.proposed is not None and self.proposed.month in self.changes

    @cached_property
    def past(self) -> Past:
        """The months as models see them."""
        first = self.months["month"].iloc[0]
        seen = np.where(self.months["set_aside"], np.nan, self.actual)
        place = [months_between(first.date(), change) for change in self.changes]
        steps = tuple(step for step in place if 0 < step < len(seen))
        parts = tuple(part.past for part in self.parts)
        whole = Past(first.date(), seen, steps, daily=self.daily, peers=self.peers, parts=parts)
        return whole.until(len(seen))  # which weighs the days

    @cached_property
    def silence(self) -> pd.Series:
        """The row of `vulncore.metrics.strands.silence.silence` of the months known."""
        known = self.months.dropna(subset="count").assign(measure=self.subject.key)
        return silence(known[["measure", "month", "count"]]).iloc[0]

    @property
    def is_silent(self) -> bool:
        """Whether its feed went silent."""
        return bool(self.silence["silent"])

    @property
    def is_too_few(self) -> bool:
        """Whether the last months have too few records for a trend."""
        return has_trend(pd.Series(self.past.counts).tail(VOLUME_MONTHS)) is False

    @property
    def recorded(self) -> pd.Series:
        """The counts by month."""
        return pd.Series(self.actual, index=pd.DatetimeIndex(self.months["month"], freq="MS"))


def subject_demand(
    snapshot: Snapshot, force: str, subject: Subject, as_at: date, lockdowns: bool = False
) -> Demand | None:
    """Return the demand of a subject, month by month to the as-at month; None where not one is known by month.

    Models see the months of the pandemic (`pandemic`, and why these) if `lockdowns` says so; else these are set aside.
    """
    known, by_record, by_measure = subject_months(snapshot, force, subject)
    known = known[known["month"] <= pd.Timestamp(as_at)]
    notes = annotations_of(snapshot, force)
    breaks, changes, one_offs = (
        [month for month in noted_months(kind, notes, subject.note_keys) if month <= as_at]
        for kind in (NoteKind.SERIES_BREAK, NoteKind.LEVEL_CHANGE, NoteKind.ONE_OFF)
    )
    broken = max(breaks, default=None)
    if broken:
        known = known[known["month"] >= pd.Timestamp(broken)]
    silent = silent_start(known["count"])
    known = known.iloc[silent:]
    if known.empty:
        return None
    calendar = pd.date_range(known["month"].min(), as_at, freq="MS", name="month")
    months = known.set_index("month").reindex(calendar).reset_index()
    provisional = months["provisional"].eq(True)
    delivered = pd.DatetimeIndex(months.loc[months["count"].notna(), "month"])
    keys, without = keys_of(subject.measures), keys_of(subject.without)
    days, pandemic = months["month"].dt.date, pandemic_months(notes)
    aside = (days.isin(pandemic.months) & (not lockdowns)) | days.isin(one_offs) | provisional
    months = months.assign(count=months["count"].astype(float), provisional=provisional, set_aside=aside)
    right = {key: noted_months(NoteKind.MONTH_RIGHT, notes, (key,)) for key in keys}
    held = held_back(snapshot, force, months, right)
    declined = noted_months(NoteKind.LEVEL_KEPT, notes, subject.note_keys)
    demand = Demand(
        subject=subject,
        force=force,
        as_at=as_at,
        months=months.assign(set_aside=aside | days.isin([one.month for one in held])),
        broken=broken,
        begun=known["month"].iloc[0].date() if silent else None,
        changes=tuple(changes),
        daily=daily_records(snapshot.incidents, force, keys, delivered, without) if by_record else None,
        peers=_peers(snapshot, force, as_at, () if lockdowns else pandemic.months),
        stopped=_stopped(by_measure[by_measure["month"] <= pd.Timestamp(as_at)], subject),
        one_offs=tuple(month for month in one_offs if month in set(days)),
        held=held,
        proposed=recent_level(months, changes, declined),
        pandemic=NOT_ASIDE if lockdowns else pandemic,
    )
    return replace(demand, parts=_parts(snapshot, demand, by_measure, lockdowns))


def _parts(
    snapshot: Snapshot, whole: Demand, by_measure: pd.DataFrame, lockdowns: bool
) -> tuple[Demand, ...]:
    """Return the parts of a subject; none where its measures' months don't add up to it, or where a part has other changes of level."""
    measures, known = whole.subject.measures, whole.recorded.dropna()
    added = by_measure.groupby("month")["count"].sum().reindex(known.index)
    if len(measures) == 1 or whole.subject.without or not np.array_equal(known, added):
        return ()

    def demand_of(*some: Measure) -> Demand | None:
        return (
            subject_demand(snapshot, whole.force, of_measures(*some), whole.as_at, lockdowns)
            if some
            else None
        )

    alone = {
        measure: demand
        for measure in measures
        if (demand := demand_of(measure)) and not demand.is_silent and not demand.is_too_few
    }
    if not alone:
        return ()
    rest = demand_of(*(measure for measure in measures if measure not in alone))
    parts = [part for part in (*alone.values(), rest) if part]
    if len(parts) == 1 or any(part.changes != whole.changes for part in parts):
        return ()
    aside = whole.months.loc[whole.months["set_aside"], "month"]

    def without(part: Demand) -> Demand:
        unseen = part.months["set_aside"] | part.months["month"].isin(aside)
        return replace(part, months=part.months.assign(set_aside=unseen))

    return tuple(without(part) for part in parts)


def _peers(snapshot: Snapshot, force: str, as_at: date, without: Collection[date]) -> Floats:
    months = _months_of_all(snapshot, force)
    calendar = pd.date_range(min([*months.columns, pd.Timestamp(as_at)]), as_at, freq="MS")
    peers = months.reindex(columns=calendar).to_numpy(dtype=float)
    aside = pd.Series(calendar.date).isin(without).to_numpy()
    return np.where(aside, np.nan, peers)


@once_a_version(MANY)
def _months_of_all(snapshot: Snapshot, force: str) -> pd.DataFrame:
    """Return the months of each measure of a force that counts events: one row per measure, one column per month, missing where not final."""
    flows = snapshot.measures.filter(snapshot.measures.flow == Flow.FLOW.value).key.to_pandas()
    series = monthly_series(*counts_of(snapshot, force))
    final = series[series["measure"].isin(flows) & ~series["provisional"]]
    return final.pivot(index="measure", columns="month", values="count").astype(float)


def _stopped(by_measure: pd.DataFrame, subject: Subject) -> tuple[Measure, ...]:
    """Return those of several measures that went silent while the others didn't: their sum goes on and doesn't tell."""
    if len(subject.measures) == 1:
        return ()
    ends = silence(by_measure[["measure", "month", "count"]])
    quiet = set(ends.loc[ends["silent"], "measure"])
    return tuple(measure for measure in subject.measures if measure.key in quiet)
