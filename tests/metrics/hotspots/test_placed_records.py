"""What vulncore.metrics.hotspots.placed_records promises."""

from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import Window
from vulncore.metrics.hotspots.placed_records import dated_points, every_point, placed_records, records_known
from vulncore.metrics.week.counted import RecordFilter, counted_records
from vulncore.metrics.week.day_hour import day_hour, week_of
from vulncore.store import open_version, publish

WINDOW = Window(date(2024, 1, 1), date(2024, 3, 31))
PLACES = [(-0.09, 51.51), (-0.08, 51.52), (None, None)]


def made(tmp_path):
    rng = np.random.default_rng(0)
    rows = []
    for number in range(300):
        longitude, latitude = PLACES[int(rng.integers(3))]
        day = date(2023, 12, 1) + timedelta(days=int(rng.integers(150)))
        begins = datetime(2024, 1, 1) + timedelta(minutes=int(rng.integers(60 * 24 * 60)))
        more = {
            "longitude": longitude,
            "latitude": latitude,
            "occurred_from": begins,
            "occurred_to": begins + timedelta(minutes=int(rng.choice([0, 90, 400, 3_000]))),
            "no_crimed_on": day if number % 20 == 0 else None,
            "location_type": "street" if number % 3 else "hotel",
        }
        rows.append(incident(number, day, **more))
        if number % 5 == 0:  # the same record counts towards another measure
            rows.append({**rows[-1], "row_id": f"again-{number}", "measure": "other-sexual-offences"})
    delivered = [month for month in months(date(2023, 12, 1), 5) if month != date(2024, 2, 1)]
    coverage = covered(delivered) + covered(delivered, "other-sexual-offences")
    publish(tmp_path, "made", delivery(rows, coverage), "tests")
    return open_version(tmp_path, "made"), rows


def counted(rows, **narrowed) -> Counter:
    seen, counts = set(), Counter()
    for row in rows:
        wanted = (
            WINDOW.start <= row["recorded_on"] <= WINDOW.end
            and row["recorded_on"].month != 2
            and row["no_crimed_on"] is None
            and all(row[name] == value for name, value in narrowed.items())
        )
        if wanted and row["record_id"] not in seen:
            seen.add(row["record_id"])
            counts[row["longitude"], row["recorded_on"].replace(day=1)] += 1
    return counts


@pytest.mark.parametrize("narrowed", [{}, {"location_type": "hotel"}])
def test_records_of_each_point_and_month_equal_a_plain_loop(narrowed, tmp_path):
    snapshot, rows = made(tmp_path)
    selection = RecordFilter(FORCE, ("rape", "other-sexual-offences"), WINDOW, tuple(narrowed.items()))
    records = counted_records(snapshot.incidents, snapshot.coverage, FORCE, {}).chosen(selection)
    placed = placed_records(records)
    where, months_since_1970 = (placed.rows.numbers(name).tolist() for name in ("longitude", "month"))
    counts = Counter()
    for longitude, month, share in zip(where, months_since_1970, placed.records.tolist(), strict=True):
        counts[longitude, date(1970 + month // 12, month % 12 + 1, 1)] += share
    naive = counted(rows, **narrowed)
    assert counts == {key: count for key, count in naive.items() if key[0] is not None}
    totals = records_known(records)
    assert totals["records"] == sum(naive.values())
    assert totals["placed"] == sum(counts.values())


def test_hours_hold_the_same_weight_as_in_the_week(tmp_path):
    snapshot, _ = made(tmp_path)
    selection = RecordFilter(FORCE, ("rape", "other-sexual-offences"), WINDOW)
    records = counted_records(snapshot.incidents, snapshot.coverage, FORCE, {}).chosen(selection)
    week = week_of(day_hour(records))
    evening = [hour for hour in range(168) if hour % 24 >= 18]
    in_evening = placed_records(records, evening)
    placed_week = week_of(day_hour(placed_records(records).rows))
    assert in_evening.records.sum() == pytest.approx(placed_week[evening].sum(), abs=1e-6)
    assert in_evening.records.sum() < week[evening].sum()  # some have an hour and no place
    rest = [hour for hour in range(168) if hour % 24 < 18]
    others = placed_records(records, rest)
    totals = records_known(records)
    placed = in_evening.records.sum() + others.records.sum()
    assert placed == pytest.approx(totals["timed"], abs=1e-6)


def test_where_a_force_works_is_told_by_all_its_records(tmp_path):
    snapshot, rows = made(tmp_path)
    points = every_point(snapshot.incidents, FORCE).set_index("longitude")["records"]
    naive = Counter(
        row["longitude"] for row in rows if row["measure"] == "rape" and row["longitude"] is not None
    )
    assert points.to_dict() == naive
    assert every_point(snapshot.incidents, "Nobody Police").empty


def test_days_are_those_of_records_known_to_within_a_day(tmp_path):
    snapshot, rows = made(tmp_path)
    records = counted_records(snapshot.incidents, snapshot.coverage, FORCE, {})
    points = dated_points(records.chosen(RecordFilter(FORCE, ("rape",), WINDOW)))
    naive = [
        row["occurred_from"].date()
        for row in rows
        if row["measure"] == "rape"
        and row["longitude"] is not None
        and WINDOW.start <= row["recorded_on"] <= WINDOW.end
        and row["recorded_on"].month != 2
        and row["no_crimed_on"] is None
        and row["occurred_to"] - row["occurred_from"] <= timedelta(days=1)
    ]
    days = points.numbers("day").astype("datetime64[D]").tolist()
    assert sorted(days) == sorted(naive)


def test_the_rows_within_a_window_are_those_that_the_window_would_choose(tmp_path):
    snapshot, _ = made(tmp_path)
    records = counted_records(snapshot.incidents, snapshot.coverage, FORCE, {})
    measures = ("rape", "other-sexual-offences")
    history = records.chosen(RecordFilter(FORCE, measures, Window(date(2023, 12, 1), date(2024, 4, 30))))
    for window in (
        WINDOW,
        Window(date(2024, 2, 1), date(2024, 2, 29)),
        Window(date(2020, 1, 1), date(2020, 1, 31)),
    ):
        chosen = records.chosen(RecordFilter(FORCE, measures, window))
        within = history.within(window)
        assert within.at.tolist() == chosen.at.tolist()
        assert within.harm.tolist() == chosen.harm.tolist()
    assert 0 < len(history.within(WINDOW).at) < len(history.at)


def test_rows_drawn_are_always_the_same_and_each_of_them_once(tmp_path):
    snapshot, _ = made(tmp_path)
    chosen = counted_records(snapshot.incidents, snapshot.coverage, FORCE, {}).chosen(
        RecordFilter(FORCE, ("rape",), WINDOW)
    )
    drawn = chosen.drawn(20)
    assert drawn.at.tolist() == chosen.drawn(20).at.tolist() == sorted(set(drawn.at.tolist()))
    assert len(drawn.at) == 20
    assert set(drawn.at.tolist()) < set(chosen.at.tolist())
    assert chosen.drawn(10_000) is chosen
