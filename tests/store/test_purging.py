"""What vulncore.store.purging promises: nothing is left of those chosen, and every published figure stays."""

import shutil
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.errors import InvalidRowsError, PublishRefusedError, UnknownNameError
from vulncore.domain.schemas import INCIDENTS
from vulncore.store import annotate, open_version, publish, versions
from vulncore.store.holding import held_for_publish, held_for_purge
from vulncore.store.manifest import commit
from vulncore.store.purging import purge, purge_counts
from vulncore.store.stubs import Selection

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)
VICTIM, RECORD = "victim-of-interest", "record-of-interest"
COVERED = covered([JANUARY, FEBRUARY]) + covered([JANUARY, FEBRUARY], "hate-crime")


def of_interest(row: str, measure: str = "rape", **more: object) -> dict[str, object]:
    known = {"victim_key": VICTIM, "place": "Lane of interest", "longitude": -0.09, "latitude": 51.5}
    return {**incident(0, date(2024, 1, 17), measure, **known), "row_id": row, "record_id": RECORD, **more}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Three versions: the record in one strand without its victim, then in two strands, then no-crimed in one."""
    folder = tmp_path_factory.mktemp("published")
    others = [
        incident(number, date(2024, 1, number), victim_key=f"v{number}", place="Here") for number in (3, 4)
    ]
    first = [of_interest("interest-1", victim_key=None), *others]
    second = [of_interest("interest-1"), of_interest("interest-2", "hate-crime"), *others]
    third = [of_interest("interest-1", no_crimed_on=date(2024, 3, 9)), *second[1:]]
    for rows in (first, second, third):
        publish(folder, "city", delivery(rows, COVERED), "me")
    return folder


@pytest.fixture
def store(published, tmp_path):
    return shutil.copytree(published, tmp_path, dirs_exist_ok=True)


def rows_of(store, number=None):
    return open_version(store, "city", number).incidents.to_pyarrow().to_pylist()


def figures(store) -> dict[int, Counter[tuple[object, ...]]]:
    """Count each version's rows by month in a plain loop."""
    return {
        published.number: Counter(
            (
                row["force"],
                row["measure"],
                row["record_kind"],
                f"{row['recorded_on']:%Y-%m}",
                row["no_crimed_on"] is None,
            )
            for row in rows_of(store, published.number)
        )
        for published in versions(store, "city")
    }


def places_of(store: Path, word: str) -> list[Path]:
    """Return the files that hold a word anywhere: as bytes, or in what Parquet has packed."""
    return [
        path
        for path in store.rglob("*")
        if path.is_file()
        and (
            word.encode() in path.read_bytes()
            or word in path.name
            or (path.suffix == ".parquet" and word in str(pq.read_table(path, use_threads=False).to_pylist()))
        )
    ]


@pytest.mark.parametrize(
    "selection",
    [
        Selection(record_ids=(RECORD,)),
        Selection(victim_keys=(VICTIM,)),
        Selection(victim_keys=(VICTIM,), force=FORCE),
    ],
    ids=["record", "victim", "victim of a force"],
)
def test_nothing_is_left_of_those_erased_in_any_file_of_the_dataset(store, selection):
    words = [RECORD, VICTIM, "Lane of interest", "interest-1", "interest-2", "2024-01-17", "2024-03-09"]
    assert all(places_of(store, word) for word in words[:-2])
    purge(store, "city", selection, "data protection officer")
    assert {word: places_of(store, word) for word in words} == {word: [] for word in words}
    assert [path.name for path in (store / "city").glob("incidents*")] == ["incidents-2"]


def test_every_figure_of_every_version_stays_as_it_was_published(store):
    before = figures(store)
    done = purge(store, "city", Selection(victim_keys=(VICTIM,)), "officer")
    after = figures(store)
    assert {number: after[number] for number in before} == before
    assert after[done.publish.number] == before[3]


def test_what_stays_of_a_record_is_its_force_measure_kind_and_month_as_one_record(store):
    purge(store, "city", Selection(victim_keys=(VICTIM,)), "officer")
    by_version = {}
    for number in (1, 2, 3):
        stubs = [row for row in rows_of(store, number) if row["record_id"].startswith("erased-")]
        by_version[number] = {row["record_id"] for row in stubs}
        for row in stubs:
            filled = {name for name, value in row.items() if value is not None}
            assert filled - {"no_crimed_on"} == {
                "row_id",
                "record_id",
                "force",
                "measure",
                "record_kind",
                "recorded_on",
            }
            assert row["recorded_on"] == JANUARY
            assert row["no_crimed_on"] in (None, JANUARY)
    assert [len(ids) for ids in by_version.values()] == [1, 1, 1]
    assert by_version[1] == by_version[2] == by_version[3]


