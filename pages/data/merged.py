"""Files of data.police.uk that were merged into one: which months it is whole for is asked, because no name says it."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.uploads import desk, on_disk
from pages.shared.text import plain
from vulncore.domain.periods import month_name
from vulncore.findings.shared.words import number_of
from vulncore.sources.police_uk import merged_months


def months_merged_in(file: UploadedFile) -> Sequence[date]:
    """Return the months that have a row in a file whose name gives none; none of any other file."""
    looks = desk(file.file_id).looks
    if "merged" not in looks:
        with on_disk(file) as path:
            looks["merged"] = merged_months(path)
    months: Sequence[date] = looks["merged"]
    return months


def covered_by_merged(months: Sequence[date], key: str) -> tuple[date, date] | None:
    """Ask which months the file covers in full, and return the first and the last; None until both are chosen."""
    st.info(
        plain(
            f"The name of this file gives no month. Its rows are of {number_of(len(months), 'month')}, {month_name(months[0])} to "
            f"{month_name(months[-1])}. Say for which of them it is whole."
        )
    )
    boxes = st.columns(2)
    first, last = (
        box.selectbox(
            plain(label),
            months,
            None,
            format_func=month_name,
            key=f"{key} merged {label}",
            placeholder="Choose a month",
            help="Rows of other months are left out. A month without a row stays missing.",
        )
        for box, label in zip(boxes, ("Covers from", "to"), strict=True)
    )
    if not first or not last:
        return None
    if last < first:
        st.warning("The last month is before the first. Choose the months again.")
        return None
    return first, last
