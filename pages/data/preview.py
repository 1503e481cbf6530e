"""A first look at a file: what it seems to be, and what a reader finds in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.uploads import forget, on_disk, progress_in
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.domain.errors import VulncoreError
from vulncore.sources.deliveries import Source, likely_source
from vulncore.sources.extract import Extract, SheetNotChosenError, read_extract
from vulncore.sources.records.draft import Draft, draft_mapping
from vulncore.sources.records.draft_codes import MOST_CODES
from vulncore.sources.records.draft_columns import Column, describe_columns, is_personal

KEPT = "bring in look"  # what the visit keeps of a look begins so, and goes with it
PREVIEW_ROWS, HIDDEN = 6, "(not shown)"


@dataclass(frozen=True)
class Preview:
    """How an extract was read, and its first rows; the extract itself is not kept."""

    name: str
    sheet: str
    heading: tuple[int, int]
    columns: tuple[str, ...]
    read: int
    said: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Looked:
    """What a look found. Of the extract itself only its first rows are kept for the visit."""

    sheets: tuple[str, ...] = ()
    preview: Preview | None = None
    columns: tuple[Column, ...] = ()
    draft: Draft | None = None
    problem: str = ""


def seems_to_be(file: UploadedFile) -> Source:
    """Return which reader a file seems to be for."""
    key = f"{KEPT} {file.file_id} source"
    if key not in st.session_state:
        forget(KEPT)
        with on_disk(file) as path:
            st.session_state[key] = likely_source(path)
    return Source(st.session_state[key])


def looked_at(file: UploadedFile) -> Looked:
    """Return what is in a file of records; its sheet and its heading can be said where they were not found."""
    looked = _look(file, None, None)
    sheet = None
    if len(looked.sheets) > 1:
        index = looked.sheets.index(looked.preview.sheet) if looked.preview else None
        sheet = st.selectbox("Sheet", looked.sheets, index, key=f"bring in {file.file_id} sheet")
        looked = _look(file, sheet, None) if sheet else looked
    if looked.preview is None:
        show = st.error if sheet or not looked.sheets else st.info
        show(plain(looked.problem))
        if not sheet and looked.sheets:
            return looked
    found = looked.preview.heading if looked.preview else None
    said = st.text_input(
        "Lines of the heading",
        f"{found[0]}-{found[1]}" if found and found[1] > found[0] else f"{found[0] if found else 1}",
        key=f"bring in {file.file_id} heading {sheet or ''}",
        help="Where the headings of the columns stand, counted from the top of the file: 1, or 4-5 where they take two lines.",
    )
    heading = _lines(said)
    if heading and found and heading != found:
        looked = _look(file, sheet, heading)
        if looked.problem:
            st.error(plain(looked.problem))
    return looked


def show_preview(preview: Preview) -> None:
    """Say how a file was read, and show its first rows."""
    st.caption(plain(preview.said))
    with st.expander("The first rows, as they were read", expanded=True):
        show_table(preview.rows, f"The first {len(preview.rows)} of {preview.read:,} rows")


def _look(file: UploadedFile, sheet: str | None, heading: tuple[int, int] | None) -> Looked:
    key = f"{KEPT} {file.file_id} {sheet} {heading}"
    if key not in st.session_state:
        place = st.empty()
        with on_disk(file) as path:
            st.session_state[key] = _read(path, sheet, heading, place)
        place.empty()
    looked: Looked = st.session_state[key]
    return looked


def _read(path: Path, sheet: str | None, heading: tuple[int, int] | None, place: DeltaGenerator) -> Looked:
    try:
        extract = read_extract(path, sheet=sheet, heading=heading, progress=progress_in(place))
        columns = describe_columns(extract)
        return Looked(
            extract.sheets, _preview(extract, columns), tuple(map(_narrow, columns)), draft_mapping(extract)
        )
    except SheetNotChosenError as several:
        return Looked(several.sheets, problem=str(several))
    except VulncoreError as problem:
        return Looked(problem=str(problem))


def _preview(extract: Extract, columns: Sequence[Column]) -> Preview:
    """Return an extract's first rows, with nothing in columns that say who somebody is."""
    hidden = {column.name: HIDDEN for column in columns if is_personal(column)}
    return Preview(
        name=extract.file.name,
        sheet=extract.sheet,
        heading=extract.heading,
        columns=extract.columns,
        read=extract.read,
        said=" ".join([_said(extract), *extract.notes]),
        rows=extract.table.slice(0, PREVIEW_ROWS).to_pandas().assign(**hidden),
    )


def _narrow(column: Column) -> Column:
    """Return a column with its values only where they can be codes: others are people's, places' or times."""
    coded = len(column.values) <= MOST_CODES and not is_personal(column)
    return column if coded else replace(column, values={})


def _lines(said: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,6})(?:\s*[-:–]\s*(\d{1,6}))?\s*", said, re.ASCII)
    return (int(found[1]), int(found[2] or found[1])) if found else None


def _said(extract: Extract) -> str:
    first, last = extract.heading
    heading = f"heading in line {first}" if first == last else f"heading in lines {first} to {last}"
    sheet = f", sheet '{extract.sheet}'" if extract.sheet else ""
    left = sum(extract.left_out.values())
    aside = f", {left:,} of them empty, totals or headings" if left else ""
    return f"{extract.kind}{sheet}, {heading}: {extract.read:,} rows{aside}, {len(extract.columns)} columns."
