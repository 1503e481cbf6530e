"""What vulncore.sources.extract promises of Parquet files."""

import struct
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract import read_extract, watched
from vulncore.sources.extract.whole import Question, read_whole


def written(folder: Path, table: pa.Table, **options: object) -> Path:
    path = folder / "crimes.parquet"
    pq.write_table(table, path, **options)
    return path


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
def test_values_are_text_as_a_spreadsheet_shows_them(tmp_path, version, compression):
    table = pa.table(
        {
            "Ref": ["A1", None],
            "When": pa.array([datetime(2024, 3, 5, 14, 30), None], pa.timestamp("us")),
            "Summer": pa.array([datetime(2024, 7, 5, 14, 30, tzinfo=UTC), None], pa.timestamp("ms", "UTC")),
            "Day": [date(2024, 3, 5), date(9999, 12, 31)],
            "Clock": [time(14, 30), None],
            "East": [532650.0, float("nan")],
            "Share": pa.array([0.1, 2.5], pa.float32()),
            "Sum": [Decimal("12.50"), Decimal("3.00")],
            "Count": [7, None],
            "Yes": [True, False],
            "Kind": pa.array(["x", None]).dictionary_encode(),
            "Raw": [b"caf\xc3\xa9", None],
            "Void": pa.nulls(2),
        }
    )
    extract = read_extract(written(tmp_path, table, data_page_version=version, compression=compression))
    first, second = extract.table.to_pylist()
    assert first == {
        "Ref": "A1",
        "When": "2024-03-05 14:30:00",
        "Summer": "2024-07-05 15:30:00",
        "Day": "2024-03-05",
        "Clock": "14:30:00",
        "East": "532650",
        "Share": "0.1",
        "Sum": "12.5",
        "Count": "7",
        "Yes": "TRUE",
        "Kind": "x",
        "Raw": "café",
        "Void": "",
    }
    assert (second["Ref"], second["Day"], second["East"], second["Sum"]) == ("", "9999-12-31", "", "3")
    assert (extract.kind, extract.heading, extract.lines.to_pylist()) == ("Parquet", (1, 1), [2, 3])
    assert extract.notes == ("Times with a time zone were turned into UK time in 1 columns: Summer.",)


def test_no_text_stands_for_a_formula_and_no_moment_beyond_all_calendars_for_words(tmp_path):
    beyond = pa.array([2**31 - 1, 19_000, None], pa.date32())
    table = pa.table({"Ref": ["\0", "19C\0x", "a"], "Date": beyond, "Code": ["x", "y", "z"]})
    pq.write_table(table, tmp_path / "crimes.parquet")
    extract = read_extract(tmp_path / "crimes.parquet")
    assert extract.rejects == ()
    assert extract.table["Ref"].to_pylist() == ["", "19Cx", "a"]
    assert extract.table["Date"].to_pylist() == ["", "2022-01-08", ""]


def test_a_column_of_midnights_alone_is_one_of_dates(tmp_path):
    days = pa.array([datetime(2024, 3, 5), None, datetime(2024, 3, 6)], pa.timestamp("ns"))
    extract = read_extract(written(tmp_path, pa.table({"Ref": ["a", "b", "c"], "Day": days})))
    assert extract.table["Day"].to_pylist() == ["2024-03-05", "", "2024-03-06"]
    assert extract.notes == ("All times in 1 column are midnight and were read as dates: Day.",)


def test_lists_and_structures_are_refused_by_name_unless_they_are_not_wanted(tmp_path):
    path = written(
        tmp_path, pa.table({"Ref": ["a"], "Tags": [["x"]], "Who": [{"a": 1, "b": 2}], "End": ["z"]})
    )
    with pytest.raises(
        UnreadableSourceError, match=r"2 columns of crimes\.parquet hold lists.*: Tags, Who\. Leave"
    ):
        read_extract(path)
    extract = read_extract(path, wanted=["Ref", "End"])
    assert extract.table.to_pylist() == [{"Ref": "a", "End": "z"}]
    assert extract.columns == ("Ref", "Tags", "Who", "End")


