"""What vulncore.metrics.strands.change promises."""

import pandas as pd
import pytest

from vulncore.metrics.strands.change import has_trend


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1] * 10 + [0, 0], True),
        ([1] * 9 + [0, 0, 0], False),
        ([1, None, 1, None, 1, 0], False),
        ([1, None, 1, None, 1, 1], True),
        ([], None),
        ([None, None], None),
    ],
    ids=["ten a year", "nine a year", "nine, months missing", "twelve, months missing", "none", "unknown"],
)
def test_a_trend_needs_ten_records_a_year_and_missing_months_are_not_zeros(counts, expected):
    assert has_trend(pd.Series(counts, dtype=float)) is expected
