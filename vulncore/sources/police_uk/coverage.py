"""Which measures a month's file of data.police.uk covers: the site has changed its crime categories twice."""

from datetime import date
from typing import Final

import pyarrow as pa

from vulncore.sources.police_uk.files import SOURCES, FileKind, MonthFile, kind_measures
from vulncore.sources.tables import incident_coverage

SIX: Final = frozenset(
    {"anti-social-behaviour", "burglary", "other-crime", "robbery", "vehicle-crime", "violent-crime"}
)
ELEVEN: Final = SIX | {
    *("criminal-damage-and-arson", "drugs", "other-theft", "public-disorder-and-weapons", "shoplifting"),
}
FOURTEEN: Final = ELEVEN - {"public-disorder-and-weapons", "violent-crime"} | {
    *("bicycle-theft", "possession-of-weapons", "public-order", "theft-from-the-person"),
    "violence-and-sexual-offences",
}
"""The site's categories: six at first, eleven from September 2011, fourteen since May 2013."""


def categories_of(month: date) -> frozenset[str]:
    """Return the keys of the categories that the site used for a month.

    Source: the categories that its files of each month hold.

    >>> [len(categories_of(date(*month, 1))) for month in [(2011, 8), (2011, 9), (2013, 5)]]
    [6, 11, 14]
    """
    if month < date(2011, 9, 1):
        return SIX
    return ELEVEN if month < date(2013, 5, 1) else FOURTEEN


def file_coverage(file: MonthFile, present: set[str], unknown_types: bool) -> pa.Table:
    """Return the coverage that a file delivers, one row per measure of its kind, the empty ones included.

    Where rows were rejected because nobody knows their type, an empty measure may be theirs under a new
    name: it is missing then, not zero. A crime category from another time than the month's that is among the keys of
    the measures that rows have (`present`) is covered, too: the file shows that it was delivered.

    Misleads when:
        an outcome type is younger than the month: the site doesn't say when it brought in each, so that all
        of them are covered in every month.
    """
    every = [measure.key for measure in kind_measures(file.kind)]
    usual = categories_of(file.month) if file.kind is FileKind.STREET else set(every)
    delivered = present if unknown_types else usual | present
    covered = [(key, file.month) for key in every if key in delivered]
    return incident_coverage(SOURCES[file.kind], file.force, covered)
