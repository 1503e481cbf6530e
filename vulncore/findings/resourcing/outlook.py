"""What a scenario says of a unit: who is needed, who is there, how many cases each, what it takes, what drives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from vulncore.domain.errors import InvalidScenarioError, UnknownNameError, first_five
from vulncore.domain.periods import add_months, months_between
from vulncore.findings.resourcing.demand import UnitForecast, with_measured
from vulncore.resourcing.answers import Span, drivers, monthly_answers, over_a_span, year_span
from vulncore.resourcing.chain import Staffing, staffing
from vulncore.resourcing.scenario.fields import Field
from vulncore.resourcing.scenario.scenario import ASSUMED, Assumption, Role, Scenario
from vulncore.resourcing.solving import Condition, Question, Solved, more_needed

CHANCES = (0.05, 0.1, 0.2, 0.3, 0.5)
YEARS_ON = 2  # the calendar year that is spoken of first: what is decided now bears on it


@dataclass(frozen=True)
class StaffingQuestion:
    """What somebody wants to know of a unit: of which role, in which calendar year, how likely too few may be.

    `since` is the month from which they want to be so sure, to the end of the year.
    """

    role: str
    year: int
    chance: float
    since: date


@dataclass(frozen=True)
class ResourcingOutlook:
    """What a scenario comes to.

    `scenario` is the one chosen, `staffing` what follows from it with what the data measure in its place, `months` the rows
    of `vulncore.resourcing.answers.monthly_answers` for the role asked about, `roles` those of `over_a_span` for
    the year. `solved` says how many more keep cases each under their limit, for a role that holds cases, and `for_hours` how
    many more keep officers enough for the hours; each of them why not, where it can't be told.
    """

    forecast: UnitForecast
    scenario: Scenario
    staffing: Staffing
    asked: StaffingQuestion
    months: pd.DataFrame
    roles: pd.DataFrame
    solved: Solved | InvalidScenarioError | None
    for_hours: Solved | InvalidScenarioError

    @property
    def used(self) -> Scenario:
        """The scenario with what the data measure in its place."""
        return self.staffing.scenario

    @property
    def role(self) -> Role:
        """The role asked about."""
        return self.used.role(self.asked.role)

    @property
    def span(self) -> Span:
        """The months ahead of the year asked about."""
        return year_span(self.staffing.as_at, len(self.months), self.asked.year)

    @property
    def of_role(self) -> pd.Series:
        """The year's row of the role asked about."""
        return self.roles[self.roles["role"] == self.asked.role].iloc[0]

    @property
    def holds_cases(self) -> bool:
        """Whether the role asked about holds cases."""
        return self.asked.role in self.staffing.opened

    @property
    def limit(self) -> float:
        """How many cases each the role asked about may have at most."""
        return self.used.of_role(self.asked.role, "most_cases").likely

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """What drives the shortage of the role in the year: `vulncore.resourcing.answers.drivers`, with those that move it."""
        every = drivers(self.used, self.forecast.incoming, self.asked.role, self.span)
        moves = ~np.isclose(every["gap_low"], every["gap_high"], atol=0.005)
        return every[moves].reset_index(drop=True)


def resourcing_outlook(
    forecast: UnitForecast, scenario: Scenario, measured: Mapping[str, Assumption], asked: StaffingQuestion
) -> ResourcingOutlook:
    """Return what a scenario comes to.

    Args:
        forecast: What is to come to the unit.
        scenario: What is assumed.
        measured: Numbers that the data know, by key.
        asked: What is to be known.
    """
    told = staffing(with_measured(scenario, measured), forecast.incoming)
    months = monthly_answers(told, asked.role)
    roles = over_a_span(told, year_span(told.as_at, len(months), asked.year))
    solved = None
    if asked.role in told.opened:
        limit = told.scenario.of_role(asked.role, "most_cases").likely
        solved = _solved(told, asked, Condition.CASELOAD, limit)
    for_hours = _solved(told, asked, Condition.SHORT, 0.0)
    return ResourcingOutlook(forecast, scenario, told, asked, months, roles, solved, for_hours)


def asked_about(
    scenario: Scenario,
    as_at: date,
    ahead: int,
    role: str | None,
    year: int | None,
    chance: float,
    since: date | None,
) -> StaffingQuestion:
    """Return a question that a scenario can answer: of the role named, else the first that holds cases.

    Raises:
        UnknownNameError: The scenario has no such role.
        InvalidScenarioError: The year or the month lies outside the months ahead.
    """
    named = [
        each
        for each in scenario.roles
        if role in (None, each.key) or (role or "").casefold() == each.name.casefold()
    ]
    if not named:
        keys = [each.key for each in scenario.roles]
        raise UnknownNameError(
            f"There is no role '{(role or '')[:40]}'. There are {len(keys)}: {first_five(keys)}."
        )
    last = add_months(as_at, ahead)
    year = year if year is not None else first_year(as_at, ahead)
    if year not in years_ahead(as_at, ahead):
        raise InvalidScenarioError(
            f"{year} is not ahead. Give {years_ahead(as_at, ahead)[0]} to {last.year}."
        )
    since = since or add_months(as_at, 1)
    if not 1 <= months_between(as_at, since) <= ahead:
        raise InvalidScenarioError(
            f"{since:%Y-%m} is no month ahead. Give {add_months(as_at, 1):%Y-%m} to {last:%Y-%m}."
        )
    first = named[0].key if role else scenario.holding[0].key
    return StaffingQuestion(first, year, chance, since)


def first_year(as_at: date, ahead: int) -> int:
    """Return the calendar year that is spoken of unless another is asked about."""
    return min(as_at.year + YEARS_ON, years_ahead(as_at, ahead)[-1])


def years_ahead(as_at: date, ahead: int) -> list[int]:
    """Return the calendar years that the months ahead lie in, those of which under six months are left out.

    >>> years_ahead(date(2024, 10, 1), 50)
    [2025, 2026, 2027, 2028]
    """
    months = [add_months(as_at, step).year for step in range(1, ahead + 1)]
    return [year for year in sorted(set(months)) if months.count(year) >= 6]


def shifted(assumption: Assumption, likely: float, limits: Field, by: str, on: date) -> Assumption:
    """Return an assumption moved so that its likeliest number is another, its range as wide in proportion.

    What its source said of the old number it doesn't say of the new one, so it is assumed from then on.

    Args:
        assumption: What it was.
        likely: Its new likeliest number.
        limits: Between which ends may lie, and whether they are whole.
        by: Who moves it.
        on: When.
    """
    old = assumption.likely
    if assumption.certain or not old:
        low = high = likely
    else:
        low, high = (
            min(max(end * likely / old, limits.least), limits.most)
            for end in (assumption.low, assumption.high)
        )
        low, high = (float(round(low)), float(round(high))) if limits.whole else (low, high)
    source = f"{ASSUMED}: moved from {old:,g}"
    return Assumption(min(low, likely), likely, max(high, likely), source, measured=False, by=by, on=on)


def changed_keys(scenario: Scenario, base: Scenario) -> Sequence[str]:
    """Return the numbers that differ from another scenario's, or that only one of them has."""
    every = dict.fromkeys([*scenario.assumptions, *base.assumptions])
    return [key for key in every if scenario.assumptions.get(key) != base.assumptions.get(key)]


def _solved(
    told: Staffing, asked: StaffingQuestion, condition: Condition, limit: float
) -> Solved | InvalidScenarioError:
    until = date(max(asked.year, asked.since.year), 12, 1)
    try:
        return more_needed(told, Question(asked.role, condition, limit, asked.chance, asked.since, until))
    except InvalidScenarioError as problem:
        return problem
