"""Makes what the tests of compatibility open, with version 0.1.0 checked out. See README.md: it is never made again.

Everything in it is made: the forces, streets and people do not exist. The same seed gives the same records; a store's
secret, the names of its files and the times of its versions are new each time.
"""

# ruff: noqa: DTZ007, PLC0415, T201 - a script for a version whose modules lie elsewhere; an extract has no time zones

import argparse
import csv
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

WRITTEN_AT = Path(
    "/tmp/store-of-0.1.0"
)  # Delta's log keeps where a table was made: a place that tells of no machine
RURITANIA, STRELSAU = "Ruritania Police", "Strelsau City Police"
BY = "compatibility"
FIRST, LAST = date(2018, 4, 1), date(2021, 9, 30)  # long enough for a forecast without the months of lockdown
LATE = date(2021, 7, 1)  # from here the months are delivered a second time
PURGED = "V007"
WEST, SOUTH, EAST, NORTH = -1.62, 53.02, -1.57, 53.05
CODES = {"19C": "rape", "20A": "other-sexual-offences", "8N": "assault", "66": "public order"}
TOWNS = ("Zenda", "Hentzau", "Tarlenheim", "Strofzin", "Luzau", "Rothenfels")
WAYS = ("Street", "Road", "Market", "Lane", "Bridge")
KINDS = ("street", "dwelling", "licensed premises")
TEAMS = ("PPU", "PPU", "PPU", "Response")
OUTCOMES = ("charged", "no suspect", "victim does not support")


@dataclass(frozen=True)
class Row:
    """A row of the extract of crimes; the names are its headings."""

    crime_no: str
    recorded: str
    ho_code: str
    da_flag: str
    hate_flag: str
    happened_from: str
    happened_to: str
    longitude: str
    latitude: str
    street: str
    type_of_place: str
    offence: str
    victim: str
    resident: str
    hate_strand: str
    risk: str
    team: str
    outcome: str
    outcome_date: str
    no_crimed: str


def crimes(first: date, last: date, prefix: str, monthly: dict[str, float], seed: int) -> list[Row]:
    """Return made crimes, most sexual offences late on Fridays and Saturdays about two places."""
    draw, rows = Random(seed), []
    days = (last - first).days + 1
    for code, a_month in monthly.items():
        for _ in range(round(a_month * days / 30.4)):
            recorded = first + timedelta(days=draw.randrange(days))
            rows.append(_crime(draw, f"{prefix}/{len(rows) + 1:04d}", code, recorded))
    return sorted(rows, key=lambda row: (row.recorded, row.crime_no))


def _crime(draw: Random, number: str, code: str, recorded: date) -> Row:
    sexual = code in ("19C", "20A")
    start = datetime.combine(recorded - timedelta(days=draw.randrange(4)), time(draw.randrange(24)))
    hot = sexual and draw.random() < 0.5
    if hot:  # the Friday or Saturday before, from 22:00 to 02:59
        evening = start.date() - timedelta(days=(start.weekday() - draw.choice((4, 5))) % 7)
        start = datetime.combine(evening, time(22)) + timedelta(hours=draw.randrange(5))
    start += timedelta(minutes=draw.choice((0, 10, 20, 30, 45)))
    end = start + timedelta(minutes=draw.choice((0, 0, 0, 15, 90, 300)))
    town = 0 if hot else draw.randrange(len(TOWNS))
    way = draw.randrange(2) if hot else draw.randrange(len(WAYS))
    longitude = WEST + 0.006 + 0.0075 * town + draw.randrange(-4, 5) * 0.0002
    latitude = SOUTH + 0.005 + 0.005 * way + draw.randrange(-4, 5) * 0.0002
    placed, timed = draw.random() < 0.93, draw.random() < 0.92
    hate = code == "66"
    return Row(
        crime_no=number,
        recorded=f"{recorded:%d/%m/%Y}",
        ho_code=code,
        da_flag="Y" if code == "8N" else "N",
        hate_flag="Y" if hate else "N",
        happened_from=f"{start:%d/%m/%Y %H:%M}" if timed else f"{start:%d/%m/%Y}",
        happened_to=f"{end:%d/%m/%Y %H:%M}" if timed else f"{start:%d/%m/%Y}",
        longitude=f"{longitude:.4f}" if placed else "",
        latitude=f"{latitude:.4f}" if placed else "",
        street=f"{TOWNS[town]} {WAYS[way]}" if placed else "",
        type_of_place=KINDS[2] if hot else draw.choice(KINDS),
        offence=CODES[code],
        victim=f"V{draw.randrange(150):03d}",
        resident=draw.choice(("resident", "resident", "visitor")),
        hate_strand=draw.choice(("race", "religion", "disability")) if hate else "",
        risk=draw.choice(("standard", "medium", "high")) if code == "8N" else "",
        team=draw.choice(TEAMS),
        outcome=(outcome := draw.choice((*OUTCOMES, ""))),
        outcome_date=f"{recorded + timedelta(days=draw.randrange(10, 90)):%d/%m/%Y}" if outcome else "",
        no_crimed=f"{recorded + timedelta(days=12):%d/%m/%Y}" if draw.random() < 0.02 else "",
    )


