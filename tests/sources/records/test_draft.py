"""What a drafted mapping promises: it reads headings and values, marks its doubts, and never reads who somebody is."""

from datetime import date
from pathlib import Path

import pytest

from tests import county_extract
from vulncore.domain.measures import known_measures
from vulncore.sources.extract import read_extract
from vulncore.sources.offences import abbreviations, known_measure
from vulncore.sources.records.draft import Draft, draft_mapping, source_name
from vulncore.sources.records.draft_columns import plain_heading
from vulncore.sources.records.mapping import Coding, Moment
from vulncore.sources.records.moments import DateOrder

RECORDED = (
    "Recorded Dt",
    "Recd Dt",
    "Rec'd Dt",
    "Date Rec",
    "Dt Recorded",
    "Rec Date",
    "Dt Rec",
    "RecordedDate",
    "REC_DT",
)


def draft(folder: Path, header: str, *rows: str, force: str = "") -> Draft:
    path = folder / "extract.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return draft_mapping(read_extract(path), force)


def test_dates_times_and_places_are_told_by_their_headings(tmp_path):
    drafted = draft(
        tmp_path,
        "Crime Ref,Recorded Date,Offence Start Date,Offence Start Time,Offence End Date,Offence End Time,Outcome Date,"
        "Date of Birth,Offence,X,Y",
        "A1,25/01/2024,24/01/2024,21:30,25/01/2024,02:00,25/02/2024,25/01/1990,Rape,532600,181200",
        "A2,26/01/2024,26/01/2024,09:05,26/01/2024,09:30,,26/01/1991,Rape,532700,181300",
    )
    mapping = drafted.mapping
    assert mapping.columns == {
        "record_id": "Crime Ref",
        "recorded_on": "Recorded Date",
        "outcome_on": "Outcome Date",
        "easting": "X",
        "northing": "Y",
    }
    assert mapping.occurred_from == Moment(date="Offence Start Date", time="Offence Start Time")
    assert mapping.occurred_to == Moment(date="Offence End Date", time="Offence End Time")
    assert mapping.counts == (Coding("Offence", {"Rape": ("rape",)}),)
    assert "Date of Birth" in drafted.not_read
    assert set(drafted.doubts) == {"coverage", "force"}


def test_x_and_y_in_degrees_are_longitude_and_latitude(tmp_path):
    drafted = draft(tmp_path, "Recorded,Offence,X,Y", "25/01/2024,Rape,-0.09,51.51")
    assert (drafted.mapping.columns["longitude"], drafted.mapping.columns["latitude"]) == ("X", "Y")


def test_a_moment_in_one_column_stays_in_one(tmp_path):
    drafted = draft(
        tmp_path,
        "Created,Committed From,Committed To,Type",
        "25/01/2024 08:00,24/01/2024 21:30,24/01/2024 22:00,Rape",
    )
    assert drafted.mapping.columns["recorded_on"] == "Created"
    assert drafted.mapping.occurred_from == Moment(at="Committed From")
    assert drafted.mapping.occurred_to == Moment(at="Committed To")


@pytest.mark.parametrize(
    ("days", "order", "doubted"),
    [
        (("25/01/2024", "01/02/2024"), DateOrder.DAY_FIRST, False),
        (("01/25/2024", "02/01/2024"), DateOrder.MONTH_FIRST, False),
        (("05/01/2024", "01/02/2024"), DateOrder.DAY_FIRST, True),
        (("2024-01-05", "2024-02-01"), DateOrder.DAY_FIRST, False),
        (("05/05/2024", "06/06/2024"), DateOrder.DAY_FIRST, False),
    ],
    ids=["days tell", "months tell", "nothing tells", "years first", "the same either way"],
)
def test_the_order_of_dates_is_the_one_that_reads_them_and_doubted_where_both_do(
    tmp_path, days, order, doubted
):
    drafted = draft(tmp_path, "Recorded,Offence", *(f"{day},Rape" for day in days))
    assert (drafted.mapping.date_order, "dates" in drafted.doubts) == (order, doubted)


def test_codes_are_known_by_name_by_home_office_code_and_by_its_wording():
    assert known_measure("RAPE") == known_measure("19C") == known_measure("019c") == "rape"
    assert known_measure("Rape of a female aged 16 and over") == "rape"
    assert known_measure("Stalking and harassment") == known_measure("8Q") == "stalking-and-harassment"
    assert known_measure("22A") == "other-sexual-offences"
    assert known_measure("Hate crime") == "hate-crime"
    assert known_measure("larceny") is None


