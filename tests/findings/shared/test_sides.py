"""What vulncore.findings.shared.sides promises."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from types import SimpleNamespace

import pytest

from vulncore.domain.periods import Window, month_end
from vulncore.findings.shared.sides import (
    SAME_RECORDS,
    Side,
    measures_sharing,
    missing_beside,
    names_of,
    why_not_judged,
)
from vulncore.store import open_version


def window(first: date, last: date) -> Window:
    return Window(first, month_end(last))


CITY = "City of London Police"
PUBLISH = SimpleNamespace(dataset="demo", number=1, made=False, published_at=datetime(2026, 1, 1, tzinfo=UTC))
YEAR = window(date(2023, 11, 1), date(2024, 10, 1))
BEFORE = window(date(2022, 11, 1), date(2023, 10, 1))
RAPE = Side(PUBLISH, "Ruritania Police", ("rape",), "Rape", YEAR)
HATE = replace(RAPE, measures=("hate-crime",), about="Hate crime")


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (HATE, ("Rape", "Hate crime")),
        (replace(RAPE, window=BEFORE), ("Nov 2023 to Oct 2024", "Nov 2022 to Oct 2023")),
        (replace(HATE, window=BEFORE), ("Rape, Nov 2023 to Oct 2024", "Hate crime, Nov 2022 to Oct 2023")),
        (
            replace(RAPE, publish=SimpleNamespace(**{**vars(PUBLISH), "number": 2})),
            ("Version 1", "Version 2"),
        ),
        (replace(RAPE, force="City"), ("Ruritania Police", "City")),
        (RAPE, ("Rape", "Rape")),
    ],
)
def test_a_side_is_called_by_what_tells_it_from_the_other(other, names):
    assert names_of((RAPE, other)) == names


def test_the_same_records_in_both_are_judged_by_nobody():
    month_more = replace(RAPE, window=window(date(2024, 10, 1), date(2025, 9, 1)))
    both = replace(RAPE, measures=("rape", "hate-crime"))
    later_version = replace(RAPE, publish=SimpleNamespace(**{**vars(PUBLISH), "number": 2}))
    other_dataset = replace(RAPE, publish=SimpleNamespace(**{**vars(PUBLISH), "dataset": "again"}))
    for other in (RAPE, month_more, both, later_version, other_dataset):
        assert why_not_judged(RAPE, other) == why_not_judged(other, RAPE) == SAME_RECORDS


def test_records_that_are_others_are_judged():
    street = replace(RAPE, narrowed=(("location_type", "street"),))
    home = replace(RAPE, narrowed=(("location_type", "home"),))
    of_visitors = replace(RAPE, narrowed=(("victim_residency", "visitor"),))
    assert why_not_judged(street, home) == ""
    assert why_not_judged(street, of_visitors) == SAME_RECORDS  # a visitor in a street is in both
    for other in (HATE, replace(RAPE, window=BEFORE), replace(RAPE, force="City")):
        assert why_not_judged(RAPE, other) == ""


def test_measures_that_share_records_are_not_judged_in_the_same_months():
    together = frozenset({frozenset({"rape", "hate-crime"})})
    assert why_not_judged(replace(RAPE, sharing=together), HATE) == SAME_RECORDS
    assert why_not_judged(RAPE, replace(HATE, sharing=together)) == SAME_RECORDS
    assert why_not_judged(replace(RAPE, sharing=together), replace(HATE, window=BEFORE)) == ""
    others = frozenset({frozenset({"rape", "arson"})})
    assert why_not_judged(replace(RAPE, sharing=others), HATE) == ""


def test_which_measures_share_records_is_read_from_the_records(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    rows = snapshot.incidents.to_pandas()
    rows = rows[rows["force"] == CITY].groupby("record_id")["measure"].unique()
    expected = {frozenset(pair) for keys in rows if len(keys) > 1 for pair in combinations(keys, 2)}
    assert len(expected) >= 3
    assert measures_sharing(snapshot, CITY) == expected
    assert measures_sharing(snapshot, "nobody") == frozenset()


def test_a_change_of_recording_that_either_knows_lies_in_between():
    earlier = replace(RAPE, window=BEFORE)
    for month in (BEFORE.start, date(2024, 11, 1)):
        assert why_not_judged(replace(earlier, broken=(month,)), RAPE) == ""
    for month in (date(2022, 12, 1), date(2023, 11, 1), date(2024, 10, 1)):
        sentence = f"Recording changed in {month:%B %Y}, so chance isn't judged."
        assert why_not_judged(replace(earlier, broken=(month,)), RAPE) == sentence
        assert why_not_judged(earlier, replace(RAPE, broken=(month,))) == sentence


def test_hours_make_another_kind_of_records_and_part_none():
    night = replace(RAPE, hours="night")
    assert not RAPE.is_like(night)
    assert why_not_judged(RAPE, night) == SAME_RECORDS
    assert why_not_judged(replace(RAPE, hours="weekend"), night) == SAME_RECORDS  # a weekend has nights


def test_made_data_is_not_judged_against_real_data():
    made = replace(HATE, publish=SimpleNamespace(**{**vars(PUBLISH), "made": True}))
    assert why_not_judged(RAPE, made) == (
        "Hate crime is made data and the other is not, so they are not compared."
    )


def test_months_that_are_missing_are_named_by_their_side():
    assert missing_beside(("Rape", "Hate crime"), (False, False)) == ""
    assert missing_beside(("Rape", "Hate crime"), (False, True)) == (
        "Months are missing (Hate crime), so chance isn't judged."
    )
