"""What vulncore.metrics.statistics.parts promises."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from vulncore.metrics.statistics.parts import FALSE_DISCOVERIES, parts_compared

counts = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=12)


def binomial(now: int, before: int, share: float) -> float:
    """Return the smaller tail of the exact binomial test, doubled."""
    if now + before == 0:
        return 1.0
    tails = [binomtest(now, now + before, share, alternative=side).pvalue for side in ("less", "greater")]
    return min(1.0, 2 * min(tails))


@given(counts, st.sampled_from([(365, 365), (214, 366), (90, 500)]))
def test_parts_are_judged_together_by_the_exact_test(pairs, exposures):
    now, before = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    share = exposures[0] / sum(exposures)
    oracle = np.array([binomial(*pair, share) for pair in pairs])
    compared = parts_compared(now, before, *exposures)
    np.testing.assert_allclose(compared.p_value, oracle, rtol=1e-7)
    together = false_discovery_control(oracle)
    sure = np.abs(together - FALSE_DISCOVERIES) > 1e-9
    assert (compared.clear[sure] == (together <= FALSE_DISCOVERIES)[sure]).all()
    told = before > 0
    np.testing.assert_allclose(compared.ratio[told], now[told] / before[told] * exposures[1] / exposures[0])
    assert np.isnan(compared.ratio[~told]).all()


def test_what_is_not_judged_is_never_clear_and_does_not_count_among_those_that_are():
    now, before = np.array([60.0, 40.0, 400.0]), np.array([20.0, 41.0, 1.0])
    judged = np.array([True, True, False])
    compared = parts_compared(now, before, 365, 365, judged=judged)
    assert compared.clear.tolist() == [True, False, False]
    many = parts_compared(np.append(now, [5.0] * 400), np.append(before, [5.0] * 400), 365, 365)
    assert many.clear[2]


def test_scatter_beyond_chance_makes_less_of_it_clear():
    now, before = np.array([60.0]), np.array([30.0])
    assert parts_compared(now, before, 365, 365).clear[0]
    assert not parts_compared(now, before, 365, 365, 6.0).clear[0]
