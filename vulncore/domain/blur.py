"""Blur: each record is moved a little, once, before anything by hour, place or group is counted.

Whatever is counted afterwards, in however many ways, was counted of moved records: setting two maps against each other gives
away where a record was moved to, and never where it was. Who moves how far follows from the store's secret and the record
alone, so that a record is moved in the same way in every version, measure, period and on every page. `docs/disclosure.md`
says what this costs, what it was tried against, and what is still possible.
"""

import hmac
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from scipy.linalg import circulant
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.geography import EDGE_TOLERANCE_M, metres_per_degree

HOURS: Final = 168  # of a week
HOURS_SCALE: Final = 1.5
"""Hours: a record is moved by d hours with odds exp(-|d| / 1.5), so that 31 % keep their hour and 86 % stay within three."""
HOURS_EVEN: Final = 0.05
"""Of the records: moved to any hour of the week alike, so that no hour can be ruled out."""
STAYING: Final = 0.5
"""Of the records: they stay where they are, and the others move. More blur a small area beyond use (docs/disclosure.md)."""
REACH_M: Final = 150.0
"""Metres: a record that moves goes to a point at distance r with odds exp(-r / 150) for each square metre."""
HALF_WITHIN_M: Final = 1.678347 * REACH_M
"""Metres: half of those that move go no farther; the median of a gamma distribution of shape 2."""
FARTHEST_M: Final = 6 * REACH_M  # of a hundred that move, two go farther
GROUP_KEPT: Final = 0.75
"""Of the records: they keep their type of place and group of victims; the others get any that is there, all alike."""
SHARE_SWAPPED: Final = 0.25
"""Of the records: they swap whether they have a place, and whether that lies in the area, with another record."""
FEWEST_ALIKE: Final = 20  # records among which to swap
NAMED_WITHIN_M: Final = (
    250.0  # of a point that a record moved to: how near a street must be to be named there
)
TRIES: Final = 4  # to move a record within its force's area; then it stays
POINT_DECIMALS: Final = (
    3  # of a degree: about a hundred metres, within which a point is the same one geocoded again
)
SHARPENING_STEPS: Final = 8  # after each, at most half of what was left is left

SAID_BY_A_LINE: Final = (
    *("force", "recorded_on", "occurred_from", "occurred_to", "longitude", "latitude"),
    *("place", "location_type", "victim_residency"),
)
"""What tells a record that has a line's number for an id, together with its measures."""

MOVED_HOURS: Final = "moved_hours"
"""The column that says by how many hours a blurred record is moved."""
GROUPS: Final = ("location_type", "victim_residency")
BLURRED: Final = (
    "record_id",
    "force",
    "measure",
    "recorded_on",
    "occurred_from",
    "occurred_to",
    "longitude",
    "latitude",
    "place",
    *GROUPS,
    "no_crimed_on",
    MOVED_HOURS,
)
"""The columns of blurred incidents: what is counted by hour, place or group. A record's times are moved with its hours."""

Unsigned = NDArray[np.uint64]

_OFFSETS: Final = np.arange(HOURS) - HOURS // 2  # hours by which a record may be moved


def _hour_odds() -> Floats:
    around = np.abs(_OFFSETS[:, None] + HOURS * np.arange(-2, 3))  # the long way round the week as well
    near = np.exp(-around / HOURS_SCALE).sum(axis=1)
    odds: Floats = (1 - HOURS_EVEN) * near / near.sum() + HOURS_EVEN / HOURS
    return odds


