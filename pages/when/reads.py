"""Cached reads: which shifts would meet most."""

from pathlib import Path

import streamlit as st

from pages.shared.reads import QUESTION, READS_KEPT, Boundaries, contents_of
from vulncore.findings.when.view import Patrols, WeeksBeside, When
from vulncore.findings.when.when import patrol_hours, weeks_beside
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store import open_version
from vulncore.store.manifest import Publish


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Choosing shifts …", hash_funcs=QUESTION)
def patrols_of(
    store: Path,
    publish: Publish,
    record_filter: RecordFilter,
    night: Night,
    smallest: int,
    shifts: int,
    hours: int,
    boundaries: Boundaries,  # noqa: ARG001
) -> Patrols:
    """Return the shifts that meet most of what happens."""
    snapshot = open_version(store, publish.dataset, publish.number, forces=(record_filter.force,))
    measures = contents_of(store, publish).measures
    return patrol_hours(snapshot, record_filter, measures, shifts, hours, night, smallest)


WEEK = {When: lambda week: (repr(week.now.record_filter), repr(week.now.night), week.now.smallest)}
"""What tells a week of a version from others."""


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Comparing …", hash_funcs={**QUESTION, **WEEK})
def weeks_beside_of(
    store: Path,
    pinned: Publish,
    its_week: When,
    shown: Publish,
    week: When,
    boundaries: Boundaries,  # noqa: ARG001
) -> WeeksBeside:
    """Return what tells one week from another."""
    sides = ((pinned, its_week.now.record_filter.force), (shown, week.now.record_filter.force))
    versions = [open_version(store, line.dataset, line.number, forces=(force,)) for line, force in sides]
    measures = {one.key: one for publish in (pinned, shown) for one in contents_of(store, publish).measures}
    return weeks_beside((versions[0], its_week), (versions[1], week), tuple(measures.values()))
