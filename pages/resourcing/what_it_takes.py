"""How many more it takes, as a table with its months; and who joins anyway."""

import streamlit as st

from pages.resourcing.plan import change_joiners
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.domain.periods import add_months, format_month, month_name, months_between, parse_month
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.tables import steps_table
from vulncore.resourcing.scenario.checks import MOST_JOINERS
from vulncore.resourcing.scenario.scenario import Joiners
from vulncore.resourcing.solving import Condition, MoreNeeded, with_more

PROBLEM = "joiners problem"


def show_what_it_takes(told: ResourcingOutlook) -> None:
    """Offer how many more begin when, and the way to plan for people who join."""
    more, joining = st.columns(2)
    answers = [
        each
        for each in (told.more_for_cases, told.more_for_hours)
        if isinstance(each, MoreNeeded) and each.steps
    ]
    if answers:
        with more.popover(
            f"What it takes: {' or '.join(f'{each.more:,}' for each in answers)} more", width="stretch"
        ):
            for solved in answers:
                _show_steps(told, solved)
    planned = sum(each.people for each in told.scenario.joiners)
    with joining.popover("Joiners" + (f": {planned:,} planned" if planned else " …"), width="stretch"):
        _show_joiners(told)
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(plain(problem))


def _show_steps(told: ResourcingOutlook, solved: MoreNeeded) -> None:
    of_cases = solved.target.condition is Condition.CASELOAD
    what = f"No more than {solved.target.limit:,g} cases each" if of_cases else "Enough for the hours"
    st.button(
        f"Plan for {solved.more:,} who come trained",
        key=f"plan for {solved.target.condition}",
        on_click=_plan_for,
        args=(told, solved),
        width="stretch",
    )
    show_table(steps_table(solved, told.staffing.as_at), what, ["More", "In all"])


def _plan_for(told: ResourcingOutlook, solved: MoreNeeded) -> None:
    planned = with_more(told.scenario, solved).joiners
    st.session_state[PROBLEM] = change_joiners(told.scenario, planned)


def _show_joiners(told: ResourcingOutlook) -> None:
    plan, as_at = told.scenario, told.staffing.as_at
    for place, each in enumerate(plan.joiners):
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(plain(joiners_in_words(told, each)))
        rest = (*plan.joiners[:place], *plan.joiners[place + 1 :])
        button.button(
            "Remove",
            key=f"remove joiners {place}",
            on_click=change_joiners,
            args=(plan, rest),
            width="stretch",
        )
    if len(plan.joiners) >= MOST_JOINERS:
        st.caption(f"{MOST_JOINERS} groups are planned. Remove one to add another.")
        return
    names = {role.key: role.name for role in plan.roles}
    role, people = st.columns(2)
    role.selectbox(
        "Role",
        list(names),
        list(names).index(told.question.role),
        format_func=lambda key: names[key],
        key=f"joiners role {told.question.role}",
    )
    people.number_input("People", min_value=1, max_value=500, value=1, step=1, key="joiners people")
    month, trained = st.columns(2, vertical_alignment="bottom")
    months = [format_month(add_months(as_at, step)) for step in range(1, len(told.months) + 1)]
    month.selectbox(
        "Begin in", months, format_func=lambda key: month_name(parse_month(key)), key="joiners month"
    )
    trained.checkbox("Already trained", key="joiners trained")
    st.button("Add", type="primary", key="add joiners", on_click=_add, args=(told,), width="stretch")


def joiners_in_words(told: ResourcingOutlook, each: Joiners) -> str:
    """Return who joins, and when."""
    passed = months_between(told.staffing.as_at, each.month) < 1
    how = "trained" if each.trained else "to be trained"
    late = ": before these figures, so in post already and not added" if passed else ""
    return f"{each.people:,} {told.used.role(each.role).name}, {month_name(each.month)}, {how}{late}"


def _add(told: ResourcingOutlook) -> None:
    state = st.session_state
    new = Joiners(
        state[f"joiners role {told.question.role}"],
        parse_month(state["joiners month"]),
        int(state["joiners people"]),
        bool(state["joiners trained"]),
    )
    state[PROBLEM] = change_joiners(told.scenario, (*told.scenario.joiners, new))
