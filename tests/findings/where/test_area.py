"""What vulncore.findings.where.area promises of every area: cells of some size, as the page makes them."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import shapely

from vulncore.domain.geography import metres_per_degree
from vulncore.domain.vocabulary import REFERENCE
from vulncore.findings.where.area import Ground, zones_of
from vulncore.metrics.hotspots.cells import COARSEST, FINEST, MOST_ZONES
from vulncore.store.areas import Area, area_of

FORCES = [
    row["name"]
    for row in tomllib.loads((REFERENCE / "police_uk_forces.toml").read_text(encoding="utf-8"))["force"]
    if row["slug"] not in ("btp", "northern-ireland")
]


def ground(shape: shapely.Geometry, name: str) -> Ground:
    return Ground(name, Area(shape, {}, name), drawn=True, snapped=False)


def made(km2: float, latitude: float, kind: str) -> shapely.Geometry:
    """Return an area of a size: a square, one with a hole, or one of which a ninth is islands."""
    side = np.sqrt(km2) * 1_000 / metres_per_degree(latitude)
    x, y = np.array([-1.0, latitude])
    if kind == "hole":
        whole = np.sqrt(4 / 3) * side
        inner = shapely.box(x + whole[0] / 4, y + whole[1] / 4, x + 0.75 * whole[0], y + 0.75 * whole[1])
        return shapely.box(x, y, *(np.array([x, y]) + whole)).difference(inner)
    if kind == "islands":
        small = side / 30
        grid = [(column, row) for column in range(10) for row in range(10)]
        corners = [(x + side[0] * (1.1 + column / 10), y + side[1] * row / 10) for column, row in grid]
        islands = [shapely.box(*corner, *(np.array(corner) + small)) for corner in corners]
        return shapely.union_all([shapely.box(x, y, *(np.array([x, y]) + side * np.sqrt(8 / 9))), *islands])
    return shapely.box(x, y, *(np.array([x, y]) + side))


def is_a_map(where: Ground) -> bool:
    sizes = where.resolutions
    assert sizes == tuple(sorted(sizes, reverse=True))
    assert set(sizes) <= set(range(COARSEST, FINEST + 1))
    return all(1 <= len(zones_of(where, size).names) <= MOST_ZONES for size in sizes)


@pytest.mark.parametrize("force", FORCES)
def test_every_force_has_a_map(force):
    area = area_of(Path("nowhere"), force)
    assert is_a_map(Ground(force, area, drawn=True, snapped=False))


@pytest.mark.parametrize("kind", ["square", "hole", "islands"])
@pytest.mark.parametrize("km2", [1, 10, 150, 1_000, 1_850, 2_110, 2_600, 12_000, 30_000])
def test_an_area_of_any_size_has_a_map(km2, kind):
    assert is_a_map(ground(made(km2, 52.0, kind), f"{kind} of {km2}"))


@pytest.mark.parametrize("latitude", [0.0, 30.0, 69.0])
def test_an_area_anywhere_on_the_globe_has_a_map(latitude):
    assert is_a_map(ground(made(2_000, latitude, "square"), f"at {latitude}"))


def test_the_finest_cells_that_fit_can_be_chosen():
    # 1,560 and 1,853 km², in cells of about 0.092 km² there
    assert ground(made(1_560, 51.5, "square"), "fits").resolutions[0] == 9
    assert ground(made(1_900, 51.5, "square"), "too many").resolutions[0] == 8


def test_a_long_area_that_its_box_hardly_fills_has_the_same_cells_as_its_pieces_together():
    line = shapely.LineString([(-3.0, 51.0), (-2.0, 52.0)]).buffer(0.01)
    pieces = [line.intersection(shapely.box(-3.1 + at / 8, 50, -3.1 + (at + 1) / 8, 53)) for at in range(9)]
    assert line.envelope.area > 20 * line.area
    whole, *parts = (
        set(zones_of(ground(shape, name), 9).cells.members.tolist())
        for name, shape in (("whole", line), *((f"piece {at}", piece) for at, piece in enumerate(pieces)))
    )
    assert whole == set.union(*parts)