MAPPING = """\
source = "{source}"
force = "{force}"
dates = "day first"
most_rejected_percent = {most_rejected}

[coverage]
first = "{first:%Y-%m}"
last = "{last:%Y-%m}"

[columns]
record_id = "Crime no"
recorded_on = "Recorded"
occurred_from = "Happened from"
occurred_to = "Happened to"
longitude = "Longitude"
latitude = "Latitude"
place = "Street"
location_type = "Type of place"
offence = "Offence"
victim_key = "Victim"
victim_residency = "Resident"
hate_strand = "Hate strand"
risk_level = "Risk"
allocated_to = "Team"
outcome = "Outcome"
outcome_on = "Outcome date"
no_crimed_on = "No crimed"

[[counts]]
column = "Ho code"
leave_out = ["8N", "66"]
[counts.codes]
"19C" = "rape"
"20A" = "other-sexual-offences"

[[counts]]
column = "Da flag"
leave_out = ["N"]
[counts.codes]
"Y" = "domestic-abuse-crime"

[[counts]]
column = "Hate flag"
leave_out = ["N"]
[counts.codes]
"Y" = "hate-crime"
"""


def write_extract(path: Path, rows: list[Row]) -> None:
    """Write rows as a force's system does."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(field.name.replace("_", " ").capitalize() for field in fields(Row))
        out.writerows([getattr(row, field.name) for field in fields(Row)] for row in rows)


def write_mapping(
    path: Path, source: str, force: str, first: date, last: date, most_rejected: int = 5
) -> None:
    """Write the mapping of such an extract."""
    text = MAPPING.format(source=source, force=force, first=first, last=last, most_rejected=most_rejected)
    path.write_text(text, encoding="utf-8")


def write_workbook(path: Path, rows: list[Row]) -> None:
    """Write the dozen columns that a smaller force has, under two title lines, dates as dates."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Export"
    sheet["A1"], sheet["A2"] = "Vulnerability extract", "Made data"
    heading = ["Ref", "Date", "Code", "DA", "From date", "From time", "Grid ref", "Road", "Victim", "Team"]
    for column, name in enumerate(heading, start=1):
        sheet.cell(4, column, name)
    draw = Random(3)
    for line, row in enumerate(rows, start=5):
        start = datetime.strptime(
            row.happened_from[:16], "%d/%m/%Y %H:%M" if " " in row.happened_from else "%d/%m/%Y"
        )
        cells = [
            row.crime_no,
            datetime.strptime(row.recorded, "%d/%m/%Y"),
            row.ho_code,
            row.da_flag,
            start,
            start.time(),
            f"SK {draw.randrange(2600, 3000)} {draw.randrange(4500, 4900)}",
            row.street,
            row.victim,
            row.team,
        ]
        for column, value in enumerate(cells, start=1):
            sheet.cell(line, column, value)
    sheet.cell(len(rows) + 5, 1, "Total")
    sheet.cell(len(rows) + 5, 3, len(rows))
    book.save(path)


