"""What the versions of a dataset foretold of months to come, kept as it was; and what then came of it.

A forecast can be made again from a version at any time, but not as it was: models change. So the ranges that the newest version
shows of a subject are kept the first time that they are made, in a file beside the dataset's tables, and stay there. They hold
totals of whole subjects, as every page shows them, and nothing of records.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from vulncore.domain.disk import write_whole
from vulncore.domain.periods import add_months, format_month, months_between, parse_month
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.shared.contents import DatasetContents
from vulncore.findings.shared.subject import keys_of
from vulncore.forecasting.backtest import YEAR
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast
from vulncore.forecasting.paths import summary
from vulncore.store import versions
from vulncore.store.manifest import Publish

FOLDER: Final = "foretold"
FORMAT: Final = "vulncore foretold 1"
LIMITS: Final = ("low80", "median", "high80")
COLUMNS: Final = ("version", "known_to", "kept_on", "basis", "first", "last", *LIMITS, "came", "within")
UNUSABLE: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
MOST_BYTES: Final = 1_000_000  # of a file: four years of months on two bases take ten thousand


def keep_foretold(
    home: Path, choice: DatasetContents, demand: Demand, forecasts: Mapping[Basis, Forecast]
) -> None:
    """Keep what a version foretells of a subject, unless that was kept before.

    That is what the newest version says from the last month that it has for all measures, with nothing assumed: whatever else is
    looked at was nobody's forecast. Where the disk can't be written nothing is kept, and the forecast is shown all the same.

    Args:
        home: The dataset's folder.
        choice: The version.
        demand: The subject; months of lockdown are set aside in it as usual.
        forecasts: Its forecasts on all bases.
    """
    publish, path = choice.publish, _file(home, choice.publish, demand)
    if demand.is_as_if_changed or demand.as_at != choice.default_month[demand.force] or path.is_file():
        return
    if versions(home.parent, home.name)[-1].number != publish.number:
        return
    document = {
        "format": FORMAT,
        "version": publish.number,
        "kept_on": datetime.now(UTC).date().isoformat(),
        "measures": _measures(demand),
        "known_to": format_month(demand.as_at),
        "rows": [
            row for basis, forecast in forecasts.items() for row in _rows(basis, forecast, demand.as_at)
        ],
    }
    with suppress(OSError):  # another process kept it, or the disk can't be written
        write_whole(path, json.dumps(document).encode(), instead=False)


def foretold(home: Path, publish: Publish, demand: Demand) -> pd.DataFrame:
    """Return what a version and those before it foretold of a subject's months up to now, and what came.

    Of several versions that knew the same last month the latest counts. What can't be read, or was of other measures, is left out.

    Args:
        home: The dataset's folder.
        publish: The version that is looked at: what came is what it holds.
        demand: The subject in that version.

    Returns:
        One row per version, basis and stretch of months that ended by now: `version`, `known_to` (its last month), `kept_on`,
        `basis`, `first` and `last` (the stretch: a month, the first twelve, or a calendar year), `low80`, `median`, `high80`, `came`
        and `within` (whether that lay in the range). Stretches of which a month isn't known, isn't final or was odd are left out.
    """
    rows = [row for document in _documents(home, publish, demand) for row in _came(document, demand)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def first_twelve(rows: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """Return those rows of `foretold` on a basis that are of the first twelve months after the last known one."""
    first = [add_months(known_to, 1) for known_to in rows["known_to"]]
    last = [add_months(known_to, YEAR) for known_to in rows["known_to"]]
    return rows[(rows["basis"] == basis) & (rows["first"] == first) & (rows["last"] == last)]


def _rows(basis: Basis, forecast: Forecast, as_at: date) -> Iterator[list[object]]:
    """Yield each stretch of months of a forecast with its range: basis, first month ahead, number of months, limits and middle."""
    paths = forecast.spoken
    ahead = paths.shape[1]
    years = [start for start in range(ahead) if (as_at.month + start) % YEAR == 0]  # from January on
    stretches = [(start, 1) for start in range(ahead)]
    stretches += [(start, YEAR) for start in dict.fromkeys([0, *years]) if start + YEAR <= ahead]
    for start, months in stretches:
        total = summary(paths[:, start : start + months].sum(axis=1, keepdims=True)).iloc[0]
        yield [basis.value, start + 1, months, *(int(total[limit]) for limit in LIMITS)]


def _documents(home: Path, publish: Publish, demand: Demand) -> Sequence[dict[str, Any]]:
    """Return what versions up to one kept of a subject, one for each month that was the last known, oldest first."""
    latest: dict[date, dict[str, Any]] = {}
    for path in sorted(_folder(home, demand).glob("[!.]*.json")):
        try:
            if path.stat().st_size > MOST_BYTES or int(path.stem) > publish.number:
                continue
            document = json.loads(path.read_bytes())
            known_to = parse_month(document["known_to"])
            if document["format"] == FORMAT and document["measures"] == _measures(demand):
                latest[known_to] = document
        except UNUSABLE:
            continue
    return [latest[month] for month in sorted(latest) if month < demand.as_at]


def _came(document: dict[str, Any], demand: Demand) -> Iterator[list[object]]:
    """Yield the rows of `foretold` that a version makes; none where it isn't what a version keeps."""
    known_to, final = parse_month(document["known_to"]), demand.final
    ends = len(final) - 1 - months_between(known_to, demand.as_at)  # the place of its last month
    rows = []
    try:
        for basis, start, months, low, median, high in document["rows"]:
            first, last = ends + int(start), ends + int(start) + int(months) - 1
            whole = 0 <= ends < first <= last < len(final)
            if not whole or np.isnan(final[first : last + 1]).any():
                continue
            stretch = add_months(known_to, int(start)), add_months(known_to, int(start) + int(months) - 1)
            came, limits = int(final[first : last + 1].sum()), [int(of) for of in (low, median, high)]
            about = [
                int(document["version"]),
                known_to,
                date.fromisoformat(document["kept_on"]),
                Basis(basis),
            ]
            rows.append([*about, *stretch, *limits, came, limits[0] <= came <= limits[2]])
    except UNUSABLE:
        return
    yield from rows


def _folder(home: Path, demand: Demand) -> Path:
    """Return where versions keep what they foretell of a subject of a force: names of both can be anything."""
    of = hashlib.sha256(json.dumps([demand.force, demand.subject.key]).encode()).hexdigest()
    return home / FOLDER / of[:32]


def _file(home: Path, publish: Publish, demand: Demand) -> Path:
    return _folder(home, demand) / f"{publish.number:06}.json"


def _measures(demand: Demand) -> list[list[str]]:
    return [keys_of(demand.subject.measures), keys_of(demand.subject.without)]
