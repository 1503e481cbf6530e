"""What vulncore.domain.blur promises: each record is moved once, in the same way, as far as it says."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from tests.making import FORCE, incident
from vulncore.domain.blur import (
    BLURRED,
    DETAILS,
    FARTHEST_M,
    GROUP_KEPT,
    HALF_WITHIN_M,
    HOUR_ODDS,
    MOVED_HOURS,
    REPEATS,
    SHARE_SWAPPED,
    STAYING,
    blurred,
    sharpening,
)
from vulncore.domain.geography import metres_per_degree
from vulncore.domain.schemas import INCIDENTS

SECRET = b"k" * 32
MOMENT = datetime(2024, 5, 2, 22)
MIDDLE = (-0.09, 51.51)
TYPES = ("home", "licensed premises", "street", "school")


def rows_of(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=INCIDENTS)


def many(count: int, **more: object) -> pa.Table:
    """Return so many records of one moment at one point."""
    here = {"longitude": MIDDLE[0], "latitude": MIDDLE[1], "occurred_from": MOMENT, "occurred_to": MOMENT}
    return rows_of(*(incident(number, date(2024, 5, 2), **{**here, **more}) for number in range(count)))


def blurred_rows(table: pa.Table, secret: bytes = SECRET, area=None) -> list[dict[str, object]]:
    return blurred(table, secret, {FORCE: area} if area else {}).to_pylist()


def by_record(table: pa.Table, **how: object) -> dict[object, dict[str, object]]:
    return {row["record_id"]: row for row in blurred_rows(table, **how)}


def square(metres: float) -> shapely.Polygon:
    """Return a square around the middle, so many metres a side."""
    scale = metres_per_degree(MIDDLE[1])
    half = metres / 2 / scale
    return shapely.box(*(np.array(MIDDLE) - half), *(np.array(MIDDLE) + half))


def test_hours_are_moved_as_often_as_the_odds_say():
    moved = blurred(many(6_000), SECRET, {})[MOVED_HOURS].to_numpy()
    counted = np.bincount(moved + 84, minlength=168)
    common = HOUR_ODDS * 6_000 >= 8
    observed = [*counted[common], counted[~common].sum()]
    expected = [*(HOUR_ODDS[common] * 6_000), HOUR_ODDS[~common].sum() * 6_000]
    assert chisquare(observed, expected).pvalue > 0.001
    assert (HOUR_ODDS > 0).all()  # no hour can be ruled out
    assert HOUR_ODDS.sum() == pytest.approx(1)


def test_half_stay_where_they_are_and_the_others_go_as_far_as_the_odds_say():
    table = many(4_000)
    moved = blurred(table, SECRET, {FORCE: square(20_000)})
    scale = metres_per_degree(MIDDLE[1])
    apart = np.column_stack([moved[name].to_numpy() for name in ("longitude", "latitude")]) - np.array(MIDDLE)
    distance = np.hypot(*(apart * scale).T)
    went = distance > 0
    assert abs(went.mean() - (1 - STAYING)) < 4 * np.sqrt(STAYING * (1 - STAYING) / 4_000)
    # a distance with density r exp(-r / 150) has the mean 300 and the variance 2 x 150 squared
    assert abs(distance[went].mean() - 300) < 4 * np.sqrt(2) * 150 / np.sqrt(went.sum())
    assert np.mean(distance[went] < HALF_WITHIN_M) == pytest.approx(0.5, abs=0.05)
    assert (distance > FARTHEST_M).sum() < 0.03 * went.sum()
    angle = np.arctan2(*(apart[went] * scale).T)
    assert chisquare(np.histogram(angle, bins=8, range=(-np.pi, np.pi))[0]).pvalue > 0.001


def test_nobody_is_moved_out_of_the_area_and_who_is_outside_stays():
    small = square(400)
    inside = blurred(many(800), SECRET, {FORCE: small})
    reach = small.buffer(60 / metres_per_degree(MIDDLE[1])[0])
    assert shapely.contains_xy(reach, inside["longitude"].to_numpy(), inside["latitude"].to_numpy()).all()
    assert len(set(inside["longitude"].to_pylist())) > 300
    away = blurred(many(200, longitude=1.0), SECRET, {FORCE: small})
    assert set(away["longitude"].to_pylist()) == {1.0}


def test_without_a_boundary_records_go_as_far_as_the_odds_say():
    moved = blurred(many(800), SECRET, {})
    everywhere = blurred(many(800), SECRET, {FORCE: square(200_000)})
    assert moved["longitude"].equals(everywhere["longitude"])
    assert len(set(moved["longitude"].to_pylist())) > 350


def test_a_record_is_moved_alike_whatever_stands_beside_it_and_whatever_it_counts_towards():
    table = many(60)
    alone = by_record(table.slice(17, 1), area=square(2_000))
    among = by_record(table.take(np.random.default_rng(3).permutation(60)), area=square(2_000))
    twice = by_record(
        pa.concat_tables(
            [
                table,
                rows_of(incident(17, date(2024, 5, 2), row_id="other", measure="stalking-and-harassment")),
            ]
        )
    )
    ((record, row),) = alone.items()
    assert row == among[record]
    assert twice[record][MOVED_HOURS] == row[MOVED_HOURS]


def test_another_secret_moves_otherwise():
    one, other = (blurred_rows(many(200), secret=secret) for secret in (SECRET, b"j" * 32))
    assert np.mean([a[MOVED_HOURS] == b[MOVED_HOURS] for a, b in zip(one, other, strict=True)]) < 0.5


def test_a_corrected_time_or_place_is_moved_by_as_much_as_before():
    before = blurred_rows(many(50), area=square(20_000))
    after = blurred_rows(
        many(50, longitude=MIDDLE[0] + 0.001, occurred_from=MOMENT + timedelta(hours=1)), area=square(20_000)
    )
    for old, new in zip(before, after, strict=True):
        assert old[MOVED_HOURS] == new[MOVED_HOURS]
        assert new["longitude"] - old["longitude"] == pytest.approx(0.001)


def test_records_of_one_victim_at_one_point_move_as_one():
    home = blurred(many(40, victim_key="v1"), SECRET, {FORCE: square(20_000)})
    assert len(set(home["longitude"].to_pylist())) == 1
    assert len(set(home[MOVED_HOURS].to_pylist())) > 3


def test_a_record_of_two_victims_has_one_place_in_all_of_its_rows():
    rows = [
        incident(n, date(2024, 5, 2), longitude=MIDDLE[0], latitude=MIDDLE[1], victim_key=f"v{n}-{victim}")
        | {"row_id": f"row-{n}-{measure}", "measure": measure}
        for n in range(100)
        for victim, measure in ((2, "rape"), (1, "hate-crime"), (None, "stalking-and-harassment"))
    ]
    rows = [row | ({"victim_key": None} if row["measure"].startswith("stalking") else {}) for row in rows]
    moved = blurred(rows_of(*rows), SECRET, {}).to_pandas()
    assert (moved.groupby("record_id")["longitude"].nunique() == 1).all()
    assert (moved.groupby("record_id")["moved_hours"].nunique() == 1).all()
    stayed = (moved["longitude"] == MIDDLE[0]).mean()
    assert abs(stayed - STAYING) < 0.2


def test_lines_without_an_id_are_told_by_what_they_say():
    table = many(30)
    ids = [f"line-{number}" for number in range(30)]
    numbered = table.set_column(0, INCIDENTS.field("row_id"), [ids]).set_column(
        1, INCIDENTS.field("record_id"), [ids]
    )
    later = [f"line-{number + 100}" for number in range(30)]
    renumbered = table.set_column(0, INCIDENTS.field("row_id"), [later]).set_column(
        1, INCIDENTS.field("record_id"), [later]
    )
    old, new = (blurred(rows, SECRET, {})[MOVED_HOURS].to_pylist() for rows in (numbered, renumbered))
    assert sorted(old) == sorted(new)
    assert len(set(old)) > 3  # equal ones are told apart by how many there are


def test_groups_are_kept_by_three_of_four_and_the_others_get_any():
    count = 4_000
    table = rows_of(
        *(incident(n, date(2024, 5, 2), location_type=TYPES[min(n % 8, 3)]) for n in range(count)),
        incident(count, date(2024, 5, 2)),
    )
    moved = blurred(table, SECRET, {})["location_type"].to_pylist()
    assert moved[-1] is None
    true = table["location_type"].to_pylist()[:-1]
    same = np.mean([old == new for old, new in zip(true, moved, strict=False)])
    kept = GROUP_KEPT + (1 - GROUP_KEPT) / len(TYPES)
    assert abs(same - kept) < 4 * np.sqrt(kept * (1 - kept) / count)
    homes = sum(value == "home" for value in moved)
    assert homes == pytest.approx(count * (GROUP_KEPT / 8 + (1 - GROUP_KEPT) / 4), rel=0.15)


def test_a_new_group_takes_its_share_and_deals_nobody_else_anew():
    before = [incident(n, date(2024, 5, 2), location_type=TYPES[n % 3]) for n in range(2_000)]
    after = [*before, *(incident(5_000 + n, date(2024, 5, 2), location_type="new") for n in range(5))]
    old, new = (blurred(rows_of(*rows), SECRET, {})["location_type"].to_pylist() for rows in (before, after))
    changed = [one for other, one in zip(old, new[: len(old)], strict=True) if one != other]
    assert set(changed) == {"new"}
    assert len(changed) == pytest.approx(2_000 * (1 - GROUP_KEPT) / 4, rel=0.3)


@pytest.mark.parametrize("column", [*DETAILS, *REPEATS])
def test_what_a_record_is_about_is_blurred_among_what_its_measure_has(column):
    count, words = 4_000, {"rape": ("a", "b", "c"), "stalking": ("d", "e")}
    true = [words[("rape", "stalking")[n % 2]][n // 2 % (3 - n % 2)] for n in range(count)]
    rows = [incident(n, date(2024, 5, 2), measure=("rape", "stalking")[n % 2]) for n in range(count)]
    table = rows_of(*rows, incident(count, date(2024, 5, 2), measure="rape"))
    table = table.drop_columns(column) if column in table.column_names else table
    moved = blurred(table.append_column(column, pa.array([*true, None])), SECRET, {})[column].to_pylist()
    assert moved[-1] is None
    for at, measure in enumerate(words):
        pairs = list(zip(true[at::2], moved[at:-1:2], strict=True))
        assert {new for _, new in pairs} == set(words[measure])
        kept = GROUP_KEPT + (1 - GROUP_KEPT) / len(words[measure])
        share = np.mean([old == new for old, new in pairs])
        assert abs(share - kept) < 4 * np.sqrt(kept * (1 - kept) / len(pairs))


def test_one_column_tells_nothing_of_how_another_is_blurred():
    count = 4_000
    table = rows_of(
        *(incident(n, date(2024, 5, 2), offence="ab"[n % 2], risk_level="ab"[n % 2]) for n in range(count))
    )
    moved = blurred(table, SECRET, {})
    went = [
        pc.not_equal(moved[name], table[name]).to_numpy().astype(float) for name in ("offence", "risk_level")
    ]
    assert abs(np.corrcoef(went)[0, 1]) < 4 / np.sqrt(count)


def test_a_street_goes_with_the_point():
    scale = metres_per_degree(MIDDLE[1])
    table = rows_of(
        *(
            incident(
                n,
                date(2024, 5, 2),
                longitude=MIDDLE[0] + street * 200 / scale[0],
                latitude=MIDDLE[1],
                place=f"Street {street}",
            )
            for n, street in enumerate(list(range(5)) * 100)
        )
    )
    moved = blurred(table, SECRET, {FORCE: square(4_000)})
    for old, new in zip(table.to_pylist(), moved.to_pylist(), strict=True):
        east = (new["longitude"] - MIDDLE[0]) * scale[0]
        north = (new["latitude"] - MIDDLE[1]) * scale[1]
        nearest = min(range(5), key=lambda street: np.hypot(east - 200 * street, north))
        if np.hypot(east - 200 * nearest, north) > 250:
            assert new["place"] is None
        else:
            assert new["place"] == f"Street {nearest}"
        assert old["place"] == new["place"] or new["longitude"] != old["longitude"]


def test_a_rare_name_beside_a_common_one_stays_rare():
    scale = metres_per_degree(MIDDLE[1])
    common = [
        incident(n, date(2024, 5, 2), longitude=MIDDLE[0], latitude=MIDDLE[1], place="Lane")
        for n in range(180)
    ]
    rare = [
        incident(500 + n, date(2024, 5, 2), longitude=MIDDLE[0], latitude=MIDDLE[1], place="A Mews")
        for n in range(20)
    ]
    east = MIDDLE[0] + 200 / scale[0]
    others = [
        incident(900 + n, date(2024, 5, 2), longitude=east, latitude=MIDDLE[1], place="High Street")
        for n in range(400)
    ]
    moved = blurred(rows_of(*common, *rare, *others), SECRET, {FORCE: square(4_000)})["place"].to_pylist()
    assert 5 < sum(name == "A Mews" for name in moved) < 40
    assert "A Mews" not in moved[:180]


@pytest.mark.parametrize("area", [None, square(4_000)], ids=["without a boundary", "within one"])
def test_as_many_have_a_place_in_the_area_as_before_and_whose_it_is_is_known_of_three_in_four(area):
    count, far = 6_000, {"longitude": MIDDLE[0] + 1, "latitude": MIDDLE[1]}
    nowhere = {"longitude": None, "latitude": None}
    states = [{}, nowhere, far if area else {}]
    rows = [
        incident(number, date(2024, 5, 2), **{"longitude": MIDDLE[0], "latitude": MIDDLE[1], **more})
        for number in range(count)
        for more in [states[0 if number % 10 > 1 else 1 + number % 2]]
    ]
    moved = blurred(rows_of(*rows), SECRET, {FORCE: area} if area else {}).to_pandas()["longitude"]
    true = pd.Series([row["longitude"] for row in rows], dtype=float)
    for state in (pd.Series.isna, lambda points: points > MIDDLE[0] + 0.5):
        before, after = state(true), state(moved)
        assert after.sum() == pytest.approx(before.sum(), abs=5 * np.sqrt(before.sum() / 2) + 1)
        if before.any():
            share = (1 - SHARE_SWAPPED) + SHARE_SWAPPED * before.mean()
            assert after[before].mean() == pytest.approx(share, abs=0.08)


def test_nothing_else_changes_and_nothing_is_lost():
    table = pa.concat_tables([many(50), many(0), rows_of(incident(99, date(2024, 5, 3)))])
    moved = blurred(table, SECRET, {})
    assert moved.column_names == list(BLURRED)
    for name in ("record_id", "measure", "recorded_on", "occurred_from", "occurred_to", "no_crimed_on"):
        assert moved[name].equals(table[name])
    assert moved["longitude"].null_count <= 3  # of one without a place
    assert blurred(table.slice(0, 0), SECRET, {}).num_rows == 0
    assert pc.max(pc.abs(moved[MOVED_HOURS])).as_py() <= 84


@settings(max_examples=60)
@given(st.lists(st.floats(0, 500), min_size=168, max_size=168), st.integers(0, 4), st.integers(0, 167))
def test_a_sharpened_week_keeps_its_sum_and_turns_with_the_week(week, steps, hours):
    counts = np.array(week)
    about = sharpening(steps) @ counts
    assert about.sum() == pytest.approx(counts.sum(), abs=1e-6)
    assert sharpening(steps) @ np.roll(counts, hours) == pytest.approx(np.roll(about, hours), abs=1e-6)
    if not steps:
        assert about == pytest.approx(counts)


def test_an_even_week_stays_even():
    assert sharpening() @ np.full(168, 7.0) == pytest.approx(7.0)
