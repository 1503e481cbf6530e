"""How much is to come, and how sure can anyone be?"""

import streamlit as st

from pages.forecast.parts import (
    show_learning,
    show_models,
    show_month_table,
    show_months,
    show_recorded,
    show_year_table,
    show_years,
)
from pages.forecast.question import USED, forecast_link, lockdowns_picker, subject_picker, what_ifs
from pages.forecast.reads import demand_of
from pages.forecast.what_if import show_what_if
from pages.forecast.work import forecasts_of
from pages.shared.choices import open_part, write_link
from pages.shared.provenance import show_provenance
from pages.shared.reads import store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_headline
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import add_months, month_name
from vulncore.findings.forecast.outlook import Outlook, forecast_outlook
from vulncore.findings.forecast.sentences import bases_in_words, forecast_headline, no_forecast_headline
from vulncore.findings.forecast.work import YEARS, why_no_forecast
from vulncore.forecasting.paths import months_ahead

YEARS_PART, MONTHS_PART, MODELS_PART, LEARNS_PART = (
    "Years as a table",
    "Months as a table",
    "How models did",
    "What they learn from",
)
PARTS = {YEARS_PART: None, MONTHS_PART: "months", MODELS_PART: "models", LEARNS_PART: "learns"}

st.title("Forecast")

try:
    view = chosen_view()
    picker, offered = subject_picker(view)
    subject, lockdowns, adjustments = (
        offered[picker.made()],
        lockdowns_picker().made() == USED,
        what_ifs(view),
    )
    found = demand_of(store_path(), view.publish, view.force, subject, view.month, lockdowns)
except VulncoreError as problem:
    st.error(plain(f"The forecast cannot be shown. {problem}"))
    st.stop()

refused = why_no_forecast(found) if found else None
ahead = months_ahead(view.month, YEARS)
spans = f"known to {month_name(view.month)}" + (
    "" if refused or not found else f", forecast to {month_name(add_months(view.month, ahead))}"
)
show_provenance(view, f"{view.force}: {subject.name.lower()}, {spans}")
said = st.empty()
which, aside, what_if = st.columns([3, 2, 2], vertical_alignment="bottom")
with which:
    picker.draw()

if found is None or refused:
    with said.container():
        if refused:
            show_headline(no_forecast_headline(refused))
        else:
            st.info(
                plain(f"{subject.name}: only totals are published and no month, so nothing can be forecast.")
            )
    if found:
        show_recorded(found, view)
    write_link("forecast", **view.link(), **forecast_link(subject))
    st.stop()

with aside:
    lockdowns_picker().draw()
with what_if.popover("What if" + (f": {len(adjustments)} added" if adjustments else " …"), width="stretch"):
    show_what_if(adjustments, view.month, ahead)
years, months = st.empty(), st.empty()


def draw(told: Outlook) -> None:
    """Say what comes and draw the charts, over what stands there."""
    with said.container():
        show_headline(forecast_headline(told))
        st.caption(bases_in_words(found))
    with years.container():
        show_years(told, view)
    with months.container():
        show_months(told, view)


told = forecast_outlook(found, forecasts_of(view, found, lockdowns, adjustments, draw), adjustments)
draw(told)

opened, part = open_part(PARTS, "forecast part")
write_link("forecast", **view.link(), **forecast_link(subject))
with part:
    if opened == YEARS_PART:
        show_year_table(told, view)
    elif opened == MONTHS_PART:
        show_month_table(told, view)
    elif opened == MODELS_PART:
        show_models(told, view)
    else:
        show_learning(told)
