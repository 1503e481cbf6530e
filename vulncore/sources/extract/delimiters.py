"""What divides the fields of a line."""

import csv
from collections import Counter
from typing import Final

from vulncore.domain.errors import UnreadableSourceError

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_LINES: Final = 200


def found_delimiter(sample: list[str], name: str) -> str:
    r"""Return the delimiter by which most lines come out with the same number of fields, two or more.

    Where two divide equally many lines alike, it is the one that makes more fields of them.

    Raises:
        UnreadableSourceError: None divides the lines.

    >>> found_delimiter(["Date;Place\n", "01/10/2024;Bank, Poultry\n", "02/10/2024;Bow Lane\n"], "x.csv") == ";"
    True
    """
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if scores[best] == (0, 0):
        raise UnreadableSourceError(
            f"{name} has no columns: neither comma, semicolon, tab nor bar divides its lines. "
            "Check that it is the extract, and save it as CSV."
        )
    return best


def declared_delimiter(line: str) -> str:
    r"""Return the delimiter that a first line like `sep=;` declares, as Excel has it; "" if it declares none.

    >>> declared_delimiter("sep=;\r\n"), declared_delimiter("Date,Place\n")
    (';', '')
    """
    stripped = line.strip("\r\n ").strip('"')
    declares = stripped.casefold().startswith("sep=") and len(stripped) == 5
    return stripped[-1] if declares and stripped[-1] in DELIMITERS else ""


def _score(sample: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1)
    except csv.Error:  # a field without end: that is told where the rows are read
        widths = Counter(line.count(delimiter) + 1 for line in sample if delimiter in line)
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return lines, width
