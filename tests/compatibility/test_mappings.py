"""A mapping that an earlier version read means the same: each row of its extract becomes what it became then."""

import pytest

from tests.compatibility.conftest import KEPT, answers
from tests.compatibility.reading import account, differences, kept, rows_of, rows_printed, run
from vulncore.store import open_version

ANSWERS = answers("mappings/answers.json")
FOLDER = KEPT / "mappings"


@pytest.mark.parametrize("extract", ANSWERS)
def test_a_mapping_of_0_1_0_accounts_for_every_row_and_counts_every_month_as_it_did(store, tmp_path, extract):
    name = extract.split(".")[0]
    rejects = tmp_path / "rejects.csv"
    words = ("--mapping", FOLDER / f"{name}.toml", "--dataset", "new", "--rejects", rejects)
    run(store, "publish", "records", FOLDER / extract, *words)
    lines = rows_of(rejects.read_text(encoding="utf-8")) if rejects.exists() else []
    people = open_version(store, "new").incidents.select("record_id", "victim_key").to_pandas()
    now = {
        "account": account(store, "new"),
        "figures": kept(
            rows_printed(store, ["changes", "--dataset", "new"]),
            {"columns": ["Force", "Measure", "Period", "After"]},
        ),
        "rejected": kept(lines, {"columns": ["line", "value"]}),
        "victims": dict(people.itertuples(index=False)),  # under the store's secret of then
    }
    assert differences(ANSWERS[extract], now) == []
