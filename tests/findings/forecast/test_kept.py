"""What the forecasts that are kept on the disk promise."""

import hashlib
import json
import os
import pickle
import shutil
import stat
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.forecasting.plain import forecast_plainly
from tests.forecasting.planted import past, poisson, unknown
from tests.making import FORCE, covered, delivery, month_total, months
from vulncore import forecasting
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.forecast import kept as keeping
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.forecast.kept import forecast_key, keep_forecast, kept_forecast
from vulncore.findings.forecast.work import (
    YEARS,
    forecast_task,
    ready_forecasts,
    ready_tasks,
    run_kept,
    subject_forecasts,
)
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.prepared_files import code_digest
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.forecasting import backtest
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast, ForecastTask, run
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import DayWeights
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind

COUNTS = poisson(12, 34)
TASK = ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, ahead=15, seed=9)
FIRST = date(2019, 1, 1)


@pytest.fixture
def home(tmp_path) -> Path:
    """A dataset's folder."""
    (tmp_path / "store" / "small").mkdir(parents=True)
    return tmp_path / "store" / "small"


@pytest.fixture
def done(monkeypatch) -> list[object]:
    """The pieces of forecasts that were worked out."""
    return forecast_plainly(monkeypatch)


@pytest.fixture(scope="module")
def plain() -> Forecast:
    with pytest.MonkeyPatch.context() as patched:
        forecast_plainly(patched)
        return run(TASK)


def file_of(home: Path) -> Path:
    (file,) = (home / "prepared" / "forecasts").iterdir()
    return file


def same_bits(one: Forecast, other: Forecast) -> None:
    assert list(one.paths) == list(other.paths)
    for model in Model:
        assert one.paths[model].dtype == other.paths[model].dtype
        assert one.paths[model].tobytes() == other.paths[model].tobytes()
    for frame, again in ((one.trials, other.trials), (one.scores, other.scores)):
        pd.testing.assert_frame_equal(frame, again, check_exact=True)
        numbers = frame.columns.drop("model")
        assert frame[numbers].to_numpy().tobytes() == again[numbers].to_numpy().tobytes()
    assert {type(model) for model in other.trials["model"]} == {Model}
    assert (one.chosen, one.tested_to) == (other.chosen, other.tested_to)
    assert other.learnt_from.first == one.learnt_from.first


def fitted(home: Path, task: ForecastTask = TASK) -> Forecast:
    return run_kept({"it": task}, home=home)["it"]


@pytest.mark.usefixtures("few_origins")
def test_a_forecast_that_is_read_back_is_the_one_that_was_fitted_bit_by_bit(home):
    made = fitted(home)
    read = kept_forecast(home, TASK)
    assert read is not made
    same_bits(made, read)


@pytest.mark.usefixtures("done")
def test_so_is_one_of_months_with_very_many_records_or_with_gaps(home):
    many = poisson(90_000, 34)
    gaps = unknown(COUNTS, [3, 4, 30])
    for task in (replace(TASK, past=past(many), actual=many), replace(TASK, past=past(gaps), actual=gaps)):
        same_bits(fitted(home, task), kept_forecast(home, task))


def test_what_is_kept_is_there_at_once_and_what_is_not_is_fitted(home, done):
    wanted = {"kept": TASK, "new": replace(TASK, ahead=20)}
    made = fitted(home)
    worked = len(done)
    assert ready_tasks({"kept": TASK}, home)
    assert ready_tasks(wanted, home) is None
    shares: list[float] = []
    early = []
    run_kept({"kept": TASK}, shares.append, early.append, home=home)
    assert (shares, early) == ([1.0], [])
    assert len(done) == worked
    forecasts = run_kept(wanted, untried=lambda paths: early.append((len(done), paths)), home=home)
    ((worked_before, paths),) = early
    assert worked_before < 2 * worked
    assert set(paths) == {"kept", "new"}
    assert len(done) == 2 * worked
    assert list(forecasts) == ["kept", "new"]
    same_bits(made, forecasts["kept"])
    assert ready_tasks(wanted, home)


