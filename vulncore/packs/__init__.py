"""What people take away: files made of findings, which say themselves what they are.

- `csv_table`: any table as CSV that a spreadsheet takes for text and numbers alone.
- `tidy`: the figures of an overview as tidy tables, each with its fields' types, units and meaning.
- `data_package`: those tables as files that other tools open, with a description that they can read.
"""

from enum import StrEnum


class TableFormat(StrEnum):
    """As which kind of file a table is written."""

    CSV = "csv"
    PARQUET = "parquet"
