"""A link that an earlier version wrote shows what it showed."""

from pathlib import Path

import pytest

from tests.compatibility.conftest import answers
from tests.compatibility.reading import DRAWN, NAMED_SINCE, PAGES, closed_up, differences, shown
from vulncore.domain.vocabulary import strands

MAIN = Path(__file__).parents[2] / "pages" / "main.py"
LINKS = answers("links.json")
NAMED = [f"{place} {entry['page']}: {', '.join(entry['opened'])}" for place, entry in enumerate(LINKS)]
WHOLE_APP = {"dataset", "version", "force", "month", "strand"}
OF_RECORDS = {"measures", "period", "kind", "place", "victims", "night", "hours", "part"}
NAMES = {
    "overview": {*WHOLE_APP, "measure"},
    "when": {*WHOLE_APP, *OF_RECORDS, "cells", "rows", "shifts", "length", "harm"},
    "where": {*WHOLE_APP, *OF_RECORDS, "layer", "size", "bandwidth", "cell"},
    "forecast": {*WHOLE_APP, "subject", "lockdowns", "whatif", "part"},
    "resourcing": {
        *WHOLE_APP,
        *("plan", "role", "year", "basis", "chance", "since", "compare", "numbers", "part"),
    },
    "data": WHOLE_APP,
    "methods": WHOLE_APP,
}
"""The names that links of version 0.1.0 have."""
LOOKED_AT = {"strand", "subject"}
STRANDS = {"All strands", *(strand.label for strand in strands())}
SERIES = {"Sexual offences", "Rape"}
"""What is looked at is chosen in one box since: what a page opens with is chosen there, and a series to forecast is one of it."""
OF_A_UNIT = {"PIP 2 investigator", "Current process"}
"""What is chosen of a unit does nothing where nothing comes to it, and isn't offered there since."""
BLURRED = {"when", "where"}
"""Pages whose figures are of blurred records since."""


@pytest.mark.parametrize("entry", LINKS, ids=NAMED)
def test_a_link_written_by_0_1_0_shows_what_it_showed(read_only_store, monkeypatch, entry):
    monkeypatch.setenv("VULNCORE_STORE", str(read_only_store))
    if entry["page"] == "data":  # what it says of hours and places is of swapped records since
        monkeypatch.setenv("VULNCORE_SMALLEST_SHOWN", "1")
    now = shown(MAIN, entry["page"], entry["opened"])
    drawn = {"relative": 0.03, "absolute": 0.3} if entry["page"] in DRAWN else {}
    assert now["problems"] == entry["problems"]
    written = {name: text for name, text in now["link"].items() if name not in LOOKED_AT}
    before = {name: text for name, text in entry["link"].items() if name not in LOOKED_AT}
    assert differences(before, written) == []
    chosen = {text for texts in now["boxes"].values() for text in texts}
    refused = entry["page"] == "resourcing" and not any(name.endswith(".csv") for name in entry["files"])
    gone = STRANDS | SERIES | (OF_A_UNIT if refused else set())
    assert set(entry["boxes"]) - gone <= {NAMED_SINCE.get(text, text) for text in chosen}
    if entry["page"] in BLURRED:  # test_stores.py compares the figures
        assert set(map(ending, entry["files"])) <= set(map(ending, now["files"]))
        return
    if entry["page"] == "resourcing" and not any(name.endswith(".csv") for name in now["files"]):
        return  # of people whom nobody entered nothing is said since, in tables and files as on the page
    for name, then in entry["files"].items():  # files have other names since
        alike = [file for other, file in now["files"].items() if ending(other) == ending(name)]
        assert min((differences(then, file, **drawn) for file in alike), key=len, default=[name]) == []
    numbers = {closed_up(number): times for number, times in entry.get("numbers", {}).items()}
    assert {number: times for number, times in numbers.items() if now["numbers"].get(number, 0) < times} == {}


def ending(name: str) -> str:
    """Return what follows the last dot of a file's name."""
    return name.rpartition(".")[2]


@pytest.mark.parametrize("page", PAGES)
def test_every_name_that_a_link_had_is_in_one_that_is_kept(page):
    opened = {name for entry in LINKS if entry["page"] == page for name in entry["opened"]}
    assert NAMES[page] <= opened
