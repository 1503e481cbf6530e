"""What vulncore.store.backup and vulncore.store.verifying promise."""

import io
import json
import shutil
import stat
import warnings
import zipfile
from contextlib import suppress
from datetime import date

import pytest

from tests.making import covered, delivery, incident, months
from tests.resourcing.scenario.test_locked import AT, FIGURES
from tests.store.test_areas import KENT, polygon, written
from tests.store.test_notes import note, notes
from vulncore.domain.errors import DamagedStoreError, PublishRefusedError
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.locked import changed_since, lock_of, lock_scenario
from vulncore.resourcing.scenario.saved import save_scenario, saved_scenario
from vulncore.store import annotate, open_version, publish, versions
from vulncore.store import backup as backups
from vulncore.store.areas import area_of, keep_area
from vulncore.store.backup import back_up, restore
from vulncore.store.contents import log_file
from vulncore.store.holding import held_for_purge
from vulncore.store.secrets import FILE_NAME, store_secret
from vulncore.store.snapshots import tables_of
from vulncore.store.verifying import FileState, store_checks

WHOLE = {FileState.VERIFIED, FileState.READABLE}
JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)


def a_month(month: date, count: int):
    rows = [incident(month.month * 100 + n, month, victim_key=f"victim-{n}") for n in range(count)]
    return delivery(rows, covered([month]))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a store with two datasets, notes, a boundary, a scenario and a secret."""
    folder = tmp_path_factory.mktemp("kept")
    store = folder / "store"
    publish(store, "city", a_month(JANUARY, 3), "me")
    publish(store, "city", a_month(FEBRUARY, 2), "me")
    publish(store, "town", a_month(JANUARY, 1), "me")
    annotate(store, "town", notes(note()), "me")
    keep_area(store, KENT, written(folder, polygon()))
    saved = save_scenario(store, example_scenario(), "Half more")
    lock_scenario(store, saved, "A. Lead", "Board", FIGURES, AT)
    store_secret(store)
    return store


@pytest.fixture
def backed_up(kept, tmp_path):
    back_up(kept, tmp_path / "backup.zip", tmp_path / "backup.secret")
    return tmp_path / "backup.zip"


def everything(store):
    return {
        (name, one.number): (one, tables_of(open_version(store, name, one.number)))
        for name in ("city", "town")
        for one in versions(store, name)
    }


def test_all_that_a_store_holds_comes_back_and_its_secret_is_kept_apart(kept, backed_up, tmp_path):
    again = tmp_path / "again"
    counts = restore(backed_up, again, tmp_path / "backup.secret")
    assert everything(again) == everything(kept)
    assert area_of(again, KENT) == area_of(kept, KENT)
    assert saved_scenario(again, "Half more") == saved_scenario(kept, "Half more")
    assert lock_of(again, "Half more") == lock_of(kept, "Half more") is not None
    assert not changed_since(again, "Half more")
    assert store_secret(again) == store_secret(kept)
    assert (counts.datasets, counts.has_secret) == (2, True)
    assert {check.state for check in store_checks(again)} == WHOLE
    assert store_secret(kept) not in backed_up.read_bytes()
    assert not any(FILE_NAME in name for name in zipfile.ZipFile(backed_up).namelist())
    for file in (backed_up, tmp_path / "backup.secret"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    publish(again, "city", a_month(FEBRUARY, 4), "somebody")
    assert len(versions(again, "city")) == 3


def test_what_can_be_made_again_is_not_backed_up(kept, tmp_path):
    store = shutil.copytree(kept, tmp_path / "store")
    before, named = back_up(store, tmp_path / "before.zip"), store_checks(store)
    (store / "city" / "prepared" / "forecasts").mkdir(parents=True)
    (store / "city" / "prepared" / "forecasts" / "0123").write_bytes(b"made of its versions")
    assert back_up(store, tmp_path / "after.zip") == before
    assert store_checks(store) == named


def test_without_its_secret_a_store_comes_back_without_one(backed_up, tmp_path):
    assert not restore(backed_up, tmp_path / "again").has_secret
    assert not (tmp_path / "again" / FILE_NAME).exists()


def test_nothing_is_written_over(kept, backed_up, tmp_path):
    with pytest.raises(PublishRefusedError, match="holds something already, so nothing was restored"):
        restore(backed_up, kept)
    (tmp_path / "empty").mkdir()
    assert restore(backed_up, tmp_path / "empty").datasets == 2


def test_there_is_nothing_to_back_up_in_an_empty_store(tmp_path):
    with pytest.raises(PublishRefusedError, match="There is nothing to back up"):
        back_up(tmp_path / "nowhere", tmp_path / "backup.zip")


def test_a_store_without_a_secret_is_backed_up_and_says_that_it_has_none(tmp_path):
    publish(tmp_path / "store", "city", a_month(JANUARY, 1), "me")
    assert not back_up(tmp_path / "store", tmp_path / "backup.zip", tmp_path / "secret").has_secret
    assert not (tmp_path / "secret").exists()
    restored = restore(tmp_path / "backup.zip", tmp_path / "again")
    assert (restored.has_secret, restored.secret_missing) == (False, False)


def test_whoever_forgets_the_secret_is_told(backed_up, tmp_path):
    assert restore(backed_up, tmp_path / "without").secret_missing


def test_a_backup_is_refused_while_records_are_erased(kept, tmp_path):
    with (
        held_for_purge(kept / "city"),
        pytest.raises(PublishRefusedError, match="are being erased at this moment"),
    ):
        back_up(kept, tmp_path / "backup.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_changed_by_a_byte_restores_nothing(backed_up, tmp_path):
    whole, restored = backed_up.read_bytes(), 0
    anywhere = range(0, len(whole), len(whole) // 40)
    numbers = (whole.rindex(b"PK\1\2") + 42, whole.rindex(b"PK\5\6") + 12)  # where a file, and the list, are
    for at in (*anywhere, *(start + byte for start in numbers for byte in range(8))):
        backed_up.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with suppress(DamagedStoreError):
            restore(backed_up, tmp_path / "again")
        if (tmp_path / "again").exists():  # a byte that means nothing, as a time in the zip's own list
            assert {check.state for check in store_checks(tmp_path / "again")} <= WHOLE
            shutil.rmtree(tmp_path / "again")
            restored += 1
    assert restored < 10
    assert {path.name for path in tmp_path.iterdir()} == {"backup.zip", "backup.secret"}


def listing(*names: str) -> bytes:
    """Return a zip that says of itself that it is a backup with files of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive, warnings.catch_warnings(action="ignore"):
        for name in names:
            archive.writestr(name, b"")
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        files = [{"name": name, "bytes": 0, "sha256": empty} for name in names]
        archive.writestr("backup.json", json.dumps({"format": backups.FORMAT, "files": files}))
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        listing(),
        listing("../city/a"),
        listing("/etc/passwd"),
        listing("city/../../a"),
        listing("city/a", "city/a"),
        listing("city\\a/b"),
        listing("C:/a"),
        listing(FILE_NAME),
        listing(".erasing/a"),
        listing("city/./a"),
        listing("city//a"),
        listing("city/manifest/_delta_log/00000000000000000001.json").replace(
            b"vulncore backup 1", b"vulncore backup 7"
        ),
    ],
)
def test_what_is_no_backup_restores_nothing(tmp_path, content):
    file = tmp_path / "a.zip"
    file.write_bytes(content)
    with pytest.raises(DamagedStoreError, match=r"a\.zip is no backup of a store, or it is damaged"):
        restore(file, tmp_path / "store")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_store_is_checked_version_by_version(kept, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(kept, store)
    checks = {check.what: check for check in store_checks(store)}
    assert [check.state for name, check in checks.items() if " version " in name] == [FileState.VERIFIED] * 4
    assert checks[FILE_NAME].state is FileState.READABLE

    (store / FILE_NAME).write_bytes(b"short")
    (file, *_) = open_version(store, "city", 1).publish.stored["incidents"]
    with (store / "city" / "incidents" / file.name).open("r+b") as spoilt:
        spoilt.write(b"X")
    log_file(store / "town" / "coverage", 1).write_text("")
    checks = {check.what: check for check in store_checks(store)}
    states = {name: check.state for name, check in checks.items() if check.state is FileState.DAMAGED}
    assert states.keys() == {"city version 1", "town version 1", "town version 2", FILE_NAME}
    assert "has changed since it was published" in checks["city version 1"].fault
    assert (
        "Other programs go by the tables' logs (coverage), which name other files"
        in checks["town version 1"].fault
    )
    assert open_version(store, "town").coverage.count().execute() == 1
