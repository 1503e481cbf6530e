"""How many more people a role needs, and by when, so that a shortage or too many cases stays unlikely enough."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import add_months, months_between
from vulncore.resourcing.capacity import starting_in, work_of_one_joiner
from vulncore.resourcing.chain import Staffing, drawn
from vulncore.resourcing.scenario.scenario import Joiners, Scenario

MOST_MORE = 2_000
MOST_LIMIT = 1e6
TINY = 1e-9  # what a probability written in decimals is off by


class Condition(StrEnum):
    """What should happen no more often than a target allows."""

    CASELOAD = "caseload"  # more open cases than a limit for each officer there
    SHORT = "short"  # more officers needed than there are, by more than a limit


@dataclass(frozen=True)
class StaffingTarget:
    """Which role, what is not to be passed, how likely that may be at most, and in which months, both ends included."""

    role: str
    condition: Condition
    limit: float
    probability: float
    since: date
    until: date


@dataclass(frozen=True)
class MoreNeeded:
    """How many more people a target takes: each step is a month and how many more begin then, trained.

    `before` and `after` are the highest chance of any of the months, without them and with them; `training_months` is
    how long somebody untrained takes to do a full share.
    """

    target: StaffingTarget
    steps: tuple[tuple[date, int], ...]
    training_months: int
    before: float
    after: float

    @property
    def more(self) -> int:
        """How many more people in all."""
        return sum(people for _, people in self.steps)

    def starts(self, month: date, as_at: date) -> date | None:
        """Return the month in which somebody untrained has to begin to be trained by another; None once it has passed."""
        begins = add_months(month, -self.training_months)
        return begins if begins > as_at else None

    def too_late(self, as_at: date) -> int:
        """Return how many are wanted sooner than anyone who begins untrained can be."""
        return sum(people for month, people in self.steps if self.starts(month, as_at) is None)


def more_needed(staffing: Staffing, target: StaffingTarget) -> MoreNeeded:
    """Return how many more full-time, trained people a role needs, and by when.

    It is solved on the paths, not by trial. On each path and in each month the number wanting follows from the numbers there:
    with L cases open, C officers there and a limit of N it is L / N − C. Enough are added, in the first month that wants
    them, for the share of paths still wanting to be no more than the probability. Those added leave like others and are
    replaced.

    Raises:
        InvalidScenarioError: `refuse_target` refuses the target, or no number of people would do.
    """
    months = staffing.months
    refuse_target(staffing.scenario, staffing.as_at, months, target)
    wanting = _wanting(staffing, target)
    first, last = (months_between(staffing.as_at, month) - 1 for month in (target.since, target.until))
    span = slice(first, last + 1)
    assumptions = staffing.scenario.assumptions
    of_role = {address: number for address, number in assumptions.items() if address.of.role == target.role}
    inputs = drawn(of_role, len(wanting))
    one = work_of_one_joiner(True, inputs.turnover(target.role), months)
    joiner = one * inputs.number("full_time", target.role) / 100
    before = _highest_chance(wanting[:, span])
    steps: list[tuple[date, int]] = []
    for month in range(first, last + 1):
        work = starting_in(joiner, month + 1)
        people = _enough(wanting[:, month], work[:, month], target.probability)
        if people > MOST_MORE:
            raise InvalidScenarioError(
                f"More than {MOST_MORE:,} people would be needed. Check the limit and the numbers."
            )
        if people:
            steps.append((add_months(staffing.as_at, month + 1), int(people)))
            wanting = wanting - people * work
    training = int(np.ceil(staffing.scenario.of_role(target.role, "training_months").likely))
    return MoreNeeded(target, tuple(steps), training, before, _highest_chance(wanting[:, span]))


def with_more(scenario: Scenario, more: MoreNeeded) -> Scenario:
    """Return the scenario with the people who are needed, in one group with those who begin as they do."""
    people = Counter[tuple[str, date, bool]]()
    for group in scenario.joiners:
        people[group.role, group.month, group.trained] += group.people
    for month, wanted in more.steps:
        people[more.target.role, month, True] += wanted
    joiners = (Joiners(role, month, number, trained) for (role, month, trained), number in people.items())
    return replace(scenario, joiners=tuple(joiners))


def refuse_target(scenario: Scenario, as_at: date, months: int, target: StaffingTarget) -> None:
    """Refuse a target that no staffing of a scenario over so many months can answer; it can come before any is simulated.

    Raises:
        InvalidScenarioError: The role isn't there or holds no cases, a number is out of range, or the months lie
            outside those ahead.
    """
    of_cases = target.condition is Condition.CASELOAD
    roles = [role.key for role in (scenario.holding if of_cases else scenario.roles)]
    if target.role not in roles:
        what = "holds cases" if of_cases else "is in the scenario"
        raise InvalidScenarioError(f"No role '{target.role[:40]}' {what}. Choose one of: {', '.join(roles)}.")
    if not 0.001 <= target.probability <= 0.999:
        raise InvalidScenarioError(
            f"A probability of {target.probability:g} is out of range. Give 0.001 to 0.999."
        )
    if of_cases and not 0 < target.limit < MOST_LIMIT:
        raise InvalidScenarioError(f"A limit of {target.limit:g} cases is out of range. Give more than 0.")
    if not 0 <= target.limit < MOST_LIMIT:
        raise InvalidScenarioError(f"A limit of {target.limit:g} is out of range. Give 0 or more.")
    for month in (target.since, target.until):
        refuse_month_not_ahead(as_at, month, months)
    if target.since > target.until:
        raise InvalidScenarioError(
            f"{target.until:%Y-%m} is before {target.since:%Y-%m}. Give the first month, then the last."
        )


def refuse_month_not_ahead(as_at: date, month: date, months: int) -> None:
    """Refuse a month that is not one of the months ahead.

    Raises:
        InvalidScenarioError: It is past, or after the last month of the forecast.
    """
    if not 1 <= months_between(as_at, month) <= months:
        where = "not in the future" if month <= as_at else "after the last month of the forecast"
        raise InvalidScenarioError(
            f"{month:%Y-%m} is {where}. Give {add_months(as_at, 1):%Y-%m} to {add_months(as_at, months):%Y-%m}."
        )


def parse_condition(text: str) -> tuple[Condition, float]:
    """Return a condition and its limit, written `caseload > 15` or `short > 0`.

    Raises:
        InvalidScenarioError: It is not written so.

    >>> parse_condition("caseload > 15")
    (<Condition.CASELOAD: 'caseload'>, 15.0)
    """
    words = text.replace(">", " > ").split()
    match words:
        case [name, ">", limit] if name in list(Condition) and _is_number(limit):
            return Condition(name), float(limit)
    raise InvalidScenarioError(f"'{text[:40]}' is not a condition. Write 'caseload > 15' or 'short > 0'.")


def _wanting(staffing: Staffing, target: StaffingTarget) -> Floats:
    """Return how many full-time officers are wanting on each path in each month; below 0 where some are to spare."""
    there = staffing.there[target.role]
    if target.condition is Condition.SHORT:
        return np.asarray(staffing.needed[target.role] - there - target.limit, dtype=float)
    return np.asarray(staffing.open_cases[target.role] / target.limit - there, dtype=float)


def _enough(wanting: Floats, work: Floats, probability: float) -> int:
    """Return how few people, of whom each does some work, leave no more paths wanting than a probability."""
    level = np.quantile(wanting / work, 1 - probability - TINY, method="inverted_cdf")
    people = max(0, int(np.ceil(level)))
    on_the_line = people > 0 and (wanting - people * work > 0).mean() > probability
    return people + on_the_line


def _highest_chance(wanting: Floats) -> float:
    """Return the highest chance, of any month, that somebody is wanting; 0 of no month."""
    return float((wanting > 0).mean(axis=0).max(initial=0.0))


def _is_number(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) <= 9
