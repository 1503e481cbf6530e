"""How the tests of compatibility read a version: the rows that its commands print, and what its pages show of a link.

The same lines read the version that made the fixtures (make_0_1_0.py) and the one under test, so they keep to what stays:
the commands with their columns, `vulncore.store`, the names of pages and links. Words are not compared, but for keys and
names of the data themselves.
"""

import csv
import hashlib
import io
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from typer.testing import CliRunner

from vulncore.cli import app
from vulncore.store import open_version, versions

Cell = str | float | None
Row = dict[str, Cell]
PAGES = ("overview", "when", "where", "forecast", "resourcing", "data", "methods")
DRAWN = ("forecast", "resourcing")
"""Pages whose figures are drawn by lot: their files are compared, within a tolerance, and not what tables round."""
PAGE_SECONDS = 300
NAMED_SINCE = {
    "Example figures, but for those that name a source. Replace them with your own before anyone decides by them.": (
        "Made up to show how it works, but for what names a source. Put your own numbers in their place before anyone "
        "decides by it."
    ),
    "Example figures": "Illustrative",
}
"""What the example scenario says about itself and is called, and what it said and was called in 0.1.0."""
WORDED = {
    *(
        "note",
        "meaning",
        "What",
        "Where",
        "Why it matters",
        "What to do",
        "How sure",
        "Counted from",
        "Change",
    ),
    *("records_of", "place", "window", "night", "part", "model", "source", "unit", "about", "of", "verdict"),
    *("scenario", "what_if", "attribution"),
}
"""Columns of files that hold words for people, which may be said in other words."""


def run(store: Path, *words: object) -> str:
    """Return what a command prints; fail where it is refused."""
    done = CliRunner().invoke(app, [*map(str, words), "--store", str(store)])
    assert done.exit_code == 0, f"{words}: {done.stderr}"
    return done.stdout


def rows_printed(store: Path, words: Sequence[object]) -> list[Row]:
    """Return the rows of the CSV that a command prints."""
    return rows_of(run(store, *words, "--format", "csv"))


def kept(rows: Sequence[Row], entry: Mapping[str, Any]) -> list[list[Cell]]:
    """Return the cells of an answer that are compared: its `columns`, of rows that have `only` these values and a `known` one."""
    only, known = entry.get("only", {}), entry.get("known")
    return [
        [row[name] for name in entry["columns"]]
        for row in rows
        if all(row[name] == value for name, value in only.items()) and (not known or row[known] is not None)
    ]


