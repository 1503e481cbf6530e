"""What a file is by its first bytes, whatever its name says."""

from typing import Final

from vulncore.domain.errors import UnreadableSourceError

ZIP: Final = b"PK\x03\x04"
GZIP: Final = b"\x1f\x8b"
PARQUET: Final = b"PAR1"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
FIRST_BYTES: Final = 1_024

_OTHERS: Final = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "an old .xls workbook, or one protected by a password. Open it in the spreadsheet program and save it "
        "as XLSX without a password"
    ),
    b"PAR": "an encrypted Parquet file. Write it without encryption",
    b"PK\x05\x06": "an empty zip. Fetch it again",
    b"%PDF": "a PDF. Ask for the extract as CSV or XLSX",
    b"{\\rtf": "a text document. Ask for the extract as CSV or XLSX",
    b"\x89PNG": "a picture. Ask for the extract as CSV or XLSX",
    b"\xff\xd8\xff": "a picture. Ask for the extract as CSV or XLSX",
    b"GIF8": "a picture. Ask for the extract as CSV or XLSX",
    b"II*\0": "a picture. Ask for the extract as CSV or XLSX",
    b"MM\0*": "a picture. Ask for the extract as CSV or XLSX",
    b"7z\xbc\xaf": "packed as 7z. Unpack it, or pack it as zip",
    b"Rar!": "packed as RAR. Unpack it, or pack it as zip",
    b"BZh": "packed as bzip2. Unpack it, or pack it as zip or gz",
    b"\xfd7zXZ": "packed as xz. Unpack it, or pack it as zip or gz",
    b"\x28\xb5\x2f\xfd": "packed as zstd. Unpack it, or pack it as zip or gz",
    b"SQLite format 3": "a database. Export its records as CSV",
    b"ARROW1": "an Arrow file. Write it as Parquet or CSV",
}

_MARKED_UP: Final = {
    "<!doctype html": "a web page, perhaps the one that asks to sign in. Fetch the extract again",
    "<html": "a web page, whatever its name says. Open it in the spreadsheet program and save it as XLSX",
    "<table": "a web page, whatever its name says. Open it in the spreadsheet program and save it as XLSX",
    "<?xml": "an XML file. Open it in the spreadsheet program and save it as XLSX",
    "<": "marked-up text, no CSV. Open it in the spreadsheet program and save it as XLSX",
    "{": "JSON, no CSV. Ask for the extract as CSV, XLSX or Parquet",
    "[{": "JSON, no CSV. Ask for the extract as CSV, XLSX or Parquet",
}


def refuse_other_kinds(first: bytes, name: str) -> None:
    r"""Refuse a file that begins like something that is no extract, saying what it is.

    Raises:
        UnreadableSourceError: It is empty, or of a kind that no reader here is for.

    >>> refuse_other_kinds(b"Crime ID,Month\n", "crimes.csv")
    >>> refuse_other_kinds(b"%PDF-1.7", "crimes.csv")
    Traceback (most recent call last):
    vulncore.domain.errors.UnreadableSourceError: crimes.csv is a PDF. Ask for the extract as CSV or XLSX.
    """
    if not first.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableSourceError(f"{name} is empty: not even a heading. Fetch it again.")
    for magic, what in _OTHERS.items():
        if first.startswith(magic):
            raise UnreadableSourceError(f"{name} is {what}.")
    text = first.decode("utf-16" if first.startswith(UTF_16) else "utf-8-sig", errors="replace")
    beginning = text.lstrip().casefold()
    for mark, what in _MARKED_UP.items():
        if beginning.startswith(mark):
            raise UnreadableSourceError(f"{name} is {what}.")
