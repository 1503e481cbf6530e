"""What stands beneath the charts of a forecast: its tables and files, how models did, what they learnt from."""

from collections.abc import Callable, Iterable, Sequence
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
from vulncore.findings.forecast import came, tables
from vulncore.findings.forecast.charts import months_chart, years_chart
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import BASIS_NAMES, Outlook
from vulncore.findings.forecast.sentences import forecast_notes
from vulncore.findings.forecast.wording import basis_in_words, months_ahead_in_words, years_in_words
from vulncore.findings.shared.file_names import file_name
from vulncore.findings.shared.words import small_first
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import FEWEST_ORIGINS
from vulncore.forecasting.past import basis_months
from vulncore.forecasting.what_if import Adjustment


def show_year_table(outlook: Outlook, view: View) -> None:
    """Draw the calendar years as a table, and offer them as a file."""
    drawn(_show_year_table, outlook)
    _offer_rows("by calendar year", tables.total_rows, outlook, view, outlook.adjustments)


def _show_year_table(outlook: Outlook) -> None:
    _show_table(tables.years_table(outlook), f"{outlook.demand.subject.name} by calendar year")
    st.caption(
        "A year's range is narrower than the ranges of its months added up, because bad months and good months even out. "
        "It is added up from whole simulated futures."
    )


def show_month_table(outlook: Outlook, view: View) -> None:
    """Draw the months ahead as a table, and offer them as a file."""
    drawn(_show_month_table, outlook)
    _offer_rows("by month", tables.forecast_rows, outlook, view, outlook.adjustments)


def _show_month_table(outlook: Outlook) -> None:
    _show_table(tables.months_table(outlook), f"{outlook.demand.subject.name} by month")
    st.caption("Expected numbers add up over months. Ranges do not.")


def show_models(outlook: Outlook, view: View) -> None:
    """Say how every model did in the back-test."""
    drawn(_show_models, outlook)
    _offer_rows(
        "test on past months", lambda of: tables.backtest_rows(of.demand, of.forecasts), outlook, view
    )


def _show_models(outlook: Outlook) -> None:
    for basis, forecast in outlook.forecasts.items():
        name, tries = BASIS_NAMES[basis], forecast.trials["origin"].nunique()
        st.markdown(f"**{BASIS_NAMES[basis]}**, tested from {tries:d} earlier dates, six months apart")
        _show_table(
            tables.models_table(forecast),
            f"{name}: how each model foretold the twelve months after each date",
        )
        _show_table(tables.horizons_table(forecast), f"{name}: the model shown, by how far ahead it looked")
    st.caption(
        "MASE and RMSSE are in units of the usual change from one year to the next: 1 is as far off as that, less is better "
        "(RMSSE weighs large errors more). CRPS judges the whole range, in records. The "
        "combination is a third recent level, half smoothing and a sixth Prophet. The best of one series' trials "
        "is not shown for being best: it is so mostly by luck. A "
        f"model that doesn't beat last year again is not shown. A horizon counts as tested where {FEWEST_ORIGINS} dates "
        "or more reach it."
    )


def show_earlier(outlook: Outlook, view: View) -> None:
    """Say what came of earlier forecasts, those of versions and those of tests: a chart and a table for each basis."""
    if outlook.foretold.empty:
        st.markdown(plain(came.NONE_KEPT))
    for column, basis in _side_by_side(outlook):
        with column:
            drawn(_show_earlier, outlook, basis, source_of(view))
            if len(came.twelve_months(outlook, basis)):
                draw = partial(_came_of, outlook, basis)
                _offer_picture(f"earlier forecasts {BASIS_NAMES[basis]}", draw, outlook.demand, view)
    if len(outlook.foretold):
        _offer_rows("earlier forecasts", came.came_rows, outlook, view)


def _show_earlier(outlook: Outlook, basis: Basis, source: str) -> None:
    st.markdown(f"**{BASIS_NAMES[basis]}**: {plain(came.came_in_words(outlook, basis))}")
    years = came.twelve_months_table(outlook, basis)
    if years.empty:
        return
    title = _came_title(outlook, basis)
    show_chart(_came_of(outlook, basis, palette()), ", ".join(title), source)
    _show_table(years, title[0])
    if len(versions := came.versions_table(outlook, basis)):
        _show_table(versions, f"{BASIS_NAMES[basis]}: how often the months of each version held")


def _came_of(outlook: Outlook, basis: Basis, colours: Palette) -> altair.LayerChart:
    rows, title = came.twelve_months(outlook, basis), _came_title(outlook, basis)
    return came.came_chart(rows, title, outlook.demand.subject.unit, colours)


