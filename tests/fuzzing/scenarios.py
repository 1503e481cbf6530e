"""Scenarios as files and in links, boundaries, notes on the data, lists of strands, and the short texts that fields and options take."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from tests.fuzzing import hostile
from tests.fuzzing.extracts import HOSTILE_TOML, OF_TOML
from tests.fuzzing.kinds import GivenFile, Kind
from tests.making import FORCE, covered, delivery, incident
from tests.store.test_areas import feature, polygon
from vulncore import store as stores
from vulncore.domain.periods import parse_month, parse_months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.shipped import shipped
from vulncore.domain.strands.strand_file import checked_against, parse_strands, strands_toml
from vulncore.domain.strands.strand_list import arranged, shipped_list, spelt_out
from vulncore.domain.vocabulary import find_measure, report_measures
from vulncore.findings.data.strand_lists import read_strands
from vulncore.forecasting.what_if import format_adjustment, parse_adjustment
from vulncore.resourcing.scenario.checks import checked
from vulncore.resourcing.scenario.link import example_scenario, scenario_code, scenario_of
from vulncore.resourcing.scenario.saved import load_scenario, save_scenario, saved_scenario, saved_scenarios
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text
from vulncore.resourcing.solving import parse_condition
from vulncore.store.areas import area_of, keep_area
from vulncore.store.notes import NoteKind


def _scenario(draw: Random) -> GivenFile:
    pattern, words = draw.choice(
        ((OF_TOML, HOSTILE_TOML), (r"(?<=[ \[])[\d.]+(?=[],\n])", ("0", "1", "0.5", "12", "1e-9", "240")))
    )
    text = hostile.damaged_words(draw, scenario_text(example_scenario()), pattern, words)
    content = hostile.encoded(text)
    return GivenFile(
        hostile.odd_name(draw, "plan.toml"),
        hostile.damaged(draw, content) if draw.random() < 0.2 else content,
    )


def _read_scenario(given: GivenFile, folder: Path) -> str:
    scenario = load_scenario(given.written(folder))
    if read_scenario(scenario_text(scenario)) != scenario or scenario_of(scenario_code(scenario)) != scenario:
        raise AssertionError("a scenario is not what it was once it has been written")
    return "read"


def _code(draw: Random) -> str:
    text = scenario_text(example_scenario())
    name = hostile.token(draw)[:40] if draw.random() < 0.5 else "Plan"
    code = scenario_code(replace(read_scenario(text), name=hostile.encoded(name).decode("utf-8", "replace")))
    return hostile.damaged(draw, code.encode()).decode("utf-8", "replace") if draw.random() < 0.9 else code


def _read_code(code: str, _: Path) -> str:
    scenario = scenario_of(code)
    if scenario_of(scenario_code(scenario)) != scenario:
        raise AssertionError("a scenario's code is not what it was once it has been written")
    return "read"


def _saving(draw: Random) -> dict[str, Any]:
    plan = example_scenario()
    numbers = (0.0, -1.0, 1e308, float("nan"), float("inf"), 1e-300, 3.0)
    changes = {
        key: tuple(draw.choice((now.low, now.likely, now.high, draw.choice(numbers))) for _ in range(3))
        for key, now in plan.assumptions.items()
        if draw.random() < 0.02
    }
    return {
        "name": hostile.token(draw),
        "source": hostile.token(draw),
        "by": hostile.token(draw),
        "numbers": changes,
    }


def _save(given: dict[str, Any], folder: Path) -> str:
    plan = example_scenario()
    for key, (low, likely, high) in given["numbers"].items():
        wanted = replace(
            plan.assumptions[key], low=low, likely=likely, high=high, source=given["source"], by=given["by"]
        )
        plan = checked(plan.where(key, wanted))
    saved = save_scenario(folder, plan, given["name"])
    scenario_code(saved)
    if saved_scenario(folder, saved.name) != saved or list(saved_scenarios(folder)) != [saved.name]:
        raise AssertionError("a scenario saved is not what is read")
    return "read"


@cache
def _boundaries() -> tuple[str, ...]:
    collection = {"type": "FeatureCollection", "features": [feature("East"), feature("West", west=0.7)]}
    return (
        shipped("city-of-london-boundary.geojson").read_text(encoding="utf-8"),
        *map(json.dumps, (polygon(), collection, {"type": "GeometryCollection", "geometries": [polygon()]})),
    )


def _boundary(draw: Random) -> GivenFile:
    content = hostile.encoded(hostile.damaged_json(draw, json.loads(draw.choice(_boundaries()))))
    if draw.random() < 0.3:
        content = hostile.damaged(draw, content)
    return GivenFile(hostile.odd_name(draw, "area.geojson"), content)


def _keep_boundary(given: GivenFile, folder: Path) -> str:
    naming = next((name for name in ("WD", "name") if f'"{name}"'.encode() in given.content), None)
    keep_area(folder, FORCE, given.written(folder), naming)
    area_of(folder, FORCE)
    return "read"


def _notes(draw: Random) -> list[dict[str, Any]]:
    usual = {
        "kind": draw.choice(list(NoteKind)).value,
        "force": FORCE,
        "measure": "rape",
        "month": date(2024, 1, 1),
        "text": "New form",
        "author": "A",
        "written_on": date(2024, 3, 1),
    }
    strange = {
        **{
            name: hostile.encoded(hostile.token(draw)).decode("utf-8", "replace")
            for name in ("kind", "force", "measure", "text", "author")
        },
        "month": draw.choice((None, date.min, date.max, date(2024, 1, 31))),
        "written_on": draw.choice((date.min, date.max)),
    }
    return [
        {name: strange[name] if draw.random() < 0.2 else usual[name] for name in usual}
        for _ in range(draw.choice((1, 1, 3, 40)))
    ]


def _annotate(given: list[dict[str, Any]], folder: Path) -> str:
    stores.publish(
        folder, "fuzz", delivery([incident(1, date(2024, 1, 1))], covered([date(2024, 1, 1)])), "me"
    )
    stores.annotate(folder, "fuzz", pa.Table.from_pylist(given, schema=ANNOTATIONS), "me")
    if stores.open_version(folder, "fuzz").annotations.to_pyarrow().num_rows != len(given):
        raise AssertionError("not every note was kept")
    return "published"


def _strands(draw: Random) -> GivenFile:
    text = strands_toml(spelt_out(shipped_list(), report_measures()))
    pattern, words = draw.choice(
        (
            (OF_TOML, HOSTILE_TOML),
            (r'(?<=")[a-z-]+(?=")', ("rape", "fgm", "prevent", "vawg", "all", "a/b", "")),
        )
    )
    content = hostile.encoded(hostile.damaged_words(draw, text, pattern, words))
    return GivenFile(
        hostile.odd_name(draw, "strands.toml"),
        hostile.damaged(draw, content) if draw.random() < 0.2 else content,
    )


def _list_strands(given: GivenFile, folder: Path) -> str:
    listed = checked_against(read_strands(given.written(folder)), report_measures())
    if parse_strands(strands_toml(listed).encode()) != listed:
        raise AssertionError("a list of strands is not what it was once it has been written")
    if any(measure.strand == "" for measure in arranged(listed, report_measures())):
        raise AssertionError("a measure of the report has no strand")
    return "read"


FIELDS: dict[str, tuple[Callable[[str], object], str]] = {
    "a month": (parse_month, "2024-10"),
    "months": (parse_months, "2024-01:2024-03"),
    "a dataset": (stores.checked_dataset_name, "city-2"),
    "a measure": (lambda text: find_measure(report_measures(), text), "rape"),
    "a what-if": (
        lambda text: parse_adjustment(format_adjustment(parse_adjustment(text))),
        "campaign:2025-04:+10:6:Name",
    ),
    "a condition": (parse_condition, "caseload > 15"),
    "a version": (lambda text: stores.versions(Path("/nowhere"), text), "demo"),
}


def _field(draw: Random) -> tuple[str, str]:
    name = draw.choice(list(FIELDS))
    usual = FIELDS[name][1]
    chance = draw.random()
    if chance < 0.3:
        return name, hostile.token(draw)
    if chance < 0.8:
        return name, hostile.damaged_words(draw, usual, r"[\w-]+|[:+>.]")
    return name, hostile.damaged(draw, usual.encode()).decode("utf-8", "surrogateescape")


def _read_field(given: tuple[str, str], _: Path) -> str:
    FIELDS[given[0]][0](given[1])
    return "read"


KINDS = (
    Kind("scenario", 60, _scenario, _read_scenario),
    Kind("scenario in a link", 60, _code, _read_code),
    Kind("scenario saved", 30, _saving, _save),
    Kind("boundary", 80, _boundary, _keep_boundary),
    Kind("list of strands", 60, _strands, _list_strands),
    Kind("notes", 4, _notes, _annotate),
    Kind("field", 60, _field, _read_field),
)
