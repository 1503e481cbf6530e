"""Levers: the numbers of a scenario that people pull most; what they say follows while they are dragged.

Streamlit's own slider reports its number once it is let go, which is why these are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from pages.resourcing.plan import moved, origin, plan_now, put_on_screen, show_notices
from pages.resourcing.question import ResourcingChoices
from pages.shared.choices import chosen
from pages.shared.drawn import drawn
from pages.shared.visit import leave_notice
from vulncore.domain.errors import VulncoreError
from vulncore.findings.resourcing.assumptions import field
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sentences import resourcing_headline
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.scenario import Role, Scenario

HERE = Path(__file__).parent
KEY, TURN, PROBLEM = "levers", "levers turn", "levers problem"
PERCENT = "\u202f%"

_component = st.components.v2.component(
    "levers",
    css=(HERE / "levers.css").read_text(encoding="utf-8"),
    js=(HERE / "levers.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Lever:
    """A number that can be dragged: which, what it is called, from where to where, in which steps, its unit."""

    number: Address
    name: str
    least: float
    most: float
    step: float
    unit: str = ""


def show_levers(plan: Scenario, outlook: ResourcingOutlook) -> None:
    """Draw the levers of the role asked about, after what they change: each changes the scenario while it is dragged."""
    levers = [_drawn(plan, lever) for lever in levers_of(plan, outlook.role)]
    turn, answer = st.session_state.setdefault(TURN, 0), drawn(resourcing_headline, outlook)[0]
    _component(
        data={"levers": levers, "turn": turn, "answer": f"{answer.lead}. {answer.text}"},
        key=KEY,
        on_pulled_change=partial(_pull, outlook.role),
    )
    show_notices(PROBLEM)


def levers_of(plan: Scenario, role: Role) -> Sequence[Lever]:
    """Return the levers of a role, those of the whole unit first."""

    def of_role(name: str, called: str, least: float, most: float, step: float, unit: str = "") -> Lever:
        return Lever(Address(name, role.key), called, least, most, step, unit)

    there = max(plan.of_role(role.key, "posts").high, plan.of_role(role.key, "in_post").high, 2)
    in_training = plan.of_role(role.key, "in_training").high
    levers = [
        Lever(Address("demand"), "Demand, % of the forecast", 50, 200, 5, PERCENT),
        Lever(Address("hours"), "Hours a case, % of the assumed", 50, 200, 5, PERCENT),
        Lever(Address("life"), "Time a case is open, % of the assumed", 50, 200, 5, PERCENT),
        of_role("in_post", "In post now, people", in_training, 2 * there, 1),
        of_role("leavers", "Leavers, % a year", 0, 40, 1, PERCENT),
    ]
    if role.supervises:
        return [*levers, of_role("span", "Span of control, people for each", 1, 15, 0.5)]
    sickness = Address("sickness", role.key)
    sickness = sickness if sickness in plan.assumptions else Address("sickness")
    return [
        *levers,
        of_role("training_months", "Training, months", 0, 36, 1),
        Lever(sickness, "Sickness, % of working time", 0, 25, 0.5, PERCENT),
        of_role("most_cases", "Cases each, at most", 1, 40, 1)
        if role in plan.holding
        else of_role("on_cases", "Time at work on cases, %", 20, 100, 1, PERCENT),
    ]


def _drawn(plan: Scenario, lever: Lever) -> dict[str, object]:
    """Return a lever as the browser draws it, its range stretched to hold where it stands."""
    now, first = plan.assumptions[lever.number].likely, origin(plan).assumptions.get(lever.number)
    return {
        "key": lever.number.key,
        "name": lever.name,
        "least": min(lever.least, now),
        "most": max(lever.most, now),
        "step": lever.step,
        "unit": lever.unit,
        "value": now,
        "first": first.likely if first else None,
        "meaning": field(lever.number).meaning,
    }


def _pull(role: Role) -> None:
    """Move what was pulled. What a browser sends may be anything: only a lever that stands there is moved."""
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    pulled, plan = st.session_state[KEY].get("pulled"), plan_now(chosen(ResourcingChoices))
    if not isinstance(pulled, dict) or not isinstance(pulled.get("value"), int | float):
        return
    levers = levers_of(plan, role) if role in plan.roles else ()
    for number in (lever.number for lever in levers if lever.number.key == pulled.get("key")):
        limits = field(number)
        try:
            wanted = min(max(round(float(pulled["value"]), 3), limits.least), limits.most)
            leave_notice(PROBLEM, put_on_screen(plan.where(number, moved(plan, number, wanted))))
        except (VulncoreError, OverflowError) as problem:
            leave_notice(PROBLEM, str(problem))
