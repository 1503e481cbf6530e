"""What app.py promises of a store that can't be read, of addresses, and of the tiles of maps."""

import gzip
import json
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from app import VISITED, completed_address, figures, ground_style, ground_tile, ready
from tests.domain.tiles.test_archive import TILE, tiled
from tests.importing import imported_by
from tests.pages.visiting import visit
from vulncore.store.grounds import keep_ground


def answered() -> tuple[int, dict[str, bool]]:
    VISITED.set()
    answer = ready(None)
    return answer.status_code, json.loads(answer.body)


def test_without_data_it_is_not_ready_and_does_not_say_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.setenv("VULNCORE_STORE", str(tmp_path / "nothing"))
    assert answered() == (503, {"ready": False})


def test_a_damaged_store_is_said_in_a_sentence_without_its_path(shipped_store, tmp_path, monkeypatch):
    damaged = Path(shutil.copytree(shipped_store, tmp_path / "damaged"))
    files = list(damaged.rglob("*.parquet"))
    assert files
    for file in files:
        file.write_bytes(b"PAR1 not any more")
    page = visit(damaged, monkeypatch, "overview")
    assert answered() == (503, {"ready": False})
    assert len(page.app.error) + len(page.app.warning) > 0
    assert str(tmp_path) not in page.said


def test_an_address_with_bytes_that_are_no_text_is_completed_like_any_other(shipped_store, monkeypatch):
    monkeypatch.setenv("VULNCORE_STORE", str(shipped_store))
    scope = {"type": "http", "path": "/when", "query_string": b"dataset=demo&kind=\xff", "headers": []}
    assert completed_address(Request(scope)).startswith("./when?dataset=demo&version=1&month=2024-10&kind=")


