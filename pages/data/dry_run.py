"""A dry run: what publishing a file would do, before anything is published."""

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.data.findings import show_changes, show_findings
from pages.data.remedies import offer_in_dry_run
from pages.data.uploads import desk, on_disk, progress_in
from pages.shared.access import count_as_dear, may
from pages.shared.files import offer_csv
from pages.shared.reads import store_path
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore import store as stores
from vulncore.access.roles import Right
from vulncore.domain.delivery import Delivery
from vulncore.domain.errors import ContentsNotSaidError, Reject, TooManyRejectsError, VulncoreError
from vulncore.findings.data.changes import Changes, changes_between
from vulncore.findings.data.checks import DataFinding, data_checks, findings_sentence, gravest_first
from vulncore.findings.data.codes import code_findings
from vulncore.findings.data.publishes import account_frame, publish_account, rejects_frame
from vulncore.findings.shared.file_names import file_name, file_name_of
from vulncore.findings.shared.words import capital_first, number_of
from vulncore.sources.deliveries import Settings, Source, read_delivery
from vulncore.sources.kinds import Holds
from vulncore.sources.records.deliver import THEY_COUNT
from vulncore.sources.records.mapping import Mapping
from vulncore.store.manifest import Publish
from vulncore.store.secrets import kept_secret

HELD = {
    Holds.CHANGES: "What was created or changed since the last file: these records are updated where they lie.",
    Holds.WHOLE_MONTHS: "Its own months, whole: other months stay as they are until they are published again.",
}
"""What the answers mean where a file says something of other months' records."""


@dataclass(frozen=True)
class Trial:
    """What is tried: which file, read how, for which dataset, by whom."""

    file: UploadedFile
    source: Source
    settings: Settings
    dataset: str
    by: str

    def same(self) -> tuple[object, ...]:
        """What has to be the same for a dry run to say what publishing would do; who publishes is no matter."""
        return (self.file.file_id, self.source, self.settings, self.dataset)


@dataclass(frozen=True)
class DryRun:
    """What a dry run found."""

    of: tuple[object, ...]
    delivery: Delivery
    publish: Publish
    changes: Changes
    findings: tuple[DataFinding, ...]
    mapping: Mapping | None


def tried(trial: Trial) -> DryRun | None:
    """Draw the button, run when it is pressed, and return the dry run of just these settings, if there was one."""
    is_due, desk().is_due = desk().is_due, False
    if st.button("Dry run", type="secondary", key="bring in dry run") or is_due:
        desk().dry_run = None
        place = st.empty()
        try:
            count_as_dear()
            desk().dry_run = _run(trial, place)
        except TooManyRejectsError as refusal:
            st.error(plain(str(refusal)))
            _offer_rejects(refusal.rejects, trial.dataset)
        except ContentsNotSaidError as question:
            _ask_what_it_holds(question, trial)
        except VulncoreError as problem:
            st.error(plain(str(problem)))
        place.empty()
    result: DryRun | None = desk().dry_run
    if result and result.of != trial.same():
        st.info("The settings have changed since the dry run. Make the dry run again.")
        return None
    return result


def _ask_what_it_holds(question: ContentsNotSaidError, trial: Trial) -> None:
    """Ask what a file holds, and fill the answer in at a press."""
    st.warning(plain(f"{question.problem} Nothing was published. What does the file hold?"))
    if trial.settings.mapping is None:
        return
    for holds, effect in HELD.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            filled = replace(trial.settings.mapping, holds=holds)
            label = capital_first(holds)
            st.button(plain(label), key=f"bring in {holds}", on_click=desk().fill_in, args=(filled,))
            st.caption(plain(effect))


def show_trial(result: DryRun) -> bool:
    """Show what a dry run found, and return whether it is to be published."""
    rows = result.publish.rows
    with st.container(border=True):
        if result.publish.unchanged:
            st.info(plain(publish_account(result.publish)))
            return False
        st.markdown(
            f"**This would be version {result.publish.number:d} of {plain(result.publish.dataset)}.**"
        )
        counted = f"{rows.accepted:,} of {rows.read:,} rows would be counted."
        st.markdown(counted + (f" {sum(rows.rejected.values()):,} can't be used." if rows.rejected else ""))
        for what, count in rows.noted.items():
            if what.endswith(THEY_COUNT) and count:
                st.warning(plain(f"{number_of(count, 'row')} {what}."))
        show_changes(result.changes, file_name(result.publish, "dry run what would change"))
        _offer_rejects(result.delivery.rejects, result.publish.dataset)
        with st.expander("Every row is accounted for"):
            show_table(account_frame(result.publish), "What would become of each row")
        st.markdown(f"**{plain(findings_sentence(result.publish, result.findings))}**")
        offer = partial(offer_in_dry_run, result.mapping)
        show_findings(result.findings, file_name(result.publish, "dry run what to check"), offer)
        return st.button(
            "Publish", type="primary", key="bring in publish", disabled=not _agreed_to_lose(result)
        )


def _agreed_to_lose(result: DryRun) -> bool:
    """Whether no figure would be withdrawn, or somebody says that it is meant so."""
    gone = int(result.changes.frame["Change"].eq("withdrawn").sum())
    if not gone:
        return True
    st.warning(
        f"{gone:,} figures that are published now would be gone from the newest version. Earlier versions keep them."
    )
    return st.checkbox(
        "Yes, remove these figures from the newest version",
        key=f"bring in look agreed {result.publish.number}",
    )


def _run(trial: Trial, place: st.delta_generator.DeltaGenerator) -> DryRun:
    secret = partial(kept_secret, store_path())
    with on_disk(trial.file) as path:
        delivery = read_delivery(trial.source, [path], trial.settings, secret, progress_in(place))
    with st.spinner("Comparing and checking …"):
        there = trial.dataset in stores.datasets(store_path())
        before = stores.open_version(store_path(), trial.dataset) if there else None
        after = stores.preview(store_path(), trial.dataset, delivery, trial.by)
        mapping = trial.settings.mapping
        findings = data_checks(after, brought=delivery.tables.incidents)
        if mapping:
            findings = gravest_first([*code_findings(delivery.rejects, mapping), *findings])
        changes = changes_between(before, after)
        return DryRun(trial.same(), delivery, after.publish, changes, findings, mapping)


def _offer_rejects(rejects: tuple[Reject, ...], dataset: str) -> None:
    if rejects and may(Right.RECORDS):
        offer_csv(
            partial(rejects_frame, rejects),
            f"{file_name_of('rejected rows', dataset)}.csv",
            label=f"Download the {len(rejects):,} rows that can't be used, with line and reason",
            key="bring in rejects",
        )
