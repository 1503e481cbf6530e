"""Which readers and which kinds of file there are; apart from what reads them, so that the command line can list them at once."""

from enum import StrEnum


class Source(StrEnum):
    """The readers, by the name that the command line gives them."""

    DEMO = "demo"
    RECORDS = "records"
    POLICE_UK = "police-uk"
    RECORDED_CRIME = "recorded-crime"
    MONTHLY_COUNTS = "monthly-counts"
    PUBLISHED_TABLE = "published-table"


class FileKind(StrEnum):
    """A kind of file of data.police.uk, by the last part of its name."""

    STREET = "street"
    OUTCOMES = "outcomes"
    STOP_AND_SEARCH = "stop-and-search"


class Holds(StrEnum):
    """What an extract of records holds of the months before those that it covers."""

    WHOLE_MONTHS = "whole months"
    CHANGES = "created or changed"
