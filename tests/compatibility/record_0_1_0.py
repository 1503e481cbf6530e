"""Writes down what version 0.1.0 answers of what make_0_1_0.py made, with that version checked out: see README.md."""

# ruff: noqa: PLC0415, T201 - a script, which is read beside the version that is checked out

import argparse
import json
import os
import shlex
import shutil
import tempfile
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qsl

RURITANIA = "--dataset ruritania --force 'Ruritania Police'"
SEXUAL = "--measure rape --measure other-sexual-offences"
OF_VERSIONS = (
    "dataset version published_at published_by source rows_read rows_rejected incidents counts files sha256"
)
OF_YEARS = "measure basis year recorded mean median low80 high80 low95 high95"
OF_ROLES = (
    "scenario role month needed50 needed80 needed95 there10 there50 there90 short opened caseload10 caseload50 "
    "caseload90 over basis version"
)
OF_STEPS = "scenario role month more begins_if_untrained in_all chance_before chance_after"
DRAWN = {"relative": 0.03, "absolute": 2}  # records, or how many times in two thousand draws: see README.md
WORDS_OF_TABLES = {"group", "source", "note"}

QUESTIONS: list[dict[str, object]] = [
    {"command": "versions", "columns": OF_VERSIONS},
    {"command": "table --dataset ruritania --force 'Strelsau City Police' --version 1"},
    *({"command": f"table {RURITANIA} --version {number}"} for number in (2, 3, 4, 5)),
    {"command": "table --dataset ruritania --force 'Strelsau City Police' --as-at 2021-06"},
    {"command": "table --dataset yearbook"},
    *(
        {
            "command": f"changes --dataset ruritania --version {number}",
            "columns": "Force Period Before After",
            "only": {"Measure": "Rape"},
        }
        for number in (1, 2, 3, 5)
    ),
    *(
        {"command": f"check --dataset ruritania --version {number}", "columns": "Check,How many,Out of"}
        for number in (1, 2, 3, 4, 5)
    ),
    {
        "command": f"day-hour {RURITANIA} {SEXUAL} --bands --unprotected",
        "columns": "weekday hour weight low high",
    },
    {
        "command": f"day-hour {RURITANIA} {SEXUAL} --bands --from 2018-04 --night 20-04",
        "columns": "weekday hour weight low high",
    },
    {
        "command": f"patrols {RURITANIA} {SEXUAL} --shifts 4 --hours 5 --harm rape=3 --from 2018-04",
        "columns": "weekday start end rank share",
    },
    {"command": f"hotspots {RURITANIA} {SEXUAL}", "columns": "cell records share", "known": "records"},
    {
        "command": f"hotspots {RURITANIA} {SEXUAL} --layer wards --hours night",
        "columns": "cell records share first_month last_month",
    },
    {
        "command": f"hotspots {RURITANIA} {SEXUAL} --layer change --version 3",
        "columns": "cell now before ratio low high",
        "known": "now",
    },
    {"command": f"forecast {RURITANIA} --totals --years 2", "columns": OF_YEARS, **DRAWN},
    {
        "command": f"forecast {RURITANIA} --totals --years 2 --what-if recording:2022-01:+50",
        "columns": OF_YEARS,
        **DRAWN,
    },
    {
        "command": f"resourcing {RURITANIA} --scenario 'Half more' --scenario 'Four join'",
        "columns": OF_ROLES,
        "only": {"month": "2023-12"},
        "relative": 0.03,
        "absolute": 0.03,
    },
    {
        "command": f"resourcing {RURITANIA} --scenario 'Half more' --solve 'caseload > 8'",
        "columns": OF_STEPS,
        "absolute": 0.03,
    },
]
"""What is asked on the command line; which columns are kept, of rows that have `only` these values and a `known` one; and how
close figures have to be, where they are drawn by lot."""

