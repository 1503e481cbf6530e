"""What vulncore.resourcing.scenario.locked promises: what went to the board stays, and whatever else is said."""

import hashlib
import json
import shutil
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.resourcing.made_units import at
from vulncore.domain.errors import InvalidScenarioError, UnknownNameError
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.locked import (
    MOST_BYTES,
    LockedFigures,
    changed_since,
    file_of,
    is_locked,
    lock_file,
    lock_of,
    lock_scenario,
    unlock_scenario,
)
from vulncore.resourcing.scenario.saved import (
    remove_scenario,
    save_scenario,
    saved_scenario,
    saved_scenarios,
    saved_state,
    unreadable_scenarios,
)
from vulncore.resourcing.scenario.scenario import fixed
from vulncore.resourcing.scenario.toml import scenario_text

AT = datetime(2026, 12, 12, 9, 30, 15, tzinfo=UTC)
FIGURES = LockedFigures(
    dataset="demo",
    version=3,
    force="City of London Police",
    month=date(2024, 10, 1),
    basis="current-process",
    role="pip2",
    year=2026,
    chance=0.1,
    since=date(2024, 11, 1),
    by_hours=False,
    more=10,
    needed_by=date(2026, 10, 1),
    finding="10 more PIP 2 investigators are needed by October 2026.",
    also="In 9 of 10 forecasts nobody then holds more than 15 cases.",
)
OTHER = example_scenario().where(at("unit.demand"), fixed(120))


def locked(store, name="Plan", note="Board of 12 December 2026", figures=FIGURES):
    saved = save_scenario(store, example_scenario(), name)
    return lock_scenario(store, saved, "A. Lead", note, figures, AT)


@pytest.mark.parametrize(
    "figures",
    [
        FIGURES,
        replace(FIGURES, more=None, needed_by=None, by_hours=True),
        replace(FIGURES, more=0, needed_by=None, also="", force="Heddlu Gwynedd – 漢"),
    ],
    ids=["more", "not to be told", "none"],
)
def test_a_lock_is_there_with_all_that_it_says(tmp_path, figures):
    lock = locked(tmp_path, figures=figures)
    assert lock_of(tmp_path, "Plan") == lock
    assert (lock.by, lock.note, lock.at, lock.figures) == (
        "A. Lead",
        "Board of 12 December 2026",
        AT,
        figures,
    )
    assert lock.scenario == saved_scenario(tmp_path, "Plan")
    assert is_locked(tmp_path, "Plan")
    assert not changed_since(tmp_path, "Plan")


def test_when_it_was_locked_is_kept_in_universal_time_to_the_second(tmp_path):
    saved = save_scenario(tmp_path, example_scenario(), "Plan")
    there = datetime(2026, 6, 1, 0, 30, 5, 999, timezone(timedelta(hours=1)))
    lock_scenario(tmp_path, saved, "A", "", FIGURES, there)
    assert lock_of(tmp_path, "Plan").at == datetime(2026, 5, 31, 23, 30, 5, tzinfo=UTC)


def test_a_locked_scenario_is_not_replaced_or_removed_and_another_name_is_free(tmp_path):
    lock = locked(tmp_path)
    for instead in (False, True):
        with pytest.raises(InvalidScenarioError, match=r"'Plan' is locked .* Choose another name\."):
            save_scenario(tmp_path, OTHER, "Plan", instead=instead)
    with pytest.raises(InvalidScenarioError, match="'Plan' is locked"):
        remove_scenario(tmp_path, "Plan")
    assert saved_scenario(tmp_path, "Plan") == lock.scenario
    save_scenario(tmp_path, OTHER, "Plan 2")
    remove_scenario(tmp_path, "Plan 2")


def test_what_is_locked_is_locked_once_and_what_is_not_saved_not_at_all(tmp_path):
    lock = locked(tmp_path)
    with pytest.raises(InvalidScenarioError, match="'Plan' is locked already"):
        lock_scenario(tmp_path, lock.scenario, "B", "", FIGURES, AT)
    with pytest.raises(UnknownNameError, match="Nothing is saved as 'Other'. Save the scenario"):
        lock_scenario(tmp_path, OTHER.called("Other"), "B", "", FIGURES, AT)
    save_scenario(tmp_path, OTHER, "Third")
    with pytest.raises(InvalidScenarioError, match="Somebody saved another scenario as 'Third'"):
        lock_scenario(tmp_path, example_scenario().called("Third"), "B", "", FIGURES, AT)
    assert lock_of(tmp_path, "Plan") == lock
    assert not is_locked(tmp_path, "Third")


