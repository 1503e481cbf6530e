"""What codes and wordings of offences are taken to mean: the published classification, guesses with a doubt, and no more."""

import pytest

from vulncore.domain.measures import (
    home_office_codes,
    home_office_sub_codes,
    incident_measures,
    known_measures,
)
from vulncore.domain.vocabulary import reference_rows
from vulncore.sources.offences import Meaning, are_codes, known_measure, known_values, meaning
from vulncore.sources.records.draft_columns import plain_heading

RAPE, SEXUAL, HARASSMENT = "rape", "other-sexual-offences", "stalking-and-harassment"
INJURY, NO_INJURY = "violence-with-injury", "violence-without-injury"
INCIDENT = "reported-incidents-of-rape"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        *(
            ("019/08", RAPE),
            ("19/8", RAPE),
            ("019-08", RAPE),
            ("01908", RAPE),
            ("1908", RAPE),
            ("HO 19/8", RAPE),
        ),
        *(("19J", RAPE), ("17/15", SEXUAL), ("22/2", SEXUAL), ("088/05", SEXUAL)),
        *(("8/30", HARASSMENT), ("00830", HARASSMENT), ("8.30", HARASSMENT), ("195/94", HARASSMENT)),
        *(("8/60", INJURY), ("105/1", NO_INJURY), ("104/23", NO_INJURY), ("3/2", NO_INJURY)),
        *(("106/1", "modern-slavery"), ("36/6", "modern-slavery"), ("66/91", "public-order-offences")),
        *(("4/1", "homicide"), ("4/10", "homicide"), ("4/4", INJURY), ("37/2", "theft-of-a-motor-vehicle")),
        *(
            ("53/25", "other-theft-offences"),
            ("92/61", "possession-of-drugs"),
            ("19-Aug", RAPE),
            ("1", "homicide"),
        ),
    ],
)
def test_a_code_in_another_form_means_its_class_and_is_doubted(code, key):
    means = meaning(code, of_codes=True)
    assert (means.key, means.is_left_out) == (key, False)
    assert means.doubt


@pytest.mark.parametrize(
    ("code", "likely"),
    [
        ("8/64", "Stalking and harassment or Violence with injury"),
        ("8F", "Stalking and harassment or Violence with injury"),
        ("34/1", "Robbery of business property or Robbery of personal property"),
    ],
)
def test_a_class_of_several_subgroups_is_left_open_and_the_doubt_names_them(code, likely):
    assert meaning(code, of_codes=True) == Meaning(doubt=meaning(code, of_codes=True).doubt)
    assert likely in meaning(code, of_codes=True).doubt


@pytest.mark.parametrize("code", ["12/1", "300/5", "1/2/3", "A19/8", "19/8888", "0", "112", "830"])
def test_what_no_class_has_is_no_code(code):
    assert not meaning(code, of_codes=True).key


@pytest.mark.parametrize(
    "code", ["N100", "n100", "N100/1", "N100/01", "N100-2", "N 100", "N100/3 - Reported rape: other force"]
)
def test_a_reported_incident_of_rape_is_never_a_crime(code):
    means = meaning(code)
    assert (means.key, bool(means.doubt)) == (INCIDENT, True)
    measure = next(one for one in incident_measures() if one.key == "reported-incidents-of-rape")
    assert (measure.key, measure.record_kind, measure.unit, measure.strand) == (
        INCIDENT,
        "incident",
        "incidents",
        "",
    )


