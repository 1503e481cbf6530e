"""What vulncore.metrics.drivers.repeats promises: who, and what place, was recorded before, and that no key is no "no"."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidRowsError
from vulncore.metrics.drivers.repeats import repeat_places, repeat_victims

LONG_AGO = date(2000, 1, 1)
HOMES = {"domestic abuse": "domestic", "stalking": "domestic"}

moments = st.datetimes(pd.Timestamp("2022-12-20"), pd.Timestamp("2024-03-05")).map(
    lambda moment: pd.Timestamp(moment).floor("12h")
)
row = st.fixed_dictionaries(
    {
        "record_id": st.sampled_from("ABCDEFGH"),
        "victim_key": st.sampled_from(["v", "w", None]),
        "recorded_on": moments.map(lambda moment: moment.normalize()),
        "occurred_from": st.one_of(st.none(), moments),
        "measure": st.sampled_from(["rape", "stalking", "domestic abuse"]),
        "place": st.sampled_from(["Cheapside", "Poultry", None]),
        "no_crimed_on": st.sampled_from([None, None, None, pd.Timestamp("2024-06-01")]),
        "force": st.sampled_from(["City", "Met"]),
    }
)


def incidents(*rows: dict[str, object], **same: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {"victim_key": "v", "place": "Poultry", "measure": "rape", "force": "City"} | dict(row)
            for row in rows
        ]
    ).assign(**same)
    for name in ("recorded_on", "occurred_from", "no_crimed_on"):
        frame[name] = pd.to_datetime(frame.get(name))
    return frame


def at(record: str, day: str, **others: object) -> dict[str, object]:
    return {"record_id": record, "recorded_on": day, **others}


def looked_up(frame: pd.DataFrame, keys: list[str], by_strand: bool, known_from: date) -> list[object]:
    """Look at all pairs of rows, one by one."""
    rows = frame.to_dict("records")
    counted = [pd.isna(row["no_crimed_on"]) and all(row[key] is not None for key in keys) for row in rows]

    def moment(row):
        alike = [
            other
            for other, counts in zip(rows, counted, strict=True)
            if counts and (other["force"], other["record_id"]) == (row["force"], row["record_id"])
        ]
        day = min(other["recorded_on"] for other in alike)
        began = [other["occurred_from"] for other in alike if other["recorded_on"] == day]
        return day, min((one for one in began if not pd.isna(one)), default=pd.NaT)

    answers = []
    for row, counts in zip(rows, counted, strict=True):
        if not counts:
            answers.append(pd.NA)
            continue
        day, began = moment(row)
        back = day - pd.DateOffset(months=12)
        before = False
        for other, other_counts in zip(rows, counted, strict=True):
            if not other_counts or any(other[key] != row[key] for key in keys):
                continue
            strand, other_strand = (HOMES.get(one["measure"], one["measure"]) for one in (row, other))
            if by_strand and strand != other_strand:
                continue
            other_day, other_began = moment(other)
            before |= back <= other_day < day or (other_day == day and other_began < began)
        answers.append(True if before else False if back >= pd.Timestamp(known_from) else pd.NA)
    return answers


@given(st.lists(row, max_size=14), st.sampled_from([LONG_AGO, date(2023, 1, 31)]))
def test_answers_are_those_of_looking_at_all_pairs_of_rows(rows, known_from):
    frame = incidents(*rows) if rows else incidents(at("A", "2024-01-01")).head(0)
    victims = repeat_victims(frame, HOMES, known_from)
    places = repeat_places(frame, HOMES, known_from)
    assert victims["same_strand"].tolist() == looked_up(frame, ["victim_key"], True, known_from)
    assert victims["any_strand"].tolist() == looked_up(frame, ["victim_key"], False, known_from)
    assert places.tolist() == looked_up(frame, ["place", "force"], True, known_from)


def test_a_victim_who_is_not_known_is_never_told_to_be_new():
    frame = incidents(at("A", "2024-01-01"), at("B", "2024-02-01"), victim_key=None)
    assert repeat_victims(frame, {}, LONG_AGO).isna().all(axis=None)


def test_a_record_in_two_measures_is_no_repeat_of_itself():
    frame = incidents(at("A", "2024-01-01", measure="rape"), at("A", "2024-01-01", measure="stalking"))
    assert repeat_victims(frame, {}, LONG_AGO)["any_strand"].tolist() == [False, False]


def test_of_two_records_of_one_day_the_one_that_began_later_is_the_repeat():
    frame = incidents(
        at("A", "2024-01-05", occurred_from="2024-01-03 22:00"),
        at("B", "2024-01-05", occurred_from="2024-01-01 22:00"),
        at("C", "2024-01-05"),
    )
    assert repeat_victims(frame, {}, LONG_AGO)["any_strand"].tolist() == [True, False, False]


def test_twelve_months_back_reach_the_same_day_of_the_year_before_and_no_further():
    frame = incidents(at("A", "2023-02-28"), at("B", "2024-02-28"), at("C", "2025-03-01"))
    assert repeat_victims(frame, {}, LONG_AGO)["any_strand"].tolist() == [False, True, False]


def test_measures_of_one_strand_repeat_each_other():
    frame = incidents(
        at("A", "2024-01-01", measure="stalking"), at("B", "2024-02-01", measure="domestic abuse")
    )
    assert repeat_victims(frame, HOMES, LONG_AGO)["same_strand"].tolist() == [False, True]
    assert repeat_victims(frame, {}, LONG_AGO)["same_strand"].tolist() == [False, False]


def test_a_record_that_was_no_crimed_is_no_harm_before_another():
    frame = incidents(at("A", "2024-01-01", no_crimed_on="2024-01-20"), at("B", "2024-02-01"))
    assert repeat_victims(frame, {}, LONG_AGO)["any_strand"].tolist() == [pd.NA, False]


def test_before_a_year_is_known_a_repeat_is_known_and_a_first_record_is_not():
    frame = incidents(at("A", "2024-01-10"), at("B", "2024-02-01"), at("C", "2024-02-02", victim_key="w"))
    answers = repeat_victims(frame, {}, date(2024, 1, 1))["any_strand"]
    assert answers.tolist() == [pd.NA, True, pd.NA]


def test_a_street_of_the_same_name_in_another_force_is_another_place():
    frame = incidents(at("A", "2024-01-01", force="City"), at("B", "2024-02-01", force="Met"))
    assert repeat_places(frame, {}, LONG_AGO).tolist() == [False, False]


def test_a_table_of_arrow_is_answered_as_a_frame_is():
    frame = incidents(at("A", "2024-01-01"), at("B", "2024-02-01"), at("C", "2024-02-01", victim_key="w"))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert repeat_victims(table, {}, LONG_AGO).equals(repeat_victims(frame, {}, LONG_AGO))


def test_rows_without_a_day_are_named():
    frame = incidents(at("A", "2024-01-01"), at("B", None))
    with pytest.raises(InvalidRowsError, match=r"1 of 2 rows .* recorded: B\. Give each its day"):
        repeat_victims(frame, {}, LONG_AGO)


def test_a_column_that_is_absent_is_named():
    with pytest.raises(InvalidRowsError, match=r"1 columns .* absent: victim_key"):
        repeat_victims(incidents(at("A", "2024-01-01")).drop(columns="victim_key"), {}, LONG_AGO)
