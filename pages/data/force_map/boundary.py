"""A force's own boundary, wards and beats: choose a file, look at what it draws, keep it."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.uploads import on_disk
from pages.shared.access import acting, may, why_not
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain
from pages.shared.visit import leave_notice, take_notice
from vulncore.access.roles import Right
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import day_name
from vulncore.findings.shared.words import number_of
from vulncore.findings.where.area import points_within
from vulncore.sources.areas.reading import LARGEST_FILE, DrawnAreas, drawn_areas
from vulncore.store.areas import DISTRICTS, Area, area_kept_on, area_of, forget_area, keep_area, read_area

NOTICE, KEPT = "boundary", "boundary brought"
LISTED = 10
NO_NAMES = ""


@dataclass(frozen=True)
class Brought:
    """What a visit's file draws, and its areas as GeoJSON."""

    file_id: str
    drawn: DrawnAreas
    content: bytes


def show_boundary(view: View) -> None:
    """Say what a force's map is drawn with, and take a file with its own."""
    if notice := take_notice(NOTICE):
        st.success(plain(notice))
    try:
        st.markdown(plain(_standing(view.force)))
    except VulncoreError as problem:
        st.error(plain(str(problem)))
    if not may(Right.PUBLISH):
        st.markdown(
            plain(
                why_not(
                    Right.PUBLISH,
                    "Keeping a boundary from a browser is off on this server. Its keeper can do it with the vulncore command.",
                )
            )
        )
        return
    if area_kept_on(store_path(), view.force):
        st.button("Go back to what ships", key="forget boundary", on_click=_forget, args=(view.force,))
    st.markdown(
        "**Bring your own wards, beats or boundary.** GeoJSON, GeoPackage, or a shapefile in a zip. "
        "The file stays on this server, and nothing is kept until you say so."
    )
    file = st.file_uploader(
        "File of areas",
        type=["geojson", "json", "gpkg", "zip"],
        key=f"boundary of {view.force}",
        max_upload_size=LARGEST_FILE // 1_000_000,
        label_visibility="collapsed",
    )
    if file is None:
        st.session_state.pop(KEPT, None)
        return
    try:
        _show_brought(view.force, file)
    except VulncoreError as problem:
        st.error(plain(str(problem)))


def _standing(force: str) -> str:
    area, kept = area_of(store_path(), force), area_kept_on(store_path(), force)
    if area is None:
        return f"{force} has no boundary. Its maps are cut to where its records lie."
    named = "district" if area.key == DISTRICTS else "ward"
    parts = f" in {number_of(len(area.parts), named)}" if area.parts else ""
    whose = f"a boundary of its own, brought on {day_name(kept)}" if kept else "the boundary that ships"
    return f"The map of {force} has {whose}: {area.km2:,.0f} km²{parts}."


def _show_brought(force: str, file: UploadedFile) -> None:
    brought = _read(force, file, None)
    if len(brought.drawn.layers) > 1:
        layers = brought.drawn.layers
        layer = st.selectbox(
            "Layer of the file", layers, layers.index(brought.drawn.layer), key=f"layer {file.file_id}"
        )
        brought = _read(force, file, layer)
    if brought.drawn.notes:
        st.info(plain(" ".join(brought.drawn.notes)))
    naming = _naming(brought)
    with TemporaryDirectory(prefix="vulncore-") as folder:
        areas = Path(folder) / brought.drawn.file.name
        areas.write_bytes(brought.content)
        _show_area(force, read_area(areas, naming))
        if st.button("Keep this boundary", type="primary", key=f"keep {file.file_id}"):
            with acting(Right.PUBLISH, "kept a boundary", force=force, file=file.name):
                keep_area(store_path(), force, areas, naming)
            leave_notice(NOTICE, f"Kept. Where draws the map of {force} with it from now on.")
            st.rerun()


def _naming(brought: Brought) -> str | None:
    """Draw the choice of what names each area, and return it; None where only the whole is kept."""
    properties = brought.drawn.properties

    def in_words(key: str) -> str:
        return f"{key}: {', '.join(properties[key])}" if key else "No names: keep the whole area alone"

    options = [*properties, NO_NAMES]
    key = f"naming {brought.file_id} {brought.drawn.layer}"
    likely = options.index(brought.drawn.naming)
    return st.selectbox("What names each area", options, likely, format_func=in_words, key=key) or None


def _show_area(force: str, area: Area) -> None:
    inside, placed, _ = points_within(store_path(), force, area, smallest_shown())
    share = inside * 20 // placed * 5 if placed else 0  # in steps, so that no area can be drawn around a few
    held = f" It holds at least {share} % of the records that have a place." if placed else ""
    st.markdown(plain(f"The file draws {area.km2:,.0f} km².{held}"))
    if area.parts:
        sizes = sorted(((Area(shape, {}, "").km2, name) for name, shape in area.parts.items()), reverse=True)
        rows = [{"Name": name, "km²": f"{km2:,.1f}"} for km2, name in sizes[:LISTED]]
        listed = f"The {LISTED} largest of {len(sizes):,} areas" if len(sizes) > LISTED else "Areas"
        show_table(pd.DataFrame(rows), f"{listed} by name", ["km²"])


def _read(force: str, file: UploadedFile, layer: str | None) -> Brought:
    """Return what a layer of a file draws, its first where none is named, read once."""
    kept: Brought | None = st.session_state.get(KEPT)
    if kept and kept.file_id == file.file_id and layer in (None, kept.drawn.layer):
        return kept
    with st.spinner("Reading the file …"), on_disk(file) as path, drawn_areas(path, force, layer) as drawn:
        brought = Brought(file.file_id, drawn, drawn.file.read_bytes())
    st.session_state[KEPT] = brought
    return brought


def _forget(force: str) -> None:
    try:
        with acting(Right.PUBLISH, "went back to the boundary that ships", force=force):
            forget_area(store_path(), force)
        leave_notice(NOTICE, f"The map of {force} has what ships again.")
    except VulncoreError as problem:
        leave_notice(NOTICE, str(problem))
