"""Commands with hostile words for options, and files that nobody should publish."""

import os
import shutil
from pathlib import Path
from random import Random

from typer.testing import CliRunner

from tests.fuzzing import hostile
from tests.fuzzing.extracts import text_extract, workbook
from tests.fuzzing.kinds import GivenFile, Kind
from tests.fuzzing.visits import STORE
from vulncore.cli import app
from vulncore.domain.errors import VulncoreError

OF_DATA = {"--dataset": "city-open-counts", "--version": "1", "--force": "City of London Police"}
OF_RECORDS = {
    "--measure": "rape",
    "--from": "2023-11",
    "--to": "2024-10",
    "--place": "Bank",
    "--night": "18-06",
}
OPTIONS: dict[str, dict[str, str]] = {
    "table": {**OF_DATA, "--as-at": "2024-10", "--strand": "hate-crime", "--format": "json"},
    "check": {**OF_DATA, "--format": "csv"},
    "changes": {**OF_DATA, "--format": "csv"},
    "versions": {"--dataset": "demo", "--format": "json"},
    "measures": {"--format": "csv"},
    "strands": {"--dataset": "demo", "--version": "1", "--set": "list.toml", "--by": "A"},
    "day-hour": {**OF_DATA, **OF_RECORDS, "--harm": "rape=5", "--bands": ""},
    "patrols": {**OF_DATA, **OF_RECORDS, "--shifts": "5", "--hours": "4"},
    "harm": {
        **OF_DATA,
        "--measure": "robbery",
        "--as-at": "2024-10",
        "--weights": "FILE",
        "--name": "Ours",
        "--unit": "days",
        "--source": "Us",
    },
    "hotspots": {**OF_DATA, **OF_RECORDS, "--layer": "cells", "--resolution": "9", "--format": "geojson"},
    "forecast": {
        **OF_DATA,
        "--measure": "rape",
        "--years": "2",
        "--what-if": "growth:2025-04:+10",
        "--as-at": "2024-10",
    },
    "resourcing": {
        **OF_DATA,
        "--solve": "caseload > 15",
        "--probability": "0.1",
        "--from": "2025-04",
        "--scenario": "x",
    },
    "purge": {"--dataset": "demo", "--victim": "V17", "--record": "x", "--recorded-before": "2020-01-01"},
    "boundary": {"--force": "Kent Police", "--name-property": "WD", "FILE": ""},
    "mapping": {"--sheet": "Data", "--heading": "1-2", "--covers": "2024-01:2024-03", "FILE": ""},
    "publish": {
        **OF_DATA,
        "--as-at": "2024-10",
        "--provisional-from": "2024-09",
        "--most-rejected": "5",
        "--holds": "created or changed",
        "FILE": "",
    },
}
SOURCES = ("records", "police-uk", "recorded-crime", "monthly-counts", "published-table")


def _command(draw: Random) -> tuple[list[str], GivenFile]:
    name = draw.choice(list(OPTIONS))
    words = [name, draw.choice(SOURCES)] if name == "publish" else [name]
    for option, usual in OPTIONS[name].items():
        if option == "FILE":
            words.append(option)
        elif draw.random() < 0.5:
            chance = draw.random()
            text = hostile.token(draw) if chance < 0.2 else usual
            text = hostile.damaged_words(draw, usual, r"[\w.]+|\W") if chance > 0.8 else text
            # what a shell can hand over: bytes that need not be text, and none of them zero
            given = hostile.encoded(text.replace("\0", "")).decode("utf-8", "surrogateescape")
            words += [option, given] if usual else [option]
    return words, draw.choice((text_extract, workbook))(draw)


def _run(given: tuple[list[str], GivenFile], folder: Path) -> str:
    words, file = given
    path = file.written(folder)
    store = shutil.copytree(os.environ[STORE], folder / "store")
    words = [str(path) if word == "FILE" else word for word in words]
    out = {
        "publish": ["--rejects", str(folder / "rejects.csv")],
        "mapping": ["--output", str(folder / "out.toml")],
    }
    done = CliRunner().invoke(
        app,
        [
            *words,
            *out.get(words[0], []),
            *([] if words[0] in ("measures", "mapping") else ["--store", str(store)]),
        ],
    )
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    said = done.stderr.strip().splitlines()
    if done.exit_code == 1:
        raise VulncoreError(said[-1] if said else "")
    return "refused" if done.exit_code else "read"


KINDS = (Kind("command", 4, _command, _run),)
