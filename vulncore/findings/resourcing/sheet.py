"""A scenario's numbers as a sheet to fill in: out as a workbook, and in again."""

from datetime import date
from pathlib import Path
from typing import Final

from vulncore.domain.errors import InvalidScenarioError, first_five
from vulncore.findings.resourcing.assumptions import assumption_rows
from vulncore.findings.shared.workbook import workbook
from vulncore.resourcing.scenario.scenario import Assumption, Scenario
from vulncore.sources.extract import read_extract

NAMES: Final = {
    "key": "Key",
    "of": "Of",
    "what": "What",
    "lowest": "Lowest",
    "likeliest": "Likeliest",
    "highest": "Highest",
    "unit": "Unit",
    "source": "Source",
    "by": "Changed by",
    "on": "Changed on",
}
"""The sheet's columns by those of `assumption_rows`."""
READ: Final = ("key", "lowest", "likeliest", "highest", "source")


def assumption_sheet(scenario: Scenario) -> bytes:
    """Return every number of a scenario as a row of a workbook, to be filled in."""
    lines = (
        f"{scenario.unit}: {scenario.name}",
        "Change lowest, likeliest and highest (the same three where a number is certain) and say the source. Leave Key as it is.",
    )
    return workbook("Assumptions", lines, assumption_rows(scenario)[list(NAMES)].rename(columns=NAMES))


def with_sheet(scenario: Scenario, path: Path, by: str, on: date) -> tuple[Scenario, int]:
    """Return a scenario with the numbers of a sheet that was filled in, and how many changed.

    A row may be left out: its number stays. What a row changes is said to be changed by `by` on a day.

    Args:
        scenario: The scenario that the sheet is for.
        path: The sheet: XLSX, or CSV with the same columns.
        by: Who brings it.
        on: The day.

    Raises:
        UnreadableSourceError: The file can't be read.
        InvalidScenarioError: A column, a key or a number is none. Nothing is changed then.
    """
    extract = read_extract(path)
    if extract.rejects:
        first = extract.rejects[0]
        raise InvalidScenarioError(
            f"{len(extract.rejects)} rows can't be read. The first is line {first.line}: {first.reason}. Correct them."
        )
    missing = [NAMES[name] for name in READ if NAMES[name] not in extract.columns]
    if missing:
        raise InvalidScenarioError(
            f"{len(missing)} columns are missing ({first_five(missing)}). Download the sheet again and fill that in."
        )
    rows = [
        {name: row[label] for name, label in NAMES.items() if label in row}
        for row in extract.table.to_pylist()
    ]
    strange = [row["key"] for row in rows if row["key"] not in scenario.assumptions]
    if strange:
        raise InvalidScenarioError(
            f"{len(strange)} of {len(rows)} rows are of no number of this scenario ({first_five(strange)}). "
            "Leave the column Key as it is, or choose the scenario that the sheet is for."
        )
    wrong, changed = [], 0
    for row in rows:
        key = row["key"]
        now = scenario.assumptions[key]
        try:
            low, likely, high = (float(row[name]) for name in ("lowest", "likeliest", "highest"))
            given = (low, likely, high, row["source"] or now.source)
            if given != (now.low, now.likely, now.high, now.source):
                scenario = scenario.where(key, Assumption(*given, by=by, on=on))
                changed += 1
        except (ValueError, InvalidScenarioError):
            wrong.append(f"{key}: {row['lowest']}, {row['likeliest']}, {row['highest']}"[:60])
    if wrong:
        raise InvalidScenarioError(
            f"{len(wrong)} of {len(rows)} rows are not three numbers in rising order ({first_five(wrong)}). Correct them."
        )
    return scenario, changed