def _came_title(outlook: Outlook, basis: Basis) -> list[str]:
    name = f"{BASIS_NAMES[basis]}: what was said of twelve months, and what came"
    return [name, f"{outlook.demand.subject.name}, {outlook.demand.force}", *_as_if(outlook.demand)]


def _show_table(table: pd.DataFrame, caption: str) -> None:
    """Draw a table that has figures in all columns but the first."""
    show_table(table, caption, list(table.columns[1:]))


def show_learning(outlook: Outlook) -> None:
    """Say which months the models learn from, and what was done with those that are odd."""
    lines = [
        f"**{BASIS_NAMES[basis]}**: {plain(basis_in_words(outlook, basis))}." for basis in outlook.forecasts
    ]
    lines += [plain(note) for note in forecast_notes(outlook)]
    st.markdown("\n".join(f"- {line}" for line in lines))


def show_years(outlook: Outlook, source: str, beside: tuple[Sequence[int], float] | None = None) -> None:
    """Draw the calendar years, recorded and ahead; `beside` is what its axes reach to where another chart stands beside it."""
    title = ", ".join(_years_title(outlook.demand))
    show_chart(_years_of(outlook, palette(), beside), f"{title}. {years_in_words(outlook)}", source)


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
    return [
        f"{demand.subject.name} by calendar year",
        f"{demand.force}, to {month_name(demand.as_at)}",
        *_as_if(demand),
    ]


def _as_if(demand: Demand) -> list[str]:
    """Return the line of a title that says which change of level nobody has approved is taken for approved; none where none is."""
    change = demand.proposed
    return (
        [f"As if the level changed in {month_name(change.month)}"]
        if change and demand.is_as_if_changed
        else []
    )


def show_recorded(demand: Demand, view: View) -> None:
    """Draw the calendar years recorded of what is not forecast."""
    drawn(_show_recorded, demand, source_of(view))
    with st.container(horizontal=True):
        drawn(_show_recorded_as_table, demand)
        rows = csv_table(lambda: tables.export_rows(tables.recorded_rows(demand), demand, view.publish))
        _offer_picture("recorded by calendar year", partial(_recorded_chart, demand), demand, view, rows)


def _recorded_chart(demand: Demand, colours: Palette) -> altair.LayerChart:
    return years_chart(tables.recorded_years(demand), _years_title(demand), demand.subject.unit, colours)


def _show_recorded(demand: Demand, source: str) -> None:
    shown = tables.recorded_years(demand)
    known = ", ".join(
        f"{year} {count}" for year, count in zip(shown["year"], shown["recorded_text"], strict=True)
    )
    title = ", ".join(_years_title(demand))
    show_chart(_recorded_chart(demand, palette()), f"{title}. Recorded: {known}.", source)


def _show_recorded_as_table(demand: Demand) -> None:
    rows = (
        tables.recorded_years(demand)[["year", "recorded_text"]]
        .astype(str)
        .set_axis(["Year", "Recorded"], axis=1)
    )
    with st.popover("Show as table"):
        _show_table(rows, _years_title(demand)[0])


def show_months(outlook: Outlook, source: str) -> None:
    """Draw the months, recorded and ahead, one chart for each basis, on one scale."""
    for column, basis in _side_by_side(outlook):
        with column:
            alt = f"{', '.join(_months_title(outlook, basis))}. {months_ahead_in_words(outlook, basis)}"
            show_chart(_months_of(outlook, basis, palette()), alt, source)


def offer_months(outlook: Outlook, view: View) -> None:
    """Offer the chart of the months of each basis as a picture, beneath it."""
    for column, basis in _side_by_side(outlook):
        with column:
            draw = partial(_months_of, outlook, basis)
            _offer_picture(f"by month {BASIS_NAMES[basis]}", draw, outlook.demand, view)


def _side_by_side(outlook: Outlook) -> Iterable[tuple[DeltaGenerator, Basis]]:
    """Return a column of the page for each basis."""
    return zip(st.columns(len(outlook.paths)), outlook.paths, strict=True)


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
    return [name, f"{demand.force}, to {outlook.last_year}", *_as_if(demand)]


def _offer_rows(
    what: str,
    rows: Callable[[Outlook], pd.DataFrame],
    outlook: Outlook,
    view: View,
    adjustments: Sequence[Adjustment] = (),
) -> None:
    """Offer rows of an outlook as CSV, with the what-ifs that they hold."""
    name = f"{_name(what, outlook.demand, view)}.csv"
    about = (outlook.demand, view.publish, adjustments)
    offer_csv(lambda: tables.export_rows(rows(outlook), *about), name, key=f"download {what}")


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
    known_to = f"to {format_month(demand.as_at)}" + (" as if changed" if demand.is_as_if_changed else "")
    return file_name(view.publish, "forecast", demand.subject.name, what, demand.force, known_to)
