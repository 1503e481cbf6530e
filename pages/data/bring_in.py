"""Bring in data: choose a file, say what it is, try it, publish it."""

from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.dry_run import Trial, show_trial, tried
from pages.data.mapping.columns import chosen_mapping
from pages.data.merged import covered_by_merged, months_merged_in
from pages.data.preview import Looked, Preview, looked_at, seems_to_be, show_preview
from pages.data.uploads import MAX_UPLOAD_MB, desk
from pages.shared.access import acting, may, name_field, visitor, why_not
from pages.shared.choices import adopt
from pages.shared.reads import store_path
from pages.shared.sidebar import SidebarChoices, View
from pages.shared.text import plain
from pages.shared.visit import visit
from vulncore import store as stores
from vulncore.access.roles import Right
from vulncore.domain.errors import InvalidMappingError, VulncoreError
from vulncore.domain.geography import forces
from vulncore.domain.periods import parse_month
from vulncore.findings.data.kept_mappings import KeptMapping
from vulncore.findings.data.publishes import publish_account
from vulncore.findings.shared.file_names import file_name_of
from vulncore.sources.deliveries import Settings, Source
from vulncore.sources.records.draft import Draft
from vulncore.sources.records.later import LaterFile
from vulncore.sources.records.mapping import check_columns, checked_mapping
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping
from vulncore.sources.records.rewriting import rewritten_mapping

KINDS = {
    Source.RECORDS: "Records: a force's own extract, one row a record",
    Source.POLICE_UK: "A download of data.police.uk",
    Source.RECORDED_CRIME: "Recorded crime: Home Office or Metropolitan Police table",
    Source.MONTHLY_COUNTS: "Monthly counts: force, measure, month, count, or a column a month",
    Source.PUBLISHED_TABLE: "A published strand table",
}
KEPT = "bring in "
ANEW = "Begin anew, from its headings and values"


def say_what_was_published() -> None:
    """Say, once, what was published from here a moment ago."""
    published, desk().published = desk().published, None
    if published is not None:
        account, *rows = publish_account(published).splitlines()
        st.success(f"{plain(account)}  \n{plain(' '.join(rows[:1]))} **Overview** shows it now.")


def show_bring_in(view: View | None) -> None:
    """Draw the way in, step by step."""
    if not may(Right.PUBLISH):
        st.markdown(
            plain(
                why_not(
                    Right.PUBLISH,
                    "Publishing from a browser is off on this server. Its keeper can publish with the vulncore command, or "
                    "turn it on: the README says how.",
                )
            )
        )
        return
    st.markdown(
        "**1. Choose a file.** CSV, a workbook (XLSX, ODS or XLS) or Parquet, or a zip from data.police.uk. This server reads the file. It keeps "
        "nothing of the columns that you leave out. Nothing is published until you say so."
    )
    say_what_was_published()
    key = f"{KEPT}file {desk().cleared}"
    file = st.file_uploader("File", key=key, max_upload_size=MAX_UPLOAD_MB, label_visibility="collapsed")
    if file is None:
        desk("")
        return
    kinds, key = list(KINDS), f"{KEPT}{file.file_id} kind"
    likely = kinds.index(seems_to_be(file))
    source = st.selectbox("What it is", kinds, likely, format_func=KINDS.__getitem__, key=key)
    looked = looked_at(file) if source is Source.RECORDS else Looked()
    if source is Source.RECORDS and looked.preview is None:
        return
    try:
        before = _as_before(looked, file)
        settings = _settings(source, looked, file, before)
        dataset, by = _where_to(view, source, file, looked, before)
        if settings is None or not by:
            st.caption("Fill in the empty fields to make a dry run.")
        else:
            _try_and_publish(Trial(file, source, settings, dataset, by))
    except VulncoreError as problem:
        st.warning(plain(str(problem)))


Before = tuple[KeptMapping, LaterFile] | None


def _as_before(looked: Looked, file: UploadedFile) -> Before:
    """Draw how an extract was read, and return the mapping of an earlier file that it is read with, if one fits."""
    if not looked.preview:
        return None
    show_preview(looked.preview, folded=bool(looked.before))
    st.markdown("**2. Say what its columns and codes mean.**")
    if not looked.before:
        return None
    ways = [f"Read as last month: {kept.where}" for kept, _ in looked.before] + [ANEW]
    key = f"{KEPT}{file.file_id} {looked.preview.sheet} {looked.preview.heading} way"
    way = st.selectbox("How to read it", range(len(ways)), format_func=ways.__getitem__, key=key)
    return looked.before[way] if way < len(looked.before) else None


