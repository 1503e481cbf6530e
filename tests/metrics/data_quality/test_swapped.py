"""What vulncore.metrics.data_quality.swapped promises: times and points stay what they are, and nobody knows whose they were."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import incident
from vulncore.domain.blur import FEWEST_ALIKE, SHARE_SWAPPED
from vulncore.domain.schemas import INCIDENTS
from vulncore.metrics.data_quality.swapped import swapped

SECRET = b"s" * 32
DAY = date(2024, 3, 1)


def record(number: int, measure: str = "rape", **more: object) -> dict[str, object]:
    """Return a record at a time and a point that no other has."""
    moment = datetime(2024, 2, 20) + timedelta(minutes=number)
    own = {
        "measure": measure,
        "occurred_from": moment,
        "occurred_to": moment + timedelta(seconds=number),
        "longitude": number / 1_000,
        "latitude": 51.0,
    }
    return incident(number, DAY + timedelta(days=number % 28), **{**own, **more})


def table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


def shown(rows: list[dict[str, object]], secret: bytes = SECRET) -> pd.DataFrame:
    return swapped(table(rows), secret).to_pandas()


def test_so_many_have_the_times_or_the_point_of_another():
    rows = [record(number) for number in range(8_000)]
    true, seen = table(rows).to_pandas(), shown(rows)
    times, points = (
        (true[name] - true[base] != seen[name] - seen[base]).mean()
        for name, base in (("occurred_to", "occurred_from"), ("longitude", "latitude"))
    )
    assert times == pytest.approx(SHARE_SWAPPED, abs=0.015)
    assert points == pytest.approx(SHARE_SWAPPED, abs=0.02)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), min_size=1, max_size=120),
    st.binary(min_size=1),
)
@settings(max_examples=60)
def test_each_time_and_point_is_that_of_a_record_and_as_many_as_before_have_one(drawn, secret):
    whole_day = {"occurred_from": datetime(2024, 2, 1), "occurred_to": datetime(2024, 2, 1, 23, 59, 59)}
    kinds = [
        {},
        {"occurred_from": None, "occurred_to": None},
        whole_day,
        {"longitude": None, "latitude": None},
    ]
    rows = [record(number, measure, **kinds[kind]) for number, (measure, kind) in enumerate(drawn)]
    true, seen = table(rows).to_pandas(), shown(rows, secret)
    for frame in (true, seen):
        frame["span"] = frame["occurred_to"] - frame["occurred_from"]
        frame["lag"] = frame["occurred_from"] - pd.to_datetime(frame["recorded_on"])
    for column, pool in (("span", "occurred_from"), ("lag", "occurred_from"), ("longitude", "longitude")):
        assert set(seen[column].dropna()) <= set(true[column].dropna())
        there, left = true[pool].notna().sum(), seen[pool].notna().sum()
        assert left == there or there - left < 2 * FEWEST_ALIKE
    assert seen["row_id"].tolist() == true["row_id"].tolist()
    assert seen["recorded_on"].tolist() == true["recorded_on"].tolist()


def test_times_stay_within_a_measure_that_is_large_enough():
    night = [record(number, "burglary", occurred_from=datetime(2024, 2, 20, 2)) for number in range(200)]
    seen = shown([*(record(number + 1_000) for number in range(200)), *night])
    assert (seen[seen["measure"] == "burglary"]["occurred_from"].dt.hour == 2).all()


def test_of_few_records_alike_times_and_points_are_left_out():
    few = shown([record(number) for number in range(FEWEST_ALIKE - 1)])
    assert few[["occurred_from", "occurred_to", "longitude", "latitude"]].isna().all().all()
    assert shown([record(number) for number in range(FEWEST_ALIKE)])["longitude"].notna().all()


def test_a_record_swaps_alike_in_every_version_and_a_late_one_changes_hardly_another():
    rows = [record(number) for number in range(3_000)]
    late = [record(10_000 + number) for number in range(30)]
    before, after = shown(rows), shown([*rows, *late]).head(len(rows))
    changed = {name: int((before[name] != after[name]).sum()) for name in ("occurred_to", "longitude")}
    assert 0 < changed["longitude"] <= 3 * len(late) * SHARE_SWAPPED
    assert changed["occurred_to"] <= 3 * len(late) * SHARE_SWAPPED


def test_a_late_record_that_seems_odd_is_so_in_three_of_four_and_no_more_surely():
    """Of late records one in ten is at 0, 0, as are those before: guess that a late one is where the figure rose."""
    rows = [record(number, longitude=0.0 if number % 10 == 0 else 5.0) for number in range(400)]
    guessed = right = 0
    for secret in range(400):
        key = secret.to_bytes(8, "big")
        odd = secret % 10 == 0
        late = record(9_999, longitude=0.0 if odd else 5.0)
        rises = shown([*rows, late], key)["longitude"].eq(0).sum() > shown(rows, key)["longitude"].eq(0).sum()
        guessed += bool(rises)
        right += bool(rises and odd)
    assert 0.5 <= right / guessed <= 0.95
    assert guessed > 20
    assert right < 40  # of forty that are odd, some are not seen


def test_another_secret_swaps_others():
    rows = [record(number) for number in range(500)]
    one, other = (shown(rows, secret)["longitude"].to_numpy() for secret in (b"a", b"b"))
    assert (one != other).mean() == pytest.approx(
        2 * SHARE_SWAPPED * (1 - SHARE_SWAPPED) + SHARE_SWAPPED**2, abs=0.07
    )
    assert np.isin(one, other).mean() > 0.5
