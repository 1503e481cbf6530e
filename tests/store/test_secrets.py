"""What vulncore.store.secrets promises: a secret is made when there is somebody to hide, and missed when it is gone."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from vulncore.domain.delivery import Delivery
from vulncore.domain.errors import DamagedStoreError, InvalidMappingError
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.mapping import Coding, Mapping
from vulncore.store import publish
from vulncore.store.secrets import FILE_NAME, kept_secret, store_secret

NOBODY = Mapping(
    source="crimes",
    force="Kent Police",
    counts=(Coding("Offence", {"Rape": ("rape",)}),),
    columns={"recorded_on": "Recorded"},
    first=date(2024, 1, 1),
    last=date(2024, 1, 1),
)
VICTIMS = replace(NOBODY, columns={**NOBODY.columns, "victim_key": "Victim"})


def delivered(folder: Path, mapping: Mapping) -> Delivery:
    extract = folder / "crimes.csv"
    extract.write_text("Recorded,Offence,Victim\n05/01/2024,Rape,V1\n", encoding="utf-8")
    return deliver(extract, mapping, partial(kept_secret, folder / "store"))


def published(folder: Path) -> Path:
    publish(folder / "store", "kent", delivered(folder, VICTIMS), "tests")
    return folder / "store"


def test_no_secret_is_made_where_there_is_nobody_to_hide(tmp_path):
    assert delivered(tmp_path, NOBODY).tables.incidents["victim_key"].to_pylist() == [None]
    assert not (tmp_path / "store").exists()


def test_no_secret_is_made_for_an_extract_that_is_refused(tmp_path):
    with pytest.raises(InvalidMappingError, match="columns that the mapping reads are not in"):
        delivered(tmp_path, replace(VICTIMS, columns={**VICTIMS.columns, "place": "Street"}))
    assert not (tmp_path / "store").exists()


def test_the_same_secret_serves_every_month(tmp_path):
    store = published(tmp_path)
    assert kept_secret(store) == (store / FILE_NAME).read_bytes()


def test_a_secret_that_is_gone_is_missed_and_not_made_anew(tmp_path):
    store = published(tmp_path)
    (store / FILE_NAME).unlink()
    with pytest.raises(
        DamagedStoreError, match=r"the secret they were made with \(\.pseudonym-secret\) is gone"
    ):
        kept_secret(store)
    assert not (store / FILE_NAME).exists()
    assert delivered(tmp_path, NOBODY).rows.accepted == 1


def test_a_store_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DamagedStoreError, match="secret can't be kept there"):
        kept_secret(tmp_path / "file" / "store")


def test_a_stores_secret_is_made_once_and_is_its_owners_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("vulncore.store.secrets.secrets.token_bytes", os.urandom)
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
