"""Blur: each record is moved a little, once, before anything by hour, place or group is counted.

Whatever is counted afterwards, in however many ways, was counted of moved records: setting two maps against each other gives
away where a record was moved to, and never where it was. Who moves how far follows from the store's secret and the record
alone, so that a record is moved in the same way in every version, measure, period and on every page. `docs/disclosure.md`
says what this costs, what it was tried against, and what is still possible.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
"""Of the records: they keep their type of place, group of victims and the rest of what is told of them; the others get any
that is there, all alike."""
SHARE_SWAPPED: Final = 0.25
"""Of the records: they swap whether they have a place, and whether that lies in the area, with another record."""
FEWEST_ALIKE: Final = 20  # records among which to swap
NAMED_WITHIN_M: Final = 250.0  # of the point that a record moved to: streets as near can be named there
TRIES: Final = 4  # to move a record within its force's area; then it stays
POINT_DECIMALS: Final = 3  # of a degree, about a hundred metres: a point as near is the same, geocoded again
SHARPENING_STEPS: Final = 8  # after each, at most half of what was left is left

POINT: Final = ("longitude", "latitude")
GROUPS: Final = ("location_type", "victim_residency")
DETAILS: Final = ("offence", "hate_strand", "risk_level", "outcome")
"""What a record is about. Who gets another one gets it of the same measure: a rape is never shown as a theft."""
REPEATS: Final = ("victim_before", "victim_before_any", "place_before")
"""Whether its victim, or its place, had a record before: `REPEATED` or `NOT_REPEATED`, missing where nobody can tell."""
REPEATED, NOT_REPEATED = "yes", "no"
SAID_BY_A_LINE: Final = ("force", "recorded_on", "occurred_from", "occurred_to", *POINT, "place", *GROUPS)
"""What tells a record that has a line's number for an id, together with its measures."""

MOVED_HOURS: Final = "moved_hours"
"""The column that says by how many hours a blurred record is moved."""
BLURRED: Final = (
    *("record_id", "force", "measure", *SAID_BY_A_LINE[1:], "no_crimed_on"),
    *(*DETAILS, *REPEATS, MOVED_HOURS),
)
"""The columns of blurred incidents: what is counted by hour, place or group. A record's times are moved with its hours."""
MADE_FROM: Final = (
    *(name for name in BLURRED if name not in (*REPEATS, MOVED_HOURS)),
    "row_id",
    "victim_key",
)
"""The columns of incidents that blurred ones are made from, beside `REPEATS`, which others give."""
ROWS_AT_ONCE: Final = 500_000  # looked at together where each is looked at for itself

Unsigned = NDArray[np.uint64]
Draws = NDArray[np.uint16]
"""Numbers drawn evenly from 0 to 65,535, one row per record."""

_OFFSETS: Final = np.arange(HOURS) - HOURS // 2  # hours by which a record may be moved
NO_WORD: Final = -1


