"""A scenario's numbers as a sheet to fill in: out as a workbook, and in again."""

from collections import Counter
from collections.abc import Container, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from vulncore.domain.errors import InvalidScenarioError, first_five
from vulncore.findings.resourcing.assumptions import (
    assumption_rows,
    costs_not_entered,
    field,
    number_name,
    number_told,
)
from vulncore.findings.shared.workbook import workbook
from vulncore.resourcing.scenario.checks import in_numbers
from vulncore.resourcing.scenario.fields import Field, is_cost
from vulncore.resourcing.scenario.scenario import ASSUMED, Assumption, Scenario
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
FROM_TEN: Final = 10.0
ENDS: Final = ("lowest", "likeliest", "highest")
NOT_ENTERED: Final = "not entered"
READ: Final = ("key", "lowest", "likeliest", "highest", "source")


def assumption_sheet(scenario: Scenario) -> bytes:
    """Return every number of a scenario as a row of a workbook, to be filled in; a cost that nobody entered as an empty one."""
    lines = (
        f"{scenario.unit}: {scenario.name}",
        "Change lowest, likeliest and highest (the same three where a number is certain) and say the source. Leave Key as it is.",
    )
    rows = assumption_rows(scenario)[list(NAMES)]
    empty = [number_told(scenario, address) for address in costs_not_entered(scenario)]
    if empty:
        rows = pd.concat([rows.astype(object), pd.DataFrame(empty, columns=list(NAMES), dtype=object)])
    return workbook("Assumptions", lines, rows.rename(columns=NAMES))


def with_sheet(scenario: Scenario, path: Path, by: str, on: date) -> tuple[Scenario, tuple[str, ...]]:
    """Return a scenario with the numbers of a sheet that was filled in, and what changed, in words.

    A row may be left out: its number stays. What a row changes is said to be changed by `by` on a day. A cost may be left
    empty: then nobody entered it. A sheet is XLSX, or CSV with the same columns.

    Raises:
        UnreadableSourceError: The file can't be read.
        InvalidScenarioError: A column, a key or a number is none, or a key is there twice. Nothing is changed then.
    """
    known = {address.key: address for address in (*scenario.assumptions, *costs_not_entered(scenario))}
    rows = _rows(path, len(known))
    _refuse_keys(rows, known)
    wrong, changed = [], []
    for row in rows:
        address = known[row["key"]]
        now = scenario.assumptions.get(address)
        source = " ".join(row["source"].split()) or (now.source if now else ASSUMED)
        if is_cost(address) and not any(row[name].strip() for name in ENDS):
            if now:
                changed.append(f"{number_name(scenario, address)} {in_numbers(now)} → {NOT_ENTERED}")
                scenario = scenario.without(address)
            continue
        try:
            low, likely, high = (_number(row[name]) for name in ENDS)
            if now and (low, likely, high, source) == (now.low, now.likely, now.high, now.source):
                continue
            if now:
                _refuse_hundredths(field(address), now, high)
            given = Assumption(low, likely, high, source, by=by, on=on)
        except InvalidScenarioError as problem:
            wrong.append(f"{address.key}: {problem}")
            continue
        before = in_numbers(now) if now else NOT_ENTERED
        changed.append(f"{number_name(scenario, address)} {before} → {in_numbers(given)}")
        scenario = scenario.where(address, given)
    if wrong:
        raise InvalidScenarioError(f"{len(wrong)} of {len(rows)} rows can't be used. {' '.join(wrong[:3])}")
    return scenario, tuple(changed)


def _rows(path: Path, most: int) -> list[dict[str, str]]:
    extract = read_extract(path, most_rows=most + 1)  # a small file can hold millions of rows
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
    if extract.table.num_rows > most:
        raise InvalidScenarioError(
            f"The sheet has more than {most:,} rows, and the scenario so many numbers. Download the sheet again and fill that in."
        )
    return [
        {name: row[label] for name, label in NAMES.items() if label in row}
        for row in extract.table.to_pylist()
    ]


def _refuse_keys(rows: Sequence[dict[str, str]], known: Container[str]) -> None:
    strange = [row["key"][:40] for row in rows if row["key"] not in known]
    if strange:
        raise InvalidScenarioError(
            f"{len(strange)} of {len(rows)} rows are of no number of this scenario ({first_five(strange)}). "
            "Leave the column Key as it is, or choose the scenario that the sheet is for."
        )
    twice = [key for key, times in Counter(row["key"] for row in rows).items() if times > 1]
    if twice:
        raise InvalidScenarioError(
            f"{len(twice)} numbers have several rows ({first_five(twice)}). Keep one of each."
        )


def _number(text: str) -> float:
    try:
        if "_" not in text and text.isascii():
            return float(text)
    except ValueError:
        pass
    raise InvalidScenarioError(f"“{text[:20]}” is no number. Write it in plain digits.")


def _refuse_hundredths(limits: Field, now: Assumption, high: float) -> None:
    """Refuse a percentage that a spreadsheet has stored as its hundredth: 50 % typed with its sign is 0.5 to the file."""
    if limits.unit.startswith("%") and now.likely >= FROM_TEN and high <= 1:
        raise InvalidScenarioError(
            f"It was {now.likely:g} % and would be {high:g} %. Write percentages without their sign."
        )
