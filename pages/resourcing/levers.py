"""Levers: the numbers of a scenario that people pull most; what they say follows while they are dragged.

Streamlit's own slider reports its number once it is let go, which is why these are ours.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from pages.resourcing.plan import change, moved, origin, plan_now
from pages.resourcing.question import ResourcingChoices
from pages.shared.choices import chosen
from pages.shared.drawn import drawn
from pages.shared.text import plain
from pages.shared.visit import leave_notice, take_notice
from vulncore.domain.errors import VulncoreError
from vulncore.findings.resourcing.assumptions import field
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sentences import resourcing_headline
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import ABSTRACTIONS
from vulncore.resourcing.scenario.scenario import Role, Scenario

HERE = Path(__file__).parent
KEY, TURN, PROBLEM = "levers", "levers turn", "levers problem"

_component = st.components.v2.component(
    "levers",
    css=(HERE / "levers.css").read_text(encoding="utf-8"),
    js=(HERE / "levers.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Lever:
    """A number that can be dragged: its key, what it is called, from where to where, in which steps, its unit."""

    key: str
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
    if problem := take_notice(PROBLEM):
        st.error(plain(problem))


def levers_of(plan: Scenario, role: Role) -> Sequence[Lever]:
    """Return the levers of a role, those of the whole unit first."""
    of = Address("", role.key).part
    there = max(plan.of_role(role.key, "posts").high, plan.of_role(role.key, "in_post").high, 2)
    unit = [
        Lever("unit.demand", "Demand, % of the forecast", 50, 200, 5, "\u202f%"),
        Lever("unit.hours", "Hours a case, % of the assumed", 50, 200, 5, "\u202f%"),
        Lever("unit.life", "Time a case is open, % of the assumed", 50, 200, 5, "\u202f%"),
    ]
    staff = [
        Lever(
            f"{of}in_post",
            "In post now, people",
            plan.of_role(role.key, "in_training").high,
            2 * there,
            1,
        ),
        Lever(f"{of}leavers", "Leavers, % a year", 0, 40, 1, "\u202f%"),
    ]
    if role.supervises:
        return [*unit, *staff, Lever(f"{of}span", "Span of control, people for each", 1, 15, 0.5)]
    away = [Lever(_own_or_unit(plan, role, "sickness"), "Sickness, % of working time", 0, 25, 0.5, "\u202f%")]
    staff += [Lever(f"{of}training_months", "Training, months", 0, 36, 1)]
    if role in plan.holding:
        return [*unit, *staff, *away, Lever(f"{of}most_cases", "Cases each, at most", 1, 40, 1)]
    return [
        *unit,
        *staff,
        *away,
        Lever(f"{of}on_cases", "Time at work on cases, %", 20, 100, 1, "\u202f%"),
    ]


def _own_or_unit(plan: Scenario, role: Role, name: str) -> str:
    key = Address(name, role.key).key
    return key if key in plan.assumptions and name in ABSTRACTIONS else Address(name).key


def _drawn(plan: Scenario, lever: Lever) -> dict[str, object]:
    """Return a lever as the browser draws it, its range stretched to hold where it stands."""
    now, first = plan.assumptions[lever.key].likely, origin(plan).assumptions.get(lever.key)
    stretched = {"least": min(lever.least, now), "most": max(lever.most, now)}
    return {
        **asdict(lever),
        **stretched,
        "value": now,
        "first": first.likely if first else None,
        "meaning": field(lever.key).meaning,
    }


def _pull(role: Role) -> None:
    """Move what was pulled. What a browser sends may be anything: only a lever that stands there is moved."""
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    pulled, plan = st.session_state[KEY].get("pulled"), plan_now(chosen(ResourcingChoices))
    if not isinstance(pulled, dict) or not isinstance(pulled.get("value"), int | float):
        return
    key = pulled.get("key")
    if role in plan.roles and any(lever.key == key for lever in levers_of(plan, role)):
        limits = field(key)
        try:
            wanted = min(max(round(float(pulled["value"]), 3), limits.least), limits.most)
            leave_notice(PROBLEM, change(plan, key, moved(plan, key, wanted)))
        except (VulncoreError, OverflowError) as problem:
            leave_notice(PROBLEM, str(problem))