_AROUND: Final = np.abs(_OFFSETS[:, None] + HOURS * np.arange(-2, 3))  # the long way round the week as well
_NEAR: Final = np.exp(-_AROUND / HOURS_SCALE).sum(axis=1)
HOUR_ODDS: Final[Floats] = (1 - HOURS_EVEN) * _NEAR / _NEAR.sum() + HOURS_EVEN / HOURS
"""How likely a record is moved by -84 to 83 hours."""
_HOUR_KERNEL: Final = circulant(np.roll(HOUR_ODDS, HOURS // 2))


def is_blurred(smallest: int) -> bool:
    """Return whether figures are of blurred records: of all but those of which no number is hidden."""
    return smallest > 1


def blurred(incidents: pa.Table, secret: bytes, areas: Mapping[str, BaseGeometry]) -> pa.Table:
    """Return incidents as they may be counted by hour, place and group.

    Args:
        incidents: The columns of `MADE_FROM`, of any number of forces, and those of `REPEATS` that are known.
        secret: The store's.
        areas: Forces' areas in longitude and latitude, where they are known: nobody is moved out of one.

    Returns:
        The columns of `BLURRED`, same rows in the same order: `longitude`, `latitude` and `place`, `location_type`,
        `victim_residency`, `DETAILS` and `REPEATS` blurred, `moved_hours` (-84 to 83).

    Source:
        Adding noise to records once, instead of to answers: Warner (1965), Randomized response; Gouweleeuw and others
        (1998), Post randomisation for statistical disclosure control; of places, Kwan, Casas and Schmitz (2004),
        Protection of geoprivacy and accuracy of spatial information.

    Misleads when:
        a single record is looked at: its hour, its place and its group are mostly not what they were.
    """
    key = hmac.digest(secret, b"blur", "sha256")
    for name in set(REPEATS).difference(incidents.column_names):
        incidents = incidents.append_column(name, pa.nulls(incidents.num_rows, pa.string()))
    ids = record_ids(incidents)
    by_record = even_numbers(key, ids)
    points = np.column_stack([incidents.column(name).to_numpy() for name in POINT]).astype(float, copy=False)
    years = pc.year(incidents.column("recorded_on")).to_numpy()
    words = {name: _Words.of(incidents.column(name)) for name in ("place", *GROUPS, *DETAILS, *REPEATS)}
    measures = _Words.of(incidents.column("measure")).codes
    forces = incidents.column("force").to_pandas()
    for force, rows in forces.groupby(forces).indices.items():
        area = areas.get(force)
        by_place = _draws_of_places(incidents.select(["victim_key", *POINT]), ids, by_record, rows, key)
        like = _placed_like(points[rows], by_record[rows, 25:], years[rows], area)
        true = points[rows[like]]
        moved = points[rows] = _moved_points(true, by_place, area)
        names = words["place"].codes
        names[rows] = _moved_names(names[rows[like]], true, moved, shares(by_place[:, 1]))
        for at, name in enumerate(GROUPS):
            codes, numbers = words[name].codes, by_record[rows, 1 + 5 * at : 6 + 5 * at]
            codes[rows] = _moved_groups(
                codes[rows], words[name].words, shares(numbers[:, 0]), _whole(numbers[:, 1:])
            )
        for measure in np.unique(measures[rows]):
            some = rows[measures[rows] == measure]
            whole = _whole(by_record[some, 28:])
            for name in (*DETAILS, *REPEATS):
                codes, of_column = words[name].codes, _mixed(whole ^ _seed(name))
                uniform = _mixed(of_column).astype(float) / 2.0**64
                codes[some] = _moved_groups(codes[some], words[name].words, uniform, of_column)
    columns = {name: incidents.column(name) for name in BLURRED if name != MOVED_HOURS}
    columns[MOVED_HOURS] = pa.array(_moved_hours(by_record[:, 0]), pa.int16())
    columns |= {name: pa.array(points[:, at], from_pandas=True) for at, name in enumerate(POINT)}
    return pa.table(columns | {name: coded.column() for name, coded in words.items()})


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
    return np.exp(-distances_m / REACH_M) / (2 * np.pi * REACH_M**2)


def record_ids(incidents: pa.Table) -> pa.Array:
    """Return what each record is told by: its id; where that is a line's number, what it says and which of equal ones."""
    records = incidents.column("record_id")
    ids = pc.binary_join_element_wise(incidents.column("force"), records, "\n").combine_chunks()
    at = np.flatnonzero(
        [
            row == record or row.startswith(f"{record}/")
            for part in incidents.select(["row_id", "record_id"]).to_batches(ROWS_AT_ONCE)
            for row, record in zip(
                *(part.column(name).to_pylist() for name in part.schema.names), strict=True
            )
        ]
    )
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


def even_numbers(key: bytes, ids: pa.Array) -> Draws:
    """Return 32 numbers from 0 to 65,535 for each id, always the same ones: keyed BLAKE2b (RFC 7693)."""
    numbers: Draws = np.empty((len(ids), 32), dtype=np.uint16)
    for first in range(0, len(ids), ROWS_AT_ONCE):
        texts = ids.slice(first, ROWS_AT_ONCE).to_pylist()
        digests = b"".join(blake2b(text.encode(), key=key).digest() for text in texts)
        numbers[first : first + ROWS_AT_ONCE] = np.frombuffer(digests, dtype=">u2").reshape(-1, 32)
    return numbers


def shares(numbers: Draws) -> Floats:
    """Return numbers between 0 and 1 for those of `even_numbers`."""
    return (numbers + 0.5) / 65_536


def taken_from(pools: Sequence[Integers], numbers: Draws, swaps: Booleans) -> tuple[Integers, Booleans]:
    """Return from which row each takes what it has swapped, out of its first pool that is large enough; and which have none.

    A keyed hash puts all rows on a ring. A row that swaps takes from the one that follows another number of its own there, so
    that it takes from the same in every version, and a late record changes from whom few others take.

    Args:
        pools: For each way to divide the rows, the number of each row's pool.
        numbers: Six `even_numbers` of each row: three for its place on the ring, three for what it looks for.
        swaps: Which rows swap; the others take from themselves.

    Source:
        Dalenius and Reiss (1982), Data-swapping: a technique for disclosure control; the ring is that of consistent hashing,
        Karger and others (1997).
    """
    ring, drawn = (
        np.minimum(shares(three) @ (1 / 65_536) ** np.arange(3), np.nextafter(1, 0))
        for three in (numbers[:, :3], numbers[:, 3:])
    )
    taken: Integers = np.arange(len(numbers), dtype=np.int64)
    waiting: Booleans = np.ones(len(numbers), dtype=bool)
    for pool in pools:
        size: Integers = np.bincount(pool)
        first: Integers = np.cumsum(size) - size
        here = waiting & (size[pool] >= FEWEST_ALIKE)
        order: Integers = np.lexsort((ring, pool))
        moving = np.flatnonzero(here & swaps)
        keys = pool[order] + ring[order]
        after = np.asarray(np.searchsorted(keys, pool[moving] + drawn[moving]), dtype=np.int64)
        after -= first[pool[moving]]
        taken[moving] = order[first[pool[moving]] + after % size[pool[moving]]]
        waiting &= ~here
    return taken, waiting


def _placed_like(points: Floats, numbers: Draws, years: Integers, area: BaseGeometry | None) -> Integers:
    """Return like which row each is placed before it is moved: mostly like itself.

    A quarter swap whether they have a place, and whether that is in the area, with another of the same year: where that is
    placed otherwise, they are placed as it is.
    """
    there = np.isfinite(points).all(axis=1)
    inside = np.zeros(len(points), dtype=bool)
    inside[there] = _within(None if area is None else _with_its_edge(area), points[there])
    state = np.add(there, inside, dtype=np.int64)
    pools = [years - years.min(initial=9_999), np.zeros(len(points), dtype=np.int64)]
    taken, _ = taken_from(pools, numbers[:, 1:], shares(numbers[:, 0]) < SHARE_SWAPPED)
    return np.where(state[taken] != state, taken, np.arange(len(points)))


def _moved_hours(numbers: Draws) -> NDArray[np.int16]:
    cumulated = np.cumsum(HOUR_ODDS)
    by_number = _OFFSETS[
        np.minimum(np.searchsorted(cumulated, shares(np.arange(65_536, dtype=np.uint16))), HOURS - 1)
    ]
    return by_number.astype(np.int16)[numbers]


def _moved_points(true: Floats, numbers: Draws, area: BaseGeometry | None) -> Floats:
    """Return where records are moved to: half of them stay, as does who is outside the area or finds no way to go."""
    moved = true.copy()
    reach = None if area is None else _with_its_edge(area)
    for first in range(0, len(true), ROWS_AT_ONCE):
        some = slice(first, first + ROWS_AT_ONCE)
        _move(moved[some], shares(numbers[some]), reach)
    return moved


def _move(points: Floats, uniform: Floats, reach: BaseGeometry | None) -> None:
    waiting = np.isfinite(points).all(axis=1) & (uniform[:, 0] >= STAYING)
    waiting[waiting] = _within(reach, points[waiting])
    for first in range(2, 2 + 3 * TRIES, 3):
        rows = np.flatnonzero(waiting)
        distance = -REACH_M * np.log(uniform[rows, first] * uniform[rows, first + 1])
        angle = 2 * np.pi * uniform[rows, first + 2]
        offset = distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        target = points[rows] + offset / metres_per_degree(points[rows, 1]).T
        possible = _within(reach, target)
        points[rows[possible]] = target[possible]
        waiting[rows[possible]] = False


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


def _moved_names(names: Integers, true: Floats, moved: Floats, uniform: Floats) -> Integers:
    """Return the streets or venues: of a record that moved, that of a record at the nearest point with a name, or none."""
    blurred_names = names.copy()
    named = names >= 0
    placed = np.isfinite(true).all(axis=1)
    blurred_names[named & ~placed & (uniform >= STAYING)] = NO_WORD
    went = np.flatnonzero(placed & (true != moved).any(axis=1))
    known = np.flatnonzero(named & placed)
    if not len(went) or not len(known):
        return blurred_names
    order = known[np.lexsort((names[known], true[known, 1], true[known, 0]))]  # a point's lie together
    begins = np.flatnonzero((np.diff(true[order], axis=0, prepend=np.nan) != 0).any(axis=1))
    points, records = true[order[begins]], np.diff(begins, append=len(order))
    scale = metres_per_degree(float(np.median(true[placed, 1])))
    distance, nearest = KDTree(points * scale).query(moved[went] * scale)
    drawn = names[order[begins[nearest] + (uniform[went] * records[nearest]).astype(int)]]
    from_there = (points[nearest] == true[went]).all(axis=1) & named[went]
    drawn[from_there] = names[went[from_there]]
    blurred_names[went] = np.where(distance <= NAMED_WITHIN_M, drawn, NO_WORD)
    return blurred_names


def _moved_groups(codes: Integers, words: Sequence[str], uniform: Floats, numbers: Unsigned) -> Integers:
    """Return a column of groups: a quarter of those known, by `uniform`, get any of the groups there are, by their `numbers`.

    Each group draws a number for each record, and the highest wins: a group that is new takes its share and deals nobody
    else anew (rendezvous hashing, Thaler and Ravishankar 1998).
    """
    moving = np.flatnonzero((codes >= 0) & (uniform >= GROUP_KEPT))
    drawn = numbers[moving]
    moved, highest = codes.copy(), np.zeros(len(moving), dtype=np.uint64)
    for code in np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(words))).tolist():
        number = _mixed(drawn ^ _seed(words[code]))
        moved[moving] = np.where(number > highest, code, moved[moving])
        highest = np.maximum(number, highest)
    return moved