def at_once(work, people: int = 8) -> list[Exception]:
    """What those were told who did the same at once."""
    refused, start = [], threading.Barrier(people)

    def do(place: int) -> None:
        start.wait()
        try:
            work(place)
        except InvalidScenarioError as problem:
            refused.append(problem)

    everybody = [threading.Thread(target=do, args=(place,)) for place in range(people)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    return refused


def test_of_several_who_lock_at_once_one_does_and_the_others_are_told(tmp_path):
    saved = save_scenario(tmp_path, example_scenario(), "Plan")
    refused = at_once(lambda place: lock_scenario(tmp_path, saved, f"Person {place}", "", FIGURES, AT))
    assert len(refused) == 7
    assert {str(problem) for problem in refused} == {"'Plan' is locked already."}
    assert lock_of(tmp_path, "Plan").by.startswith("Person ")
    assert len(list((tmp_path / "scenarios").iterdir())) == 2


def test_whoever_replaces_what_another_locks_at_the_same_moment_one_of_them_is_told(tmp_path):
    for _ in range(10):
        store = tmp_path / "store"
        saved = save_scenario(store, example_scenario(), "Plan")

        def work(place: int, store=store, saved=saved) -> None:
            if place:
                save_scenario(store, OTHER, "Plan", instead=True)
            else:
                lock_scenario(store, saved, "A", "", FIGURES, AT)

        assert len(at_once(work, 2)) == 1
        if is_locked(store, "Plan"):
            assert saved_scenario(store, "Plan") == saved
            assert not changed_since(store, "Plan")
        else:
            assert saved_scenario(store, "Plan") == OTHER.called("Plan")
        shutil.rmtree(store)


@pytest.mark.parametrize(
    ("by", "note", "said"),
    [
        ("", "", "Give your name of 1 to 60 letters"),
        ("   ", "", "Give your name"),
        ("x" * 61, "", "Give your name"),
        ("A\u202eB", "", "Give your name"),
        ("A\x00B", "", "Give your name"),
        ("A", "x" * 201, "Give a note of up to 200 letters"),
        ("A", "a\x07b", "Give a note"),
    ],
)
def test_a_name_or_note_that_can_not_be_kept_is_refused_and_nothing_is_locked(tmp_path, by, note, said):
    saved = save_scenario(tmp_path, example_scenario(), "Plan")
    with pytest.raises(InvalidScenarioError, match=said):
        lock_scenario(tmp_path, saved, by, note, FIGURES, AT)
    assert not is_locked(tmp_path, "Plan")


@pytest.mark.parametrize("wrong", [{"finding": "a\nb"}, {"version": 0}, {"chance": 1.0}, {"dataset": ""}])
def test_figures_that_could_not_be_read_again_are_not_locked(tmp_path, wrong):
    saved = save_scenario(tmp_path, example_scenario(), "Plan")
    with pytest.raises(InvalidScenarioError):
        lock_scenario(tmp_path, saved, "A", "", replace(FIGURES, **wrong), AT)
    assert not is_locked(tmp_path, "Plan")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "/tmp/x", "a/b\\c", "<b>x</b>", "x.lock.json"])
def test_a_hostile_name_is_a_name_and_no_path(tmp_path, name):
    store = tmp_path / "store"
    locked(store, name)
    assert lock_of(store, name).scenario.name == name
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert len(list((store / "scenarios").iterdir())) == 2


def test_a_file_that_was_changed_or_removed_by_hand_is_noticed_and_what_was_locked_stays(tmp_path):
    lock = locked(tmp_path)
    path = file_of(tmp_path, "Plan")
    path.write_text(scenario_text(OTHER.called("Plan")))
    assert changed_since(tmp_path, "Plan")
    assert lock_of(tmp_path, "Plan") == lock
    path.unlink()
    assert changed_since(tmp_path, "Plan")
    assert lock_of(tmp_path, "Plan") == lock
    with pytest.raises(InvalidScenarioError, match="'Plan' is locked"):
        save_scenario(tmp_path, OTHER, "Plan")


