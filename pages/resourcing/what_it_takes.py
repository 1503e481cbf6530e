"""How many more it takes, as a table with its months; and who joins anyway."""

import streamlit as st

from pages.resourcing.plan import change_joiners, show_notices
from pages.shared.drawn import drawn
from pages.shared.tables import show_table
from pages.shared.text import plain
from pages.shared.visit import leave_notice
from vulncore.domain.periods import add_months, format_month, month_name, months_between, parse_month
from vulncore.findings.resourcing.costs import ROUNDED, cost_in_words, cost_of
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sentences import is_judged
from vulncore.findings.resourcing.tables import COST_A_YEAR, UNTRAINED, steps_table
from vulncore.resourcing.scenario.checks import MOST_JOINERS
from vulncore.resourcing.scenario.scenario import Joiners
from vulncore.resourcing.solving import Condition, MoreNeeded, with_more

PROBLEM = "joiners problem"


def show_what_it_takes(outlook: ResourcingOutlook, by_hours: bool, made: bool) -> None:
    """Offer how many more begin when, first by the rule that the unit set, and the way to plan for people who join.

    Of a unit whose posts and people nobody entered nothing is said of how many more it takes.
    """
    more, joining = st.columns(2)
    by_rule = outlook.more_by(by_hours)
    others = (answer for answer in (outlook.more_for_cases, outlook.more_for_hours) if answer is not by_rule)
    answers = [answer for answer in (by_rule, *others) if isinstance(answer, MoreNeeded) and answer.steps]
    if answers and is_judged(outlook, made):
        needed = f"{by_rule.more:,} more" if by_rule in answers else "none more"
        with more.popover(f"What it takes: {needed}", width="stretch"):
            for solved in answers:
                _show_steps(outlook, solved)
    planned = sum(joiners.people for joiners in outlook.scenario.joiners)
    with joining.popover("Joiners" + (f": {planned:,} planned" if planned else " …"), width="stretch"):
        _show_joiners(outlook)
    show_notices(PROBLEM)


def _show_steps(outlook: ResourcingOutlook, solved: MoreNeeded) -> None:
    of_cases = solved.target.condition is Condition.CASELOAD
    what = f"No more than {solved.target.limit:,g} cases each" if of_cases else "Enough for the hours"
    st.button(
        f"Plan for {solved.more:,} who come trained",
        key=f"plan for {solved.target.condition}",
        on_click=_plan_for,
        args=(outlook, solved),
        width="stretch",
    )
    drawn(_show_steps_table, outlook, solved, what)


def _show_steps_table(outlook: ResourcingOutlook, solved: MoreNeeded, what: str) -> None:
    table = steps_table(outlook, solved)
    show_table(table, what, [name for name in table.columns if name not in ("Needed by", UNTRAINED)])
    if COST_A_YEAR in table:
        st.caption(ROUNDED)


def _plan_for(outlook: ResourcingOutlook, solved: MoreNeeded) -> None:
    planned = with_more(outlook.scenario, solved).joiners
    leave_notice(PROBLEM, change_joiners(outlook.scenario, planned))


def _show_joiners(outlook: ResourcingOutlook) -> None:
    plan, as_at = outlook.scenario, outlook.staffing.as_at
    for place, joiners in enumerate(plan.joiners):
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(plain(joiners_in_words(outlook, joiners)))
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
        list(names).index(outlook.question.role),
        format_func=names.__getitem__,
        key=f"joiners role {outlook.question.role}",
    )
    people.number_input("People", min_value=1, max_value=500, value=1, step=1, key="joiners people")
    month, trained = st.columns(2, vertical_alignment="bottom")
    months = [format_month(add_months(as_at, step)) for step in range(1, len(outlook.months) + 1)]
    month.selectbox(
        "Begin in", months, format_func=lambda key: month_name(parse_month(key)), key=_begins(outlook)
    )
    trained.checkbox("Already trained", key="joiners trained")
    st.button("Add", type="primary", key="add joiners", on_click=_add, args=(outlook,), width="stretch")


def joiners_in_words(outlook: ResourcingOutlook, joiners: Joiners) -> str:
    """Return who joins, when, and what they cost a year where somebody entered what one costs."""
    passed = months_between(outlook.staffing.as_at, joiners.month) < 1
    how = "trained" if joiners.trained else "to be trained"
    late = ": before these figures, so in post already and not added" if passed else ""
    cost = cost_of(outlook, joiners.role, joiners.people)
    costing = f", {cost_in_words(cost)}" if cost else ""
    return (
        f"{joiners.people:,} {outlook.used.role(joiners.role).name}, {month_name(joiners.month)}, {how}"
        f"{costing}{late}"
    )


def _begins(outlook: ResourcingOutlook) -> str:
    """Return what the box of months is kept under: those of another as-at month are others."""
    return f"joiners month after {format_month(outlook.staffing.as_at)}"


def _add(outlook: ResourcingOutlook) -> None:
    state = st.session_state
    new = Joiners(
        state[f"joiners role {outlook.question.role}"],
        parse_month(state[_begins(outlook)]),
        int(state["joiners people"]),
        bool(state["joiners trained"]),
    )
    leave_notice(PROBLEM, change_joiners(outlook.scenario, (*outlook.scenario.joiners, new)))
