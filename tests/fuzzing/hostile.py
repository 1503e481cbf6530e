"""What spoils a file or a field: hostile texts, and ways to damage bytes, tables, marked-up text and JSON."""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

NUMBERS = r"""
-1 0 00 1 1.5 -0.0 1e400 -1e400 1e308 1e-400 NaN nan inf -inf Infinity 1_000 1,234 1.234,5 (5) 0x1F
1E5 ١٢ ² ½ 2147483648 9223372036854775808 -9223372036854775809
99999999999999999999999999999999999999 5e-324 1e9 1e15 £5 5%
""".split()  # noqa: SIM905
DATES = r"""
0000-00-00 0001-01-01 9999-12-31 10000-01-01 2023-02-29 2024-02-29 29/02/2023 31/04/2024 32/01/2024
00/00/0000 2024-13 2024-00 2024-05 1900-01 2100-12 2101-01 1899-12-30 2024-05-17T25:61:61
2024-05-17T20:30:00+99:99 12/31/99 20240517 45292.999 -45292 2958466 24:00 23:59:60 2024-W01 1.1.1
1752-09-03 2024-10-27T01:30:00+01:00
""".split()  # noqa: SIM905
TEXTS = (
    *("", " ", "\t", "\n", "\r", "\r\n", "\0", "\x1b[2J\x1b]0;x\x07", "\x7f", "\x85", "\u2028", "\u200b", "\ufeff", "\u202etxt.exe"),
    *("\ud800", "\udcff", "\ufffe", "\U0010ffff", "e\u0301" * 40, "İ", "ß", "ﷺ", "👩‍👩‍👧‍👦", "\u00a0", "\u200b\u200f"),
    *("=1+1", "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>"),
    *("[x](javascript:alert(1))", "![x](http://example.org/x)", "**b**", "$x^2$", ":red[x]", "{{7*7}}", "${x}", "%s%n", "%(x)s"),
    *("{0.__class__}", "../../etc/passwd", "/etc/passwd", "C:\\x", "\\\\host\\x", "%2e%2e%2f", "%00", "%ff", "&amp;&lt;", "&x;"),
    *("'; DROP TABLE incidents; --", "' OR 1=1", '"', "'", '""', '"a', 'a"b', "`", "\\", "\\u0000", ";", ",", "|", "#", "~", "."),
    *("null", "None", "NULL", "N/A", "#N/A", "#REF!", "true", "TRUE", "undefined", "[]", "{}", "Total", "Grand total", "...", "–"),
    *("x" * 130, "x" * 33_000, "ab " * 3_000, "\u0301" * 500, "9" * 5_000, "a.b." * 300, "(" * 3_000, "-" * 10_000),
)  # fmt: skip
TOKENS = (*NUMBERS, *DATES, *TEXTS)
NAMES = r"""
x.csv x.CSV x.xlsx x.parquet x.zip x.gz x.csv.gz x.toml x.geojson x x.csv.exe .csv ..csv -x.csv
=x.csv %2e.csv
""".split()  # noqa: SIM905
ODD_NAMES = ("a\x1b[2J.csv", "a\nb.csv", "\u202evsc.zip", "é" * 60 + ".csv", "x" * 240 + ".csv", "[x](y).csv", os.fsdecode(b"\xff.csv"), " ")  # fmt: skip
ENCODINGS = ("utf-8",) * 20 + (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "cp1252",
    "latin-1",
    "utf-7",
    "cp037",
)
MOST_BYTES = 400_000

Damage = Callable[[Random, bytes], bytes]


def token(draw: Random) -> str:
    """Return a hostile text; now and then one of many letters of anywhere."""
    if draw.random() < 0.05:
        return "".join(
            chr(draw.choice((draw.randrange(256), draw.randrange(0x110000))))
            for _ in range(draw.randrange(40))
        )
    return draw.choice(TOKENS)


def odd_name(draw: Random, usual: str) -> str:
    """Return a file's name: mostly the usual one."""
    chance = draw.random()
    return usual if chance < 0.85 else draw.choice(NAMES if chance < 0.95 else ODD_NAMES)


def encoded(text: str, encoding: str = "utf-8") -> bytes:
    """Return a text's bytes, half surrogate pairs included where the encoding can have them."""
    try:
        return text.encode(encoding, "surrogatepass")
    except UnicodeEncodeError:
        return text.encode(encoding, "replace")


def damaged(draw: Random, content: bytes, *others: bytes) -> bytes:
    """Return bytes with one to eight pieces of them spoilt; `others` are what can be spliced in."""
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        content = draw.choice(DAMAGES)(draw, content)[:MOST_BYTES]
        if others and draw.random() < 0.1:
            other = draw.choice(others)
            content = content[: draw.randrange(len(content) + 1)] + other[draw.randrange(len(other) + 1) :]
    return content


def _span(draw: Random, content: bytes) -> tuple[int, int]:
    start = draw.randrange(len(content) + 1)
    return start, min(len(content), start + draw.choice((1, 1, 2, 4, 8, 30, 200)))


def _flip(draw: Random, content: bytes) -> bytes:
    start, _ = _span(draw, content)
    return (
        content[:start]
        + bytes(byte ^ 1 << draw.randrange(8) for byte in content[start : start + 1])
        + content[start + 1 :]
    )


def _overwrite(draw: Random, content: bytes) -> bytes:
    start, end = _span(draw, content)
    return (
        content[:start]
        + draw.choice((b"\0", b"\xff", b"\x7f", draw.randbytes(1))) * (end - start)
        + content[end:]
    )


