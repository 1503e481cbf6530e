"""What vulncore.resourcing.capacity promises of who is there: leavers, replacements, training and joiners."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from vulncore.resourcing.capacity import (
    Turnover,
    starting_in,
    work_of_joiners,
    work_of_one_joiner,
    work_of_those_in_post,
)

PATHS = 40_000
EVEN = (np.arange(PATHS) + 0.5)[:, None] / PATHS
LEAVING, MONTHS_LONG, SHARE = st.floats(0, 1 / 12), st.floats(0, 60), st.floats(0, 1)


def column(*values: float) -> np.ndarray:
    return np.array([[float(value)] for value in values])


def comes_and_goes(leaving=0.0, vacant=0.0, learning=0.0, worth=1.0) -> Turnover:
    return Turnover(column(leaving), column(vacant), column(learning), column(worth))


def there(people: float, turnover: Turnover, months: int, chance=None, learning_now: float = 0) -> np.ndarray:
    return work_of_those_in_post(column(people), column(learning_now), turnover, chance, months)


def even_chance(months: int, seed: int = 1) -> np.ndarray:
    """Uniform numbers that are spread evenly in each month."""
    rng = np.random.default_rng(seed)
    return np.hstack([rng.permutation(EVEN) for _ in range(months)])


def share_missing(leaving: float, vacant: float, learning: float, worth: float) -> float:
    """Of a post whose holder leaves by chance, that then stands empty and has somebody in training, by renewal theory."""
    cycle = 1 / leaving + vacant
    in_training = (1 - np.exp(-leaving * learning)) / leaving  # on average, since some leave before its end
    return (vacant + (1 - worth) * in_training) / cycle


def leavers(there: np.ndarray, people: float) -> np.ndarray:
    """How many left in a month, where each post stands empty for that month alone."""
    return people - there


def test_where_nobody_leaves_everybody_stays():
    assert there(7, comes_and_goes(vacant=9, learning=9, worth=0), 5, even_chance(5)).tolist() == (
        [[7.0] * 5] * PATHS
    )


@pytest.mark.parametrize(
    ("leaving", "vacant", "learning", "worth"),
    [(0.01, 4, 18, 0.4), (0.01, 0, 12, 0), (0.02, 6, 0, 1), (0.08, 12, 12, 0.2), (0.01, 2.5, 3.25, 0.5)],
)
def test_once_it_has_built_up_as_much_is_missing_as_renewal_theory_says(leaving, vacant, learning, worth):
    turnover = comes_and_goes(leaving, vacant, learning, worth)
    expected = 50 * (1 - share_missing(leaving, vacant, learning, worth))
    assert there(50, turnover, 30)[0, -1] == pytest.approx(expected)
    assert there(50, turnover, 30, even_chance(30))[:, -1].mean() == pytest.approx(expected, abs=0.25)


def test_the_number_who_leave_in_a_month_is_poisson():
    gone = leavers(there(1_000, comes_and_goes(0.0031, vacant=1), 1, EVEN), 1_000)
    shares = np.bincount(np.round(gone).astype(int).ravel()) / PATHS
    assert gone == pytest.approx(np.round(gone), abs=1e-6)
    assert shares == pytest.approx(poisson.pmf(np.arange(len(shares)), 3.1 / 1.0031), abs=1.1 / PATHS)


def test_the_number_who_leave_is_poisson_where_each_path_has_a_rate_of_its_own():
    turnover = Turnover(np.full((PATHS, 1), 0.0031), column(1), column(0), column(1))
    gone = np.round(
        leavers(work_of_those_in_post(column(1_000), column(0), turnover, EVEN, 1), 1_000)
    ).astype(int)
    shares = np.bincount(gone.ravel()) / PATHS
    assert shares == pytest.approx(poisson.pmf(np.arange(len(shares)), 3.1 / 1.0031), abs=1.1 / PATHS)


def test_each_month_has_leavers_of_its_own():
    gone = leavers(there(100, comes_and_goes(0.02, vacant=1), 3, even_chance(3)), 100)
    assert gone.mean(axis=0) == pytest.approx([2 / 1.02] * 3, abs=0.001)
    assert gone.var(axis=0) == pytest.approx([2 / 1.02] * 3, rel=0.01)
    assert np.abs(np.corrcoef(gone, rowvar=False) - np.eye(3)).max() < 0.02


def test_each_path_has_a_turnover_of_its_own():
    turnover = Turnover(column(0.01, 0.08), column(3, 7), column(5, 0), column(0.2, 1))
    chance = np.random.default_rng(4).random((2, 20))
    both = work_of_those_in_post(column(20), column(3), turnover, chance, 20)
    for path in range(2):
        alone = comes_and_goes(*(numbers[path, 0] for numbers in vars(turnover).values()))
        assert both[path] == pytest.approx(there(20, alone, 20, chance[[path]], 3)[0])


def single_posts(number: int, turnover: Turnover, months: int) -> np.ndarray:
    """Each post's work at every month's end: its holder leaves by chance, it stands empty, somebody new is trained."""
    leaving, vacant, learning, worth = (float(numbers[0, 0]) for numbers in vars(turnover).values())
    rng = np.random.default_rng(5)
    work, ends = np.zeros((number, months)), np.arange(1, months + 1)
    filled = trained = np.zeros((number, 1))
    while (filled <= months).any():
        leaves = filled + rng.exponential(1 / leaving, filled.shape)
        work += ((filled <= ends) & (ends < leaves)) * np.where(trained <= ends, 1, worth)
        filled = leaves + vacant
        trained = filled + learning
    return work


BUSY = [(0.01, 4, 12, 0.4), (0.4 / 12, 4, 12, 0.4), (0.4 / 12, 6, 9, 0.25)]  # up to 40 % a year


@pytest.mark.parametrize("numbers", BUSY)
def test_on_average_a_simulation_of_single_posts_comes_to_the_same_from_the_first_month_to_the_long_run(
    numbers,
):
    turnover = comes_and_goes(*numbers)
    work, counted = there(1, turnover, 60)[0], single_posts(60_000, turnover, 60).mean(axis=0)
    assert work == pytest.approx(counted, rel=0.025)
    assert work[-12:] == pytest.approx(counted[-12:], rel=0.01)


@pytest.mark.parametrize("people", [20, 5, 1])
@pytest.mark.parametrize("numbers", BUSY[:2])
def test_by_chance_a_simulation_of_single_posts_comes_to_the_same_however_few_there_are(people, numbers):
    turnover, months = comes_and_goes(*numbers), 30
    work = there(people, turnover, months, even_chance(months))
    counted = single_posts(60_000, turnover, months).reshape(-1, people, months).sum(axis=1)
    assert work.mean(axis=0) == pytest.approx(counted.mean(axis=0), rel=0.06)  # while it builds up
    last = (
        0.02 if people > 1 else 0.06
    )  # one post can't be left twice in a month, a Poisson number can be two
    assert work[:, -6:].mean() == pytest.approx(counted[:, -6:].mean(), rel=last)
    assert (
        0.9 < work[:, -1].std() / counted[:, -1].std() < 1.5
    )  # never too sure: leavers of different months are apart


@settings(deadline=None)
@given(MONTHS_LONG, MONTHS_LONG)
def test_an_empty_post_and_a_newcomer_each_last_for_their_months(vacant, learning):
    turnover = comes_and_goes(0, vacant, learning, 0.5)
    empty, taught = turnover.vacancy(130)[0], turnover.apprenticeship(130)[0]
    assert (empty.sum(), taught.sum()) == (pytest.approx(vacant), pytest.approx(learning))
    for course in (empty, taught, empty + taught):
        assert ((course >= -1e-12) & (course <= 1 + 1e-12)).all()
    assert (np.diff(empty) <= 1e-12).all()
    assert (np.diff(empty + taught) <= 1e-12).all()


def test_an_empty_post_and_a_newcomer_by_hand():
    turnover = comes_and_goes(0, 1.5, 2, 0.25)
    assert turnover.vacancy(6)[0].tolist() == [1, 0.5, 0, 0, 0, 0]
    assert turnover.apprenticeship(6)[0] == pytest.approx([0, 0.5, 1, 0.5, 0, 0])


def test_those_in_training_now_finish_one_after_the_other():
    work = there(16, comes_and_goes(learning=12, worth=0.4), 14, learning_now=6)
    assert work[0] == pytest.approx([16 - 6 * 0.6 * max(1 - month / 12, 0) for month in range(1, 15)])


def test_those_in_training_now_do_a_full_share_at_once_where_nothing_is_to_be_learnt():
    assert there(5, comes_and_goes(learning=0, worth=0), 3, learning_now=5).tolist() == [[5, 5, 5]]


def test_it_never_falls_below_nobody():
    chance = np.random.default_rng(7).random((3_000, 60))
    assert there(3, comes_and_goes(1 / 12, 60, 60, 0), 60, chance, learning_now=3).min() >= 0
    assert there(0, comes_and_goes(1 / 12, 60, 60, 0), 60, chance).max() == 0


ANY_TURNOVER = st.tuples(LEAVING, MONTHS_LONG, MONTHS_LONG, SHARE)


@pytest.mark.parametrize("place", [2, 3], ids=["learning", "worth"])
@settings(max_examples=30)
@given(
    st.integers(0, 60), st.tuples(st.floats(0, 0.04), st.floats(0, 12), st.floats(0, 24), SHARE), st.data()
)
def test_longer_training_or_less_worth_in_it_never_leave_more_there_on_any_path(place, people, one, data):
    chance = np.random.default_rng(3).random((30, 24)) if data.draw(st.booleans()) else None
    other = data.draw(SHARE if place == 3 else st.floats(0, 24))
    low, high = sorted((one[place], other))
    worse, better = (high, low) if place < 3 else (low, high)
    totals = [
        there(people, comes_and_goes(*one[:place], value, *one[place + 1 :]), 24, chance, people // 2)
        for value in (worse, better)
    ]
    assert (totals[0] <= totals[1] + 1e-9).all()


@pytest.mark.parametrize("numbers", [(4, 12, 0.4), (2, 24, 0), (12, 6, 0.9)])
def test_faster_leavers_never_leave_more_there_on_average_in_any_month(numbers):
    work = [there(20, comes_and_goes(leaving, *numbers), 36)[0] for leaving in np.linspace(0, 0.04, 9)]
    for slower, faster in pairwise(work):
        assert (faster <= slower + 1e-9).all()


@pytest.mark.parametrize("leaving", [0.005, 0.01, 0.03])
@pytest.mark.parametrize("place", [1, 2], ids=["vacant", "learning"])
def test_later_replacement_or_longer_training_never_leave_more_there_in_the_long_run(leaving, place):
    def mean(months: float) -> np.ndarray:
        numbers = [leaving, 4, 12, 0.4]
        numbers[place] = months
        return there(20, comes_and_goes(*numbers), 60)[0, 48:]

    for sooner, later in pairwise(map(mean, [0, 0.5, 1, 2, 3, 4, 6, 9, 12, 18, 24])):
        assert (later <= sooner + 1e-9).all()


def test_one_who_joins_trained_does_a_full_share_from_their_first_month():
    assert work_of_one_joiner(True, comes_and_goes(learning=9, worth=0), 4).tolist() == [[1, 1, 1, 1]]


def test_one_who_joins_untrained_learns_first():
    turnover = comes_and_goes(learning=2.5, worth=0.2)
    assert work_of_one_joiner(False, turnover, 5)[0] == pytest.approx([0.2, 0.2, 0.6, 1, 1])


def test_one_who_joins_leaves_on_average_as_others_do():
    turnover = comes_and_goes(0.02, vacant=2, learning=3, worth=0.5)
    empty, taught = np.array([1, 2, 2, 2, 2, 2, 2]), np.array([0, 0, 1, 2, 3, 3, 3])
    by_hand = 1 - (0.02 * empty + 0.5 * (1 - np.exp(-0.02 * taught))) / 1.04
    assert work_of_one_joiner(True, turnover, 7)[0] == pytest.approx(by_hand)
    ages = there(100, turnover, 7)[0] / 100  # those in post, of whom as many leave each month
    assert work_of_one_joiner(True, turnover, 7)[0] == pytest.approx(ages)


@settings(deadline=None)
@given(st.lists(st.floats(0, 9), min_size=1, max_size=12), st.integers(-20, 30))
def test_work_that_begins_with_a_month_ahead_is_nothing_before_and_none_where_that_month_is_not_ahead(
    work, begins
):
    shifted_work = starting_in(np.array([work]), begins)[0].tolist()
    assert len(shifted_work) == len(work)
    for month in range(1, len(work) + 1):
        done = begins >= 1 and month >= begins
        assert shifted_work[month - 1] == (work[month - begins] if done else 0)


def test_those_who_join_in_the_first_or_in_the_last_month_ahead_count():
    assert work_of_joiners([(1, 2.0, True)], comes_and_goes(), 3).tolist() == [[2, 2, 2]]
    assert work_of_joiners([(3, 2.0, True)], comes_and_goes(), 3).tolist() == [[0, 0, 2]]


@pytest.mark.parametrize("begins", [-30, -1, 0, 7, 100])
def test_those_who_joined_before_or_join_after_the_months_ahead_do_nothing_in_them(begins):
    assert work_of_joiners([(begins, 5.0, True)], comes_and_goes(), 6).tolist() == [[0.0] * 6]


def test_groups_of_joiners_add_up():
    turnover = comes_and_goes(0.01, 4, 3, 0.5)
    trained, new = (work_of_one_joiner(is_trained, turnover, 8)[0] for is_trained in (True, False))
    by_hand = np.zeros(8)
    by_hand += 2 * trained
    by_hand[3:] += 3 * new[:5] + trained[:5]
    groups = [(1, 2.0, True), (4, 3.0, False), (4, 1.0, True), (0, 50.0, True), (99, 50.0, False)]
    assert work_of_joiners(groups, turnover, 8)[0] == pytest.approx(by_hand)
    assert work_of_joiners([], turnover, 8).tolist() == [[0.0] * 8]


@settings(max_examples=60)
@given(st.booleans(), LEAVING, MONTHS_LONG, MONTHS_LONG, SHARE)
def test_one_who_joins_is_worth_between_nothing_and_one_and_most_when_trained(
    trained, leaving, vacant, learning, worth
):
    turnover = comes_and_goes(leaving, vacant, learning, worth)
    work = work_of_one_joiner(trained, turnover, 12)
    assert ((work >= -1e-12) & (work <= 1)).all()
    assert (work <= work_of_one_joiner(True, turnover, 12) + 1e-12).all()
