"""What is asked of a unit: which role, which year, how sure, on which forecast."""

from datetime import date

import streamlit as st

from pages.shared.choices import OF_RESOURCING, Picker, choices_made
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
from vulncore.forecasting.past import Basis
from vulncore.forecasting.paths import months_ahead
from vulncore.resourcing.scenario.scenario import Scenario


def basis_picker() -> Picker:
    """Return the choice of which months the forecast learns from."""
    return Picker(
        "Forecast from", "basis", [str(basis) for basis in Basis], 0, lambda key: BASIS_NAMES[Basis(key)]
    )


def question(plan: Scenario, as_at: date) -> StaffingQuestion:
    """Return what is asked of a plan."""
    chance = float(_chance_picker().made()) / 100
    since = parse_month(_since_picker(as_at).made())
    return staffing_question(
        plan, as_at, _ahead(as_at), _role_picker(plan).made(), int(_year_picker(as_at).made()), chance, since
    )


def draw_role_and_year(plan: Scenario, as_at: date) -> None:
    """Draw the choices of role and year, beside each other."""
    role, year = st.columns([3, 2], vertical_alignment="bottom")
    with role:
        _role_picker(plan).draw()
    with year:
        _year_picker(as_at).draw()


def draw_settings(as_at: date) -> None:
    """Draw the choices of how sure somebody wants to be, from when, on which forecast."""
    _chance_picker().draw()
    _since_picker(as_at).draw()
    basis_picker().draw()


def resourcing_link() -> dict[str, str | None]:
    """Return the choices as the link writes them."""
    return {name: choice for name, choice in choices_made().items() if name in OF_RESOURCING and choice}


def has_role(plan: Scenario, asked: StaffingQuestion) -> bool:
    """Return whether a scenario has the role asked about."""
    return any(role.key == asked.role for role in plan.roles)


def _ahead(as_at: date) -> int:
    return months_ahead(as_at, YEARS)


def _role_picker(plan: Scenario) -> Picker:
    names = {role.key: role.name for role in plan.roles}
    first = list(names).index(plan.holding[0].key)
    return Picker("Role", "role", list(names), first, lambda key: names[key])


def _year_picker(as_at: date) -> Picker:
    years = [str(year) for year in years_ahead(as_at, _ahead(as_at))]
    first = str(first_year(as_at, _ahead(as_at)))
    return Picker("Calendar year", "year", years, years.index(first), noun="year")


def _chance_picker() -> Picker:
    shares = [f"{100 * chance:.0f}" for chance in CHANCES]
    return Picker(
        "Accepted chance of passing the limit",
        "chance",
        shares,
        shares.index("10"),
        lambda key: f"{key} %",
    )


def _since_picker(as_at: date) -> Picker:
    months = [format_month(add_months(as_at, step)) for step in range(1, _ahead(as_at) + 1)]
    return Picker(
        "Keep it so from", "since", months, 0, lambda key: month_name(parse_month(key)), noun="month"
    )