def _whole(numbers: Draws) -> Unsigned:
    """Return four numbers of each row as one."""
    whole: Unsigned = numbers.astype(np.uint64) @ (65_536 ** np.arange(4, dtype=np.uint64))
    return whole


@cache
def _seed(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little"))


def _mixed(numbers: Unsigned) -> Unsigned:
    """Return numbers that look drawn by chance, always the same for the same: the end of SplitMix64 (Steele and others 2014)."""
    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _draws_of_places(
    incidents: pa.Table, ids: pa.Array, by_record: Draws, rows: Integers, key: bytes
) -> Draws:
    """Return the numbers that say where records go: of its victim at its point, where one is known, else of the record."""
    numbers = by_record[rows, 11:25]
    victims = _victims_at_points(incidents.take(rows), ids.take(rows), by_record[rows, :4])
    known = np.flatnonzero(victims.is_valid())
    numbers[known] = even_numbers(key, victims.take(known))[:, 11:25]
    return numbers


def _victims_at_points(incidents: pa.Table, ids: pa.Array, numbers: Draws) -> pa.Array:
    """Return what moves together: the records of one victim at one point, as far as a corrected point is still that one.

    A record of several victims moves with the first of them, in all of its rows; missing where no victim is known.
    """
    near = [pc.round(incidents.column(name), POINT_DECIMALS) for name in POINT]
    texts = [pc.fill_null(column.cast(pa.string()), "") for column in near]
    victims = pc.binary_join_element_wise(
        "victim", incidents.column("victim_key"), *texts, "\n"
    ).combine_chunks()
    digits = pd.Series(np.ascontiguousarray(numbers).view(np.uint64).ravel())  # the same for few who differ
    several = np.flatnonzero(digits.duplicated(keep=False))
    if not len(several):
        return victims
    rows = pd.DataFrame(
        {name: of.take(several).to_pandas() for name, of in {"record": ids, "victim": victims}.items()}
    )
    first = rows.dropna().sort_values("victim").drop_duplicates("record").set_index("record")["victim"]
    mask = np.zeros(len(victims), dtype=bool)
    mask[several] = True
    moved_with = pa.array(rows["record"].map(first).to_numpy(object), pa.string(), from_pandas=True)
    return pc.replace_with_mask(victims, pa.array(mask), moved_with)


@dataclass(frozen=True)
class _Words:
    """A column of words: the place of each row's among `words`, which are in order; `NO_WORD` where it has none."""

    codes: Integers
    words: list[str]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "_Words":
        """Take a column apart."""
        coded = column.dictionary_encode().unify_dictionaries().to_pandas().cat
        in_order = coded.reorder_categories(sorted(coded.categories)).cat
        return cls(
            in_order.codes.to_numpy().astype(np.int32), list(in_order.categories)
        )  # missing is NO_WORD

    def column(self) -> pa.Array:
        """Put the column together."""
        codes = pa.array(self.codes, mask=self.codes == NO_WORD)
        return pa.DictionaryArray.from_arrays(codes, pa.array(self.words, pa.string())).cast(pa.string())
