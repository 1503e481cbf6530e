"""What stands beneath the map: one place, whether the map would have been right, near repeats, what classes mean."""

import pandas as pd
import streamlit as st

from pages.shared.choices import Picker
from pages.shared.provenance import source_line
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.where.question import NONE, WhereChoices
from pages.where.reads import place_of, repeats_of, tried_of
from vulncore.findings.shared.words import capital_first, hidden_as
from vulncore.findings.where.charts import place_hours_chart, place_months_chart, prediction_chart
from vulncore.findings.where.map import MapShown
from vulncore.findings.where.place import PlaceFound, hours_table, months_table
from vulncore.findings.where.prediction import months_tried, prediction_table
from vulncore.findings.where.repeats import repeats_table
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.classes import DEFINITIONS

MOST_OFFERED = 200


def show_place(found: Where, shown: MapShown, choices: WhereChoices, view: View, area: str) -> None:
    """Let a place be chosen, on the map or here, and show what can be shown of it."""
    names = {
        str(feature["properties"]["cell"]): str(feature["properties"]["place"]) for feature in shown.features
    }
    first = shown.listing["cell"].tolist()[:MOST_OFFERED]
    rest = sorted(set(names) - set(first), key=lambda cell: names[cell])
    picker = Picker(
        "Place",
        "cell",
        [NONE, *first, *rest],
        0,
        lambda cell: "Pick one on the map, or here" if cell == NONE else names[cell],
        "place",
    )
    cell = picker.draw(choices)
    if cell == NONE:
        return
    place = place_of(store_path(), view.publish, found.read.asked, area, shown.resolution, cell)
    st.markdown(f"**{plain(place.name)}**: {plain(place.said)}")
    if len(place.streets) > 1:
        st.caption(plain(f"Streets: {', '.join(place.streets)}."))
    months, hours = st.columns(2)
    with months:
        _show_months(place, found, view)
    with hours:
        _show_hours(place, found, view)


def show_tried(found: Where, view: View, area: str) -> None:
    """Say whether maps of the past would have been right."""
    judged = tried_of(store_path(), view.publish, found.read.asked, area)
    if judged.headline is None:
        st.info(plain(judged.not_tried))
        return
    show_headline([judged.headline])
    title = f"Held of the next month, by map: {found.about}"
    alt = f"{title}. {judged.headline.text}"
    st.altair_chart(
        prediction_chart(
            judged.frame,
            ["Held of the next month, by map", found.about],
            [f"{months_tried(judged)}, by maps known before", "Lines: 95 % limits. Ticks: by chance alone"],
            palette(),
        ),
        alt=alt,
        width="stretch",
    )
    st.caption(source_line(view))
    with st.popover("Show as table"):
        table = prediction_table(judged)
        show_table(table, title, list(table.columns[1:]))
    st.caption(
        "PAI: share of crime ÷ share of area; 1 is no better than chance. PEI*: share of crime ÷ the most that any map could "
        "hold in that area; 1 is perfect. Gi*: how far a cell stands out together with its neighbours."
    )


def show_repeats(found: Where, view: View, area: str) -> None:
    """Say whether an event is followed by others near by and soon."""
    said = repeats_of(store_path(), view.publish, found.read.asked, area)
    if said.found is None or said.headline is None:
        st.info(plain(said.not_said))
        return
    show_headline([said.headline])
    table = repeats_table(said)
    show_table(
        table, "Pairs of events compared with shuffled dates (1 = as expected)", list(table.columns[1:])
    )
    used = (
        ""
        if said.found.used == said.found.of
        else f" {said.found.used:,} of {said.found.of:,} records were drawn for it."
    )
    snapped = " Points are snapped: the same place is a street." if found.read.snapped else ""
    st.caption(
        f"Knox's test: dates were dealt out anew {said.found.permutations} times. Beyond chance: at most 5 % of such deals have any "
        f"band as far from its mean. Every hour of the week counts.{used}{snapped}"
    )


def show_definitions(found: Where) -> None:
    """Say what classes mean and which periods they rest on."""
    rows = [{"Class": capital_first(each.value), "Means": words} for each, words in DEFINITIONS.items()]
    show_table(pd.DataFrame(rows), "Classes of hotspot, the first that fits")
    if found.periods:
        st.caption(
            f"Periods: {len(found.periods)} of {len(found.periods[0].months)} months, from {found.periods[0]} to {found.periods[-1]}. "
            "Hot: Gi* at a false-discovery rate of 5 %."
        )


def _show_months(place: PlaceFound, found: Where, view: View) -> None:
    if place.months["records"].isna().all():
        st.info(plain(f"No year at this place has enough {found.unit} to be shown."))
        return
    title = f"Months at {place.name}"
    legend = f"To the nearest {found.smallest}. –: {hidden_as(found.smallest)}"
    st.altair_chart(
        place_months_chart(place.months, ["Months", place.name], legend, found.unit, palette()),
        alt=f"{title}: " + "; ".join(f"{row.Months} {row.About}" for row in months_table(place).itertuples()),
        width="stretch",
    )
    st.caption(source_line(view))
    with st.popover("Show as table"):
        show_table(months_table(place), title, ["About"])


def _show_hours(place: PlaceFound, found: Where, view: View) -> None:
    if place.no_hours:
        st.info(plain(place.no_hours))
        return
    title = f"Hours at {place.name}, {found.read.window}"
    legend = f"To the nearest {found.smallest}. –: {hidden_as(found.smallest)}"
    table = hours_table(place)
    said = "; ".join(
        f"{row.day} {row.part} about {row.records:,.0f}" for row in place.hours.dropna().itertuples()
    )
    st.altair_chart(
        place_hours_chart(
            place.hours, [f"Hours, {found.read.window}", place.name], legend, found.unit, palette()
        ),
        alt=f"{title}: {said or 'all hidden'}",
        width="stretch",
    )
    st.caption(source_line(view))
    with st.popover("Show as table"):
        show_table(table, title, list(table.columns[1:]))
