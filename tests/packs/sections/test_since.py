"""What is otherwise than what the last meeting was shown: new, revised, explained."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.periods import add_months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.packs.audience import Audience
from vulncore.packs.pack import PackRequest, pack_basis
from vulncore.packs.recipe import PackSection, Show, find_recipe
from vulncore.packs.sections.all import pack_parts
from vulncore.packs.sections.since import shown_before, since_part
from vulncore.store import annotate, publish

FIRST, SEPTEMBER, OCTOBER = date(2022, 4, 1), date(2024, 9, 1), date(2024, 10, 1)
NOTE = {
    "kind": "comment",
    "measure": "rape",
    "month": OCTOBER,
    "text": "A new form",
    "author": "A",
    "written_on": OCTOBER,
}


def extract(to: date, counts: dict[date, int]):
    every = [month for month in months(FIRST, 31) if month <= to]
    rows = [
        incident(1000 * place + number, month)
        for place, month in enumerate(every)
        for number in range(counts.get(month, 5))
    ]
    return delivery(rows, covered(every))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A version to September; one to October that rises, with August revised; one with a note."""
    store = tmp_path_factory.mktemp("met")
    august = date(2024, 8, 1)
    risen = {add_months(OCTOBER, -step): 12 for step in range(7)}
    publish(store, "city", extract(SEPTEMBER, {}), "me")
    publish(store, "city", extract(OCTOBER, {**risen, august: 11}), "me")
    annotate(store, "city", pa.Table.from_pylist([NOTE], schema=ANNOTATIONS), "me")
    return store


def part_of(store, audience=Audience.INTERNAL, since=None):
    request = PackRequest(store, "city", find_recipe("svg"), audience, since=since)
    return since_part(pack_basis(request))


def test_what_stands_out_now_and_did_not_then_is_said_first(store):
    part = part_of(store, since="1")
    assert part.finding == "New since September 2024: Rape."
    assert (
        part.sentences[0]
        == "Set against what the last meeting was shown: version 1, figures to September 2024."
    )
    (row,) = part.tables[0].frame.to_dict("records")
    assert row == {
        "Measure": "Rape",
        "Then": "Could be chance",
        "Now": "Clear change",
        "This financial year": "up 137\u202f%, from 35 to 83",
    }


def test_revised_figures_are_listed_with_what_they_were_the_largest_first(store):
    part = part_of(store, since="1")
    assert "1 figure is new." in part.sentences
    assert "6 figures were revised." in part.sentences
    revised = part.tables[1].frame
    assert revised["Before"].tolist() == [5] * 6
    assert revised["After"].tolist() == [12] * 5 + [11]
    assert revised["Period"].iloc[-1] == "August 2024"


def test_what_was_written_since_is_told_to_those_who_may_read_it(store):
    assert part_of(store, since="2").sentences[-2:] == (
        "1 note on the data was written since.",
        "Rape, October 2024 (comment): A new form",
    )
    assert part_of(store, Audience.PUBLIC, since="2").sentences[-1] == "1 note on the data was written since."


def test_without_a_word_the_version_before_was_shown(store):
    assert (
        part_of(store).sentences[0]
        == "Set against what the last meeting was shown: version 2, figures to October 2024."
    )


def test_of_one_version_alone_the_month_before_was_shown(tmp_path):
    publish(tmp_path, "city", extract(OCTOBER, {}), "me")
    basis = pack_basis(PackRequest(tmp_path, "city", find_recipe("svg")))
    before = shown_before(tmp_path, basis.overview, None)
    assert (before.version, before.as_at) == (1, SEPTEMBER)
    part = since_part(basis)
    assert part.finding == "Nothing new stands out in October 2024."
    assert part.sentences == (
        "Set against figures to September 2024 of this same version: no earlier one was asked for, or is there.",
    )


def test_the_day_of_a_meeting_stands_for_the_version_of_that_day(store):
    basis = pack_basis(PackRequest(store, "city", find_recipe("svg")))
    today = basis.about.publish.published_at.date()
    assert shown_before(store, basis.overview, str(today)).version == 3
    older = pack_basis(PackRequest(store, "city", find_recipe("svg"), version=2))
    assert shown_before(store, older.overview, str(today)).version == 2  # what came later was shown to nobody
    with pytest.raises(UnknownNameError, match="had no version on 1 January 2001. Its first is from"):
        shown_before(store, basis.overview, "2001-01-01")
    for text in ("last month", "9" * 5_000):
        with pytest.raises(UnknownNameError, match="neither a version nor a day"):
            shown_before(store, basis.overview, text)


def test_a_version_that_did_not_have_the_force_is_refused(store):
    basis = pack_basis(PackRequest(store, "city", find_recipe("svg")))
    other = replace(basis.overview, force=f"Not {FORCE}")
    with pytest.raises(UnknownNameError, match=f"has no figures of Not {FORCE}"):
        shown_before(store, other, "1")


def test_where_the_version_before_has_nothing_to_set_against_the_section_alone_is_left_out(tmp_path):
    publish(tmp_path, "city", extract(OCTOBER, {}), "me")
    earlier = [add_months(FIRST, -step) for step in range(24, 0, -1)]
    rows = [incident(9000 + place, month) for place, month in enumerate(earlier)]
    both = delivery(
        [*rows, *(incident(place, month) for place, month in enumerate(months(FIRST, 31)))],
        covered([*earlier, *months(FIRST, 31)]),
    )
    publish(tmp_path, "city", both, "me")
    basis = pack_basis(PackRequest(tmp_path, "city", find_recipe("svg"), as_at=add_months(FIRST, -1)))
    parts, left_out = pack_parts(basis, [PackSection(Show.SINCE), PackSection(Show.TABLE)])
    assert [part.heading for part in parts] == ["Strand table"]
    assert left_out == [
        f"Since the last meeting: Version 1 of 'city' has no month of {FORCE} to March 2022. Choose a later one."
    ]
