"""The map of places, with the list that says the same, its table and its files."""

import json
from collections.abc import Mapping
from functools import cache, partial
from html import escape
from typing import Any

import altair
import pandas as pd
import pydeck
import streamlit as st

from pages.shared.choices import change
from pages.shared.drawn import drawn
from pages.shared.files import Download, csv_table, offer_downloads, pictures
from pages.shared.provenance import source_line, source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.telephone import is_telephone
from pages.shared.text import palette, plain
from pages.shared.visit import visit
from pages.where.ground import OwnGround, credits_of, own_ground
from pages.where.parts import where_file
from pages.where.question import NONE, WhereChoices, bandwidth_picker, hours_picker, layer_picker, size_picker
from pages.where.reads import MapQuestion, place_of
from vulncore.charts.map_chart import NARROW, UNSEEN, WIDE, fill, hotspot_map
from vulncore.charts.map_names import DrawnOn, drawn_on, names_on
from vulncore.charts.theme import Palette
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import short_mark
from vulncore.findings.where.layers import NAMES, NOTHING, layer_name
from vulncore.findings.where.map import LISTED
from vulncore.findings.where.map_picture import map_picture
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.view import MapView, WhereView

HEIGHT, NARROW_HEIGHT = 490, 380  # pixels
MADE_AT = (0.12, 0.05)  # of the area's width and height, from its north-west
MADE_FIRST = 950  # before numbers and names: the library takes no more than a thousand
MAP_CHOICE = 168  # pixels: two stand beside each other on a telephone
LEGEND_STYLE = """<style>
ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin: 0; padding: 0; font-size: 0.88rem; }
ul.legend li { display: flex; align-items: center; gap: 0.45rem; margin: 0; }
ul.legend i { width: 1.15rem; height: 1.15rem; border: 1px solid rgba(128, 140, 152, 0.8); border-radius: 2px;
  font-style: normal; text-align: center; line-height: 1.1rem; font-size: 0.8rem; }
ul.legend i.hot { border: 3px solid currentColor; border-radius: 50%; }
</style>"""


def show_hours(view: View, choices: WhereChoices, selection: MapSelection) -> None:
    """Draw in which hours of the week, beneath what the sidebar says is looked at."""
    picker, _ = hours_picker(view, selection.records, choices)
    if len(picker.options) > 1:
        with st.sidebar:
            picker.draw(choices)


def show_map_choices(choices: WhereChoices, where: WhereView) -> None:
    """Draw what the map shows, and in cells of which size: beside each other on a telephone, too."""
    with st.container(horizontal=True, key="map choices"):
        with st.container(width=MAP_CHOICE):
            chosen = layer_picker(where).draw(choices)
        if chosen != Layer.WARDS:
            with st.container(width=MAP_CHOICE):
                (bandwidth_picker() if chosen == Layer.DENSITY else size_picker(where)).draw(choices)


def show_where_map(
    where: WhereView, shown: MapView, place: str, hot: str, view: View, question: MapQuestion
) -> None:
    """Draw the map, and beneath it the list of its places."""
    drawn(show_legend, shown, bool(hot), True)
    # by its key the map keeps its place in the page, and so where it looks, when a line above comes or goes
    with st.container(key="map and list"):
        # and by the same key whatever is shown it stays where somebody moved it
        draw_map(shown, view, f"map of {view.force}", WIDE, place, hot, can_pick=True)
        if place != NONE:
            picked = place_of(question, shown.resolution, place)
            st.info(
                f"**{plain(picked.name)}**: {plain(picked.summary)} {plain(picked.verdict.words)} There is more below the map."
            )
        st.caption(f"**{plain(shown.title)}.** {source_line(view)} {plain(credits_of(shown, view.force))}")
        in_words, files = st.columns([7, 3])
        with in_words:
            drawn(_show_list, shown, where.unit)
        with files:
            drawn(_show_as_table, shown, where.unit)
            offer_map(where, shown, hot, view)


def draw_map(
    shown: MapView,
    view: View,
    key: str,
    width: int,
    place: str = NONE,
    hot: str = "",
    *,
    can_pick: bool = False,
) -> None:
    """Draw a map, `width` pixels wide or a telephone's, with a `place` picked and the edges of what is `hot`."""
    # under another name once a place is picked: the browser lets go of it then, and no longer fades all others
    layer_id = f"{view.publish.dataset} {view.publish.number} {shown.choice.layer} {shown.resolution} {place}"
    picked = None if place == NONE else place
    narrow = is_telephone()
    at_least = NARROW if narrow else width
    st.pydeck_chart(
        drawn(
            _deck,
            shown,
            picked,
            hot,
            palette(),
            at_least,
            layer_id,
            short_mark(view.publish),
            view.force,
            own_ground(view.force),
        ),
        height=NARROW_HEIGHT if narrow else HEIGHT,
        key=key,
        on_select=partial(_keep_cell, key, layer_id) if can_pick else "ignore",
        alt=shown.alt,
    )


