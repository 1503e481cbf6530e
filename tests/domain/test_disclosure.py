"""What vulncore.domain.disclosure promises: that no hidden number can be worked out from those that are shown."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vulncore.domain.disclosure import SETTING, SMALLEST_SHOWN, rounded, smallest_shown, visible_mask
from vulncore.domain.errors import VulncoreError


def table_sums(rows: int, columns: int) -> list[np.ndarray]:
    """Return the grand total, the rows' and columns' totals and the cells of a table, over its cells."""
    cells = np.eye(rows * columns)
    by_row = [cells[row * columns : (row + 1) * columns].sum(axis=0) for row in range(rows)]
    by_column = [cells[column::columns].sum(axis=0) for column in range(columns)]
    return [np.ones(rows * columns), *by_row, *by_column, *cells]


def follows(wanted: np.ndarray, known: np.ndarray) -> bool:
    """Whether a sum is a combination of others, by least squares."""
    weights, *_ = np.linalg.lstsq(known.T, wanted, rcond=None)
    return bool(np.allclose(known.T @ weights, wanted, atol=1e-7))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=12, max_size=12), st.integers(1, 8))
def test_no_hidden_number_follows_from_those_shown(counts, smallest):
    parts, sums = np.array(counts, dtype=float), table_sums(3, 4)
    kept = visible_mask(parts, sums, smallest)
    every = np.array(sums)
    for number in np.flatnonzero(every @ parts < smallest):
        if number:
            assert not kept[number]
            assert not follows(every[number], every[kept])


def test_the_only_small_number_of_a_row_and_column_takes_others_with_it():
    parts = np.array([2, 9, 9, 8, 9, 9, 7, 9, 9], dtype=float)
    sums = table_sums(3, 3)
    kept = visible_mask(parts, sums, 5)
    assert kept[:7].all()  # the totals come first
    cells = kept[7:].reshape(3, 3)
    assert not cells[0, 0]
    assert (~cells).sum(axis=0)[0] >= 2
    assert (~cells).sum(axis=1)[0] >= 2
    assert cells.sum() == 5  # a rectangle of four is the least that protects one cell


def test_where_nothing_is_small_nothing_is_hidden():
    assert visible_mask(np.full(9, 5.0), table_sums(3, 3), 5).all()


def test_the_order_says_which_goes_first():
    parts = np.array([1.0, 6.0, 7.0])
    first, second = np.array([0, 1, 0]), np.array([0, 0, 1])
    assert visible_mask(parts, [np.ones(3), first, second, np.array([1, 0, 0])], 5).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert visible_mask(parts, [np.ones(3), second, first, np.array([1, 0, 0])], 5).tolist() == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("text", "smallest"), [("", SMALLEST_SHOWN), (" 10 ", 10), ("1", 1)])
def test_the_server_says_from_how_many_on_numbers_are_shown(monkeypatch, text, smallest):
    monkeypatch.setenv(SETTING, text)
    assert smallest_shown() == smallest


@pytest.mark.parametrize("text", ["0", "-1", "five", "1e3", "2.5", "1001", "\u0665"])
def test_a_setting_that_cannot_be_read_is_refused_and_not_taken_for_none(monkeypatch, text):
    monkeypatch.setenv(SETTING, text)
    with pytest.raises(VulncoreError, match=r"whole number from 1 to 1,000.*under 5 are hidden"):
        smallest_shown()


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(2, 12))
def test_rounded_counts_are_multiples_near_the_truth_and_none_is_small(counts, smallest):
    truth = np.array(counts, dtype=float)
    shown = rounded(truth, smallest, float(truth.sum()))
    seen = ~np.isnan(shown)
    assert (shown[seen] >= smallest).all()
    assert (shown[seen] % smallest == 0).all()
    assert (abs(shown - truth)[seen] <= smallest / 2).all()
    assert not seen[truth < smallest].any()


@given(st.lists(st.integers(0, 13), min_size=1, max_size=4))
def test_a_hidden_count_can_be_anything_under_the_smallest_given_all_that_is_shown(counts):
    truth, smallest = np.array(counts, dtype=float), 5
    shown = rounded(truth, smallest, float(truth.sum()))
    hidden = np.isnan(shown)
    if not hidden.any() or hidden.all():
        return
    could = [range(smallest) if unseen else [n for n in range(5, 19) if round(n / 5) * 5 == value]
             for value, unseen in zip(shown, hidden, strict=True)]  # fmt: skip
    worlds = [world for world in product(*could) if sum(world) == sum(counts)]
    for at in np.flatnonzero(hidden):
        if not worlds:  # one that is not small is hidden, too: then even less is known
            continue
        assert {world[at] for world in worlds} == set(range(smallest))


def test_who_may_see_small_numbers_sees_whole_ones():
    assert rounded(np.array([0.0, 1.2, 7.0]), 1, 8.2).tolist() == [0.0, 1.0, 7.0]
    assert rounded(np.array([0.0, 4.0]), 0).tolist() == [0.0, 4.0]
