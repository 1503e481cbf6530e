"""The ground of a map: a force's area, its cells and wards, and what places are called.

Where no boundary is known, the area is assumed from the records.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.geography import district_of, outside, place_names
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.words import listed
from vulncore.findings.where.question import NoPlacesError
from vulncore.metrics.data_quality.piled_points import point_piles
from vulncore.metrics.hotspots.assumed_area import assumed_area
from vulncore.metrics.hotspots.cells import cells, sizes_that_fit
from vulncore.metrics.hotspots.placed_records import every_point
from vulncore.metrics.hotspots.sharpened import moves
from vulncore.metrics.hotspots.zones import Zones, parts
from vulncore.store import Snapshot, datasets, open_version
from vulncore.store.areas import DISTRICTS, Area, area_of

LONGEST_NAME: Final = 60  # letters of a street's name
NAMED: Final = 2  # streets that a place is called by
NEAR_M: Final = (
    2_000.0  # how far a street may be for a place to be called near it, where a town is nearer than far
)
CENTRE_M: Final = 500.0  # of a town
FARTHEST_TOWN_M: Final = 60_000.0
WHOLE_KM: Final = 9.95  # from here no tenth of a kilometre is said
BEFORE_THE_STREET: Final = re.compile(r"^.*\d\S*[\s,]+(?=[^\W\d])|^on or near\s+", re.IGNORECASE)
ROAD: Final = re.compile(r"[ABM]\d{1,4}(\(M\))?")

StreetNames = tuple[Counter[str], ...]
"""The streets of each zone, with how much is recorded there in protected form."""


@dataclass(frozen=True)
class Ground:
    """The area that a force polices, and how it is known.

    `drawn` says whether a boundary was brought or ships; else the area is assumed, in cells that hold at least the smallest
    number shown. `snapped` says whether the source moves records to one of a few points.
    """

    force: str
    area: Area
    drawn: bool
    snapped: bool

    @property
    def resolutions(self) -> tuple[int, ...]:
        """The sizes of cells that can be chosen, finest first."""
        return _sizes(self.area.key, self.area.shape)

    @property
    def part(self) -> str:
        """What one of the area's named parts is called."""
        return "district" if self.area.key == DISTRICTS else "ward"

    @property
    def finest(self) -> int:
        """The finest size of cells that can be chosen."""
        return self.resolutions[0]


def read_ground(snapshot: Snapshot, store: Path, force: str, smallest: int) -> Ground:
    """Return the area that a force polices: its boundary, or else where its records lie.

    Args:
        snapshot: A published version.
        store: Where the data lives, and the boundaries that forces brought.
        force: Whose area it is.
        smallest: The fewest records of a cell of an assumed area; over 1 they are counted where the blur drew them.

    Raises:
        NoPlacesError: There is no boundary, and too few of the force's records have a point.
    """
    area = area_of(store, force)
    drawn = area is not None
    if area is None:
        fewest = max(smallest, 1)
        area = _assumed_area(snapshot, force, fewest, made_from(snapshot, fewest))
    return Ground(force, area, drawn, _is_snapped(snapshot, force))


def zones_of(ground: Ground, resolution: int | None) -> Zones:
    """Return the cells of a size, or the wards where no size is named."""
    if resolution is None:
        return parts(ground.area.shape, ground.area.parts)
    return _cells(ground.area.key, ground.area.shape, resolution)


def moves_between(ground: Ground, resolution: int | None) -> csr_array:
    """Return how likely a record that the blur moves goes from one of these zones to another."""
    if resolution is None:
        return moves(zones_of(ground, None))
    return _moves(ground.area.key, ground.area.shape, resolution)


def across(zones: Zones) -> str:
    """Return how wide most zones are, in words.

    >>> from vulncore.domain.geography import boundary
    >>> across(cells(boundary("City of London Police"), 9))
    '350 m'
    """
    metres = 2 * float(np.median(zones.areas_m2) / np.pi) ** 0.5
    return f"{round(metres, -1):,.0f} m" if metres < 950 else f"{metres / 1_000:,.1f} km"


def street_of(place: str) -> str:
    """Return the street of a place that may be an address: without flats, houses and their numbers, or "".

    >>> street_of("Flat 2, 14a Mansell Street"), street_of("On or near Bishopsgate"), street_of("9650 marlive ln")
    ('Mansell Street', 'Bishopsgate', 'Marlive Ln')
    >>> street_of("A10"), street_of("Room 7")
    ('A10', '')
    """
    street = " ".join(BEFORE_THE_STREET.sub("", place.strip()).split())[:LONGEST_NAME]
    if any(letter.isdigit() for letter in street):
        return street if ROAD.fullmatch(street) else ""
    return re.sub(r"'S\b", "'s", street.title() if street in (street.lower(), street.upper()) else street)


