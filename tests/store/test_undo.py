"""What vulncore.store.undo promises: the version before once more, as the next one, and nothing lost."""

from dataclasses import replace
from datetime import date

import pytest

from tests.making import covered, delivery, incident, months
from tests.store.power_cut import LOSSES, cuts
from vulncore.domain.errors import PublishRefusedError, UnknownNameError
from vulncore.store import annotate, open_version, publish, undo, versions
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection
from vulncore.store.verifying import FileState, store_checks

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)


def a_month(month, count, **more):
    rows = [incident(month.month * 100 + number, month) for number in range(count)]
    return replace(delivery(rows, covered([month])), **more)


@pytest.fixture
def store(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3, attribution="as given", mapping="force = 'R'"), "one")
    publish(tmp_path, "city", a_month(JANUARY, 1), "two")
    return tmp_path


def counts(store):
    return [_count(store, one.number) for one in versions(store, "city")]


def _count(store, number=None):
    return open_version(store, "city", number).incidents.count().execute()


def test_the_version_before_stands_again_with_all_that_it_said(store):
    undone = undo(store, "city", "three", number=2)
    first = versions(store, "city")[0]
    assert (undone.number, undone.again, undone.published_by) == (3, 1, "three")
    assert counts(store) == [3, 1, 3]
    newest = versions(store, "city")[-1]
    for name in ("source", "attribution", "made", "files", "rows", "table_versions", "stored", "mapping"):
        assert getattr(newest, name) == getattr(first, name), name
    assert newest.published_at > versions(store, "city")[1].published_at
    assert {check.state for check in store_checks(store)} == {FileState.VERIFIED}


def test_undoing_an_undo_brings_back_what_was_undone(store):
    undo(store, "city", "three")
    again = undo(store, "city", "four")
    assert (again.number, again.again) == (4, 2)
    assert counts(store) == [3, 1, 3, 1]


def test_what_follows_an_undo_builds_on_what_stands_again(store):
    undo(store, "city", "three")
    after = publish(store, "city", a_month(FEBRUARY, 2), "four")
    assert (after.again, after.mapping) == (None, "")
    assert counts(store) == [3, 1, 3, 5]
    noted = annotate(store, "city", open_version(store, "city").annotations.to_pyarrow(), "five")
    assert noted.unchanged


def test_what_was_undone_can_be_published_again(store):
    undo(store, "city", "three")
    assert not publish(store, "city", a_month(JANUARY, 1), "four").unchanged
    assert counts(store) == [3, 1, 3, 1]


def test_an_undo_brings_back_no_record_that_was_erased(store):
    purge(store, "city", Selection(record_ids=("record-101",)), "three")
    undo(store, "city", "four")
    undo(store, "city", "five")
    for one in versions(store, "city"):
        assert (
            "record-101"
            not in open_version(store, "city", one.number).incidents.record_id.to_pandas().tolist()
        )


def test_one_version_alone_cannot_be_undone(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "one")
    with pytest.raises(PublishRefusedError, match="has no version before version 1"):
        undo(tmp_path, "city", "two")
    with pytest.raises(UnknownNameError, match="'kent'"):
        undo(tmp_path, "kent", "two")


def test_what_somebody_published_since_is_not_undone(store):
    publish(store, "city", a_month(FEBRUARY, 2), "somebody")
    with pytest.raises(PublishRefusedError, match="since version 2.*Look at version 3"):
        undo(store, "city", "three", number=2)
    assert len(versions(store, "city")) == 3


@pytest.mark.parametrize("lost", LOSSES)
def test_a_power_cut_during_an_undo_leaves_either_version(store, tmp_path_factory, monkeypatch, lost):
    for at, moment in enumerate(cuts(monkeypatch, store, lambda: undo(store, "city", "three"))):
        left = tmp_path_factory.mktemp("after") / "store"
        moment.restore(left, lost)
        assert counts(left) in ([3, 1], [3, 1, 3]), at
        publish(left, "city", a_month(FEBRUARY, 2), "four")
    assert counts(left) == [3, 1, 3, 5]
