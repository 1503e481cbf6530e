"""What a file that leaves the dashboard is called, whatever its parts are."""

import re
import unicodedata
from dataclasses import replace

import pytest

from tests.making import delivery
from vulncore.findings.shared.file_names import LONGEST, file_name, file_name_of
from vulncore.store import preview

HOSTILE = (
    "../../etc/passwd",
    "a\x00b\nc",
    "CON",
    "x" * 5_000,
    "é" * 300,
    "日本",
    "",
    " ",
    "-",
    "%2e%2e",
    "\u202evsc.exe",
)


@pytest.fixture(scope="module")
def published(shipped_store):
    return preview(shipped_store, "demo", delivery(), "tests").publish


def test_a_name_says_what_whose_when_and_of_which_version(published):
    name = file_name(
        replace(published, dataset="demo", number=3),
        "Rape: crimes by hour of week",
        "City of London Police",
        "2023-11 to 2024-10",
    )
    assert name == "rape-crimes-by-hour-of-week-city-of-london-police-2023-11-to-2024-10-demo-version-3"


@pytest.mark.parametrize("part", HOSTILE, ids=ascii)
def test_a_hostile_part_makes_a_plain_name_that_ends_with_its_version(part, published):
    name = file_name(replace(published, dataset=part, number=7), part, part)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert name.endswith("version-7")
    assert len(name) <= LONGEST


def test_what_gets_too_long_loses_letters_of_its_longest_part_alone():
    name = file_name_of("w" * 5_000, "Kent Police", "2024-10", "demo", "version 1")
    assert len(name) == LONGEST
    assert name.endswith("w-kent-police-2024-10-demo-version-1")


def test_letters_with_marks_keep_their_letter_and_nothing_is_never_a_name():
    assert file_name_of(unicodedata.normalize("NFC", "Málaga"), "can't") == "malaga-cant"
    assert file_name_of("日本", "///") == "figures"