@pytest.mark.parametrize(
    ("words", "key"),
    [
        *(
            ("Attempted rape of a female aged 16 or over", RAPE),
            ("Rape (multiple undefined offenders) of male", RAPE),
        ),
        *(
            ("Stalking involving fear of violence", HARASSMENT),
            ("Stalking without fear/alarm/distress", HARASSMENT),
        ),
        ("Pursue course of conduct in breach of Sec 1 (1) which amounts to stalking", HARASSMENT),
        ("Harassment - without violence (course of conduct)", HARASSMENT),
        ("Sending letters etc with intent to cause distress or anxiety", HARASSMENT),
        ("Engage in controlling/coercive behaviour in an intimate / family relationship", HARASSMENT),
        *(("Sexual touching of a child", SEXUAL), ("Assault on a female by penetration", SEXUAL)),
        *(
            ("Exposure", SEXUAL),
            ("Exposure - Sexual Offences Act 2003 Sec 66", SEXUAL),
            ("Voyeurism", SEXUAL),
        ),
        ("Engage in sexual communication with a child", SEXUAL),
        ("Arrange or facilitate travel of another person with a view to exploitation", "modern-slavery"),
        ("Hold person in slavery or servitude", "modern-slavery"),
        ("Non-fatal strangulation and suffocation", INJURY),
        *(
            ("Assault occasioning actual bodily harm (S47)", INJURY),
            ("Common assault and battery", NO_INJURY),
        ),
        ("Harassment, alarm or distress (S5 POA)", "public-order-offences"),
        ("Reported incident of rape", INCIDENT),
        ("Murder of persons aged 1 yr or over", "homicide"),
        ("Other serious sexual offences", SEXUAL),
        *(("8L Harassment", HARASSMENT), ("19F Rape of a male aged 16 or over", RAPE)),
    ],
)
def test_a_wording_is_guessed_by_what_it_says_and_doubted(words, key):
    for written in (words, words.upper()):
        means = meaning(written)
        assert (means.key, means.is_left_out) == (key, False)
        assert means.doubt


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Rape seed theft",
            "Theft of oilseed rape",
            "not rape",
            "Grape Lane",
            "Historic rape",
            "Threats to rape",
        ),
        *("Conspiracy to rape", "Sexual offences other than rape", "Rape crisis centre", "Alleged rape"),
        *(
            "Breach of a stalking protection order",
            "Assault with intent to rape",
            "Exposure to asbestos",
            "Drug trafficking",
        ),
        *("24/7 shop theft", "8L Rape", "Trapeze", "Harassment of debtors"),
    ],
)
def test_nothing_is_guessed_of_words_that_mislead(words):
    means = meaning(words)
    assert (means.key, means.is_left_out) == ("", False)


@pytest.mark.parametrize(
    "words",
    ["No crime - rape", "Rape (no-crimed)", "Cancelled: stalking", "False report of rape", "Not a crime"],
)
def test_what_is_said_to_be_no_crime_counts_towards_nothing(words):
    means = meaning(words)
    assert (means.key, means.is_left_out, bool(means.doubt)) == ("", True, True)


@pytest.mark.parametrize(
    "value",
    ["-1", "-9", "99", "999", "9999", "N/A", "#N/A", "NULL", "None", "Unknown", "not known", "-", "?"],
)
@pytest.mark.parametrize("of_codes", [True, False])
def test_what_stands_for_nothing_known_counts_towards_nothing(value, of_codes):
    means = meaning(value, of_codes=of_codes)
    assert (means.key, means.is_left_out) == ("", True)
    assert "nothing is known" in means.doubt


@pytest.mark.parametrize("value", ["0", "1", "2", "3", "45", "46", "104", "#1", "4.1", "+1", "00830"])
def test_a_number_is_no_offence_where_a_column_holds_no_codes(value):
    assert known_measure(value) is None
    assert (meaning(value).key, meaning(value).is_left_out) == ("", True)


@pytest.mark.parametrize(
    ("heading", "values", "expected"),
    [
        ("HO Code", ["019/08", "19/8", "8/30"], True),
        ("Offence Code", ["45", "46", "48", "34A", "105"], True),
        ("HO Code", ["1", "45", "46", "48", "-1"], True),
        ("Kind", ["019/08", "017/15"], True),
        ("Kind", ["19C", "8L", "46"], True),
        ("Rating", ["1/2", "2/2", "1/3"], False),
        ("Category", ["1", "2", "3", "-1"], False),
        ("HO Code", ["1", "2", "3", "-1"], False),
        ("Offence Code", [str(number) for number in range(1, 51)], False),
        ("Code", ["45", "46", "48"], False),
        ("HO Code", ["-1", "99", "Unknown"], False),
        ("HO Code", [], False),
    ],
)
def test_a_column_holds_codes_where_its_forms_or_heading_and_most_numbers_say_so(heading, values, expected):
    assert are_codes(heading, values) is expected


def test_every_guess_agrees_with_the_published_wordings():
    for row in home_office_codes():
        without_table = meaning(f"{row['description']} - section 0")
        if without_table.key:
            assert without_table.key == known_values()[row["code"].casefold()], row


def test_the_tables_name_codes_and_measures_that_there_are():
    keys = {measure.key for measure in known_measures()}
    given = reference_rows("offence_wordings.toml")
    assert {row["measure"] for row in given["wording"]} <= keys
    assert set(home_office_sub_codes().values()) <= {row["code"] for row in home_office_codes()}
    for patterns in ("missing", "no_crime", "misleading"):
        assert all(pattern == pattern.casefold() for pattern in given[patterns])
    assert plain_heading("N/A") == "n a"


@pytest.mark.parametrize(
    "value", ["\u22121", "\u20131", "(1)", "1*", "1.", "<1", "1)", "- -1", "\u201399", "#2"]
)
@pytest.mark.parametrize("of_codes", [True, False])
def test_a_number_with_signs_about_it_is_no_offence(value, of_codes):
    meant = meaning(value, of_codes=of_codes)
    assert (meant.key, meant.is_left_out) == ("", True)
