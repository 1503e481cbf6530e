"""That hiding alone falls to the attack, that of blurred figures nothing is certain, and that their word is worth no more
than a guess.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.attack.attacks import at_its_word, hidden_alone, likely, possible, seen
from tests.attack.pages import HOUR_MOVES, HOUSTON_FILE, PAGES, Counts
from vulncore.domain.blur import HOUR_ODDS

DEMO = [page for page in PAGES if page.name.startswith("Where: demo")]
STRANDS = [page for page in PAGES if page.name.startswith("Strand: ")]
CHECKS = [page for page in PAGES if page.name.startswith("Data: ") and "demo" in page.name]
(MURDER,) = [page for page in PAGES if page.name == "When: Houston, murder"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacked")


@pytest.fixture(scope="module")
def murder(folder) -> Counts:
    if not HOUSTON_FILE.exists():
        pytest.skip("the Houston file is not beside this checkout (../shared/data/incidents)")
    return MURDER.counts(folder)


def test_hiding_counts_under_five_hides_none_of_them(folder, murder):
    outcome = hidden_alone(MURDER, folder, murder)
    assert (outcome.counts, outcome.pinned, outcome.right) == (91, 91, 91)


def test_weeks_set_against_each_other_give_blurred_hours_away_and_these_are_mostly_wrong(folder, murder):
    outcome = seen(MURDER, folder, murder)
    assert outcome.pinned > 80
    assert outcome.right <= at_its_word(murder, together=True)[1]


@pytest.mark.parametrize("together", [True, False], ids=["all months", "each month"])
def test_nothing_is_certain_of_hours_and_their_word_is_worth_no_more_than_a_guess(murder, together):
    certain, by_totals = possible(murder, together)
    right, commonest = at_its_word(murder, together)
    assert certain.pinned == 0
    assert certain.narrowed == by_totals == 0
    assert right <= commonest


@pytest.mark.parametrize("page", STRANDS, ids=[page.name for page in STRANDS])
def test_nothing_is_certain_of_what_records_are_about(folder, page):
    counts = page.counts(folder)
    certain, by_totals = possible(counts, page.together)
    assert certain.pinned == by_totals == certain.narrowed == 0
    assert at_its_word(counts, page.together)[0] < certain.counts


@pytest.mark.parametrize("page", DEMO, ids=[page.name for page in DEMO])
def test_nothing_is_certain_of_places_and_their_word_is_worth_no_more_than_a_guess(folder, page):
    counts = page.counts(folder)
    certain, by_totals = possible(counts, page.together)
    right, commonest = at_its_word(counts, page.together)
    assert certain.pinned == certain.narrowed == by_totals == 0
    assert right <= commonest


@pytest.mark.parametrize("page", CHECKS, ids=[page.name for page in CHECKS])
def test_nothing_is_certain_of_what_data_checks_count_by_minute_or_point(folder, page):
    counts = page.counts(folder)
    certain, by_totals = possible(counts, page.together)
    assert certain.counts > 50
    assert certain.pinned == certain.narrowed == by_totals == 0
    guess, base = likely(counts)
    assert base < guess < 0.8  # three of four keep their time, and their point


def test_a_published_total_of_one_or_two_narrows_and_nothing_else_does():
    real = np.array([[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    anywhere = np.ones((3, 3), dtype=bool)
    certain, by_totals = possible(Counts(real, real, real.sum(axis=1), anywhere, None), together=False)
    assert (certain.counts, certain.pinned, certain.narrowed, by_totals) == (3, 0, 2, 2)


def test_the_best_guess_of_a_lone_record_where_nothing_else_is_known_is_its_blurred_hour():
    even = np.ones((1, len(HOUR_ODDS)))
    guess, base = likely(Counts(even, even, even.sum(axis=1), HOUR_MOVES > 0, HOUR_MOVES))
    assert guess == pytest.approx(HOUR_ODDS.max())
    assert base == pytest.approx(1 / len(HOUR_ODDS))
    assert HOUR_MOVES.sum(axis=1) == pytest.approx(np.ones(len(HOUR_ODDS)))


def test_were_a_record_moved_by_a_few_hours_at_most_most_counts_would_be_narrowed(murder):
    apart = np.abs(np.subtract.outer(np.arange(168), np.arange(168)))
    near = replace(murder, can_move=np.minimum(apart, 168 - apart) <= 1)
    certain, _ = possible(near, together=False)
    assert certain.narrowed > certain.counts / 2


def test_the_attack_is_right_of_all_counts_where_nothing_is_moved(murder):
    stay = np.eye(len(HOUR_ODDS))
    unmoved = replace(murder, blurred=murder.real, can_move=stay > 0, odds=stay)
    certain, _ = possible(unmoved, together=True)
    assert certain.pinned == certain.right == 91
    assert at_its_word(unmoved, together=True)[0] == 91
    assert likely(unmoved)[0] == pytest.approx(1.0)
