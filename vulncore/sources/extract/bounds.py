"""How much an extract may hold. Each is far beyond what a force brings, and within what a server bears.

Together they keep the memory that a refused file costs under 600 MB, whatever it claims or swells to.
"""

from typing import Final

MAX_BYTES: Final = 1_000_000_000  # packed or unpacked: three years of the largest force at 300 bytes a record
MAX_KEPT_BYTES: Final = 300_000_000  # text of the wanted columns: a million records of twenty short fields
MAX_ROWS: Final = 5_000_000  # all crime that the largest force records in five years
MAX_COLUMNS: Final = 500  # the widest exports of records-management systems have about 200
MAX_CELL_CHARACTERS: Final = 32_767  # what a cell of a spreadsheet holds at most
MAX_ROW_CHARACTERS: Final = 1_000_000  # thirty cells filled to their brim
MAX_REJECTS: Final = 100_000  # nobody corrects so many by hand: the file is of another shape
MAX_NAME_CHARACTERS: Final = 120  # a heading that is longer is a paragraph

HEADING_SEARCHED: Final = 60  # rows in which a heading is looked for: a page of titles and criteria
HEADING_LINES: Final = 5  # how many lines a heading that is given may have

MAX_SHEET_ROWS: Final = 1_048_576  # what a spreadsheet has
MAX_SHEET_COLUMNS: Final = 16_384  # and that
MAX_SHEET_CELLS: Final = 20_000_000  # filled or not: every row with twenty columns, two minutes of reading
MAX_SHEETS: Final = 500
MAX_MEMBERS: Final = 10_000  # parts of a workbook; pictures and comments make up the most of them
MAX_DIRECTORY_BYTES: Final = 5_000_000  # a zip's list of members, whose reading costs ten times its size
MAX_PART_BYTES: Final = 50_000_000  # the parts of a workbook that say how it hangs together
MAX_STRINGS_BYTES: Final = 150_000_000  # as they lie in memory: two million texts of twenty characters
MAX_STYLES: Final = 100_000  # a spreadsheet allows 65,490

MAX_FOOTER_BYTES: Final = 10_000_000  # of Parquet: a million column chunks would fit
MAX_ROW_GROUPS: Final = 10_000
MAX_PAGE_BYTES: Final = 64_000_000  # of Parquet, unpacked: writers end a page after about 1 MB
MAX_PAGES_BYTES: Final = 200_000_000  # of all pages that are read, unpacked: they may all lie in one batch

BATCH_ROWS: Final = 10_000
BATCH_CHARACTERS: Final = 8_000_000
CHUNK_BYTES: Final = 1 << 16
