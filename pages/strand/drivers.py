"""What drives a strand's change, and who is harmed: each as sentences, a picture or a table, and files."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import csv_table, offer_csv, offer_downloads, pictures
from pages.shared.provenance import source_of, whose_and_source
from pages.shared.reads import boundaries_of, store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.strand.question import TWELVE_MONTHS, StrandChoices, against_picker
from pages.strand.reads import drivers_of, victims_of
from vulncore.charts.theme import Palette
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.periods import fytd, rolling_12
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.shared.subject import Subject
from vulncore.findings.shared.words import GROUPS_BLURRED
from vulncore.findings.strand.charts import drivers_chart
from vulncore.findings.strand.drivers import Drivers, drivers_export, drivers_table
from vulncore.findings.strand.victims import Victims, victims_export, victims_table


def show_drivers(view: View, choices: StrandChoices, subject: Subject) -> None:
    """Say what drives the change between two periods, and draw what each part changed by."""
    windows = rolling_12 if against_picker().made(choices) == TWELVE_MONTHS else fytd
    drivers = drivers_of(
        store_path(),
        view.publish,
        view.force,
        subject,
        windows(view.month),
        windows(view.month, 1),
        smallest_shown(),
        boundaries_of(store_path()),
    )
    drawn(_say_drivers, drivers)
    against_picker().draw(choices)
    if drivers.why_not:
        return
    drawn(_draw_drivers, drivers, source_of(view))
    with st.container(horizontal=True):
        drawn(_show_parts, drivers)
        offer_downloads(
            file_name(view.publish, subject.name, "what changed", view.force, months_in_name(drivers.now)),
            [
                *pictures(partial(_chart, drivers), whose_and_source(view)),
                csv_table(partial(drivers_export, drivers)),
            ],
            key="drivers",
        )


def _say_drivers(drivers: Drivers) -> None:
    show_headline(drivers.headline)


def _chart(drivers: Drivers, colours: Palette) -> altair.LayerChart:
    return drivers_chart(drivers, colours)


def _draw_drivers(drivers: Drivers, source: str) -> None:
    alt = " ".join(f"{line.lead} {line.text}" for line in drivers.headline)
    show_chart(_chart(drivers, palette()), alt=alt, source=source)


def _show_parts(drivers: Drivers) -> None:
    with st.popover("Show as table"):
        show_table(drivers_table(drivers), ", ".join(drivers.title), ("Before", "Now", "Change"))
        if drivers.blurred:
            st.caption(GROUPS_BLURRED)


def show_victims(view: View, subject: Subject) -> None:
    """Say who was harmed in the last twelve months, with how sure it is."""
    victims = victims_of(
        store_path(),
        view.publish,
        view.force,
        subject,
        rolling_12(view.month),
        smallest_shown(),
        boundaries_of(store_path()),
    )
    drawn(_show_victims, victims, whose_and_source(view))
    if victims.shares.empty:
        return
    name = file_name(view.publish, subject.name, "who is harmed", view.force, months_in_name(victims.window))
    offer_csv(partial(victims_export, victims), f"{name}.csv", key="victims")


def _show_victims(victims: Victims, source: str) -> None:
    show_headline(victims.headline)
    if not victims.shares.empty:
        table = victims_table(victims)
        show_table(table, f"{victims.subject.name}: who is harmed, {victims.window}", table.columns[2:])
    for sentence in victims.unknown:
        st.caption(plain(sentence))
    st.caption(
        "A place is a street or venue as records have it: a long street nearly always has an earlier record."
    )
    st.caption(plain(f"{GROUPS_BLURRED} {source}" if victims.blurred else source))
