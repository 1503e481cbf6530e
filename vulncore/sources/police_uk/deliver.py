"""From files of data.police.uk to a delivery: street crime, outcomes, or stop and search of any force.

The source gives an anonymous point in a nearby street and not the place, and the month and not the day of
all but searches. It has changed its crime categories twice.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import Delivery, Progress, measures_table, source_file
from vulncore.domain.schemas import Tables
from vulncore.sources.police_uk.files import (
    SOURCES,
    UNKNOWN_TYPES,
    FileKind,
    MonthFile,
    file_contents,
    kind_measures,
    month_files,
)
from vulncore.sources.police_uk.incidents import incident_rows
from vulncore.sources.police_uk.merged import merged_files
from vulncore.sources.police_uk.rows import month_rows, oddity_counts, shared_id_counts
from vulncore.sources.row_tally import MAX_REJECTS, MOST_REJECTED, RowTally, check_share, delivery
from vulncore.sources.tables import LICENCE, incident_coverage

ATTRIBUTION: Final = f"{LICENCE} Source: data.police.uk"

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


def deliver(
    paths: Sequence[Path],
    kind: FileKind | None = None,
    most_rejected: float = MOST_REJECTED,
    progress: Progress | None = None,
    covers: tuple[date, date] | None = None,
) -> Delivery:
    """Return files of one kind as incidents, each row judged and accounted for.

    Args:
        paths: Zips as downloaded, folders and single CSVs.
        kind: Street, outcomes or stop-and-search files; without it the only kind there is, or street where
            there are several. Files of other kinds are passed over and counted.
        most_rejected: The share of a file's rows, 0 to 1, that may be rejected.
        progress: Told after each file how many rows were read, and which share of the files that was.
        covers: The first and the last month that a file covers which somebody merged of several, and whose name so gives none.
            A month of these without a row of a force is missing, not zero.

    Returns:
        Incidents, one per accepted row. `row_id` is the file's month, force and kind with the line's number;
        `record_id` is the Crime ID, or `row_id` where there is none, as with anti-social behaviour and all
        searches; `outside_area` is missing for forces whose boundary doesn't ship. `recorded_on` is the
        first day of the month, for no other day is given, and so is `outcome_on` of an outcome; of a search it
        is the day, and `occurred_from` and `occurred_to` are its moment, in civil time of London.
        An outcome's measure is its type; a search's `offence` is what was searched for, and the file names
        its force. Coverage, one row per file and measure of its kind: a month without a file is not covered,
        nor a measure without a row in a file with unknown types.

    Raises:
        TooManyRejectsError: Too many rows of a file can't be counted. Nothing is delivered then.
        UnreadableSourceError: A file is missing, damaged, unsafe or not of its kind, a month of a force is
            there twice, or several other kinds are there and none was chosen. Nothing is delivered then.

    Source:
        data.police.uk, "About", for what the columns and the points mean.

    Misleads when:
        it is read as where and when things happened. Points stand for streets, months for days, and
        one category holds both violence and sexual offences. An outcome counts in the month in which it was
        reached, whenever its crime was recorded, and a crime can have several. Some forces give searches a
        date and no time, which reads as midnight.
    """
    check_share(most_rejected)
    merged = merged_files(paths, kind, covers)
    files, passed_over = month_files(paths, kind, [month for file in merged for month in file.files()])
    kind = files[0].kind
    together = {file.path: file for file in merged if file.kind is kind}
    tallies = [overall := RowTally(""), *(file.tally for file in together.values())]
    tables, covered = [], []
    read, room = sum(file.tally.read for file in together.values()), MAX_REJECTS
    parts = chain(
        ((month, None) for month in files if month.path in together),
        file_contents(month for month in files if month.path not in together),
    )
    for done, (file, content) in enumerate(parts, start=1):
        if content is None:
            tally = together[file.path].tally
            accepted = together[file.path].month_rows(file)
        else:
            accepted, tally = month_rows(file, content, most_rejected, room)
            read, room = read + tally.read, room - len(tally.rejects)
            tallies.append(tally)
        incidents, outlying = incident_rows(file, accepted)
        tally.noted.update(oddity_counts(kind, accepted) | outlying)
        tables.append(incidents)
        present = set(pc.unique(incidents["measure"]).to_pylist())
        unknown = any(reject.reason == UNKNOWN_TYPES.get(kind) for reject in tally.rejects)
        covered.append(file_coverage(file, present, unknown))
        if progress:
            progress(read, done / len(files))
    for whole in together.values():
        whole.tally.refuse_beyond(
            most_rejected, "Correct the file, or publish the files as data.police.uk has them."
        )
    every = pa.concat_tables(tables)
    overall.noted.update(shared_id_counts(kind, every))
    overall.noted[f"files that are not {kind} files, passed over"] = passed_over
    coverage = pa.concat_tables(covered)
    used = set(pc.unique(coverage["measure"]).to_pylist())
    measures = measures_table(measure for measure in kind_measures(kind) if measure.key in used)
    return delivery(
        SOURCES[kind],
        Tables(incidents=every, coverage=coverage, measures=measures),
        [source_file(path) for path in dict.fromkeys(file.path for file in files)],
        every.num_rows,
        tallies,
        ATTRIBUTION,
    )


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
