"""What vulncore.fetching.remote_file promises: a zip at a site gives single members, and little more is fetched."""

import io
import os
import zipfile

import pytest

from tests.fetching.local_site import Served
from tests.fetching.open_data import archive
from vulncore.domain.errors import UnreachableSiteError
from vulncore.fetching.remote_file import END_BYTES, RemoteFile
from vulncore.fetching.web import ChangedFileError

URL = "https://data.police.uk/data/archive/2024-12.zip"
PATH = "/data.police.uk/data/archive/2024-12.zip"
MEMBERS = {f"{number}.bin": os.urandom(400_000) for number in range(20)}


def test_it_reads_as_the_file_itself_does(site, web):
    content = os.urandom(3_000_000)
    site.served[PATH] = Served(content)
    remote, local = RemoteFile(web, URL, 10**9), io.BytesIO(content)
    for offset, whence, size in [
        (0, 0, 10),
        (5, 1, 200_000),
        (-7, 2, 100),
        (2_999_990, 0, 100),
        (0, 0, -1),
        (9, 2, 5),
    ]:
        assert remote.seek(offset, whence) == local.seek(offset, whence)
        assert remote.read(size) == local.read(size)
        assert remote.tell() == local.tell()


def test_a_member_is_had_without_the_others(site, web):
    site.served[PATH] = Served(archive(MEMBERS))
    remote = RemoteFile(web, URL, 10**9)
    with zipfile.ZipFile(remote) as packed:
        before = len(site.asked_for)
        remote.ahead = packed.getinfo("3.bin").compress_size + 1_024
        assert packed.read("3.bin") == MEMBERS["3.bin"]
        assert len(site.asked_for) == before + 1
    assert site.bytes_sent < END_BYTES + 500_000


def test_a_site_that_gives_no_parts_is_told_from_one_that_does(site, web):
    site.served[PATH] = Served(archive(MEMBERS), ranges=False)
    with pytest.raises(ChangedFileError):
        RemoteFile(web, URL, 10**9)


def test_what_changes_while_it_is_read_is_not_mixed(site, web):
    site.served[PATH] = Served(archive(MEMBERS))
    remote = RemoteFile(web, URL, 10**9)
    site.served[PATH] = Served(archive(MEMBERS), tag='"2"')
    with zipfile.ZipFile(remote) as packed, pytest.raises(ChangedFileError, match="has changed"):
        packed.read("0.bin")


def test_a_file_larger_than_may_be_is_refused(site, web):
    site.served[PATH] = Served(archive(MEMBERS))
    with pytest.raises(UnreachableSiteError, match=r"should have between 1 and 1,000\b"):
        RemoteFile(web, URL, 1_000)
