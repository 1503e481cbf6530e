"""What stands beneath the map: one place, whether the map would have been right, near repeats, what classes mean."""

from functools import partial

import altair
import pandas as pd
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import offer_downloads, pictures
from pages.shared.provenance import source_of, whose_and_source
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.where.reads import MapQuestion, repeats_of, trial_of
from vulncore.charts.theme import Palette
from vulncore.domain.blur import is_blurred
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.shared.headline import Headline
from vulncore.findings.shared.words import PLACES_BLURRED, capital_first, number_of
from vulncore.findings.where.charts import trial_chart
from vulncore.findings.where.sentences import months_tested, repeats_headline, trial_headline
from vulncore.findings.where.tables import repeats_table, trial_table
from vulncore.findings.where.view import MapTrial, RepeatsView, WhereView
from vulncore.metrics.hotspots.classes import DEFINITIONS


def show_tried(where: WhereView, view: View, question: MapQuestion) -> None:
    """Say whether maps of the past would have been right."""
    trial = trial_of(question)
    headline = trial_headline(trial)
    if headline is None:
        st.info(plain(trial.not_tested))
        return
    drawn(_show_trial, trial, where, headline, source_of(view))
    with st.container(horizontal=True):
        drawn(_show_trial_as_table, trial, where)
        offer_downloads(
            where_file(where, view, "test of maps on past months"),
            pictures(partial(_trial_of, trial, where), source_away(where, view)),
            key="trial",
        )
    drawn(_say_what_trial_shows, trial)


def _trial_of(trial: MapTrial, where: WhereView, colours: Palette) -> altair.LayerChart:
    return trial_chart(
        trial.frame,
        ["Held of the next month, by map", where.question.about],
        [f"{months_tested(trial)}, by maps known before", "Lines: 95 % limits. Ticks: by chance alone"],
        colours,
    )


def _trial_title(where: WhereView) -> str:
    return f"Held of the next month, by map: {where.question.about}"


def _show_trial(trial: MapTrial, where: WhereView, headline: Headline, source: str) -> None:
    show_headline([headline])
    alt = f"{_trial_title(where)}. {headline.text}"
    show_chart(_trial_of(trial, where, palette()), alt=alt, source=source)


def _show_trial_as_table(trial: MapTrial, where: WhereView) -> None:
    with st.popover("Show as table"):
        table = trial_table(trial)
        show_table(table, _trial_title(where), list(table.columns[1:]))


def _say_what_trial_shows(trial: MapTrial) -> None:
    table = trial_table(trial)
    pei_star = "PEI*: share of crime ÷ the most that any map could hold in that area; 1 is perfect. "
    st.caption(
        "PAI: share of crime ÷ share of area; 1 is no better than chance. "
        f"{pei_star if 'PEI*' in table else ''}Gi*: how far a cell stands out together with its neighbours."
    )


def show_repeats(where: WhereView, question: MapQuestion) -> None:
    """Say whether an event is followed by others near by and soon."""
    drawn(_show_pairs, repeats_of(question), where)


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
    all_used = repeats.used == repeats.of
    used = "" if all_used else f" {repeats.used:,} of {repeats.of:,} records were drawn for it."
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
                f"Periods: {len(periods)} of {number_of(len(periods[0].months), 'month')}, from {periods[0]} to {periods[-1]}. "
                "Hot: Gi* at a false-discovery rate of 5 %."
            )
        )


def source_away(where: WhereView, view: View) -> str:
    """Return what a picture says of its figures that the page says elsewhere: whose they are, and that places are blurred."""
    blurred = f" {PLACES_BLURRED}" if is_blurred(where.smallest) else ""
    return f"{whose_and_source(view)}{blurred}"


def where_file(where: WhereView, view: View, *what: str) -> str:
    """Return the name of a file of what a map is of."""
    return file_name(view.publish, *what, where.question.about, view.force, months_in_name(where.window))
