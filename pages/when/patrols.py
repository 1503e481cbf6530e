"""Which hours to patrol: so many shifts, so long, and whether such a choice would have worked."""

import streamlit as st

from pages.shared.choices import Picker, change
from pages.shared.drawn import drawn
from pages.shared.reads import boundaries_of, placed_measures_of, store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain, show_headline
from pages.shared.visit import visit
from pages.shared.which_records import chosen_night
from pages.when.question import MOST_HARM, WhenChoices
from pages.when.reads import patrols_of
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.which_records import EVERY
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.when.patrols import patrols_headline, patrols_table
from vulncore.findings.when.view import Patrols, When
from vulncore.metrics.week.hours import HOURS

SHIFTS = list(range(1, 22))
LENGTHS = list(range(2, 13))  # hours


def show_patrol_hours(week: When, choices: WhenChoices, view: View) -> None:
    """Let shifts be chosen, and say what they meet."""
    many, long, weights = st.columns([1, 1, 2], vertical_alignment="bottom")
    with many:
        shifts = Picker("Shifts a week", "shifts", SHIFTS, noun="number of shifts").draw(choices)
    with long:
        fitting = [length for length in LENGTHS if length * shifts <= HOURS]
        hours = Picker("Hours of a shift", "length", fitting, noun="length of shifts").draw(choices)
    with weights.popover("Weigh by harm", width="stretch"):
        _show_weights(week, choices, view)
    try:
        patrols = patrols_of(
            store_path(),
            view.publish,
            week.now.record_filter,
            week.now.night,
            week.now.smallest,
            shifts,
            hours,
            boundaries_of(store_path()),
        )
    except VulncoreError as problem:
        st.warning(plain(str(problem)))
        return
    drawn(_show_shifts, patrols)


def _show_shifts(patrols: Patrols) -> None:
    show_headline(patrols_headline(patrols))
    show_table(patrols_table(patrols), "Shifts, in order of the week", ("Rank", "Meets about"))
    st.caption(
        f"No other choice of as many shifts meets more of the records. Shares are rounded to steps of "
        f"{patrols.step:d} %, and need not add up. Police record more where they patrol: "
        "hours without patrols can look quieter than they are."
    )


def _show_weights(week: When, choices: WhenChoices, view: View) -> None:
    records = week.now.record_filter
    st.markdown(
        "How many times a record of each measure counts. There are no official weights: every record counts once until you change it here."
    )
    weights = dict(choices.harm)
    for measure in view.contents.measures:
        if measure.key in records.measures:
            st.number_input(
                plain(measure.name),
                min_value=0.0,
                max_value=MOST_HARM,
                value=weights.get(measure.key, 1.0),
                step=1.0,
                key=f"harm {measure.key}",
                on_change=_keep_weights,
                args=(records.measures,),
            )


def _keep_weights(measures: tuple[str, ...]) -> None:
    weights = tuple((key, st.session_state.get(f"harm {key}", 1.0)) for key in measures)
    change(WhenChoices, harm=weights if any(weight != 1 for _, weight in weights) else ())


def show_way_to_the_map(week: When, choices: WhenChoices, view: View) -> None:
    """Let hours be picked, and lead to where they are mapped; nothing where no record has a place."""
    placed = set(placed_measures_of(store_path(), view.publish, view.force))
    if not placed & set(week.now.record_filter.measures):
        return
    offered = {
        hours.key: hours.words
        for hours in hours_offered(chosen_night(choices), week.now.stretches, choices.hours)
    }
    hours, way = st.columns([3, 2], vertical_alignment="bottom")
    with hours:
        picked = Picker(
            "Hours to map", "hours", list(offered), words=offered.__getitem__, noun="stretch of hours"
        ).draw(choices)
    label = "See where it happens" if picked == EVERY else "See where it happens in these hours"
    way.page_link("where/page.py", label=label, icon=":material/map:", query_params=visit().links["where"])
