"""Any force's extract, text, workbook or Parquet, as one table of text with every row accounted for.

Read in this order:

- `reading`: a file in, an `Extract` out; the way in. What may swell is read by a process of its own that is `watched`.
- `record`: what an extract is, and a row of it.
- `whole`: raw rows, the heading over them, and what becomes of each.
- `packed`: what a file is by its first bytes, out of a gz or a zip, and the bounds of all readers.
- `text`, `workbook` with `xlsx` and `ods`, `parquet`: the three kinds as raw rows.
- `heading`: where the heading stands and what the columns are called.
- `gathering`: raw rows kept, left out or rejected.
- `sheets`: every sheet of a workbook at once, for tables that are published a sheet a year.
"""

from vulncore.sources.extract.reading import read_extract
from vulncore.sources.extract.record import Extract, SheetNotChosenError
from vulncore.sources.extract.sheets import Sheet, kind_of_workbook, read_sheets

__all__ = ["Extract", "Sheet", "SheetNotChosenError", "kind_of_workbook", "read_extract", "read_sheets"]
