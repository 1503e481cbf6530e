"""What vulncore.fetching.ledger promises: files come whole or not at all, and who fetched what from where stays known."""

import hashlib
import json
from datetime import datetime

import pytest

from tests.fetching.local_site import Served
from vulncore.domain.errors import UnreachableSiteError
from vulncore.fetching import ledger as ledgers
from vulncore.fetching.ledger import LEDGER, Ledger

URL = "https://data.police.uk/data/archive/2024-12.zip"
PATH = "/data.police.uk/data/archive/2024-12.zip"
CONTENT = b"0123456789" * 100_000


def quiet(*_: object) -> None:
    """Take note of no progress."""


def download(web, folder, md5: str = "", most_bytes: int = 10**9, progress=quiet) -> bool:
    return Ledger(folder).download(web, URL, "a.zip", most_bytes, progress, md5)


def test_a_download_is_listed_with_address_moment_bytes_and_digest(site, web, tmp_path):
    site.served[PATH] = Served(CONTENT)
    assert download(web, tmp_path / "new" / "folder")
    (entry,) = json.loads((tmp_path / "new" / "folder" / LEDGER).read_text())["files"]
    assert datetime.fromisoformat(entry.pop("fetched_at")).tzinfo is not None
    assert entry == {
        "file": "a.zip",
        "address": URL,
        "version": '"1"',
        "bytes": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ["a.zip", LEDGER]


def test_what_is_whole_and_unchanged_is_not_fetched_again(site, web, tmp_path):
    site.served[PATH] = Served(CONTENT)
    assert download(web, tmp_path)
    assert not download(web, tmp_path)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("spoil", ["cut", "changed", "deleted", "ledger", "other version"])
def test_what_is_not_whole_or_was_changed_is_fetched_again(site, web, tmp_path, spoil):
    site.served[PATH] = Served(CONTENT)
    download(web, tmp_path)
    if spoil == "cut":
        (tmp_path / "a.zip").write_bytes(CONTENT[:-1])
    elif spoil == "changed":
        (tmp_path / "a.zip").write_bytes(CONTENT[:-1] + b"x")
    elif spoil == "deleted":
        (tmp_path / "a.zip").unlink()
    elif spoil == "ledger":
        (tmp_path / LEDGER).write_text("{")
    else:
        site.served[PATH].tag = '"2"'
    assert download(web, tmp_path)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_run_that_broke_off_is_taken_up_by_the_next(site, web, tmp_path):
    site.served[PATH] = Served(CONTENT, break_after=[300_000, 0, 0])
    with pytest.raises(UnreachableSiteError, match="breaks off again and again"):
        download(web, tmp_path)
    assert (tmp_path / "a.zip.part").stat().st_size == 300_000
    assert not (tmp_path / "a.zip").exists()
    before = site.bytes_sent
    assert download(web, tmp_path)
    assert site.bytes_sent - before == len(CONTENT) - 300_000
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_what_changed_between_two_runs_is_not_mixed(site, web, tmp_path):
    site.served[PATH] = Served(CONTENT, break_after=[300_000, 0, 0])
    with pytest.raises(UnreachableSiteError):
        download(web, tmp_path)
    changed = CONTENT[::-1]
    site.served[PATH] = Served(changed, tag='"2"')
    assert download(web, tmp_path)
    assert (tmp_path / "a.zip").read_bytes() == changed


@pytest.mark.parametrize("version", [b"", b"\xff\xfe", b'"1"\r\nHost: evil', '"é"'.encode()])
def test_what_is_here_of_no_known_version_is_fetched_anew(site, web, tmp_path, version):
    (tmp_path / "a.zip.part").write_bytes(b"of what?")
    (tmp_path / "a.zip.part.version").write_bytes(version)
    site.served[PATH] = Served(CONTENT)
    assert download(web, tmp_path)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", LEDGER]


def test_another_digest_than_the_site_says_is_refused_and_not_kept(site, web, tmp_path):
    site.served[PATH] = Served(CONTENT)
    with pytest.raises(UnreachableSiteError, match=r"another digest \(MD5\).*not kept"):
        download(web, tmp_path, md5="0" * 32)
    assert not list(tmp_path.iterdir())
    assert download(web, tmp_path, md5=hashlib.md5(CONTENT).hexdigest())


def test_a_disk_without_room_is_said_before_anything_comes(site, web, tmp_path, monkeypatch):
    monkeypatch.setattr(ledgers, "SPARE_BYTES", 10**15)
    site.served[PATH] = Served(CONTENT)
    with pytest.raises(UnreachableSiteError, match="a.zip has 1 MB, and the disk has room for 0 MB"):
        download(web, tmp_path)
    assert not list(tmp_path.iterdir())


def test_progress_tells_bytes_here_and_in_all(site, web, tmp_path):
    site.served[PATH] = Served(CONTENT)
    steps: list[tuple] = []
    download(web, tmp_path, progress=lambda *step: steps.append(step))
    assert steps[-1] == ("a.zip", len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("text", ["[]", '{"files": [1]}', '{"files": [{"file": 1}]}', "\x00", "[" * 99_999])
def test_a_list_that_cannot_be_read_counts_as_empty(tmp_path, text):
    (tmp_path / LEDGER).write_text(text)
    assert not Ledger(tmp_path).whole("a.zip", URL, '"1"')


def test_the_same_content_is_not_written_again(tmp_path):
    assert Ledger(tmp_path).keep("2024-01/a.csv", b"a", URL, "1")
    assert not Ledger(tmp_path).keep("2024-01/a.csv", b"a", URL, "1")
    assert Ledger(tmp_path).keep("2024-01/a.csv", b"b", URL, "1")
    assert (tmp_path / "2024-01" / "a.csv").read_bytes() == b"b"
