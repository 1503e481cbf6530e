"""The real app, started as the README starts it, in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",  # maps are drawn all the same, by the processor
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # pages of one context share a process, which keeps the app's scripts compiled
    # no name is looked up, so that a request to another host is seen and goes nowhere
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`content security policy: ${event.violatedDirective} blocked ${event.blockedURI}`));
"""
START_S, STOP_S, PAGE_MS = 60, 10, 60_000

OPEN_PAGES: list[Page] = []


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it answers, and how to read what it has logged."""

    url: str
    port: int
    log: Callable[[], str]


def settled(page: Page) -> Page:
    """Return the page once its script has run and nothing is still drawn as a placeholder."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=PAGE_MS)
    page.locator('[data-testid="stSkeleton"]').first.wait_for(state="detached", timeout=PAGE_MS)
    return page


def _server(port: int, log: Path) -> Server:
    return Server(f"http://127.0.0.1:{port}", port, log.read_text)


SERVED = ("streamlit", "run", "app.py")
SERVED_SOONER = ("tests.pages.served",)


@contextmanager
def _serving(
    store: Path, log: Path, module: tuple[str, ...] = SERVED, port: int = 0, **environment: str
) -> Iterator[Server]:
    port = port or free_port()
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", *module, "--server.port", str(port)],
            cwd=ROOT,
            env={
                "VULNCORE_FIRST_VISITS": "off",
                "VULNCORE_LIBREOFFICE": "none",
                **os.environ,
                "VULNCORE_STORE": str(store),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_listens(process, port, log)
        yield _server(port, log)
    finally:
        for opened in OPEN_PAGES:  # a page left open would complain that its server is gone
            opened.goto("about:blank")
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    # by its port alone: the first request that it ever gets belongs to the test
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"The server ended with code {process.returncode} at once:\n{log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"The server did not listen within {START_S} seconds:\n{log.read_text()}")


@pytest.fixture(scope="session", autouse=True)
def _own_temporary_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what this process and its servers put aside apart from others' of the same kind, who may look for it."""
    os.environ["TMPDIR"] = str(tmp_path_factory.mktemp("aside"))
    tempfile.tempdir = None


def _publish_what_ships(folder: Path) -> Path:
    """Publish the data that ships into a store, as ./dashboard publishes it."""
    command = Path(sys.executable).with_name("vulncore")
    done = subprocess.run(
        [command, "ready-data"],
        env={**os.environ, "VULNCORE_STORE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"vulncore ready-data failed:\n{done.stdout}{done.stderr}"
    return folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Start one server for the tests of all processes, before the first of them starts."""
    config = node.config
    if config.getoption("markexpr") != "browser":
        return
    if not hasattr(config, "shared_server"):
        config.shared_server = ExitStack()
        folder = Path(config.shared_server.enter_context(tempfile.TemporaryDirectory()))
        store = _publish_what_ships(folder / "store")
        running = config.shared_server.enter_context(_serving(store, folder / "log", SERVED_SOONER))
        config.shared_input = {"store": str(store), "port": running.port, "log": str(folder / "log")}
    node.workerinput["shared_server"] = config.shared_input


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server of all processes."""
    if hasattr(config, "shared_server"):
        config.shared_server.close()


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> dict[str, Any] | None:
    """What is known of the server of all processes; None where this process is the only one."""
    return getattr(request.config, "workerinput", {}).get("shared_server")


@pytest.fixture(scope="session")
def store(shared: dict[str, Any] | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the data that ships."""
    return Path(shared["store"]) if shared else _publish_what_ships(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def serving(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., AbstractContextManager[Server]]:
    """Starts a server of its own on a store, and stops it at the end of the `with`."""

    def started(store: Path, module: tuple[str, ...] = SERVED, port: int = 0, **environment: str) -> Any:
        return _serving(store, tmp_path_factory.mktemp("server") / "log", module, port, **environment)

    return started


@pytest.fixture(scope="session")
def server(
    shared: dict[str, Any] | None, store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server for every test that doesn't need a fresh one."""
    if shared:
        yield _server(shared["port"], Path(shared["log"]))
        return
    with _serving(store, tmp_path_factory.mktemp("server") / "log", SERVED_SOONER) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, one for every test of this process."""
    places = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in BROWSERS), *MAC_BROWSERS]
    found = next((place for place in places if place and Path(place).is_file()), None)
    if not found:
        pytest.exit(
            "Chromium was not found, and these tests drive the app in it. Install it (Debian: "
            "sudo apt-get install chromium; macOS: brew install --cask chromium) or say where it is: "
            "CHROMIUM=/path/to/chromium ./check",
            returncode=3,
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages of a module's tests share: what was fetched once, and nothing that was chosen."""
    shared = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce"
    )
    shared.add_init_script(TELL_VIOLATIONS)
    yield shared
    shared.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of its own."""
    with _watched_page(context) as opened:
        yield opened


@pytest.fixture(scope="module")
def page_to_look_at(context: BrowserContext) -> Iterator[Page]:
    """A page that a module's tests share which only look: the first of them opens it."""
    with _watched_page(context) as opened:
        yield opened


@contextmanager
def _watched_page(context: BrowserContext) -> Iterator[Page]:
    """Open a page; afterwards fail what asked another host or broke a rule in the console."""
    opened = context.new_page()
    asked: set[str] = set()
    complaints: list[str] = []
    opened.on("request", lambda request: asked.add(request.url))
    opened.on("websocket", lambda websocket: asked.add(websocket.url))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and not _looks_for_its_base(message.location["url"])
            else None
        ),
    )
    OPEN_PAGES.append(opened)
    yield opened
    OPEN_PAGES.remove(opened)
    opened.close()
    elsewhere = sorted(url for url in asked if not _is_ours(url))
    assert not elsewhere, f"{len(elsewhere)} requests left for another host: {elsewhere[:5]}"
    assert not complaints, f"{len(complaints)} complaints in the console: {complaints[:5]}"


def _is_ours(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("blob", "data") or parts.hostname == "127.0.0.1"


def _looks_for_its_base(url: str) -> bool:
    # on a deep link Streamlit asks /page/_stcore/… first and takes the 404 to mean a path of one step less
    path = urlsplit(url).path
    return path.endswith(("/_stcore/health", "/_stcore/host-config")) and not path.startswith("/_stcore/")
