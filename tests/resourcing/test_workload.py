"""What vulncore.resourcing.workload promises: of cases and the work on them, and of amounts scattered by chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import gamma, norm

from vulncore.resourcing.workload import (
    Start,
    Workload,
    gamma_quantile,
    month_dispersion,
    scattered,
    still_open,
    workload,
)

ONE = np.array([[1.0]])
LIVES = [0.01, 0.3, 1, 2.5, 11, 60]
COMES = arrays(float, (1, 8), elements=st.floats(0, 1e4).map(lambda value: round(value, 3)))
BEFORE = arrays(float, st.integers(0, 30), elements=st.floats(0, 1e4).map(lambda value: round(value, 3)))
SHARES = st.floats(0, 1).map(lambda value: round(value, 4))
LIFE = st.floats(0.01, 300)


def workload_of(came, before=(), life=4.0, at_once=0.0, share=1.0, weighed=None) -> Workload:
    came = np.atleast_2d(np.asarray(came, dtype=float))
    heavy = came if weighed is None else np.atleast_2d(np.asarray(weighed, dtype=float))
    opened = share * still_open(np.asarray(before, dtype=float), life * ONE)
    start = Start(opened, opened * (1 - at_once))
    return workload(came, heavy, start, life * ONE, at_once * ONE)


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("at_once", [0, 0.2, 1])
def test_in_a_steady_state_open_cases_are_cases_a_month_times_months_open(life, at_once):
    steady = workload_of([8.0] * 30, [8.0] * 24, life, at_once)
    assert steady.open_cases == pytest.approx(np.full((1, 30), 8 * life))
    assert steady.work_done == pytest.approx(np.full((1, 30), 8))


@pytest.mark.parametrize("life", LIVES)
def test_a_share_of_what_was_recorded_made_the_cases_open_now(life):
    steady = workload_of([2.0] * 5, [8.0] * 24, life, share=0.25)
    assert steady.open_cases == pytest.approx(np.full((1, 5), 2 * life))
    assert steady.work_done == pytest.approx(np.full((1, 5), 2))


@settings(deadline=None)
@given(COMES, COMES, BEFORE, LIFE, SHARES)
def test_no_work_is_lost_or_made(came, weighed, before, life, at_once):
    usual = float(np.mean(before[:12])) if len(before) else 0.0
    had = usual * life * np.exp(-len(before) / life) + sum(  # cases open now, month by month
        number * life * (1 - np.exp(-1 / life)) * np.exp(-back / life)
        for back, number in enumerate(before[::-1])
    )
    load = workload_of(came, before, life, at_once, weighed=weighed)
    rest = workload_of(  # the same, and then nothing for as long as it takes
        np.hstack([came, np.zeros((1, 1))]), before, life, at_once, weighed=np.hstack([weighed, [[0.0]]])
    ).work_done[0, -1] / (1 - np.exp(-1 / life))
    all_in = had * (1 - at_once) + weighed.sum()
    assert load.work_done.sum() + rest == pytest.approx(all_in, rel=1e-9, abs=1e-9)


def test_all_work_done_as_cases_arrive_is_done_in_their_month():
    came, heavy = [3.0, 0, 7, 1], [2.0, 0, 9, 4]
    assert workload_of(came, [50.0] * 12, life=6, at_once=1, weighed=heavy).work_done.tolist() == [heavy]


@pytest.mark.parametrize("life", [0.6, 3.0, 9.0])
@pytest.mark.parametrize("at_once", [0.0, 0.3])
def test_it_is_what_single_cases_come_to_that_arrive_evenly_and_stay_open_by_chance(life, at_once):
    rng = np.random.default_rng(3)
    monthly = [*[6.0] * 80, 2, 0, 9, 12, 1, 5, *[4.0] * 6, 20, 0, 0, 3, 8, 8]  # the last twelve lie ahead
    past = monthly[-42:-12]
    copies = 20_000  # single cases for one of those above
    opened, worked = np.zeros(12), np.zeros(12)
    for month, number in enumerate(monthly, start=12 - len(monthly)):
        arrives = month + rng.random(int(number * copies))
        closes = arrives + rng.exponential(life, len(arrives))
        for ahead in range(12):
            opened[ahead] += ((arrives < ahead + 1) & (closes > ahead + 1)).sum()
            busy = np.minimum(closes, ahead + 1) - np.maximum(arrives, ahead)
            worked[ahead] += (1 - at_once) * np.maximum(busy, 0).sum() / life
        if month >= 0:
            worked[month] += at_once * len(arrives)
    load = workload_of(monthly[-12:], past, life, at_once)
    for simulated, counted in ((load.open_cases[0], opened / copies), (load.work_done[0], worked / copies)):
        assert (np.abs(simulated - counted) < 4.5 * np.sqrt((simulated + 0.1) / copies)).all()


@settings(max_examples=60)
@given(COMES, BEFORE, LIFE, SHARES, st.integers(0, 7), st.floats(0, 1e4), st.floats(1, 10))
def test_more_cases_or_longer_lives_never_leave_fewer_open(came, before, life, share, month, more, longer):
    load = workload_of(came, before, life, share=share).open_cases
    extra = came.copy()
    extra[0, month] += more
    slack = 1e-9 * (1 + load.max())
    assert (workload_of(extra, before, life, share=share).open_cases >= load - slack).all()
    assert (workload_of(came, before, life * longer, share=share).open_cases >= load - slack * longer).all()
    if len(before):
        busier = before.copy()
        busier[-1 - month % len(before)] += more
        assert (workload_of(came, busier, life, share=share).open_cases >= load - slack).all()


@settings(deadline=None)
@given(COMES, COMES, BEFORE, LIFE, SHARES)
def test_nothing_is_ever_negative(came, weighed, before, life, at_once):
    load = workload_of(came, before, life, at_once, weighed=weighed)
    assert load.open_cases.min() >= 0
    assert load.work_done.min() >= -1e-9 * (1 + weighed.max())


def test_work_follows_the_weight_of_cases_and_the_number_open_does_not():
    light, heavy = workload_of([5.0] * 6, weighed=[5.0] * 6), workload_of([5.0] * 6, weighed=[15.0] * 6)
    assert heavy.open_cases.tolist() == light.open_cases.tolist()
    assert heavy.work_done == pytest.approx(3 * light.work_done)


def test_months_before_those_recorded_are_like_the_oldest_twelve():
    year = [1.0, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1]
    usual = sum(year) / 12
    short, longer = (
        workload_of([0.0] * 4, year, life=40),
        workload_of([0.0] * 4, [usual] * 400 + year, life=40),
    )
    assert short.open_cases == pytest.approx(longer.open_cases)


def test_where_nothing_was_recorded_nothing_is_open():
    assert workload_of([0.0] * 3, [], life=9).open_cases.tolist() == [[0, 0, 0]]


def test_each_path_has_a_life_a_start_and_a_first_effort_of_its_own():
    came = np.array([[8.0, 2, 5], [1.0, 1, 9]])
    life, at_once = np.array([[2.0], [7.0]]), np.array([[0.0], [0.4]])
    opened, to_do = np.array([[5.0], [60.0]]), np.array([[4.0], [90.0]])
    both = workload(came, came, Start(opened, to_do), life, at_once)
    for path in range(2):
        path_alone = slice(path, path + 1)
        alone = workload(
            came[path_alone],
            came[path_alone],
            Start(opened[path_alone], to_do[path_alone]),
            life[path_alone],
            at_once[path_alone],
        )
        assert both.open_cases[path] == pytest.approx(alone.open_cases[0])
        assert both.work_done[path] == pytest.approx(alone.work_done[0])


def test_what_is_left_to_do_at_the_start_is_worked_off_and_opens_nothing():
    none = np.zeros((1, 5))
    load = workload(none, none, Start(0 * ONE, 70 * ONE), 3 * ONE, 0 * ONE)
    assert load.open_cases.tolist() == none.tolist()
    left = 70 * np.exp(-np.arange(6) / 3)
    assert load.work_done[0] == pytest.approx(left[:-1] - left[1:])


def test_every_path_can_have_had_a_life_of_its_own():
    lives = np.array([[0.5], [9.0]])
    both = still_open(np.array([3.0, 5, 8]), lives)
    alone = [still_open(np.array([3.0, 5, 8]), lives[[path]])[0, 0] for path in range(2)]
    assert both[:, 0].tolist() == pytest.approx(alone)


def squared_shares(life: float, varies: float = 0.0, at_once: float = 0.0) -> float:
    """What single cases' squared monthly work adds up to on average, all but its start worked on evenly while open."""
    rng = np.random.default_rng(6)
    arrives = rng.random(200_000)
    stays = rng.exponential(life, len(arrives))
    total, month = np.zeros(len(arrives)), 0
    while (arrives + stays > month).any():
        busy = np.minimum(arrives + stays, month + 1) - np.maximum(arrives, month)
        total += ((1 - at_once) * np.maximum(busy, 0) / stays + at_once * (month == 0)) ** 2
        month += 1
    return (1 + varies**2) * total.mean()