WHOLE = "dataset=ruritania&version=3&force=Strelsau City Police&month=2021-06&strand=sexual-violence"
OURS = "dataset=ruritania&force=Ruritania Police"
JOINED = f"{OURS}&basis=five-year"
LINKS = [
    "overview?",
    "overview?dataset=yearbook&measure=hate-crime",
    f"overview?{WHOLE}&measure=other-sexual-offences",
    f"overview?{OURS}&version=4&month=2020-12&measure=domestic-abuse-crime",
    "when?dataset=yearbook",
    f"when?{WHOLE}&period=36&part=known",
    f"when?{OURS}&measures=domestic-abuse-crime,rape&period=2018-06&cells=hour&rows=day&hours=night-of-fri",
    f"when?{OURS}&kind=licensed premises&place=Zenda Street&period=60&night=20-04",
    f"when?{OURS}&victims=resident&period=36&part=changed",
    f"when?{OURS}&period=all&part=patrols&shifts=4&length=6&harm=rape=5,other-sexual-offences=2&hours=stretch-118-5",
    "where?dataset=yearbook",
    f"where?{WHOLE}&layer=gi&part=classes",
    f"where?{OURS}&layer=cells&size=9&cell=CELL&part=place",
    f"where?{OURS}&layer=kde&bandwidth=200&measures=rape&period=36",
    f"where?{OURS}&layer=wards&hours=stretch-118-5&period=all",
    f"where?{OURS}&layer=change&hours=night&night=20-04&period=2019-06&part=tried",
    f"where?{OURS}&layer=class&place=Zenda Street&kind=licensed premises&victims=resident&period=60&part=repeats",
    "forecast?dataset=yearbook",
    f"forecast?{WHOLE}&subject=rape",
    f"forecast?{OURS}&lockdowns=used&part=models",
    f"forecast?{OURS}&lockdowns=used&part=months&whatif=campaign:2022-04:%2B20:6:Safer streets~growth:2022-01:-10",
    "resourcing?dataset=yearbook",
    f"resourcing?{WHOLE}",
    f"resourcing?{JOINED}&plan=HALF&role=soit&year=2024&chance=20&since=2022-06&part=months",
    f"resourcing?{JOINED}&part=demand",
    f"resourcing?{JOINED}&compare=HALF.FOUR&part=compare",
    f"resourcing?{JOINED}&plan=FOUR&numbers=changed",
    f"resourcing?{JOINED}&plan=FOUR&part=drivers",
    "data?dataset=yearbook",
    f"data?{WHOLE}",
    "methods?dataset=yearbook",
    f"methods?{WHOLE}",
]
"""Every choice of every page at least once with something that the page doesn't begin with."""

BOXES_OF_THE_DATA = (
    *(
        "dataset",
        "force",
        "month",
        "strand",
        "measures",
        "kind",
        "place",
        "victims",
        "shifts",
        "length",
        "role",
    ),
)
"""The choices whose boxes show names and numbers of the data, which are not words of the page."""


def main() -> None:
    """Write the answers beside what they are about."""
    import reading

    import vulncore

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as away:  # as a reader has it: unpacked somewhere else
        store = Path(away) / "store"
        shutil.unpack_archive(folder / "store.zip", store)
        _write(folder / "store.json", _of_the_store(reading, store))
        _write(folder / "scenarios" / "answers.json", _of_scenarios(reading, folder / "scenarios", store))
        os.environ["VULNCORE_STORE"] = str(store)
        main_page = Path(vulncore.__file__).parents[1] / "pages" / "main.py"
        _write(folder / "links.json", _of_links(reading, folder, store, main_page))
        _write(folder / "mappings" / "answers.json", _of_mappings(reading, folder / "mappings", store))


def _of_the_store(reading: ModuleType, store: Path) -> dict[str, object]:
    answers = []
    for question in QUESTIONS:
        words = shlex.split(str(question["command"]))
        rows = reading.rows_printed(store, words)
        columns = [name for name in (rows[0] if rows else ()) if name not in WORDS_OF_TABLES]
        if named := str(question.get("columns", "")):
            columns = named.split("," if "," in named else None)
        entry = {**question, "command": words, "columns": columns}
        answers.append({**entry, "rows": reading.kept(rows, entry)})
        print(question["command"], len(answers[-1]["rows"]))
    return {
        "contents": {name: reading.contents(store, name) for name in ("ruritania", "yearbook")},
        "would be erased": {
            name: reading.numbers_in(reading.run(store, "purge", "--dataset", "ruritania", "--victim", name))
            for name in ("V007", "V010")
        },
        "answers": answers,
    }


