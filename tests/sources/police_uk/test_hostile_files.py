"""What vulncore.sources.police_uk promises of files that are damaged, or made to do harm."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.sources.police_uk import test_outcomes as outcomes
from tests.sources.police_uk import test_stops as stops
from tests.sources.police_uk.test_street import ASB, HEADER, MAY, line, street_csv
from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError
from vulncore.sources import csv_text, zip_members
from vulncore.sources.police_uk import FileKind, deliver
from vulncore.sources.police_uk import files as police_uk_files
from vulncore.sources.police_uk import rows as police_uk_rows

WHOLE = f"{HEADER}\n{line()}\n{ASB}\n".encode()
FILES = {
    FileKind.STREET: (MAY, WHOLE),
    FileKind.OUTCOMES: (
        outcomes.MAY,
        f"{outcomes.HEADER}\n{outcomes.outcome()}\n{outcomes.outcome()}\n".encode(),
    ),
    FileKind.STOP_AND_SEARCH: (stops.MAY, f"{stops.HEADER}\n{stops.search()}\n{stops.search()}\n".encode()),
}


def header_of(kind: FileKind) -> bytes:
    return FILES[kind][1].partition(b"\n")[0]


def street_zip(folder: Path, **members: bytes) -> Path:
    path = folder / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members or {MAY: WHOLE}).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: b"", "is empty: it has not even a heading"),
        (lambda whole: whole[:-40], "breaks off in line 3, so rows are missing"),
        (lambda whole: whole[:-9] + b"\0\0" + whole[-9:], "has 2 NUL bytes"),
        (lambda whole: whole[:-9] + b"\xe4" + whole[-9:], r"is not UTF-8 text \(line 3\)"),
        (lambda whole: whole.decode().encode("utf-16"), "NUL bytes, so the file is damaged or not a CSV"),
        (lambda whole: whole.replace(b"Latitude", b"Lat"), "the first line lacks Latitude"),
        (lambda whole: b"Latitude," + whole, "has more columns, or another order"),
        (lambda whole: b"<html>Not found</html>\n", r"the first line lacks \w+.* and \d+ more"),
    ],
    ids=["nothing", "cut off", "NUL", "latin-1", "utf-16", "column", "order", "web page"],
)
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path, kind, damage, message):
    name, whole = FILES[kind]
    path = tmp_path / name
    path.write_bytes(whole)
    assert deliver([path]).rows.accepted == 2
    path.write_bytes(damage(whole))
    with pytest.raises(UnreadableSourceError, match=message) as refusal:
        deliver([path])
    assert str(tmp_path) not in str(refusal.value)  # where an upload lies meanwhile is nobody's business


def test_longitude_and_latitude_the_other_way_round_are_not_read_as_they_stand(tmp_path):
    path = tmp_path / MAY
    path.write_bytes(WHOLE.replace(b"Longitude,Latitude", b"Latitude,Longitude"))
    with pytest.raises(UnreadableSourceError, match="has more columns, or another order"):
        deliver([path])


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_of_one_kind_under_the_name_of_another_is_refused(tmp_path, kind):
    for other in set(FileKind) - {kind}:
        path = tmp_path / FILES[other][0]
        path.write_bytes(FILES[kind][1])
        with pytest.raises(UnreadableSourceError, match=f"does not have the columns of {other} files"):
            deliver([path])
        path.unlink()


@pytest.mark.parametrize(
    "name",
    ["crimes.csv", "2024-05-atlantis-street.csv", "2024-5-kent-street.csv", "2024-05-kent-street (x).csv"],
)
def test_a_name_that_does_not_say_month_and_force_is_refused(tmp_path, name):
    with pytest.raises(UnreadableSourceError, match=r"does not give a month and a force.*2024-10-city-of-lo"):
        deliver([street_csv(tmp_path, line(), name=name)])


def test_a_month_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"2024-13-kent-street\.csv gives no month"):
        deliver([street_csv(tmp_path, name="2024-13-kent-street.csv")])


@pytest.mark.parametrize("kind", FileKind)
def test_the_same_month_twice_is_refused_with_both_its_files(tmp_path, kind):
    name, whole = FILES[kind]
    path, archive = tmp_path / name, street_zip(tmp_path, **{name: whole})
    path.write_bytes(whole)
    with pytest.raises(
        UnreadableSourceError,
        match=rf"City of London Police has 2 files for May 2024 .*{name} in download",
    ):
        deliver([path, archive])


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"There is no file or folder .*nowhere\.zip"):
        deliver([tmp_path / "nowhere.zip"])


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "crimes.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(UnreadableSourceError, match=r"crimes\.xlsx is not a zip, a CSV or a folder"):
        deliver([path])


def test_no_path_at_all_is_refused():
    with pytest.raises(UnreadableSourceError, match="There is no street file among 0 files"):
        deliver([])


def test_what_is_only_named_a_zip_is_refused(tmp_path):
    path = tmp_path / "download.zip"
    path.write_bytes(WHOLE)
    with pytest.raises(UnreadableSourceError, match=r"download\.zip is not a zip that can be read"):
        deliver([path])


def test_a_zip_cut_short_is_refused(tmp_path):
    path = street_zip(tmp_path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UnreadableSourceError, match="is not a zip that can be read"):
        deliver([path])


def test_a_zip_with_a_flipped_byte_is_refused(tmp_path):
    path = street_zip(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(MAY) + 60] ^= 0xFF  # within the packed rows, past the 30 bytes before the name
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match="is not a zip that can be read"):
        deliver([path])


@pytest.mark.parametrize(
    "name",
    [f"../{MAY}", f"a/../../{MAY}", f"/etc/{MAY}", f"C:/{MAY}", f"..\\{MAY}", f"\\\\host\\share\\{MAY}"],
)
def test_a_name_that_leads_out_of_the_zip_is_refused(tmp_path, name):
    path = street_zip(tmp_path, **{name: WHOLE})
    with pytest.raises(UnreadableSourceError, match=r"1 names in download\.zip lead out of the zip"):
        deliver([path])


def test_an_encrypted_zip_is_refused(tmp_path):
    path = street_zip(tmp_path)
    content = path.read_bytes()
    central = content.index(b"PK\x01\x02")
    flagged = bytearray(content)
    flagged[6] |= 1  # the flags of the member's own header, and of the directory at the end
    flagged[central + 8] |= 1
    path.write_bytes(flagged)
    with pytest.raises(UnreadableSourceError, match=rf"1 files in download\.zip are encrypted: {MAY}"):
        deliver([path])


@pytest.mark.parametrize("kind", FileKind)
def test_a_member_that_swells_is_given_up(tmp_path, kind):
    path = street_zip(tmp_path, **{FILES[kind][0]: header_of(kind) + b"\n" * 20_000_000})
    assert path.stat().st_size < 100_000
    with pytest.raises(UnreadableSourceError, match="swells to more than 100 times its packed size"):
        deliver([path])


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2], ids=["lzma", "bzip2"])
def test_a_zip_packed_by_an_uncommon_method_is_refused(tmp_path, method):
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(MAY, WHOLE)
    with pytest.raises(
        UnreadableSourceError, match=rf"1 files in download\.zip are packed by another method .*: {MAY}"
    ):
        deliver([path])


def test_a_zip_with_any_byte_spoilt_is_refused_in_a_sentence_or_read_whole(tmp_path):
    path = street_zip(tmp_path)
    content = path.read_bytes()
    refused = 0
    for position in range(len(content)):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        try:
            assert deliver([path]).rows.accepted == 2
        except UnreadableSourceError:
            refused += 1
    assert refused > len(content) / 2


def test_a_file_with_more_bytes_than_any_forces_month_is_given_up(tmp_path):
    path = tmp_path / MAY
    with path.open("wb") as stream:
        stream.truncate(police_uk_files.MAX_FILE_BYTES + 1)
    with pytest.raises(
        UnreadableSourceError, match="has more than 134,217,728 bytes, too many for a force's month"
    ):
        deliver([path])


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_with_more_lines_than_any_forces_month_is_given_up(tmp_path, kind):
    path = tmp_path / FILES[kind][0]
    path.write_bytes(header_of(kind) + b"\n" * (police_uk_rows.MAX_LINES + 1))
    with pytest.raises(
        UnreadableSourceError, match=r"has 1,000,001 lines\. A file like this has at most 1,000,000"
    ):
        deliver([path])


def test_a_line_that_does_not_end_is_given_up(tmp_path):
    path = street_csv(tmp_path, line(), "," * (csv_text.MAX_LINE_BYTES + 1))
    with pytest.raises(UnreadableSourceError, match=r"Line 3 of .* has 10,00\d bytes\. A line has at most"):
        deliver([path])


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (FileKind.STREET, "no force named"),
        (FileKind.OUTCOMES, "no force named"),
        (FileKind.STOP_AND_SEARCH, "a date that cannot be read"),
    ],
)
def test_a_file_of_nothing_but_faulty_rows_is_not_read_to_its_end(tmp_path, kind, reason):
    path = tmp_path / FILES[kind][0]
    header = header_of(kind)
    path.write_bytes(header + b"\n" + (b"," * header.count(b",") + b"\n") * 500_000)
    with pytest.raises(TooManyRejectsError, match=f"commonest reason is {reason}: ''") as refusal:
        deliver([path])
    assert len(refusal.value.rejects) < 50_000  # 5 % are 25,000, and a batch more


@pytest.mark.parametrize(
    ("reader", "name", "body"),
    [
        ("police_uk", MAY, HEADER.encode() + b"\n" * 20_000_000),
        ("police_uk", MAY, HEADER.encode() + b"\n" * 999_000 + b"x\n"),
        ("police_uk", MAY, HEADER.encode() + b"\n" + b",,,,,,,,,,,\n" * 999_000),
        ("police_uk", stops.MAY, stops.HEADER.encode() + b"\n" + b",,,,,,,,,,,,,,\n" * 999_000),
        ("police_uk", "download.zip", HEADER.encode() + b"\n" * 18_000_000),
        ("monthly_counts", "counts.csv", b"force,measure,month,count" + b"\n" * 19_900_000),
    ],
    ids=[
        "newlines",
        "empty rows",
        "rows of commas",
        "searches of commas",
        "newlines in a zip",
        "newlines for a table",
    ],
)
def test_a_file_of_empty_lines_is_refused_at_little_cost(tmp_path, reader, name, body):
    pytest.importorskip("resource", reason="this system does not tell a process its peak memory")
    path = tmp_path / name
    if path.suffix == ".zip":
        # ballast that doesn't shrink keeps the whole just within the ratio that is allowed
        path = street_zip(tmp_path, **{MAY: body + os.urandom(180_000).hex().encode() + b"\n"})
    else:
        path.write_bytes(body)
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from vulncore.domain.errors import VulncoreError\n"
        f"from vulncore.sources.{reader} import deliver\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "path = Path(sys.argv[1])\n"
        f"try:\n    deliver({'[path]' if reader == 'police_uk' else 'path'})\n"
        "except VulncoreError as refusal:\n    print(str(refusal))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    refusal, grown_kib = done.stdout.splitlines()
    assert "lines. A file like this has at most" in refusal or "cannot be used" in refusal
    assert int(grown_kib) < 300_000  # read whole into lists they took two to four million


def test_a_swelling_file_that_is_passed_over_is_never_unpacked(tmp_path):
    path = street_zip(tmp_path, **{MAY: WHOLE, outcomes.MAY: b"\0" * 20_000_000})
    assert deliver([path]).rows.accepted == 2


def test_files_that_hold_too_much_together_are_given_up(tmp_path):
    names = [f"2024-0{month}-kent-street.csv" for month in range(1, 5)]
    single = [street_csv(tmp_path, name=name) for name in names]
    archive = street_zip(tmp_path, **{name: HEADER.encode() for name in names})
    for paths in (single, [archive]):
        files, _ = police_uk_files.month_files(paths)
        read = []
        with pytest.raises(UnreadableSourceError, match="more than can be read at once"):
            read.extend(
                content for _, content in police_uk_files.file_contents(files, most_bytes=3 * len(HEADER))
            )
        assert sum(len(content) for _, content in police_uk_files.file_contents(files)) >= 4 * len(HEADER)


def test_a_zip_of_countless_members_is_refused(tmp_path):
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(zip_members.MAX_MEMBERS + 1):
            archive.writestr(str(number), b"")
    with pytest.raises(UnreadableSourceError, match=r"has 50,001 files\. A download has at most 50,000"):
        deliver([path])


def test_a_name_that_commands_a_terminal_is_defused(tmp_path):
    path = street_zip(tmp_path, **{f"../\x1b[2J/{MAY}": WHOLE})
    with pytest.raises(UnreadableSourceError, match=r"lead out of the zip: \.\./\?\[2J/"):
        deliver([path])


def test_nothing_is_written_to_disk(tmp_path):
    path = street_zip(tmp_path)
    deliver([path])
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are always text on this system")
def test_a_file_name_that_is_no_text_is_told_in_characters_that_print(tmp_path):
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/\xff\x1b"))
    folder.mkdir()
    archive = street_zip(tmp_path).rename(folder / os.fsdecode(b"caf\xe9\x1b[2J.zip"))
    (file,) = deliver([archive]).files
    assert file.name == "caf??[2J.zip"
    with pytest.raises(UnreadableSourceError, match=r"There is no file or folder .*/\?\?/gone\.zip"):
        deliver([folder / "gone.zip"])


def test_a_file_name_without_end_is_told_by_its_end(tmp_path):
    archive = street_zip(tmp_path).rename(tmp_path / f"{'a' * 200}.zip")
    (file,) = deliver([archive]).files
    assert file.name == "a" * 116 + ".zip"