@pytest.mark.parametrize("life", [0.1, 0.5, 2, 6, 11])
@pytest.mark.parametrize(("varies", "at_once"), [(0, 0), (1.5, 0), (0, 0.1), (0, 0.4)])
def test_a_months_work_scatters_as_single_cases_do_beyond_the_mean_course_of_all(life, varies, at_once):
    one = np.zeros((1, 400))
    one[0, 0] = 1
    course = workload(one, one, Start(0 * ONE, 0 * ONE), life * ONE, at_once * ONE).work_done
    beyond = squared_shares(life, varies, at_once) - (1 + varies**2) * (course**2).sum()
    load = month_dispersion(life * ONE, varies * ONE, at_once * ONE)[0, 0]
    assert load == pytest.approx(beyond, abs=0.004 * (1 + varies**2))


@given(st.floats(0.01, 600), SHARES, st.floats(0, 5))
@settings(deadline=None)
def test_the_scatter_of_a_month_is_never_negative_and_none_where_all_is_done_at_once(life, at_once, varies):
    load = [month_dispersion(life * ONE, varies * ONE, at * ONE)[0, 0] for at in (0, at_once, 1)]
    assert min(load) >= 0
    assert load[2] == 0
    assert load[0] == pytest.approx((1 + varies**2) * month_dispersion(life * ONE, 0 * ONE, 0 * ONE)[0, 0])
    assert load[0] <= 1 + varies**2


