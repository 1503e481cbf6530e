"""How many people of which role does forecast demand take, and are they there?"""

import streamlit as st

from pages.resourcing.board import show_lock, show_lock_form
from pages.resourcing.levers import show_levers
from pages.resourcing.parts import (
    CASES,
    NEEDED_ALONE,
    NEEDED_AND_THERE,
    offer_chart_of,
    show_assumptions,
    show_chart_of,
    show_comparison,
    show_demand,
    show_drivers,
    show_months,
)
from pages.resourcing.plan import compared, plan_now
from pages.resourcing.question import (
    BY_HOURS,
    ResourcingChoices,
    basis_picker,
    draw_role_and_year,
    draw_settings,
    question,
    rule_picker,
)
from pages.resourcing.reads import check_demand, forecast_of, outlook_of
from pages.resourcing.scenarios import show_scenario_menu
from pages.resourcing.what_it_takes import show_what_it_takes
from pages.shared.choices import chosen, open_part
from pages.shared.drawn import drawn
from pages.shared.provenance import show_provenance, source_of
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_briefing, show_working
from pages.shared.visit import end_page, visit
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.work import YEARS
from vulncore.findings.resourcing.demand import UnitForecast
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sentences import is_judged, resourcing_briefing, resourcing_headline
from vulncore.forecasting.paths import months_ahead

PARTS = {
    "": "Assumptions",
    "drivers": "What drives it",
    "compare": "Compare scenarios",
    "months": "Roles and months",
    "demand": "What comes in",
}

st.title("Resourcing")

try:
    view = chosen_view(first=None)
    choices = chosen(ResourcingChoices)
    plan, beside = plan_now(choices), compared(choices)
    asked_for = question(plan, view.month, choices)
    basis, by_hours = basis_picker().made(choices), rule_picker().made(choices) == BY_HOURS
except VulncoreError as problem:
    st.error(plain(f"Resourcing cannot be shown. {problem}"))
    end_page()

last = add_months(view.month, months_ahead(view.month, YEARS))
unmet = tuple(visit().unmet)  # what `show_provenance` says once
show_provenance(
    view, f"{view.force}: {plan.unit}, known to {month_name(view.month)}, forecast to {month_name(last)}"
)
with st.sidebar:
    locking = show_scenario_menu(plan, beside)
try:
    check_demand(view, plan)
except VulncoreError as problem:
    st.info(plain(str(problem)))
    end_page()

with st.sidebar:
    draw_role_and_year(plan, view.month, choices)
    with st.popover("Settings", width="stretch"):
        draw_settings(view.month, choices)
sentences, answer, levers, beneath = (st.container() for _ in range(4))


def draw(outlook: ResourcingOutlook) -> None:
    """Say what the demand asks for and draw it."""
    with sentences:
        show_briefing(drawn(resourcing_briefing, outlook, view.publish.made, by_hours))
    with answer:
        drawn(show_chart_of, outlook, charts_of(outlook)[0], view.force, source_of(view))


def charts_of(outlook: ResourcingOutlook) -> list[str]:
    """Return what the charts show: first what the first sentence rests on, by the rule that the unit set."""
    if not is_judged(outlook, view.publish.made):
        return [NEEDED_ALONE]
    if not outlook.holds_cases:
        return [NEEDED_AND_THERE]
    return [NEEDED_AND_THERE, CASES] if by_hours else [CASES, NEEDED_AND_THERE]


untried: list[UnitForecast] = []


def draw_untried(early: UnitForecast) -> None:
    """Draw what is not tried yet; until there is something to draw, what stands there from the run before stays."""
    untried.append(early)
    draw(outlook_of(early, plan, view, asked_for))


try:
    with st.container(key="fitting"):
        forecast = forecast_of(view, plan, basis, draw_untried)
    if untried:  # so that it stands where every later run puts it, and nothing moves under a hand
        visit().unmet.extend(unmet)
        st.rerun()
    outlook = outlook_of(forecast, plan, view, asked_for)
except VulncoreError as problem:
    st.info(plain(str(problem)))
    end_page()

draw(outlook)
with sentences:
    show_lock(plan, outlook, view, by_hours)
with locking:
    show_lock_form(outlook, view, by_hours)
with beneath:
    first, *others = charts_of(outlook)
    judged = is_judged(outlook, view.publish.made)
    offer_chart_of(outlook, first, view)
    show_what_it_takes(outlook, by_hours, view.publish.made)
    show_working(drawn(resourcing_headline, outlook, judged))
    for other in others:
        drawn(show_chart_of, outlook, other, view.force, source_of(view))
        offer_chart_of(outlook, other, view)
with levers:  # last, so that what a pull changes is drawn before the next one is asked for
    show_levers(plan, outlook)

part, place = open_part(PARTS, choices, "resourcing part")
with place:
    if part in ("drivers", "compare") and not judged:
        st.info(f"Enter your posts and people under {PARTS['']} first: this compares demand with them.")
    elif part == "drivers":
        show_drivers(outlook, view)
    elif part == "compare":
        show_comparison(outlook, beside, view)
    elif part == "months":
        show_months(outlook, view, judged)
    elif part == "demand":
        show_demand(outlook, view)
    else:
        show_assumptions(outlook, choices, view)