def test_everybody_elses_rows_stay_as_they_were(store):
    def others(number):
        return sorted(
            str(row) for row in rows_of(store, number) if row["record_id"] in ("record-3", "record-4")
        )

    before = [others(number) for number in (1, 2, 3)]
    purge(store, "city", Selection(record_ids=(RECORD,)), "officer")
    assert [others(number) for number in (1, 2, 3)] == before


def test_a_purge_is_a_version_that_says_how_much_went_and_not_whose(store):
    done = purge(store, "city", Selection(victim_keys=(VICTIM,)), "officer")
    newest = versions(store, "city")[-1]
    assert newest == done.publish
    assert (newest.number, newest.published_by, newest.source, newest.files) == (4, "officer", "demo", ())
    assert newest.rows.left_out == {"erased for good, from 3 versions": 5}
    assert (done.erased.records, done.erased.rows, done.erased.versions) == (1, 5, 3)
    assert newest.table_versions == versions(store, "city")[2].table_versions


def test_what_would_be_erased_is_counted_and_nothing_is_written(store):
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    counts = purge_counts(store, "city", Selection(record_ids=(RECORD, "nobody's")))
    assert (counts.records, counts.rows, counts.versions, counts.strays) == (1, 5, 3, 0)
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before


def test_erasing_nobody_changes_nothing(store):
    done = purge(store, "city", Selection(record_ids=("nobody's",)), "officer")
    assert (done.publish.unchanged, done.publish.number, done.erased.rows) == (True, 3, 0)
    assert len(versions(store, "city")) == 3


def test_erasing_the_same_twice_finds_nothing_the_second_time(store):
    selection = Selection(recorded_before=FEBRUARY)
    assert purge(store, "city", selection, "officer").erased.records == 3
    assert purge(store, "city", selection, "officer").publish.unchanged


def test_files_that_no_version_names_are_erased_too(store):
    lost = pa.Table.from_pylist([of_interest("lost-row", record_id="lost-record")], schema=INCIDENTS)
    commit(store / "city" / "incidents", lost, "overwrite")  # as of a publish that lost a race
    pq.write_table(lost, store / "city" / "incidents" / "part-of-a-broken-off-publish.parquet")
    assert len(places_of(store, "lost-record")) > 1
    done = purge(store, "city", Selection(record_ids=("nobody's",)), "officer")
    assert (done.erased.rows, done.erased.strays) == (0, 2)
    assert places_of(store, "lost-record") == []
    assert figures(store)[4] == figures(store)[3]


def test_what_was_made_of_the_versions_is_erased_whole(store):
    prepared = store / "city" / "prepared" / "forecasts"
    prepared.mkdir(parents=True)
    (prepared / "0123").write_bytes(b"of all records")
    assert purge(store, "city", Selection(record_ids=("nobody's",)), "officer").publish.unchanged
    assert (prepared / "0123").exists()
    purge(store, "city", Selection(record_ids=(RECORD,)), "officer")
    assert not (store / "city" / "prepared").exists()


def test_a_dataset_is_published_to_and_annotated_after_a_purge_as_before(store):
    purge(store, "city", Selection(victim_keys=(VICTIM,)), "officer")
    march = date(2024, 3, 1)
    published = publish(store, "city", delivery([incident(9, march)], covered([march])), "me")
    assert (published.number, len(rows_of(store))) == (5, 5)
    note = {"kind": "comment", "text": "Seen", "author": "A", "written_on": march}
    assert annotate(store, "city", pa.Table.from_pylist([note]), "me").number == 6
    assert purge(store, "city", Selection(record_ids=("record-9",)), "officer").erased.versions == 2
    assert figures(store)[4] == figures(store)[3]


def test_the_newest_version_decides_whether_a_corrected_date_is_old_enough(tmp_path):
    def dated(early: date, late: date):
        rows = [incident(1, early), incident(2, late)]
        publish(tmp_path, "city", delivery(rows, covered([JANUARY, FEBRUARY])), "me")

    dated(JANUARY, FEBRUARY)
    dated(FEBRUARY, JANUARY)
    purge(tmp_path, "city", Selection(recorded_before=FEBRUARY), "officer")
    for number in (1, 2):
        held = {row["record_id"] for row in rows_of(tmp_path, number)}
        assert "record-1" in held
        assert "record-2" not in held
        assert len(held) == 2


