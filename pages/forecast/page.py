"""How much is to come, and how sure can anyone be?"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.forecast import parts
from pages.forecast.beside import pinned_outlook, show_beside
from pages.forecast.question import (
    CHANGED,
    USED,
    ForecastChoices,
    first_subject,
    level_picker,
    lockdowns_picker,
    subject_shown,
    what_ifs,
)
from pages.forecast.reads import demand_of, outlook_of
from pages.forecast.what_if import show_what_if
from pages.forecast.work import forecasts_of
from pages.shared.beside import show_compare, two_views, view_beside
from pages.shared.choices import chosen, open_part
from pages.shared.drawn import drawn
from pages.shared.provenance import show_provenance, source_of
from pages.shared.reads import store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_briefing, show_working
from pages.shared.visit import end_page
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.outlook import Outlook, untested_outlook
from vulncore.findings.forecast.sentences import (
    forecast_briefing,
    forecast_headline,
    no_forecast_headline,
    pandemic_notes,
)
from vulncore.findings.forecast.wording import bases_in_words
from vulncore.findings.forecast.work import YEARS, other_way, why_no_forecast
from vulncore.findings.shared.headline import Briefing
from vulncore.findings.shared.words import small_first
from vulncore.forecasting.paths import months_ahead

PARTS = {
    "": "Years as a table",
    "months": "Months as a table",
    "came": "Earlier forecasts",
    "models": "How models did",
    "learns": "What they learn from",
}

st.title("Forecast")

try:
    view = chosen_view(first_subject, together=False)
    choices = chosen(ForecastChoices)
    subject, lockdowns = subject_shown(view), lockdowns_picker().made(choices) == USED
    adjustments = what_ifs(view, choices)
    demand = demand_of(store_path(), view.publish, view.force, subject, view.month, lockdowns)
except VulncoreError as problem:
    st.error(plain(f"The forecast cannot be shown. {problem}"))
    end_page()

refused = why_no_forecast(demand) if demand else None
ahead = months_ahead(view.month, YEARS)
spans = f"known to {month_name(view.month)}" + (
    "" if refused or not demand else f", forecast to {month_name(add_months(view.month, ahead))}"
)
beside = view_beside(view, choices)
other = other_way(demand) if demand and not refused and not beside else None
# beside another forecast both are as they were, and the choice waits
as_if_changed = not beside and level_picker(other).made(choices) == CHANGED
show_provenance(
    view, two_views(beside[0], view) if beside else f"{view.force}: {small_first(subject.name)}, {spans}"
)
show_compare(view, choices)
sentences, years = st.container(), st.container()
aside, what_if, level, _ = st.columns([2, 2, 2, 1], vertical_alignment="bottom")
if refused:
    with sentences:
        show_briefing(Briefing(refused.finding, refused.action))
    parts.show_recorded(demand, view)
    show_working(no_forecast_headline(refused))
    end_page()
if demand is None:
    sentences.info(plain(f"{subject.name}: no month of it was delivered, so nothing can be forecast."))
    end_page()

with aside:
    lockdowns_picker().draw(choices)
if other:
    with level:
        level_picker(other).draw(choices)
    if as_if_changed:
        demand, other = other, demand
with what_if.popover("What if" + (f": {len(adjustments)} added" if adjustments else " …"), width="stretch"):
    show_what_if(adjustments, view.month, ahead)
years_files, working, months, months_files = (st.container() for _ in range(4))
slots: list[DeltaGenerator] = []


def draw(outlook: Outlook) -> None:
    """Say what comes and draw the charts, over what stands there: until then that stays, from the run before."""
    if not slots:
        slots.extend(place.empty() for place in (sentences, years, working, months))
    places = [slot.container() for slot in slots]
    with places[0]:
        show_briefing(drawn(forecast_briefing, outlook))
    with places[1]:
        drawn(parts.show_years, outlook, source_of(view))
    with places[2]:
        show_working(drawn(forecast_headline, outlook), [bases_in_words(demand), *pandemic_notes(demand)])
    with places[3]:
        drawn(parts.show_months, outlook, source_of(view))


with st.container(key="fitting"):
    its_outlook = pinned_outlook(beside[0], lockdowns, adjustments) if beside else None
    draw_untried = None if its_outlook else lambda paths: draw(untested_outlook(demand, paths, adjustments))
    forecasts = forecasts_of(view, demand, lockdowns, draw_untried)
    its_other = (
        outlook_of(store_path(), view.publish, other, forecasts_of(view, other, lockdowns), adjustments)
        if other
        else None
    )
expected = outlook_of(store_path(), view.publish, demand, forecasts, adjustments, its_other)
if beside and its_outlook:
    with sentences:
        show_beside(beside[0], its_outlook, view, expected)
    end_page()
draw(expected)
with years_files:
    parts.offer_years(expected, view)
with months_files:
    parts.offer_months(expected, view)

part, place = open_part(PARTS, choices, "forecast part")
with place:
    if part == "months":
        parts.show_month_table(expected, view)
    elif part == "came":
        parts.show_earlier(expected, view)
    elif part == "models":
        parts.show_models(expected, view)
    elif part == "learns":
        drawn(parts.show_learning, expected)
    else:
        parts.show_year_table(expected, view)
