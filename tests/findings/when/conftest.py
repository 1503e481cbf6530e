"""The demo's last twelve months of sexual offences, as shown and as counted."""

from pathlib import Path

import pytest

from tests.findings.when.weeks import DEMO_FILTER
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.when.counts import WeekCounts, read_week
from vulncore.findings.when.view import When
from vulncore.findings.when.when import when
from vulncore.store import open_version


@pytest.fixture(scope="session")
def demo(shipped_store: Path) -> When:
    return when(open_version(shipped_store, "demo"), DEMO_FILTER, report_measures())


@pytest.fixture(scope="session")
def demo_counts(shipped_store: Path) -> WeekCounts:
    """Return the counts of blurred records behind the demo's week."""
    return read_week(open_version(shipped_store, "demo"), DEMO_FILTER, SMALLEST_SHOWN)
