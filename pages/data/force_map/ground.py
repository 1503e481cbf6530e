"""What a force's map is drawn on: which file, whose, and another in its place."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.uploads import MAX_UPLOAD_MB, on_disk
from pages.shared.access import acting, may, name_field
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import plain
from pages.shared.visit import leave_notice, take_notice, visit
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.sources.ground import as_tiles
from vulncore.store.areas import area_of
from vulncore.store.grounds import forget_ground, ground_of, keep_ground

NOTICE = "ground"


def show_ground(view: View) -> None:
    """Offer to keep a file as what the map is drawn on, and to go back, where a browser may publish."""
    notice = take_notice(NOTICE)
    if not may(Right.PUBLISH):
        return
    if notice:
        st.success(plain(notice))
    part = st.expander("Streets beneath the map", key=f"ground {view.force}", on_change="rerun")
    if not part.open:
        return
    with part:
        kept = ground_of(store_path(), view.force)
        if kept is None:
            st.markdown(f"The map of {plain(view.force)} is drawn on the ground that ships.")
        else:
            st.markdown(
                f"The map of {plain(view.force)} is drawn on **{plain(kept.file)}**, {kept.bytes / 1e6:,.1f} MB. "
                f"{plain(kept.kept_by)} kept it on {plain(kept.kept_at[:10])}. Everybody who opens this server can see it."
            )
        file = st.file_uploader(
            "Map file (PMTiles or GeoPackage)", key="ground file", max_upload_size=MAX_UPLOAD_MB
        )
        by = name_field("who keeps the ground")
        if st.button("Keep this map", type="primary"):
            _keep(view.force, file, by)
        if kept is not None and st.button("Go back to the ground that ships"):
            with acting(Right.PUBLISH, "went back to the ground that ships", force=view.force):
                forget_ground(store_path(), view.force)
            _say(f"The map of {view.force} is drawn on the ground that ships again.")


def _keep(force: str, file: UploadedFile | None, by: str) -> None:
    if file is None or not by:
        st.error("Choose a file and write your name. The map says who kept its file.")
        return
    try:
        area = area_of(store_path(), force)
        with (
            acting(Right.PUBLISH, "kept a ground for the map", force=force, file=file.name),
            on_disk(file) as path,
            as_tiles(path, None if area is None else area.shape.bounds) as tiles,
        ):
            kept = keep_ground(store_path(), force, tiles, by, path.name)
    except VulncoreError as problem:
        st.error(plain(str(problem)))
        return
    visit().name = by
    _say(f"The map of {force} is now drawn on {kept.file}. Open Where to see it.")


def _say(sentence: str) -> None:
    leave_notice(NOTICE, sentence)
    st.rerun()
