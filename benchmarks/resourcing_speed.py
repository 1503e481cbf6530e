"""How fast does a lever answer: the futures worked out together and one by one, an answer, and the page in a browser?

    python benchmarks/resourcing_speed.py

The example scenario on made demand of 2,000 paths and 50 months. Ratios are to an answer: staffing of every role, months,
year, what it takes, and the sentences. The last lines drag a lever of the real app in Chromium, with the demo's data, and
wait for the first sentence and for the chart.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from timing import median_seconds

from vulncore.findings.resourcing.demand import UnitDemand, UnitForecast
from vulncore.findings.resourcing.outlook import resourcing_outlook, staffing_question
from vulncore.findings.resourcing.sentences import resourcing_headline
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.chain import Incoming, staffing
from vulncore.resourcing.scenario.link import example_scenario

AS_AT = date(2024, 10, 1)
PATHS, MONTHS, ONE_BY_ONE = 2_000, 50, 100
A_MONTH = {"rape": 4, "other-sexual-offences": 12, "csea": 9, "domestic-abuse": 14, "serious-hate-crime": 28}
PULLS = 15
SAYS = "[...document.querySelectorAll('p')].map(each => each.innerText)"
PICTURE = "(each => each.toDataURL ? each.toDataURL() : each.outerHTML)(document.querySelector('[data-testid=stVegaLiteChart] :is(canvas, svg.marks)'))"
DRAWN = f"old => {PICTURE} !== old"
CHANGED = f"old => {SAYS}.some(text => text.includes('demand asks for')) && !{SAYS}.includes(old)"


def main() -> None:
    scenario, incoming = example_scenario(), made(PATHS)
    singles = [
        Incoming(AS_AT, incoming.recorded, {kind: paths[[row]] for kind, paths in incoming.paths.items()})
        for row in range(ONE_BY_ONE)
    ]
    answer = median_seconds(lambda: answered(incoming))
    together = median_seconds(lambda: staffing(scenario, incoming))
    apart = (
        median_seconds(lambda: [staffing(scenario, single) for single in singles], runs=1)
        * PATHS
        / ONE_BY_ONE
    )
    for name, seconds in (("an answer", answer), ("its futures, together", together), ("one by one", apart)):
        print(f"{name:26} {seconds:8.3f} s   {seconds / answer:8.2f} of an answer")
    with served() as url:
        sentence, chart = pulled(url)
    for name, seconds in (("a pull, to the sentence", sentence), ("a pull, to the chart", chart)):
        print(
            f"{name:26} {statistics.median(seconds):8.3f} s   longest {max(seconds):.3f} s of {len(seconds)}"
        )


def made(paths: int) -> Incoming:
    rng = np.random.default_rng(0)
    level = np.linspace(1, 1.3, MONTHS)
    ahead = {
        kind: rng.poisson(mean * level * rng.gamma(25, 1 / 25, (paths, 1))).astype(float)
        for kind, mean in A_MONTH.items()
    }
    return Incoming(
        AS_AT, {kind: rng.poisson(mean, 79).astype(float) for kind, mean in A_MONTH.items()}, ahead
    )


def answered(incoming: Incoming) -> object:
    scenario = example_scenario()
    paths = {kind: months.astype(np.int64) for kind, months in incoming.paths.items()}
    forecast = UnitForecast(UnitDemand("Made", AS_AT, {}, ()), Basis.CURRENT_PROCESS, paths, {})
    forecast.__dict__["incoming"] = incoming
    question = staffing_question(scenario, AS_AT, MONTHS, None, None, 0.1, None)
    return resourcing_headline(resourcing_outlook(forecast, scenario, {}, question))


@contextmanager
def served() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as store, socket.socket() as probe:
        environment = {**os.environ, "VULNCORE_STORE": store}
        subprocess.run(
            [Path(sys.executable).with_name("vulncore"), "demo"],
            env=environment,
            check=True,
            capture_output=True,
        )
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", port]
        server = subprocess.Popen(
            command, env=environment, cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL
        )
        try:
            yield f"http://127.0.0.1:{port}/resourcing"
        finally:
            server.terminate()
            server.wait()


def pulled(url: str) -> tuple[list[float], list[float]]:
    """Return how long each pull took to change the first sentence, and the chart, in seconds."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    sentence, chart = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        reached(page, url)
        page.get_by_role("tab", name="Assumptions").wait_for(timeout=120_000)
        rests(page)
        lever = page.get_by_role("slider", name="Demand")
        lever.focus()
        for _ in range(PULLS):
            before = page.locator("p", has_text="demand asks for").first.inner_text()
            picture = page.evaluate(PICTURE)
            start = time.perf_counter()
            lever.press("ArrowRight")
            page.wait_for_function(CHANGED, arg=before, polling=10)
            sentence.append(time.perf_counter() - start)
            page.wait_for_function(DRAWN, arg=picture, polling=20)
            chart.append(time.perf_counter() - start)
            rests(page)
            page.wait_for_timeout(300)
        browser.close()
    return sentence, chart


def reached(page: Page, url: str) -> None:
    for _ in range(60):
        try:
            page.goto(url)
        except Exception:  # noqa: BLE001 - the server is not there yet
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The server did not answer.")


def rests(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)


if __name__ == "__main__":
    main()
