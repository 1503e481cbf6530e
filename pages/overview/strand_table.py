"""The strand table on screen: HTML whose rows can be picked without reloading the page."""

from functools import partial
from pathlib import Path

import streamlit as st

from pages.overview.question import OverviewChoices
from pages.shared.choices import change
from pages.shared.files import XLSX, offer_csv, offer_file
from pages.shared.sidebar import View, path_of
from pages.shared.text import plain
from pages.shared.visit import offered_way
from vulncore.domain.periods import format_month
from vulncore.findings.overview.export import table_export, table_workbook
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.strand_rows import headings, strand_rows
from vulncore.findings.overview.strand_table_html import strand_table_html
from vulncore.findings.shared.file_names import file_name

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "strand_table",
    css=(HERE / "strand_table.css").read_text(encoding="utf-8"),
    js=(HERE / "strand_table.js").read_text(encoding="utf-8"),
)


def strand_table(overview: Overview) -> str:
    """Return the table as HTML; every text in it is escaped."""
    return strand_table_html(strand_rows(overview), headings(overview))


def pick_from_strand_table(html: str, picked: str, view: View) -> str:
    """Draw what `strand_table` returns and return the key of the measure that is picked; `picked` is the one so far.

    Whoever presses a measure's arrow goes to its strand: by a way that isn't seen, so that it is one step of the browser's history.
    """
    result = _component(
        data={"html": html, "picked": picked}, key="strand-table", on_picked_change=_keep_picked
    )
    with st.container(key="strand-ways"):
        for measure in view.contents.measures:
            way = offered_way("strand", strand=path_of(measure, view.contents))
            with st.container(key=f"strand-way-{measure.key}"):
                st.page_link("strand/page.py", label=plain(measure.name), query_params=way)
    return str(result.picked or picked)


def show_table_files(overview: Overview, strand: str) -> None:
    """Offer the table as files, which are named after the strand that is looked at, "" for all."""
    name = file_name(
        overview.publish, f"{strand} strand table", overview.force, f"to {format_month(overview.as_at)}"
    )
    rows, book = partial(table_export, overview), partial(table_workbook, overview)
    as_text, as_workbook, _ = st.columns([2, 2, 5])
    with as_text:
        offer_csv(rows, f"{name}.csv", label="Download table (CSV)", width="stretch")
    with as_workbook:
        offer_file(book, f"{name}.xlsx", XLSX, label="Download table (XLSX)", width="stretch")


def _keep_picked() -> None:
    if picked := st.session_state["strand-table"].get("picked"):
        change(OverviewChoices, measure=picked)
