"""What a scenario says of a unit: officers needed and there, cases for each, how many more it takes, what drives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from vulncore.domain.errors import InvalidScenarioError, UnknownNameError, first_five
from vulncore.domain.periods import add_months
from vulncore.findings.resourcing.demand import UnitForecast, with_measured
from vulncore.resourcing.answers import Span, drivers, first_month, monthly_answers, span_answers, year_span
from vulncore.resourcing.chain import Staffing, staffing
from vulncore.resourcing.costs import YearlyCost, cost_of_those_there
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import Field, is_cost
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import ASSUMED, Assumption, Role, Scenario
from vulncore.resourcing.solving import (
    Condition,
    MoreNeeded,
    StaffingTarget,
    more_needed,
    refuse_month_not_ahead,
)

CHANCES = (0.05, 0.1, 0.2, 0.3, 0.5)
YEARS_ON = 2  # the calendar year that is spoken of first: what is decided now bears on it


@dataclass(frozen=True)
class StaffingQuestion:
    """What somebody wants to know of a unit: of which role, in which calendar year, how likely a shortage may be.

    `since` is the month from which they want to be so sure, to the end of the year.
    """

    role: str
    year: int
    chance: float
    since: date

    def target(self, condition: Condition, limit: float, until: date | None = None) -> StaffingTarget:
        """Return what has to hold from `since` until a month: the end of the question's year if none is given."""
        until = until or date(max(self.year, self.since.year), 12, 1)
        return StaffingTarget(self.role, condition, limit, self.chance, self.since, until)


@dataclass(frozen=True)
class ResourcingOutlook:
    """What a scenario answers to a question.

    `scenario` is the one chosen, `staffing` what follows from it with what the data measure in its place, `months` the rows
    of `vulncore.resourcing.answers.monthly_answers` for the question's role, `roles` those of `span_answers` for
    the question's year. `more_for_cases` says how many more keep cases each under their limit, for a role that holds cases,
    and `more_for_hours` how many more keep officers enough for the hours; either says why not, where nothing can be told.
    """

    forecast: UnitForecast
    scenario: Scenario
    staffing: Staffing
    question: StaffingQuestion
    months: pd.DataFrame
    roles: pd.DataFrame
    more_for_cases: MoreNeeded | InvalidScenarioError | None
    more_for_hours: MoreNeeded | InvalidScenarioError

    @property
    def used(self) -> Scenario:
        """The scenario with what the data measure in its place."""
        return self.staffing.scenario

    @property
    def role(self) -> Role:
        """The question's role."""
        return self.used.role(self.question.role)

    @property
    def span(self) -> Span:
        """The months ahead of the question's year."""
        return year_span(self.staffing.as_at, len(self.months), self.question.year)

    @property
    def role_year(self) -> pd.Series:
        """The row of the question's role in its year."""
        return self.roles[self.roles["role"] == self.question.role].iloc[0]

    @property
    def holds_cases(self) -> bool:
        """Whether the question's role holds cases."""
        return self.question.role in self.staffing.open_cases

    def more_by(self, by_hours: bool) -> MoreNeeded | InvalidScenarioError:
        """Return how many more it takes by one rule: that hours are covered, or that cases each stay under their limit."""
        if by_hours or self.more_for_cases is None:
            return self.more_for_hours
        return self.more_for_cases

    @property
    def limit(self) -> float:
        """How many cases each officer of the question's role may have at most."""
        return self.used.of_role(self.question.role, "most_cases").likely

    @property
    def passes_limit(self) -> date | None:
        """The first month in which more cases each than the limit are likely; None where none is."""
        return first_month(self.months["over"].tolist(), self.staffing.as_at)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """What drives the shortage of the role in the year: the rows of `vulncore.resourcing.answers.drivers` that move it."""
        tried = drivers(self.used, self.forecast.incoming, self.question.role, self.span)
        moves = ~np.isclose(tried["gap_low"], tried["gap_high"], atol=0.005)
        return tried[moves].reset_index(drop=True)

    @cached_property
    def costs(self) -> Mapping[str, tuple[YearlyCost, YearlyCost]]:
        """What those paid and those short cost in the year, by role; only roles of which somebody entered what one costs."""
        return cost_of_those_there(self.staffing, self.forecast.incoming, self.span)


