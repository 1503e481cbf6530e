"""The stretches of the week that stand out, and how the times behind the map are known."""

import streamlit as st

from pages.shared.tables import show_table
from vulncore.findings.when.sentences import known_table, percent, stretches_table
from vulncore.findings.when.when import When
from vulncore.metrics.week.scan import LEVEL, LONGEST_HOURS, STANDS_OUT

FIGURES = ("Recorded", "If spread evenly", "By chance", "Records")


def show_stretches(found: When) -> None:
    """List what stands out, with what an even week would hold, and say what that means."""
    if found.now.stretches:
        show_table(
            stretches_table(found.now), "Stretches of the week that stand out, in order of the week", FIGURES
        )
    st.caption(
        f"Every run of up to {LONGEST_HOURS} hours was tried, each of its parts at least {STANDS_OUT} times an even week. "
        f"A run stands out if at most {percent(LEVEL)} of weeks made by chance, each record moved to an hour drawn evenly, "
        "hold any run as far from even. A night belongs to the day on which it starts."
    )


def show_times_known(found: When) -> None:
    """Say what is known of the records' times, and what becomes of each kind."""
    show_table(known_table(found.now), "Records by what is known of their time", FIGURES)
    st.caption(
        "Weights are aoristic (Ratcliffe 2002): a record known to lie between two times gives each hour its share of "
        "the minutes in between. Times are London's clock: an hour that it skips gets nothing, one that it shows twice both."
    )
