"""What axe finds on the pages and their parts, in both themes (WCAG 2.2 AA, as far as a program can tell): nothing."""

from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.pages.conftest import settled

pytestmark = pytest.mark.browser

BESIDE = "strand=hate-crime&beside=dataset%3Ddemo%26version%3D1%26month%3D2023-10%26strand%3Dhate-crime"
STATES = [
    "overview",
    "overview?strand=sexual-violence/rape",
    *(f"strand{part}" for part in ("", "?part=harmed", "?part=own", "?part=harm", "?part=notes")),
    "strand?strand=child-protection/missing-children",
    *(f"when{part}" for part in ("", "?part=patrols", "?part=changed", "?part=known")),
    *(f"where{part}" for part in ("", "?part=tried", "?part=repeats", "?part=classes", "?layer=class")),
    *(f"forecast{part}" for part in ("", "?part=months", "?part=came", "?part=models", "?part=learns")),
    *(f"resourcing{part}" for part in ("", "?part=drivers", "?part=months", "?part=demand")),
    *(f"{page}?{BESIDE}" for page in ("overview", "when", "where", "forecast")),
    "pack",
    "data",
    "methods",
    "when?dataset=city-open-counts",  # refused
    "resourcing?dataset=city-open-counts",
]
IN_DARK = [state for state in STATES if "?" not in state]
TOLD = ("moderate", "serious", "critical")


@pytest.mark.parametrize(
    ("state", "theme"), [*((state, "light") for state in STATES), *((state, "dark") for state in IN_DARK)]
)
def test_axe_finds_nothing(server, page, state, theme):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/{state}")
    settled(page)
    page.wait_for_timeout(700)  # until charts are drawn
    page.evaluate(Path(AXE_FILE_PATH).read_text(encoding="utf-8"))
    violations = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")["violations"]
    problems = {
        problem["id"]: [node["html"][:200] for node in problem["nodes"]]
        for problem in violations
        if problem["impact"] in TOLD
    }
    assert problems == {}
