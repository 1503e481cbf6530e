"""Bring in data: choose a file, say what it is, try it, publish it."""

from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.dry_run import Trial, show_trial, tried
from pages.data.mapping import chosen_mapping
from pages.data.preview import Looked, Preview, looked_at, seems_to_be, show_preview
from pages.data.uploads import MAX_UPLOAD_MB, forget
from pages.shared.access import may_publish
from pages.shared.choices import choices_made
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import plain
from vulncore import store as stores
from vulncore.domain.errors import InvalidMappingError, VulncoreError, checked_name
from vulncore.domain.periods import parse_month
from vulncore.findings.data.publishes import publish_account
from vulncore.sources.deliveries import Settings, Source
from vulncore.sources.records.draft import Draft
from vulncore.sources.records.mapping import check_columns, checked_mapping
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping

KINDS = {
    Source.RECORDS: "Records: a force's own extract, one row a record",
    Source.POLICE_UK: "A download of data.police.uk",
    Source.RECORDED_CRIME: "Recorded crime: Home Office or Metropolitan Police table",
    Source.MONTHLY_COUNTS: "Monthly counts: force, measure, month, count",
    Source.PUBLISHED_TABLE: "A published strand table",
}
KEPT, KEPT_LOOK, UPLOADS = "bring in ", "bring in look", "files brought in"


def say_what_was_published() -> None:
    """Say, once, what was published from here a moment ago."""
    line = st.session_state.pop("published just now", None)
    if line is not None:
        account, *rows = publish_account(line).splitlines()
        st.success(f"{plain(account)}  \n{plain(' '.join(rows[:1]))} **Overview** shows it now.")


def show_bring_in(view: View | None) -> None:
    """Draw the way in, step by step."""
    if not may_publish():
        st.markdown(
            "This server does not let browsers publish. Whoever keeps it can publish with the `vulncore` command, or "
            "allow it: the README says how."
        )
        return
    st.markdown(
        "**1. Choose a file.** CSV, XLSX or Parquet, or a zip from data.police.uk. It is read on this server, nothing is "
        "kept of columns that you don't choose, and nothing is published until you say so."
    )
    say_what_was_published()
    file = st.file_uploader(
        "File",
        key=f"{KEPT}file {st.session_state.get(UPLOADS, 0)}",
        max_upload_size=MAX_UPLOAD_MB,
        label_visibility="collapsed",
    )
    if file is None:
        forget(KEPT_LOOK)
        return
    likely = seems_to_be(file)
    source = st.selectbox(
        "What it is",
        list(KINDS),
        list(KINDS).index(likely),
        format_func=KINDS.__getitem__,
        key=f"{KEPT}{file.file_id} kind",
    )
    looked = looked_at(file) if source is Source.RECORDS else Looked()
    if source is Source.RECORDS and looked.preview is None:
        return
    try:
        settings = _settings(source, looked, file)
        dataset, by = _where_to(view, source, file, looked)
        if settings is None or not by:
            st.caption("Fill in what is empty, and a dry run can be made.")
        else:
            _try_and_publish(Trial(file, source, settings, dataset, by))
    except VulncoreError as problem:
        st.warning(plain(str(problem)))


def _settings(source: Source, looked: Looked, file: UploadedFile) -> Settings | None:
    if source is Source.PUBLISHED_TABLE:
        month = st.text_input("The month that it ends with (YYYY-MM)", key=f"{KEPT}{file.file_id} as at")
        force = st.text_input("Whose table it is", key=f"{KEPT}{file.file_id} force", max_chars=80).strip()
        return Settings(as_at=parse_month(month), force=force) if month and force else None
    if source is not Source.RECORDS or not looked.preview or not looked.draft:
        return Settings()
    show_preview(looked.preview)
    st.markdown("**2. Say what its columns and codes mean.**")
    given = _given_mapping(file)
    sheet, heading = looked.preview.sheet, looked.preview.heading
    # what is filled in belongs to this sheet, this heading and this mapping: with another it is filled in anew
    key = f"{KEPT}{file.file_id} {sheet} {heading} {given.file_id if given else ''}"
    draft = _draft_of(given, looked.preview, looked.draft) if given else looked.draft
    chosen = replace(chosen_mapping(draft, looked.columns, key), sheet=sheet, heading=heading)
    mapping = checked_mapping(chosen)
    st.download_button(
        "Keep this mapping as a file",
        mapping_toml(mapping),
        file_name=f"{mapping.source}.toml",
        mime="application/toml",
        help="Next month give it here, or to the command: vulncore publish records FILE --mapping MAPPING.toml",
    )
    if not mapping.months:
        raise InvalidMappingError(
            "Say which months the file covers: a month in it without a record counts as zero."
        )
    return Settings(mapping=mapping)


def _given_mapping(file: UploadedFile) -> UploadedFile | None:
    with st.expander("Have a mapping already?"):
        return st.file_uploader("Mapping (TOML)", key=f"{KEPT}{file.file_id} mapping", max_upload_size=1)


def _draft_of(given: UploadedFile, preview: Preview, drafted: Draft) -> Draft:
    """Return a mapping that was given, with the months of this file and not of last month's."""
    mapping = parse_mapping(given.getvalue(), "The mapping")
    check_columns(mapping, preview.columns, preview.name)
    doubts = {name: doubt for name, doubt in drafted.doubts.items() if name == "coverage"}
    return Draft(replace(mapping, first=drafted.mapping.first, last=drafted.mapping.last), doubts)


def _where_to(view: View | None, source: Source, file: UploadedFile, looked: Looked) -> tuple[str, str]:
    st.markdown("**3. Say where it belongs, and try it.** A dry run publishes nothing.")
    names = stores.datasets(store_path())
    same = [name for name in names if stores.versions(store_path(), name)[-1].source == source.value]
    shown = view.publish.dataset if view and view.publish.dataset in same else None
    where, who = st.columns(2)
    dataset = where.text_input(
        "Dataset",
        shown or (looked.draft.mapping.source if looked.draft else source.value),
        key=f"{KEPT}{file.file_id} dataset",
        help=f"A name that is there already gets a new version. There are: {', '.join(names) or 'none yet'}.",
        max_chars=40,
    )
    by = who.text_input("Your name", key=f"{KEPT}by", help="Versions say who published them.", max_chars=80)
    return checked_name(dataset.strip()), by.strip()


def _try_and_publish(trial: Trial) -> None:
    result = tried(trial)
    if result is None:
        return
    if show_trial(result):
        line = stores.publish(store_path(), trial.dataset, result.delivery, trial.by, result.line.number)
        forget(KEPT_LOOK)
        # an uploader of another key is empty
        st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1
        choices_made().clear()
        choices_made().update({"dataset": line.dataset, "version": str(line.number)})
        st.session_state["published just now"] = line
        st.rerun()
