"""What the store promises of a power cut: the version before or the new one, whole, and the next publish works.

With EVERY_MOMENT=1 in the environment each moment at which the disk is told something is tried, else one in twelve.
"""

import os
import shutil
from datetime import date

import pytest

from tests.making import covered, delivery, incident, months
from tests.store.power_cut import LOSSES, cuts
from tests.store.test_purging import places_of
from vulncore.store import manifest, open_version, publish, versions
from vulncore.store.purging import purge
from vulncore.store.store import half_written
from vulncore.store.stubs import Selection

JANUARY, FEBRUARY, MARCH = months(date(2024, 1, 1), 3)
ONE_IN = 1 if "EVERY_MOMENT" in os.environ else 12
FILES = 7  # of the tables of a version and its line, one or none each


def a_month(month: date, count: int):
    return delivery([incident(month.month * 100 + n, month) for n in range(count)], covered([month]))


def rows_by_version(store):
    return {one.number: _rows(store, one.number) for one in versions(store, "city")} if held(store) else {}


def held(store):
    return bool(manifest.publish_history(store / "city").publishes)


def _rows(store, number):
    snapshot = open_version(store, "city", number)
    months_covered = snapshot.coverage.month.nunique().execute()
    return (
        int(snapshot.incidents.count().execute()),
        int(months_covered),
        snapshot.annotations.count().execute(),
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    store = tmp_path_factory.mktemp("published")
    publish(store, "city", a_month(JANUARY, 3), "me")
    return store


@pytest.mark.parametrize("lost", LOSSES)
@pytest.mark.parametrize("first", [True, False], ids=["the first publish", "a later one"])
def test_after_a_power_cut_readers_see_the_version_before_or_the_new_one_and_the_next_publish_works(
    published, tmp_path, monkeypatch, lost, first
):
    store = tmp_path / "store"
    if first:
        store.mkdir()
    else:
        shutil.copytree(published, store)
    before = {} if first else {1: (3, 1, 0)}
    number = len(before) + 1
    after = {**before, number: (before.get(1, (0, 0, 0))[0] + 2, number, 0)}
    moments = cuts(monkeypatch, store, lambda: publish(store, "city", a_month(FEBRUARY, 2), "me"))
    assert len(moments) > 2 * FILES
    seen = []
    for at in sorted(
        {*range(len(moments) % ONE_IN, len(moments), ONE_IN), len(moments) - 2, len(moments) - 1}
    ):
        left = tmp_path / f"after {at}"
        moments[at].restore(left, lost)
        there = rows_by_version(left)
        assert there in (before, after), at
        seen.append(there == after)
        next_one = publish(left, "city", a_month(MARCH, 1), "somebody")
        newest = there.get(len(there), (0, 0, 0))
        assert rows_by_version(left) == {**there, next_one.number: (newest[0] + 1, newest[1] + 1, 0)}, at
        assert half_written(left, "city") == ()
        shutil.rmtree(left)
    assert seen[-1]  # what was said to be published is
    assert seen == sorted(seen)


@pytest.mark.parametrize("lost", LOSSES)
def test_after_a_power_cut_during_a_purge_its_figures_are_those_of_before(
    published, tmp_path, monkeypatch, lost
):
    store = tmp_path / "store"
    shutil.copytree(published, store)
    selection = Selection(record_ids=("record-101",))
    (store / "city" / "prepared").mkdir()
    (store / "city" / "prepared" / "counts").write_text("record-101")
    moments = cuts(monkeypatch, store, lambda: purge(store, "city", selection, "me"))
    for at in sorted({*range(0, len(moments), ONE_IN), len(moments) - 1}):
        left = tmp_path / f"after {at}"
        moments[at].restore(left, lost)
        assert set(rows_by_version(left).values()) == {(3, 1, 0)}, at
        is_done = len(versions(left, "city")) == 2
        assert is_done or at < len(moments) - 1
        publish(left, "city", a_month(MARCH, 1), "somebody")
        assert _rows(left, None) == (4, 2, 0), at
        assert not is_done or places_of(left, "record-101") == [], at
    ids = open_version(left, "city").incidents.record_id.to_pandas().tolist()
    assert "record-101" not in ids
