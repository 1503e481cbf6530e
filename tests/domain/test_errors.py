"""What vulncore.domain.errors promises of every refusal."""

import pytest

from vulncore.domain.errors import VulncoreError, first_five
from vulncore.domain.measures import known_measures
from vulncore.domain.periods import parse_month
from vulncore.domain.vocabulary import find_measure
from vulncore.forecasting.what_if import parse_adjustment
from vulncore.resourcing.solving import parse_condition
from vulncore.store import checked_dataset_name

READERS = [
    checked_dataset_name,
    lambda text: find_measure(known_measures(), text),
    parse_adjustment,
    parse_condition,
    parse_month,
]


@pytest.mark.parametrize("text", ["\x1b[2J", "a\0b", "2024-10\udcff", "x\u202ey", "1\n2"])
@pytest.mark.parametrize("read", READERS)
def test_a_refusal_repeats_nothing_that_can_not_be_printed(read, text):
    with pytest.raises(VulncoreError) as refusal:
        read(text)
    assert str(refusal.value).isprintable()


def test_a_refusal_that_repeats_much_still_says_what_is_wrong_and_what_to_do():
    text = str(VulncoreError(f"There is no '{'x' * 5_000}' here. Choose another."))
    assert text.startswith("There is no 'xxx")
    assert text.endswith("x' here. Choose another.")
    assert len(text) < 600


def test_no_name_that_a_refusal_repeats_is_long():
    assert first_five(["x" * 81, "y" * 80]) == f"{'x' * 79}…, {'y' * 80}"
