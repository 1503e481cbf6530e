"""The way in: any extract read whole, or refused in a sentence."""

from collections.abc import Collection
from pathlib import Path

from vulncore.domain.delivery import Progress, printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.apart import read_apart
from vulncore.sources.extract.packed import MAX_BYTES, PACKED
from vulncore.sources.extract.record import Extract, Question
from vulncore.sources.extract.whole import first_bytes, read_whole


def read_extract(
    path: Path,
    *,
    sheet: str | None = None,
    heading: tuple[int, int] | None = None,
    wanted: Collection[str] | None = None,
    most_rows: int | None = None,
    progress: Progress | None = None,
) -> Extract:
    r"""Return an extract's rows as text, with every row accounted for; the format is recognised by the content.

    Args:
        path: CSV (comma, semicolon, tab or bar), alone or in a gz or a zip of it alone; XLSX, XLSB, XLS or ODS; or
            Parquet.
        sheet: The sheet of a workbook; not needed where only one could be the extract.
        heading: The first and the last line of the heading, where it isn't found by rule.
        wanted: The columns to keep, by name; all unless given. Where none of them is there, no row is read.
        most_rows: Stop after so many rows beneath the heading, as for a preview.
        progress: Called every ten thousand rows with the rows so far and their share of the file.

    Returns:
        The extract. Dates and times of cells are ISO text, whole numbers have no decimals, booleans are TRUE
        and FALSE, formulas the values computed last.

    Raises:
        SheetNotChosenError: Several sheets could be the extract.
        TooManyRejectsError: So many rows can't be used that the file must be of another shape.
        UnreadableSourceError: The file is missing, empty, damaged, cut off, too large, of another kind, or has
            no heading that can be found or no row beneath it, or takes too much memory or time to read.

    Misleads when:
        a text is cut off exactly at the end of a row: nothing in it then says that rows are missing. Of a workbook
        other than XLSX it isn't known which cells are formulas without a value, what errors say, and whether a
        midnight is one: these are empty cells, and days without a time.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "crimes.csv"
    ...     _ = path.write_text("Ref;Recorded\nA1;01/10/2024\n;\nTotal;1\n")
    ...     extract = read_extract(path)
    >>> extract.table.to_pylist(), extract.left_out
    ([{'Ref': 'A1', 'Recorded': '01/10/2024'}], {'empty row': 1, 'totals row': 1})
    """
    name = printable(path.name)
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSourceError(
            f"{name} has {path.stat().st_size:,} bytes. An extract has at most {MAX_BYTES:,}. "
            "Give fewer months at a time, or check that you chose the right file."
        )
    question = Question(path, sheet, heading, wanted, most_rows)
    if first_bytes(path, name).startswith(PACKED):
        return read_apart(question, name, progress)
    return read_whole(question, progress)
