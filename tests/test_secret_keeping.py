"""What is promised of the store's secret: made when there is somebody to hide, and missed when it is gone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from vulncore.errors import DamagedStoreError
from vulncore.pseudonyms import FILE_NAME
from vulncore.secret_keeping import secret_for
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.mapping import Coding, Mapping
from vulncore.store import publish

NOBODY = Mapping(
    source="crimes",
    force="Kent Police",
    counts=(Coding("Offence", {"Rape": ("rape",)}),),
    columns={"recorded_on": "Recorded"},
    first=date(2024, 1, 1),
    last=date(2024, 1, 1),
)
VICTIMS = replace(NOBODY, columns={**NOBODY.columns, "victim_key": "Victim"})


def published(folder: Path) -> Path:
    extract = folder / "crimes.csv"
    extract.write_text("Recorded,Offence,Victim\n05/01/2024,Rape,V1\n", encoding="utf-8")
    store = folder / "store"
    publish(store, "kent", deliver(extract, VICTIMS, secret_for(store, VICTIMS)), "tests")
    return store


def test_no_secret_is_made_where_there_is_nobody_to_hide(tmp_path):
    assert secret_for(tmp_path / "store", NOBODY) == secret_for(tmp_path / "store", None) == b""
    assert not (tmp_path / "store").exists()


def test_the_same_secret_serves_every_month(tmp_path):
    store = published(tmp_path)
    assert secret_for(store, VICTIMS) == (store / FILE_NAME).read_bytes()


def test_a_secret_that_is_gone_is_missed_and_not_made_anew(tmp_path):
    store = published(tmp_path)
    (store / FILE_NAME).unlink()
    with pytest.raises(
        DamagedStoreError, match=r"the secret they were made with \(\.pseudonym-secret\) is gone"
    ):
        secret_for(store, VICTIMS)
    assert not (store / FILE_NAME).exists()
    assert secret_for(store, NOBODY) == b""


def test_a_store_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DamagedStoreError, match="secret can't be kept there"):
        secret_for(tmp_path / "file" / "store", VICTIMS)
