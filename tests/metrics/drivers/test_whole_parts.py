"""What vulncore.metrics.drivers.whole_parts promises: whole numbers that add up, none far from its part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import VulncoreError
from vulncore.metrics.drivers.whole_parts import whole_parts

fractions = st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=30)


@given(fractions)
def test_whole_parts_add_up_and_none_is_a_whole_record_off(parts):
    values = np.array(parts)
    total = round(float(values.sum()))
    whole = whole_parts(values, total)
    assert whole.sum() == total
    assert (np.abs(whole - values) <= 1).all()


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=20))
def test_whole_numbers_stay_as_they_are(parts):
    assert whole_parts(np.array(parts, dtype=float), sum(parts)).tolist() == parts


def test_seats_are_dealt_as_in_the_textbook_of_largest_remainders():
    # votes of 100,000 for ten seats: 47,000, 16,000, 15,800, 12,000, 6,100 and 3,100 give 5, 2, 1, 1, 1 and 0
    votes = np.array([47_000, 16_000, 15_800, 12_000, 6_100, 3_100])
    assert whole_parts(votes / 10_000, 10).tolist() == [5, 2, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("parts", "total"), [([1.0, 2.0], 5), ([1.0, float("nan")], 1)], ids=["far off", "missing"]
)
def test_parts_of_another_total_are_refused(parts, total):
    with pytest.raises(VulncoreError, match=rf"2 parts .* can't be rounded to {total}\. Give the total"):
        whole_parts(np.array(parts), total)
