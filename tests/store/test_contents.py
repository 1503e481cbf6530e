"""What the store promises of files that changed after they were published: no figure of theirs is shown."""

import random
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.making import covered, delivery, incident, months
from vulncore.domain.disk import file_digest, named_file
from vulncore.domain.errors import DamagedStoreError, UnknownNameError
from vulncore.domain.schemas import SCHEMAS
from vulncore.store import manifest, open_version, publish, versions
from vulncore.store import store as stores
from vulncore.store.contents import MOST_APART, log_file, may_hold
from vulncore.store.snapshots import same_incidents, tables_of
from vulncore.store.store import half_written
from vulncore.store.torn import added_files

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)
SEED = 17


def a_month(month: date, count: int):
    return delivery([incident(month.month * 100 + n, month) for n in range(count)], covered([month]))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    store = tmp_path_factory.mktemp("published")
    publish(store, "city", a_month(JANUARY, 30), "me")
    publish(store, "city", a_month(FEBRUARY, 20), "me")
    return store


@pytest.fixture
def copied(published, tmp_path):
    shutil.copytree(published, tmp_path / "store")
    manifest._lines_of.cache_clear()  # as in a process that has not read it before
    return tmp_path / "store"


@pytest.fixture
def store_of_0_1_0(tmp_path, monkeypatch):
    """Return a store with the lines that 0.1.0 wrote: they don't say what the files held."""
    real = stores.manifest_line

    def short_line(one, contents):
        line = real(one, contents)
        return line.select(
            [name for name in line.column_names if name not in ("contents", "set_aside", "seal")]
        )

    with monkeypatch.context() as earlier:
        earlier.setattr(stores, "manifest_line", short_line)
        publish(tmp_path / "store", "city", a_month(JANUARY, 30), "me")
        publish(tmp_path / "store", "city", a_month(FEBRUARY, 20), "me")
    return tmp_path / "store"


def version_file(store: Path, name: str, number: int | None = None) -> Path:
    (file, *_) = open_version(store, "city", number).publish.stored[name]
    return store / "city" / name / file.name


def held(store, number=None):
    return int(open_version(store, "city", number).incidents.count().execute())


def test_a_version_names_its_files_with_their_sizes_and_digests(published):
    for one in versions(published, "city"):
        assert one.is_verifiable
        assert one.stored.keys() == SCHEMAS.keys()
        for name, files in one.stored.items():
            for file in files:
                path = published / "city" / name / file.name
                assert (path.stat().st_size, file_digest(path)) == (file.bytes, file.sha256)