def _deck(
    shown: MapView,
    picked: str | None,
    hot: str,
    colours: Palette,
    width: int,
    layer_id: str,
    mark: str,
    force: str,
    brought: OwnGround | None,
) -> pydeck.Deck:
    ground = drawn_on(shown.bounds, force)
    deck = hotspot_map(
        shown.features,
        [*names_on(ground, hot), *([_made_mark(shown, mark)] if mark else [])],
        shown.outline,
        shown.bounds,
        picked,
        colours,
        width,
        layer_id,
        json.loads(hot)["geometry"] if hot else None,
        ground.styles,
        "" if brought is None else brought.style_address(colours),
    )
    deck.to_json = cache(deck.to_json)  # so that it is written once for all who see it
    return deck


def _keep_cell(key: str, layer_id: str) -> None:
    """Keep the zone that was picked on the map; let go of it where nothing is picked in its layer any more.

    When another layer is shown the browser itself empties the selection, and says so with the next choice that is made:
    a zone that was meanwhile picked from the list has to stay.
    """
    picked = st.session_state[key]["selection"]["objects"].get(layer_id, [])
    picked_in, visit().layer_picked_in = visit().layer_picked_in, layer_id if picked else ""
    cell = picked[0].get("properties", {}).get("cell") if picked else None
    if cell:
        change(WhereChoices, cell=str(cell).removeprefix(UNSEEN), part="")
    elif picked_in == layer_id:
        change(WhereChoices, cell=NONE)


def show_legend(shown: MapView, outlined: bool, counted: bool) -> None:
    """Say what the colours mean, and how many places have each where that is wanted."""
    items = []
    for kind in shown.legend:
        red, green, blue, opaque = fill(kind.key, palette())
        style = f"background: rgba({red}, {green}, {blue}, {opaque / 255:.2f})"
        words = escape(shown.counted(kind) if counted else kind.words)
        items.append(f'<li><i style="{style}" aria-hidden="true">{escape(kind.mark)}</i>{words}</li>')
    if outlined:
        items.append('<li><i class="hot" aria-hidden="true"></i>Outlined: hotspot</li>')
    st.html(f'{LEGEND_STYLE}<ul class="legend" aria-label="What the colours mean">{"".join(items)}</ul>')


def _show_list(shown: MapView, unit: str) -> None:
    listing = shown.listing
    if listing.empty:
        st.markdown(NOTHING[shown.choice.layer])
        return
    rest = len(listing) - LISTED
    more = f" (the first {LISTED} of {len(listing):,})" if rest > 0 else ""
    show_table(_read(shown, unit).head(LISTED), f"Places of {unit}{more}")


def _read(shown: MapView, unit: str) -> pd.DataFrame:
    """Return the list of places with columns named for people."""
    counts = shown.choice.layer in (Layer.CELLS, Layer.WARDS)
    return shown.listing[["Place", "What"]].rename(
        columns={"What": unit.capitalize() if counts else NAMES[shown.choice.layer]}
    )


def offer_map(where: WhereView, shown: MapView, hot: str, view: View, side: str = "") -> None:
    """Offer a map as a picture, a table and a file for maps; `side` tells two maps beside each other apart."""
    ground = drawn_on(shown.bounds, view.force)
    offer_downloads(
        where_file(where, view, f"map {layer_name(shown.choice.layer, where.ground)}"),
        [
            *pictures(
                partial(_picture, where, shown, hot, ground), f"{source_of(view)} {ground.credit}".rstrip()
            ),
            csv_table(lambda: shown.rows),
            Download("Map (GeoJSON)", lambda: shown.geojson, "geojson", "application/geo+json"),
        ],
        key=f"map {side}",
        width="stretch",
    )


def _picture(
    where: WhereView, shown: MapView, hot: str, ground: DrawnOn, colours: Palette
) -> altair.LayerChart:
    outlined = json.loads(hot)["geometry"] if hot else None
    return map_picture(where, shown, names_on(ground, hot), outlined, colours)


def _show_as_table(shown: MapView, unit: str) -> None:
    with st.popover("Show as table", width="stretch"):
        show_table(_read(shown, unit), shown.title)


def _made_mark(shown: MapView, mark: str) -> Mapping[str, Any]:
    """Return the mark of made data in a corner of the area, so that it is in whatever picture somebody takes of the screen."""
    west, south, east, north = shown.bounds
    across, down = MADE_AT
    place = {"longitude": west + across * (east - west), "latitude": north - down * (north - south)}
    return {"name": f"({mark}, not real)", "kind": "made", "priority": MADE_FIRST, **place}
