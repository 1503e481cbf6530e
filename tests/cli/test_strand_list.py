"""What `vulncore strands` promises: the list of a dataset as a file, and an edited one published."""

import shutil

import pytest

from tests.cli.test_cli import rows, run
from vulncore.domain.strands.strand_file import parse_strands
from vulncore.store import versions


@pytest.fixture
def store(shipped_store, tmp_path):
    shutil.copytree(shipped_store / "demo", tmp_path / "store" / "demo")
    return tmp_path / "store"


@pytest.fixture
def edited(store, tmp_path):
    """Return the printed list with *Prevent* renamed, its key changed, and Rape moved to harmful practices."""
    text = run("strands", store=store).stdout
    text = text.replace('key = "prevent"', 'key = "radicalisation"\nwas = ["prevent"]')
    text = text.replace('name = "Prevent"', 'name = "Radicalisation"')
    text = text.replace('["other-sexual-offences", "rape"]', '["other-sexual-offences"]')
    text = text.replace('["fgm", "forced-marriage", "hbv"]', '["fgm", "forced-marriage", "hbv", "rape"]', 1)
    file = tmp_path / "list.toml"
    file.write_text(text, encoding="utf-8")
    return file


def measures_of(store, strand, *more):
    table = run("table", "--strand", strand, "--format", "csv", *more, store=store)
    return {row["key"]: row["fytd_current"] for row in rows(table.stdout)}


def test_the_printed_list_is_a_file_that_given_back_changes_nothing(store, tmp_path):
    done = run("strands", "--dataset", "demo", store=store)
    assert parse_strands(done.stdout.encode())
    assert f"vulncore strands --dataset demo --store {store} --set FILE.toml" in done.stderr
    (tmp_path / "list.toml").write_text(done.stdout, encoding="utf-8")
    again = run("strands", "--set", tmp_path / "list.toml", store=store)
    assert again.stdout == "'demo' has this list already, in version 1. Nothing was changed.\n"
    assert len(versions(store, "demo")) == 1


def test_an_edited_list_is_published_as_the_next_version_with_what_changed(store, edited):
    done = run("strands", "--set", edited, "--by", "Analyst", store=store)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Published 'demo' version 2: it holds 20,070 incidents")
    assert "No figure changed.\n" in done.stdout
    assert "The list of strands changed: " in done.stdout
    assert versions(store, "demo")[-1].published_by == "Analyst"


def test_a_table_by_a_former_key_has_the_strands_figures_and_an_earlier_version_those_of_its_list(
    store, edited
):
    run("strands", "--set", edited, store=store)
    assert measures_of(store, "prevent") == measures_of(store, "radicalisation")
    assert measures_of(store, "prevent") == measures_of(store, "prevent", "--version", "1")
    assert set(measures_of(store, "sexual-violence")) == {"other-sexual-offences"}
    moved, stayed = (
        measures_of(store, "harmful-practices"),
        measures_of(store, "sexual-violence", "--version", "1"),
    )
    assert moved["rape"] == stayed["rape"] == "27"  # the report's figure
    assert run("strands", "--version", "1", store=store).stdout.count("radicalisation") == 0


def test_a_view_across_strands_is_a_table_with_its_records_counted_once(store):
    done = run("table", "--strand", "vawg", store=store)
    assert "Each record is counted once." in done.stdout
    assert len(measures_of(store, "Violence against women and girls")) == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[strand]]\nkey = 'a'\nname = 'A'", "Measures whose strand is not in the list: 19"),
        ("<html>", "is not TOML"),
        ("#" * 70_000, "over 60,000 bytes"),
        ('[[strand]]\nkey = "a"\nname = "A\\u001b[2J"', "Texts that cannot be used: 1"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(store, tmp_path, content, message):
    (tmp_path / "list.toml").write_text(content, encoding="utf-8")
    done = run("strands", "--set", tmp_path / "list.toml", store=store)
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in done.stderr
    assert len(versions(store, "demo")) == 1


def test_a_list_for_a_version_that_is_not_the_newest_is_refused(store, edited):
    run("strands", "--set", edited, store=store)
    done = run("strands", "--set", edited, "--version", "1", store=store)
    assert done.exit_code == 1
    assert "so your list of strands was not saved" in done.stderr