def test_without_a_folder_nothing_is_kept(home, done):
    assert run_kept({"it": TASK})
    assert not (home / "prepared").exists()


DAYS = pd.Series(1, index=pd.date_range("2014-01-01", "2016-10-31"))


@pytest.mark.parametrize(
    "other",
    [
        replace(TASK, past=past([*COUNTS[:-1], COUNTS[-1] + 1])),
        replace(TASK, past=past(unknown(COUNTS, [5]))),
        replace(TASK, actual=unknown(COUNTS, [33])),
        replace(TASK, past=past(COUNTS, steps=(12,))),
        replace(TASK, past=past(COUNTS, first=date(2014, 2, 1))),
        replace(TASK, past=replace(past(COUNTS), weights=DayWeights(bank_holiday=0.5))),
        replace(TASK, past=replace(past(COUNTS), daily=DAYS)),
        replace(TASK, past=replace(past(COUNTS), daily=DAYS + 1)),
        replace(TASK, basis=Basis.CURRENT_PROCESS),
        replace(TASK, ahead=16),
        replace(TASK, seed=10),
    ],
    ids=[
        "count",
        "set aside",
        "not final",
        "step",
        "first month",
        "weights",
        "days",
        "other days",
        "basis",
        "ahead",
        "seed",
    ],
)
def test_whatever_a_forecast_is_made_from_changes_its_key(other):
    assert forecast_key(other) != forecast_key(TASK)
    assert forecast_key(replace(other)) == forecast_key(other)


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (keeping, "CODE", "other code"),
        (keeping, "VERSIONS", {"prophet": "9"}),
        (backtest, "MOST_ORIGINS", 3),
        (backtest, "TRIAL_PATHS", 10),
        (keeping.work, "PATHS", 10),
        (keeping.models, "SINGLE", {}),
    ],
    ids=["code", "libraries", "origins", "trial paths", "paths", "models"],
)
def test_so_does_whatever_fits_it(where, name, value, monkeypatch):
    before = forecast_key(TASK)
    monkeypatch.setattr(where, name, value)
    assert forecast_key(TASK) != before


def test_a_letter_of_the_code_or_of_the_factors_makes_it_other_code(tmp_path, monkeypatch):
    folder = shutil.copytree(Path(forecasting.__file__).parent, tmp_path / "forecasting")
    factors = tmp_path / "reference.toml"
    shutil.copy(keeping.LEARNT, factors)
    digests = [code_digest(folder, besides=(factors,))]
    for path in (factors, folder / "spread.py", folder / "models" / "naive.py"):
        path.write_text(path.read_text() + "\n")
        digests.append(code_digest(folder, besides=(factors,)))
    (folder / "models" / "new.py").touch()
    digests.append(code_digest(folder, besides=(factors,)))
    assert len(set(digests)) == 5


@pytest.fixture
def published(tmp_path):
    """Publishes monthly totals of one measure, and returns the keys of its forecasts."""

    def keys(counts, notes=(), provisional=(), lockdowns=False) -> list[str]:
        every = months(FIRST, len(counts))
        flags = [
            row | {"table": "counts"}
            for row in covered([every[place] for place in provisional], provisional=True)
        ]
        totals = [month_total(month, count) for month, count in zip(every, counts, strict=True)]
        publish(tmp_path, "small", delivery(counts=totals, coverage=flags), "tests")
        rows = [
            {
                "kind": kind,
                "measure": "rape",
                "month": month,
                "text": "why",
                "author": "me",
                "written_on": month,
            }
            for kind, month in notes
        ]
        annotate(tmp_path, "small", pa.Table.from_pylist(rows, schema=ANNOTATIONS), "tests")
        snapshot = open_version(tmp_path, "small")
        subject = find_subject(subjects(dataset_contents(snapshot)), "rape")
        demand = subject_demand(snapshot, FORCE, subject, every[-1], lockdowns)
        return [forecast_key(forecast_task(demand, basis)) for basis in Basis]

    return keys


