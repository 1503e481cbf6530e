"""What a scenario that is locked as what went to the board said then, and what it says now."""

from datetime import date

from vulncore.domain.errors import InvalidScenarioError, VulncoreError
from vulncore.domain.periods import add_months, day_name, month_name
from vulncore.findings.resourcing.outlook import ResourcingOutlook, StaffingQuestion, staffing_question
from vulncore.findings.resourcing.sentences import plural, resourcing_briefing
from vulncore.resourcing.scenario.locked import ANSWER_LETTERS, BoardLock, LockedFigures
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.solving import MoreNeeded
from vulncore.store.manifest import Publish


def figures_now(outlook: ResourcingOutlook, publish: Publish, by_hours: bool) -> LockedFigures:
    """Return the figures on screen as a lock keeps them: which they are, what is asked of them, what the page says."""
    question, forecast = outlook.question, outlook.forecast
    briefing = resourcing_briefing(outlook, publish.made, by_hours)
    more, needed_by = _answer(outlook.more_by(by_hours))
    return LockedFigures(
        publish.dataset,
        publish.number,
        forecast.demand.force,
        forecast.demand.as_at,
        str(forecast.basis),
        question.role,
        question.year,
        question.chance,
        question.since,
        by_hours,
        more,
        needed_by,
        briefing.finding[:ANSWER_LETTERS],
        briefing.also[:ANSWER_LETTERS],
    )


def same_question(
    figures: LockedFigures, scenario: Scenario, as_at: date, ahead: int
) -> StaffingQuestion | None:
    """Return what was asked when a scenario was locked, to be asked of later figures; None where they don't reach so far."""
    since = max(figures.since, add_months(as_at, 1))
    try:
        return staffing_question(scenario, as_at, ahead, figures.role, figures.year, figures.chance, since)
    except VulncoreError:
        return None


def lock_in_words(lock: BoardLock) -> str:
    """Return who locked a scenario, when and what for, and what the page said then."""
    figures = lock.figures
    note = f" ({lock.note})" if lock.note else ""
    return (
        f"What went to the board{note}, locked by {lock.by} on {day_name(lock.at)}. It said on version "
        f"{figures.version} of {figures.dataset}, known to {month_name(figures.month)}: “{figures.finding}”"
    )


def then_and_now(lock: BoardLock, outlook: ResourcingOutlook | None, publish: Publish) -> str:
    """Return how what the figures on screen say differs from what was said when a scenario was locked.

    `outlook` is what the scenario says now to the question of then; None where the figures can't answer it.
    """
    figures = lock.figures
    if outlook is None:
        return f"The figures on screen do not reach {figures.year}, so they can't answer the same question."
    as_at = outlook.staffing.as_at
    now = _answer(outlook.more_by(figures.by_hours))
    same = (figures.dataset, figures.version, figures.force, figures.month, figures.basis) == (
        publish.dataset,
        publish.number,
        outlook.forecast.demand.force,
        as_at,
        str(outlook.forecast.basis),
    )
    if same and now == (figures.more, figures.needed_by):
        return "You see the figures that it was locked on."
    basis = "" if figures.basis == str(outlook.forecast.basis) else ", by another forecast"
    whose = "" if figures.force == outlook.forecast.demand.force else f" of {outlook.forecast.demand.force}"
    on = (
        "On the same figures"
        if same
        else f"On version {publish.number} of {publish.dataset}{whose}, known to {month_name(as_at)}{basis},"
    )
    return f"{on} it is now {_in_words(now, outlook)}."


def answer_of_copy(outlook: ResourcingOutlook, by_hours: bool) -> str:
    """Return what a copy that was changed since says."""
    return f"This changed copy says {_in_words(_answer(outlook.more_by(by_hours)), outlook)}."


def _answer(more: MoreNeeded | InvalidScenarioError | None) -> tuple[int | None, date | None]:
    """Return how many more people it takes and by when."""
    if not isinstance(more, MoreNeeded):
        return None, None
    return int(more.more), more.steps[-1][0] if more.steps else None


def _in_words(answer: tuple[int | None, date | None], outlook: ResourcingOutlook) -> str:
    more, needed_by = answer
    if more is None:
        return "not to be told how many more it takes"
    role = outlook.role.name
    if needed_by is None:
        return f"no more {plural(role)}"
    return f"{more:,} more {role if more == 1 else plural(role)} by {month_name(needed_by)}"
