"""What the theme promises: every text can be read, in the light and in the dark."""

import tomllib
from pathlib import Path

import pytest

from vulncore.charts.theme import LIGHT, heading

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
TINTS = ("red", "orange", "green", "blue", "gray")
AA = 4.5  # WCAG 2.2, 1.4.3: least contrast of text


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_21_for_black_on_white_and_that_of_published_examples():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the grey WCAG texts cite


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ink", ["textColor", "linkColor", "primaryColor", "redTextColor", "grayTextColor"])
def test_text_can_be_read_on_every_ground(mode, ink):
    theme = CONFIG["theme"][mode]
    grounds = {theme["backgroundColor"], theme["secondaryBackgroundColor"]} | {
        theme["sidebar"][name] for name in ("backgroundColor", "secondaryBackgroundColor")
    }
    assert min(contrast(theme[ink], ground) for ground in grounds) >= AA


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("tint", TINTS)
def test_a_tint_carries_its_own_text_and_the_ink(mode, tint):
    theme = CONFIG["theme"][mode]
    ground = theme[f"{tint}BackgroundColor"]
    assert contrast(theme[f"{tint}TextColor"], ground) >= AA
    assert contrast(theme["textColor"], ground) >= AA


def test_type_is_large_enough_for_a_meeting_room():
    assert CONFIG["theme"]["baseFontSize"] >= 17


def test_a_heading_of_one_line_is_a_line_and_no_row_of_letters():
    title = heading("Months delivered", "Filled: delivered", LIGHT)
    assert (title.text, title.subtitle) == (["Months delivered"], ["Filled: delivered"])