def _of_scenarios(reading: ModuleType, folder: Path, store: Path) -> dict[str, object]:
    """Return what the commands say of each file and of what is saved."""
    files = sorted(folder.glob("*.toml"))
    named = [word for file in files for word in ("--scenario", file)]
    figures = ["scenario", "role", "month", "needed50", "needed80", "there50", "short", "caseload50", "over"]
    rows = reading.rows_printed(store, ["resourcing", *named, *shlex.split(RURITANIA)])
    numbers = reading.rows_printed(store, ["resourcing", *named, "--assumptions"])
    return {
        "texts": {file.stem: reading.digest(file.read_text(encoding="utf-8")) for file in files},
        "saved": {
            name: reading.digest(reading.run(store, "resourcing", "--as-toml", "--scenario", name))
            for name in ("Half more", "Four join")
        },
        "numbers": reading.summary(numbers),
        "figures": {
            "columns": figures,
            "rows": reading.kept(rows, {"columns": figures, "only": {"month": "2022-12"}}),
        },
    }


def _of_links(reading: ModuleType, folder: Path, store: Path, main_page: Path) -> list[dict[str, object]]:
    codes = json.loads((folder / "scenarios" / "codes.json").read_text(encoding="utf-8"))
    cells = reading.rows_printed(store, shlex.split(f"hotspots {RURITANIA} {SEXUAL} --resolution 9"))
    fullest = max((row for row in cells if row["records"]), key=lambda row: row["records"])
    made = {"CELL": fullest["cell"], "HALF": codes["half-more"], "FOUR": codes["four-join"]}
    pages = []
    for text in LINKS:
        address = text
        for name, value in made.items():
            address = address.replace(name, value)
        page, _, query = address.partition("?")
        opened = dict(parse_qsl(query))
        shown = reading.shown(main_page, page, opened)
        boxes = {name: shown["boxes"].get(f"{name} picker", []) for name in BOXES_OF_THE_DATA}
        shown["boxes"] = sorted({value for values in boxes.values() for value in values})
        if page in reading.DRAWN:
            del shown["numbers"]
        pages.append({"page": page, "opened": opened, **shown})
        print(text, shown)
    return pages


def _of_mappings(reading: ModuleType, folder: Path, store: Path) -> dict[str, object]:
    """Return what publishing each extract in the store comes to: its account, its figures, its rejected rows, its people."""
    from vulncore.store import open_version

    answers = {}
    for extract in ("crimes.csv", "strelsau.xlsx"):
        name = extract.split(".")[0]
        rejects = store.parent / f"{name}.rejects.csv"
        words = ("--mapping", folder / f"{name}.toml", "--dataset", f"new-{name}", "--rejects", rejects)
        reading.run(store, "publish", "records", folder / extract, *words)
        figures = reading.rows_printed(store, ["changes", "--dataset", f"new-{name}"])
        lines = reading.rows_of(rejects.read_text(encoding="utf-8")) if rejects.exists() else []
        people = open_version(store, f"new-{name}").incidents.select("record_id", "victim_key").to_pyarrow()
        answers[extract] = {
            "account": reading.account(store, f"new-{name}"),
            "figures": reading.kept(figures, {"columns": ["Force", "Measure", "Period", "After"]}),
            "rejected": reading.kept(lines, {"columns": ["line", "value"]}),
            "victims": dict(sorted(zip(*people.to_pydict().values(), strict=True))[:5]),
        }
    return answers


def _write(path: Path, content: dict[str, object] | list[dict[str, object]]) -> None:
    """Write JSON with a line for each answer."""
    if isinstance(content, list):
        text = f"[\n{_lines(content)}\n]"
    else:
        parts = [
            f"{json.dumps(name)}: " + (f"[\n{_lines(item)}\n]" if name == "answers" else _packed(item))
            for name, item in content.items()
        ]
        text = "{\n" + ",\n".join(parts) + "\n}"
    path.write_text(f"{text}\n", encoding="utf-8")


def _lines(items: list[dict[str, object]]) -> str:
    return ",\n".join(map(_packed, items))


def _packed(item: object) -> str:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
