"""How many more, by when: solved on the paths, not found by trying."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import add_months, months_between
from vulncore.resourcing.capacity import beginning, one_who_joins
from vulncore.resourcing.chain import Staffing, turnover_of
from vulncore.resourcing.draws import drawn
from vulncore.resourcing.scenario.scenario import Joiners, Scenario

MOST_MORE = 2_000
MOST_LIMIT = 1e6
TINY = 1e-9  # what a probability written in decimals is off by


class Condition(StrEnum):
    """What must not happen more often than asked."""

    CASELOAD = "caseload"  # more open cases than a limit for each officer there
    SHORT = "short"  # more officers needed than there are, by more than a limit


@dataclass(frozen=True)
class Question:
    """Which role, what must not be passed, how likely that may be at most, and in which months, both ends included."""

    role: str
    condition: Condition
    limit: float
    probability: float
    since: date
    until: date


@dataclass(frozen=True)
class Solved:
    """How many more are needed: each step a month and how many more begin then, trained.

    `before` and `after` are the highest chance of any of the months, without them and with them; `training_months` is
    how long somebody untrained takes to do a full share.
    """

    question: Question
    steps: tuple[tuple[date, int], ...]
    training_months: int
    before: float
    after: float

    @property
    def more(self) -> int:
        """How many more in all."""
        return sum(people for _, people in self.steps)

    def starts(self, month: date, as_at: date) -> date | None:
        """Return the month in which somebody untrained would have to begin to be trained by another; None once it has passed."""
        begins = add_months(month, -self.training_months)
        return begins if begins > as_at else None

    def too_late(self, as_at: date) -> int:
        """Return how many are wanted sooner than anyone who begins untrained can be."""
        return sum(people for month, people in self.steps if self.starts(month, as_at) is None)


def more_needed(staffing: Staffing, question: Question) -> Solved:
    """Return how many more full-time, trained people a role needs, and when the chance asks for each.

    On each path and in each month the number wanting follows from the numbers there: with L cases open, C officers there and a
    limit of N it is L / N − C. Enough are added, in the first month that wants them, for the share of paths still
    wanting to be no more than the probability. Those added leave like others and are replaced.

    Args:
        staffing: What the scenario comes to.
        question: What is asked.

    Raises:
        InvalidScenarioError: The role isn't there or holds no cases, a number is out of range, the months lie outside
            those ahead, or no number of people would do.
    """
    wanting = _wanting(staffing, question)
    paths, months = wanting.shape
    asked = slice(
        _place(staffing.as_at, question.since, months), _place(staffing.as_at, question.until, months) + 1
    )
    if asked.start >= asked.stop:
        raise InvalidScenarioError(
            f"{question.until:%Y-%m} lies before {question.since:%Y-%m}. Give the first month, then the last."
        )
    scenario = staffing.scenario
    of = {
        key: drawn(key, each, paths) for key, each in scenario.assumptions.items() if key.startswith("role.")
    }
    turnover = turnover_of(question.role, of)
    joiner = one_who_joins(True, turnover, months) * of[f"role.{question.role}.full_time"] / 100
    before = _highest(wanting[:, asked])
    steps: list[tuple[int, int]] = []
    for month in range(asked.start, asked.stop):
        one = beginning(joiner, month + 1)
        people = _enough(wanting[:, month], one[:, month], question.probability)
        if people > MOST_MORE:
            raise InvalidScenarioError(
                f"More than {MOST_MORE:,} people would be needed. Check the limit and the numbers."
            )
        if people:
            steps.append((month + 1, people))
            wanting = wanting - people * one
    training = int(np.ceil(scenario.of_role(question.role, "training_months").likely))
    return Solved(
        question,
        tuple((add_months(staffing.as_at, month), people) for month, people in steps),
        training,
        before,
        _highest(wanting[:, asked]),
    )


def with_more(scenario: Scenario, solved: Solved) -> Scenario:
    """Return the scenario with the people that were found to be needed, in one group with those who begin as they do."""
    more = [(solved.question.role, month, True, number) for month, number in solved.steps]
    people: dict[tuple[str, date, bool], int] = {}
    for role, month, trained, number in [
        *((each.role, each.month, each.trained, each.people) for each in scenario.joiners),
        *more,
    ]:
        people[role, month, trained] = people.get((role, month, trained), 0) + number
    joiners = (Joiners(role, month, number, trained) for (role, month, trained), number in people.items())
    return replace(scenario, joiners=tuple(joiners))


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
    raise InvalidScenarioError(f"'{text[:40]}' is no condition. Write 'caseload > 15' or 'short > 0'.")


def _wanting(staffing: Staffing, question: Question) -> Floats:
    """Return how many full-time officers are wanting on each path in each month; below 0 where some are to spare."""
    names: Sequence[str] = [role.key for role in staffing.scenario.roles]
    holders = list(staffing.opened)
    if question.role not in (holders if question.condition is Condition.CASELOAD else names):
        had = holders if question.condition is Condition.CASELOAD else names
        what = "holds cases" if question.condition is Condition.CASELOAD else "is in the scenario"
        raise InvalidScenarioError(f"No role '{question.role[:40]}' {what}. There are: {', '.join(had)}.")
    if not 0.001 <= question.probability <= 0.999:
        raise InvalidScenarioError(
            f"A probability of {question.probability:g} is out of range. Give 0.001 to 0.999."
        )
    there = staffing.there[question.role]
    if question.condition is Condition.SHORT:
        if not 0 <= question.limit < MOST_LIMIT:
            raise InvalidScenarioError(f"A limit of {question.limit:g} is out of range. Give 0 or more.")
        return np.asarray(staffing.needed[question.role] - there - question.limit, dtype=float)
    if not 0 < question.limit < MOST_LIMIT:
        raise InvalidScenarioError(f"A limit of {question.limit:g} cases is out of range. Give more than 0.")
    return np.asarray(staffing.opened[question.role] / question.limit - there, dtype=float)


def _enough(wanting: Floats, work: Floats, probability: float) -> int:
    """Return how few people, of whom each does some work, leave no more paths wanting than a probability."""
    level = np.quantile(wanting / work, 1 - probability - TINY, method="inverted_cdf")
    people = max(0, int(np.ceil(level)))
    on_the_line = people > 0 and (wanting - people * work > 0).mean() > probability
    return people + on_the_line


def _place(as_at: date, month: date, months: int) -> int:
    place = months_between(as_at, month) - 1
    if not 0 <= place < months:
        raise InvalidScenarioError(
            f"{month:%Y-%m} is no month ahead. Give {add_months(as_at, 1):%Y-%m} to {add_months(as_at, months):%Y-%m}."
        )
    return place


def _highest(wanting: Floats) -> float:
    """Return the highest chance of any month that somebody is wanting; 0 of no month."""
    return float((wanting > 0).mean(axis=0).max(initial=0.0))


def _is_number(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) <= 9