HOUR_ODDS: Final = _hour_odds()
"""How likely a record is moved by -84 to 83 hours."""
_HOUR_KERNEL: Final = circulant(np.roll(HOUR_ODDS, HOURS // 2))


def is_blurred(smallest: int) -> bool:
    """Return whether figures are of blurred records: of all but those of which no number is hidden."""
    return smallest > 1


def blurred(incidents: pa.Table, secret: bytes, areas: Mapping[str, BaseGeometry]) -> pa.Table:
    """Return incidents as they may be counted by hour, place and group.

    Args:
        incidents: The canonical incidents, of any number of forces.
        secret: The store's.
        areas: Forces' areas in longitude and latitude, where they are known: nobody is moved out of one.

    Returns:
        The columns of `BLURRED`, same rows in the same order: `longitude`, `latitude` and `place`, `location_type` and
        `victim_residency` blurred, `moved_hours` (-84 to 83).

    Source:
        Adding noise to records once, instead of to answers: Warner (1965), Randomized response; Gouweleeuw and others
        (1998), Post randomisation for statistical disclosure control; of places, Kwan, Casas and Schmitz (2004),
        Protection of geoprivacy and accuracy of spatial information.

    Misleads when:
        a single record is looked at: its hour, its place and its group are mostly not what they were.
    """
    key = hmac.digest(secret, b"blur", "sha256")
    ids = record_ids(incidents)
    by_record = even_numbers(key, ids)
    longitude, latitude = (_floats(incidents, name) for name in ("longitude", "latitude"))
    columns = {name: incidents.column(name) for name in BLURRED if name != MOVED_HOURS}
    columns[MOVED_HOURS] = pa.array(_moved_hours(by_record[:, 0]), pa.int16())
    years = pc.year(incidents.column("recorded_on")).to_numpy()
    place = incidents.column("place").to_pandas().to_numpy(dtype=object, copy=True)
    groups = {name: incidents.column(name).to_pandas().to_numpy(dtype=object, copy=True) for name in GROUPS}
    for force, rows in _rows_by_force(incidents).items():
        by_place = by_record[rows, 11:25]
        keyed = incidents.take(rows)
        victims = _victims_at_points(keyed, ids.take(rows))
        known = np.flatnonzero(victims.is_valid())
        by_place[known] = even_numbers(key, victims.take(known))[:, 11:25]
        known_points = np.column_stack([longitude[rows], latitude[rows]])
        like = _placed_like(known_points, by_record[rows, 25:], years[rows], areas.get(force))
        true = known_points[like]
        moved = _moved_points(true, by_place, areas.get(force))
        longitude[rows], latitude[rows] = moved.T
        place[rows] = _moved_names(place[rows][like], true, moved, by_place[:, 1])
        for at, name in enumerate(GROUPS):
            draws = by_record[rows, 1 + 5 * at : 6 + 5 * at]
            groups[name][rows] = _moved_groups(groups[name][rows], draws)
    columns |= {
        "longitude": pa.array(longitude, from_pandas=True),
        "latitude": pa.array(latitude, from_pandas=True),
    }
    columns |= {name: pa.array(values, pa.string()) for name, values in {"place": place, **groups}.items()}
    return pa.table(columns).select(list(BLURRED))


def moved_within(hours: int) -> float:
    """Return which share of records is moved by no more than so many hours.

    >>> round(moved_within(0), 2), round(moved_within(3), 2)
    (0.31, 0.86)
    """
    return float(HOUR_ODDS[np.abs(_OFFSETS) <= hours].sum())


@cache
def sharpening(steps: int = 1) -> Floats:
    """Return what undoes the blur of a week's hours, as far as that can be done.

    Args:
        steps: How far to undo the blur. Each step takes away some of what is still too even, and adds chance: one is enough
            for hours, a sum over many hours can bear more. After none the week is as it was counted.

    Returns:
        168 x 168: times what the hours hold of blurred records, it gives about what they held before; the sum stays.
        Of a sum over hours with weights w (1 for each hour in it) the variance is (w @ sharpening)**2 @ the blurred hours,
        if chance alone decides how many records each hour has.

    Source:
        van Cittert's (1931) iteration; one step is 2y - Ky, with K the odds of moving.

    >>> week = np.zeros(168)
    >>> week[90] = 100.0
    >>> about = sharpening() @ (_HOUR_KERNEL @ week)
    >>> about[89:92].round().tolist(), about.sum().round(6).item()
    ([18.0, 45.0, 18.0], 100.0)
    """
    matrix = np.eye(HOURS)
    for _ in range(steps):
        matrix = matrix + np.eye(HOURS) - _HOUR_KERNEL @ matrix
    return matrix


def density_of_moves(distances_m: Floats) -> Floats:
    """Return how likely a record that moves goes so far in some direction, for each square metre."""
    odds: Floats = np.exp(-distances_m / REACH_M) / (2 * np.pi * REACH_M**2)
    return odds


def record_ids(incidents: pa.Table) -> pa.Array:
    """Return what each record is told by: its id; where that is a line's number, what it says and which of equal ones."""
    records = incidents.column("record_id")
    ids = pc.binary_join_element_wise(incidents.column("force"), records, "\n").combine_chunks()
    pairs = zip(incidents.column("row_id").to_pylist(), records.to_pylist(), strict=True)
    at = np.flatnonzero([row == record or row.startswith(f"{record}/") for row, record in pairs])
    if not len(at):
        return ids
    lines = incidents.take(at)
    texts = [pc.fill_null(lines.column(name).cast(pa.string()), "") for name in SAID_BY_A_LINE]
    frame = pd.DataFrame(
        {
            "record": lines.column("record_id").to_pandas(),
            "measure": lines.column("measure").to_pandas(),
            "content": pc.binary_join_element_wise(*texts, "\n").to_pandas(),
        }
    ).sort_values("measure")
    several = frame["record"].duplicated(keep=False)
    frame.loc[several, "measure"] = frame[several].groupby("record")["measure"].transform("\n".join)
    single = frame.drop_duplicates("record")
    in_order = single.assign(digits=single["record"].str.len()).sort_values(["digits", "record"])
    content = in_order["content"] + "\n" + in_order["measure"]
    in_order["id"] = content + "\n" + content.groupby(content, sort=False).cumcount().astype(str)
    every = ids.to_pandas()
    every.iloc[at] = lines.column("record_id").to_pandas().map(in_order.set_index("record")["id"]).to_numpy()
    return pa.array(every, pa.string())


def even_numbers(key: bytes, ids: pa.Array) -> Floats:
    """Return 32 numbers between 0 and 1 for each id, always the same ones: keyed BLAKE2b (RFC 7693)."""
    digests = b"".join(blake2b(text.encode(), key=key).digest() for text in ids.to_pylist())
    numbers = np.frombuffer(digests, dtype=">u2").reshape(len(ids), 32)
    uniform: Floats = (numbers + 0.5) / 65_536
    return uniform


def taken_from(
    pools: Sequence[Integers], numbers: Floats, swaps: Booleans, fewest: int = FEWEST_ALIKE
) -> tuple[Integers, Booleans]:
    """Return from which row each takes what it has swapped, out of its first pool that is large enough; and which have none.

    A keyed hash puts all rows on a ring. A row that swaps takes from the one that follows another number of its own there, so
    that it takes from the same in every version, and a late record changes from whom few others take.

    Args:
        pools: For each way to divide the rows, the number of each row's pool.
        numbers: Six `even_numbers` of each row: three for its place on the ring, three for what it looks for.
        swaps: Which rows swap; the others take from themselves.
        fewest: Rows of a pool that is large enough.

    Source:
        Dalenius and Reiss (1982), Data-swapping: a technique for disclosure control; the ring is that of consistent hashing,
        Karger and others (1997).
    """
    ring, drawn = (
        np.minimum(three @ (1 / 65_536) ** np.arange(3), np.nextafter(1, 0))
        for three in (numbers[:, :3], numbers[:, 3:])
    )
    taken: Integers = np.arange(len(numbers), dtype=np.int64)
    waiting: Booleans = np.ones(len(numbers), dtype=bool)
    for pool in pools:
        size: Integers = np.bincount(pool)
        first: Integers = np.cumsum(size) - size
        here = waiting & (size[pool] >= fewest)
        order: Integers = np.lexsort((ring, pool))
        moving = np.flatnonzero(here & swaps)
        keys = pool[order] + ring[order]
        after = np.asarray(np.searchsorted(keys, pool[moving] + drawn[moving]), dtype=np.int64)
        after -= first[pool[moving]]
        taken[moving] = order[first[pool[moving]] + after % size[pool[moving]]]
        waiting &= ~here
    return taken, waiting


def _placed_like(points: Floats, uniform: Floats, years: Integers, area: BaseGeometry | None) -> Integers:
    """Return like which row each is placed before it is moved: mostly like itself.

    A quarter swap whether they have a place, and whether that is in the area, with another of the same year: where that is
    placed otherwise, they are placed as it is.
    """
    there = np.isfinite(points).all(axis=1)
    inside = np.zeros(len(points), dtype=bool)
    inside[there] = _within(None if area is None else _with_its_edge(area), points[there])
    state = np.add(there, inside, dtype=np.int64)
    pools = [years - years.min(initial=9_999), np.zeros(len(points), dtype=np.int64)]
    taken, _ = taken_from(pools, uniform[:, 1:], uniform[:, 0] < SHARE_SWAPPED)
    like: Integers = np.where(state[taken] != state, taken, np.arange(len(points)))
    return like


def _moved_hours(uniform: Floats) -> Integers:
    cumulated = np.cumsum(HOUR_ODDS)
    moved: Integers = _OFFSETS[np.minimum(np.searchsorted(cumulated, uniform), HOURS - 1)]
    return moved


def _moved_points(true: Floats, uniform: Floats, area: BaseGeometry | None) -> Floats:
    """Return where records are moved to: half of them stay, as does who is outside the area or finds no way to go."""
    moved = true.copy()
    there = np.isfinite(true).all(axis=1)
    reach = None if area is None else _with_its_edge(area)
    waiting = there & (uniform[:, 0] >= STAYING)
    waiting[waiting] = _within(reach, true[waiting])
    for first in range(2, 2 + 3 * TRIES, 3):
        rows = np.flatnonzero(waiting)
        distance = -REACH_M * np.log(uniform[rows, first] * uniform[rows, first + 1])
        angle = 2 * np.pi * uniform[rows, first + 2]
        offset = distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        target = true[rows] + offset / metres_per_degree(true[rows, 1]).T
        possible = _within(reach, target)
        moved[rows[possible]] = target[possible]
        waiting[rows[possible]] = False
    return moved


def _with_its_edge(area: BaseGeometry) -> BaseGeometry:
    """Return an area and what lies up to 50 m beyond it, in longitude and latitude."""
    scale = metres_per_degree(float(area.centroid.y))
    on_plane = shapely.transform(area, lambda degrees: degrees * scale).buffer(EDGE_TOLERANCE_M)
    beyond = shapely.transform(on_plane, lambda metres: metres / scale)
    shapely.prepare(beyond)
    return beyond


def _within(area: BaseGeometry | None, points: Floats) -> Booleans:
    """Return which points lie in an area; everywhere, where none is known."""
    if area is None:
        return np.ones(len(points), dtype=bool)
    inside: Booleans = shapely.contains_xy(area, points)
    return inside


def _moved_names(names: np.ndarray, true: Floats, moved: Floats, uniform: Floats) -> np.ndarray:
    """Return the streets or venues: of a record that moved, that of a record at the nearest point with a name, or none."""
    blurred_names = names.copy()
    named = np.array([name is not None for name in names], dtype=bool)
    placed = np.isfinite(true).all(axis=1)
    blurred_names[named & ~placed & (uniform >= STAYING)] = None
    went = np.flatnonzero(placed & (true != moved).any(axis=1))
    known = np.flatnonzero(named & placed)
    if not len(went) or not len(known):
        return blurred_names
    points, point, records = np.unique(true[known], axis=0, return_inverse=True, return_counts=True)
    order = known[
        np.lexsort((names[known].astype(str), point.ravel()))
    ]  # the records of a point lie together
    first = np.cumsum(records) - records
    scale = metres_per_degree(float(np.median(true[placed, 1])))
    distance, nearest = KDTree(points * scale).query(moved[went] * scale)
    drawn = names[order][first[nearest] + (uniform[went] * records[nearest]).astype(int)]
    from_there = (points[nearest] == true[went]).all(axis=1) & named[went]
    drawn[from_there] = names[went][from_there]
    blurred_names[went] = np.where(distance <= NAMED_WITHIN_M, drawn, np.array(None))
    return blurred_names


def _moved_groups(values: np.ndarray, uniform: Floats) -> np.ndarray:
    """Return a column of groups: a quarter of those known get any of the groups there are.

    Each group draws a number for each record, and the highest wins: a group that is new takes its share and deals nobody
    else anew (rendezvous hashing, Thaler and Ravishankar 1998).
    """
    known = np.array([value is not None for value in values], dtype=bool)
    moving = np.flatnonzero(known & (uniform[:, 0] >= GROUP_KEPT))
    drawn = (uniform[moving, 1:] * 65_536).astype(np.uint64) @ (65_536 ** np.arange(4, dtype=np.uint64))
    moved, highest = values.copy(), np.zeros(len(moving), dtype=np.uint64)
    for group in sorted(set(values[known])):
        seed = np.frombuffer(blake2b(group.encode(), digest_size=8).digest(), dtype=np.uint64)
        number = _mixed(drawn ^ seed)
        moved[moving] = np.where(number > highest, group, moved[moving])
        highest = np.maximum(number, highest)
    return moved


def _mixed(numbers: Unsigned) -> Unsigned:
    """Return numbers that look drawn by chance, always the same for the same: the end of SplitMix64 (Steele and others 2014)."""
    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _victims_at_points(incidents: pa.Table, ids: pa.Array) -> pa.Array:
    """Return what moves together: the records of one victim at one point, as far as a corrected point is still that one.

    A record of several victims moves with the first of them, in all of its rows; missing where no victim is known.
    """
    near = [pc.round(incidents.column(name), POINT_DECIMALS) for name in ("longitude", "latitude")]
    texts = [pc.fill_null(column.cast(pa.string()), "") for column in near]
    victims = pc.binary_join_element_wise("victim", incidents.column("victim_key"), *texts, "\n").to_pandas()
    records = ids.to_pandas()
    if records.duplicated().any():
        known = pd.DataFrame({"record": records, "victim": victims}).dropna()
        first = known.sort_values("victim").drop_duplicates("record").set_index("record")["victim"]
        victims = records.map(first)
    return pa.array(victims, pa.string(), from_pandas=True)


def _rows_by_force(incidents: pa.Table) -> dict[str, Integers]:
    forces = incidents.column("force").to_pandas()
    return {str(force): np.asarray(rows) for force, rows in forces.groupby(forces).indices.items()}


def _floats(incidents: pa.Table, name: str) -> Floats:
    values: Floats = incidents.column(name).to_numpy().astype(float, copy=True)
    return values
