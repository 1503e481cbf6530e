"""A store that an earlier version wrote opens, shows the figures that it showed, and is gone on with."""

import zipfile

import pytest

from tests.compatibility.conftest import KEPT, answers
from tests.compatibility.reading import contents, differences, kept, numbers_in, rows_printed, run
from vulncore.store import datasets, open_version, versions

ANSWERS = answers("store.json")
ASKED = {" ".join(map(str, entry["command"])): entry for entry in ANSWERS["answers"]}
APART = {
    "day-hour": {"weight": 0.051, "low": 0.051, "high": 0.051},  # 0.1.0 gave a tenth
    "patrols": {"rank": 0.0, "share": 5.0},  # steps of 9 %
    "hotspots": {"records": 2.5, "now": 2.5, "before": 2.5},  # the nearest five
}
"""Of figures that are blurred since: how far those of 0.1.0, which it rounded, may lie from what the records say."""
TOLD_BY = ("weekday", "hour", "start", "end", "cell")
BLURRED = {
    asked
    for asked, entry in ASKED.items()
    if entry["command"][0] in APART and "--unprotected" not in entry["command"]
}
NEWEST = 5
WRITTEN_AT = (
    b"file:///tmp/store-of-0.1.0/"  # which is nowhere now: where a store lies makes no difference to it
)


def printed(store, entry):
    return kept(rows_printed(store, entry["command"]), entry)


@pytest.mark.parametrize("asked", sorted(set(ASKED) - BLURRED))
def test_a_store_written_by_0_1_0_opens_with_equal_figures(read_only_store, asked):
    entry = ASKED[asked]
    closeness = {name: entry[name] for name in ("relative", "absolute") if name in entry}
    if entry["command"][0] == "check":  # what it says of hours and places is about right since
        entry = {**entry, "command": [*entry["command"], "--unprotected"]}
    assert differences(entry["rows"], printed(read_only_store, entry), **closeness) == []


@pytest.mark.parametrize("asked", sorted(BLURRED))
def test_figures_by_hour_and_place_of_0_1_0_are_those_of_the_records(read_only_store, monkeypatch, asked):
    entry = ASKED[asked]
    columns, apart = entry["columns"], APART[entry["command"][0]]
    command = list(entry["command"])
    if command[0] == "hotspots":
        monkeypatch.setenv("VULNCORE_SMALLEST_SHOWN", "1")
        command += [] if "wards" in command else ["--resolution", "10"]
    else:
        command.append("--unprotected")
    told_by = [name for name in TOLD_BY if name in columns]
    now = {tuple(row[name] for name in told_by): row for row in rows_printed(read_only_store, command)}
    compared = 0
    for cells in entry["rows"]:
        row = dict(zip(columns, cells, strict=True))
        for name in set(apart) & set(columns):
            if row[name] is not None:
                figure = now[tuple(row[key] for key in told_by)][name]
                assert figure == pytest.approx(row[name], abs=apart[name])
                compared += 1
    assert compared >= 3


@pytest.mark.parametrize("dataset", ANSWERS["contents"])
def test_every_row_and_value_of_every_version_is_there(read_only_store, dataset):
    assert differences(ANSWERS["contents"][dataset], contents(read_only_store, dataset)) == []


@pytest.mark.parametrize("victim", ANSWERS["would be erased"])
def test_its_secret_still_tells_whose_records_are_whose(read_only_store, victim):
    said = run(read_only_store, "purge", "--dataset", "ruritania", "--victim", victim)
    assert numbers_in(said) == ANSWERS["would be erased"][victim]


def test_the_same_extract_again_changes_nothing(store):
    folder = KEPT / "mappings"
    words = ("--mapping", folder / "strelsau.toml", "--dataset", "ruritania")
    run(store, "publish", "records", folder / "strelsau.xlsx", *words)
    assert len(versions(store, "ruritania")) == NEWEST


def test_a_store_written_by_0_1_0_is_gone_on_with_and_its_versions_stay(store, tmp_path):
    late = tmp_path / "late.csv"
    late.write_text(
        "Crime no,Recorded,Ho code,Victim\nLATE/1,05/10/2021,19C,V010\nLATE/2,06/10/2021,20A,V011\n"
    )
    mapping = tmp_path / "late.toml"
    mapping.write_text(
        'source = "crimes"\nforce = "Ruritania Police"\n[coverage]\nfirst = "2021-10"\nlast = "2021-10"\n'
        '[columns]\nrecord_id = "Crime no"\nrecorded_on = "Recorded"\nvictim_key = "Victim"\n'
        '[[counts]]\ncolumn = "Ho code"\n[counts.codes]\n"19C" = "rape"\n"20A" = "other-sexual-offences"\n'
    )
    run(store, "publish", "records", late, "--mapping", mapping, "--dataset", "ruritania")
    assert [publish.number for publish in versions(store, "ruritania")] == [1, 2, 3, 4, 5, 6]
    incidents = open_version(store, "ruritania").incidents
    last = incidents.filter(incidents.record_id.startswith("LATE/")).to_pandas()
    earlier = incidents.filter(~incidents.record_id.startswith("LATE/")).to_pandas()
    assert len(last) == 2
    assert set(last["victim_key"]) <= set(earlier["victim_key"])  # their pseudonyms of before
    first = [
        entry
        for entry in ANSWERS["answers"]
        if entry["command"][0] == "table" and "--version" in entry["command"]
    ]
    for entry in first:
        assert differences(entry["rows"], printed(store, entry)) == []


def test_somebody_is_erased_from_every_version_of_it_and_its_figures_stay(store):
    run(store, "purge", "--dataset", "ruritania", "--victim", "V010", "--yes")
    said = run(store, "purge", "--dataset", "ruritania", "--victim", "V010")
    assert numbers_in(said) == [0, 0, 0]
    tables = [entry for entry in ANSWERS["answers"] if entry["command"][0] == "table"]
    for entry in tables:
        if "--version" in entry["command"]:
            assert differences(entry["rows"], printed(store, entry)) == []


def test_what_is_kept_of_0_1_0_is_whole_and_names_no_place_of_the_machine_that_made_it(read_only_store):
    assert set(datasets(read_only_store)) == {"ruritania", "yearbook"}
    with zipfile.ZipFile(KEPT / "store.zip") as packed:
        assert packed.testzip() is None
        files = {name: packed.read(name) for name in packed.namelist()}
    assert any(WRITTEN_AT in content for content in files.values())
    files |= {
        str(path): path.read_bytes() for path in KEPT.rglob("*") if path.is_file() and path.suffix != ".zip"
    }
    folders = [f"/{name}/".encode() for name in ("tmp", "home", "root", "work", "Users")]
    for place in (*folders, b"file:"):
        assert [name for name, content in files.items() if place in content.replace(WRITTEN_AT, b"")] == []