def test_the_same_months_of_another_version_are_the_same_forecast_and_others_are_not(published):
    counts = [20, 24, 19, 23] * 12
    plain = published(counts)
    seen = {*plain}
    for others in (
        published([*counts[:-1], 24]),
        published(counts, notes=[(NoteKind.SERIES_BREAK, date(2020, 1, 1))]),
        published(counts, notes=[(NoteKind.LEVEL_CHANGE, date(2021, 1, 1))]),
        published(counts, lockdowns=True),
    ):
        assert seen.isdisjoint(others)
        seen |= {*others}
    assert published(counts) == plain
    assert seen.isdisjoint(published(counts, provisional=[47]))


def sealed(key: str, body: bytes) -> bytes:
    """A file whose digest is right, whatever it says."""
    packed = zlib.compress(body)
    return keeping.FORMAT + hashlib.sha256(key.encode() + packed).digest() + packed


def headed(body: bytes, **other: object) -> bytes:
    line, _, numbers = body.partition(b"\n")
    return json.dumps({**json.loads(line), **other}).encode() + b"\n" + numbers


class Opened:
    """What says so when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


SPOILT = {
    "empty": lambda whole, body: b"",
    "cut short": lambda whole, body: whole[: len(whole) // 2],
    "longer": lambda whole, body: whole + b"0",
    "a bit": lambda whole, body: whole[:900] + bytes([whole[900] ^ 1]) + whole[901:],
    "another format": lambda whole, body: whole.replace(b"forecast 2", b"forecast 3", 1),
    "a pickle": lambda whole, body: pickle.dumps(Opened()),
    "nothing in it": lambda whole, body: sealed(forecast_key(TASK), b""),
    "no JSON": lambda whole, body: sealed(forecast_key(TASK), b"{\n" + body),
    "deep JSON": lambda whole, body: sealed(forecast_key(TASK), b"[" * 200_000 + b"\n"),
    "a list": lambda whole, body: sealed(forecast_key(TASK), b"[]\n" + body),
    "no such model": lambda whole, body: sealed(forecast_key(TASK), headed(body, models=["oracle"])),
    "a model twice": lambda whole, body: sealed(forecast_key(TASK), headed(body, models=["prophet"] * 5)),
    "objects": lambda whole, body: sealed(forecast_key(TASK), headed(body, paths="O")),
    "no rows": lambda whole, body: sealed(forecast_key(TASK), headed(body, rows=0)),
    "rows below none": lambda whole, body: sealed(forecast_key(TASK), headed(body, rows=-1)),
    "half a row": lambda whole, body: sealed(forecast_key(TASK), headed(body, rows=0.5)),
    "too many rows": lambda whole, body: sealed(forecast_key(TASK), headed(body, rows=10**30)),
    "more numbers": lambda whole, body: sealed(forecast_key(TASK), body + bytes(81)),
    "fewer numbers": lambda whole, body: sealed(forecast_key(TASK), body[:-1]),
    "a seventh model": lambda whole, body: sealed(forecast_key(TASK), body[:-20_000] + b"\xff" * 20_000),
    "a bomb": lambda whole, body: sealed(forecast_key(TASK), bytes(100_000_000)),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_file_that_is_not_as_it_was_written_is_no_forecast_and_made_again(spoil, home, plain, done):
    assert keep_forecast(home, plain)
    file = file_of(home)
    whole = file.read_bytes()
    body = zlib.decompress(whole[len(keeping.FORMAT) + keeping.DIGEST_BYTES :])
    file.write_bytes(spoil(whole, body))
    assert kept_forecast(home, TASK) is None
    same_bits(fitted(home), plain)
    assert done
    same_bits(kept_forecast(home, TASK), plain)


@pytest.mark.usefixtures("done")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=some.floats(0, 1, exclude_max=True), bit=some.integers(0, 7))
def test_any_bit_that_changed_is_seen(at, bit, home, plain):
    keep_forecast(home, plain)
    file = file_of(home)
    spoilt = bytearray(file.read_bytes())
    spoilt[int(at * len(spoilt))] ^= 1 << bit
    file.write_bytes(spoilt)
    assert kept_forecast(home, TASK) is None


@pytest.mark.usefixtures("done")
def test_the_file_of_another_forecast_is_not_taken_for_this_one(home, plain):
    keep_forecast(home, plain)
    other = replace(TASK, seed=10)
    file_of(home).rename(file_of(home).with_name(forecast_key(other)))
    assert kept_forecast(home, other) is None


@pytest.mark.usefixtures("done")
def test_what_a_kill_left_half_written_is_never_read(home, plain):
    keep_forecast(home, plain)
    file = file_of(home)
    half = file.with_name(f".{file.name}abc.new")
    half.write_bytes(file.read_bytes()[:1000])
    file.unlink()
    assert kept_forecast(home, TASK) is None
    assert keep_forecast(home, plain)
    same_bits(kept_forecast(home, TASK), plain)


@pytest.mark.usefixtures("done")
def test_files_are_readable_by_their_owner_alone_and_lie_in_one_folder(home, plain):
    keep_forecast(home, plain)
    folder = home / "prepared" / "forecasts"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, file_of(home))]
    assert modes == [0o700, 0o700, 0o600]
    assert file_of(home).stat().st_size < 1_000_000


def test_where_the_disk_takes_nothing_forecasts_are_made_as_before(home, plain, done, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "write_whole", full)
    assert not keep_forecast(home, plain)
    same_bits(fitted(home), plain)
    shutil.rmtree(home / "prepared")
    (home / "prepared").touch()
    assert not keep_forecast(home, plain)
    same_bits(fitted(home), plain)
    assert ready_tasks({"it": TASK}, home) is None
    assert not keep_forecast(home / "nowhere", plain)
    assert not (home / "nowhere").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_nor_are_they_kept_in_a_folder_that_may_not_be_written(home, plain, done):
    home.chmod(0o500)
    assert not keep_forecast(home, plain)
    same_bits(fitted(home), plain)
    home.chmod(0o700)


@pytest.mark.usefixtures("done")
def test_those_not_asked_for_longest_are_forgotten_where_there_are_too_many(home, plain, monkeypatch):
    every = [replace(TASK, seed=seed) for seed in range(4)]
    for age, task in enumerate(every[:3]):
        keep_forecast(home, replace(plain, task=task))
        path = home / "prepared" / "forecasts" / forecast_key(task)
        os.utime(path, (age, age))
    assert kept_forecast(home, every[0])
    monkeypatch.setattr(keeping, "MOST_BYTES", 3 * path.stat().st_size + 1000)
    keep_forecast(home, replace(plain, task=every[3]))
    assert [kept_forecast(home, task) is not None for task in every] == [True, False, True, True]


@pytest.mark.usefixtures("done")
def test_a_subject_is_ready_once_it_was_forecast_on_both_bases(tmp_path, home):
    counts = [month_total(month, 20 + month.month) for month in months(FIRST, 48)]
    publish(tmp_path, "small", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "small")
    subject = find_subject(subjects(dataset_contents(snapshot)), "rape")
    demand = subject_demand(snapshot, FORCE, subject, date(2022, 12, 1))
    assert ready_forecasts(demand, home) is None
    subject_forecasts(demand, [Basis.FIVE_YEAR], YEARS, home=home)
    assert ready_forecasts(demand, home) is None
    forecasts = subject_forecasts(demand, home=home)
    for basis, read in ready_forecasts(demand, home).items():
        same_bits(forecasts[basis], read)
    assert all(np.isfinite(read.trials["crps"]).all() for read in forecasts.values())
