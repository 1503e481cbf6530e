"""What vulncore.sources.police_uk promises of downloads that hold several kinds of file."""

from pathlib import Path

import pyarrow as pa
import pytest

from tests.sources.police_uk.test_outcomes import outcome, outcomes_csv
from tests.sources.police_uk.test_stops import search, stops_csv
from tests.sources.police_uk.test_street import MAY, line, published_zip, street_csv
from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.schemas import Tables, validated
from vulncore.sources.police_uk import FileKind, deliver, is_file_name

SOURCES = {
    FileKind.STREET: "police-uk",
    FileKind.OUTCOMES: "police-uk-outcomes",
    FileKind.STOP_AND_SEARCH: "police-uk-stop-and-search",
}


def one_file_of_every_kind(folder: Path) -> dict[FileKind, Path]:
    return {
        FileKind.STREET: street_csv(folder, line()),
        FileKind.OUTCOMES: outcomes_csv(folder, outcome()),
        FileKind.STOP_AND_SEARCH: stops_csv(folder, search()),
    }


@pytest.mark.parametrize("kind", FileKind)
def test_a_kind_alone_needs_no_naming(tmp_path, kind):
    delivery = deliver([one_file_of_every_kind(tmp_path)[kind]])
    assert delivery.source == SOURCES[kind]
    assert delivery.rows.noted == {}


@pytest.mark.parametrize("kind", FileKind)
def test_a_kind_that_is_named_is_taken_and_the_others_are_counted(tmp_path, kind):
    path = one_file_of_every_kind(tmp_path)[kind]
    delivery = deliver([tmp_path], kind)
    assert delivery.tables == deliver([path]).tables
    assert delivery.rows.noted == {f"files that are not {kind} files, passed over": 2}


def test_street_files_are_meant_where_no_kind_is_named(tmp_path):
    one_file_of_every_kind(tmp_path)
    assert deliver([tmp_path]).source == "police-uk"


def test_of_two_other_kinds_one_has_to_be_named(tmp_path):
    one_file_of_every_kind(tmp_path)[FileKind.STREET].unlink()
    with pytest.raises(
        UnreadableSourceError, match=r"2 kinds of file: outcomes, stop-and-search\..* --kind outcomes"
    ):
        deliver([tmp_path])


def test_the_published_zips_of_two_kinds_are_not_mixed():
    zips = [published_zip("outcomes"), published_zip("stop-and-search")]
    with pytest.raises(UnreadableSourceError, match="There are 2 kinds of file"):
        deliver(zips)
    assert deliver(zips, FileKind.OUTCOMES).rows.noted["files that are not outcomes files, passed over"] == 38


@pytest.mark.parametrize("kind", [FileKind.OUTCOMES, FileKind.STOP_AND_SEARCH])
def test_a_kind_that_is_not_there_is_refused(tmp_path, kind):
    with pytest.raises(UnreadableSourceError, match=rf"no {kind} file among 1 files.*london-{kind}\.csv"):
        deliver([street_csv(tmp_path, line())], kind)


def test_no_measure_and_no_row_of_one_kind_is_taken_for_one_of_another(tmp_path):
    tables = [deliver([path]).tables for path in one_file_of_every_kind(tmp_path).values()]
    together = {name: pa.concat_tables(t.named()[name] for t in tables) for name in tables[0].named()}
    assert validated(Tables(**together)).incidents.num_rows == 3


def test_progress_tells_the_rows_so_far_and_the_share_of_the_files(tmp_path):
    june = "2024-06-city-of-london-street.csv"
    street_csv(tmp_path, line(), line(), line())
    street_csv(tmp_path, line(month="2024-06"), name=june)
    calls = []
    deliver([tmp_path], progress=lambda rows, share: calls.append((rows, share)))
    assert calls == [(3, 0.5), (4, 1.0)]


@pytest.mark.parametrize(
    ("name", "whether"),
    [
        (MAY, True),
        ("2024-05-kent-stop-and-search.csv", True),
        ("2024-05-atlantis-street.csv", False),
        ("2024-05-kent-street.csv.zip", False),
        ("counts.csv", False),
    ],
)
def test_its_files_are_told_by_their_names(name, whether):
    assert is_file_name(name) is whether