WORKBOOK_MAPPING = """\
source = "strelsau"
force = "Strelsau City Police"
dates = "day first"
sheet = "Export"
heading = [4, 4]
most_rejected_percent = 5

[coverage]
first = "2020-10"
last = "2021-09"

[columns]
record_id = "Ref"
recorded_on = "Date"
occurred_from = { date = "From date", time = "From time" }
grid_reference = "Grid ref"
place = "Road"
victim_key = "Victim"
allocated_to = "Team"

[[counts]]
column = "Code"
leave_out = ["8N"]
[counts.codes]
"19C" = "rape"
"20A" = ["other-sexual-offences"]

[[counts]]
column = "DA"
leave_out = ["N"]
[counts.codes]
"Y" = "domestic-abuse-crime"
"""

TABLE = """\
group,measure,fytd_previous,fytd_current,fytd_change,fytd_change_pct,fytd_2019_20,baseline_change,baseline_change_pct,\
rolling12_previous,rolling12_current,rolling12_change,rolling12_change_pct
,Rape,20,26,6,30,18,8,44,41,48,7,17
,Hate Crime,60,75,15,25,50,25,50,118,140,22,19
"""


def wards() -> dict[str, object]:
    """Return four wards that make up the force's area."""
    middle, half = (WEST + EAST) / 2, (SOUTH + NORTH) / 2
    boxes = {
        "Old Town": (WEST, SOUTH, middle, half),
        "Castle": (middle, SOUTH, EAST, half),
        "North Bank": (WEST, half, middle, NORTH),
        "Forest": (middle, half, EAST, NORTH),
    }
    features = [
        {
            "type": "Feature",
            "properties": {"WARD": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]],
            },
        }
        for name, (w, s, e, n) in boxes.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def notes() -> list[dict[str, object]]:
    """Return one note of each kind."""
    about = [
        ("series break", RURITANIA, "hate-crime", date(2020, 4, 1), "A new form asks for the strand."),
        (
            "level change",
            RURITANIA,
            "domestic-abuse-crime",
            date(2020, 10, 1),
            "A new team records at source.",
        ),
        ("target", RURITANIA, "rape", None, "No more than 40 in twelve months."),
        ("comment", None, "other-sexual-offences", date(2021, 3, 1), "A campaign asked people to report."),
    ]
    columns = ("kind", "force", "measure", "month", "text")
    more = {"author": "A. Nalyst", "written_on": date(2021, 10, 4)}
    return [{**dict(zip(columns, note, strict=True)), **more} for note in about]


def make_inputs(folder: Path) -> None:
    """Write extracts, mappings, a published table and a boundary."""
    monthly = {"19C": 3, "20A": 7, "8N": 3.5, "66": 1.2}
    rows = crimes(FIRST, LAST, "RU", monthly, seed=7)
    write_extract(folder / "crimes.csv", rows)
    late = [row for row in rows if datetime.strptime(row.recorded, "%d/%m/%Y").date() >= LATE]
    again = [
        *late[2:],
        *crimes(LATE, LAST, "RU-late", {"19C": 1, "20A": 2, "8N": 1}, seed=8),
    ]
    write_extract(folder / "crimes-late.csv", again)
    write_mapping(folder / "crimes.toml", "crimes", RURITANIA, FIRST, LAST)
    write_mapping(folder / "crimes-late.toml", "crimes", RURITANIA, LATE, LAST)
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    (folder / "wards.geojson").write_text(json.dumps(wards()), encoding="utf-8")


def make_mappings(folder: Path) -> None:
    """Write two small extracts and their mappings: as text with faults, and as a workbook."""
    folder.mkdir()
    rows = crimes(date(2021, 1, 1), date(2021, 6, 30), "CSV", {"19C": 2, "20A": 4, "8N": 3}, seed=11)
    write_extract(folder / "crimes.csv", [*rows, rows[5]])  # a record that is there twice
    text = (folder / "crimes.csv").read_text(encoding="utf-8")
    text = text.replace(rows[3].recorded, "31/02/2021", 1).replace(",19C,", ",19X,", 1)
    (folder / "crimes.csv").write_text(text, encoding="utf-8", newline="")
    write_mapping(folder / "crimes.toml", "crimes", RURITANIA, date(2021, 1, 1), date(2021, 6, 1), 20)
    rows = crimes(date(2020, 10, 1), LAST, "ST", {"19C": 0.7, "20A": 2, "8N": 1.5}, seed=12)
    write_workbook(folder / "strelsau.xlsx", rows)
    (folder / "strelsau.toml").write_text(WORKBOOK_MAPPING, encoding="utf-8")


