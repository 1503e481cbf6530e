"""The charts of a forecast: calendar years for both bases together, and months for each."""

import streamlit as st

from pages.forecast.forecast_file import offer_file
from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.when.week import palette
from vulncore.domain.periods import month_name
from vulncore.findings.forecast.charts import months_chart
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.forecast_words import months_in_words, years_in_words
from vulncore.findings.forecast.forecast_years_chart import years_chart
from vulncore.findings.forecast.outlook import BASIS_NAMES, Outlook
from vulncore.findings.forecast.tables import exported, recorded_rows, recorded_years
from vulncore.forecasting.basis import months_of


def show_years(told: Outlook, view: View) -> None:
    """Draw the calendar years, recorded and ahead."""
    found = told.demand
    shown = told.years.assign(basis=told.years["basis"].map(BASIS_NAMES))
    title = [f"{found.subject.name} by calendar year", f"{found.force}, to {month_name(found.as_at)}"]
    st.altair_chart(
        years_chart(shown, title, found.subject.unit, palette()),
        alt=f"{', '.join(title)}. {years_in_words(told)}",
        width="stretch",
    )
    st.caption(source_line(view))


def show_recorded(found: Demand, view: View) -> None:
    """Draw the calendar years recorded of what is not forecast."""
    shown = recorded_years(found)
    title = [f"{found.subject.name} by calendar year", f"{found.force}, to {month_name(found.as_at)}"]
    known = ", ".join(f"{year} {count}" for year, count in zip(shown["year"], shown["said"], strict=True))
    st.altair_chart(
        years_chart(shown, title, found.subject.unit, palette()),
        alt=f"{', '.join(title)}. Recorded: {known}.",
        width="stretch",
    )
    st.caption(source_line(view))
    rows = shown[["year", "said"]].astype(str).rename(columns={"year": "Year", "said": "Recorded"})
    with st.popover("Show as table"):
        show_table(rows, title[0], ["Recorded"])
    offer_file("recorded", exported(recorded_rows(found), found, view.publish), found)


def show_months(told: Outlook, view: View) -> None:
    """Draw the months, recorded and ahead, one chart for each basis, on one scale."""
    found = told.demand
    top = float(max(told.months["high95"].max(), found.months["count"].max(), 1))
    events = [(each.start, each.called) for each in told.adjustments]
    for column, (basis, own) in zip(
        st.columns(told.months["basis"].nunique()), told.months.groupby("basis", sort=False), strict=True
    ):
        name = BASIS_NAMES[basis]
        title = [f"{name}: {found.subject.name.lower()} by month", f"{found.force}, to {told.last_year}"]
        with column:
            st.altair_chart(
                months_chart(
                    found.months,
                    own,
                    months_of(basis, found.past).first,
                    events,
                    title,
                    found.subject.unit,
                    top,
                    palette(),
                ),
                alt=f"{', '.join(title)}. {months_in_words(told, basis)}",
                width="stretch",
            )
    st.caption(source_line(view))
