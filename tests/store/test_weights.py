"""What vulncore.store.weights promises."""

import json
from datetime import date

import pytest

from tests.making import covered, delivery, incident, months
from vulncore.domain.errors import DamagedStoreError
from vulncore.domain.severity.table import OffenceWeight, checked_table
from vulncore.store import publish
from vulncore.store.backup import back_up, restore
from vulncore.store.verifying import FileState, store_checks
from vulncore.store.weights import FOLDER, forget_weights, keep_weights, weights_of

TABLE = checked_table("Ours", "Ruritania Police", "days", [OffenceWeight("8Q", "Stalking", 56.3)])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "weights.csv"
    path.write_text("Code,Offence,Weight\n8Q,Stalking,56.3\n", encoding="utf-8")
    return path


def test_weights_are_kept_with_their_dataset_and_can_be_forgotten(tmp_path, file):
    store = tmp_path / "store"
    kept = keep_weights(store, "city", TABLE, file, "A. Nalyst")
    assert weights_of(store, "city") == kept
    assert (kept.table, kept.file, kept.kept_by) == (TABLE, "weights.csv", "A. Nalyst")
    assert weights_of(store, "town") is None
    heavier = checked_table("Ours", "Us", "days", [OffenceWeight("8Q", "Stalking", 100)])
    keep_weights(store, "city", heavier, file, "A. Nalyst")
    assert weights_of(store, "city").table == heavier
    assert forget_weights(store, "city")
    assert not forget_weights(store, "city")
    assert weights_of(store, "city") is None


def test_the_name_of_a_dataset_can_do_nothing_in_the_store(tmp_path, file):
    keep_weights(tmp_path / "store", "../../elsewhere", TABLE, file, "me")
    assert [path.parent.name for path in tmp_path.rglob("*.json")] == [FOLDER]


@pytest.mark.parametrize(
    "damage",
    [
        lambda fields: "{",
        lambda fields: "[1, 2]",
        lambda fields: json.dumps({**fields, "table": {**fields["table"], "rows": []}}),
        lambda fields: json.dumps({**fields, "table": {**fields["table"], "rows": [{"code": "8Q"}]}}),
        lambda fields: json.dumps(fields).replace("56.3", "NaN"),
        lambda fields: json.dumps(fields).replace("56.3", "-1"),
        lambda fields: json.dumps({name: value for name, value in fields.items() if name != "sha256"}),
        lambda fields: "[" * 100_000,
    ],
)
def test_damaged_weights_are_said_and_the_shipped_ones_do_not_stand_in(tmp_path, file, damage):
    store = tmp_path / "store"
    keep_weights(store, "city", TABLE, file, "me")
    (path,) = (store / FOLDER).iterdir()
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(DamagedStoreError, match="does not hold severity weights any more. Keep them again"):
        weights_of(store, "city")
    states = {check.what: check.state for check in store_checks(store)}
    assert states == {f"{FOLDER}/{path.name}": FileState.DAMAGED}


def test_a_backup_has_the_weights_and_a_check_reads_them(tmp_path, file):
    store = tmp_path / "store"
    month = months(date(2024, 1, 1), 1)
    publish(store, "city", delivery([incident(1, month[0])], covered(month)), "me")
    keep_weights(store, "city", TABLE, file, "me")
    back_up(store, tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "restored")
    assert weights_of(tmp_path / "restored", "city") == weights_of(store, "city")
    states = [check.state for check in store_checks(tmp_path / "restored") if check.what.startswith(FOLDER)]
    assert states == [FileState.READABLE]
