"""What vulncore.store.notes and vulncore.store.annotate promise."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.errors import InvalidRowsError, PublishRefusedError, UnknownNameError
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.store import annotate, open_version, publish, versions
from vulncore.store import store as stores  # the module, for what it calls
from vulncore.store.notes import OF_A_STRAND, Target, target_of

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)


def note(**more: object) -> dict[str, object]:
    row = {
        "kind": "comment",
        "force": None,
        "measure": "rape",
        "month": JANUARY,
        "text": "New form",
        "author": "A",
    }
    return {**row, "written_on": date(2024, 3, 1), **more}


def notes(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=ANNOTATIONS)


@pytest.fixture
def store(tmp_path):
    publish(tmp_path, "city", delivery([incident(1, JANUARY)], covered([JANUARY])), "me")
    return tmp_path


def held(store, number=None):
    return open_version(store, "city", number).annotations.to_pyarrow().to_pylist()


def test_annotations_are_exactly_those_given_and_every_other_table_stays(store):
    first = annotate(store, "city", notes(note(), note(text="Second")), "analyst")
    second = annotate(store, "city", notes(note(text="Third", measure=None, month=None)), "analyst")
    assert [row["text"] for row in held(store)] == ["Third"]
    assert sorted(row["text"] for row in held(store, 2)) == ["New form", "Second"]
    assert held(store, 1) == []
    tables = versions(store, "city")[0].table_versions
    for annotated in (first, second):
        assert {**annotated.table_versions, "annotations": 0} == {**tables, "annotations": 0}
    assert (second.number, second.published_by, second.files, second.rows.read) == (3, "analyst", (), 0)
    assert second.table_rows["annotations"] == 1


def test_the_same_annotations_in_another_order_change_nothing(store):
    rows = [note(), note(text="Second", measure=None, month=None, force=FORCE)]
    annotated = annotate(store, "city", notes(*rows), "me")
    again = annotate(store, "city", notes(*rows[::-1]), "me")
    assert (again.number, again.unchanged) == (annotated.number, True)
    assert len(versions(store, "city")) == 2


def test_all_annotations_can_be_taken_away(store):
    annotate(store, "city", notes(note()), "me")
    annotate(store, "city", notes(), "me")
    assert held(store) == []


def test_a_later_publish_keeps_the_annotations(store):
    annotate(store, "city", notes(note(measure=None)), "me")
    publish(store, "city", delivery([incident(2, FEBRUARY)], covered([FEBRUARY])), "me")
    assert [row["text"] for row in held(store)] == ["New form"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            {"kind": "rumour"},
            r"Notes of an unknown kind: 1 \(rumour\)\. Choose one of 11 kinds: series break, level change, ",
        ),
        (
            {"kind": "series break", "month": None},
            r"Notes that need a month and have none: 1 \(series break\)",
        ),
        ({"month": date(2024, 1, 2)}, r"not the first of a month: 1 \(2024-01-02\).*by its first day"),
        ({"text": " \n"}, "text is empty, too long"),
        ({"text": "x" * 1001}, "too long .*Write 1 to 1,000 printable characters"),
        ({"text": "\x1b[2J"}, "can't be printed"),
        ({"author": ""}, "author is empty"),
        (
            {"force": "Nowhere Police"},
            "force that the dataset does not have.*The dataset has Ruritania Police",
        ),
        ({"measure": "piracy"}, r"measure that the dataset does not have: 1 \(piracy\)"),
    ],
)
def test_an_annotation_that_breaks_a_rule_is_refused_and_nothing_is_written(store, fault, sentence):
    with pytest.raises(InvalidRowsError, match=sentence):
        annotate(store, "city", notes(note(), note(**fault)), "me")
    assert len(versions(store, "city")) == 1


def test_a_force_known_by_its_totals_alone_can_be_annotated(tmp_path):
    publish(tmp_path, "city", delivery(counts=[month_total(JANUARY, 3)]), "me")
    assert annotate(tmp_path, "city", notes(note(force=FORCE)), "me").number == 2


def test_annotations_read_from_an_older_version_are_refused(store):
    annotate(store, "city", notes(note()), "somebody else", number=1)
    with pytest.raises(PublishRefusedError, match="published 'city' since version 1, .* Look at version 2"):
        annotate(store, "city", notes(note(text="Mine")), "me", number=1)
    assert [row["text"] for row in held(store)] == ["New form"]


def test_annotations_overtaken_by_a_publish_are_refused(store, monkeypatch):
    real = stores.commit

    def overtaken(folder, table, mode):
        monkeypatch.setattr(stores, "commit", real)
        publish(store, "city", delivery([incident(2, FEBRUARY)], covered([FEBRUARY])), "somebody else")
        return real(folder, table, mode)

    monkeypatch.setattr(stores, "commit", overtaken)
    with pytest.raises(PublishRefusedError, match="Somebody else published 'city' at the same time"):
        annotate(store, "city", notes(note()), "me")
    assert [published.published_by for published in versions(store, "city")] == ["me", "somebody else"]
    assert held(store) == []


def test_what_was_never_published_cannot_be_annotated(tmp_path):
    with pytest.raises(UnknownNameError, match="No dataset is called 'city'"):
        annotate(tmp_path, "city", notes(note()), "me")
    assert not (tmp_path / "city").exists()


def test_a_month_that_a_note_sets_aside_is_in_no_figure_and_stays_in_the_store(tmp_path):
    given = delivery(
        [incident(1, JANUARY), incident(2, FEBRUARY)],
        [*covered([JANUARY, FEBRUARY]), *covered([JANUARY, FEBRUARY], "suicides", table="counts")],
        [month_total(JANUARY, 4, "suicides"), month_total(FEBRUARY, 5, "suicides")],
    )
    publish(tmp_path, "city", given, "me")
    annotate(tmp_path, "city", notes(note(kind="month set aside", measure=None)), "me")
    seen = open_version(tmp_path, "city")
    assert set(seen.coverage.to_pandas()["month"].dt.date) == {FEBRUARY}
    assert seen.counts.to_pandas()["count"].tolist() == [5]
    publish(tmp_path, "city", delivery([incident(3, FEBRUARY)], covered([FEBRUARY])), "me")
    annotate(tmp_path, "city", notes(note(kind="month set aside", measure="rape")), "me")
    seen = open_version(tmp_path, "city")
    assert sorted(seen.counts.to_pandas()["count"]) == [4, 5]
    kept = seen.coverage.to_pandas()
    assert set(kept.loc[kept["measure"] == "rape", "month"].dt.date) == {FEBRUARY}
    assert set(kept.loc[kept["measure"] == "suicides", "month"].dt.date) == {JANUARY, FEBRUARY}
    annotate(tmp_path, "city", notes(), "me")
    assert open_version(tmp_path, "city").coverage.count().execute() == 4


def test_a_month_is_set_aside_by_its_name(store):
    with pytest.raises(InvalidRowsError, match="need a month and have none"):
        annotate(store, "city", notes(note(kind="month set aside", month=None)), "me")


@pytest.mark.parametrize("kind", [kind.value for kind in OF_A_STRAND])
def test_a_note_on_a_strand_or_a_view_across_strands_is_accepted_by_its_key(store, kind):
    keys = ["our-own-strand-2", "rape", "sexual-violence", "vawg"]
    annotate(store, "city", notes(*(note(kind=kind, measure=key) for key in keys)), "me")
    assert sorted(row["measure"] for row in held(store)) == keys


@pytest.mark.parametrize("kind", ["target", "comment"])
def test_a_note_on_what_is_no_key_is_refused_and_nothing_is_written(store, kind):
    for key in ("<b>", "Sexual violence", "-vawg", "", "a" * 61, "vawg\n", "v\N{CYRILLIC SMALL LETTER A}wg"):
        with pytest.raises(InvalidRowsError, match="about a measure that the dataset does not have: 1"):
            annotate(store, "city", notes(note(kind=kind, measure=key)), "me")
    assert len(versions(store, "city")) == 1


@pytest.mark.parametrize("kind", ["comment", "series break", "times are real", "month set aside"])
def test_a_note_that_bears_on_figures_of_one_measure_is_on_no_strand(store, kind):
    with pytest.raises(InvalidRowsError, match=r"does not have: 1 \(vawg\)\. The dataset has "):
        annotate(store, "city", notes(note(kind=kind, measure="vawg")), "me")


@pytest.mark.parametrize("kind", ["level change", "level kept", "one-off month", "commentary"])
def test_what_is_said_of_a_month_names_the_month(store, kind):
    with pytest.raises(InvalidRowsError, match=rf"need a month and have none: 1 \({kind}\)"):
        annotate(store, "city", notes(note(kind=kind, month=None)), "me")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("At most 20 a month", Target(20, at_most=True)),
        ("at MOST 20 a month: agreed in 2019", Target(20, at_most=True, why="agreed in 2019")),
        ("  At least 4.5 a month.\nOf the board.", Target(4.5, at_most=False, why="Of the board.")),
        ("At most 0 a month", Target(0, at_most=True)),
        ("At most 20 a year", None),
        ("At most -3 a month", None),
        ("At most 1e9 a month", None),
        ("Fewer victims, at most 20 a month", None),
        ("", None),
    ],
)
def test_a_target_is_told_from_its_text_or_is_none(text, target):
    assert target_of(text) == target


@given(
    hundredths=st.integers(0, 99_999_999),
    at_most=st.booleans(),
    why=st.text(st.characters(categories=["L"]), max_size=20),
)
def test_whatever_target_is_written_is_read_again_as_it_was(hundredths, at_most, why):
    target = Target(hundredths / 100, at_most, why)
    assert target_of(target.text) == target


def test_a_target_that_is_too_large_or_no_number_is_not_read_as_another():
    assert [
        target_of(Target(records, at_most=True).text) for records in (1e7, float("nan"), float("inf"))
    ] == [
        None,
        None,
        None,
    ]