def streets_by_records(names: StreetNames, zone: int) -> list[str]:
    """Return a zone's streets, those with most recorded first."""
    return _ranked(names[zone])


def name_together(names: StreetNames, zones: Iterable[int]) -> str:
    """Return what zones are called together: by the streets with most recorded, or "" where none is known."""
    together: Counter[str] = Counter()
    for zone in zones:
        together.update(names[zone])
    return listed(_ranked(together)[:NAMED])


def zone_names(zones: Zones, names: StreetNames, only: Sequence[int] | None = None) -> list[str]:
    """Return what each zone is called; one without a street by a street near it, by the nearest town, or by where it lies.

    Args:
        zones: The zones.
        names: The streets of each.
        only: The zones that are asked for; all of them by default.
    """
    wanted = np.arange(len(zones.names)) if only is None else np.array(only, dtype=int)
    if zones.cells is None:
        return [zones.names[zone] for zone in wanted]
    by_street = [name_together(names, [zone]) if streets else "" for zone, streets in enumerate(names)]
    with_street = np.array([zone for zone, name in enumerate(by_street) if name], dtype=int)
    nameless = np.array([zone for zone in wanted if not by_street[zone]], dtype=int)
    instead = dict(zip(nameless.tolist(), _beside(zones, nameless, with_street, by_street), strict=True))
    apart = _told_apart(zones, by_street)
    return [apart[zone] or instead[zone] for zone in wanted.tolist()]


def _told_apart(zones: Zones, names: Sequence[str]) -> list[str]:
    """Return zones' names, with where in a town or along a street each lies of those that share one; that in their midst has it alone."""
    apart = list(names)
    alike: dict[str, list[int]] = {}
    for zone, name in enumerate(names):
        alike.setdefault(name, []).append(zone)
    for name, places in alike.items():
        if name and len(places) > 1:
            offsets_m = zones.centres_m[places] - zones.centres_m[places].mean(axis=0)
            first = int(np.hypot(*offsets_m.T).argmin())
            for place, offset_m in zip(places, offsets_m - offsets_m[first], strict=True):
                if place != places[first]:
                    apart[place] = f"{name}, {_away(offset_m)}"
    return apart


def _beside(
    zones: Zones, nameless: Integers, with_street: Integers, by_street: Sequence[str]
) -> Iterator[str]:
    """Return what zones without a street are called: what is next to them, however far, before the middle of the area."""
    centres_m = zones.centres_m[nameless]
    metres, nearest = _nearest(zones.centres_m[with_street], centres_m)
    towns = _by_town(zones, centres_m) if (metres > NEAR_M).any() else [""] * len(nameless)
    offsets_m = centres_m - zones.centres_m.mean(axis=0)
    for at, away, town, offset_m in zip(nearest, metres, towns, offsets_m, strict=True):
        if town and away > NEAR_M:
            yield town
        elif len(with_street):
            yield f"Near {by_street[with_street[at]]}"
        else:
            yield f"{_away(offset_m)} of the middle"


def name_of_group(zones: Zones, names: StreetNames, group: Sequence[int]) -> str:
    """Return what zones that lie together are called: by their streets, or else as the zone in the midst of them is."""
    together = name_together(names, group)
    if together:
        return together
    centres_m = zones.centres_m[list(group)]
    _, midst = _nearest(centres_m, centres_m.mean(axis=0, keepdims=True))
    return zone_names(zones, names, [group[midst[0]]])[0]


def points_within(store: Path, force: str, area: Area, smallest: int) -> tuple[int, int, tuple[str, ...]]:
    """Return how many of a force's blurred records with a place lie in an area, of how many, and which forces have any.

    All datasets of the store count, each in its newest version.

    Raises:
        UnreadableSourceError: Less than half of them do, so that it is another area.
    """
    inside = every = 0
    forces: set[str] = set()
    for dataset in datasets(store):
        snapshot = open_version(store, dataset)
        incidents = snapshot.incidents
        with_place = incidents.filter(incidents.longitude.notnull()).select("force").distinct()
        there = set(with_place.to_pandas()["force"])
        forces |= there
        if force not in there:
            continue
        points = every_point(blurred_records(snapshot, smallest, force).incidents, force)
        longitudes, latitudes, records = (
            points[name].to_numpy(dtype=float) for name in ("longitude", "latitude", "records")
        )
        every += int(records.sum())
        inside += int(records[~outside(area.shape, longitudes, latitudes)].sum())
    if 2 * inside < every:
        raise UnreadableSourceError(
            f"The area holds less than half of the records of {force} that have a place. The file is of another area, "
            "or has longitude and latitude the wrong way round. Nothing was kept."
        )
    return inside, every, tuple(sorted(forces))


