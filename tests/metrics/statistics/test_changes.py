"""What vulncore.metrics.statistics.changes promises."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from vulncore.metrics.statistics.changes import FEWEST, CountsCompared, difference_of_changes

FOURS = [(80, 40, 55, 50), (27, 15, 187, 131), (500, 700, 90, 60), (5, 5, 6, 30)]
many = st.integers(FEWEST, 5_000)


@pytest.mark.filterwarnings("ignore:Perfect separation")  # of four numbers four are fitted
@pytest.mark.parametrize("four", FOURS)
@pytest.mark.parametrize("days", [(366, 365, 366, 365), (214, 214, 120, 365)])
def test_it_is_the_interaction_of_a_poisson_regression(four, days):
    measured = difference_of_changes(
        CountsCompared(four[0], four[1], days[0], days[1]), CountsCompared(four[2], four[3], days[2], days[3])
    )
    rows = np.column_stack(
        [[1] * 4, [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]]
    )  # level, measure, window, both
    halves = [
        count // 2 for count in four
    ]  # of each window, so that more is known than the four numbers fitted
    counts = [*halves, *(count - half for count, half in zip(four, halves, strict=True))]
    half_days = np.log(np.tile(days, 2) / 2)
    fitted = sm.GLM(np.array(counts), np.vstack([rows, rows]), family=sm.families.Poisson(), offset=half_days)
    fitted = fitted.fit(tol=1e-12)
    low, high = np.exp(fitted.conf_int()[3])
    oracle = [np.exp(fitted.params[3]), low, high, fitted.pvalues[3]]
    assert list(measured) == pytest.approx(oracle, rel=1e-5, abs=1e-9)


def test_scatter_beyond_chance_widens_it_and_less_scatter_does_not_narrow_it():
    plain = difference_of_changes(CountsCompared(80, 40, 365, 365), CountsCompared(55, 50, 365, 365))
    wide = difference_of_changes(CountsCompared(80, 40, 365, 365, 4), CountsCompared(55, 50, 365, 365, 4))
    narrow = difference_of_changes(CountsCompared(80, 40, 365, 365, 0.2), CountsCompared(55, 50, 365, 365))
    assert narrow == plain
    assert np.log(wide.high / wide.ratio) == pytest.approx(2 * np.log(plain.high / plain.ratio))


@given(many, many, many, many, many)
def test_the_other_way_round_it_is_the_inverse_and_two_that_doubled_are_equal(a, b, c, d, factor):
    first, other = CountsCompared(a, b, 365, 365), CountsCompared(c, d, 365, 365)
    there, back = difference_of_changes(first, other), difference_of_changes(other, first)
    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.p_value == pytest.approx(back.p_value)
    alike = difference_of_changes(
        CountsCompared(a * factor, b * factor, 365, 365), CountsCompared(a, b, 365, 365)
    )
    assert alike.ratio == pytest.approx(1)
    assert alike.p_value == pytest.approx(1)


@pytest.mark.parametrize("place", range(4))
def test_of_too_few_nothing_is_said(place):
    counts = [50.0] * 4
    counts[place] = FEWEST - 1
    assert (
        difference_of_changes(CountsCompared(*counts[:2], 365, 365), CountsCompared(*counts[2:], 365, 365))
        is None
    )