def rows_of(text: str) -> list[Row]:
    """Return the rows of a CSV, numbers as such."""
    return [{name: _cell(value) for name, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


def _cell(text: str) -> Cell:
    if text == "":
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def numbers_in(text: str) -> list[int]:
    """Return the whole numbers that a sentence holds, in order."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]


def contents(store: Path, dataset: str) -> dict[str, dict[str, dict[str, int]]]:
    """Return how many rows each table of each version has, and how many values each of its columns."""
    tables = ("incidents", "counts", "indicators", "coverage", "annotations", "measures")
    held: dict[str, dict[str, dict[str, int]]] = {}
    for publish in versions(store, dataset):
        snapshot = open_version(store, dataset, publish.number)
        held[str(publish.number)] = {}
        for name in tables:
            table = getattr(snapshot, name).to_pyarrow()
            values = {
                column: table.num_rows - table.column(column).null_count for column in table.column_names
            }
            held[str(publish.number)][name] = {"rows": table.num_rows, **values}
    return held


def account(store: Path, dataset: str) -> dict[str, Any]:
    """Return what became of the rows read for the newest version: numbers, since reasons are words."""
    rows = versions(store, dataset)[-1].rows
    return {
        "read": rows.read,
        "accepted": rows.accepted,
        **{name: sorted(getattr(rows, name).values()) for name in ("rejected", "left_out", "noted")},
    }


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return a file of rows in short: for each column its values where they are few, and what numbers add up to.

    `weighed` adds up each number times its place from 1, so that two that are exchanged don't go unseen.
    """
    columns: dict[str, Any] = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        if name in WORDED:
            continue
        numbers = [(place, value) for place, value in enumerate(values, start=1) if isinstance(value, float)]
        texts = [value for value in values if isinstance(value, str)]
        if numbers:
            columns[name] = {
                "known": len(numbers),
                "sum": round(sum(value for _, value in numbers), 6),
                "weighed": round(sum(place * value for place, value in numbers) / len(numbers), 6),
            }
        elif texts:
            columns[name] = {
                "texts": len(texts),
                "first": texts[0],
                "last": texts[-1],
                "differ": len(set(texts)),
            }
        else:
            columns[name] = {"known": 0}
    return {"rows": len(rows), "columns": columns}


def differences(
    then: Any, now: Any, relative: float = 1e-6, absolute: float = 1e-6, where: str = ""
) -> list[str]:
    """Return where what was recorded differs from what there is; what is new beside it is no difference."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        gone = [f"{where}/{name}: gone" for name in then if name not in now]
        return gone + [
            line
            for name in then
            if name in now
            for line in differences(then[name], now[name], relative, absolute, f"{where}/{name}")
        ]
    if isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            return [f"{where}: {len(then)} and now {len(now)}"]
        pairs = enumerate(zip(then, now, strict=True))
        return [
            line
            for place, (old, new) in pairs
            for line in differences(old, new, relative, absolute, f"{where}/{place}")
        ]
    if isinstance(then, int | float) and isinstance(now, int | float):
        same = math.isclose(then, now, rel_tol=relative, abs_tol=absolute)
    else:
        same = then == now
    return [] if same else [f"{where}: {then!r} and now {now!r}"]


def shown(main_page: Path, page: str, link: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page shows of a link, as far as it can be told without its words.

    What somebody costs is new beside the numbers of the example scenario since 0.1.0, and left out of its files. The example
    is called something else since, and has its former name here.

    `link` is what it writes back of the names that it was given, `problems` counts what it warns of, `boxes` says what is
    chosen in its boxes by their keys, `files` what it offers to download, `numbers` how often its tables have a cell that
    is a number and nothing else.
    """
    with _offered() as files:
        visit = AppTest.from_file(str(main_page), default_timeout=PAGE_SECONDS)
        visit.query_params.update(link)
        if (
            page != "overview"
        ):  # a bare address leads there; to another page no public way leads before a first run
            visit._page_hash = calc_hash(page)
        visit.run()
        assert not visit.exception, [problem.message for problem in visit.exception]
        written = {name: value for name, value in visit.query_params.items() if name in link}
        boxes = {str(box.key): [box.options[box.index]] for box in visit.selectbox if box.index is not None}
        boxes |= {str(box.key): [str(value) for value in box.value] for box in visit.multiselect}
        return {
            "link": dict(sorted(written.items())),
            "problems": len(visit.warning) + len(visit.error),
            "boxes": boxes,
            "files": {name: _in_short(name, text) for name, text in sorted(files.items())},
            "numbers": _numbers(element.body for element in visit.get("html")),
        }


def _in_short(name: str, text: str) -> Any:
    for now, former in NAMED_SINCE.items():
        text = text.replace(now, former)
    if name.endswith(".csv"):
        return summary([row for row in rows_of(text) if not str(row.get("key")).endswith(".cost")])
    if name.endswith(".toml"):
        return digest(re.sub(r"(?m)^cost = .*\n", "", text))
    return {"features": len(json.loads(text)["features"])}


def digest(toml: str) -> str:
    """Return what tells two texts of TOML apart that say different things, however they are laid out."""
    return hashlib.sha256(json.dumps(tomllib.loads(toml), sort_keys=True, default=str).encode()).hexdigest()


def closed_up(cell: str) -> str:
    """Return a number as a cell has it, "12 %" as "12%": 0.1.0 wrote some shares one way and some the other."""
    return re.sub(r"\s+%", "%", cell.strip())


def _numbers(bodies: Iterator[str]) -> dict[str, int]:
    cells = [cell for body in bodies for cell in re.findall(r"<td[^>]*>([^<]*)</td>", body)]
    whole = [closed_up(cell) for cell in cells if re.fullmatch(r"\s*[+−-]?\d[\d,]*(\.\d+)?\s*%?\s*", cell)]
    return dict(sorted(Counter(whole).items()))


@contextmanager
def _offered() -> Iterator[dict[str, str]]:
    """Collect what pages offer to download, by the name of the file."""
    files: dict[str, str] = {}
    real, everywhere = DeltaGenerator.download_button, streamlit.download_button

    def collecting(ask: Callable[..., bool]) -> Callable[..., bool]:
        def download_button(*words: Any, **settings: Any) -> bool:
            # on a column the first is the column itself, and a label comes before the data
            texts = [word for word in words if isinstance(word, str)]
            data = settings.get("data", texts[-1] if len(texts) > 1 else None)
            if not settings["file_name"].endswith(
                (".xlsx", ".png", ".svg")
            ):  # there was none to compare with
                data = data() if callable(data) else data
                files[settings["file_name"]] = data.decode() if isinstance(data, bytes) else data
            return ask(*words, **settings)

        return download_button

    DeltaGenerator.download_button = collecting(real)
    streamlit.download_button = collecting(everywhere)
    try:
        yield files
    finally:
        DeltaGenerator.download_button, streamlit.download_button = real, everywhere
