"""What vulncore.sources.written promises: a month or a count with one meaning is read, and no other."""

from datetime import date

import pytest

from vulncore.sources.written import written_count, written_month


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2024-04",
            "2024/04",
            "202404",
            "2024-04-01",
            "2024-04-01 00:00:00",
            "2024-04-01T00:00:00",
            "2024/4/1",
        ),
        *(
            "Apr-24",
            "apr 24",
            "Apr-2024",
            "APRIL 2024",
            "April-24",
            "Apr '24",
            "Apr. 2024",
            "2024 April",
            "Apr24",
        ),
        *("01/04/2024", "1/4/2024", "01-04-2024", "01.04.2024", "01/04/24", "01/04/2024 00:00", "04/2024"),
        *("01-Apr-24", "1 April 2024", " April   2024 "),
    ],
)
def test_april_2024_is_read_however_it_is_written(text):
    assert written_month(text) == date(2024, 4, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("04/01/2024", "2024-04-15", "30/04/2024", "2024-04-01 08:00:00", "2024-01-04", "15 April 2024"),
        *("24-Apr", "Apr", "April", "2024", "45383", "Q1 2024", "2024-13", "13/2024", "0000-01", "Apr-3024"),
        *("Apri-24", "Avril 2024", "", "total", "٢٠٢٤-٠٤", "2024-04-01-01", "Apr-24 (part)"),
    ],
)
def test_what_is_no_month_or_could_be_a_day_is_none(text):
    assert written_month(text) is None


def test_every_month_is_known_by_its_name():
    months = [date(2023, month, 1) for month in range(1, 13)]
    assert [written_month(f"{month:%b-%y}") for month in months] == months
    assert [written_month(f"{month:%B %Y}") for month in months] == months
    assert written_month("Sept-23") == date(2023, 9, 1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("1200", 1200),
        ("1,200", 1200),
        ("1,234,567", 1_234_567),
        ("1200.0", 1200),
        ("1,200.00", 1200),
    ],
)
def test_a_whole_number_is_read_as_a_spreadsheet_shows_it(text, count):
    assert written_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-1",
        "1.5",
        "1.200",
        "1.000",
        "1,20",
        "12,00",
        "1,2000",
        "1 200",
        "1e3",
        "٣",
        "=1+1",
        "..",
        "9" * 13,
    ],
)
def test_what_is_no_whole_number_or_could_be_another_is_none(text):
    assert written_count(text) is None