def sealed(parts: dict) -> bytes:
    """A lock whose checksum is right, as whoever knows how it is made can write one."""
    parts = {name: value for name, value in parts.items() if name != "seal"}
    seal = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return json.dumps({**parts, "seal": seal}).encode()


def in_figures(**values):
    return lambda parts: {**parts, "figures": {**parts["figures"], **values}}


def without(name):
    return lambda parts: {key: value for key, value in parts.items() if key != name}


FORGED = {
    "another format": lambda parts: {**parts, "format": "vulncore scenario lock 2"},
    "no figures": without("figures"),
    "figures that are a list": lambda parts: {**parts, "figures": [1]},
    "a figure more": in_figures(extra=1),
    "a version that is true": in_figures(version=True),
    "a version that is huge": in_figures(version=10**40),
    "a version of text": in_figures(version="3"),
    "a chance of nothing": in_figures(chance=float("nan")),
    "a chance that is whole": in_figures(chance=1),
    "a month that is none": in_figures(month="2024-13"),
    "a month of another kind": in_figures(month=7),
    "a year of another age": in_figures(year=90_000),
    "a rule of text": in_figures(by_hours="no"),
    "people below nothing": in_figures(more=-1),
    "people by halves": in_figures(more=1.5),
    "an answer of many lines": in_figures(finding="a\nb"),
    "an answer that turns around": in_figures(also="\u202etxet"),
    "a long answer": in_figures(finding="x" * 401),
    "no name": lambda parts: {**parts, "by": ""},
    "a name of half a letter": lambda parts: {**parts, "by": "\ud800"},
    "a name that is a list": lambda parts: {**parts, "by": ["A"]},
    "no time": without("at"),
    "a time elsewhere": lambda parts: {**parts, "at": "2026-12-12T09:30:15+01:00"},
    "a time that is none": lambda parts: {**parts, "at": "2026-99-12T09:30:15+00:00"},
    "no scenario": without("scenario"),
    "a scenario that is none": lambda parts: {**parts, "scenario": "name = 3"},
    "a scenario of another name": lambda parts: {
        **parts,
        "scenario": scenario_text(example_scenario().called("Other")),
    },
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_lock_is_told_in_a_sentence_and_locks_all_the_same(tmp_path, name):
    locked(tmp_path)
    path = lock_file(tmp_path, "Plan")
    path.write_bytes(sealed(FORGED[name](json.loads(path.read_bytes()))))
    with pytest.raises(InvalidScenarioError, match=r"^The lock of 'Plan' was changed or damaged .* store\.$"):
        lock_of(tmp_path, "Plan")
    with pytest.raises(InvalidScenarioError, match="'Plan' is locked"):
        save_scenario(tmp_path, OTHER, "Plan", instead=True)
    assert list(saved_scenarios(tmp_path)) == ["Plan"]
    assert isinstance(changed_since(tmp_path, "Plan"), bool)


RAW = {
    "nothing": b"",
    "no text": b"\xff\xfe\xfa",
    "a list": b"[]",
    "a word": b"null",
    "deep": b"[" * 100_000,
    "a deep object": b'{"a":' * 50_000,
    "a long number": b'{"seal": ' + b"1" * 10_000 + b"}",
    "too large": b" " * (MOST_BYTES + 1),
}


@pytest.mark.parametrize("name", RAW)
def test_a_file_that_is_no_lock_is_told_in_a_sentence(tmp_path, name):
    locked(tmp_path)
    lock_file(tmp_path, "Plan").write_bytes(RAW[name])
    with pytest.raises(InvalidScenarioError, match="was changed or damaged"):
        lock_of(tmp_path, "Plan")
    assert changed_since(tmp_path, "Plan")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_letter_of_a_lock_can_be_another_unseen(tmp_path, data):
    if not is_locked(tmp_path, "Plan"):
        locked(tmp_path)
    path, whole = lock_file(tmp_path, "Plan"), lock_of(tmp_path, "Plan")
    text = path.read_bytes()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.integers(32, 126))
    try:
        path.write_bytes(text[:place] + bytes([letter]) + text[place + 1 :])
        assert lock_of(tmp_path, "Plan") == whole  # a space between two parts
    except InvalidScenarioError as problem:
        assert "was changed or damaged" in str(problem)  # noqa: PT017
    finally:
        path.write_bytes(text)


