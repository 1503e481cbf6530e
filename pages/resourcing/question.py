"""What is asked of a unit: which scenario, which role, which year, how sure, on which forecast."""

from dataclasses import dataclass
from datetime import date

from pages.shared.choices import Choices, Picker, choice
from vulncore.domain.periods import add_months, format_month, month_name, parse_month
from vulncore.findings.forecast.outlook import BASIS_NAMES
from vulncore.findings.forecast.work import YEARS
from vulncore.findings.resourcing.outlook import (
    CHANCES,
    StaffingQuestion,
    first_year,
    staffing_question,
    years_ahead,
)
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.paths import months_ahead
from vulncore.resourcing.scenario.scenario import Scenario

BY_CASES, BY_HOURS = "cases", "hours"
BETWEEN = "."  # between the codes of scenarios in a link


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in text.split(BETWEEN) if code)


@dataclass(frozen=True)
class ResourcingChoices(Choices):
    """What is chosen on the page Resourcing.

    `plan` is the code of the scenario on screen, empty for the example, and `compare` those that stand beside it;
    `chance` is in percent; `rule` says when there are enough people; `numbers` is the group of assumptions shown.
    """

    plan: str = choice("")
    role: str | None = choice()
    year: int | None = choice(read=int)
    basis: Basis = choice(next(iter(Basis)), read=Basis)
    chance: int = choice(10, read=int)
    since: date | None = choice(read=parse_month, write=format_month)
    compare: tuple[str, ...] = choice((), read=_codes, write=BETWEEN.join)
    numbers: str | None = choice()
    rule: str = choice(BY_CASES)
    part: str = choice("")


def rule_picker() -> Picker[str]:
    """Return the choice of when a role has enough people: one rule, which the unit sets."""
    words = {BY_CASES: "Cases within the limit", BY_HOURS: "All hours covered"}
    return Picker("Enough people means", "rule", list(words), words=words.__getitem__)


def basis_picker() -> Picker[Basis]:
    """Return the choice of which months the forecast learns from."""
    return Picker("Forecast from", "basis", list(Basis), words=BASIS_NAMES.__getitem__)


def question(plan: Scenario, as_at: date, choices: ResourcingChoices) -> StaffingQuestion:
    """Return what is asked of a plan."""
    chance, since = _chance_picker().made(choices) / 100, _since_picker(as_at).made(choices)
    role, year = _role_picker(plan).made(choices), _year_picker(as_at).made(choices)
    return staffing_question(plan, as_at, _ahead(as_at), role, year, chance, since)


def draw_role_and_year(plan: Scenario, as_at: date, choices: ResourcingChoices) -> None:
    """Draw the choices of role and year."""
    _role_picker(plan).draw(choices)
    _year_picker(as_at).draw(choices)


def draw_settings(as_at: date, choices: ResourcingChoices) -> None:
    """Draw the choices of how sure somebody wants to be, from when, on which forecast."""
    rule_picker().draw(choices)
    _chance_picker().draw(choices)
    _since_picker(as_at).draw(choices)
    basis_picker().draw(choices)


def has_role(plan: Scenario, question: StaffingQuestion) -> bool:
    """Return whether a scenario has the role asked about."""
    return any(role.key == question.role for role in plan.roles)


def _ahead(as_at: date) -> int:
    return months_ahead(as_at, YEARS)


def _role_picker(plan: Scenario) -> Picker[str]:
    names = {role.key: role.name for role in plan.roles}
    first = list(names).index(plan.holding[0].key)
    return Picker("Role", "role", list(names), first, lambda key: names[key])


def _year_picker(as_at: date) -> Picker[int]:
    years = list(years_ahead(as_at, _ahead(as_at)))
    first = years.index(first_year(as_at, _ahead(as_at)))
    return Picker("Calendar year", "year", years, first, noun="year")


def _chance_picker() -> Picker[int]:
    percents = [round(100 * chance) for chance in CHANCES]
    return Picker(
        "Accepted chance of passing the limit", "chance", percents, words=lambda percent: f"{percent} %"
    )


def _since_picker(as_at: date) -> Picker[date]:
    months = [add_months(as_at, step) for step in range(1, _ahead(as_at) + 1)]
    return Picker("Keep it so from", "since", months, words=month_name, noun="month")
