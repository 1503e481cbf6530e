"""What vulncore.metrics.harm.weights promises."""

import math

import pandas as pd
import pytest

from vulncore.domain.errors import InvalidRowsError
from vulncore.domain.severity.table import OffenceWeight, WeightTable, shipped_weights
from vulncore.domain.vocabulary import reference_rows
from vulncore.metrics.harm.weights import WIDEST_SPREAD, offence_weights


def weight_of(offence: str | None, measure: str = "any", table: WeightTable | None = None):
    frame = pd.DataFrame({"measure": [measure], "offence": [offence]})
    (row,) = offence_weights(frame, table or shipped_weights()).to_dict("records")
    return row["weight"], row["at_least"]


def table_of(*rows: tuple[str, str, float]) -> WeightTable:
    return WeightTable("Ours", "Ruritania Police", "days", tuple(OffenceWeight(*row) for row in rows))


@pytest.mark.parametrize(
    ("offence", "weight"),  # of the Office for National Statistics, rounded
    [
        ("2", None),  # a number alone could be anything
        ("Attempted murder", 4654),
        ("19E", 3225),
        ("019e", 3225),
        ("8N Assault with injury", 189),
        ("8/30", 36),
        ("004/01", 7973),
        ("46", 12),
        ("Shoplifting", 12),
        ("public order: fear, alarm or distress", 7),
        ("PUBLIC FEAR, ALARM OR DISTRESS", 7),
        ("Modern slavery", 1069),
    ],
)
def test_an_offence_weighs_what_the_statistics_office_published(offence, weight):
    measured, at_least = weight_of(offence)
    assert not at_least
    assert math.isnan(measured) if weight is None else round(measured) == weight


def test_an_offence_that_can_be_several_weighs_what_the_lightest_does():
    assert weight_of("rape: acquaintance") == (
        pytest.approx(2952.940993),
        True,
    )  # a woman or a man of 16 or over
    assert weight_of("rape of a child") == (pytest.approx(2397.258672), True)
    assert weight_of("19/08", measure="rape") == (pytest.approx(2397.258672), True)


@pytest.mark.parametrize(
    "offence", ["theft", "violence without injury", "assault on a child", "8/99", "", None]
)
def test_an_offence_that_can_be_anything_has_no_weight_which_is_not_nought(offence):
    assert math.isnan(weight_of(offence)[0])


def test_any_wording_of_modern_slavery_weighs_what_modern_slavery_does():
    assert round(weight_of("domestic servitude", "modern-slavery")[0]) == 1069
    assert math.isnan(weight_of("domestic servitude")[0])
    assert math.isnan(weight_of(None, "modern-slavery")[0])  # not recorded is not known


def test_a_forces_own_wording_comes_before_the_home_offices_code():
    table = table_of(("8N", "Assault with injury", 10.0), ("", "8N Assault with injury on the Tube", 99.0))
    assert weight_of("8n assault with injury on the tube", table=table) == (99.0, False)
    assert weight_of("8N anything else", table=table) == (10.0, False)


def test_a_table_of_sub_codes_is_read_by_them():
    table = table_of(("008/30", "Harassment", 10.0), ("19/08", "Rape of a woman", 1825.0))
    assert weight_of("8/30", table=table) == (10.0, False)
    assert weight_of("19/8", table=table) == (1825.0, False)
    assert math.isnan(weight_of("19/9", table=table)[0])


def test_a_weight_of_nought_is_a_weight():
    assert weight_of("loitering", table=table_of(("", "Loitering", 0.0))) == (0.0, False)


def test_of_a_table_that_lacks_one_of_the_codes_a_wording_can_be_nothing_is_guessed():
    assert math.isnan(weight_of("robbery", table=table_of(("34A", "", 700.0)))[0])
    far = table_of(("34A", "", 700.0), ("34B", "", 700.0 * WIDEST_SPREAD + 1))
    assert math.isnan(weight_of("robbery", table=far)[0])


def test_every_code_that_a_wording_is_read_as_has_a_published_weight():
    rows = reference_rows("severity_wordings.toml")["wording"]
    codes = {code for row in rows for code in row["codes"]}
    assert codes <= shipped_weights().by_code.keys()


def test_rows_stay_as_they_are():
    frame = pd.DataFrame({"measure": ["a", "b"], "offence": ["Stalking", None]}, index=[7, 3])
    weighed = offence_weights(frame, shipped_weights())
    assert weighed.index.tolist() == [7, 3]
    assert weighed[["measure", "offence"]].equals(frame)


def test_a_missing_column_is_named():
    with pytest.raises(InvalidRowsError, match="1 columns of the offences are absent: offence"):
        offence_weights(pd.DataFrame({"measure": ["a"]}), shipped_weights())
