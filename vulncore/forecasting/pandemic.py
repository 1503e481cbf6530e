"""The months in which the law kept people at home, so that neither the streets nor reporting were as they are."""

from datetime import date
from typing import Final

LOCKDOWN_MONTHS: Final = (
    date(2020, 4, 1),
    date(2020, 5, 1),
    date(2020, 6, 1),
    date(2020, 11, 1),
    date(2021, 1, 1),
    date(2021, 2, 1),
    date(2021, 3, 1),
)
"""Whole months, or all but a few days of them, under the three national lockdowns of England.

Source: Institute for Government, Timeline of UK government coronavirus lockdowns and measures: 26 March to June 2020,
5 November to 2 December 2020, 6 January to 29 March 2021.
"""
