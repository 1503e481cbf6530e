"""The scenario on screen: carried whole by the link, changed number by number."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import streamlit as st

from pages.resourcing.question import ResourcingChoices
from pages.resourcing.reads import scenarios_of
from pages.shared.choices import change as choose
from pages.shared.choices import say_unmet
from pages.shared.reads import store_path
from pages.shared.text import plain
from pages.shared.visit import take_notice, visit
from vulncore.domain.errors import InvalidScenarioError
from vulncore.findings.resourcing.assumptions import field as limits_of
from vulncore.findings.resourcing.outlook import shifted
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.checks import NAME_LETTERS, checked
from vulncore.resourcing.scenario.link import example_scenario, scenario_code, scenario_of
from vulncore.resourcing.scenario.scenario import Assumption, Joiners, Scenario

NOBODY = "not named"
CHANGED = ", changed"  # after the name of a scenario that is no longer what was saved under it
MOST_COMPARED = 3  # beside the one on screen


@dataclass
class Workbench:
    """What a visit works on: what the plan was before it was changed, the scenarios saved for the visit."""

    origin: Scenario | None = None
    scenarios: dict[str, Scenario] = field(default_factory=dict)


def workbench() -> Workbench:
    """Return what this visit works on."""
    kept: Workbench = st.session_state.setdefault("workbench", Workbench())
    return kept


def plan_now(choices: ResourcingChoices) -> Scenario:
    """Return the scenario on screen; one that a link brings and that can't be read is told so."""
    if not choices.plan:
        return example_scenario()
    try:
        return scenario_of(choices.plan)
    except InvalidScenarioError as problem:
        say_unmet(str(problem).rstrip("."), "the example figures")
        choose(ResourcingChoices, plan="")
        return example_scenario()


def keep_plan(plan: Scenario) -> None:
    """Put a scenario on screen from the next run on.

    Raises:
        InvalidScenarioError: It is too long for a link.
    """
    code = scenario_code(plan)
    choose(ResourcingChoices, plan="" if plan == example_scenario() else code)


def compared(choices: ResourcingChoices) -> list[Scenario]:
    """Return the scenarios that stand beside the one on screen; what can't be read of a link is told so."""
    kept: list[Scenario] = []
    for code in choices.compare[:MOST_COMPARED]:
        try:
            kept.append(scenario_of(code))
        except InvalidScenarioError as problem:
            say_unmet(str(problem).rstrip("."), "the others")
    choose(ResourcingChoices, compare=tuple(map(scenario_code, kept)))
    return kept


def signed() -> tuple[str, date]:
    """Return who changes numbers in this visit, as they said, and on which day."""
    return " ".join(visit().name.split()) or NOBODY, datetime.now(UTC).date()


def origin(plan: Scenario) -> Scenario:
    """Return the scenario that a plan was before anybody changed it here: as chosen, saved or brought in."""
    name = plan.name.removesuffix(CHANGED)
    begun = workbench().origin
    if begun is not None and begun.name == name:
        return begun
    return standing().get(name, plan)


def begin(plan: Scenario) -> None:
    """Put a scenario on screen that levers and changes start from.

    Raises:
        InvalidScenarioError: It is too long for a link.
    """
    keep_plan(plan)
    workbench().origin = plan


def standing() -> dict[str, Scenario]:
    """Return the scenarios that can be chosen, by name: the example, those saved, those of this visit."""
    return {
        example_scenario().name: example_scenario(),
        **scenarios_of(store_path()),
        **workbench().scenarios,
    }


def moved(plan: Scenario, address: Address, likely: float) -> Assumption:
    """Return a number moved, as wide in proportion as it was in the beginning; what comes back to it is that one again."""
    begun = origin(plan).assumptions.get(address) or plan.assumptions[address]
    if begun.likely == likely:
        return begun
    return shifted(begun, likely, limits_of(address), *signed())


def change_joiners(plan: Scenario, joiners: Sequence[Joiners]) -> str:
    """Let these people join, and return why they can't; nothing where they do."""
    return put_on_screen(replace(plan, joiners=tuple(joiners)))


def show_notices(problem: str, done: str = "", lead: str = "") -> None:
    """Say, once, what was done and what could not be, by the names that these notices were left under."""
    if done and (text := take_notice(done)):
        st.success(plain(text))
    if text := take_notice(problem):
        st.error(plain(f"{lead}{text}"))


def put_on_screen(plan: Scenario) -> str:
    """Put a plan that was changed on screen, and return why it can't be; nothing where it is."""
    try:
        keep_plan(_named(checked(plan)))
    except InvalidScenarioError as problem:
        return str(problem)
    return ""


def _named(plan: Scenario) -> Scenario:
    """Return a plan under its own name where it is what stands under that name, else one that says that it was changed."""
    begun = origin(plan)
    name = plan.name.removesuffix(CHANGED)
    if begun.called(name) == plan.called(name):
        return plan.called(name)
    workbench().origin = workbench().origin or begun
    return plan.called(name[: NAME_LETTERS - len(CHANGED)] + CHANGED)
