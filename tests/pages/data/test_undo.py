"""What the Data page promises of undoing a publish."""

from datetime import date

import pytest

from tests.making import covered, delivery, incident, months
from tests.pages.visiting import visit
from vulncore.store import open_version, publish, versions

JANUARY = date(2024, 1, 1)
UNDO = "Undo version 2"


def a_month(count):
    rows = [incident(number, JANUARY) for number in range(count)]
    return delivery(rows, covered(months(JANUARY, 1)), made=True)


@pytest.fixture
def own(tmp_path):
    publish(tmp_path, "ruritania", a_month(30), "one")
    publish(tmp_path, "ruritania", a_month(20), "two")
    return tmp_path


@pytest.fixture
def undoing(own, monkeypatch):
    """Visits the versions of the dataset, with what undoes open."""

    def visited(**link):
        tabs = {"data part": "Versions and changes", "undo ruritania 2": True}
        return visit(own, monkeypatch, "data", {"dataset": "ruritania", **link}, tabs)

    return visited


def test_the_newest_version_is_undone_by_name_after_saying_what_changes(own, undoing):
    page = undoing()
    assert "Version 1 would be published again, as version 3" in page.said
    assert "Rape, January 2024: 20 to 30." in page.said
    page.press(UNDO)
    assert "Write your name" in page.said
    assert len(versions(own, "ruritania")) == 2
    page.fill("Your name", "Somebody", last=True)
    page.press(UNDO)
    assert "Published 'ruritania' version 3: it holds 30 incidents. It is version 1 again." in page.said
    changed = page.said.partition("What version 3 changed")[2]
    assert changed.lstrip().startswith("- This is version 1 again: version 2 was undone.")
    newest = versions(own, "ruritania")[-1]
    assert (newest.number, newest.again, newest.published_by) == (3, 1, "Somebody")
    assert open_version(own, "ruritania").incidents.count().execute() == 30
    assert "demo, version 1 again" in page.said


def test_what_somebody_published_meanwhile_is_not_undone(own, undoing):
    page = undoing()
    page.fill("Your name", "Somebody", last=True)
    publish(own, "ruritania", a_month(25), "three")
    page.press(UNDO)
    assert [one.again for one in versions(own, "ruritania")] == [None, None, None]


def test_nothing_is_undone_from_an_earlier_version_or_where_nobody_may_publish(own, undoing, monkeypatch):
    assert not undoing(version="1").can_press(UNDO)
    assert undoing().can_press(UNDO)
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    assert not undoing().can_press(UNDO)


def test_one_month_is_said_once(own, undoing):
    assert "Ruritania Police, January 2024: every month was delivered." in undoing().said
