"""What pages.shared.turns promises: so many pages at once and no more, and a turn that is given back whatever happens."""

import threading

import pytest
from streamlit.runtime.scriptrunner import StopException

from pages.shared import turns
from pages.shared.turns import AT_ONCE, left_to_others, own_turn, waited_for

LONGEST_S = 30
WORDS = ("Fitting …", "Testing …")


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


class Bar:
    """Stands for Streamlit's bar: keeps what it shows, and leaves the run at a share."""

    def __init__(self, leaves_at: float = 2):
        self.shown: list[object] = []
        self.leaves_at = leaves_at

    def progress(self, share: float, text: str) -> "Bar":
        self.shown.append((share, text))
        if share >= self.leaves_at:
            raise StopException
        return self

    def empty(self) -> None:
        self.shown.append("gone")


@pytest.fixture
def bar(monkeypatch) -> Bar:
    """The bar of a page that waits."""
    shown = Bar()
    monkeypatch.setattr(turns.st, "progress", shown.progress)
    return shown


def work(on_progress, untried):
    """Work of four pieces, of which the first can be shown."""
    for share in (0.0, 0.25):
        on_progress(share)
    untried("a first look")
    for share in (0.5, 0.75, 1.0):
        on_progress(share)
    return "all of it"


def test_a_bar_says_how_far_the_work_is_and_what_can_be_shown_before_the_end_is_drawn(bar):
    assert waited_for(work, WORDS, bar.shown.append) == "all of it"
    fitting, testing = WORDS
    assert bar.shown == [
        *((share, fitting) for share in (0.0, 0.25)),
        "a first look",
        *((share, testing) for share in (0.5, 0.75)),
        "gone",
    ]


def test_where_all_was_there_no_bar_is_drawn(bar):
    def kept(on_progress, untried):
        on_progress(1.0)
        return "all of it"

    assert waited_for(kept, WORDS) == "all of it"
    assert bar.shown == []


def test_whoever_leaves_ends_the_work_and_has_the_turn_until_the_page_gives_it_back(bar):
    bar.leaves_at = 0.5
    with own_turn():
        with pytest.raises(StopException):
            waited_for(work, WORDS)
        assert bar.shown[-2:] == [(0.5, WORDS[0]), "gone"]
        assert turns._page.has_turn
    assert all(turns._turns.acquire(blocking=False) for _ in range(AT_ONCE))
    turns._turns.release(AT_ONCE)
