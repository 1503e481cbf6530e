"""What follows from statements, where the answer is known by hand; and that the attack sees through a hidden hour."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import combinations_with_replacement

import numpy as np
import pytest

from tests.attack.solving import Range, Statement, ranges, sum_of
from tests.attack.views import hours_of_part, selected, week_statements, zone_statements
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.disclosure import rounded
from vulncore.domain.periods import Window
from vulncore.findings.when.counts import read_week
from vulncore.findings.when.protection import protected_week
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.store import Snapshot, open_version, publish

YEAR = Window(date(2024, 1, 1), date(2024, 12, 31))
THURSDAY = datetime(2024, 5, 2)


def exactly(atoms: str, number: float) -> Statement:
    return Statement(sum_of(atoms), number, number)


def about(atoms: str, low: float, high: float) -> Statement:
    return Statement(sum_of(atoms), low, high)


@pytest.mark.parametrize(
    ("statements", "target", "low", "high"),
    [
        ([exactly("abc", 43), exactly("bc", 41)], "a", 2, 2),
        ([exactly("ab", 9), exactly("bc", 8)], "a", 1, 9),
        ([about("ab", 8, 12), about("a", 0, 4), about("b", 0, 4)], "a", 4, 4),
        ([about("ab", 5, 7), about("a", 0, 4), about("b", 0, 4)], "a", 1, 4),
        ([about("abc", 13, 17), about("ab", 5, 7)], "c", 6, 12),
        ([exactly("abc", 1)], "a", 0, 1),
    ],
    ids=["taken away", "overlap", "both at their most", "four values", "the rest", "a total of one"],
)
def test_bounds_are_those_that_follow_by_hand(statements, target, low, high):
    assert ranges(statements, [sum_of(target)]) == [Range(low, high)]


def test_four_values_are_not_narrowed_and_three_are():
    assert [Range(1, high).narrowed for high in (1, 3, 4)] == [True, True, False]
    assert [Range(1, high).pinned for high in (1, 1.1, 2)] == [True, True, False]


def test_whole_counts_tell_more_than_shares_of_records():
    statements = [
        Statement({"a": 1.0, "b": 1.0, "c": 1.0}, 2.0, 2.0),
        Statement({"a": 2.0, "b": 2.0}, 1.0, 3.0),
    ]
    assert ranges(statements, [sum_of("c")]) == [Range(1, 1)]
    assert ranges(statements, [sum_of("c")], whole=False) == [Range(0.5, 1.5)]


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((4, 4), 4, 4), ((4, 1), 1, 4), ((3, 9), 0, 4)],
    ids=["hidden twice, eight together", "hidden twice, five together", "one shown"],
)
def test_rounded_sums_of_two_months_and_of_both_pin_a_hidden_one_at_times(counts, low, high):
    statements = rounded_views(counts)
    assert ranges(statements, [selected([0], ["rape"], ["cell"])]) == [Range(low, high)]


def test_rounded_sums_of_every_period_tell_months_closely_and_never_wrongly():
    counts = (3, 0, 2, 0, 4, 1, 0, 0, 3, 2, 0, 0)
    every = ranges(rounded_views(counts), [selected([at], ["rape"], ["cell"]) for at in range(12)])
    assert all(one.low <= count <= one.high for one, count in zip(every, counts, strict=True))
    assert all(one.narrowed for one in every)


def rounded_views(counts: Sequence[int]) -> list[Statement]:
    """Return what rounded sums say of every run of months."""
    statements = []
    for first, last in combinations_with_replacement(range(len(counts)), 2):
        shown = rounded(np.array([float(sum(counts[first : last + 1]))]), 5)
        statements += zone_statements(shown, 5, range(first, last + 1), ["rape"], [["cell"]])
    return statements


def test_counts_that_do_not_hang_together_are_solved_apart_and_wide_statements_last():
    statements = [exactly("ab", 6), exactly("cd", 4), exactly("abcd", 10), about("ac", 9, 10)]
    narrow = ranges(statements, [sum_of("a"), sum_of("c"), sum_of("ac")], widest=(2,))
    assert narrow == [Range(5, 6), Range(3, 4), Range(9, 10)]
    assert ranges(statements, [sum_of("bd")], widest=(1, None)) == [Range(0, 1)]


def test_statements_that_contradict_one_another_are_refused():
    with pytest.raises(ValueError, match="contradict"):
        ranges([exactly("ab", 3), about("a", 5, 9)], [sum_of("b")])


def test_a_part_of_a_places_week_is_the_hours_it_names():
    assert hours_of_part("Sunday", "03–06") == [3, 4, 5]
    assert hours_of_part("Every day", "06–12")[:7] == [6, 7, 8, 9, 10, 11, 30]


@pytest.fixture
def two_measures(tmp_path) -> Snapshot:
    """Publish a large measure that fills the week, and 40 rapes of which two lie alone on Tuesday at 04:00."""
    rows = []
    for hour in [*[94] * 28, 28, 28, *[50] * 4, *[100] * 4, *[120] * 4]:
        moment = THURSDAY - timedelta(days=3) + timedelta(hours=hour)
        rows.append(incident(len(rows), THURSDAY.date(), occurred_from=moment, occurred_to=moment))
    for hour in range(168):
        moment = THURSDAY - timedelta(days=3) + timedelta(hours=hour)
        rows += [
            incident(
                1_000 + 10 * hour + at,
                THURSDAY.date(),
                "hate-crime",
                occurred_from=moment,
                occurred_to=moment,
            )
            for at in range(7)
        ]
    delivered = [*covered(months(YEAR.start, 12)), *covered(months(YEAR.start, 12), "hate-crime")]
    publish(tmp_path, "made", delivery(rows, delivered), "tests")
    return open_version(tmp_path, "made")


def test_the_attack_sees_a_hidden_hour_through_a_second_measure_and_not_through_one(two_measures):
    statements: dict[tuple[str, ...], list[Statement]] = {}
    for chosen in (("rape",), ("hate-crime",), ("hate-crime", "rape")):
        week = protected_week(read_week(two_measures, RecordFilter(FORCE, chosen, YEAR)), DEFAULT, 5)
        statements[chosen] = list(week_statements(week, ["2024"], chosen))
    hour = [selected(["2024"], ["rape"], [28])]
    (alone,) = ranges(statements["rape",], hour)
    (together,) = ranges([one for every in statements.values() for one in every], hour, widest=(6,))
    assert not alone.narrowed
    assert alone.low <= 2 <= alone.high
    assert together == Range(2, 2)
