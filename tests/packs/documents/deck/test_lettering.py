"""Texts are measured as wide as the font's makers say, and cut where the next word would have no room."""

import re
from pathlib import Path

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.packs.documents.deck.lettering import SLACK, WIDTHS, cut_to_lines, line_count, text_width

METRICS = Path(matplotlib.get_data_path()) / "fonts" / "pdfcorefonts" / "Helvetica.afm"
NAMED = {39: "quotesingle", 96: "grave"}  # where the font's own numbering has curly ones
WORDS = st.lists(st.text("abcdefgh W.", min_size=1, max_size=12), max_size=30).map(" ".join)


def made_widths():
    """How wide each letter is by Adobe's file of the font, in thousandths."""
    lines = re.findall(
        r"^C -?\d+ ; WX (\d+) ; N (\w+) ;", METRICS.read_text(encoding="ascii"), flags=re.MULTILINE
    )
    by_name = {name: int(width) for width, name in lines}
    codes = re.findall(
        r"^C (\d+) ; WX \d+ ; N (\w+) ;", METRICS.read_text(encoding="ascii"), flags=re.MULTILINE
    )
    return {chr(int(code)): by_name[NAMED.get(int(code), name)] for code, name in codes if int(code) < 127}


def test_letters_are_as_wide_as_their_makers_say():
    made = made_widths()
    assert {letter: width for width, letters in WIDTHS.items() for letter in letters} == {
        letter: made[letter] for letters in WIDTHS.values() for letter in letters
    }
    assert set(made) - set("".join(WIDTHS.values())) == set("*^{|}")  # taken for wider than they are


@pytest.mark.parametrize(
    ("text", "thousandths"), [("é", 556), ("\u202f", 278), ("漢", 1200), ("a\u0301", 556), ("\u200d", 0)]
)
def test_letters_with_accents_are_as_wide_as_without_and_others_wider(text, thousandths):
    assert text_width(text, 1000) == pytest.approx(thousandths * SLACK)


@given(WORDS, st.floats(80, 300), st.integers(1, 5))
def test_what_is_cut_has_room_and_is_how_the_text_begins(text, width, lines):
    shown = cut_to_lines(text, 10, width, lines)
    assert line_count(shown, 10, width) <= lines
    assert shown == text or text.lstrip().startswith(shown.removesuffix("…").rstrip())
    assert (shown == text) == (line_count(text, 10, width) <= lines)


def test_nothing_is_cut_that_has_room():
    words = ["word"] * 40
    shown = cut_to_lines(" ".join(words), 10, 100, 3).removesuffix(" …").split()
    assert line_count(" ".join([*shown, "word", "…"]), 10, 100) > 3


@given(WORDS, st.floats(30, 300))
def test_lines_are_never_fewer_than_their_width_asks_for(text, width):
    assert line_count(text, 10, width) >= text_width(" ".join(text.split()), 10) / width - 1e-9