def test_a_value_that_no_measure_is_called_becomes_one_of_its_own_and_is_doubted(tmp_path):
    drafted = draft(tmp_path, "Recorded,Offence", "25/01/2024,Rape", "25/01/2024,Sea Piracy")
    (measure,) = drafted.mapping.measures
    assert (measure.key, measure.name, drafted.mapping.counts[0].codes["Sea Piracy"]) == (
        "sea-piracy",
        "Sea Piracy",
        ("sea-piracy",),
    )
    assert "Offence=Sea Piracy" in drafted.doubts
    assert "Offence=Rape" not in drafted.doubts


def test_too_many_unknown_values_are_left_out_and_doubted(tmp_path):
    rows = [f"25/01/2024,code {number}" for number in range(60)]
    drafted = draft(tmp_path, "Recorded,Offence Type", "25/01/2024,Rape", *rows)
    (coding,) = drafted.mapping.counts
    assert (coding.codes, len(coding.leave_out), drafted.mapping.measures) == ({"Rape": ("rape",)}, 60, ())
    assert "Offence Type left out" in drafted.doubts


def test_flags_count_beside_the_offence_and_are_doubted(tmp_path):
    drafted = draft(
        tmp_path,
        "Recorded,Offence,Domestic Abuse,Hate,Weapon",
        "25/01/2024,Rape,Y,N,Y",
        "25/01/2024,Rape,N,N,N",
    )
    assert drafted.mapping.counts[1:] == (
        Coding("Domestic Abuse", {"Y": ("domestic-abuse-crime",)}, ("N",)),
        Coding("Hate", {"Y": ("hate-crime",)}, ("N",)),
    )
    assert {"Domestic Abuse", "Hate"} <= set(drafted.doubts)
    assert "Weapon" in drafted.not_read


def test_several_codes_in_one_cell_are_told_apart(tmp_path):
    drafted = draft(tmp_path, "Recorded,Offence", "25/01/2024,Rape", "25/01/2024,Rape; Hate crime")
    assert drafted.mapping.counts == (
        Coding("Offence", {"Rape": ("rape",), "Hate crime": ("hate-crime",)}, (), ";"),
    )


def test_who_somebody_is_is_never_drafted(tmp_path):
    header = (
        "Recorded,Offence,Victim Name,Victim Address,Postcode,Email,Age,Gender,Ethnicity,MO,Summary,Officer"
    )
    drafted = draft(
        tmp_path, header, "25/01/2024,Rape,Jane,1 High Street,AB1 2CD,a@b,30,F,W1,entered,text,PC 1"
    )
    assert drafted.mapping.wanted == ("Recorded", "Offence")


def test_months_that_hold_a_stray_date_are_not_taken_for_covered(tmp_path):
    rows = [f"{day:02d}/0{month}/2024,Rape" for month in (1, 2, 3) for day in range(1, 29) for _ in range(4)]
    drafted = draft(tmp_path, "Recorded,Offence", "05/06/2042,Rape", *rows)
    assert (drafted.mapping.first, drafted.mapping.last) == (date(2024, 1, 1), date(2024, 3, 1))


def test_the_force_is_what_one_is_told_or_the_one_that_a_column_names(tmp_path):
    row = ("Recorded,Offence,Force", "25/01/2024,Rape,Kent Police")
    assert draft(tmp_path, *row).mapping.force == "Kent Police"
    assert draft(tmp_path, *row, force="Met").mapping.force == "Met"
    assert "force" in draft(tmp_path, "Recorded,Offence", "25/01/2024,Rape").doubts


def test_an_extract_without_dates_or_codes_gets_a_draft_that_says_so(tmp_path):
    drafted = draft(tmp_path, "Colour,Size", "blue,1", "green,2")
    assert "no date was found" in drafted.doubts["recorded_on"]
    assert drafted.doubts["counts"] == "no column says what a record is"


def test_the_name_of_a_source_stays_the_same_from_month_to_month():
    names = ["Crimes 2024-10.xlsx", "crimes_202411.csv", "CRIMES Dec 2024.csv.gz"]
    assert {source_name(name) for name in names} == {"crimes"}


