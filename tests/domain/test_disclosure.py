"""What vulncore.domain.disclosure promises: from which number on figures are shown, and how they are rounded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.disclosure import SETTING, SMALLEST_SHOWN, rounded, smallest_shown
from vulncore.domain.errors import VulncoreError


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
    shown = rounded(truth, smallest)
    seen = ~np.isnan(shown)
    assert (shown[seen] >= smallest).all()
    assert (shown[seen] % smallest == 0).all()
    assert (abs(shown - truth)[seen] <= smallest / 2).all()
    assert not seen[truth < smallest].any()


def test_who_may_see_small_numbers_sees_whole_ones():
    assert rounded(np.array([0.0, 1.2, 7.0]), 1).tolist() == [0.0, 1.0, 7.0]
    assert rounded(np.array([0.0, 4.0]), 0).tolist() == [0.0, 4.0]
