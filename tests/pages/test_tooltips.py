"""What is said where a chart is pointed at is what the page's tables say: letter by letter, rounded once."""

import json
import re
from collections.abc import Iterator

import pyarrow
import pytest

from tests.pages.test_links import PARTS
from tests.pages.visiting import Visit, visit

WHOLE, MONTH = ",d", "%B %Y"  # the only formats that a tooltip has: of counts and of months
IN_NO_TABLE = ("95 % limits",)
NUMBER = re.compile(r"\d[\d,.]*\d|\d")

pytestmark = pytest.mark.usefixtures("few_origins")


def drawn_on(page: Visit) -> Iterator[tuple[str, list[dict], list[dict]]]:
    """Yield of each layer that says something its chart's title, its tooltip, and its rows."""
    for chart in page.app.get("vega_lite_chart"):
        spec = json.loads(chart.proto.spec)
        sets = {
            each.name: pyarrow.ipc.open_stream(each.data.data).read_all().to_pylist()
            for each in chart.proto.datasets
        }
        for layer in spec.get("layer", [spec]):
            tooltip = layer.get("encoding", {}).get("tooltip", [])
            name = layer.get("data", spec.get("data", {})).get("name")
            yield str(spec["title"]["text"]), tooltip if isinstance(tooltip, list) else [tooltip], sets[name]


@pytest.fixture
def opened(shipped_store, monkeypatch):
    """Visits a page of the demo, in each of its parts."""

    def every(name: str) -> list[Visit]:
        parts = ({}, *({"part": part} for part in PARTS.get(name, ())))
        return [visit(shipped_store, monkeypatch, name, part) for part in parts]

    return every


@pytest.mark.parametrize("name", ["overview", "strand", "when", "forecast", "resourcing", "data"])
def test_a_tooltip_rounds_nothing_by_itself_and_has_the_tables_numbers(opened, name):
    pages = opened(name)
    said = {number for page in pages for number in NUMBER.findall(page.said)}
    texts = 0
    for page in pages:
        for title, tooltip, rows in drawn_on(page):
            for line in tooltip:
                assert line.get("format", MONTH) in (WHOLE, MONTH), (title, line)
                assert line["type"] == "nominal" or "format" in line, (title, line)
                if "format" in line or line["title"] in IN_NO_TABLE:
                    continue
                texts += len(rows)
                for row in rows:
                    words = str(row[line["field"]])
                    assert set(NUMBER.findall(words)) <= said, (title, line, words)
    assert texts > 20