def test_abbreviated_headings_are_understood_and_one_date_is_not_taken_for_two(tmp_path):
    header = "Rec'd Dt,Rec'd Tm,Off Dt,Off Tm,Off Code,Vic URN"
    mapping = draft(tmp_path, header, "25/01/2024,08:00,24/01/2024,21:30,19C,V1").mapping
    assert mapping.columns["recorded_on"] == "Rec'd Dt"
    assert mapping.columns["victim_key"] == "Vic URN"
    assert mapping.occurred_from == Moment(date="Off Dt", time="Off Tm")
    alone = draft(tmp_path, "Dyddiad,Offence", "25/01/2024,Rape").mapping
    assert (alone.columns["recorded_on"], alone.occurred_from) == ("Dyddiad", Moment())


def test_dates_that_a_spreadsheet_has_half_swapped_are_doubted(tmp_path):
    swapped = [f"2024-{day:02d}-{month:02d},Rape" for month in (1, 2) for day in range(1, 13)]
    typed = [f"{day}/0{month}/2024,Rape" for month in (1, 2) for day in range(13, 29)]
    drafted = draft(tmp_path, "Recorded,Offence", *swapped, *typed)
    assert "a spreadsheet may have swapped days and months" in drafted.doubts["dates"]


def test_one_error_value_among_coordinates_does_no_harm(tmp_path):
    rows = [f"25/01/2024,Rape,{530_000 + number},{181_000 + number}" for number in range(60)]
    drafted = draft(tmp_path, "Recorded,Offence,Easting,Northing", *rows, "25/01/2024,Rape,#N/A,#N/A")
    assert (drafted.mapping.columns["easting"], drafted.mapping.columns["northing"]) == (
        "Easting",
        "Northing",
    )


def test_codes_that_begin_alike_stay_measures_of_their_own(tmp_path):
    long = "domestic incident between partners or former partners with a risk that is"
    rows = [f"25/01/2024,{long} {risk}" for risk in ("standard", "high")] + [
        "25/01/2024,victim <18",
        "25/01/2024,victim >18",
    ]
    mapping = draft(tmp_path, "Recorded,Offence", *rows).mapping
    assert len({measure.key for measure in mapping.measures}) == 4
    assert len(set(mapping.counts[0].codes.values())) == 4


def test_two_sheets_of_a_file_are_two_sources():
    assert source_name("All crimes.xlsx", "2023") == source_name("All crimes.xlsx", "2024") == "all-crimes"
    assert source_name("All.xlsx", "Crimes") != source_name("All.xlsx", "Incidents")


@pytest.mark.parametrize("heading", [*RECORDED, *(f"Crime: {heading}" for heading in RECORDED)])
def test_short_headings_of_the_date_recorded_are_recognised(tmp_path, heading):
    header = f"Crime No,Occ Dt From,Occ Tm From,{heading},Offence"
    mapping = draft(tmp_path, header, "1,24/01/2024,21:30,25/01/2024,Rape").mapping
    assert mapping.columns["recorded_on"] == heading
    assert mapping.occurred_from == Moment(date="Occ Dt From", time="Occ Tm From")


@pytest.mark.parametrize(
    ("code", "key"),
    [
        *(("DA", "domestic-abuse-crime"), ("dv", "domestic-abuse-crime"), ("HC", "hate-crime")),
        *(("MH", "mental-health"), ("OSO", "other-sexual-offences"), ("STK", "stalking-and-harassment")),
        *(
            ("MSHT", "modern-slavery"),
            ("HBV", "hbv"),
            ("HBA", "hbv"),
            ("FGM", "fgm"),
            ("FM", "forced-marriage"),
        ),
        *(("CSE", "cse"), ("CSA", "child-abuse"), ("PPN", None), ("MISPER", None)),
    ],
)
def test_what_forces_write_short_is_understood_and_nothing_is_guessed_of_what_is_unclear(code, key):
    assert known_measure(code) == key


def test_every_abbreviation_stands_for_measures_that_there_are():
    keys = {measure.key for measure in known_measures()}
    assert abbreviations()["meaning"].keys() <= keys
    assert {key for likely in abbreviations()["unclear"].values() for key in likely} <= keys
    texts = [text for table in abbreviations()["meaning"].values() for text in table]
    texts += abbreviations()["unclear"]
    assert texts == [plain_heading(text) for text in texts]
    assert len(texts) == len(set(texts))


