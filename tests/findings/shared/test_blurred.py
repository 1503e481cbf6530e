"""What vulncore.findings.shared.blurred promises: a version's records, each blurred once, by the store's secret."""

from datetime import date, datetime

import numpy as np
import pytest

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.blur import BLURRED, MOVED_HOURS
from vulncore.domain.errors import DamagedStoreError
from vulncore.findings.shared.blurred import blurred_records
from vulncore.store import open_version, publish
from vulncore.store.purging import purge
from vulncore.store.secrets import FILE_NAME, store_secret
from vulncore.store.stubs import Selection

MOMENT = datetime(2024, 5, 2, 22)
EVERY = covered(months(date(2024, 1, 1), 12))


def publish_some(store, count=60, dataset="real", made=False, **more):
    rows = [
        incident(n, date(2024, 5, 2), occurred_from=MOMENT, longitude=-0.09, latitude=51.51, **more)
        for n in range(count)
    ]
    publish(store, dataset, delivery(rows, EVERY, made=made), "tests")
    return open_version(store, dataset)


def moves(snapshot) -> dict[str, tuple[float, ...]]:
    rows = blurred_records(snapshot, 5).incidents.to_pandas()
    return {
        row.record_id: (row.moved_hours, row.longitude, row.latitude) for row in rows.itertuples(index=False)
    }


def test_where_nothing_is_hidden_records_are_as_they_are(tmp_path):
    snapshot = publish_some(tmp_path)
    assert blurred_records(snapshot, 1) is snapshot
    assert blurred_records(snapshot, 0) is snapshot
    assert blurred_records(snapshot, 2).incidents.columns == BLURRED
    assert set(snapshot.incidents.longitude.to_pandas()) == {-0.09}


def test_a_record_is_moved_alike_in_every_version(tmp_path):
    first = publish_some(tmp_path, 60)
    second = publish_some(tmp_path, 90)
    old, new = moves(first), moves(second)
    assert len(new) == 90
    assert {record: new[record] for record in old} == old
    assert moves(open_version(tmp_path, "real", 1)) == old


def test_another_stores_secret_moves_otherwise_and_made_data_are_moved_alike_everywhere(
    tmp_path, monkeypatch
):
    one = moves(publish_some(tmp_path / "one"))
    monkeypatch.setattr("vulncore.store.secrets.secrets.token_bytes", lambda count: b"o" * count)
    other = moves(publish_some(tmp_path / "other"))
    assert np.mean([one[record][0] == other[record][0] for record in one]) < 0.5
    assert moves(publish_some(tmp_path / "one", dataset="demo", made=True)) == moves(
        publish_some(tmp_path / "other", dataset="demo", made=True)
    )


def test_whoever_is_erased_is_gone_from_what_is_kept_in_memory(tmp_path):
    before = moves(publish_some(tmp_path, victim_key=None))
    purge(tmp_path, "real", Selection(record_ids=("record-7",)), "tests")
    for number in (1, 2):
        rows = blurred_records(open_version(tmp_path, "real", number), 5).incidents.to_pandas()
        assert "record-7" not in set(rows["record_id"])
        # the erased one has no place any more, and some swap that with it
        assert rows["longitude"].notna().sum() == pytest.approx(len(before) - 1, abs=4)
        assert rows[MOVED_HOURS].notna().all()


def test_without_the_secret_of_its_pseudonyms_a_version_is_not_blurred_anew(tmp_path):
    rows = [incident(n, date(2024, 5, 2), occurred_from=MOMENT, victim_key=f"v{n}") for n in range(30)]
    publish(tmp_path, "real", delivery(rows, EVERY, source="records"), "tests")
    snapshot = open_version(tmp_path, "real")
    store_secret(tmp_path)
    moves(snapshot)
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(DamagedStoreError, match=r"Restore that file"):
        moves(snapshot)


def test_forces_are_blurred_by_themselves(tmp_path):
    rows = [
        incident(n, date(2024, 5, 2), force=FORCE if n % 2 else "Other Police", location_type=f"type {n % 2}")
        for n in range(200)
    ]
    every = [*EVERY, *({**row, "force": "Other Police"} for row in EVERY)]
    publish(tmp_path, "real", delivery(rows, every), "tests")
    moved = blurred_records(open_version(tmp_path, "real"), 5).incidents.to_pandas()
    assert moved.groupby("force")["location_type"].nunique().tolist() == [1, 1]