@lru_cache(maxsize=64)
def _sizes(_key: str, shape: BaseGeometry) -> tuple[int, ...]:
    return sizes_that_fit(shape)


@lru_cache(maxsize=16)
def _cells(_key: str, shape: BaseGeometry, resolution: int) -> Zones:
    return cells(shape, resolution)


@lru_cache(maxsize=16)
def _moves(key: str, shape: BaseGeometry, resolution: int) -> csr_array:
    return moves(_cells(key, shape, resolution))


@once_a_version(MANY)
def _is_snapped(snapshot: Snapshot, force: str) -> bool:
    piles = point_piles(snapshot.incidents.filter(snapshot.incidents.force == force))
    return bool(piles["snapped"].any())


@once_a_version(MANY)
def _assumed_area(snapshot: Snapshot, force: str, smallest: int, _made_from: Hashable) -> Area:
    points = every_point(blurred_records(snapshot, smallest, force).incidents, force)
    longitudes, latitudes, records = (
        points[name].to_numpy(dtype=float) for name in ("longitude", "latitude", "records")
    )
    shape = assumed_area(longitudes, latitudes, records, smallest)
    if shape is None:
        raise NoPlacesError(
            f"Fewer than {smallest} records of {force} in dataset '{snapshot.publish.dataset}' have a point on the map, so "
            "there is no map. Choose a dataset with places, such as a force's own extract with coordinates."
        )
    return Area(shape, {}, f"assumed {shape.wkb_hex[-64:]}")


def _ranked(streets: Counter[str]) -> list[str]:
    return sorted(streets, key=lambda street: (-streets[street], street))


def _by_town(zones: Zones, points_m: Floats) -> list[str]:
    """Return where points of the zones' plane lie by the nearest town and, where that is called otherwise, its district; "" far from all towns."""
    towns = [place for place in place_names("") if place.kind == "town"]
    at_m = np.array([(town.longitude, town.latitude) for town in towns]) * zones.scale
    metres, nearest = _nearest(at_m, points_m)
    districts = district_of(*(points_m / zones.scale).T)
    return [
        _from_town(towns[at].name, district, point_m - at_m[at]) if away <= FARTHEST_TOWN_M else ""
        for point_m, at, away, district in zip(points_m, nearest, metres, districts, strict=True)
    ]


def _from_town(town: str, district: str, offset_m: Floats) -> str:
    """Return where a point lies, as people say it where no street is known.

    >>> _from_town("Folkestone", "Shepway", np.array([-2_000.0, 0.0])), _from_town("Ashford", "Ashford", np.array([0.0, 90.0]))
    ('2.0 km west of Folkestone (Shepway)', 'Ashford centre')
    """
    place = f"{town} centre" if np.hypot(*offset_m) < CENTRE_M else f"{_away(offset_m)} of {town}"
    same = district in town or town in district.split(" and ")  # Royal Tunbridge Wells is in Tunbridge Wells
    return place if same else f"{place} ({district})"


def _nearest(places_m: Floats, points_m: Floats) -> tuple[Floats, Integers]:
    """Return how far the nearest place is from each point, in metres, and which it is: endlessly far where there is none."""
    if not len(places_m):
        return np.full(len(points_m), np.inf), np.zeros(len(points_m), dtype=int)
    metres, nearest = KDTree(places_m).query(points_m)
    return np.asarray(metres), np.asarray(nearest)


def _away(offset_m: Floats) -> str:
    """Return how far something is, and in which direction.

    >>> _away(np.array([900.0, 900.0])), _away(np.array([0.0, -40_000.0]))
    ('1.3 km north-east', '40 km south')
    """
    winds = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
    wind = winds[round(np.degrees(np.arctan2(*offset_m)) / 45) % 8]
    km = float(np.hypot(*offset_m)) / 1_000
    return f"{km:.1f} km {wind}" if km < WHOLE_KM else f"{km:,.0f} km {wind}"
