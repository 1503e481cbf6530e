"""One place of the map: its streets, months and hours; and another place beside it."""

from collections.abc import Callable
from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.choices import Picker
from pages.shared.drawn import drawn
from pages.shared.files import offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from pages.where.parts import source_away
from pages.where.question import NONE, WhereChoices
from pages.where.reads import place_of, two_places_of
from vulncore.charts.theme import Palette
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.shared.words import hidden_as
from vulncore.findings.where.charts import place_hours_chart, place_months_chart
from vulncore.findings.where.tables import hours_table, months_table
from vulncore.findings.where.view import MapView, PlaceView, TwoPlaces, WhereView

MOST_OFFERED = 200


def show_place(where: WhereView, shown: MapView, choices: WhereChoices, view: View, area: str) -> None:
    """Let a place be chosen, on the map or here, and another to stand beside it; show what can be shown of both."""
    names = {
        str(feature["properties"]["cell"]): str(feature["properties"]["place"]) for feature in shown.features
    }
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
        place = place_of(store_path(), view.publish, where.selection, area, shown.resolution, cell)
        drawn(_show_words, place)
        months, hours = st.columns(2)
        with months:
            _show_months(place, where, view)
        with hours:
            _show_hours(place, where, view)
        return
    both = two_places_of(store_path(), view.publish, where.selection, area, shown.resolution, (cell, against))
    _show_two(both, where, view)


def _place_picker(label: str, name: str, cells: list[str], names: dict[str, str], none: str) -> Picker[str]:
    return Picker(label, name, [NONE, *cells], 0, lambda cell: none if cell == NONE else names[cell], "place")


def _show_two(both: TwoPlaces, where: WhereView, view: View) -> None:
    st.markdown(f"**{plain(both.verdict)}**")
    for column, place in zip(st.columns(2), both.places, strict=True):
        with column:
            drawn(_show_words, place)
            _show_months(place, where, view, both.most_months)
            _show_hours(place, where, view, both.most_hours)


def _show_words(place: PlaceView) -> None:
    st.markdown(f"**{plain(place.name)}**: {plain(place.summary)} {plain(place.verdict.words)}")
    if len(place.streets) > 1:
        st.caption(plain(f"Streets: {', '.join(place.streets)}."))


def _show_months(place: PlaceView, where: WhereView, view: View, most: float | None = None) -> None:
    if place.months["records"].isna().all():
        st.info(plain(f"No year at this place has enough {where.unit} to be shown."))
        return
    drawn(_show_months_chart, place, where, most, source_of(view))
    with st.container(horizontal=True):
        drawn(_show_months_table, place)
        _offer_place("months at", partial(_months_of, place, where, most), place, where, view)


def _months_of(place: PlaceView, where: WhereView, most: float | None, colours: Palette) -> altair.LayerChart:
    legend = _steps_in_words(where.smallest)
    return place_months_chart(place.months, ["Months", place.name], legend, where.unit, colours, most)


def _show_months_chart(place: PlaceView, where: WhereView, most: float | None, source: str) -> None:
    spoken = "; ".join(f"{row.Months} {row.About}" for row in months_table(place).itertuples())
    show_chart(
        _months_of(place, where, most, palette()), alt=f"Months at {place.name}: {spoken}", source=source
    )


def _show_months_table(place: PlaceView) -> None:
    with st.popover("Show as table"):
        show_table(months_table(place), f"Months at {place.name}", ["About"])


def _show_hours(place: PlaceView, where: WhereView, view: View, most: float | None = None) -> None:
    if place.no_hours:
        st.info(plain(place.no_hours))
        return
    drawn(_show_hours_chart, place, where, most, source_of(view))
    with st.container(horizontal=True):
        drawn(_show_hours_table, place, where)
        _offer_place("hours at", partial(_hours_of, place, where, most), place, where, view)


def _hours_of(place: PlaceView, where: WhereView, most: float | None, colours: Palette) -> altair.LayerChart:
    title = [f"Hours, {where.window}", place.name]
    return place_hours_chart(place.hours, title, _steps_in_words(where.smallest), where.unit, colours, most)


def _hours_title(place: PlaceView, where: WhereView) -> str:
    return f"Hours at {place.name}, {where.window}"


def _show_hours_chart(place: PlaceView, where: WhereView, most: float | None, source: str) -> None:
    spoken = "; ".join(
        f"{row.day} {row.part} about {row.records:,.0f}" for row in place.hours.dropna().itertuples()
    )
    show_chart(
        _hours_of(place, where, most, palette()),
        alt=f"{_hours_title(place, where)}: {spoken or 'all hidden'}",
        source=source,
    )


def _show_hours_table(place: PlaceView, where: WhereView) -> None:
    table = hours_table(place)
    with st.popover("Show as table"):
        show_table(table, _hours_title(place, where), list(table.columns[1:]))


def _offer_place(
    what: str,
    draw: Callable[[Palette], altair.LayerChart],
    place: PlaceView,
    where: WhereView,
    view: View,
) -> None:
    name = file_name(
        view.publish,
        what,
        place.name,
        where.question.about,
        view.force,
        months_in_name(where.window),
    )
    source = f"{where.question.about}. {source_away(where, view)}"
    offer_downloads(name, pictures(draw, source), key=f"{what} {place.cell}")


def _steps_in_words(smallest: int) -> str:
    return f"In steps of {smallest}. –: {hidden_as(smallest)}" if smallest > 1 else "In whole numbers"
