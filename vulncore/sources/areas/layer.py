"""One layer of a file that draws areas, and what is said where there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five

MOST_AREAS: Final = 50_000  # the smallest areas of a census in the largest force are fewer
MOST_PROPERTIES: Final = 100


@dataclass(frozen=True)
class AreaLayer:
    """The shapes of a layer with the properties of each; `system` is None where the file names no system of coordinates.

    `layers` are the names of all layers of the file that could have been chosen.
    """

    name: str
    layers: tuple[str, ...]
    shapes: Sequence[BaseGeometry]
    properties: Sequence[Mapping[str, Any]]
    system: CRS | None


def chosen_layer(layers: Sequence[str], wanted: str | None, file_name: str) -> str:
    """Return the layer that is wanted, or the first one where none is.

    Raises:
        UnreadableSourceError: There is none, or not that one.
    """
    name = printable(file_name)
    if not layers:
        raise UnreadableSourceError(
            f"{name} has no layer of areas. Choose a file that draws the boundary, wards or beats as polygons."
        )
    if wanted is not None and wanted not in layers:
        raise UnreadableSourceError(
            f"{name} has no layer '{printable(wanted)[:60]}'. Its layers of areas are: {first_five(map(printable, layers))}."
        )
    return layers[0] if wanted is None else wanted


def refuse_too_many(areas: int, file_name: str) -> None:
    """Refuse more areas than any force has.

    Raises:
        UnreadableSourceError: There are more.
    """
    if areas > MOST_AREAS:
        raise UnreadableSourceError(
            f"{printable(file_name)} draws more than {MOST_AREAS:,} areas. Choose wards, beats or another layer of fewer."
        )
