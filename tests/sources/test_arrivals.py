"""What vulncore.sources.arrivals promises: whole files alone, the newest last."""

import os

import pytest

from vulncore.sources.arrivals import arrived


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
