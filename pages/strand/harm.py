"""How grave the crimes are, beside how many: all measures of crime, so that few and grave ones aren't outshouted."""

from functools import partial

import streamlit as st

from pages.shared.drawn import drawn
from pages.shared.files import offer_csv
from pages.shared.provenance import whose_and_source
from pages.shared.reads import boundaries_of, store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain
from pages.strand.reads import harm_of_crimes
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.shared.subject import Subject, keys_of
from vulncore.findings.strand.harm import Harm
from vulncore.findings.strand.harm_sentences import row_in_words
from vulncore.findings.strand.tables import harm_export, harm_table
from vulncore.store.weights import weights_of


def show_harm(view: View, subject: Subject) -> None:
    """Say how grave the strand is and where most severity lies, and show the severity of each measure of crime beside its count."""
    store = store_path()
    window, before = rolling_12(view.month), rolling_12(view.month, 1)
    try:
        weights = repr(weights_of(store, view.publish.dataset))
        harm = harm_of_crimes(
            store, view.publish, view.force, window, before, smallest_shown(), boundaries_of(store), weights
        )
    except VulncoreError as problem:
        st.info(plain(str(problem)))
        return
    drawn(_show, harm, tuple(keys_of(subject.measures)), whose_and_source(view))
    name = file_name(view.publish, "severity of crimes", view.force, months_in_name(window))
    offer_csv(partial(harm_export, harm, view.publish), f"{name}.csv", key="harm")


def _show(harm: Harm, of_strand: tuple[str, ...], source: str) -> None:
    for row in harm.rows:
        if row.measure.key in of_strand:
            st.markdown(f"**{plain(row.measure.name)}.** {plain(row_in_words(row, harm.smallest))}")
    st.markdown(plain(" ".join(harm.briefing)))
    table = harm_table(harm)
    show_table(table, f"Crimes and their severity, {harm.force}, {harm.window}", table.columns[1:4])
    for note in harm.notes:
        st.caption(plain(note))
    st.caption(plain(source))
