"""One place of the map: its streets, months and hours; and another place beside it."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.choices import Picker
from pages.shared.drawn import drawn
from pages.shared.files import offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from pages.where.parts import source_away, where_file
from pages.where.question import NONE, WhereChoices
from pages.where.reads import MapQuestion, place_of, two_places_of
from vulncore.charts.theme import Palette
from vulncore.findings.shared.words import hidden_as
from vulncore.findings.where.charts import place_hours_chart, place_months_chart
from vulncore.findings.where.tables import hours_table, months_table
from vulncore.findings.where.view import MapView, PlaceView, WhereView

MOST_OFFERED = 200
MONTHS, HOURS = "Months", "Hours"


def show_place(
    where: WhereView, shown: MapView, choices: WhereChoices, view: View, question: MapQuestion
) -> None:
    """Let a place be chosen, on the map or here, and another to stand beside it; show what can be shown of both."""
    names = dict(zip(shown.rows["cell"], shown.rows["place"], strict=True))
    first = shown.listing["cell"].tolist()[:MOST_OFFERED]
    rest = sorted(set(names) - set(first), key=lambda cell: names[cell])
    here, there = st.columns(2)
    with here:
        cell = _place_picker("Place", "cell", [*first, *rest], names, "Pick one on the map, or here").draw(
            choices
        )
    if cell == NONE:
        return
    others = [other for other in (*first, *rest) if other != cell]
    with there:
        against = _place_picker("Compare with", "against", others, names, "No other place").draw(choices)
    if against == NONE:
        place = place_of(question, shown.resolution, cell)
        drawn(_show_words, place)
        for column, what in zip(st.columns(2), (MONTHS, HOURS), strict=True):
            with column:
                _show_time(what, place, where, view)
        return
    both = two_places_of(question, shown.resolution, (cell, against))
    st.markdown(f"**{plain(both.verdict)}**")
    for column, place in zip(st.columns(2), both.places, strict=True):
        with column:
            drawn(_show_words, place)
            _show_time(MONTHS, place, where, view, both.most_months)
            _show_time(HOURS, place, where, view, both.most_hours)


def _place_picker(label: str, name: str, cells: list[str], names: dict[str, str], none: str) -> Picker[str]:
    return Picker(label, name, [NONE, *cells], 0, lambda cell: none if cell == NONE else names[cell], "place")


def _show_words(place: PlaceView) -> None:
    st.markdown(f"**{plain(place.name)}**: {plain(place.summary)} {plain(place.verdict.words)}")
    if len(place.streets) > 1:
        st.caption(plain(f"Streets: {', '.join(place.streets)}."))


def _show_time(what: str, place: PlaceView, where: WhereView, view: View, most: float | None = None) -> None:
    """Draw a place's `MONTHS` or its `HOURS`; `most` is how far the scale reaches where another place stands beside it."""
    if what == HOURS:
        nothing = place.no_hours
    elif place.months["records"].isna().all():
        nothing = f"No year at this place has enough {where.unit} to be shown."
    else:
        nothing = ""
    if nothing:
        st.info(plain(nothing))
        return
    drawn(_show_chart, what, place, where, most, source_of(view))
    with st.container(horizontal=True):
        drawn(_show_table, what, place, where)
        at = f"{what.lower()} at"
        source = f"{where.question.about}. {source_away(where, view)}"
        offer_downloads(
            where_file(where, view, at, place.name),
            pictures(partial(_chart, what, place, where, most), source),
            key=f"{at} {place.cell}",
        )


def _chart(
    what: str, place: PlaceView, where: WhereView, most: float | None, colours: Palette
) -> altair.LayerChart:
    few = where.smallest
    legend = f"In steps of {few}. –: {hidden_as(few)}" if few > 1 else "In whole numbers"
    if what == MONTHS:
        return place_months_chart(place.months, [what, place.name], legend, where.unit, colours, most)
    title = [f"{what}, {where.window}", place.name]
    return place_hours_chart(place.hours, title, legend, where.unit, colours, most)


def _title(what: str, place: PlaceView, where: WhereView) -> str:
    return f"{what} at {place.name}" if what == MONTHS else f"{what} at {place.name}, {where.window}"


def _show_chart(what: str, place: PlaceView, where: WhereView, most: float | None, source: str) -> None:
    spoken = (
        [f"{row.Months} {row.About}" for row in months_table(place).itertuples()]
        if what == MONTHS
        else [f"{row.day} {row.part} about {row.records:,.0f}" for row in place.hours.dropna().itertuples()]
    )
    alt = f"{_title(what, place, where)}: {'; '.join(spoken) or 'all hidden'}"
    show_chart(_chart(what, place, where, most, palette()), alt=alt, source=source)


def _show_table(what: str, place: PlaceView, where: WhereView) -> None:
    table = months_table(place) if what == MONTHS else hours_table(place)
    with st.popover("Show as table"):
        show_table(table, _title(what, place, where), list(table.columns[1:]))
