"""What places are called: streets, never a house."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from vulncore.domain.arrays import Floats
from vulncore.domain.shipped import shipped
from vulncore.findings.shared.words import listed
from vulncore.metrics.hotspots.zones import OUTSIDE, Zones, zone_of
from vulncore.store import Snapshot

GAZETTEERS: Final = {"City of London Police": "city-places.csv"}
"""Files that ship with a force's streets and a point of each."""
MOST: Final = 60  # letters of a street's name
NAMED: Final = 2  # streets that a place is called by
BEFORE_THE_STREET: Final = re.compile(r"^.*\d\S*[\s,]+(?=[^\W\d])|^on or near\s+", re.IGNORECASE)
ROAD: Final = re.compile(r"[ABM]\d{1,4}(\(M\))?")

Names = tuple[Counter[str], ...]


def street_of(place: str) -> str:
    """Return the street of a place that may be an address: without flats, houses and their numbers, or "".

    >>> street_of("Flat 2, 14a Mansell Street"), street_of("On or near Bishopsgate"), street_of("9650 marlive ln")
    ('Mansell Street', 'Bishopsgate', 'Marlive Ln')
    >>> street_of("A10"), street_of("Room 7")
    ('A10', '')
    """
    street = " ".join(BEFORE_THE_STREET.sub("", place.strip()).split())[:MOST]
    if any(letter.isdigit() for letter in street):
        return street if ROAD.fullmatch(street) else ""
    return re.sub(r"'S\b", "'s", street.title() if street in (street.lower(), street.upper()) else street)


def street_points(snapshot: Snapshot, force: str) -> pd.DataFrame:
    """Return where streets are: those that records name, and those of the force that ship.

    Returns:
        One row per street and point: `street`, `longitude`, `latitude`, `records` (of every measure and month; 0 where
        only the list that ships has it), `kind` ("site" for a kind of place, such as Supermarket, or a road's number). Never to be shown.
    """
    rows = snapshot.incidents
    rows = rows.filter(rows.force == force, rows.place.notnull(), rows.longitude.notnull())
    points = (
        rows.group_by("place", "longitude", "latitude")
        .agg(records=lambda every: every.record_id.nunique())
        .to_pandas()
    )
    spelt = {place: street_of(place) for place in points["place"].unique()}
    found = points.assign(street=points["place"].map(spelt).astype(str), kind="street")
    if force in GAZETTEERS:
        shipped_points = pd.read_csv(shipped(GAZETTEERS[force])).rename(columns={"place": "street"})
        shipped_points["kind"] = shipped_points["kind"].replace("road", "site")  # A10 says less than a name
        sites = set(shipped_points.loc[shipped_points["kind"] == "site", "street"])
        found["kind"] = (
            found["street"]
            .where(found["street"].isin(sites), "")
            .map(lambda name: "site" if name else "street")
        )
        found = pd.concat([found, shipped_points.assign(records=0)], ignore_index=True)
    columns = ["street", "longitude", "latitude", "records", "kind"]
    named: pd.DataFrame = found.loc[found["street"] != "", columns]
    return named


def street_names(points: pd.DataFrame, zones: Zones, smallest: float) -> Names:
    """Return the streets of each piece of an area, with how much is recorded there, to the nearest `smallest`.

    A street that records alone name is named where at least `smallest` do; a kind of place only where no street is.

    Args:
        points: As `street_points` returns.
        zones: The pieces.
        smallest: The smallest number of records that is told.
    """
    base = max(round(smallest), 1)
    longitudes, latitudes = (points[name].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    there = points.assign(zone=zone_of(zones, longitudes, latitudes), listed=points["records"] == 0)
    summed = (
        there[there["zone"] != OUTSIDE]
        .groupby(["zone", "kind", "street"], as_index=False)
        .agg(records=("records", "sum"), listed=("listed", "any"))
    )
    streets: Names = tuple(Counter() for _ in zones.names)
    sites: Names = tuple(Counter() for _ in zones.names)
    for row in summed[summed["listed"] | (summed["records"] >= base)].to_dict("records"):
        many = int(row["records"])
        named = sites if row["kind"] == "site" else streets
        named[int(row["zone"])][str(row["street"])] += base * round(many / base) if many >= base else 0
    return tuple(own or other for own, other in zip(streets, sites, strict=True))


def called(names: Names, pieces: Iterable[int]) -> str:
    """Return what pieces are called together: by the streets with most recorded, or "" where none is known."""
    together: Counter[str] = Counter()
    for piece in pieces:
        together.update(names[piece])
    ranked = sorted(together, key=lambda street: (-together[street], street))
    return listed(ranked[:NAMED])


def every_name(zones: Zones, names: Names) -> list[str]:
    """Return what each piece is called; one without a street by the nearest that has one, or by where it lies."""
    if zones.cells is None:
        return list(zones.names)
    own = [called(names, [piece]) for piece in range(len(names))]
    with_name = np.array([piece for piece, name in enumerate(own) if name], dtype=int)
    if not len(with_name):
        return [_from_the_middle(offset_m) for offset_m in zones.centres_m - zones.centres_m.mean(axis=0)]
    nearest = np.asarray(KDTree(zones.centres_m[with_name]).query(zones.centres_m)[1])
    return [name or f"Near {own[with_name[at]]}" for name, at in zip(own, nearest, strict=True)]


def _from_the_middle(offset_m: Floats) -> str:
    """Return where a point lies, as people say it where no street is known.

    >>> _from_the_middle(np.array([900.0, 900.0])), _from_the_middle(np.array([0.0, -40.0]))
    ('1.3 km north-east of the middle', '0.0 km south of the middle')
    """
    winds = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
    wind = winds[round(np.degrees(np.arctan2(*offset_m)) / 45) % 8]
    return f"{np.hypot(*offset_m) / 1_000:,.1f} km {wind} of the middle"
