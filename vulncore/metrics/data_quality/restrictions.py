"""The months in which public life was restricted by law, and crime figures moved each by its own amount."""

from datetime import date
from typing import Final

from vulncore.metrics.data_quality.month_rows import month_number

RESTRICTED_MONTHS: Final = range(month_number(date(2020, 3, 1)), month_number(date(2021, 7, 1)) + 1)
"""March 2020 to July 2021.

Source: the Health Protection (Coronavirus, Restrictions) (England) Regulations, in force from 26 March
2020; the last restrictions on gatherings ended on 19 July 2021."""