def _settings(source: Source, looked: Looked, file: UploadedFile, before: Before) -> Settings | None:
    if source is Source.PUBLISHED_TABLE:
        month = st.text_input("Last month of the table (YYYY-MM)", key=f"{KEPT}{file.file_id} as at")
        force = st.text_input("Whose table it is", key=f"{KEPT}{file.file_id} force", max_chars=80).strip()
        return Settings(as_at=parse_month(month), force=force) if month and force else None
    if source is Source.POLICE_UK and (months := months_merged_in(file)):
        covers = covered_by_merged(months, f"{KEPT}{file.file_id}")
        return Settings(covers=covers) if covers else None
    if source is not Source.RECORDS or not looked.preview or not looked.draft:
        return Settings()
    with st.expander("Have a mapping already?"):
        given = st.file_uploader("Mapping (TOML)", key=f"{KEPT}{file.file_id} mapping", max_upload_size=1)
    sheet, heading = looked.preview.sheet, looked.preview.heading
    # what is filled in belongs to this sheet, this heading and this mapping: with another it is filled in anew
    way = given.file_id if given else before[0].where if before else ""
    key = f"{KEPT}{file.file_id} {sheet} {heading} {way}"
    later = before[1] if before and not given else None
    draft = later.draft if later else looked.draft
    if given:
        draft = _draft_of(given, looked.preview, looked.draft)
    desk().filling, fillings = key, desk().fillings.get(key, [])
    if fillings:  # what a remedy changed is filled in, too, and stays for everybody to see and change
        draft, key = replace(draft, mapping=fillings[-1]), f"{key} {len(fillings)}"
    chosen = replace(chosen_mapping(draft, looked.columns, key, later), sheet=sheet, heading=heading)
    if not chosen.force:
        raise InvalidMappingError("Choose the force that these records are from, or write its name.")
    mapping = checked_mapping(chosen)
    st.download_button(
        "Keep this mapping as a file",
        rewritten_mapping(mapping, given.getvalue()) if given else mapping_toml(mapping),
        file_name=f"{file_name_of('mapping', mapping.source)}.toml",
        mime="application/toml",
        help="Use the mapping again next month, here or with: vulncore publish records FILE --mapping MAPPING.toml",
    )
    if not mapping.months:
        raise InvalidMappingError(
            "Say which months the file covers. A covered month without a record counts as zero."
        )
    return Settings(mapping=mapping)


def _draft_of(given: UploadedFile, preview: Preview, drafted: Draft) -> Draft:
    """Return a mapping that was given, with the months of this file and not of last month's."""
    mapping = parse_mapping(given.getvalue(), "The mapping")
    check_columns(mapping, preview.columns, preview.name)
    doubts = {name: doubt for name, doubt in drafted.doubts.items() if name == "coverage"}
    return Draft(replace(mapping, first=drafted.mapping.first, last=drafted.mapping.last), doubts)


def _where_to(
    view: View | None, source: Source, file: UploadedFile, looked: Looked, before: Before
) -> tuple[str, str]:
    st.markdown("**3. Say where it belongs, and try it.** A dry run publishes nothing.")
    names = stores.datasets(store_path())
    same = [name for name in names if stores.versions(store_path(), name)[-1].source == source.value]
    shown = view.publish.dataset if view and view.publish.dataset in same else None
    there = ", ".join(names) or "none yet"
    publish = before[0].publish if before else None
    of_before = publish.dataset if publish else ""
    where, who = st.columns(2)
    dataset = where.text_input(
        "Dataset",
        of_before or shown or _named_after(looked) or source.value,
        key=f"{KEPT}{file.file_id} dataset {of_before}",
        help=plain(f"A dataset that exists already gets a new version. There are: {there}."),
        max_chars=40,
    )
    named = "Every version names who published it."
    if publish and not visit().name:
        named += " This is who published the last file: change the name if that isn't you."
    name = visit().name or (publish.published_by if publish else "")
    key = f"{KEPT}{file.file_id} by {of_before}"
    if visitor():
        by = name_field(key, who)
    else:
        by = who.text_input("Your name", name, key=key, help=named, max_chars=80).strip()
    return stores.checked_dataset_name(dataset.strip()), by


def _named_after(looked: Looked) -> str:
    """Return a name for a first dataset: the force's, or that of the extract of an unknown one."""
    if not looked.draft:
        return ""
    force = looked.draft.mapping.force
    known = force in forces()
    return file_name_of(force.rpartition(" ")[0])[:40] if known else looked.draft.mapping.source


def _try_and_publish(trial: Trial) -> None:
    result = tried(trial)
    if result and show_trial(result):
        number = result.publish.number
        with acting(Right.PUBLISH, "published", dataset=trial.dataset, version=number, file=trial.file.name):
            published = stores.publish(store_path(), trial.dataset, result.delivery, trial.by, number)
        visit().name = trial.by
        done = desk("")
        done.published, done.cleared = published, done.cleared + 1  # an uploader of another key is empty
        adopt(SidebarChoices, {"dataset": published.dataset, "version": str(published.number)})
        st.rerun()
