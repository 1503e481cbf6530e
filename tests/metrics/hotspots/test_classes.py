"""What vulncore.metrics.hotspots.classes promises."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kendalltau, norm

from vulncore.domain.errors import InvalidPeriodError
from vulncore.metrics.hotspots.classes import DEFINITIONS, HotspotClass, hotspot_classes, trend_p_values

MONTHS = 12
STEADY = np.array([5.0, 6.0] * 6)
RISING = np.arange(1.0, 13.0)


def zone(pattern: str) -> np.ndarray:
    """One zone's states: H hot, c cold, . neither."""
    return np.array([[{"H": 1, "c": -1, ".": 0}[letter] for letter in pattern]], dtype=np.int8)


def class_of(
    pattern: str, counts: np.ndarray = STEADY, elsewhere: float | np.ndarray = 100.0
) -> HotspotClass:
    """The class of a zone beside one that is never hot and holds all other records."""
    rest = np.broadcast_to(np.asarray(elsewhere, dtype=float), counts.shape)
    states = np.vstack([zone(pattern), np.zeros((1, len(pattern)), dtype=np.int8)])
    return hotspot_classes(states, np.vstack([counts, rest]))[0]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("..........HH", HotspotClass.NEW),
        (".........HHH", HotspotClass.NEW),
        (".........HcH", HotspotClass.NEW),
        ("........HHHH", HotspotClass.SPORADIC),  # the fourth month from the end is not recent
        ("...........H", HotspotClass.NONE),  # once in twelve is under a tenth
        ("HHHHHHHHHHHH", HotspotClass.PERSISTENT),
        ("..HHHHHHHHHH", HotspotClass.PERSISTENT),
        ("...HHHHHHHHH", HotspotClass.SPORADIC),  # nine of twelve are under four fifths
        ("HHHHHHHHH...", HotspotClass.FADING),
        ("HH..........", HotspotClass.FADING),
        ("H...........", HotspotClass.NONE),
        ("HHHHHHHHH..H", HotspotClass.PERSISTENT),
        ("H....H....H.", HotspotClass.SPORADIC),
        ("cc..........", HotspotClass.COLD),
        ("cccccccccccc", HotspotClass.COLD),
        ("c...........", HotspotClass.NONE),
        ("ccccccccccH.", HotspotClass.NONE),  # hot once: no cold spot, and too seldom for a hotspot
        ("............", HotspotClass.NONE),
    ],
)
def test_a_zone_is_what_its_definition_says(pattern, expected):
    assert class_of(pattern) is expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (RISING, HotspotClass.INTENSIFYING),
        (RISING[::-1], HotspotClass.FADING),
        (STEADY, HotspotClass.PERSISTENT),
        (np.full(MONTHS, 5.0), HotspotClass.PERSISTENT),
    ],
    ids=["rising", "falling", "up and down", "level"],
)
def test_a_lasting_hotspot_goes_by_whether_its_share_rises_or_falls(counts, expected):
    assert class_of("H" * MONTHS, counts) is expected


def test_a_hotspot_that_rises_only_as_everything_does_is_not_intensifying():
    assert class_of("H" * MONTHS, RISING, elsewhere=9 * RISING) is HotspotClass.PERSISTENT
    assert class_of("H" * MONTHS, STEADY, elsewhere=100.0 * RISING[::-1]) is HotspotClass.INTENSIFYING


def test_a_hotspot_that_is_not_lasting_has_no_trend():
    assert class_of("H.H.H.H.H.HH", RISING) is HotspotClass.SPORADIC


def test_a_period_without_records_is_left_out_of_the_trend():
    counts, elsewhere = RISING.copy(), np.full(MONTHS, 100.0)
    counts[-1] = elsewhere[-1] = 0.0
    assert class_of("HHHHHHHHHHH.", counts, elsewhere) is HotspotClass.INTENSIFYING
    assert class_of("H" * MONTHS, np.zeros(MONTHS), 0.0) is HotspotClass.PERSISTENT


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("....HH", HotspotClass.NEW),  # two of six: a quarter, rounded up
        ("...HHH", HotspotClass.SPORADIC),
        (".....H", HotspotClass.NEW),
        (".HHHHH", HotspotClass.PERSISTENT),
    ],
)
def test_six_periods_are_enough(pattern, expected):
    assert class_of(pattern, np.full(6, 5.0)) is expected


@pytest.mark.parametrize("periods", [0, 1, 5])
def test_fewer_than_six_periods_are_refused(periods):
    with pytest.raises(
        InvalidPeriodError, match=rf"^{periods} periods are too few .* at least 6.*longer window"
    ):
        hotspot_classes(np.zeros((3, periods), dtype=np.int8), np.ones((3, periods)))


