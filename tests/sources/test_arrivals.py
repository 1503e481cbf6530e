"""What vulncore.sources.arrivals promises: whole files alone, the newest last."""

import os

import pytest

from vulncore.sources.arrivals import (
    arrived,
    held_already,
    note_held_already,
    note_refusal,
    refusal_note,
    was_refused,
)


def no_pause(_seconds):
    return None


def write(folder, name, written=1_000, text="a"):
    path = folder / name
    path.write_text(text)
    os.utime(path, (written, written))
    return path


def names(folder, pause=no_pause):
    return [path.name for path in arrived(folder, pause)]


def test_what_was_written_last_comes_last_and_numbers_count_as_numbers(tmp_path):
    for name, written in (("b 10.csv", 5), ("b 9.csv", 5), ("z.csv", 1), ("a.csv", 9)):
        write(tmp_path, name, written)
    assert names(tmp_path) == ["z.csv", "b 9.csv", "b 10.csv", "a.csv"]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.csv",
        "~$open.xlsx",
        "a.csv.part",
        "a.tmp",
        "A.CSV.CRDOWNLOAD",
        "a.rejects.csv",
        "a.csv.refused.txt",
    ],
)
def test_what_is_no_delivery_is_left_alone(tmp_path, name):
    write(tmp_path, name)
    write(tmp_path, "part of a county.csv")
    assert names(tmp_path) == ["part of a county.csv"]


def test_folders_links_and_empty_files_are_left_alone(tmp_path):
    outside = write(tmp_path, "outside.csv")
    folder = tmp_path / "in"
    (folder / "earlier.csv").mkdir(parents=True)
    (folder / "link.csv").symlink_to(outside)
    write(folder, "empty.csv", text="")
    assert names(folder) == []


def test_a_file_that_grows_is_left_until_it_is_whole(tmp_path):
    path = write(tmp_path, "a.csv")
    assert names(tmp_path, lambda _: path.write_text("ab")) == []
    assert names(tmp_path) == ["a.csv"]


def test_a_file_that_comes_or_goes_meanwhile_is_left(tmp_path):
    path = write(tmp_path, "a.csv")
    assert names(tmp_path, lambda _: path.rename(tmp_path / "b.csv")) == []
    assert names(tmp_path) == ["b.csv"]


def test_a_file_swapped_for_another_of_its_size_and_time_is_left(tmp_path):
    path = write(tmp_path, "a.csv")
    assert names(tmp_path, lambda _: (path.unlink(), write(tmp_path, "a.csv", text="b"))) == []


DIGEST, OTHER = "a1" * 32, "b2" * 32


def test_a_note_says_why_and_stands_for_one_content_of_the_file_alone(tmp_path):
    path = write(tmp_path, "a.csv")
    assert not was_refused(path, DIGEST)
    note_refusal(path, DIGEST, "Two columns are gone.")
    assert (was_refused(path, DIGEST), was_refused(path, OTHER)) == (True, False)
    assert refusal_note(path).read_text().splitlines()[2] == "Two columns are gone."
    assert names(tmp_path) == ["a.csv"]
    refusal_note(path).unlink()
    assert not was_refused(path, DIGEST)


def test_what_brought_nothing_new_is_listed_by_dataset(tmp_path):
    for digest in (DIGEST, OTHER, DIGEST):
        note_held_already(tmp_path, "kent", digest)
    assert held_already(tmp_path, "kent") == {DIGEST, OTHER}
    assert held_already(tmp_path, "essex") == set()
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["link", "folder", "bytes", "too large"])
def test_a_note_that_somebody_put_there_says_nothing_it_should_not(tmp_path, kind, monkeypatch):
    monkeypatch.setattr("vulncore.sources.arrivals.MOST_NOTED", 100)
    path, outside = write(tmp_path, "a.csv"), write(tmp_path, "outside", text=DIGEST)
    note = refusal_note(path)
    if kind == "link":
        note.symlink_to(outside)
    elif kind == "folder":
        note.mkdir()
    else:
        note.write_bytes(b"\xff\0" if kind == "bytes" else b" " * 100 + DIGEST.encode())
    assert not was_refused(path, DIGEST)
