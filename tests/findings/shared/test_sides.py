"""What vulncore.findings.shared.sides promises."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from vulncore.domain.periods import Window, month_end
from vulncore.findings.shared.sides import (
    ONE_IS_MADE,
    SAME_RECORDS,
    Side,
    missing_beside,
    names_of,
    why_not_judged,
)


def window(first: date, last: date) -> Window:
    return Window(first, month_end(last))


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


def test_made_data_is_not_judged_against_real_data():
    made = replace(HATE, publish=SimpleNamespace(**{**vars(PUBLISH), "made": True}))
    assert why_not_judged(RAPE, made) == ONE_IS_MADE


def test_months_that_are_missing_are_named_by_their_side():
    assert missing_beside(("Rape", "Hate crime"), (False, False)) == ""
    assert missing_beside(("Rape", "Hate crime"), (False, True)) == (
        "Months are missing (Hate crime), so chance isn't judged."
    )
