"""What follows from statements, where the answer is known by hand."""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
import pytest

from tests.attack.solving import Range, Statement, ranges, sum_of
from vulncore.domain.disclosure import rounded


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
    assert ranges(statements, [sum_of([0])]) == [Range(low, high)]


def test_rounded_sums_of_every_period_tell_months_closely_and_never_wrongly():
    counts = (3, 0, 2, 0, 4, 1, 0, 0, 3, 2, 0, 0)
    every = ranges(rounded_views(counts), [sum_of([at]) for at in range(12)])
    assert all(one.low <= count <= one.high for one, count in zip(every, counts, strict=True))
    assert all(one.narrowed for one in every)


def rounded_views(counts: Sequence[int]) -> list[Statement]:
    """Return what rounded sums say of every run of months."""
    statements = []
    for first, last in combinations_with_replacement(range(len(counts)), 2):
        (shown,) = rounded(np.array([float(sum(counts[first : last + 1]))]), 5)
        low, high = (0, 4) if np.isnan(shown) else (max(shown - 2, 5), shown + 2)
        statements.append(Statement(sum_of(range(first, last + 1)), low, high))
    return statements


def test_counts_that_do_not_hang_together_are_solved_apart_and_wide_statements_last():
    statements = [exactly("ab", 6), exactly("cd", 4), exactly("abcd", 10), about("ac", 9, 10)]
    narrow = ranges(statements, [sum_of("a"), sum_of("c"), sum_of("ac")], widest=(2,))
    assert narrow == [Range(5, 6), Range(3, 4), Range(9, 10)]
    assert ranges(statements, [sum_of("bd")], widest=(1, None)) == [Range(0, 1)]


def test_statements_that_contradict_one_another_are_refused():
    with pytest.raises(ValueError, match="contradict"):
        ranges([exactly("ab", 3), about("a", 5, 9)], [sum_of("b")])