def test_a_lock_of_another_scenario_laid_in_its_place_is_noticed(tmp_path):
    locked(tmp_path, "Plan")
    locked(tmp_path, "Other")
    lock_file(tmp_path, "Plan").write_bytes(lock_file(tmp_path, "Other").read_bytes())
    with pytest.raises(InvalidScenarioError, match="The lock of 'Plan'"):
        lock_of(tmp_path, "Plan")


def test_a_store_of_before_has_no_locks_and_is_as_it_was(tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    old = example_scenario().called("Plan")
    file_of(tmp_path, "Plan").write_text(scenario_text(old))
    assert saved_scenarios(tmp_path) == {"Plan": old}
    assert lock_of(tmp_path, "Plan") is None
    assert not is_locked(tmp_path, "Plan")
    save_scenario(tmp_path, OTHER, "Plan", instead=True)
    remove_scenario(tmp_path, "Plan")
    assert list(folder.iterdir()) == []


def test_a_lock_is_no_scenario_and_that_there_is_one_is_another_state(tmp_path):
    saved = save_scenario(tmp_path, example_scenario(), "Plan")
    before = saved_state(tmp_path)
    lock_scenario(tmp_path, saved, "A", "", FIGURES, AT)
    assert saved_state(tmp_path) != before
    assert list(saved_scenarios(tmp_path)) == ["Plan"]
    assert unreadable_scenarios(tmp_path) == ()


def test_whoever_keeps_the_store_can_unlock(tmp_path):
    locked(tmp_path)
    unlock_scenario(tmp_path, "Plan")
    save_scenario(tmp_path, OTHER, "Plan", instead=True)
    with pytest.raises(UnknownNameError, match="No scenario called 'Plan' is locked"):
        unlock_scenario(tmp_path, "Plan")


def test_others_who_keep_the_store_can_read_a_lock(tmp_path):
    locked(tmp_path)
    assert lock_file(tmp_path, "Plan").stat().st_mode & 0o444 == 0o444


@pytest.mark.parametrize("name", ["plan", "PLAN", "\uff30lan", "Plan "])
def test_nothing_is_saved_under_a_name_that_reads_like_a_locked_one(tmp_path, name):
    lock = locked(tmp_path)
    with pytest.raises(InvalidScenarioError, match=r"'Plan'.* is locked as what went to the board"):
        save_scenario(tmp_path, OTHER, name, instead=True)
    assert saved_scenario(tmp_path, "Plan") == lock.scenario


def test_a_lock_that_became_a_folder_or_a_link_to_nothing_locks_and_is_said_to_be_damaged(tmp_path):
    for make in (lambda path: path.mkdir(), lambda path: path.symlink_to(path.with_name("gone"))):
        locked(tmp_path)
        lock_file(tmp_path, "Plan").unlink()
        make(lock_file(tmp_path, "Plan"))
        assert is_locked(tmp_path, "Plan")
        with pytest.raises(InvalidScenarioError, match="was changed or damaged"):
            lock_of(tmp_path, "Plan")
        with pytest.raises(InvalidScenarioError, match="is locked"):
            save_scenario(tmp_path, OTHER, "Plan", instead=True)
        shutil.rmtree(tmp_path / "scenarios")


def test_a_lock_that_cannot_be_reached_is_said_to_be_damaged_and_not_to_be_none(tmp_path):
    lock_file(tmp_path, "Board").parent.write_text("a file where the folder was")
    with pytest.raises(InvalidScenarioError, match="changed or damaged"):
        lock_of(tmp_path, "Board")


def test_a_finding_with_spaces_that_no_line_breaks_can_be_locked(tmp_path):
    figures = replace(FIGURES, finding="A chance of 10\u00a0% or 5\u202f%.")
    assert locked(tmp_path, figures=figures).figures.finding == figures.finding
    assert lock_of(tmp_path, "Plan").figures.finding == figures.finding
