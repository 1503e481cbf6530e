"""What the wheel promises: all of the dashboard, wherever it is installed and wherever it is started."""

import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pages.conftest import PAGE_MS, ROOT, _wait_until_it_listens, free_port, settled
from tests.pages.test_links import PAGES
from tests.pages.test_websockets import handshake

pytestmark = pytest.mark.browser

UNDER = "police/vulnerability"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder with a space and a letter that isn't ASCII in its name that the wheel is installed in, and the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [*PIP, "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("vulncore-*.whl")
    site = folder / "café folder" / "site"
    subprocess.run(
        [*PIP, "install", "-q", "--no-deps", "--no-index", "--no-compile", "--target", site, wheel],
        check=True,
    )
    return site, wheel


@contextmanager
def serving(site, store, elsewhere, *options):
    elsewhere.mkdir()
    port, log = free_port(), elsewhere / "log"
    environment = {**os.environ, "PYTHONPATH": str(site), "VULNCORE_FIRST_VISITS": "off"}
    command = [sys.executable, "-P", "-m", "vulncore.cli", "serve"]
    with log.open("w") as written:
        process = subprocess.Popen(
            [*command, "--store", os.path.relpath(store, elsewhere), "--port", str(port), *options],
            cwd=elsewhere,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_listens(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_the_container_s_build_has_all_that_the_wheel_has(installed, tmp_path):
    _, wheel = installed
    steps = (ROOT / "deploy" / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    for step in [step.split()[1:] for step in steps if step.startswith("COPY ") and "--from" not in step]:
        *sources, target = step
        for source in sources:
            place = tmp_path / "source" / target / ("" if (ROOT / source).is_dir() else Path(source).name)
            place.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, place)
    built = subprocess.run(
        [
            *PIP,
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            tmp_path,
            tmp_path / "source",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (other,) = tmp_path.glob("vulncore-*.whl")
    assert set(zipfile.ZipFile(other).namelist()) == set(zipfile.ZipFile(wheel).namelist())


def test_nothing_lands_beside_the_package(installed):
    site, wheel = installed
    assert {entry.name for entry in site.iterdir()} <= {
        "vulncore",
        "bin",
        f"{wheel.stem.rsplit('-', 3)[0]}.dist-info",
    }
    shipped = {"pages": "vulncore/dashboard/pages", "data/reference": "vulncore/reference/shipped"}
    there = {
        f"{place}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, place in shipped.items()
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    files = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(tuple(shipped.values()))}
    assert files == there


@pytest.mark.parametrize(
    ("under", "names"), [("", PAGES), (UNDER, ("overview", "data"))], ids=["alone", "at a sub-path"]
)
def test_every_page_opens_with_its_theme_its_settings_and_its_ground(
    installed, store, context, tmp_path, under, names
):
    site, _ = installed
    options = ["--server.baseUrlPath", under] if under else []
    with serving(site, store, tmp_path / "another folder", *options) as address:
        page = context.new_page()
        page.set_viewport_size({"width": 1440, "height": 900})
        fetched = {}
        page.on("response", lambda answer: fetched.update({answer.url.partition("?")[0]: answer.status}))
        start = f"{address}/{under}".rstrip("/")
        for name in names:
            answer = page.goto(f"{start}/{name}")
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            settled(page)
            page.locator("h1").first.wait_for(timeout=PAGE_MS)
            letters = page.evaluate("getComputedStyle(document.documentElement).fontSize")
            assert letters == "17px"  # of .streamlit/config.toml; Streamlit by itself has 16
            assert page.locator('[data-testid="stAlert"]').filter(has_text="could not be shown").count() == 0
        with page.expect_response("**/streets.geojson*", timeout=PAGE_MS) as streets:
            page.goto(f"{start}/where")
        assert streets.value.status == 200
        assert [status for url, status in fetched.items() if url.endswith("basemap-light.json")] == [200]
        if not under:
            port = int(address.rpartition(":")[2])
            assert (
                handshake(port, Host="elsewhere.test")
                == handshake(port, Origin="https://elsewhere.test")
                == 403
            )
        assert page.locator("h1").evaluate("(title) => getComputedStyle(title).fontWeight") == "600"
        page.close()