def test_a_byte_that_changed_in_any_file_is_said_or_changes_nothing(published, copied):
    chance = random.Random(SEED)
    before = [tables_of(open_version(published, "city", number)) for number in (1, 2)]
    named = {
        (file.name, one.number)
        for one in versions(published, "city")
        for files in one.stored.values()
        for file in files
        if file.bytes
    }
    noticed = set()
    for path in sorted(
        path for path in (copied / "city").rglob("*") if path.is_file() and path.stat().st_size
    ):
        whole = path.read_bytes()
        spoilt = bytearray(whole)
        spoilt[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        manifest._lines_of.cache_clear()
        for number in (1, 2):
            try:
                assert tables_of(open_version(copied, "city", number)) == before[number - 1], path.name
            except (DamagedStoreError, UnknownNameError):
                noticed.add((path.name, number))
        path.write_bytes(whole)
    manifest._lines_of.cache_clear()
    assert held(copied) == 50
    assert named
    assert noticed >= named  # what else is noticed lies in the logs, and goes by where the byte lies


def test_a_file_that_changed_is_named_and_the_other_version_still_opens(copied):
    spoilt = version_file(copied, "incidents", 1)
    content = bytearray(spoilt.read_bytes())
    content[len(content) // 2] ^= 1
    spoilt.write_bytes(content)
    with pytest.raises(
        DamagedStoreError, match=rf"Version 1 of .*: incidents/{spoilt.name} has changed since"
    ):
        open_version(copied, "city", 1)
    assert held(copied, 2) == 50


@pytest.mark.parametrize("table", ["incidents", "coverage"])
def test_an_emptied_log_of_a_table_changes_no_figure(copied, table):
    log_file(copied / "city" / table, 2).write_text("")
    assert (held(copied, 1), held(copied, 2)) == (30, 50)
    assert open_version(copied, "city").coverage.count().execute() == 2


def test_of_a_version_of_0_1_0_rows_that_are_gone_are_said_and_nobody_knows_the_rest(store_of_0_1_0):
    assert [one.is_verifiable for one in versions(store_of_0_1_0, "city")] == [False, False]
    assert held(store_of_0_1_0) == 50
    publish(store_of_0_1_0, "city", a_month(FEBRUARY, 21), "me")
    assert [one.is_verifiable for one in versions(store_of_0_1_0, "city")] == [False, False, True]
    log_file(store_of_0_1_0 / "city" / "incidents", 2).write_text("")
    with pytest.raises(DamagedStoreError, match="Version 2 .*: incidents has 30 rows, and 50 were published"):
        open_version(store_of_0_1_0, "city", 2)
    assert held(store_of_0_1_0, 3) == 51


@pytest.mark.parametrize(
    "lost", [lambda whole: b"", lambda whole: whole[: len(whole) // 2]], ids=["all", "half"]
)
@pytest.mark.parametrize("of", ["its tables", "its line", "all of it"])
@pytest.mark.parametrize("kind", ["copied", "store_of_0_1_0"])
def test_a_newest_version_that_is_half_there_is_told_and_set_aside_by_the_next_publish(
    request, kind, of, lost
):
    store = request.getfixturevalue(kind)
    for name in {"its tables": [*SCHEMAS], "its line": ["manifest"], "all of it": [*SCHEMAS, "manifest"]}[of]:
        log = log_file(store / "city" / name, 2)
        for path in [log, *(log.parents[1] / file for file in added_files(log))]:
            path.write_bytes(lost(path.read_bytes()))
    manifest._lines_of.cache_clear()
    assert [one.number for one in versions(store, "city")] == [1]
    assert half_written(store, "city") == (2,)
    assert held(store) == 30

    next_one = publish(store, "city", a_month(FEBRUARY, 9), "somebody")
    assert next_one.set_aside == (2,)
    assert next_one.number == (3 if of == "its tables" else 2)
    assert [one.number for one in versions(store, "city")] == [1, next_one.number]
    assert half_written(store, "city") == ()
    assert (held(store, 1), held(store)) == (30, 39)


def test_a_line_of_the_manifest_that_changed_is_said(copied):
    log = log_file(copied / "city" / "manifest", 2)
    (file,) = added_files(log)
    path = log.parents[1] / file
    line = pq.read_table(path)
    position = line.schema.get_field_index("made")
    other = line.set_column(position, line.schema.field(position), pa.array([not line["made"][0].as_py()]))
    size = path.stat().st_size
    pq.write_table(other, path)
    log.write_text(log.read_text().replace(f'"size":{size}', f'"size":{path.stat().st_size}'))
    with pytest.raises(DamagedStoreError, match="its list of versions is damaged"):
        open_version(copied, "city")


def of_two_forces(month: date, *forces: str):
    rows = [
        incident(100_000 * month.month + 1_000 * len(force) + n, month, force=force)
        for force in forces
        for n in range(20)
    ]
    return delivery(rows, [row for force in forces for row in covered([month], force=force)])


def test_one_force_is_read_of_its_files_alone_and_keeps_them_where_another_delivers(tmp_path):
    publish(tmp_path, "all", of_two_forces(JANUARY, "Kent Police", "Ruritania Police"), "me")
    publish(tmp_path, "all", of_two_forces(FEBRUARY, "Ruritania Police"), "me")
    first, second = versions(tmp_path, "all")
    assert same_incidents(first, second, "Kent Police")
    assert not same_incidents(first, second, "Ruritania Police")
    for path in [tmp_path / "all" / "incidents" / one.name for one in second.stored["incidents"]]:
        if may_hold(file := named_file(path), "Ruritania Police"):
            assert not may_hold(file, "Kent Police")
            path.write_bytes(b"\0" * file.bytes)
    kent = open_version(tmp_path, "all", forces=("Kent Police",)).incidents
    assert kent.force.to_pandas().tolist() == ["Kent Police"] * 20
    assert open_version(tmp_path, "all", forces=()).incidents.count().execute() == 0
    for wanted in ({"forces": ("Ruritania Police",)}, {"without": ("Kent Police",)}, {}):
        with pytest.raises(DamagedStoreError, match="has changed since"):
            open_version(tmp_path, "all", **wanted)


def test_forces_beyond_the_largest_share_a_file_and_are_all_there(tmp_path):
    names = [f"Force {number}" for number in range(MOST_APART + 3)]
    rows = [incident(number, JANUARY, force=name) for number, name in enumerate(names)]
    publish(tmp_path, "odd", delivery(rows, covered([JANUARY])), "me")
    files = versions(tmp_path, "odd")[-1].stored["incidents"]
    assert len(files) == MOST_APART + 1
    for name in names:
        incidents = open_version(tmp_path, "odd", forces=(name,)).incidents
        assert incidents.filter(incidents.force == name).count().execute() == 1
