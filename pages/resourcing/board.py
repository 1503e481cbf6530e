"""Scenarios locked as what went to the board: lock one, and set what was said then beside what is said now."""

from datetime import UTC, datetime

import streamlit as st

from pages.resourcing.plan import CHANGED, begin, show_notices
from pages.resourcing.question import BY_CASES, BY_HOURS, ResourcingChoices
from pages.resourcing.reads import locks_of, outlook_of, scenarios_of
from pages.shared.access import acting, may, name_field, name_given, why_not
from pages.shared.choices import change
from pages.shared.reads import store_path
from pages.shared.sidebar import SidebarChoices, View
from pages.shared.text import plain
from pages.shared.visit import leave_notice, visit
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.findings.resourcing.locked import (
    answer_of_copy,
    figures_now,
    lock_in_words,
    same_question,
    then_and_now,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.locked import (
    BoardLock,
    LockedFigures,
    changed_since,
    is_locked,
    lock_of,
    lock_scenario,
)
from vulncore.resourcing.scenario.scenario import BY_LETTERS, SOURCE_LETTERS, Scenario

DONE, PROBLEM = "lock done", "lock problem"


def show_lock_form(outlook: ResourcingOutlook, view: View, by_hours: bool) -> None:
    """Offer to lock the scenario on screen with the figures that it is seen on; say why that can't be."""
    plan = outlook.scenario
    st.markdown("**Lock as what went to the board**")
    show_notices(PROBLEM, DONE)
    if not may(Right.PLAN):
        st.caption(plain(why_not(Right.PLAN, "Locking is off on this server. Ask who keeps it.")))
    elif is_locked(store_path(), plan.name) and _is_saved(plan):
        st.caption("This scenario is locked. It can't be replaced, removed or unlocked on this page.")
    elif scenarios_of(store_path()).get(plan.name) != plan:
        other = " another" if is_locked(store_path(), plan.name.removesuffix(CHANGED)) else " a"
        st.caption(f"Save this scenario under{other} name, then lock it.")
    else:
        st.text_input("Note, such as the board's date", max_chars=SOURCE_LETTERS, key="lock note")
        name_field("lock name", label="Your name, kept with the lock", letters=BY_LETTERS)
        st.button(
            "Lock this scenario for good",
            key="lock scenario",
            on_click=_lock,
            args=(plan, figures_now(outlook, view.publish, by_hours)),
            width="stretch",
        )
        st.caption(
            "Keeps the scenario, the version of the figures and what this page says now. Nobody can replace, remove or "
            "unlock it here. Names are as typed; they are not checked."
        )


def show_lock(plan: Scenario, outlook: ResourcingOutlook, view: View, by_hours: bool) -> None:
    """Say of a locked scenario who locked it and what it said then, against what the figures on screen say."""
    name = plan.name.removesuffix(CHANGED)
    if not is_locked(store_path(), name):
        return
    try:
        lock = lock_of(store_path(), name)
    except VulncoreError as problem:
        st.warning(plain(str(problem)))
        return
    if lock is None:
        return
    is_copy = plan.name.endswith(CHANGED)
    if not is_copy and lock.scenario != plan and scenarios_of(store_path()).get(name) != plan:
        return  # another scenario of that name, brought by a link or a file
    line, button = st.columns([5, 1], vertical_alignment="center")
    if lock.scenario == plan:
        now = _asked_again(lock, outlook, view)
        line.markdown(
            f":gray-badge[Locked] {plain(lock_in_words(lock))} {plain(then_and_now(lock, now, view.publish))}"
        )
    elif is_copy:
        line.markdown(
            f":gray-badge[Changed since] {plain(lock_in_words(lock))} {plain(answer_of_copy(outlook, by_hours))}"
        )
    if changed_since(store_path(), name):
        st.warning(
            plain(
                f"The file of '{name}' was changed or removed after it was locked. What is saved is not what went to the board. "
                "Ask who keeps the store."
            )
        )
    if lock.scenario != plan or figures_now(outlook, view.publish, by_hours) != lock.figures:
        button.button(
            "Show what the board saw", key="show locked", on_click=_show_then, args=(lock,), width="stretch"
        )


def locked_name(scenario: Scenario) -> str:
    """Return the name of a scenario that can be chosen, and that it is locked where it is."""
    locked = scenario.name in locks_of(store_path())
    return f"{scenario.name}, locked" if locked and _is_saved(scenario) else scenario.name


def _is_saved(scenario: Scenario) -> bool:
    return scenarios_of(store_path()).get(scenario.name) == scenario


def _asked_again(lock: BoardLock, outlook: ResourcingOutlook, view: View) -> ResourcingOutlook | None:
    """Return what the figures on screen answer to what was asked when a scenario was locked."""
    question = same_question(lock.figures, lock.scenario, view.month, len(outlook.months))
    if question is None:
        return None
    if question == outlook.question:
        return outlook
    return outlook_of(outlook.forecast, lock.scenario, view, question)


def _lock(plan: Scenario, figures: LockedFigures) -> None:
    state = st.session_state
    visit().name = by = name_given("lock name")
    try:
        with acting(
            Right.PLAN, "locked a scenario", name=plan.name
        ):  # they may have been allowed when the button was drawn
            lock_scenario(store_path(), plan, by, state["lock note"], figures, datetime.now(UTC))
        leave_notice(DONE, f"{plan.name} is locked as what went to the board.")
    except VulncoreError as problem:
        leave_notice(PROBLEM, f"Nothing was locked. {problem}")
    except OSError:
        leave_notice(PROBLEM, "Nothing was locked. The store can't be written to. Ask who keeps it.")


def _show_then(lock: BoardLock) -> None:
    """Put the locked scenario on screen with the version, the month and the question that it was locked on."""
    figures = lock.figures
    change(
        SidebarChoices,
        dataset=figures.dataset,
        version=figures.version,
        force=figures.force,
        month=figures.month,
    )
    basis = next((basis for basis in Basis if basis == figures.basis), next(iter(Basis)))
    change(
        ResourcingChoices,
        role=figures.role,
        year=figures.year,
        basis=basis,
        chance=round(100 * figures.chance),
        since=figures.since,
        rule=BY_HOURS if figures.by_hours else BY_CASES,
    )
    begin(lock.scenario)
