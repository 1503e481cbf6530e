"""What vulncore.domain.severity.codes promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.measures import home_office_codes
from vulncore.domain.severity.codes import (
    classes_of,
    codes_by_wording,
    leading_code,
    plain_wording,
    written_code,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("19C", "19C"), (" 019 c ", "19C"), ("19/08", "19/8"), ("019/08", "19/8"), ("01908", "19/8"), ("8/30", "8/30"),
        ("8-30", "8/30"), ("019-08", "19/8"), ("92\u201161", "92/61"), ("HO 19/8", "19/8"), ("Class 19C", "19C"),
        ("37.1", "37.1"), ("037/01", "37.1"), ("4.10", "4.10"), ("106", "106"), ("46", "46"), ("046", "46"),
        ("1", None), ("7", None), ("999", None), ("rape", None), ("", None), ("19CC", None), ("1/2/3", None), ("²", None),
    ],
)  # fmt: skip
def test_a_code_has_one_form_however_it_is_written(text, code):
    assert written_code(text) == code


def test_every_code_of_the_home_office_is_read_as_itself_but_for_numbers_under_ten():
    for row in home_office_codes():
        alone = row["code"].isdigit() and int(row["code"]) < 10
        assert written_code(row["code"]) == (None if alone else row["code"])


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("8N - Assault with injury", ("8N", "Assault with injury")),
        ("019/08 Rape of a female", ("19/8", "Rape of a female")),
        ("19C \u2014 Rape", ("19C", "Rape")),
        ("2 men fighting", (None, "2 men fighting")),
        ("  Rape  of a child ", (None, "Rape of a child")),
    ],
)
def test_a_code_before_words_is_told_from_them(text, both):
    assert leading_code(text) == both


def test_a_sub_code_is_of_the_class_that_is_known_of_it():
    assert classes_of("92/61") == ("92E",)
    assert classes_of("19/8") == ("19C", "19D", "19E", "19F", "19G", "19H")
    assert classes_of("777/1") == ()


def test_a_wording_can_be_of_several_codes():
    assert set(codes_by_wording()["homicide"]) == {"1", "4.1", "4.10", "4.2"}


@given(st.text(max_size=400))
def test_any_text_has_a_plain_form_that_stays_as_it_is(text):
    plain = plain_wording(text)
    assert plain_wording(plain) == plain
    leading_code(text)
