"""What every reader, link and field promises of whatever comes: it is taken in, or refused in a sentence that people can read.

`benchmarks/fuzz.py` runs a hundred thousand such cases, and measures their time and memory.
"""

from itertools import count, islice

import pytest

from tests.fuzzing.cases import KINDS, Case
from tests.fuzzing.kinds import LONGEST, sentence_faults
from tests.fuzzing.visits import STORE

SEED, FEW = 5, 20
FEWER = {"other workbook": 8, "Parquet": 3, "published extract": 3, "notes": 3, "visit": 1, "command": 3}
SENTENCE = "crimes.csv is empty. Export the file again."


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_comes_is_taken_in_or_refused_in_a_sentence(kind, shipped_store, monkeypatch):
    for name in (STORE, "VULNCORE_STORE"):
        monkeypatch.setenv(name, str(shipped_store))
    monkeypatch.setenv("VULNCORE_PUBLISHING", "on")
    of_the_kind = (case for case in map(Case, [SEED] * 100_000, count(1)) if case.kind.name == kind)
    for case in islice(of_the_kind, FEWER.get(kind, FEW)):
        try:
            case.run()
        except Exception as fault:
            raise AssertionError(f"benchmarks/fuzz.py --seed {SEED} --case {case.number} fails") from fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "crimes.csv is empty",
        "crimes.csv is empty: KeyError(3).",
        "crimes.csv\nis empty.",
        f"{'x' * LONGEST}.",
        "<class 'int'> is empty.",
    ],
)
def test_a_refusal_that_nobody_can_read_is_a_fault(text, tmp_path):
    assert sentence_faults(SENTENCE, tmp_path) == []
    assert len(sentence_faults(text, tmp_path)) > 0
    assert sentence_faults(f"{tmp_path / 'x.csv'} is empty.", tmp_path) == ["tells a folder of this machine"]
