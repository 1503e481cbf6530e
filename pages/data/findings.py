"""What is odd about the data, said unasked."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby

import streamlit as st

from pages.data.reads import changes_of
from pages.shared.files import offer_csv
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore import store as stores
from vulncore.domain.disclosure import smallest_shown
from vulncore.findings.data.changes import Changes
from vulncore.findings.data.checks import DataFinding, Sureness, findings_frame
from vulncore.findings.data.publishes import account_frame, publishes_to_read
from vulncore.findings.shared.file_names import file_name
from vulncore.findings.shared.words import capital_first

SHOWN = 5
BADGES = {Sureness.CERTAIN: "blue", Sureness.LIKELY: "gray", Sureness.POSSIBLE: "gray"}


def show_findings(findings: Sequence[DataFinding], name: str, offer: Callable[[DataFinding], None]) -> None:
    """Say each finding: what, why it matters and what to do; the first few at once, the others on request.

    `offer` draws what puts a finding right.
    """
    if not findings:
        return
    _say(findings[:SHOWN], offer)
    if len(findings) > SHOWN:
        with st.expander(f"{len(findings) - SHOWN} more"):
            _say(findings[SHOWN:], offer)
    offer_csv(
        partial(findings_frame, findings),
        f"{name}.csv",
        label="Download the findings as CSV",
        key=f"{name} findings",
    )


def _say(findings: Sequence[DataFinding], offer: Callable[[DataFinding], None]) -> None:
    """Say findings; those for which the same is to be done stand together."""
    for (why, do), group in groupby(findings, key=lambda finding: (finding.why, finding.do)):
        alike = list(group)
        lines = [
            f":{BADGES[finding.sure]}-badge[**{plain(capital_first(finding.sure))}**] {plain(finding.what)}"
            for finding in alike
        ]
        lines.append(f"**Why it matters.** {plain(why)} **What to do.** {plain(do)}")
        st.markdown("  \n".join(lines))
        for finding in alike:
            offer(finding)


SENTENCES, ROWS = 8, 200


def show_published(view: View) -> None:
    """Show what the version changed of the one before, its account of rows, and all versions."""
    publish = view.publish
    st.subheader(f"What version {publish.number:d} changed")
    show_changes(changes_of(store_path(), publish), file_name(publish, "what changed"))
    account = account_frame(publish, smallest_shown())
    show_table(account, f"Every row read for version {publish.number} is accounted for")
    every = stores.versions(store_path(), publish.dataset)
    show_table(publishes_to_read(every), "Published versions. The sidebar opens any of them")


def show_changes(changes: Changes, name: str) -> None:
    """Say what changed, then every figure in a table and as a file."""
    sentences = changes.sentences[:SENTENCES]
    st.markdown(
        "\n".join(f"- {plain(sentence)}" for sentence in sentences)
        if len(sentences) > 1
        else plain("".join(sentences))
    )
    frame = changes.frame
    if frame["Before"].isna().all() and frame["Change"].eq("new").all():  # they are the figures themselves
        return
    with st.expander(f"Every figure that changed or is new ({len(frame):,})"):
        if len(frame) > ROWS:
            st.markdown(f"The first {ROWS} of {len(frame):,}; the file has them all.")
        show_table(frame.head(ROWS), "Figures before and after")
    offer_csv(lambda: frame, f"{name}.csv", label="Download the changes as CSV", key=f"{name} changes")
