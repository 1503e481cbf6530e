"""What vulncore.store.grounds promises: a force's ground is kept whole or not at all, and goes without a trace."""

from datetime import date

import pytest

from tests.domain.tiles.test_archive import TILE, tiled
from tests.making import covered, delivery, incident, months
from vulncore.domain.errors import UnreadableSourceError
from vulncore.store import publish
from vulncore.store.backup import back_up, restore
from vulncore.store.grounds import FOLDER, credit_in, forget_ground, ground_of, keep_ground, tile_of
from vulncore.store.verifying import FileState, store_checks

KENT = "Kent Police"
PLACE = (5, 16, 10)


@pytest.fixture
def file(tmp_path):
    return tiled(tmp_path / "kent.pmtiles", {PLACE: TILE}, attribution='<a href="x">© Somebody</a>')


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def files(store):
    return sorted(path.name for path in (store / FOLDER).iterdir())


def test_a_ground_is_kept_with_whose_it_is_and_read_tile_by_tile(store, file):
    kept = keep_ground(store, KENT, file, "A. Analyst")
    assert ground_of(store, KENT) == kept
    assert (kept.file, kept.kept_by, kept.credit, kept.tiles) == (
        "kent.pmtiles",
        "A. Analyst",
        "© Somebody",
        1,
    )
    assert tile_of(store, kept, *PLACE) == (TILE, False)
    assert tile_of(store, kept, 5, 0, 0) is None
    assert ground_of(store, "Essex Police") is None


def test_another_takes_its_place_and_nothing_of_the_first_is_left(store, file, tmp_path):
    keep_ground(store, KENT, file, "me")
    second = keep_ground(store, KENT, tiled(tmp_path / "other.pmtiles", {PLACE: b"other"}), "me")
    assert ground_of(store, KENT) == second
    assert files(store) == sorted([f"{second.key}-{second.edition}.pmtiles", f"{second.key}.json"])


def test_forgetting_leaves_nothing_behind(store, file):
    keep_ground(store, KENT, file, "me")
    assert forget_ground(store, KENT)
    assert ground_of(store, KENT) is None
    assert files(store) == []
    assert not forget_ground(store, KENT)


def test_a_file_that_is_refused_leaves_what_stood(store, file, tmp_path):
    kept = keep_ground(store, KENT, file, "me")
    before = files(store)
    elsewhere = tiled(tmp_path / "north.pmtiles", {PLACE: TILE}, bounds=(-3.0, 54.0, -2.0, 55.0))
    with pytest.raises(UnreadableSourceError, match="a map of another area than that of Kent Police"):
        keep_ground(store, KENT, elsewhere, "me")
    elsewhere.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(UnreadableSourceError, match="breaks off"):
        keep_ground(store, KENT, elsewhere, "me")
    assert ground_of(store, KENT) == kept
    assert files(store) == before


def test_a_ground_that_changed_is_found_by_verify_and_a_shorter_one_is_not_drawn(store, file):
    kept = keep_ground(store, KENT, file, "me")
    (check,) = store_checks(store)
    assert (check.what, check.state) == (f"{FOLDER}/{kept.key}.json", FileState.VERIFIED)
    tiles = store / FOLDER / f"{kept.key}-{kept.edition}.pmtiles"
    tiles.write_bytes(tiles.read_bytes()[:-1] + b"?")
    (check,) = store_checks(store)
    assert check.state is FileState.DAMAGED
    assert "has changed since it was kept" in check.fault
    tiles.write_bytes(b"")
    assert ground_of(store, KENT) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"layers": [], "zooms": [], "bounds": []}', "[" * 100_000])
def test_a_ground_whose_account_is_spoilt_is_not_drawn_and_found_by_verify(text, store, file):
    kept = keep_ground(store, KENT, file, "me")
    (store / FOLDER / f"{kept.key}.json").write_text(text, "utf-8")
    assert ground_of(store, KENT) is None
    assert [check.state for check in store_checks(store)] == [FileState.DAMAGED]


def test_a_backup_brings_it_back(store, file, tmp_path):
    (month,) = months(date(2024, 1, 1), 1)
    publish(store, "kent", delivery([incident(1, month)], covered([month])), "me")
    kept = keep_ground(store, KENT, file, "me")
    back_up(store, tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "again")
    assert ground_of(tmp_path / "again", KENT) == kept
    assert tile_of(tmp_path / "again", kept, *PLACE) == (TILE, False)


def test_a_credit_is_text_without_tags_of_a_length_that_can_be_read():
    assert credit_in("<script>x</script> &lt;b&gt; \x1b[2J" + "y" * 500).startswith("x <b> [2J")
    assert len(credit_in("y" * 500)) == 200
