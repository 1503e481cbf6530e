"""What is odd about the data, said unasked."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from pages.shared.text import plain
from vulncore.cli.printing import csv_text
from vulncore.findings.data.checks import DataFinding, Sureness, findings_frame

SHOWN = 5
BADGES = {Sureness.CERTAIN: "blue", Sureness.LIKELY: "gray", Sureness.POSSIBLE: "gray"}


def show_findings(findings: Sequence[DataFinding], name: str) -> None:
    """Say each finding: what, why it matters and what to do; the first few at once, the others on request."""
    if not findings:
        return
    _say(findings[:SHOWN])
    if len(findings) > SHOWN:
        with st.expander(f"{len(findings) - SHOWN} more"):
            _say(findings[SHOWN:])
    st.download_button(
        "Download the findings as CSV",
        csv_text(findings_frame(findings)),
        file_name=f"{name}-findings.csv",
        mime="text/csv",
        key=f"{name} findings",
    )


def _say(findings: Sequence[DataFinding]) -> None:
    """Say findings; those for which the same is to be done stand together."""
    for (why, do), alike in groupby(findings, key=lambda finding: (finding.why, finding.do)):
        lines = [
            f":{BADGES[finding.sure]}-badge[**{str(finding.sure).capitalize()}**] {plain(finding.what)}"
            for finding in alike
        ]
        lines.append(f"**Why it matters.** {plain(why)} **What to do.** {plain(do)}")
        st.markdown("  \n".join(lines))