def make_scenarios(folder: Path, store: Path) -> dict[str, str]:
    """Write scenarios as files and into the store, and return each one's code in a link by name."""
    from dataclasses import replace

    from vulncore.resourcing.assumption import Assumption, fixed
    from vulncore.resourcing.scenario_link import illustrative, scenario_code
    from vulncore.resourcing.scenario_writing import scenario_text
    from vulncore.scenario_keeping import save_scenario

    from vulncore.resourcing.scenario import Joiners

    folder.mkdir()
    first = illustrative()
    changed = first.where("role.pip2.in_post", fixed(9)).where("unit.demand", fixed(150)).called("Half more")
    ranges = first.where(
        "role.pip2.leavers",
        Assumption(10, 14.5, 25, "HR, last three years", False, "A. Nalyst", date(2021, 9, 30)),
    ).where(
        "case.rape.hours.pip2", Assumption(60, 90, 150, "Time sheets", by="Ö. Ruritan", on=date(2021, 8, 1))
    )
    joiners = (
        Joiners("pip2", date(2022, 3, 1), 4, trained=True),
        Joiners("soit", date(2022, 9, 1), 2),
    )
    joined = replace(ranges.called("Four join – a “range”"), joiners=joiners)
    codes = {}
    for name, scenario in {"illustrative": first, "half-more": changed, "four-join": joined}.items():
        (folder / f"{name}.toml").write_text(scenario_text(scenario), encoding="utf-8")
        codes[name] = scenario_code(scenario)
    save_scenario(store, changed, "Half more")
    save_scenario(store, joined, "Four join")
    return codes


def make_store(inputs: Path, mappings: Path, store: Path) -> None:
    """Publish, annotate and purge."""
    import pyarrow as pa
    from typer.testing import CliRunner

    from vulncore.cli import app
    from vulncore.store import annotate, open_version

    def run(*words: object) -> None:
        done = CliRunner().invoke(app, [*map(str, words), "--store", str(store)])
        if done.exit_code:
            sys.exit(f"{words}: {done.stderr}")
        print(done.stdout)

    def publish(path: Path, *more: object) -> None:
        mapping = path.with_suffix(".toml")
        run("publish", "records", path, "--mapping", mapping, "--dataset", "ruritania", "--by", BY, *more)

    publish(mappings / "strelsau.xlsx")
    publish(inputs / "crimes.csv")
    publish(inputs / "crimes-late.csv", "--provisional-from", "2021-09")
    schema = open_version(store, "ruritania").annotations.to_pyarrow().schema
    annotate(store, "ruritania", pa.Table.from_pylist(notes(), schema=schema), BY)
    run("purge", "--dataset", "ruritania", "--victim", PURGED, "--yes", "--by", BY)
    table = ("publish", "published-table", inputs / "table.csv", "--as-at", "2021-09", "--force", RURITANIA)
    run(*table, "--dataset", "yearbook", "--by", BY)
    run("boundary", inputs / "wards.geojson", "--force", RURITANIA, "--name-property", "WARD")


def main() -> None:
    """Make everything in a folder that is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir()
    WRITTEN_AT.mkdir()
    with tempfile.TemporaryDirectory() as name:
        away = Path(name)
        make_inputs(away)
        make_mappings(folder / "mappings")
        make_store(away, folder / "mappings", WRITTEN_AT)
        codes = make_scenarios(folder / "scenarios", WRITTEN_AT)
        (folder / "scenarios" / "codes.json").write_text(f"{json.dumps(codes, indent=2)}\n", encoding="utf-8")
        shutil.make_archive(str(folder / "store"), "zip", WRITTEN_AT)
        shutil.rmtree(WRITTEN_AT)


if __name__ == "__main__":
    main()
