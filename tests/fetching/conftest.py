"""What the tests of fetching share: a site on this machine, and no patience with it."""

from collections.abc import Iterator

import pytest

from tests.fetching.local_site import HASTY, LocalSite, local_site
from vulncore.fetching.web import Web


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with local_site() as site:
        yield site


@pytest.fixture
def web(site: LocalSite) -> Web:
    """Return what asks that site in the place of all others, and soon gives up."""
    return Web(site.address, HASTY)