def test_rows_that_are_no_records_are_left_out_as_in_any_file(tmp_path):
    extract = read_extract(written(tmp_path, pa.table({"Ref": ["a", None, "Total"], "Count": [1, None, 1]})))
    assert extract.left_out == {"empty row": 1, "totals row": 1}


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    path = written(tmp_path, pa.table({"Ref": [f"a{n}" for n in range(500)]}))
    content = path.read_bytes()
    for length in range(4, len(content), 31):  # by this process: a hundred others would take a minute
        path.write_bytes(content[:length])
        with pytest.raises(UnreadableSourceError, match="breaks off"):
            read_whole(Question(path, None, None, None, None))


def test_a_file_with_any_byte_spoilt_is_refused_in_a_sentence_or_read_whole(tmp_path):
    path = written(tmp_path, pa.table({"Ref": [f"a{n}" for n in range(50)], "Day": [date(2024, 3, 5)] * 50}))
    content = path.read_bytes()
    for position in range(4, len(content), 61):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        try:
            assert read_extract(path).read == 50
        except UnreadableSourceError as refusal:
            assert "Exception" not in str(refusal)  # noqa: PT017 - a sentence, and not what the libraries say


def test_a_file_without_rows_is_refused(tmp_path):
    with pytest.raises(UnreadableSourceError, match="has a heading but no records"):
        read_extract(written(tmp_path, pa.table({"Ref": pa.array([], pa.string())})))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"n": pa.nulls(5_000_001)}), r"has 5,000,001 rows\. An extract has at most 5,000,000"),
        (pa.table({f"c{n}": [1] for n in range(501)}), r"has 501 columns\. An extract has at most 500"),
    ],
    ids=["rows", "columns"],
)
def test_what_is_more_than_an_extract_has_is_refused(tmp_path, table, message):
    with pytest.raises(UnreadableSourceError, match=message):
        read_extract(written(tmp_path, table))


def test_two_columns_of_one_name_are_refused(tmp_path):
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["Ref", "Ref"])
    with pytest.raises(UnreadableSourceError, match=r"1 column names are in .* twice: Ref"):
        read_extract(written(tmp_path, table))


def test_a_footer_that_claims_gigabytes_is_not_read(tmp_path):
    path = tmp_path / "crimes.parquet"
    path.write_bytes(b"PAR1" + b"x" * 50 + struct.pack("<I", 2**31) + b"PAR1")
    with pytest.raises(UnreadableSourceError, match="breaks off or is damaged"):
        read_extract(path)


def test_a_text_that_is_repeated_costs_what_it_would_as_text(tmp_path):
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array(["y" * 30_000]))
    with pytest.raises(UnreadableSourceError, match=r"holds more than 300,000,000 bytes of text"):
        read_extract(written(tmp_path, pa.table({"Ref": words})))


def test_a_text_longer_than_any_cell_rejects_its_rows(tmp_path):
    extract = read_extract(written(tmp_path, pa.table({"Ref": ["y" * 1_000_000, "A1"]})))
    assert [(reject.line, reject.reason) for reject in extract.rejects] == [
        (2, "a field of more than 32,767 characters")
    ]
    assert extract.table["Ref"].to_pylist() == ["A1"]


def test_a_page_that_swells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(watched, "MEMORY", 50_000_000)
    path = written(tmp_path, pa.table({"Ref": ["y" * 70_000_000]}), compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 50_000
    with pytest.raises(UnreadableSourceError, match=r"takes more memory to read .*: 50,\d+,\d+ bytes"):
        read_extract(path)


def test_long_texts_by_the_thousand_are_read(tmp_path):
    texts = [f"{number} {'x' * 20_000}" for number in range(5_000)]
    extract = read_extract(written(tmp_path, pa.table({"Ref": texts}), use_dictionary=False))
    assert extract.table["Ref"].to_pylist() == texts
