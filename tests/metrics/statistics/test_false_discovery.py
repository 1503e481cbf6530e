"""What vulncore.metrics.statistics.false_discovery promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from vulncore.metrics.statistics.false_discovery import discoveries

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=40)
rates = st.sampled_from([0.01, 0.05, 0.1, 0.2])


@given(p_values, rates)
def test_it_finds_what_scipy_finds(p, rate):
    adjusted = false_discovery_control(p, method="bh")
    away_from_the_line = np.abs(adjusted - rate) > 1e-12
    stands = discoveries(p, rate).stands
    assert (stands == (adjusted <= rate))[away_from_the_line].all()


@given(p_values, rates)
def test_alpha_is_the_rate_times_the_share_that_stand(p, rate):
    stands, alpha = discoveries(p, rate)
    assert alpha == pytest.approx(rate * max(stands.sum(), 1) / len(p))
    assert (np.array(p)[stands] <= alpha).all()
    assert (np.array(p)[~stands] > alpha).all()


def test_of_the_worked_example_of_1995_four_stand():
    # Benjamini and Hochberg (1995), section 3.2: fifteen comparisons of two treatments, rate 0.05
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
         0.6528, 0.7590, 1.0000]  # fmt: skip
    assert discoveries(p, 0.05).stands.sum() == 4


def test_without_tests_nothing_stands():
    stands, alpha = discoveries([], 0.05)
    assert (list(stands), alpha) == ([], 0.05)
