"""What the tests of drafts share: the demo's strand table at October 2024, which is the published one figure for figure."""

from datetime import date

import pytest

from vulncore.findings.overview.overview import overview


@pytest.fixture(scope="session")
def demo(shipped_store):
    return overview(shipped_store, "demo", as_at=date(2024, 10, 1))