def _insert(draw: Random, content: bytes) -> bytes:
    start, _ = _span(draw, content)
    piece = draw.choice(
        (draw.randbytes(draw.randrange(1, 20)), encoded(token(draw)), b"\0", b"\r", b'"', b"\xef\xbb\xbf")
    )
    return content[:start] + piece + content[start:]


def _delete(draw: Random, content: bytes) -> bytes:
    start, end = _span(draw, content)
    return content[:start] + content[end:]


def _duplicate(draw: Random, content: bytes) -> bytes:
    start, end = _span(draw, content)
    return content[:end] + content[start:end] * draw.choice((1, 1, 2, 50, 1_000)) + content[end:]


def _truncate(draw: Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _swap_lines(draw: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _other_ends(draw: Random, content: bytes) -> bytes:
    return content.replace(
        b"\n", draw.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b"\0", b"\x85")), draw.choice((-1, 1, 3))
    )


def _word(draw: Random, content: bytes) -> bytes:
    words = list(re.finditer(rb"[\w.+-]+", content))
    if not words:
        return encoded(token(draw))
    word = draw.choice(words)
    return content[: word.start()] + encoded(token(draw)) + content[word.end() :]


DAMAGES: tuple[Damage, ...] = (
    _flip, _flip, _overwrite, _insert, _delete, _duplicate, _truncate, _swap_lines, _other_ends, _word, _word, _word,
)  # fmt: skip


def damaged_rows(draw: Random, rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return a table with one to six cells, rows or columns of it spoilt."""
    table = [list(row) for row in rows]
    for _ in range(draw.choice((1, 1, 2, 3, 6))):
        draw.choice((_cell,) * 12 + (_row, _row, _columns, _heading))(draw, table)
        if not table:
            break
    return table


def _cell(draw: Random, table: list[list[str]]) -> None:
    row = draw.choice(table)
    if row:
        row[draw.randrange(len(row))] = token(draw)


def _row(draw: Random, table: list[list[str]]) -> None:
    place = draw.randrange(len(table))
    row = table[place]
    other = draw.choice(
        ([], [""], [*row, "x"], row[:-1], row, ["Total"], [""] * len(row), [token(draw) for _ in row])
    )
    if draw.random() < 0.3:
        del table[place]
    else:
        table[place:place] = [list(other) for _ in range(draw.choice((1, 1, 1, 70)))]


def _columns(draw: Random, table: list[list[str]]) -> None:
    place, times = draw.randrange(len(table[0]) + 1), draw.choice((-1, 1, 1, 600))
    for number, row in enumerate(table):
        if times < 0:
            del row[place : place + 1]
        else:
            row[place:place] = [draw.choice(("x", "", "7")) if number else f"c{i}" for i in range(times)]


def _heading(draw: Random, table: list[list[str]]) -> None:
    if len(table[0]) > 1:
        one, other = draw.sample(range(len(table[0])), 2)
        table[0][one] = draw.choice(
            (table[0][other], "", table[0][one].swapcase(), " " + table[0][one], token(draw))
        )


def csv_text(draw: Random, rows: Sequence[Sequence[str]], delimiters: str = ",") -> str:
    """Return a table as text, its fields quoted as some program might."""
    out = io.StringIO()
    quoting = draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    ends = draw.choice(("\n", "\n", "\r\n", "\r"))
    csv.writer(out, delimiter=draw.choice(delimiters), quoting=quoting, lineterminator=ends).writerows(rows)
    return out.getvalue()


def damaged_words(draw: Random, text: str, pattern: str, hostile: Sequence[str] = ()) -> str:
    """Return a text with some of what matches a pattern put another way."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        places = list(re.finditer(pattern, text))
        if not places:
            break
        place = draw.choice(places)
        new = draw.choice(hostile) if hostile and draw.random() < 0.5 else token(draw)
        text = text[: place.start()] + new + text[place.end() :]
    return text


HOSTILE_JSON = r"""
null true false 0 -1 1e400 -1e400 NaN Infinity 1e308 999999999999999999999999 [] {} [[]] [null] ""
"x" "\ud800" 0.5 51.2 0.55 [0.5,51.25] [0.55,51.22] [0.5,51.2,7] [1,2,3,4,5]
[[0,0],[0,0],[0,0],[0,0]] [180,90] [1e308,1e308] ["0","1"] {"type":"Polygon"}
{"type":"GeometryCollection","geometries":[]} {"type":"Point","coordinates":[0,51]}
""".split()  # noqa: SIM905


def damaged_json(draw: Random, document: Any) -> str:
    """Return a document as JSON with one to four of its values, near its root or deep in it, put another way."""
    marks = {}
    for _ in range(draw.choice((1, 1, 2, 4))):
        holder, key = None, None
        value = document
        while isinstance(value, dict | list) and value and (holder is None or draw.random() < 0.95):
            keys = list(value) if isinstance(value, dict) else list(range(len(value)))
            deeper = [key for key in keys if isinstance(value[key], dict | list)]
            holder, key = value, draw.choice(deeper if deeper and draw.random() < 0.9 else keys)
            value = holder[key]
        if holder is None:
            break
        deep = draw.choice((10, 900, 20_000))
        new = draw.choice(
            (
                *HOSTILE_JSON,
                json.dumps(token(draw)),
                "[" * deep + "]" * deep,
                '{"a":' * deep + "1" + "}" * deep,
            )
        )
        if isinstance(value, float) and draw.random() < 0.7:
            new = repr(value + draw.choice((0, 1e-9, 0.001, -0.01, 0.3, 1)))
        mark = f"mark {len(marks)}"
        holder[key], marks[mark] = mark, new
    text = json.dumps(document)
    for mark, new in marks.items():
        text = text.replace(json.dumps(mark), new)
    return text
