"""A first look at a file: what it seems to be, and what a reader finds in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.uploads import desk, on_disk, progress_in
from pages.shared.reads import store_path
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.domain.errors import VulncoreError
from vulncore.findings.data.kept_mappings import KeptMapping, best_first, kept_mappings
from vulncore.findings.shared.words import number_of
from vulncore.sources.deliveries import Source, likely_source
from vulncore.sources.extract import Extract, SheetNotChosenError, read_extract
from vulncore.sources.records.draft import Draft, draft_mapping
from vulncore.sources.records.draft_codes import MOST_CODES
from vulncore.sources.records.draft_columns import Column, describe_columns, is_personal
from vulncore.sources.records.later import LaterFile

PREVIEW_ROWS, HIDDEN = 6, "(not shown)"
MOST_KEPT = 8  # mappings that are tried on a file: each costs a look at all its columns


@dataclass(frozen=True)
class Preview:
    """How an extract was read, and its first rows; the extract itself is not kept."""

    name: str
    sheet: str
    heading: tuple[int, int]
    columns: tuple[str, ...]
    read: int
    text: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Looked:
    """What a look found. Of the extract itself only its first rows are kept for the visit.

    `before` are the mappings that datasets keep and that read it, the best first.
    """

    sheets: tuple[str, ...] = ()
    preview: Preview | None = None
    columns: tuple[Column, ...] = ()
    draft: Draft | None = None
    before: tuple[tuple[KeptMapping, LaterFile], ...] = ()
    problem: str = ""


def seems_to_be(file: UploadedFile) -> Source:
    """Return which reader a file seems to be for."""
    kept = desk(file.file_id)
    if kept.source is None:
        with on_disk(file) as path:
            kept.source = likely_source(path)
    return kept.source


def looked_at(file: UploadedFile) -> Looked:
    """Return what is in a file of records; its sheet and its heading can be said where they were not found."""
    looked, sheet = _look(file, None, None), None
    if len(looked.sheets) > 1:
        usual = [looked.preview.sheet] if looked.preview else []
        usual += [kept.mapping.sheet for kept in kept_mappings(store_path())]
        index = next((looked.sheets.index(name) for name in usual if name in looked.sheets), None)
        sheet = st.selectbox("Sheet", looked.sheets, index, key=f"bring in {file.file_id} sheet")
        looked = _look(file, sheet, None) if sheet else looked
    if looked.preview is None:
        if looked.sheets and not sheet:
            st.info(plain(looked.problem))
            return looked
        st.error(plain(looked.problem))
    first, last = looked.preview.heading if looked.preview else (1, 1)
    text = st.text_input(
        "Lines of the heading",
        f"{first}-{last}" if last > first else f"{first}",
        key=f"bring in {file.file_id} heading {sheet or ''}",
        help="Which line holds the column headings, counted from the top of the file: 1, or 4-5 for headings of two lines.",
    )
    heading = _lines(text)
    if heading and looked.preview and heading != (first, last):
        looked = _look(file, sheet, heading)
        if looked.problem:
            st.error(plain(looked.problem))
    return looked


def show_preview(preview: Preview, *, folded: bool) -> None:
    """Say how a file was read, and show its first rows, folded away where it is of a kind that is known."""
    st.caption(plain(preview.text))
    with st.expander("The first rows, as they were read", expanded=not folded):
        show_table(preview.rows, f"The first {len(preview.rows)} of {preview.read:,} rows")


def _look(file: UploadedFile, sheet: str | None, heading: tuple[int, int] | None) -> Looked:
    looks = desk(file.file_id).looks
    if (sheet, heading) not in looks:
        place = st.empty()
        with on_disk(file) as path:
            looks[sheet, heading] = _read(path, sheet, heading, place)
        place.empty()
    looked: Looked = looks[sheet, heading]
    return looked


def _read(path: Path, sheet: str | None, heading: tuple[int, int] | None, place: DeltaGenerator) -> Looked:
    try:
        extract = read_extract(path, sheet=sheet, heading=heading, progress=progress_in(place))
        columns = describe_columns(extract)
        draft = draft_mapping(extract)
        kept = [one for one in kept_mappings(store_path()) if _has_most(extract, one)][:MOST_KEPT]
        pairs = best_first(kept, extract, draft, columns)
        before = tuple((one, later) for one, later in pairs if later.is_likely)
        coded = {coding.column for _, later in before for coding in later.draft.mapping.counts}
        narrow = tuple(column if column.name in coded else _narrow(column) for column in columns)
        return Looked(extract.sheets, _preview(extract, columns), narrow, draft, before)
    except SheetNotChosenError as several:
        return Looked(several.sheets, problem=str(several))
    except VulncoreError as problem:
        return Looked(problem=str(problem))


def _has_most(extract: Extract, kept: KeptMapping) -> bool:
    wanted = kept.mapping.wanted
    return 2 * len(set(wanted) & set(extract.columns)) > len(wanted)


def _preview(extract: Extract, columns: Sequence[Column]) -> Preview:
    """Return an extract's first rows, with nothing in columns that say who somebody is."""
    hidden = {column.name: HIDDEN for column in columns if is_personal(column)}
    return Preview(
        name=extract.file.name,
        sheet=extract.sheet,
        heading=extract.heading,
        columns=extract.columns,
        read=extract.read,
        text=" ".join([_reading_in_words(extract), *extract.notes]),
        rows=extract.table.slice(0, PREVIEW_ROWS).to_pandas().assign(**hidden),
    )


def _narrow(column: Column) -> Column:
    """Return a column with its values only where they can be codes: others are people's, places' or times."""
    coded = len(column.values) <= MOST_CODES and not is_personal(column)
    return column if coded else replace(column, values={})


def _lines(text: str) -> tuple[int, int] | None:
    lines = re.fullmatch(r"\s*(\d{1,6})(?:\s*[-:–]\s*(\d{1,6}))?\s*", text, re.ASCII)
    return (int(lines[1]), int(lines[2] or lines[1])) if lines else None


def _reading_in_words(extract: Extract) -> str:
    first, last = extract.heading
    heading = f"heading in line {first}" if first == last else f"heading in lines {first} to {last}"
    sheet = f", sheet '{extract.sheet}'" if extract.sheet else ""
    left = sum(extract.left_out.values())
    aside = f", {left:,} of them empty, totals or headings" if left else ""
    return f"{extract.kind}{sheet}, {heading}: {number_of(extract.read, 'row')}{aside}, {number_of(len(extract.columns), 'column')}."