SHAPES = st.floats(0, 1e5)
Z = st.floats(-5, 5)
EVENLY = norm.ppf((np.arange(20_000) + 0.5) / 20_000)


def quantile(shape: float, z: float) -> float:
    return float(gamma_quantile(np.array([shape]), np.array([z]))[0])


@pytest.mark.parametrize("shape", [1, 1.5, 2, 5, 20, 100, 5_000])
def test_from_a_shape_of_1_on_nineteen_in_twenty_lie_within_three_hundredths_of_their_scatter(shape):
    z = np.linspace(-2, 2, 61)
    exact = gamma.ppf(norm.cdf(z), shape)
    assert gamma_quantile(np.full(61, float(shape)), z) == pytest.approx(exact, abs=0.03 * np.sqrt(shape))


@pytest.mark.parametrize(
    ("shape", "within"), [(1, 0.02), (2, 0.013), (5, 0.006), (20, 0.0015), (100, 0.0002)]
)
def test_the_upper_half_is_the_gamma_quantile_within_two_percent_and_far_less_of_many(shape, within):
    z = np.linspace(0, 3, 50)
    exact = gamma.ppf(norm.cdf(z), shape)
    assert gamma_quantile(np.full(50, float(shape)), z) == pytest.approx(exact, rel=within)


@settings(deadline=None)
@given(SHAPES, st.floats(0, 1e4), Z)
def test_more_is_never_less_whatever_the_chance(shape, more, z):
    low, high = quantile(shape, z), quantile(shape + more, z)
    assert 0 <= low <= high * (1 + 1e-12)


@settings(deadline=None)
@given(SHAPES, Z, Z)
def test_a_higher_chance_is_never_less(shape, one, other):
    low, high = sorted((one, other))
    assert quantile(shape, low) <= quantile(shape, high)


def test_nothing_is_nothing_whatever_the_chance():
    assert gamma_quantile(np.zeros(3), np.array([-5.0, 0, 5])).tolist() == [0, 0, 0]
    assert scattered(np.zeros((3, 1)), 2.0, np.array([[-5.0], [0], [5]])).tolist() == [[0], [0], [0]]


@pytest.mark.parametrize("ratio", [0.02, 0.5, 1, 3, 25])
@pytest.mark.parametrize("shape", [1, 3, 40])
def test_amounts_have_the_mean_and_the_variance_asked_for(shape, ratio):
    amounts = scattered(np.full(len(EVENLY), shape * ratio), ratio, EVENLY)
    assert amounts.mean() == pytest.approx(shape * ratio, rel=0.005)
    assert amounts.var() == pytest.approx(shape * ratio * ratio, rel=0.02)


@pytest.mark.parametrize(("shape", "low"), [(1 / 3, 0.97), (1 / 5, 0.93)])
def test_of_less_than_a_third_of_a_case_the_mean_is_as_much_too_low_as_said(shape, low):
    assert gamma_quantile(np.full(len(EVENLY), shape), EVENLY).mean() == pytest.approx(low * shape, rel=0.006)


def test_each_path_can_have_a_ratio_of_its_own():
    ratios = np.array([[0.5], [4.0]])
    amounts = scattered(np.full((2, len(EVENLY)), 30.0), ratios, np.vstack([EVENLY, EVENLY]))
    assert amounts.var(axis=1) == pytest.approx([15, 120], rel=0.01)


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 30))
def test_without_chance_an_amount_is_its_mean(mean, ratio):
    assert scattered(np.array([[mean]]), ratio, None).tolist() == [[mean]]


@settings(deadline=None)
@given(st.floats(0, 1e6), Z)
def test_what_does_not_scatter_is_its_mean(mean, z):
    assert scattered(np.array([[mean]]), 0.0, np.array([[z]])).tolist() == [[mean]]


@settings(deadline=None)
@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 30), Z)
def test_a_higher_mean_never_comes_to_less(mean, more, ratio, z):
    low, high = (
        float(scattered(np.array([[amount]]), ratio, np.array([[z]]))[0, 0]) for amount in (mean, mean + more)
    )
    assert 0 <= low <= high * (1 + 1e-12)
