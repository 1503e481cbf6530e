"""What vulncore.findings.where.area promises of every area: cells of some size, as the page makes them."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from vulncore.domain.geography import metres_per_degree, place_names
from vulncore.domain.vocabulary import REFERENCE
from vulncore.findings.shared.layer import Layer
from vulncore.findings.where.area import Ground, name_of_group, zone_names, zones_of
from vulncore.findings.where.layers import layer_name
from vulncore.findings.where.map import _middles
from vulncore.metrics.hotspots.cells import COARSEST, FINEST, MOST_ZONES
from vulncore.metrics.hotspots.zones import parts
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


def named(shape: shapely.Geometry, streets: dict[int, str] | None = None, resolution: int = 8) -> list[str]:
    """Return what the cells of an area are called, of which some have a street."""
    zones = zones_of(ground(shape, f"named {shape.wkt}"), resolution)
    known = streets or {}
    counted = tuple(Counter({known[zone]: 5} if zone in known else {}) for zone in range(len(zones.names)))
    return zone_names(zones, counted)


def test_a_cell_without_a_street_is_called_by_its_town_and_where_that_has_another_name_by_its_district():
    # 4 km south of Ashford's point, in Ashford; 2.5 km west of Folkestone's, in Shepway: each a cell's width and less
    south_of_ashford = shapely.Point(0.8757, 51.110).buffer(0.004)
    west_of_folkestone = shapely.Point(1.145, 51.081).buffer(0.004)
    for name in named(south_of_ashford):
        assert re.fullmatch(r"[34]\.\d km south(-west|-east)? of Ashford", name)
    for name in named(west_of_folkestone):
        assert re.fullmatch(r"[123]\.\d km (south-|north-)?west of Folkestone \(Shepway\)", name)


def test_in_the_middle_of_a_town_a_cell_is_called_its_centre():
    (ashford,) = (place for place in place_names("") if place.name == "Ashford")
    assert "Ashford centre" in named(
        shapely.Point(ashford.longitude, ashford.latitude).buffer(0.01), resolution=9
    )


def test_a_street_names_the_cells_near_it_and_the_town_those_far_away():
    area = shapely.box(0.80, 51.10, 0.95, 51.20)
    names = named(area, {0: "Church Road"})
    assert names[0] == "Church Road"
    near, far = names.count("Near Church Road"), sum(" of Ashford" in name for name in names)
    assert near >= 3
    assert far > near
    assert near + far + names.count("Ashford centre") + 1 == len(names)


def test_where_no_town_is_known_a_cell_is_called_by_where_it_lies_in_the_area():
    assert all(name.endswith(" of the middle") for name in named(shapely.box(-95.4, 29.7, -95.3, 29.8)))


def test_cells_that_lie_together_are_called_as_the_one_in_their_midst_is():
    (ashford,) = (place for place in place_names("") if place.name == "Ashford")
    zones = zones_of(ground(shapely.Point(ashford.longitude, ashford.latitude).buffer(0.03), "around"), 8)
    nothing = tuple(Counter() for _ in zones.names)
    name = name_of_group(zones, nothing, range(len(zones.names)))
    assert name == "Ashford centre" or re.fullmatch(r"0\.\d km [a-z-]+ of Ashford", name)


def test_parts_are_called_districts_where_districts_ship_and_else_wards():
    grounds = [
        Ground(force, area_of(Path("nowhere"), force), drawn=True, snapped=False)
        for force in ("Kent Police", "City of London Police")
    ]
    assert [layer_name(Layer.WARDS, where) for where in grounds] == ["Districts", "Wards"]
    assert [layer_name(Layer.CELLS, where) for where in grounds] == ["How many", "How many"]


def test_cells_of_one_town_are_told_apart_by_where_they_lie_in_it():
    where = Ground("Kent Police", area_of(Path("nowhere"), "Kent Police"), drawn=True, snapped=False)
    zones = zones_of(where, where.finest)
    centre = zones.centres_m.mean(axis=0)
    near = np.hypot(*(zones.centres_m - centre).T).argsort()[:7]
    names = tuple(Counter({"Ashford": 3}) if zone in near else Counter() for zone in range(len(zones.names)))
    called = zone_names(zones, names, near.tolist())
    assert len(set(called)) == 7
    assert called.count("Ashford") == 1
    middle = zones.centres_m[near[called.index("Ashford")]]
    for zone, name in zip(near, called, strict=True):
        away_m = np.hypot(*(zones.centres_m[zone] - middle))
        parts = re.fullmatch(r"Ashford(?:, ([\d.]+) km \S+)?", name)
        assert float(parts[1] or 0) == pytest.approx(away_m / 1_000, abs=0.06)


def test_a_ward_s_mark_stands_in_that_ward_even_where_its_middle_lies_in_another():
    area = area_of(Path("nowhere"), "City of London Police")
    wards = parts(area.shape, area.parts)
    middles = _middles(wards)
    outside = ~shapely.contains_xy(wards.shapes, *(wards.centres_m / wards.scale).T)
    assert {name for name, away in zip(wards.names, outside, strict=True) if away} >= {"Farringdon Without"}
    assert shapely.contains_xy(wards.shapes, *middles.T).all()