def test_a_line_number_is_not_taken_for_the_same_record_in_another_version(tmp_path):
    def publish_line(victim):
        row = incident(1, JANUARY, victim_key=victim)
        publish(tmp_path, "city", delivery([{**row, "record_id": row["row_id"]}], covered([JANUARY])), "me")

    publish_line(VICTIM)
    publish_line("somebody else")
    assert purge(tmp_path, "city", Selection(victim_keys=(VICTIM,)), "officer").erased.rows == 1
    assert rows_of(tmp_path, 2)[0]["victim_key"] == "somebody else"
    stub = rows_of(tmp_path, 1)[0]
    assert stub["row_id"] == stub["record_id"] != "row-1"


def test_another_forces_record_of_the_same_id_stays_where_a_force_is_named(tmp_path):
    other = {**incident(2, JANUARY), "force": "Syldavia Police", "record_id": "record-1"}
    publish(tmp_path, "city", delivery([incident(1, JANUARY), other], covered([JANUARY])), "me")
    purge(tmp_path, "city", Selection(record_ids=("record-1",), force=FORCE), "officer")
    assert {row["force"]: row["record_id"] == "record-1" for row in rows_of(tmp_path)} == {
        FORCE: False,
        "Syldavia Police": True,
    }


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({}, "No records are chosen"),
        ({"record_ids": ("a", " ")}, "An id of a record or victim is empty"),
        ({"recorded_before": date(2024, 1, 2)}, "2024-01-02 is not the first day of a month"),
    ],
)
def test_a_selection_that_means_nothing_is_refused(chosen, sentence):
    with pytest.raises(InvalidRowsError, match=sentence):
        Selection(**chosen)


def test_a_dataset_that_is_not_there_is_not_purged(tmp_path):
    with pytest.raises(UnknownNameError, match="No dataset is called 'city'"):
        purge(tmp_path, "city", Selection(record_ids=("a",)), "officer")


def test_a_purge_and_a_publish_at_once_refuse_one_another(store):
    with (
        held_for_publish(store / "city"),
        pytest.raises(PublishRefusedError, match="nothing was erased. Purge again"),
    ):
        purge(store, "city", Selection(record_ids=(RECORD,)), "officer")
    with (
        held_for_purge(store / "city"),
        pytest.raises(PublishRefusedError, match="'city' are being erased at this moment"),
    ):
        publish(store, "city", delivery([incident(9, FEBRUARY)], covered([FEBRUARY])), "me")
    assert len(versions(store, "city")) == 3
    with held_for_publish(store / "city"):  # publishers do not keep one another out
        assert (
            publish(store, "city", delivery([incident(9, FEBRUARY)], covered([FEBRUARY])), "me").number == 4
        )


def test_other_engines_read_every_version_of_the_rebuilt_table(store):
    purge(store, "city", Selection(record_ids=(RECORD,)), "officer")
    for published in versions(store, "city"):
        table = DeltaTable(store / "city" / "incidents-2", version=published.table_versions["incidents"])
        assert (
            sum(pq.read_metadata(uri).num_rows for uri in table.file_uris())
            == published.table_rows["incidents"]
        )


row = st.fixed_dictionaries(
    {
        "record": st.integers(1, 6),
        "measure": st.sampled_from(["rape", "hate-crime"]),
        "day": st.dates(JANUARY, date(2024, 2, 29)),
        "victim": st.sampled_from([None, "victim-a", "victim-b"]),
        "no_crimed": st.booleans(),
    }
)
selections = st.one_of(
    st.builds(Selection, record_ids=st.just(("record-1", "record-2"))),
    st.builds(Selection, victim_keys=st.just(("victim-a",))),
    st.builds(Selection, recorded_before=st.just(FEBRUARY)),
    st.builds(Selection, victim_keys=st.just(("victim-b",)), recorded_before=st.just(FEBRUARY)),
)


@settings(max_examples=6)
@given(published=st.lists(st.lists(row, max_size=8), min_size=1, max_size=3), selection=selections)
def test_whatever_was_published_and_whoever_is_erased_the_figures_stay(published, selection):
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        for rows in published:
            made = [
                {
                    **incident(row["record"], row["day"], row["measure"], victim_key=row["victim"]),
                    "row_id": f"row-{number}",
                    "no_crimed_on": date(2024, 5, 5) if row["no_crimed"] else None,
                }
                for number, row in enumerate(rows)
            ]
            publish(store, "city", delivery(made, COVERED), "me")
        before = figures(store)
        purge(store, "city", selection, "officer")
        after = figures(store)
        assert {number: after[number] for number in before} == before
        for number in before:
            for held in rows_of(store, number):
                assert held["record_id"] not in selection.record_ids
                assert held["victim_key"] not in (*selection.victim_keys, "")
