"""Levers: the numbers of a scenario that people pull most, beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared.plan import change, moved
from pages.shared.words import plain
from vulncore.findings.resourcing_words import field
from vulncore.resourcing.fields import ABSTRACTIONS
from vulncore.resourcing.scenario import Role, Scenario


@dataclass(frozen=True)
class Lever:
    """A number that can be dragged: its key, what it is called, from where to where, in which steps."""

    key: str
    name: str
    least: float
    most: float
    step: float
    sign: str


def show_levers(plan: Scenario, role: Role) -> None:
    """Draw the levers of a role; each changes the scenario on screen."""
    for lever in levers_of(plan, role):
        _draw(plan, lever)


def levers_of(plan: Scenario, role: Role) -> Sequence[Lever]:
    """Return the levers of a role, those of the whole unit first."""
    own = f"role.{role.key}."
    there = max(plan.of_role(role.key, "posts").high, plan.of_role(role.key, "in_post").high, 2)
    unit = [
        Lever("unit.demand", "Demand, % of the forecast", 50, 200, 5, "%g %%"),
        Lever("unit.hours", "Hours a case, % of the assumed", 50, 200, 5, "%g %%"),
        Lever("unit.life", "Time a case is open, % of the assumed", 50, 200, 5, "%g %%"),
    ]
    staff = [
        Lever(f"{own}in_post", "In post now, people", 0, 2 * there, 1, "%g"),
        Lever(f"{own}leavers", "Leavers, % a year", 0, 40, 1, "%g %%"),
    ]
    if role.supervises:
        return [*unit, *staff, Lever(f"{own}span", "Span of control, people for each", 1, 15, 0.5, "%g")]
    away = [Lever(_own_or_unit(plan, role, "sickness"), "Sickness, % of working time", 0, 25, 0.5, "%g %%")]
    staff += [Lever(f"{own}training_months", "Training, months", 0, 36, 1, "%g")]
    if role in plan.holding:
        return [*unit, *staff, *away, Lever(f"{own}most_cases", "Cases each, at most", 1, 40, 1, "%g")]
    return [*unit, *staff, *away, Lever(f"{own}on_cases", "Time at work on cases, %", 20, 100, 1, "%g %%")]


def _own_or_unit(plan: Scenario, role: Role, name: str) -> str:
    own = f"role.{role.key}.{name}"
    return own if own in plan.assumptions and name in ABSTRACTIONS else f"unit.{name}"


def _draw(plan: Scenario, lever: Lever) -> None:
    now, widget = plan.assumptions[lever.key].likely, f"lever {lever.key}"
    st.session_state[widget] = float(now)
    st.slider(
        lever.name,
        min_value=float(min(lever.least, now)),
        max_value=float(max(lever.most, now)),
        step=float(lever.step),
        format=lever.sign,
        key=widget,
        help=field(lever.key).meaning,
        on_change=_pull,
        args=(plan, lever.key, widget),
    )
    if problem := st.session_state.pop(f"{widget} problem", ""):
        st.error(plain(problem))


def _pull(plan: Scenario, key: str, widget: str) -> None:
    wanted = moved(plan, key, round(float(st.session_state[widget]), 3))
    st.session_state[f"{widget} problem"] = change(plan, key, wanted.assumptions[key])
