"""What is odd about the data, said unasked."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.words import plain
from vulncore.findings.data_checks import DataFinding, Sureness, findings_frame
from vulncore.printing import csv_text

SHOWN = 5
BADGES = {Sureness.CERTAIN: "blue", Sureness.LIKELY: "gray", Sureness.POSSIBLE: "gray"}


def show_findings(findings: Sequence[DataFinding], name: str) -> None:
    """Say each finding: what, where, why it matters and what to do; the first few at once, the others on request."""
    if not findings:
        st.markdown("Nothing odd was found.")
        return
    for finding in findings[:SHOWN]:
        _say(finding)
    if len(findings) > SHOWN:
        with st.expander(f"{len(findings) - SHOWN} more"):
            for finding in findings[SHOWN:]:
                _say(finding)
    st.download_button(
        "Download the findings as CSV",
        csv_text(findings_frame(tuple(findings))),
        file_name=f"{name}-findings.csv",
        mime="text/csv",
    )


def _say(finding: DataFinding) -> None:
    badge = f":{BADGES[finding.sure]}-badge[**{str(finding.sure).capitalize()}**]"
    st.markdown(
        f"{badge} {plain(finding.what)}  \n"
        f"**Why it matters.** {plain(finding.why)} **What to do.** {plain(finding.do)}"
    )
