"""Every chart of every page can be taken away as a picture that says what it is, whatever the visitor's theme."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
import streamlit as st

from tests.pages.visiting import Visit, visit
from vulncore.findings.shared.words import MADE
from vulncore.resourcing.scenario.link import example_scenario, scenario_code

pytestmark = pytest.mark.usefixtures("few_origins")

WAYS = [
    ("overview", {}),
    ("strand", {}),
    ("strand", {"part": "own"}),
    ("when", {"part": "changed"}),
    ("where", {"part": "tried"}),
    ("where", {"cell": "picked"}),
    ("forecast", {}),
    ("resourcing", {"part": "drivers"}),
    ("resourcing", {"part": "compare", "compare": scenario_code(example_scenario().called("Second"))}),
    ("data", {}),
]
FORCE, DATA = "City of London Police", "demo-version-1"


@dataclass
class Night:
    """A visitor's theme."""

    type: str = "dark"


@pytest.fixture
def offered(shipped_store, monkeypatch):
    """Visits a page by night, and returns it with the files that it offers, by name."""
    monkeypatch.setattr(type(st.context), "theme", property(lambda _: Night()))

    def go(page: str, link: dict[str, str]) -> tuple[Visit, dict]:
        files, button = {}, st.download_button

        def offer(label, data=None, file_name=None, **more):
            files[file_name] = data
            return button(label, data, file_name=file_name, **more)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(st, "download_button", offer)
            opened = visit(shipped_store, monkeypatch, page, {} if link == {"cell": "picked"} else link)
            if link == {"cell": "picked"}:
                files.clear()
                opened.pick("Place", opened.table("Places of crimes")[0][0])
        return opened, files

    return go


def said_in(svg: bytes) -> str:
    every = ElementTree.fromstring(svg).iter()
    texts = [element.text or "" for element in every if re.search(r"\}t(ext|span)$", element.tag)]
    return " ".join(texts).replace("\u00a0", " ")


@pytest.mark.parametrize(("page", "link"), WAYS, ids=lambda part: part if isinstance(part, str) else "")
def test_each_chart_of_a_page_is_offered_on_white_and_says_whose_it_is_which_version_and_that_it_is_made(
    page, link, offered
):
    opened, files = offered(page, link)
    drawn = {name: content() for name, content in files.items() if name.endswith(".svg")}
    assert len(drawn) == opened.charts
    assert {name.removesuffix(".svg") for name in drawn} == {
        name.removesuffix(".png") for name in files if name.endswith(".png")
    }
    for name, svg in drawn.items():
        assert name.endswith(f"{DATA}.svg")
        assert "city-of-london-police" in name
        assert b'fill="#ffffff"' in svg[: svg.index(b"/>")]
        said = said_in(svg)
        assert FORCE in said
        assert MADE in said
        assert re.search(r"Version 1, published \d", said)


def test_what_a_chart_says_on_screen_its_picture_says(offered):
    opened, files = offered("when", {})
    spec = opened.app.get("vega_lite_chart")[0].proto.spec
    title = re.findall(r"When: [^\"\\]+", spec)[0]
    (svg,) = [content() for name, content in files.items() if name.endswith(".svg")]
    assert title in said_in(svg)
    assert "Hours are blurred" in said_in(svg)
