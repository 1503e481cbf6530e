"""Tables whose columns are known: data.police.uk, recorded crime, published tables and monthly counts."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

from tests.fuzzing import hostile
from tests.fuzzing.extracts import lying_zip
from tests.fuzzing.kinds import GivenFile, Kind
from tests.sources.police_uk import test_outcomes, test_stops, test_street
from tests.sources.recorded_crime.test_areas import HEADER, SIXTEEN_IN_EVERY_BOROUGH
from tests.sources.recorded_crime.test_quarters import HEADER as QUARTERS
from tests.sources.recorded_crime.test_quarters import row as quarter
from vulncore.domain.schemas import validated
from vulncore.domain.shipped import shipped
from vulncore.sources.deliveries import Settings, Source, likely_source, read_delivery

STREET = [test_street.HEADER, *(test_street.line(crime_id=f"a{n}") for n in range(9)), test_street.ASB]
OUTCOMES = [test_outcomes.HEADER, *(test_outcomes.outcome(f"a{n}") for n in range(9))]
STOPS = [test_stops.HEADER, *[test_stops.search()] * 5]
AREAS = [f"{HEADER},202402", *(f"{row},{n}" for n, row in enumerate(SIXTEEN_IN_EVERY_BOROUGH))]
QUARTER = [
    QUARTERS,
    *(
        quarter(str(n), code, quarter=str(n % 4 + 1))
        for n, code in enumerate(("19C", "20A", "8Q", "56A") * 3)
    ),
]
COUNTS = ["force,measure,month,count", *(f"Kent Police,rape,2024-{n:02d},{n}" for n in range(1, 13))]

NONE = Settings()


def _table(name: str, *seeds: list[str]) -> Callable[[Random], GivenFile]:
    def make(draw: Random) -> GivenFile:
        rows = list(csv.reader(draw.choice(seeds)))
        rows = rows if draw.random() < 0.15 else hostile.damaged_rows(draw, rows)
        content = hostile.encoded(hostile.csv_text(draw, rows), draw.choice(hostile.ENCODINGS))
        if draw.random() < 0.25:
            content = hostile.damaged(draw, content)
        return GivenFile(hostile.odd_name(draw, name), content)

    return make


def _download(draw: Random) -> GivenFile:
    members = {
        f"2024-05/{test_street.MAY}": _table("", STREET)(draw).content,
        f"2024-05/{test_outcomes.MAY}": _table("", OUTCOMES)(draw).content,
        f"2024-05/{test_stops.MAY}": _table("", STOPS)(draw).content,
    }
    chosen = draw.sample(list(members), draw.choice((1, 1, 2, 3)))
    content = lying_zip(draw, {name: members[name] for name in chosen})
    return GivenFile(
        hostile.odd_name(draw, "download.zip"),
        hostile.damaged(draw, content) if draw.random() < 0.15 else content,
    )


def _read(source: Source, settings: Settings = NONE) -> Callable[[GivenFile, Path], str]:
    def run(given: GivenFile, folder: Path) -> str:
        path = given.written(folder)
        likely_source(path)
        validated(read_delivery(source, [path], settings).tables)
        return "read"

    return run


PUBLISHED = Settings(as_at=date(2024, 10, 1), force="Kent Police")
TABLE = shipped("strand-table-2024-10.csv").read_text(encoding="utf-8").splitlines()
KINDS = (
    Kind("police.uk street", 60, _table(test_street.MAY, STREET), _read(Source.POLICE_UK)),
    Kind("police.uk outcomes", 30, _table(test_outcomes.MAY, OUTCOMES), _read(Source.POLICE_UK)),
    Kind("police.uk stops", 30, _table(test_stops.MAY, STOPS), _read(Source.POLICE_UK)),
    Kind("police.uk zip", 50, _download, _read(Source.POLICE_UK)),
    Kind(
        "recorded crime",
        60,
        _table("table.csv", AREAS, QUARTER),
        _read(Source.RECORDED_CRIME, Settings(most_rejected=1)),
    ),
    Kind("published table", 50, _table("table.csv", TABLE), _read(Source.PUBLISHED_TABLE, PUBLISHED)),
    Kind("monthly counts", 50, _table("counts.csv", COUNTS), _read(Source.MONTHLY_COUNTS)),
)
