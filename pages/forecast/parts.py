"""What stands beneath the charts of a forecast: its tables and files, how models did, what they learnt from."""

from collections.abc import Callable, Sequence
from functools import partial

import altair
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import Download, csv_table, offer_csv, offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.charts.theme import Palette
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
from vulncore.findings.shared.file_names import file_name
from vulncore.findings.shared.words import small_first
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import FEWEST_ORIGINS
from vulncore.forecasting.past import basis_months


def show_year_table(outlook: Outlook, view: View) -> None:
    """Draw the calendar years as a table, and offer them as a file."""
    drawn(_show_year_table, outlook)
    offer_rows(
        "by calendar year", lambda: _exported(total_rows(outlook), outlook, view), outlook.demand, view
    )


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
    offer_rows("by month", lambda: _exported(forecast_rows(outlook), outlook, view), outlook.demand, view)


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
        "test on past months",
        lambda: export_rows(backtest_rows(outlook.demand, outlook.forecasts), outlook.demand, view.publish),
        outlook.demand,
        view,
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
    show_chart(
        _years_of(outlook, palette(), beside),
        alt=f"{', '.join(_years_title(outlook.demand))}. {years_in_words(outlook)}",
        source=source,
    )


def offer_years(
    outlook: Outlook, view: View, beside: tuple[Sequence[int], float] | None = None, side: str = ""
) -> None:
    """Offer the chart of the calendar years as a picture; `side` tells two charts beside each other apart."""
    draw = partial(_years_of, outlook, beside=beside)
    _offer_picture("by calendar year", draw, outlook.demand, view, side=side)


def _years_of(
    outlook: Outlook, colours: Palette, beside: tuple[Sequence[int], float] | None = None
) -> altair.LayerChart:
    shown = outlook.years.assign(basis=outlook.years["basis"].map(BASIS_NAMES))
    return years_chart(shown, _years_title(outlook.demand), outlook.demand.subject.unit, colours, beside)


def _years_title(demand: Demand) -> list[str]:
    return [f"{demand.subject.name} by calendar year", f"{demand.force}, to {month_name(demand.as_at)}"]


def show_recorded(demand: Demand, view: View) -> None:
    """Draw the calendar years recorded of what is not forecast."""
    source = source_of(view)
    drawn(_show_recorded, demand, source)
    with st.container(horizontal=True):
        drawn(_show_recorded_as_table, demand)
        _offer_picture(
            "recorded by calendar year",
            partial(_recorded_chart, demand),
            demand,
            view,
            csv_table(lambda: export_rows(recorded_rows(demand), demand, view.publish)),
        )


def _recorded_chart(demand: Demand, colours: Palette) -> altair.LayerChart:
    return years_chart(recorded_years(demand), _years_title(demand), demand.subject.unit, colours)


def _show_recorded(demand: Demand, source: str) -> None:
    shown = recorded_years(demand)
    known = ", ".join(
        f"{year} {count}" for year, count in zip(shown["year"], shown["recorded_text"], strict=True)
    )
    show_chart(
        _recorded_chart(demand, palette()),
        alt=f"{', '.join(_years_title(demand))}. Recorded: {known}.",
        source=source,
    )


def _show_recorded_as_table(demand: Demand) -> None:
    rows = (
        recorded_years(demand)[["year", "recorded_text"]]
        .astype(str)
        .rename(columns={"year": "Year", "recorded_text": "Recorded"})
    )
    with st.popover("Show as table"):
        show_table(rows, _years_title(demand)[0], ["Recorded"])


def show_months(outlook: Outlook, source: str) -> None:
    """Draw the months, recorded and ahead, one chart for each basis, on one scale."""
    for column, basis in zip(_months_side_by_side(outlook), _bases(outlook), strict=True):
        with column:
            show_chart(
                _months_of(outlook, basis, palette()),
                alt=f"{', '.join(_months_title(outlook, basis))}. {months_in_words(outlook, basis)}",
                source=source,
            )


def offer_months(outlook: Outlook, view: View) -> None:
    """Offer the chart of the months of each basis as a picture, beneath it."""
    for column, basis in zip(_months_side_by_side(outlook), _bases(outlook), strict=True):
        with column:
            _offer_picture(
                f"by month {BASIS_NAMES[basis]}", partial(_months_of, outlook, basis), outlook.demand, view
            )


def _bases(outlook: Outlook) -> Sequence[Basis]:
    return list(outlook.months["basis"].drop_duplicates())


def _months_side_by_side(outlook: Outlook) -> Sequence[DeltaGenerator]:
    return st.columns(len(_bases(outlook)))


def _months_of(outlook: Outlook, basis: Basis, colours: Palette) -> altair.LayerChart:
    demand = outlook.demand
    return months_chart(
        demand.months,
        outlook.months[outlook.months["basis"] == basis],
        basis_months(basis, demand.past).first,
        [(adjustment.start, adjustment.label) for adjustment in outlook.adjustments],
        _months_title(outlook, basis),
        demand.subject.unit,
        float(max(outlook.months["high95"].max(), demand.months["count"].max(), 1)),
        colours,
    )


def _months_title(outlook: Outlook, basis: Basis) -> list[str]:
    demand = outlook.demand
    name = f"{BASIS_NAMES[basis]}: {small_first(demand.subject.name)} by month"
    return [name, f"{demand.force}, to {outlook.last_year}"]


def offer_rows(what: str, rows: Callable[[], pd.DataFrame], demand: Demand, view: View) -> None:
    """Offer rows of a subject as CSV."""
    offer_csv(rows, f"{_name(what, demand, view)}.csv", key=f"download {what}")


def _offer_picture(
    what: str,
    draw: Callable[[Palette], altair.LayerChart],
    demand: Demand,
    view: View,
    *more: Download,
    side: str = "",
) -> None:
    files = [*pictures(draw, source_of(view)), *more]
    offer_downloads(_name(what, demand, view), files, key=f"picture {what} {side}")


def _name(what: str, demand: Demand, view: View) -> str:
    known_to = f"to {format_month(demand.as_at)}"
    return file_name(view.publish, "forecast", demand.subject.name, what, demand.force, known_to)
