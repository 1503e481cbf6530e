"""How much one person may ask for in how much time."""

from hypothesis import given
from hypothesis import strategies as st

from pages.gate.limits import MOST_KEPT, Limit


@given(st.integers(1, 20), st.floats(0.1, 10), st.lists(st.floats(0, 5), min_size=1, max_size=80))
def test_nobody_ever_gets_more_than_what_is_allowed_at_once_and_so_much_a_second(at_once, per_second, pauses):
    now = 0.0
    limit = Limit(at_once, per_second, lambda: now)
    taken = 0
    for pause in pauses:
        now += pause
        taken += limit.wait("somebody") == 0
        assert taken <= at_once + now * per_second + 1e-6


@given(st.integers(1, 5), st.floats(0.1, 10))
def test_who_waits_as_long_as_they_are_told_gets_it(at_once, per_second):
    now = 0.0
    limit = Limit(at_once, per_second, lambda: now)
    while not (wait := limit.wait("somebody")):
        pass
    now += wait + 1e-9
    assert limit.wait("somebody") == 0


def test_one_person_does_not_take_anothers_share():
    limit = Limit(1, 0.1, lambda: 0.0)
    assert [limit.wait("one"), limit.wait("another")] == [0, 0]
    assert limit.wait("one") > 0


def test_it_does_not_keep_everybody_for_ever():
    limit = Limit(1, 0.1, lambda: 0.0)
    for number in range(MOST_KEPT + 50):
        limit.wait(str(number))
    assert len(limit._left) == MOST_KEPT
