"""Which of data.police.uk's categories a street file covers: the site has changed them twice."""

from datetime import date
from typing import Final

import pyarrow as pa

from vulncore.schemas import COVERAGE
from vulncore.sources.police_uk_files import StreetFile
from vulncore.vocabulary import police_uk_measures

SOURCE: Final = "police-uk"

SIX: Final = frozenset(
    {
        "anti-social-behaviour",
        "burglary",
        "other-crime",
        "robbery",
        "vehicle-crime",
        "violent-crime",
    }
)
ELEVEN: Final = SIX | {
    "criminal-damage-and-arson",
    "drugs",
    "other-theft",
    "public-disorder-and-weapons",
    "shoplifting",
}
FOURTEEN: Final = ELEVEN - {"public-disorder-and-weapons", "violent-crime"} | {
    "bicycle-theft",
    "possession-of-weapons",
    "public-order",
    "theft-from-the-person",
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


def file_coverage(file: StreetFile, present: set[str], unknown_types: int = 0) -> pa.Table:
    """Return the coverage that a street file delivers, one row per category, the empty ones included.

    Where rows were rejected because nobody knows their crime type, an empty category may be theirs under
    a new name: it is missing then, not zero.

    Args:
        file: The file, which says month and force.
        present: The keys of the categories that its rows have. One from another time than the month's
            is covered too: the file shows that it was delivered.
        unknown_types: How many of its rows have a crime type that no category is called.
    """
    delivered = present if unknown_types else categories_of(file.month) | present
    return pa.Table.from_pylist(
        [
            {
                "force": file.force,
                "measure": measure.key,
                "month": file.month,
                "table": "incidents",
                "source": SOURCE,
                "provisional": False,
            }
            for measure in police_uk_measures()
            if measure.key in delivered
        ],
        schema=COVERAGE,
    )
