"""What pseudonyms promise: the same person is the same, and nobody can tell who without the secret."""

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from vulncore.domain.errors import DamagedStoreError
from vulncore.domain.pseudonyms import FILE_NAME, pseudonym, store_secret


def test_a_stores_secret_is_made_once_and_is_its_owners_alone(tmp_path):
    secret = store_secret(tmp_path / "store")
    assert len(secret) == 32
    assert store_secret(tmp_path / "store") == secret
    assert stat.S_IMODE((tmp_path / "store" / FILE_NAME).stat().st_mode) == 0o600
    assert store_secret(tmp_path / "another") != secret
    assert [path.name for path in (tmp_path / "store").iterdir()] == [FILE_NAME]


def test_many_who_ask_at_once_get_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: store_secret(tmp_path), range(40)))) == 1


def test_a_secret_that_was_cut_short_is_not_used(tmp_path):
    store_secret(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o600)
    (tmp_path / FILE_NAME).write_bytes(b"short")
    with pytest.raises(DamagedStoreError, match="does not hold a secret any more"):
        store_secret(tmp_path)


def test_a_pseudonym_is_the_keyed_digest_of_the_reference():
    expected = hmac.new(b"k" * 32, b"v 17/24", hashlib.sha256).hexdigest()[:32]
    assert pseudonym(b"k" * 32, "  V  17/24 ") == expected
    assert pseudonym(b"k" * 32, "V 17/25") != expected
    assert pseudonym(b"k" * 32, "  ") == ""
