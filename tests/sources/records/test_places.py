"""Places in numbers: decimal commas, units and axes, read, marked in a draft or refused with what to do."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from vulncore.domain.errors import InvalidMappingError
from vulncore.domain.geography import to_wgs84
from vulncore.domain.places.written import FACTORS, PlaceUnit
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import Draft, draft_mapping
from vulncore.sources.records.mapping import Coding, Mapping
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping

FAULTS = Path(__file__).parents[3].parent / "shared" / "faults"
CITY = (532_650.0, 181_200.0)
LONGITUDE, LATITUDE = (float(degree[0]) for degree in to_wgs84(*(np.array([metres]) for metres in CITY)))
GRID = Mapping(
    source="crimes",
    force="Ruritania Police",
    counts=(Coding("Offence", {"Rape": ("rape",)}),),
    columns={"record_id": "Ref", "recorded_on": "Recorded", "easting": "Easting", "northing": "Northing"},
    first=date(2024, 10, 1),
    last=date(2024, 10, 1),
)
DEGREES = replace(
    GRID,
    columns={"record_id": "Ref", "recorded_on": "Recorded", "longitude": "Longitude", "latitude": "Latitude"},
)


def fault(name: str) -> Path:
    if not (FAULTS / name).is_file():
        pytest.skip("the inputs that came out wrong are not beside the project")
    return FAULTS / name


def extract(folder: Path, pairs, names=("Easting", "Northing"), between=";") -> Path:
    rows = [["Ref", "Recorded", "Offence", *names]]
    rows += [[f"A{n}", f"{1 + n % 28:02d}/10/2024", "Rape", x, y] for n, (x, y) in enumerate(pairs)]
    path = folder / "extract.csv"
    path.write_text("\n".join(between.join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def middle(path: Path, mapping: Mapping) -> tuple[float, float]:
    placed = deliver(path, mapping, bytes).tables.incidents
    return tuple(float(np.median(placed[name].to_numpy())) for name in ("longitude", "latitude"))


def drafted(path: Path, force: str = "Ruritania Police") -> Draft:
    return draft_mapping(read_extract(path), force)


def is_in_the_city(point) -> bool:
    return point == pytest.approx((LONGITUDE, LATITUDE), abs=6e-3)


@pytest.mark.parametrize(
    ("east", "north", "between"),
    [
        ("532{n}50,5", "181{n}00,5", ";"),
        ("532.{n}50,5", "181.{n}00,5", ";"),
        ("532 {n}50,25", "181 {n}00,25", "\t"),
        ('"532,{n}50"', '"181,{n}00"', ","),
        ('"532,{n}50.5"', '"181,{n}00.5"', ","),
        ("532,{n}50", "181,{n}00", ";"),
        ("532{n}50,125", "181{n}00,125", "|"),
    ],
)
def test_commas_before_decimals_and_between_thousands_have_one_meaning(tmp_path, east, north, between):
    path = extract(
        tmp_path, [(east.format(n=n % 7), north.format(n=n % 7)) for n in range(30)], between=between
    )
    draft = drafted(path)
    assert draft.mapping.columns["easting"] == "Easting"
    assert middle(path, draft.mapping) == pytest.approx((LONGITUDE, LATITUDE), abs=0.01)


@pytest.mark.parametrize("pair", [("-0,089{n}", "51,514{n}"), ("-0,0{n}1", "51,51{n}")])
def test_commas_in_degrees_stand_before_decimals(tmp_path, pair):
    path = extract(
        tmp_path, [tuple(x.format(n=n % 10) for x in pair) for n in range(30)], ("Longitude", "Latitude")
    )
    longitude, latitude = middle(path, drafted(path).mapping)
    assert (longitude, latitude) == pytest.approx((LONGITUDE, LATITUDE), abs=0.06)


def test_decimal_commas_are_read():
    path = fault("decimal-comma-grid/crimes.csv")
    assert is_in_the_city(middle(path, drafted(path, "Kent Police").mapping))


def test_axes_in_each_other_s_place_are_drafted_right_and_marked():
    path = fault("easting-northing-swapped/crimes.csv")
    for force in ("Kent Police", "Ruritania Police"):
        draft = drafted(path, force)
        assert "once easting and northing change places" in draft.doubts["easting"]
        assert is_in_the_city(middle(path, draft.mapping))


def in_unit(unit: PlaceUnit, count: int = 30) -> list[tuple[str, str]]:
    """Return points of the City of London in a unit."""
    steps = np.arange(count) * 20.0
    east, north = CITY[0] + steps, CITY[1] + steps
    x, y = (east, north) if unit in list(PlaceUnit)[:3] else to_wgs84(east, north)
    digits = 6 if unit is PlaceUnit.KILOMETRES else 0
    return [
        (f"{a:.{digits}f}", f"{b:.{digits}f}")
        for a, b in zip(x / FACTORS[unit], y / FACTORS[unit], strict=True)
    ]


@pytest.mark.parametrize("unit", FACTORS)
def test_a_unit_is_drafted_marked_written_and_read(tmp_path, unit):
    names = ("Easting", "Northing") if unit in list(PlaceUnit)[:3] else ("Longitude", "Latitude")
    path = extract(tmp_path, in_unit(unit), names)
    draft = drafted(path)
    assert draft.mapping.places_in is unit
    assert f"in {unit}" in draft.doubts["places_in"]
    written = parse_mapping(mapping_toml(draft.mapping, draft.doubts).encode())
    assert written.places_in is unit
    assert is_in_the_city(middle(path, written))


@pytest.mark.parametrize(
    "unit", [PlaceUnit.MILLIONTHS, PlaceUnit.HUNDRED_THOUSANDTHS, PlaceUnit.TEN_MILLIONTHS]
)
@pytest.mark.parametrize("force", ["City of London Police", "Ruritania Police"])
def test_numbers_that_are_no_degrees_are_refused_with_the_line_that_reads_them(tmp_path, unit, force):
    path = extract(tmp_path, in_unit(unit), ("Longitude", "Latitude"))
    with pytest.raises(InvalidMappingError, match=rf'once they are read as .* Add .*: places_in = "{unit}"'):
        deliver(path, replace(DEGREES, force=force), bytes)


def test_metres_mapped_as_degrees_are_refused_with_the_lines_that_read_them(tmp_path):
    path = extract(
        tmp_path, [(f"{CITY[0] + n:.0f}", f"{CITY[1] + n:.0f}") for n in range(30)], ("Longitude", "Latitude")
    )
    with pytest.raises(
        InvalidMappingError, match='write easting = "Longitude" and northing = "Latitude"'
    ) as refused:
        deliver(path, DEGREES, bytes)
    assert "Dates are read" not in str(refused.value)


@pytest.mark.parametrize("east", [0.0, 0.5])
def test_degrees_mapped_as_metres_are_refused_with_the_lines_that_read_them(tmp_path, east):
    pairs = [(f"{LONGITUDE + east + n / 1e4:.5f}", f"{LATITUDE + n / 1e4:.5f}") for n in range(30)]
    path = extract(tmp_path, pairs)
    with pytest.raises(InvalidMappingError, match='write longitude = "Easting" and latitude = "Northing"'):
        deliver(path, GRID, bytes)


def test_a_unit_that_is_not_of_the_columns_is_refused():
    for mapping, unit in ((GRID, PlaceUnit.MILLIONTHS), (DEGREES, PlaceUnit.KILOMETRES)):
        written = mapping_toml(replace(mapping, places_in=unit)).encode()
        with pytest.raises(InvalidMappingError, match=f"not given as numbers in {unit}"):
            parse_mapping(written)
    with pytest.raises(InvalidMappingError, match="`places_in` is 'miles'. Write one of kilometres"):
        parse_mapping(mapping_toml(GRID).replace("most_rej", 'places_in = "miles"\nmost_rej').encode())


def test_headings_that_say_x_and_y_are_read_in_whatever_they_are_in(tmp_path):
    for unit in (PlaceUnit.KILOMETRES, PlaceUnit.MILLIONTHS):
        path = extract(tmp_path, in_unit(unit), ("X", "Y"))
        assert is_in_the_city(middle(path, drafted(path).mapping))
