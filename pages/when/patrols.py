"""Which hours to patrol: so many shifts, so long, and whether such a choice would have worked."""

from pathlib import Path

import streamlit as st

from pages.shared.choices import Picker, choices_made, choose
from pages.shared.reads import READS_KEPT, VERSION, choices_of, placed_measures_of, store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain, show_headline
from pages.shared.which_records import MOST_HARM, chosen_night, harm_weights
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.which_records import EVERY
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.when.patrols import patrols_headline, patrols_table
from vulncore.findings.when.view import Patrols, When
from vulncore.findings.when.when import patrol_hours
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.night_time import Night
from vulncore.store import open_version
from vulncore.store.manifest import Publish

SHIFTS = [str(number) for number in range(1, 22)]
LENGTHS = [str(hours) for hours in range(2, 13)]


@st.cache_data(max_entries=READS_KEPT, show_spinner="Choosing shifts …", hash_funcs=VERSION)
def patrols_of(
    store: Path,
    publish: Publish,
    record_filter: RecordFilter,
    night: Night,
    smallest: int,
    shifts: int,
    hours: int,
) -> Patrols:
    """Return the shifts that meet most of what happens."""
    snapshot = open_version(store, publish.dataset, publish.number)
    measures = choices_of(store, publish).measures
    return patrol_hours(snapshot, record_filter, measures, shifts, hours, night, smallest)


def show_patrol_hours(found: When, view: View) -> None:
    """Let shifts be chosen, and say what they meet."""
    many, long, weights = st.columns([1, 1, 2], vertical_alignment="bottom")
    with many:
        shifts = int(choose("Shifts a week", "shifts", SHIFTS, SHIFTS.index("5"), noun="number of shifts"))
    with long:
        fitting = [length for length in LENGTHS if int(length) * shifts <= HOURS]
        hours = int(
            choose("Hours of a shift", "length", fitting, fitting.index("4"), noun="length of shifts")
        )
    with weights.popover("Weigh by harm", width="stretch"):
        _show_weights(found, view)
    try:
        week = found.now
        patrols = patrols_of(
            store_path(), view.publish, week.record_filter, week.night, week.smallest, shifts, hours
        )
    except VulncoreError as problem:
        st.warning(plain(str(problem)))
        return
    show_headline(patrols_headline(patrols))
    show_table(patrols_table(patrols), "Shifts, in order of the week", ("Rank", "Meets about"))
    st.caption(
        f"No other choice of as many shifts, not overlapping, meets more of what was recorded. Shares are in steps of "
        f"{patrols.step} %, so that none shows a few {found.unit}, and need not add up. Where police are, more is recorded: "
        "hours without patrols can look quieter than they are."
    )


def _show_weights(found: When, view: View) -> None:
    asked = found.now.record_filter
    st.markdown(
        "How many times a record of each measure counts. There is no official weight: 1 each, unless you say."
    )
    said = harm_weights(asked.measures)
    for measure in view.choice.measures:
        if measure.key in asked.measures:
            st.number_input(
                plain(measure.name),
                min_value=0.0,
                max_value=MOST_HARM,
                value=said.get(measure.key, 1.0),
                step=1.0,
                key=f"harm {measure.key}",
                on_change=_keep_weights,
                args=(asked.measures,),
            )


def _keep_weights(measures: tuple[str, ...]) -> None:
    said = {key: st.session_state.get(f"harm {key}", 1.0) for key in measures}
    if all(weight == 1 for weight in said.values()):
        choices_made().pop("harm", None)
    else:
        choices_made()["harm"] = ",".join(f"{key}={weight:g}" for key, weight in said.items())


def show_way_to_the_map(found: When, view: View) -> None:
    """Let hours be picked, and lead to where they are mapped; nothing where no record has a place."""
    placed = set(placed_measures_of(store_path(), view.publish, view.force))
    if not placed & set(found.now.record_filter.measures):
        return
    offered = {each.key: each.words for each in hours_offered(chosen_night(), found.now.stretches)}
    hours, way = st.columns([3, 2], vertical_alignment="bottom")
    with hours:
        picked = Picker(
            "Hours to map", "hours", list(offered), 0, offered.__getitem__, "stretch of hours"
        ).draw()
    label = "See where it happens" if picked == EVERY else "See where it happens in these hours"
    way.page_link("where.py", label=label, icon=":material/map:")
