"""What the page Methods explains: each method, the periods on screen, every measure."""

from datetime import date

import streamlit as st

from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.domain.strands.strand_list import StrandList
from vulncore.domain.vocabulary import Measure
from vulncore.findings.methods import measures_frame, method_sections, periods_frame


def show_sections() -> None:
    """Explain how every figure comes about."""
    for section in method_sections():
        st.header(plain(section.title))
        st.markdown(section.text)


def show_periods(month: date) -> None:
    """Draw the periods that end with a month."""
    st.header("The periods on screen")
    show_table(periods_frame(month), f"Periods that end with {month:%B %Y}")


def show_measures(measures: tuple[Measure, ...], listed: StrandList) -> None:
    """Draw the measures of a dataset with their definitions."""
    st.header("The measures")
    show_table(
        measures_frame(measures, listed),
        "Every measure of this dataset, with its definition",
    )
