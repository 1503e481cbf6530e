"""Dates that look as if some had day and month swapped: whoever knows better says that they are right."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.text import plain
from vulncore.sources.records.draft_columns import Column
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.records.moments import swapped_in_part


def dates_that_are_right(chosen: Mapping, columns: Sequence[Column], key: str) -> tuple[str, ...]:
    """Draw a box to tick for each column of dates that look swapped in part, and return those that are said to be right."""
    right = []
    for column in columns:
        if column.name not in chosen.dates:
            continue
        shown = swapped_in_part(column.values, chosen.date_order)
        if shown and st.checkbox(
            plain(f"The dates of {column.name} are right, though {shown}"),
            column.name in chosen.not_swapped,
            key=f"{key} right {column.name}",
            help="A spreadsheet that reads the month first swaps some dates. Then export the extract again instead.",
        ):
            right.append(column.name)
    kept = [name for name in chosen.not_swapped if name not in chosen.dates]
    return (*kept, *right)
