"""What pages.shared.turns promises: so many pages at once and no more, and a turn that is given back whatever happens."""

import threading

import pytest

from pages.shared import turns
from pages.shared.turns import AT_ONCE, left_to_others, own_turn

LONGEST_S = 30


def test_no_more_pages_than_that_are_worked_out_at_once():
    inside, most, lock = 0, 0, threading.Lock()
    first_in = threading.Barrier(AT_ONCE)

    def page(waits):
        nonlocal inside, most
        with own_turn():
            with lock:
                inside += 1
                most = max(most, inside)
            if waits:
                first_in.wait(LONGEST_S)  # they are inside together
            with lock:
                inside -= 1

    threads = [threading.Thread(target=page, args=(number < AT_ONCE,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    more = [threading.Thread(target=page, args=(False,)) for _ in range(8)]
    for thread in [*more, *threads]:
        if thread in more:
            thread.start()
        thread.join(LONGEST_S)
    assert (inside, most) == (0, AT_ONCE)


def test_a_turn_is_given_back_when_a_page_fails():
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError), own_turn():
            raise ZeroDivisionError
    assert all(turns._turns.acquire(blocking=False) for _ in range(AT_ONCE))
    turns._turns.release(AT_ONCE)


def test_a_page_that_has_waited_long_goes_on_without_a_turn_and_gives_none_back(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.05)
    others = [turns._turns.acquire(blocking=False) for _ in range(AT_ONCE)]
    with own_turn(), left_to_others() as taken_back, taken_back():
        pass
    assert not turns._turns.acquire(blocking=False)
    turns._turns.release(len(others))


def test_while_a_page_waits_for_other_processes_others_have_its_turn():
    def is_free():
        free = turns._turns.acquire(blocking=False)
        if free:
            turns._turns.release()
        return free

    taken = [turns._turns.acquire(blocking=False) for _ in range(AT_ONCE - 1)]
    with own_turn():
        assert not is_free()
        with left_to_others() as taken_back:
            for _ in range(3):
                assert is_free()
                with taken_back():
                    assert not is_free()
            assert is_free()
        assert not is_free()
    turns._turns.release(len(taken))


def test_without_a_turn_nothing_is_left_to_others():
    with left_to_others() as taken_back, taken_back():
        pass
    with pytest.raises(ValueError, match="too many"):
        turns._turns.release()
