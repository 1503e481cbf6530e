"""What stands beneath the charts of a forecast: its tables and files, how models did, what they learnt from."""

import streamlit as st

from pages.forecast.forecast_file import offer_file
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.findings.forecast.forecast_words import basis_in_words, forecast_notes
from vulncore.findings.forecast.outlook import BASIS_NAMES, Outlook
from vulncore.findings.forecast.tables import (
    backtest_rows,
    exported,
    forecast_rows,
    horizons_table,
    models_table,
    months_table,
    total_rows,
    years_table,
)
from vulncore.forecasting.forecast import FEWEST_ORIGINS


def show_year_table(told: Outlook, view: View) -> None:
    """Draw the calendar years as a table, and offer them as a file."""
    table = years_table(told)
    show_table(table, f"{told.demand.subject.name} by calendar year", list(table.columns[1:]))
    st.caption(
        "A year's range comes from adding up whole simulated paths. It is narrower than its months' ranges added up, since "
        "not every month is at its worst at once."
    )
    rows = exported(total_rows(told), told.demand, view.publish, told.adjustments)
    offer_file("calendar-years", rows, told.demand)


def show_month_table(told: Outlook, view: View) -> None:
    """Draw the months ahead as a table, and offer them as a file."""
    table = months_table(told)
    show_table(table, f"{told.demand.subject.name} by month", list(table.columns[1:]))
    st.caption("What is expected adds up over months; the ranges don't.")
    rows = exported(forecast_rows(told), told.demand, view.publish, told.adjustments)
    offer_file("months", rows, told.demand)


def show_models(told: Outlook, view: View) -> None:
    """Say how every model did in the back-test."""
    for basis, forecast in told.forecasts.items():
        tries = forecast.trials["origin"].nunique()
        st.markdown(f"**{BASIS_NAMES[basis]}**, tried from {tries} earlier dates, six months apart")
        table = models_table(forecast)
        show_table(
            table,
            f"{BASIS_NAMES[basis]}: how each model foretold the twelve months after each date",
            list(table.columns[1:]),
        )
        ahead = horizons_table(forecast)
        show_table(
            ahead,
            f"{BASIS_NAMES[basis]}: the model shown, by how far ahead it looked",
            list(ahead.columns[1:]),
        )
    st.caption(
        "MASE and RMSSE are in units of the usual change from one year to the next: 1 is as far off as that, less is better "
        "(RMSSE weighs large errors more). CRPS judges the whole range, in records. Five "
        "models speak alone, the combination takes as many paths of each. The best of one series' trials is not shown "
        "for being best: it is so mostly by luck, and on 64 real series choosing it did worse than the combination. A "
        f"model that doesn't beat last year again is not shown. A horizon counts as tested where {FEWEST_ORIGINS} dates "
        "or more reach it."
    )
    rows = exported(backtest_rows(told.demand, told.forecasts), told.demand, view.publish)
    offer_file("back-test", rows, told.demand)


def show_learning(told: Outlook) -> None:
    """Say which months the models learn from, and what was done with those that are odd."""
    lines = [f"**{BASIS_NAMES[basis]}**: {plain(basis_in_words(told, basis))}." for basis in told.forecasts]
    lines += [plain(note) for note in forecast_notes(told)]
    st.markdown("\n".join(f"- {line}" for line in lines))
