"""Scenarios: choose one, save it by name, compare it with others, take it away and bring it back as a file."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.resourcing.board import locked_name
from pages.resourcing.plan import CHANGED, MOST_COMPARED, begin, show_notices, standing, workbench
from pages.resourcing.question import ResourcingChoices
from pages.resourcing.reads import locks_of, scenarios_of, unreadable_scenarios_of
from pages.shared.access import acting, may, may_upload, why_not
from pages.shared.choices import change
from pages.shared.reads import store_path
from pages.shared.text import plain
from pages.shared.visit import leave_notice
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError, first_five
from vulncore.findings.shared.file_names import file_name_of
from vulncore.resourcing.scenario.checks import NAME_LETTERS, checked
from vulncore.resourcing.scenario.link import scenario_code
from vulncore.resourcing.scenario.saved import remove_scenario, save_scenario
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

DONE, PROBLEM = "scenario done", "scenario problem"


def show_scenario_menu(plan: Scenario, beside: Sequence[Scenario]) -> DeltaGenerator:
    """Draw which scenario is on screen, and what can be done with it; return where it can be locked, once it is worked out."""
    known = _known()
    _show_choice(plan, known)
    with st.popover("Save, compare …", width="stretch"):
        _show_save(plan)
        locking = st.container()
        _show_beside(known, beside)
        _show_file(plan)
    return locking


def _known() -> dict[str, Scenario]:
    """Return the scenarios that can be chosen, by their code; one too long for a link can't be."""
    by_code = {}
    for scenario in standing().values():
        with suppress(VulncoreError):
            by_code[scenario_code(scenario)] = scenario
    return by_code


def _show_choice(plan: Scenario, known: dict[str, Scenario]) -> None:
    code = scenario_code(plan)
    names = {code: locked_name(scenario) for code, scenario in known.items()}
    if code not in names:
        names[code] = plan.name if plan.name.endswith(CHANGED) else f"{plan.name}, not saved"
    names = _told_apart(names)
    st.session_state["scenario picker"] = code
    st.selectbox(
        "Scenario",
        list(names),
        format_func=names.__getitem__,
        key="scenario picker",
        on_change=_choose,
        args=(known,),
    )


def _told_apart(names: dict[str, str]) -> dict[str, str]:
    """Return names by code of which no two are the same: a browser sends back the words that it shows."""
    several = {name for name, count in Counter(names.values()).items() if count > 1}
    return {code: f"{name} ({code[-6:]})" if name in several else name for code, name in names.items()}


def _choose(known: dict[str, Scenario]) -> None:
    chosen = known.get(st.session_state["scenario picker"])
    if chosen is not None:
        begin(chosen)


def _show_beside(known: dict[str, Scenario], beside: Sequence[Scenario]) -> None:
    chosen = {scenario_code(scenario): scenario for scenario in beside}
    every = {**known, **chosen}
    names = _told_apart(
        {
            code: locked_name(scenario) if code in known else f"{scenario.name}, not saved"
            for code, scenario in every.items()
        }
    )
    st.session_state["compare picker"] = list(chosen)
    st.multiselect(
        "Compare with",
        list(every),
        format_func=names.__getitem__,
        max_selections=MOST_COMPARED,
        key="compare picker",
        on_change=_compare,
        placeholder=f"Up to {MOST_COMPARED} scenarios",
    )


def _compare() -> None:
    codes = tuple(st.session_state["compare picker"])
    change(ResourcingChoices, compare=codes, **({"part": "compare"} if codes else {}))


def _show_save(plan: Scenario) -> None:
    if not may(Right.PLAN):
        off = why_not(Right.PLAN, "Saving for everyone is off on this server.")
        st.caption(plain(f"{off} Yours lasts until you close the tab; keep the link or the file."))
    name = plan.name.removesuffix(CHANGED)
    st.text_input("Save as", value=name, max_chars=NAME_LETTERS, key=f"scenario name {plan.name}")
    st.checkbox("In place of what is saved under that name", key="scenario instead")
    st.button("Save", type="primary", key="save scenario", on_click=_save, args=(plan,), width="stretch")
    if may(Right.PLAN) and name in scenarios_of(store_path()) and name not in locks_of(store_path()):
        sure = st.checkbox("Remove what is saved, for everybody", key=f"remove {name}")
        st.button(
            "Remove",
            key="remove scenario",
            disabled=not sure,
            on_click=_remove,
            args=(name,),
            width="stretch",
        )
    if broken := unreadable_scenarios_of(store_path()):
        st.caption(
            plain(
                f"{len(broken)} of the scenarios saved can't be read: {first_five(broken)}. Ask who keeps the store."
            )
        )
    show_notices(PROBLEM, DONE)


def _save(plan: Scenario) -> None:
    name, instead = st.session_state[f"scenario name {plan.name}"], st.session_state["scenario instead"]
    try:
        if may(Right.PLAN):
            with acting(Right.PLAN, "saved a scenario", name=name):
                saved = save_scenario(store_path(), plan, name, instead=instead)
        else:
            saved = _save_here(plan, name, instead)
        begin(saved)
        leave_notice(DONE, f"Saved as {saved.name}.")
    except VulncoreError as problem:
        leave_notice(PROBLEM, str(problem))
    except OSError:
        leave_notice(PROBLEM, "The store can't be written to. Ask who keeps it, or take the file with you.")


def _save_here(plan: Scenario, name: str, instead: bool) -> Scenario:
    """Keep a scenario for the visit alone."""
    saved = checked(plan.called(name))
    if saved.name in standing() and not (instead and saved.name in workbench().scenarios):
        raise VulncoreError(f"There is a scenario called {saved.name} already. Choose another name.")
    workbench().scenarios[saved.name] = saved
    return saved


def _remove(name: str) -> None:
    try:
        with acting(Right.PLAN, "removed a scenario", name=name):
            remove_scenario(store_path(), name)
        leave_notice(DONE, f"{name} is no longer saved. It stays on screen until you choose another.")
    except (VulncoreError, OSError) as problem:
        leave_notice(PROBLEM, str(problem))


def _show_file(plan: Scenario) -> None:
    st.download_button(
        "Download this scenario",
        scenario_text(plan),
        file_name=f"{file_name_of('scenario', plan.name)}.toml",
        mime="application/toml",
        key="download scenario",
        width="stretch",
    )
    st.caption("A text file with every number, made to be read and changed.")
    if may_upload():
        st.file_uploader(
            "Bring one in", type="toml", key="scenario file", on_change=_bring_in, max_upload_size=1
        )


def _bring_in() -> None:
    file = st.session_state["scenario file"]
    if file is None:
        return
    try:
        brought = read_scenario(file.getvalue().decode("utf-8-sig"))
        begin(brought)
        leave_notice(DONE, f"{brought.name} was brought in. Save it to keep it.")
    except UnicodeDecodeError:
        leave_notice(PROBLEM, "This is not a text file. Choose a scenario file (.toml).")
    except VulncoreError as problem:
        leave_notice(PROBLEM, str(problem))
