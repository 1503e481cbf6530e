"""What vulncore.store.set_strands promises: a list of strands travels with its dataset, version by version."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.making import covered, delivery, incident, months
from tests.store.test_notes import note, notes
from vulncore.domain.errors import (
    DamagedStoreError,
    InvalidStrandsError,
    PublishRefusedError,
    UnknownNameError,
)
from vulncore.domain.strands.strand_list import StrandList, shipped_list
from vulncore.domain.vocabulary import Strand
from vulncore.findings.shared.contents import dataset_contents
from vulncore.store import annotate, manifest, open_version, publish, set_strands, undo, versions
from vulncore.store.backup import back_up, restore
from vulncore.store.contents import log_file
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection
from vulncore.store.torn import added_files
from vulncore.store.verifying import FileState, store_checks

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)
NEW = Strand("radicalisation", "Radicalisation", "Radicalisation", was=("prevent",))
RENAMED = replace(
    shipped_list(), strands=(*(one for one in shipped_list().strands if one.key != "prevent"), NEW)
)


def a_month(month, count):
    rows = [incident(month.month * 100 + n, month, victim_key=f"victim-{n}") for n in range(count)]
    return delivery(rows, covered([month]))


@pytest.fixture
def store(tmp_path):
    publish(tmp_path / "store", "city", a_month(JANUARY, 3), "one")
    return tmp_path / "store"


def lists(store):
    return [one.strand_list for one in versions(store, "city")]


def strands_shown(store, number=None):
    return {m.key: m.strand for m in dataset_contents(open_version(store, "city", number)).measures}


def test_a_list_makes_a_new_version_of_the_same_tables_and_earlier_ones_keep_theirs(store):
    before = versions(store, "city")[0]
    published = set_strands(store, "city", RENAMED, "analyst")
    assert (published.number, published.published_by, published.rows.read) == (2, "analyst", 0)
    assert (published.table_versions, published.stored) == (before.table_versions, before.stored)
    assert lists(store) == [shipped_list(), RENAMED]
    assert strands_shown(store, 1)["prevent"] == "prevent"
    assert strands_shown(store, 2)["prevent"] == "radicalisation"
    assert {check.state for check in store_checks(store)} == {FileState.VERIFIED}


def test_what_is_delivered_or_noted_later_keeps_the_list(store):
    set_strands(store, "city", RENAMED, "analyst")
    publish(store, "city", a_month(FEBRUARY, 2), "two")
    annotate(store, "city", notes(note()), "three")
    purge(store, "city", Selection(victim_keys=("victim-1",)), "four")
    assert lists(store) == [shipped_list(), *[RENAMED] * 4]


def test_undoing_brings_back_the_list_from_before(store):
    set_strands(store, "city", RENAMED, "analyst")
    undo(store, "city", "two")
    undo(store, "city", "three")
    assert lists(store) == [shipped_list(), RENAMED, shipped_list(), RENAMED]


def test_a_list_that_comes_to_the_same_changes_nothing(store):
    assert set_strands(store, "city", shipped_list(), "analyst").unchanged
    set_strands(store, "city", RENAMED, "analyst")
    spelt = replace(NEW, measures=("prevent",))
    assert set_strands(
        store, "city", replace(RENAMED, strands=(*RENAMED.strands[:-1], spelt)), "me"
    ).unchanged
    assert len(versions(store, "city")) == 2


def test_a_list_read_from_a_version_that_is_no_longer_the_newest_is_refused(store):
    set_strands(store, "city", RENAMED, "analyst", number=1)
    with pytest.raises(PublishRefusedError, match="since version 1, so your list of strands was not saved"):
        set_strands(store, "city", shipped_list(), "another", number=1)


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (StrandList(shipped_list().strands[1:]), r"not in the list: 1 \(domestic-abuse-crime"),
        (StrandList((replace(NEW, measures=("rap",)),)), r"not known: 1 \(rap\)"),
    ],
)
def test_a_list_that_does_not_fit_the_dataset_publishes_nothing(store, listed, message):
    with pytest.raises(InvalidStrandsError, match=message):
        set_strands(store, "city", listed, "analyst")
    assert len(versions(store, "city")) == 1


def test_a_dataset_that_is_not_there_has_no_list(store):
    with pytest.raises(UnknownNameError, match="No dataset is called 'town'"):
        set_strands(store, "town", RENAMED, "analyst")


def test_a_backup_holds_the_list(store, tmp_path):
    set_strands(store, "city", RENAMED, "analyst")
    back_up(store, tmp_path / "backup.zip", tmp_path / "backup.secret")
    restore(tmp_path / "backup.zip", tmp_path / "again")
    assert lists(tmp_path / "again") == [shipped_list(), RENAMED]


def written_anew(store, number, change):
    """Write the line of a version as something else has it."""
    log = log_file(store / "city" / "manifest", number)
    (file,) = added_files(log)
    path = log.parents[1] / file
    size = path.stat().st_size
    pq.write_table(change(pq.read_table(path)), path)
    log.write_text(log.read_text().replace(f'"size":{size}', f'"size":{path.stat().st_size}'))
    manifest._lines_of.cache_clear()


def test_a_list_that_was_changed_behind_the_stores_back_is_not_shown(store):
    set_strands(store, "city", RENAMED, "analyst")

    def forged(line):
        text = line["strands"][0].as_py().replace("Radicalisation", "Nothing to see")
        position = line.schema.get_field_index("strands")
        return line.set_column(position, line.schema.field(position), pa.array([text]))

    written_anew(store, 2, forged)
    with pytest.raises(DamagedStoreError, match="list of versions is damaged"):
        versions(store, "city")


def test_a_version_from_before_there_were_lists_has_the_one_that_ships(store):
    def of_then(line):
        earlier = line.drop_columns(["strands", "seal"])
        (row,) = earlier.to_pylist()
        return earlier.append_column("seal", pa.array([manifest._seal(row)]))

    written_anew(store, 1, of_then)
    assert lists(store) == [shipped_list()]
    assert set_strands(store, "city", RENAMED, "analyst").number == 2
    assert lists(store) == [shipped_list(), RENAMED]
    assert open_version(store, "city", 1).incidents.count().execute() == 3
