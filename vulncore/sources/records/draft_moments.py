"""Which column of an unknown extract is the date recorded, and which say when it happened."""

from collections.abc import Sequence
from typing import Final

from vulncore.sources.records.draft_columns import Column, Content, likeness
from vulncore.sources.records.mapping import Moment

ROLES: Final = ("birth", "no_crimed_on", "outcome_on", "recorded_on", "occurred_to", "occurred_from")


def drafted_moments(columns: Sequence[Column], doubts: dict[str, str]) -> tuple[dict[str, Moment], str]:
    """Return from when to when, and which column is the date recorded; doubts are added to."""
    days = {c.name: moment_role(c) for c in columns if c.content in (Content.DATE, Content.MOMENT)}
    clocks = {c.name: moment_role(c) for c in columns if c.content in (Content.TIME, Content.HOUR)}
    content = {column.name: column.content for column in columns}
    recorded = _first(days, "recorded_on")
    if not recorded:
        recorded = _first(days, "") or _first(days, "occurred_from")
        doubts["recorded_on"] = (
            "no heading says that it is the date recorded" if recorded else "no date was found"
        )
    start = _first(days, "occurred_from") or _first(days, "")
    clock_there = bool(_first(clocks, "occurred_from") or _first(clocks, ""))
    if start == recorded and content.get(start) is Content.DATE and not clock_there:
        start = ""  # one date and nothing more: it says when it was recorded
    moments = {"occurred_from": Moment(), "occurred_to": Moment()}
    for name, day in (("occurred_from", start), ("occurred_to", _first(days, "occurred_to"))):
        if not day:
            continue
        if content[day] is Content.MOMENT:
            moments[name] = Moment(at=day)
            continue
        clock = _first(clocks, name) or (_first(clocks, "") if name == "occurred_from" else "")
        if clock:
            moments[name] = Moment(date=day, **{"hour" if content[clock] is Content.HOUR else "time": clock})
        else:
            moments[name] = Moment(date=day)
    if start and not _first(days, "occurred_from"):
        doubts["occurred_from"] = "no heading says that it is when it happened"
    return moments, recorded


def moment_role(column: Column) -> str:
    """Return what a date or a time is of, by its heading; empty where it does not say."""
    return next((role for role in ROLES if likeness(column, "moment", role)), "")


def _first(roles: dict[str, str], wanted: str) -> str:
    return next((name for name, role in roles.items() if role == wanted), "")
