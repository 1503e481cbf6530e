"""What people take away: documents and files made of findings, which say themselves what they are.

Documents for a meeting, in this order:

- `pack`: what somebody asks for, and the files that they get. `recipe`: what is in a pack, as a file says it. `audience`: who may see what.
- `sections/`: findings as parts of a document. `part`: what a part is.
- `documents/`: parts as Word, PowerPoint, Excel, PDF and a tasking sheet, in a force's own templates.
- `drafts/`: whether a draft that somebody wrote says what the strand table says.

For other tools:

- `csv_table`: any table as CSV that a spreadsheet takes for text and numbers alone.
- `tidy`: the figures of an overview as tidy tables, each with its fields' types, units and meaning.
- `data_package`: those tables as files that other tools open, with a description that they can read.
"""

from enum import StrEnum


class TableFormat(StrEnum):
    """As which kind of file a table is written."""

    CSV = "csv"
    PARQUET = "parquet"
