"""What the commands promise that look after a store."""

import shutil

import pytest

from tests.cli.test_cli import rows, run
from vulncore.access.audit import record
from vulncore.store import datasets, open_version, versions
from vulncore.store.contents import log_file
from vulncore.store.secrets import FILE_NAME
from vulncore.store.torn import added_files


@pytest.fixture
def store(shipped_store, tmp_path):
    without_secret = shutil.ignore_patterns(FILE_NAME)  # one is there once a page was asked by hour or place
    shutil.copytree(shipped_store, tmp_path / "store", ignore=without_secret)
    return tmp_path / "store"


def states(store) -> dict[str, str]:
    done = run("verify", "--format", "csv", store=store)
    return {row["What"]: row["Files"] for row in rows(done.stdout)}


def test_a_store_is_verified_backed_up_and_restored_with_one_command_each(store, tmp_path):
    assert states(store) == {"city-open-counts version 1": "verified", "demo version 1": "verified"}
    done = run("backup", tmp_path / "copy.zip", store=store)
    assert done.exit_code == 0, done.stderr
    assert "Backed up to" in done.stdout
    assert "2 datasets" in done.stdout
    done = run("restore", tmp_path / "copy.zip", store=tmp_path / "again")
    assert done.exit_code == 0, done.stderr
    assert states(tmp_path / "again") == states(store)
    assert versions(tmp_path / "again", "demo") == versions(store, "demo")


def test_a_secret_is_backed_up_into_a_file_of_its_own(store, tmp_path):
    (store / ".pseudonym-secret").write_bytes(bytes(range(32)))
    said = run("backup", tmp_path / "copy.zip", store=store).stdout
    assert "The secret behind victims' pseudonyms and the blur of hours and places is not in it" in said
    said = run("backup", tmp_path / "copy.zip", "--secret", tmp_path / "secret", store=store).stdout
    assert "is not in it" not in said
    assert (tmp_path / "secret").read_bytes() == bytes(range(32))
    run("restore", tmp_path / "copy.zip", "--secret", tmp_path / "secret", store=tmp_path / "again")
    assert (tmp_path / "again" / ".pseudonym-secret").read_bytes() == bytes(range(32))
    (tmp_path / "secret").write_bytes(b"another")
    done = run("restore", tmp_path / "copy.zip", "--secret", tmp_path / "secret", store=tmp_path / "third")
    assert (done.exit_code, "does not hold the secret of a store" in done.stderr) == (1, True)
    assert not (tmp_path / "third").exists()


def test_what_does_not_hold_what_was_published_is_named_and_the_command_fails(store):
    (file, *_) = open_version(store, "demo").publish.stored["incidents"]
    path = store / "demo" / "incidents" / file.name
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    (store / "scenarios").mkdir()
    (store / "scenarios" / "odd.toml").write_text("name = ")
    done = run("verify", store=store)
    assert done.exit_code == 1
    assert "2 of 3 checks failed: demo version 1, scenarios/odd.toml" in done.stderr
    assert "has changed since it was published" in done.stdout


def test_a_version_that_is_only_half_there_is_said_and_the_next_publish_sets_it_aside(store):
    run("demo", "--by", "me", store=store)
    log = log_file(store / "city-open-counts" / "counts", 1)
    for name in added_files(log):
        (log.parents[1] / name).write_bytes(b"")
    assert states(store)["city-open-counts version 1"] == "half written"
    done = run("versions", "--dataset", "demo", store=store)
    assert done.stderr == ""
    done = run("versions", "--dataset", "city-open-counts", store=store)
    assert done.exit_code == 1
    assert "Version 1 of dataset 'city-open-counts' cannot be read" in done.stderr
    assert datasets(store) == ("demo",)
    done = run("ready-data", store=store)
    assert "Version 1 was half written and has been set aside." in done.stdout
    assert states(store) == {"city-open-counts version 2": "verified", "demo version 1": "verified"}


def test_the_audit_log_is_printed_checked_and_narrowed(tmp_path):
    assert "There is no audit log" in run("audit", store=tmp_path).stderr
    for page in ("when", "where"):
        record(tmp_path, "ana@force.test", "opened", page=page, choices={"dataset": "demo"})
    record(tmp_path, "vic@force.test", "downloaded", file="=1+1.csv")
    printed = run("audit", "--format", "csv", store=tmp_path)
    assert printed.exit_code == 0
    assert 'opened,"page when, choices {""dataset"": ""demo""}"' in printed.stdout
    assert "3 lines, each as it was written" in printed.stderr
    assert run("audit", "--who", "ANA@force.test", store=tmp_path).stdout.count("opened") == 2
    empty = run("audit", "--what", "download", store=tmp_path)
    assert (
        "No line is of that. Who: ana@force.test, vic@force.test. What: downloaded, opened." in empty.stderr
    )
    assert "is no day" in run("audit", "--since", "yesterday", store=tmp_path).stderr
    assert "is no digest" in run("audit", "--holds", "deadbeef", store=tmp_path).stderr
    noted = printed.stderr.split("digest ")[1].split(":")[0]
    assert run("audit", "--holds", noted, store=tmp_path).exit_code == 0
    shutil.rmtree(tmp_path / ".audit")
    gone = run("audit", store=tmp_path)
    assert (gone.exit_code, "the last 3 lines are gone" in gone.stderr) == (1, True)