def test_behind_the_first_page_is_loaded_what_others_need_but_no_library_of_which_worker_processes_fit_models():
    waited = "import threading, app\nfor thread in threading.enumerate():\n    if thread.name == 'engine': thread.join()"
    modules = imported_by(waited)
    assert {"pages.ways", "scipy.stats"} <= modules
    assert {"prophet", "cmdstanpy", "statsforecast", "statsmodels"} & modules == set()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return a force's ground that the server's store keeps."""
    monkeypatch.setenv("VULNCORE_STORE", str(tmp_path / "store"))
    file = tiled(tmp_path / "kent.pmtiles", {(5, 16, 10): gzip.compress(TILE), (5, 17, 10): TILE})
    data = bytearray(file.read_bytes())
    data[98] = 2  # tiles are packed
    file.write_bytes(data)
    return keep_ground(tmp_path / "store", "Kent Police", file, "me")


def answer_to(endpoint, kept, headers=(), query=b"", **path):
    parts = {"key": kept.key, "edition": kept.edition, "z": "5", "x": "16", "y": "10", **path}
    named = [(b"host", b"city.test"), *headers]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": named}
    return endpoint(Request({**scope, "path_params": parts}))


def test_a_tile_of_a_force_s_ground_is_sent_as_it_is_kept(kept):
    answer = answer_to(ground_tile, kept, [(b"accept-encoding", b"br, gzip")])
    assert (answer.status_code, answer.media_type) == (200, "application/vnd.mapbox-vector-tile")
    assert (answer.headers["content-encoding"], gzip.decompress(answer.body)) == ("gzip", TILE)
    assert "immutable" in answer.headers["cache-control"]
    plain = answer_to(ground_tile, kept)
    assert (plain.body, "content-encoding" in plain.headers) == (TILE, False)


def test_where_a_ground_has_nothing_the_tile_is_empty(kept):
    assert answer_to(ground_tile, kept, x="0").status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        {"key": "0" * 16},
        {"key": "../../../etc/pass"},
        {"key": "*"},
        {"edition": "0" * 16},
        {"edition": "../.."},
        {"z": "4"},
        {"z": "6"},
        {"x": "32"},
        {"y": "-1"},
        {"y": "1.5"},
        {"y": "9" * 5_000},
        {"y": "\u0661"},
    ],
    ids=str,
)
def test_what_is_no_tile_of_a_ground_is_not_there(path, kept):
    assert answer_to(ground_tile, kept, **path).status_code == 404


def test_a_page_of_another_host_gets_no_tile_and_no_style(kept):
    foreign = [(b"origin", b"https://elsewhere.test")]
    assert answer_to(ground_tile, kept, foreign).status_code == 404
    assert answer_to(ground_tile, kept, [(b"origin", b"https://city.test")]).status_code == 200
    for page in (b"https://elsewhere.test/where", b"", b"javascript:x"):
        assert answer_to(ground_style, kept, query=b"page=" + page, theme="light").status_code == 404


def test_a_tile_that_is_damaged_is_not_there(kept, tmp_path, caplog):
    (tiles,) = (tmp_path / "store" / "grounds").glob("*.pmtiles")
    data = bytearray(tiles.read_bytes())
    data[127:140] = b"\xff" * 13
    tiles.write_bytes(data)
    assert answer_to(ground_tile, kept).status_code == 404
    assert "can't be read" in caplog.text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_style_names_tiles_by_their_whole_address_beneath_the_page_s_own_path(theme, kept):
    page = b"page=https%3A%2F%2Fcity.test%2Fpolice%2Fwhere"
    style = json.loads(answer_to(ground_style, kept, query=page, theme=theme).body)
    tiles = f"https://city.test/police/ground/{kept.key}/{kept.edition}/{{z}}/{{x}}/{{y}}"
    assert style["sources"]["tiles"]["tiles"] == [tiles]
    order = [layer["id"] for layer in style["layers"]]
    assert order == ["background", "land", "coast", "own roads_local", "districts", "forces"]
    assert answer_to(ground_style, kept, query=page, theme="../light").status_code == 404


def figures_of(shipped_store, monkeypatch, **query):
    monkeypatch.setenv("VULNCORE_STORE", str(shipped_store))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/figures",
        "headers": [],
        "query_string": urlencode(query).encode(),
    }
    answer = figures(Request(scope))
    return answer.status_code, json.loads(answer.body)


def test_a_program_reads_the_figures_of_a_month_as_the_table_has_them(shipped_store, monkeypatch):
    status, said = figures_of(
        shipped_store, monkeypatch, dataset="demo", month="2024-10", force="City of London Police"
    )
    assert (status, said["made"], said["as_at"]) == (200, True, "2024-10")
    tables = {resource["name"]: resource["data"] for resource in said["resources"]}
    (hate,) = [
        row for row in tables["comparisons"] if (row["measure"], row["comparison"]) == ("hate-crime", "fytd")
    ]
    assert (hate["earlier"], hate["current"], hate["current_from"]) == (131, 187, "2024-04-01")
    months = [
        row["count"]
        for row in tables["monthly-counts"]
        if row["measure"] == "hate-crime" and row["month"] >= "2024-04-01"
    ]
    assert sum(months) == 187
    status, said = figures_of(shipped_store, monkeypatch, dataset="city-open-counts", month="2018-03")
    (unknown,) = [
        row
        for row in said["resources"][1]["data"]
        if (row["measure"], row["month"]) == ("robbery", "2017-10-01")
    ]
    assert (unknown["count"], unknown["status"]) == (None, "not delivered")


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ({"dataset": "kent"}, 404, "kent"),
        ({"version": "99"}, 404, "99"),
        ({"version": "../1"}, 400, "whole number"),
        ({"month": "October"}, 404, "October"),
        ({"month": "1999-01"}, 404, "January 1999"),
        ({"force": "Ruritania"}, 404, "Ruritania"),
    ],
)
def test_what_a_program_asks_in_vain_is_said_in_a_sentence(
    shipped_store, monkeypatch, query, status, problem
):
    got, said = figures_of(shipped_store, monkeypatch, **query)
    assert (got, problem in said["error"]) == (status, True)
    assert str(shipped_store) not in said["error"]
