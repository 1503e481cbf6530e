"""What stands beneath the charts of a forecast: its tables and files, how models did, what they learnt from."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import offer_csv
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.domain.periods import format_month, month_name
from vulncore.findings.forecast.charts import months_chart, years_chart
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import BASIS_NAMES, Outlook
from vulncore.findings.forecast.sentences import (
    basis_in_words,
    forecast_notes,
    months_in_words,
    years_in_words,
)
from vulncore.findings.forecast.tables import (
    backtest_rows,
    export_rows,
    forecast_rows,
    horizons_table,
    models_table,
    months_table,
    recorded_rows,
    recorded_years,
    total_rows,
    years_table,
)
from vulncore.forecasting.forecast import FEWEST_ORIGINS
from vulncore.forecasting.past import basis_months


def show_year_table(outlook: Outlook, view: View) -> None:
    """Draw the calendar years as a table, and offer them as a file."""
    drawn(_show_year_table, outlook)
    offer_rows("calendar-years", lambda: _exported(total_rows(outlook), outlook, view), outlook.demand)


def _show_year_table(outlook: Outlook) -> None:
    table = years_table(outlook)
    show_table(table, f"{outlook.demand.subject.name} by calendar year", list(table.columns[1:]))
    st.caption(
        "A year's range is narrower than the ranges of its months added up, because bad months and good months even out. "
        "It is added up from whole simulated futures."
    )


def show_month_table(outlook: Outlook, view: View) -> None:
    """Draw the months ahead as a table, and offer them as a file."""
    drawn(_show_month_table, outlook)
    offer_rows("months", lambda: _exported(forecast_rows(outlook), outlook, view), outlook.demand)


def _show_month_table(outlook: Outlook) -> None:
    table = months_table(outlook)
    show_table(table, f"{outlook.demand.subject.name} by month", list(table.columns[1:]))
    st.caption("Expected numbers add up over months. Ranges do not.")


def _exported(rows: pd.DataFrame, outlook: Outlook, view: View) -> pd.DataFrame:
    return export_rows(rows, outlook.demand, view.publish, outlook.adjustments)


def show_models(outlook: Outlook, view: View) -> None:
    """Say how every model did in the back-test."""
    drawn(_show_models, outlook)
    offer_rows(
        "back-test",
        lambda: export_rows(backtest_rows(outlook.demand, outlook.forecasts), outlook.demand, view.publish),
        outlook.demand,
    )


def _show_models(outlook: Outlook) -> None:
    for basis, forecast in outlook.forecasts.items():
        tries = forecast.trials["origin"].nunique()
        st.markdown(f"**{BASIS_NAMES[basis]}**, tested from {tries:d} earlier dates, six months apart")
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


def show_learning(outlook: Outlook) -> None:
    """Say which months the models learn from, and what was done with those that are odd."""
    lines = [
        f"**{BASIS_NAMES[basis]}**: {plain(basis_in_words(outlook, basis))}." for basis in outlook.forecasts
    ]
    lines += [plain(note) for note in forecast_notes(outlook)]
    st.markdown("\n".join(f"- {line}" for line in lines))


def show_years(outlook: Outlook, source: str, beside: tuple[Sequence[int], float] | None = None) -> None:
    """Draw the calendar years, recorded and ahead; `beside` is what its axes reach to where another chart stands beside it."""
    demand = outlook.demand
    shown = outlook.years.assign(basis=outlook.years["basis"].map(BASIS_NAMES))
    title = [f"{demand.subject.name} by calendar year", f"{demand.force}, to {month_name(demand.as_at)}"]
    show_chart(
        years_chart(shown, title, demand.subject.unit, palette(), beside),
        alt=f"{', '.join(title)}. {years_in_words(outlook)}",
        source=source,
    )


def show_recorded(demand: Demand, view: View) -> None:
    """Draw the calendar years recorded of what is not forecast."""
    drawn(_show_recorded, demand, source_of(view))
    offer_rows("recorded", lambda: export_rows(recorded_rows(demand), demand, view.publish), demand)


def _show_recorded(demand: Demand, source: str) -> None:
    shown = recorded_years(demand)
    title = [f"{demand.subject.name} by calendar year", f"{demand.force}, to {month_name(demand.as_at)}"]
    known = ", ".join(
        f"{year} {count}" for year, count in zip(shown["year"], shown["recorded_text"], strict=True)
    )
    show_chart(
        years_chart(shown, title, demand.subject.unit, palette()),
        alt=f"{', '.join(title)}. Recorded: {known}.",
        source=source,
    )
    rows = (
        shown[["year", "recorded_text"]]
        .astype(str)
        .rename(columns={"year": "Year", "recorded_text": "Recorded"})
    )
    with st.popover("Show as table"):
        show_table(rows, title[0], ["Recorded"])


def show_months(outlook: Outlook, source: str) -> None:
    """Draw the months, recorded and ahead, one chart for each basis, on one scale."""
    demand = outlook.demand
    top = float(max(outlook.months["high95"].max(), demand.months["count"].max(), 1))
    events = [(adjustment.start, adjustment.label) for adjustment in outlook.adjustments]
    for column, (basis, months) in zip(
        st.columns(outlook.months["basis"].nunique()),
        outlook.months.groupby("basis", sort=False),
        strict=True,
    ):
        name = BASIS_NAMES[basis]
        title = [f"{name}: {demand.subject.name.lower()} by month", f"{demand.force}, to {outlook.last_year}"]
        with column:
            show_chart(
                months_chart(
                    demand.months,
                    months,
                    basis_months(basis, demand.past).first,
                    events,
                    title,
                    demand.subject.unit,
                    top,
                    palette(),
                ),
                alt=f"{', '.join(title)}. {months_in_words(outlook, basis)}",
                source=source,
            )


def offer_rows(what: str, rows: Callable[[], pd.DataFrame], demand: Demand) -> None:
    """Offer rows of a subject as CSV."""
    name = f"forecast-{demand.subject.key}-{what}-{format_month(demand.as_at)}.csv"
    offer_csv(rows, name, key=f"download {what}")