def resourcing_outlook(
    forecast: UnitForecast,
    scenario: Scenario,
    measured: Mapping[Address, Assumption],
    question: StaffingQuestion,
) -> ResourcingOutlook:
    """Return what a scenario answers to a question; `measured` are the numbers that the data know."""
    simulated = staffing(with_measured(scenario, measured), forecast.incoming)
    months = monthly_answers(simulated, question.role)
    roles = span_answers(simulated, year_span(simulated.as_at, len(months), question.year))
    more_for_cases = None
    if question.role in simulated.open_cases:
        limit = simulated.scenario.of_role(question.role, "most_cases").likely
        more_for_cases = _more(simulated, question, Condition.CASELOAD, limit)
    more_for_hours = _more(simulated, question, Condition.SHORT, 0.0)
    return ResourcingOutlook(
        forecast, scenario, simulated, question, months, roles, more_for_cases, more_for_hours
    )


def staffing_question(
    scenario: Scenario,
    as_at: date,
    ahead: int,
    role: str | None,
    year: int | None,
    chance: float,
    since: date | None,
) -> StaffingQuestion:
    """Return a question that a scenario can answer with so many months `ahead` forecast.

    It is of the role of a key or name, else of the first that holds cases; of a calendar year, else of `first_year`; since a
    month, else since the first one ahead.

    Raises:
        UnknownNameError: The scenario has no such role.
        InvalidScenarioError: The year or the month lies outside the months ahead.
    """
    years = years_ahead(as_at, ahead)
    key = _role_key(scenario, role) if role is not None else scenario.holding[0].key
    year = year if year is not None else first_year(as_at, ahead)
    if year not in years:
        raise InvalidScenarioError(
            f"{year} is outside the forecast. Give {years[0]} to {add_months(as_at, ahead).year}."
        )
    since = since or add_months(as_at, 1)
    refuse_month_not_ahead(as_at, since, ahead)
    return StaffingQuestion(key, year, chance, since)


def first_year(as_at: date, ahead: int) -> int:
    """Return the calendar year that is spoken of unless another is chosen."""
    return min(as_at.year + YEARS_ON, years_ahead(as_at, ahead)[-1])


def years_ahead(as_at: date, ahead: int) -> list[int]:
    """Return the calendar years of the months ahead; a year with fewer than six of them is left out.

    >>> years_ahead(date(2024, 10, 1), 50)
    [2025, 2026, 2027, 2028]
    """
    months = [add_months(as_at, step).year for step in range(1, ahead + 1)]
    return [year for year in sorted(set(months)) if months.count(year) >= 6]


def shifted(assumption: Assumption, likely: float, limits: Field, by: str, on: date) -> Assumption:
    """Return an assumption with another likeliest number, its range as wide in proportion.

    What its source said of the old number it doesn't say of the new one, so it is assumed from then on. Its ends lie within
    `limits`.
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


def changed_numbers(scenario: Scenario, base: Scenario) -> Sequence[Address]:
    """Return the numbers that differ from another scenario's, or that only one of them has."""
    every = dict.fromkeys([*scenario.assumptions, *base.assumptions])
    return [of for of in every if scenario.assumptions.get(of) != base.assumptions.get(of)]


def changed_from_example(scenario: Scenario) -> Sequence[Address]:
    """Return the numbers that differ from the example figures; a cost that was never entered is no change."""
    changed = changed_numbers(scenario, example_scenario())
    return [address for address in changed if address in scenario.assumptions or not is_cost(address)]


def _role_key(scenario: Scenario, named: str) -> str:
    """Return the key of a role by its key or its name."""
    for role in scenario.roles:
        if named == role.key or named.casefold() == role.name.casefold():
            return role.key
    keys = [role.key for role in scenario.roles]
    raise UnknownNameError(f"There is no role '{named[:40]}'. Choose one of {len(keys)}: {first_five(keys)}.")


def _more(
    simulated: Staffing, question: StaffingQuestion, condition: Condition, limit: float
) -> MoreNeeded | InvalidScenarioError:
    try:
        return more_needed(simulated, question.target(condition, limit))
    except InvalidScenarioError as problem:
        return problem