@pytest.mark.parametrize("periods", [10, 20, 30, 70, 90, 110])
def test_a_tenth_and_four_fifths_are_met_to_the_period(periods):
    tenth, most = periods // 10, periods * 8 // 10
    level = np.full(periods, 5.0)
    assert class_of("." * (periods - tenth) + "H" * tenth, level) is HotspotClass.NEW
    assert class_of("H" * (most - 1) + "." * (periods - most) + "H", level) is HotspotClass.PERSISTENT
    assert class_of("H" * (most - 2) + "." * (periods - most + 1) + "H", level) is HotspotClass.SPORADIC


def naive_class(states: list[int], shares: list[float]) -> str:
    """The definitions once more, for one zone at a time, in whole numbers."""
    periods = len(states)
    hot = [at for at, state in enumerate(states) if state == 1]
    first_recent = periods - math.ceil(periods / 4)
    if 10 * len(hot) < periods:
        return "cold" if not hot and 10 * states.count(-1) >= periods else "not a hotspot"
    if hot[0] >= first_recent:
        return "new"
    if hot[-1] < first_recent:
        return "fading"
    if 10 * len(hot) < 8 * periods:
        return "sporadic"
    s, p_value = naive_mann_kendall(shares)
    if p_value > 0.05:
        return "persistent"
    return "intensifying" if s > 0 else "fading"


def naive_mann_kendall(series: list[float]) -> tuple[int, float]:
    s = 0
    for late in range(len(series)):
        for early in range(late):
            s += (series[late] > series[early]) - (series[late] < series[early])
    n = len(series)
    variance = n * (n - 1) * (2 * n + 5)
    for value in set(series):
        ties = series.count(value)
        variance -= ties * (ties - 1) * (2 * ties + 5)
    if variance == 0 or s == 0:
        return s, 1.0
    return s, 2 * float(norm.sf((abs(s) - 1) / math.sqrt(variance / 18)))


@st.composite
def maps(draw):
    shape = draw(st.tuples(st.integers(1, 6), st.integers(6, 26)))
    state = st.sampled_from(
        draw(st.sampled_from([[1], [1, 1, 1, 1, 1, 1, 0], [1, 0], [-1, 0, 0, 1], [-1, 0]]))
    )
    states = draw(arrays(np.int8, shape, elements=state))
    counts = draw(arrays(float, shape, elements=st.integers(0, 30).map(float)))
    slope = draw(st.sampled_from([-4.0, 0.0, 4.0]))
    counts[0] += np.maximum(slope * np.arange(shape[1]), slope * (np.arange(shape[1]) - shape[1]))
    return states, counts


@given(maps())
def test_classes_are_those_of_a_loop_over_zones(made):
    states, counts = made
    totals = counts.sum(axis=0)
    shares = [
        [float(count / total) for count, total in zip(row, totals, strict=True) if total] for row in counts
    ]
    expected = [naive_class(row, share) for row, share in zip(states.tolist(), shares, strict=True)]
    assert hotspot_classes(states, counts) == expected


@given(arrays(float, st.tuples(st.integers(1, 4), st.integers(2, 15)), elements=st.integers(0, 6).map(float)))
def test_mann_and_kendall_s_test_is_that_of_a_double_loop(series):
    s, p_values = trend_p_values(series)
    naive = [naive_mann_kendall(row) for row in series.tolist()]
    assert s.tolist() == [statistic for statistic, _ in naive]
    assert p_values == pytest.approx([p_value for _, p_value in naive])


def test_p_values_are_near_those_of_kendall_s_exact_test():
    rng = np.random.default_rng(3)
    series = rng.normal(size=(200, 12)) + np.linspace(-0.2, 0.2, 200)[:, None] * np.arange(12)
    _, p_values = trend_p_values(series)
    exact = [kendalltau(np.arange(12), row, method="exact").pvalue for row in series]
    assert p_values == pytest.approx(exact, abs=0.015)


def test_each_class_has_its_sentence_with_the_thresholds():
    assert set(DEFINITIONS) == set(HotspotClass)
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in DEFINITIONS.values())
    assert DEFINITIONS[HotspotClass.NEW] == (
        "Hot in at least 10 % of the periods, all of them among the last 25 %."
    )
    assert "80 %" in DEFINITIONS[HotspotClass.PERSISTENT]
    assert "at 5 %" in DEFINITIONS[HotspotClass.INTENSIFYING]


def test_no_zones_have_no_classes():
    assert hotspot_classes(np.zeros((0, 12), dtype=np.int8), np.zeros((0, 12))) == []
