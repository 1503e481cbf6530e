"""What is promised of kept mappings: each extract of a dataset keeps its own, and a file is read with the one that fits it."""

from dataclasses import replace
from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidMappingError
from vulncore.findings.data.kept_mappings import kept_mappings, read_as_before
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import publish, undo

CRIMES, INCIDENTS = "Ref,Recorded,Offence", "Log,Date Rec,Category"


def extract(path: Path, header: str, month: int, *codes: str) -> Path:
    rows = [
        f"{path.stem}{month}-{day},{day:02d}/{month:02d}/2024,{code}"
        for day in range(1, 25)
        for code in codes
    ]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def publish_first(store: Path, dataset: str, path: Path, **changed: object) -> None:
    mapping = replace(draft_mapping(read_extract(path), "Kent Police").mapping, **changed)
    publish(store, dataset, deliver(path, mapping, bytes), "one")


@pytest.fixture
def store(tmp_path) -> Path:
    """A store whose dataset has two extracts, the crimes published first."""
    store = tmp_path / "store"
    publish_first(store, "kent", extract(tmp_path / "crimes.csv", CRIMES, 10, "Rape"))
    publish_first(store, "kent", extract(tmp_path / "incidents.csv", INCIDENTS, 10, "MH"))
    return store


def test_each_extract_keeps_its_newest_mapping_and_the_newest_comes_first(store, tmp_path):
    assert [one.mapping.source for one in kept_mappings(store, "kent")] == ["incidents", "crimes"]
    publish_first(
        store, "kent", extract(tmp_path / "crimes.csv", CRIMES, 11, "Rape"), most_rejected_percent=2
    )
    newest = kept_mappings(store, "kent")[0]
    assert (newest.where, newest.mapping.most_rejected_percent) == ("dataset kent, version 3", 2)
    undo(store, "kent", "two")
    assert [(one.publish.number, one.mapping.source) for one in kept_mappings(store)] == [
        (4, "incidents"),
        (3, "crimes"),
    ]


def test_each_force_keeps_its_own_and_a_file_that_could_be_of_either_is_refused(store, tmp_path):
    path = extract(tmp_path / "crimes.csv", CRIMES, 10, "Rape")
    publish_first(store, "kent", path, force="Essex Police")
    assert {one.mapping.force for one in kept_mappings(store, "kent")} == {"Kent Police", "Essex Police"}
    later = extract(tmp_path / "november.csv", CRIMES, 11, "Rape")
    with pytest.raises(
        InvalidMappingError, match="could be of 2 forces of this dataset: Essex Police, Kent Police"
    ):
        read_as_before(store, "kent", later)
    rows = later.read_text().splitlines()
    later.write_text("\n".join([f"{rows[0]},Force", *(f"{row},Kent Police" for row in rows[1:])]))
    assert read_as_before(store, "kent", later)[0].mapping.force == "Kent Police"


def test_a_file_is_read_with_the_mapping_of_its_own_extract(store, tmp_path):
    for header, code, source in ((CRIMES, "Rape", "crimes"), (INCIDENTS, "MH", "incidents")):
        kept, later = read_as_before(store, "kent", extract(tmp_path / "a.csv", header, 11, code))
        assert (kept.mapping.source, later.gone, later.codes) == (source, (), {})


def test_a_mapping_with_fewer_news_is_taken_before_a_newer_one(store, tmp_path):
    publish_first(store, "other", extract(tmp_path / "thefts.csv", CRIMES, 10, "Shoplifting"))
    publish_first(store, "kent", extract(tmp_path / "thefts.csv", CRIMES, 10, "Shoplifting"))
    kept, later = read_as_before(store, "kent", extract(tmp_path / "a.csv", CRIMES, 11, "Rape"))
    assert (kept.mapping.source, later.codes) == ("crimes", {})


def test_a_dataset_that_keeps_none_says_what_to_do(store, tmp_path):
    with pytest.raises(
        InvalidMappingError, match="'none' keeps none. Draft one with: vulncore mapping '.*a b.csv' --output"
    ):
        read_as_before(store, "none", extract(tmp_path / "a b.csv", CRIMES, 11, "Rape"))
    assert kept_mappings(tmp_path / "nowhere") == ()
