"""What vulncore.store promises."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.making import covered, delivery, incident, month_total, months
from vulncore.domain.errors import DamagedStoreError, InvalidRowsError, PublishRefusedError, UnknownNameError
from vulncore.store import datasets, is_readable, manifest, open_version, publish, versions
from vulncore.store import store as stores  # the module, for what it calls
from vulncore.store.contents import log_file
from vulncore.store.manifest import commit
from vulncore.store.torn import added_files

JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


def a_month(month: date, count: int, first: int = 0, **more: object):
    rows = [incident(first + number, month, **more) for number in range(count)]
    return delivery(rows, covered([month]))


def newest(store, dataset="city") -> int:
    return versions(store, dataset)[-1].number


def held(store, number=None) -> int:
    return int(open_version(store, "city", number).incidents.count().execute())


def test_an_empty_store_has_no_datasets_and_is_not_readable(tmp_path):
    assert datasets(tmp_path) == ()
    assert datasets(tmp_path / "nowhere") == ()
    assert not is_readable(tmp_path)


def test_a_publish_is_a_numbered_version_that_says_who_when_and_from_what(tmp_path):
    published = publish(tmp_path, "city", a_month(JANUARY, 3), "an analyst")
    assert (published.number, published.published_by, published.source) == (1, "an analyst", "demo")
    assert published.files[0].sha256 == "ab" * 32
    assert published.table_rows["incidents"] == 3
    assert versions(tmp_path, "city") == (published,)
    assert is_readable(tmp_path)


def test_another_month_is_added_and_the_same_month_is_replaced(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    publish(tmp_path, "city", a_month(FEBRUARY, 2, first=10), "me")
    assert held(tmp_path) == 5
    publish(tmp_path, "city", a_month(JANUARY, 1, first=20), "me")
    assert held(tmp_path) == 3
    assert newest(tmp_path, "city") == 3


def test_any_earlier_version_reads_as_it_was_published(tmp_path):
    for month, count in ((JANUARY, 3), (FEBRUARY, 2), (JANUARY, 1)):
        publish(tmp_path, "city", a_month(month, count, first=10 * count), "me")
    assert [held(tmp_path, number) for number in (1, 2, 3)] == [3, 5, 3]


def test_a_month_delivered_with_no_rows_replaces_what_was_there(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    publish(tmp_path, "city", delivery(coverage=covered([JANUARY])), "me")
    assert held(tmp_path) == 0
    assert open_version(tmp_path, "city").coverage.count().execute() == 1


def test_counts_are_replaced_by_period(tmp_path):
    publish(tmp_path, "city", delivery(counts=[month_total(m, 5) for m in months(JANUARY, 2)]), "me")
    publish(tmp_path, "city", delivery(counts=[month_total(FEBRUARY, 7)]), "me")
    counts = open_version(tmp_path, "city").counts.to_pandas()
    assert sorted(counts["count"]) == [5, 7]


def test_another_kind_of_source_is_refused_and_changes_nothing(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    other = delivery(counts=[month_total(JANUARY, 1)], source="published-table")
    with pytest.raises(
        PublishRefusedError, match="holds figures from demo and these come from published-table"
    ):
        publish(tmp_path, "city", other, "me")
    assert newest(tmp_path, "city") == 1


def test_rows_that_break_a_rule_publish_nothing(tmp_path):
    with pytest.raises(InvalidRowsError, match=r"not among the dataset's measures: 1 \(piracy\)"):
        publish(tmp_path, "city", delivery([incident(1, JANUARY, measure="piracy")]), "me")
    assert datasets(tmp_path) == ()


def test_tables_written_without_a_manifest_line_are_not_published(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    commit(tmp_path / "city" / "incidents", a_month(JANUARY, 9).tables.incidents, "overwrite")
    assert held(tmp_path) == 3
    publish(tmp_path, "city", a_month(FEBRUARY, 1, first=100), "me")
    assert held(tmp_path) == 4


def test_of_two_publishers_at_once_one_wins_and_the_other_is_told(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    gate = Barrier(2)

    def race(month: date) -> str:
        gate.wait()
        try:
            publish(tmp_path, "city", a_month(month, 1, first=month.month * 100), "me")
        except PublishRefusedError as refusal:
            return str(refusal)
        return "won"

    for lap in range(4):
        before = newest(tmp_path, "city")
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(race, [date(2024, 3 + lap, 1), date(2023, 3 + lap, 1)]))
        wins = outcomes.count("won")
        assert newest(tmp_path, "city") == before + wins
        assert all("at the same time" in sentence for sentence in outcomes if sentence != "won")
        delivered = open_version(tmp_path, "city").coverage.count().execute()
        assert delivered == newest(tmp_path, "city")


@pytest.mark.parametrize("lap", range(6))
def test_of_two_first_publishers_at_once_one_wins_and_its_own_rows_are_published(tmp_path, lap):
    gate = Barrier(2)

    def race(count: int) -> str:
        gate.wait()
        try:
            publish(tmp_path, "city", a_month(JANUARY, count, first=100 * count), f"{count}")
        except PublishRefusedError as refusal:
            return str(refusal)
        return "won"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(race, [2, 9]))
    history = versions(tmp_path, "city") if datasets(tmp_path) else ()
    assert [published.number for published in history] == list(range(1, outcomes.count("won") + 1))
    for published in history:
        assert held(tmp_path, published.number) == published.table_rows["incidents"]
    publish(tmp_path, "city", a_month(FEBRUARY, 1), "later")
    assert newest(tmp_path) == len(history) + 1


def test_a_first_publish_that_was_overtaken_midway_is_refused(tmp_path, monkeypatch):
    real = stores.commit

    def overtaken(folder, table, mode):
        if folder.name == "counts":
            monkeypatch.setattr(stores, "commit", real)
            publish(tmp_path, "city", a_month(JANUARY, 9, first=50), "somebody else")
        return real(folder, table, mode)

    monkeypatch.setattr(stores, "commit", overtaken)
    with pytest.raises(PublishRefusedError, match="Somebody else published 'city' at the same time"):
        publish(tmp_path, "city", a_month(JANUARY, 2), "me")
    assert [(published.number, published.published_by) for published in versions(tmp_path, "city")] == [
        (1, "somebody else")
    ]
    assert held(tmp_path) == 9


def test_a_publish_that_was_broken_off_is_not_seen_and_does_not_hinder_the_next(tmp_path, monkeypatch):
    real = stores.commit

    def broken_off(folder, table, mode):
        if folder.name == "coverage":
            raise KeyboardInterrupt
        return real(folder, table, mode)

    for before in (0, 3):
        monkeypatch.setattr(stores, "commit", broken_off)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, "city", a_month(FEBRUARY, 7, first=70), "me")
        monkeypatch.setattr(stores, "commit", real)
        assert (held(tmp_path) if datasets(tmp_path) else 0) == before
        if not before:
            publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    publish(tmp_path, "city", a_month(FEBRUARY, 1, first=9), "me")
    assert held(tmp_path) == 4


def test_a_manifest_line_is_not_laid_on_top_of_another(tmp_path, monkeypatch):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    real = stores.commit

    def overtaken(folder, table, mode):
        monkeypatch.setattr(stores, "commit", real)
        publish(tmp_path, "city", a_month(FEBRUARY, 1, first=50), "somebody else")
        return real(folder, table, mode)

    monkeypatch.setattr(stores, "commit", overtaken)
    with pytest.raises(PublishRefusedError, match="Somebody else published 'city' at the same time"):
        publish(tmp_path, "city", a_month(JANUARY, 9, first=60), "me")
    assert [published.published_by for published in versions(tmp_path, "city")] == ["me", "somebody else"]
    assert held(tmp_path) == 4


def test_every_version_stays_readable_past_deltas_own_clean_up(tmp_path):
    for number in range(12):
        publish(tmp_path, "city", a_month(JANUARY, 1, first=number), "me")
    DeltaTable(tmp_path / "city" / "incidents").create_checkpoint()
    DeltaTable(tmp_path / "city" / "incidents").cleanup_metadata()
    assert {held(tmp_path, number) for number in range(1, 13)} == {1}


def test_what_is_not_there_says_what_is(tmp_path):
    with pytest.raises(UnknownNameError, match="No dataset is called 'city'. Nothing has been published"):
        versions(tmp_path, "city")
    publish(tmp_path, "city", a_month(JANUARY, 1), "me")
    with pytest.raises(UnknownNameError, match="No dataset is called 'town'. There are: city"):
        open_version(tmp_path, "town")
    with pytest.raises(UnknownNameError, match="has no version 7. Choose version 1, the only one"):
        open_version(tmp_path, "city", 7)


@pytest.mark.parametrize("name", ["../city", "City", "", "a/b", "a" * 41, "a\nb", "-a", "ﬁ"])
def test_a_name_that_could_climb_out_of_the_store_is_no_dataset(tmp_path, name):
    with pytest.raises(UnknownNameError, match="cannot be the name of a dataset"):
        publish(tmp_path, name, a_month(JANUARY, 1), "me")


def test_a_damaged_file_is_said_in_a_sentence_and_the_rest_of_the_store_stays_readable(tmp_path):
    for count in (3, 2):
        publish(tmp_path, "city", a_month(JANUARY, count), "me")
    publish(tmp_path, "town", a_month(JANUARY, 3), "me")
    first = (
        tmp_path
        / "city"
        / "incidents"
        / open_version(tmp_path, "city", 1).publish.stored["incidents"][0].name
    )
    first.write_bytes(b"PAR1 not any more")
    with pytest.raises(
        DamagedStoreError, match=r"Version 1 of dataset 'city' cannot be read: incidents/part-\S+ has 17"
    ):
        open_version(tmp_path, "city", 1)
    assert held(tmp_path) == 2
    line = next(iter(added_files(log_file(tmp_path / "city" / "manifest", 1))))
    (tmp_path / "city" / "manifest" / line).unlink()
    manifest._lines_of.cache_clear()  # as in a process that has not read it before
    with pytest.raises(DamagedStoreError, match="'city' cannot be read: its list of versions is damaged"):
        versions(tmp_path, "city")
    assert datasets(tmp_path) == ("city", "town")
    assert is_readable(tmp_path)
    assert open_version(tmp_path, "town").incidents.count().execute() == 3


@pytest.mark.parametrize("folder", ["with space", "star*", "{braces}", "café", "o'clock"])
def test_a_store_may_lie_in_any_folder(tmp_path, folder):
    publish(tmp_path / folder, "city", a_month(JANUARY, 3), "me")
    publish(tmp_path / folder, "city", a_month(FEBRUARY, 1, first=9), "me")
    assert held(tmp_path / folder) == 4
    assert newest(tmp_path / folder, "city") == 2


@pytest.mark.parametrize("folder", ["per%20cent", "[brackets]", "a#b", "a?b", "a^b", "a|b"])
def test_a_folder_that_delta_cannot_read_is_refused_before_anything_is_written(tmp_path, folder):
    with pytest.raises(PublishRefusedError, match="Delta Lake can't read a path with"):
        publish(tmp_path / folder, "city", a_month(JANUARY, 3), "me")
    assert not (tmp_path / folder).exists()


def test_other_engines_read_the_same_tables(tmp_path):
    published = publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    table = DeltaTable(tmp_path / "city" / "incidents", version=published.table_versions["incidents"])
    assert sum(pq.read_metadata(uri).num_rows for uri in table.file_uris()) == 3
    assert table.protocol().reader_features in (None, ["timestampNtz"])


def test_a_script_that_only_reads_ends_cleanly(tmp_path):
    publish(tmp_path, "city", a_month(JANUARY, 3), "me")
    code = (
        "import json, sys; from pathlib import Path; from vulncore.store import versions;"
        "print(json.dumps([v.number for v in versions(Path(sys.argv[1]), 'city')]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, [1], "")


@pytest.mark.parametrize("name", ["aux", "con", "com1"])
def test_a_new_dataset_has_a_name_that_any_system_takes(tmp_path, name):
    with pytest.raises(PublishRefusedError, match=f"'{name}' cannot be .* Windows keeps it for a device"):
        publish(tmp_path, name, delivery([incident(1, JANUARY)], covered([JANUARY])), "me")
    assert list(tmp_path.iterdir()) == []
