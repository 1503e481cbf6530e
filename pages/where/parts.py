"""What stands beneath the map: one place, whether the map would have been right, near repeats, what classes mean."""

import pandas as pd
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.choices import Picker
from pages.shared.drawn import drawn
from pages.shared.provenance import source_of
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.where.question import NONE, WhereChoices
from pages.where.reads import place_of, repeats_of, trial_of
from vulncore.findings.shared.words import capital_first, hidden_as
from vulncore.findings.where.charts import place_hours_chart, place_months_chart, trial_chart
from vulncore.findings.where.sentences import months_tested, repeats_headline, trial_headline
from vulncore.findings.where.tables import hours_table, months_table, repeats_table, trial_table
from vulncore.findings.where.view import MapTrial, MapView, PlaceView, RepeatsView, WhereView
from vulncore.metrics.hotspots.classes import DEFINITIONS

MOST_OFFERED = 200


def show_place(where: WhereView, shown: MapView, choices: WhereChoices, view: View, area: str) -> None:
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
    place = place_of(store_path(), view.publish, where.selection, area, shown.resolution, cell)
    drawn(_show_months_and_hours, place, where, source_of(view))


def _show_months_and_hours(place: PlaceView, where: WhereView, source: str) -> None:
    st.markdown(f"**{plain(place.name)}**: {plain(place.summary)} {plain(place.verdict.words)}")
    if len(place.streets) > 1:
        st.caption(plain(f"Streets: {', '.join(place.streets)}."))
    months, hours = st.columns(2)
    with months:
        _show_months(place, where, source)
    with hours:
        _show_hours(place, where, source)


def show_tried(where: WhereView, view: View, area: str) -> None:
    """Say whether maps of the past would have been right."""
    trial = trial_of(store_path(), view.publish, where.selection, area)
    drawn(_show_trial, trial, where, source_of(view))


def _show_trial(trial: MapTrial, where: WhereView, source: str) -> None:
    headline = trial_headline(trial)
    if headline is None:
        st.info(plain(trial.not_tested))
        return
    show_headline([headline])
    title = f"Held of the next month, by map: {where.question.about}"
    alt = f"{title}. {headline.text}"
    show_chart(
        trial_chart(
            trial.frame,
            ["Held of the next month, by map", where.question.about],
            [f"{months_tested(trial)}, by maps known before", "Lines: 95 % limits. Ticks: by chance alone"],
            palette(),
        ),
        alt=alt,
        source=source,
    )
    with st.popover("Show as table"):
        table = trial_table(trial)
        show_table(table, title, list(table.columns[1:]))
    pei_star = "PEI*: share of crime ÷ the most that any map could hold in that area; 1 is perfect. "
    st.caption(
        "PAI: share of crime ÷ share of area; 1 is no better than chance. "
        f"{pei_star if 'PEI*' in table else ''}Gi*: how far a cell stands out together with its neighbours."
    )


def show_repeats(where: WhereView, view: View, area: str) -> None:
    """Say whether an event is followed by others near by and soon."""
    repeats = repeats_of(store_path(), view.publish, where.selection, area)
    drawn(_show_pairs, repeats, where)


def _show_pairs(repeats: RepeatsView, where: WhereView) -> None:
    headline = repeats_headline(repeats)
    if headline is None:
        st.info(plain(repeats.no_repeats))
        return
    show_headline([headline])
    table = repeats_table(repeats)
    show_table(
        table, "Pairs of events compared with shuffled dates (1 = as expected)", list(table.columns[1:])
    )
    used = (
        ""
        if repeats.used == repeats.of
        else f" {repeats.used:,} of {repeats.of:,} records were drawn for it."
    )
    snapped = " Points are snapped: the same place is a street." if where.ground.snapped else ""
    blurred = " Places are blurred, which makes repeats look fewer." if repeats.blurred else ""
    st.caption(
        f"Knox's test: dates were dealt out anew {repeats.permutations:,} times. More than chance: at most 5 % of such deals have any "
        f"band as far from its mean. Every hour of the week counts.{used}{snapped}{blurred}"
    )


def show_definitions(where: WhereView) -> None:
    """Say what classes mean and which periods they rest on."""
    rows = [{"Class": capital_first(name.value), "Means": words} for name, words in DEFINITIONS.items()]
    show_table(pd.DataFrame(rows), "Classes of hotspot, the first that fits")
    periods = where.question.periods
    if periods:
        st.caption(
            plain(
                f"Periods: {len(periods)} of {len(periods[0].months)} months, from {periods[0]} to {periods[-1]}. "
                "Hot: Gi* at a false-discovery rate of 5 %."
            )
        )


def _show_months(place: PlaceView, where: WhereView, source: str) -> None:
    if place.months["records"].isna().all():
        st.info(plain(f"No year at this place has enough {where.unit} to be shown."))
        return
    title = f"Months at {place.name}"
    legend = _steps_in_words(where.smallest)
    show_chart(
        place_months_chart(place.months, ["Months", place.name], legend, where.unit, palette()),
        alt=f"{title}: " + "; ".join(f"{row.Months} {row.About}" for row in months_table(place).itertuples()),
        source=source,
    )
    with st.popover("Show as table"):
        show_table(months_table(place), title, ["About"])


def _show_hours(place: PlaceView, where: WhereView, source: str) -> None:
    if place.no_hours:
        st.info(plain(place.no_hours))
        return
    title = f"Hours at {place.name}, {where.window}"
    legend = _steps_in_words(where.smallest)
    table = hours_table(place)
    spoken = "; ".join(
        f"{row.day} {row.part} about {row.records:,.0f}" for row in place.hours.dropna().itertuples()
    )
    show_chart(
        place_hours_chart(place.hours, [f"Hours, {where.window}", place.name], legend, where.unit, palette()),
        alt=f"{title}: {spoken or 'all hidden'}",
        source=source,
    )
    with st.popover("Show as table"):
        show_table(table, title, list(table.columns[1:]))


def _steps_in_words(smallest: int) -> str:
    return f"In steps of {smallest}. –: {hidden_as(smallest)}" if smallest > 1 else "In whole numbers"
