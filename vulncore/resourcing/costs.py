"""What people cost the force a year in £: those who join, those there, and those short."""

from dataclasses import dataclass

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.resourcing.answers import Span
from vulncore.resourcing.chain import Incoming, Staffing, paid_people
from vulncore.resourcing.draws import number_draws
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import COST
from vulncore.resourcing.scenario.scenario import Scenario

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True)
class YearlyCost:
    """£ a year: the median of the simulated paths, and the tenth and ninetieth percentile."""

    middle: float
    low: float
    high: float


def has_costs(scenario: Scenario) -> bool:
    """Return whether a scenario says of any role what one person costs."""
    return any(Address(COST, role.key) in scenario.assumptions for role in scenario.roles)


def cost_draws(scenario: Scenario, role: str, paths: int) -> Floats | None:
    """Return what one full-time person of a role costs on each path in £ a year, one column; None where nobody said."""
    cost = Address(COST, role)
    return number_draws(scenario, cost, paths) if cost in scenario.assumptions else None


def cost_of_people(scenario: Scenario, role: str, people: float, paths: int) -> YearlyCost | None:
    """Return what a number of people of a role cost a year; None where nobody said what one costs.

    Source:
        People × the role's working time × cost of one full-time person, on each path.

    Misleads when:
        pay rises, people work overtime, or hiring and training them costs something once: none of that is in it.
    """
    one = cost_draws(scenario, role, paths)
    if one is None:
        return None
    working_time = number_draws(scenario, Address("full_time", role), paths) / 100
    return _yearly(people * working_time * one)


def cost_of_those_there(
    simulated: Staffing, incoming: Incoming, span: Span
) -> dict[str, tuple[YearlyCost, YearlyCost]]:
    """Return what those who are paid, and what those who are short, cost a year over some months, by role with a cost.

    Source:
        On each path, the mean over the months of full-time people paid, and of officers needed less those there where that
        is above 0; times the cost of one. Who is in training is paid in full; a vacant post costs nothing.
    """
    months, costs = slice(span.first, span.last + 1), {}
    paths, _ = incoming.shape
    paid = paid_people(simulated.scenario, incoming) if has_costs(simulated.scenario) else {}
    for role in simulated.scenario.roles:
        one = cost_draws(simulated.scenario, role.key, paths)
        if one is not None:
            short = np.maximum(simulated.needed[role.key] - simulated.there[role.key], 0.0)
            costs[role.key] = (
                _yearly(_mean(paid[role.key], months) * one),
                _yearly(_mean(short, months) * one),
            )
    return costs


def monthly_costs(simulated: Staffing, incoming: Incoming, role: str) -> dict[str, Floats]:
    """Return what a role costs at each month ahead, in £ a year: nothing where nobody said what one costs.

    Returns:
        `paid10`, `paid50`, `paid90`: those who are paid. `short50`: those who are short. One number for each month.
    """
    one = cost_draws(simulated.scenario, role, incoming.shape[0])
    if one is None:
        return {}
    paid = paid_people(simulated.scenario, incoming, role)[role] * one
    short = np.maximum(simulated.needed[role] - simulated.there[role], 0.0) * one
    low, middle, high = np.quantile(paid, [LOW, MIDDLE, HIGH], axis=0)
    return {"paid10": low, "paid50": middle, "paid90": high, "short50": np.quantile(short, MIDDLE, axis=0)}


def _mean(people: Floats, months: slice) -> Floats:
    """Return each path's mean over some months, one column."""
    return np.asarray(people[:, months].mean(axis=1, keepdims=True), dtype=float)


def _yearly(pounds: Floats) -> YearlyCost:
    low, middle, high = np.quantile(pounds, [LOW, MIDDLE, HIGH])
    return YearlyCost(float(middle), float(low), float(high))
