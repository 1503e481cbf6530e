"""What vulncore.cli.shared.printing promises of a table that leaves as CSV."""

import csv
import io

import pandas as pd
import pytest

from vulncore.cli.shared.options import Format
from vulncore.cli.shared.printing import printed
from vulncore.domain.vocabulary import report_measures
from vulncore.packs.csv_table import csv_text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_is_text_to_a_spreadsheet(start):
    frame = pd.DataFrame({"force": [f"{start}cmd|' /C calc'!A0"], "count": [3]})
    for text in (csv_text(frame), printed(frame, Format.CSV)):
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        start_read = start.replace("\r", "\n")
        assert row == {"force": f"'{start_read}cmd|' /C calc'!A0", "count": "3"}


def test_numbers_stay_numbers_below_zero_and_missing_too():
    frame = pd.DataFrame(
        {
            "whole": pd.Series([-5, None], dtype="Int64"),
            "real": [-0.5, float("nan")],
            "mixed": pd.Series([-7, None], dtype=object),
        }
    )
    assert csv_text(frame) == "whole,real,mixed\n-5,-0.5,-7\n,,\n"


def test_the_published_labels_leave_as_they_were_published():
    labels = [measure.label for measure in report_measures()]
    text = csv_text(pd.DataFrame({"measure": labels}))
    assert [row["measure"] for row in csv.DictReader(io.StringIO(text))] == labels
    assert len(labels) == 19


def test_a_table_without_rows_keeps_its_head():
    assert csv_text(pd.DataFrame({"force": pd.Series([], dtype=str)})) == "force\n"
