"""What vulncore.findings.data.strand_lists promises, and what is said of a list that changed."""

import shutil
from dataclasses import replace

import pytest

from vulncore.domain.errors import InvalidStrandsError
from vulncore.domain.strands.strand_file import parse_strands
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.findings.data.changes import changes
from vulncore.findings.data.coverage import coverage_picture
from vulncore.findings.data.strand_lists import contents_with, read_strands, strand_list_file, strands_frame
from vulncore.findings.shared.contents import dataset_contents
from vulncore.store import open_version, set_strands, versions


@pytest.fixture
def store(shipped_store, tmp_path):
    for name in ("demo", "city-open-counts"):
        shutil.copytree(shipped_store / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("dataset", ["demo", "city-open-counts"])
def test_the_file_of_a_list_given_back_as_it_is_changes_nothing(store, tmp_path, dataset):
    file = tmp_path / "list.toml"
    file.write_text(strand_list_file(open_version(store, dataset)), encoding="utf-8")
    assert set_strands(store, dataset, read_strands(file), "me").unchanged
    assert len(versions(store, dataset)) == 1


def test_the_file_of_an_edited_list_keeps_its_names_of_measures(store):
    set_strands(store, "demo", replace(shipped_list(), measure_names=(("cse", "Exploited"),)), "me")
    text = strand_list_file(open_version(store, "demo"))
    assert parse_strands(text.encode()).measure_names == (("cse", "Exploited"),)
    assert set_strands(store, "demo", parse_strands(text.encode()), "me").unchanged


def test_measures_in_no_strand_are_named_in_the_file(store):
    snapshot = open_version(store, "city-open-counts")
    keys = [measure.key for measure in dataset_contents(snapshot).measures if not measure.strand]
    assert f"# Measures in no strand: {', '.join(keys)}\n" in strand_list_file(snapshot)


def test_what_a_list_would_come_to_is_shown_before_it_is_published(store):
    snapshot = open_version(store, "demo")
    moved = [
        replace(one, measures=("hate-crime",)) if one.key == "prevent" else one
        for one in shipped_list().strands
    ]
    frame = strands_frame(contents_with(snapshot, replace(shipped_list(), strands=tuple(moved))))
    rows = frame.set_index("Name")["Measures"]
    assert rows["Prevent"] == "Hate crime, Prevent"
    assert "Hate crime" not in rows.index  # a strand without a measure isn't shown
    assert frame["Kind"].tolist()[-1] == "View across strands"
    assert len(versions(store, "demo")) == 1


def test_there_has_to_be_a_file(tmp_path):
    with pytest.raises(InvalidStrandsError, match=r"There is no file .*list\.toml\. Print the present list"):
        read_strands(tmp_path / "list.toml")


def test_a_huge_file_is_refused_unread(tmp_path):
    (tmp_path / "list.toml").write_bytes(b"#" * 5_000_000)
    with pytest.raises(InvalidStrandsError, match="over 60,000 bytes"):
        read_strands(tmp_path / "list.toml")


def test_what_changed_in_the_list_is_said_and_no_figure(store):
    renamed = [
        replace(one, name="Extremism") if one.key == "prevent" else one for one in shipped_list().strands
    ]
    own = replace(shipped_list(), strands=tuple(renamed), measure_names=(("cse", "Exploited"),))
    set_strands(store, "demo", own, "me")
    sentences = changes(store, "demo").sentences
    assert sentences == ("No figure changed.", "The list of strands changed: Extremism, Exploited.")
    set_strands(store, "demo", replace(own, strands=own.strands[::-1]), "me")
    assert changes(store, "demo").sentences[-1] == "The order of the strands changed."


def test_what_is_said_of_the_data_uses_the_lists_names(store):
    set_strands(store, "demo", replace(shipped_list(), measure_names=(("fgm", "Cutting"),)), "me")
    snapshot = open_version(store, "demo")
    named = ", ".join(coverage_picture(snapshot, dataset_contents(snapshot).forces[0]).frame["measures"])
    assert "Cutting" in named
    assert "Female genital mutilation" not in named
