"""What app.py promises of a store that can't be read, and of addresses."""

import json
import shutil
from pathlib import Path

from starlette.requests import Request

from app import VISITED, completed_address, ready
from tests.importing import imported_by
from tests.pages.visiting import visit


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
    assert {"prophet", "cmdstanpy", "statsmodels"} & modules == set()
