"""What a tasking sheet says: when and where, what happened there, when to patrol, and whether that would have worked."""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.subject import Subject
from vulncore.findings.shared.words import HIDDEN
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.patrols import patrols_headline, patrols_table
from vulncore.findings.when.view import When
from vulncore.findings.when.when import patrol_hours
from vulncore.findings.where.area import across, name_of_group
from vulncore.findings.where.counts import RecordCounts
from vulncore.findings.where.place import place_view
from vulncore.findings.where.protection import where_summary
from vulncore.findings.where.sentences import judged_groups, where_notes
from vulncore.findings.where.view import PlaceView, WhereSummary
from vulncore.packs.part import Picture
from vulncore.packs.sections.basis import LeftOutError, PackBasis
from vulncore.packs.sections.when import week_of_subject
from vulncore.packs.sections.where import counts_placed, where_part

SHIFTS, HOURS = 5, 4
"""As the page When opens with."""
PLACES: Final = 3
BUSIEST: Final = 2  # parts of a place's week that are named


@dataclass(frozen=True)
class Tasking:
    """A tasking sheet: the subject and its months, then sentences and tables for each question.

    `stretches`, `places` and `shifts` have columns named for people; `shifts` is empty where too few records allow a choice, and
    `worked` says whether such a choice would have met more than luck. `map` is None where nothing has a place.
    """

    subject: str
    period: str
    finding: str
    stretches: pd.DataFrame
    places: pd.DataFrame
    shifts: pd.DataFrame
    worked: tuple[str, ...]
    map: Picture | None
    notes: tuple[str, ...]


def tasking(basis: PackBasis, subject: Subject) -> Tasking:
    """Return the tasking sheet of a subject's last twelve months.

    Raises:
        LeftOutError: The audience may not see where officers will be, or nothing has an hour.
    """
    if not basis.audience.sees_operations:
        raise LeftOutError("It says where officers will be. Choose this force as the audience to make it.")
    places, pictured, notes = _places(basis, subject)
    try:
        week = week_of_subject(basis, subject)
    except LeftOutError as problem:
        if pictured is None:
            raise
        nothing = pd.DataFrame()
        return _sheet(basis, subject.name, str(problem), nothing, places, nothing, (), pictured, notes)
    finding = " ".join(filter(None, [week.briefing.finding, week.briefing.also]))
    shifts, worked = _shifts(basis, week)
    stretches, notes = _stretches(week), (*week.notes, *notes)
    return _sheet(basis, week.about, finding, stretches, places, shifts, worked, pictured, notes)


def _sheet(basis: PackBasis, subject: str, *parts: Any) -> Tasking:
    return Tasking(subject, str(rolling_12(basis.about.as_at)), *parts)


def _stretches(week: When) -> pd.DataFrame:
    """Return the stretches that stand out, the furthest above an even week first."""
    named = sorted((one for one in week.now.stretches if one.rank), key=lambda one: one.rank)
    return pd.DataFrame(
        [(one.night or one.name, from_to(one.start, one.hours), one.held) for one in named],
        columns=["Stretch", "From and to", "Recorded"],
    )


def _shifts(basis: PackBasis, week: When) -> tuple[pd.DataFrame, tuple[str, ...]]:
    records, smallest = week.now.record_filter, basis.audience.smallest
    try:
        best = patrol_hours(
            basis.snapshot, records, basis.contents.measures, SHIFTS, HOURS, week.now.night, smallest
        )
    except VulncoreError as problem:
        return pd.DataFrame(), (str(problem),)
    shifts = patrols_table(best).drop(
        columns="Meets about"
    )  # one shift's share would tell of the hours that the week hides
    return shifts, tuple(line.words for line in patrols_headline(best))


def _places(basis: PackBasis, subject: Subject) -> tuple[pd.DataFrame, Picture | None, tuple[str, ...]]:
    columns = ["Place", "Streets", "What happened there", "Busiest"]
    try:
        counts = counts_placed(basis, subject)
        summary = where_summary(counts)
        pictured = where_part(basis, subject).picture
    except VulncoreError as problem:
        return pd.DataFrame(columns=columns), None, (str(problem),)
    rows = [_place(counts, summary, group) for _, group in judged_groups(summary)[:PLACES]]
    size = (
        ""
        if summary.hot is None
        else f" Numbers of a place are of its busiest cell, {across(summary.hot.zones)} across."
    )
    notes = [f"All numbers are about right, and rounded each for itself.{size}", *where_notes(summary.view)]
    return pd.DataFrame(rows, columns=columns), pictured, tuple(notes)


def _place(counts: RecordCounts, summary: WhereSummary, group: list[int]) -> tuple[str, str, str, str]:
    """Return a hot place: what it is called, its streets, how much is recorded there, and when most of it happens."""
    hot = summary.hot
    if hot is None:
        raise LeftOutError("No place stands out.")
    zone = max(group, key=lambda at: (hot.list_by[at] if hot.list_by[at] == hot.list_by[at] else -1.0, -at))
    view = place_view(counts, hot.resolution, hot.zones.names[zone])
    return (
        name_of_group(hot.zones, hot.names, group),
        ", ".join(view.streets[:4]) or HIDDEN,
        f"{view.summary} {view.verdict.words}",
        _busiest(view),
    )


def _busiest(view: PlaceView) -> str:
    """Return the parts of the week in which a place has most records; a dash where they are hidden."""
    if view.hours.empty or view.hours["records"].isna().all():
        return HIDDEN
    top = (
        view.hours.dropna(subset="records")
        .sort_values("records", ascending=False, kind="stable")
        .head(BUSIEST)
    )
    return "; ".join(f"{row['day']} {row['part']}" for row in top.to_dict("records"))
