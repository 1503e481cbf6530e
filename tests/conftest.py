"""What many tests share: stores that they read, and forecasts that are made once."""

import gc
import hashlib
import os
import pickle
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from vulncore.cli.publishing import OPEN_COUNTS, open_counts
from vulncore.forecasting import backtest, forecast
from vulncore.sources import demo
from vulncore.store import publish, secrets

settings.register_profile("check", max_examples=30, deadline=None)
settings.load_profile("check")

forecast_in_parallel = forecast.in_parallel
FOLDER_OF_PIECES = "PIECES_OF_FORECASTS"
SHARED = Path(__file__).parents[1].parent / "shared"


def pytest_collection_finish() -> None:
    """Let no collection of garbage go through the thousands of tests and modules that stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _packages_searched_once() -> Iterator[None]:
    """Let Streamlit look through all that is installed, for components of theirs, once and not for each visit."""
    search = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", search)
        yield


@pytest.fixture(scope="session", autouse=True)
def _secrets_alike() -> Iterator[None]:
    """Give each store of a run the same secret, so that its records are blurred in the same way in each run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(secrets.secrets, "token_bytes", lambda count=None: b"s" * (count or 32))
        yield


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the two datasets that ship."""
    store = tmp_path_factory.mktemp("store")
    publish(store, "demo", demo.deliver(), "tests")
    publish(store, OPEN_COUNTS, open_counts(), "tests")
    return store


@pytest.fixture(scope="session")
def street_zip() -> Path:
    """Return the real street-level zip of the City; skip where it is not beside this checkout."""
    path = SHARED / "data" / "police-uk" / "city-of-london-street-2016-01-to-2024-12.zip"
    if not path.exists():
        pytest.skip("the City's street files are not beside this checkout (../shared/data/police-uk)")
    return path


@contextmanager
def tried_at_few_origins() -> Iterator[None]:
    """Try forecasts at few origins: for tests of all that a forecast goes through but its closeness."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(backtest, "MOST_ORIGINS", 4)
        yield


@pytest.fixture(scope="module")
def few_origins() -> Iterator[None]:
    """Try a module's forecasts at few origins."""
    with tried_at_few_origins():
        yield


@contextmanager
def pieces_kept(folder: Path, work_out: Callable) -> Iterator[None]:
    """Let each piece of a forecast be worked out once, whichever test or process asks first, and lie in a folder."""

    def in_parallel(work: Callable, items: Sequence, workers: int | None = None) -> Iterator:
        files = [folder / f"piece-{hashlib.sha256(pickle.dumps(item)).hexdigest()}" for item in items]
        left = [place for place, file in enumerate(files) if not file.exists()]
        for place, file in enumerate(files):
            if place not in left:
                yield place, pickle.loads(file.read_bytes())
        for at, result in work_out(work, [items[place] for place in left], workers):
            under_way = files[left[at]].with_suffix(f".{os.getpid()}")
            under_way.write_bytes(pickle.dumps(result))
            under_way.replace(files[left[at]])
            yield left[at], result

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forecast, "in_parallel", in_parallel)
        yield


def one_by_one(work: Callable, items: Sequence, workers: int | None = None) -> Iterator:
    """Work here, as processes of their own would have to load their modules first."""
    for place, item in enumerate(items):
        with warnings.catch_warnings(action="ignore"):  # those of another process are seen by nobody
            result = work(item)
        yield place, result


@pytest.fixture(scope="session", autouse=True)
def _forecast_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let each piece of a forecast be worked out once in a run; ./check names a folder that lasts for several."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pieces_kept(Path(os.environ.get(FOLDER_OF_PIECES, folder)), one_by_one):
        yield


@pytest.fixture
def forecast_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work every piece out in this test, also those that were."""
    monkeypatch.setattr(forecast, "in_parallel", forecast_in_parallel)