def test_a_code_that_could_mean_several_measures_is_counted_apart_and_the_doubt_names_them(tmp_path):
    drafted = draft(tmp_path, "Recorded,Offence", "25/01/2024,PPN", "25/01/2024,RAPE")
    assert drafted.mapping.counts[0].codes["PPN"] == ("ppn",)
    assert "could be Adults at risk (PPNs) or Children at risk (PPNs)" in drafted.doubts["Offence=PPN"]


def test_few_short_codes_are_what_a_record_is_before_free_text(tmp_path):
    rows = [
        f"{day:02d}/01/2024,{'K7' if day % 2 else 'Q3'},offence number {day} that day" for day in range(1, 29)
    ]
    (coding,) = draft(tmp_path, "Recorded,Kind Code,Offence Type Text", *rows).mapping.counts
    assert coding.column == "Kind Code"


@pytest.mark.parametrize(
    "heading",
    ["Location Type Description", "Type of Location", "Location", "Street", "Place Category", "Street Type"],
)
def test_a_kind_of_place_is_never_a_place(tmp_path, heading):
    kinds = ("Street with Residence", "Licensed Premises", "Dwelling", "Car Park", "Shop")
    rows = [f"25/01/2024,Rape,{kind}" for kind in kinds * 5]
    columns = draft(tmp_path, f"Recorded,Offence,{heading}", *rows).mapping.columns
    assert (columns.get("place"), columns.get("location_type")) == (None, heading)


def test_a_second_kind_of_place_is_no_place_either_and_streets_still_are(tmp_path):
    streets = ("Park Road", "High Street", "Church Lane", "Cheapside")
    rows = [f"25/01/2024,Rape,S1,Shop,{street}" for street in streets]
    header = "Recorded,Offence,Location Type,Location Type Description,Street"
    columns = draft(tmp_path, header, *rows).mapping.columns
    assert (columns["place"], columns["location_type"]) == ("Street", "Location Type")
    assert (
        draft(
            tmp_path, header.rpartition(",")[0], *(row.rpartition(",")[0] for row in rows)
        ).mapping.columns.get("place")
        is None
    )


def test_a_county_workbook_is_drafted_without_a_doubt_about_its_codes(tmp_path):
    every = county_extract.county_records(date(2024, 10, 1), date(2024, 10, 31), 120)
    path = county_extract.write_county_workbook(tmp_path / "Vulnerability Oct 2024.xlsx", every)
    drafted = draft_mapping(read_extract(path))
    (coding,) = drafted.mapping.counts
    assert (coding.column, coding.codes) == (
        "Crime: Offence Type",
        {code: (key,) for code, key in county_extract.CODES.items()},
    )
    assert (drafted.mapping.columns["recorded_on"], drafted.mapping.columns["location_type"]) == (
        "Crime: Recorded Dt",
        "Where: Premises Type",
    )
    assert set(drafted.doubts) == {"coverage", "force"}


@pytest.mark.parametrize(
    ("header", "ashford", "houston"),
    [
        ("X,Y", "0.87,51.15", "-95.37,29.76"),
        ("Easting,Northing", "600900,142600", "0,0"),
        ("Grid Ref,Nothing", "TR 009 426,", ","),
    ],
)
def test_a_force_that_no_column_names_is_told_from_where_its_records_lie(tmp_path, header, ashford, houston):
    def of(*places: str) -> Draft:
        rows = [f"{n},25/01/2024,Rape,{place}" for n, place in enumerate(places)]
        return draft(tmp_path, f"Ref,Recorded,Offence,{header}", *rows)

    drafted = of(*[ashford] * 30, *[houston] * 8)
    assert drafted.mapping.force == "Kent Police"
    assert drafted.doubts["force"] == "told from its places: 100 % of them lie in this force's area"
    for few in ([ashford] * 19, [houston] * 40):
        unknown = of(*few)
        assert (unknown.mapping.force, unknown.doubts["force"]) == (
            "Name of the force",
            "the extract does not name one force",
        )


def test_places_of_two_forces_name_neither(tmp_path):
    rows = [f"{n},25/01/2024,Rape,{0.87 if n % 5 else -0.09},51.{15 if n % 5 else 515}" for n in range(60)]
    assert draft(tmp_path, "Ref,Recorded,Offence,X,Y", *rows).mapping.force == "Name of the force"
