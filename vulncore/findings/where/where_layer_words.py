"""What a map's layers are called, and what is said where one has nothing to say."""

from typing import Final

from vulncore.findings.where.layers import Layer

QUIET: Final = ("hidden", "few", "even", "same", "not a hotspot")
"""Kinds of piece that a list of places leaves out."""
NOTHING: Final = {
    Layer.CELLS: "Every number here is too small to be shown: choose larger cells, or the density.",
    Layer.WARDS: "Every number here is too small to be shown: choose a longer period.",
    Layer.DENSITY: "Nowhere do enough lie near one another.",
    Layer.STANDS_OUT: "No place is hot or cold beyond chance.",
    Layer.CHANGE: "No place changed beyond chance.",
    Layer.CLASS: "No place is or was a hotspot for long enough.",
}
"""What a list says that has no place."""
NAMES: Final = {
    Layer.CELLS: "How many",
    Layer.DENSITY: "Density",
    Layer.WARDS: "Wards",
    Layer.STANDS_OUT: "Hot",
    Layer.CHANGE: "Changed",
    Layer.CLASS: "New or fading",
}
"""What a layer is called on screen."""
