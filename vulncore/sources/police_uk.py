"""Street-level crime and anti-social behaviour as data.police.uk publishes it, any force.

The source says the month and not the day, and an anonymous point in a nearby street and not the place.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.delivery import Delivery, RowAccount, measures_table, source_file
from vulncore.geography import EDGE_TOLERANCE_M, boundary, metres_from
from vulncore.schemas import COVERAGE, INCIDENTS, Tables, conform
from vulncore.sources.police_uk_coverage import SOURCE, file_coverage
from vulncore.sources.police_uk_files import StreetFile, contents, street_files
from vulncore.sources.police_uk_rows import HEADER, UNKNOWN_TYPE, StreetRows, street_rows
from vulncore.vocabulary import police_uk_measures

ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: data.police.uk"
)
FAR_OUTSIDE_M: Final = 1_000.0
ASB: Final = "Anti-social behaviour"


def deliver(paths: Sequence[Path]) -> Delivery:
    """Return street files as incidents, each row judged and accounted for.

    Args:
        paths: Zips as downloaded, folders and single CSVs.

    Returns:
        Incidents, one per accepted row: `recorded_on` is the first day of the month, for the source
        gives no day; `row_id` is the file's month and force with the line's number; `record_id` is the
        Crime ID, or `row_id` where there is none, as with anti-social behaviour; `outside_area` is
        missing for forces whose boundary doesn't ship. Coverage, one row per file and category of its
        time: a month without a file is not covered, nor a category without a row in a file with crime
        types that nobody knows.

    Raises:
        UnreadableSourceError: A file is missing, damaged, unsafe or not a street file, too many of its rows
            can't be counted, or a month of a force is there twice. Nothing is delivered then.

    Source:
        data.police.uk, "About", for what the columns and the points mean.

    Misleads when:
        it is read as where and when things happened. Points stand for streets, months for days, and
        one category holds both violence and sexual offences.
    """
    files, passed_over = street_files(paths)
    rejected: Counter[str] = Counter()
    noted: Counter[str] = Counter()
    read = 0
    incidents = [INCIDENTS.empty_table()]
    covered = [COVERAGE.empty_table()]
    for file, content in contents(files):
        rows = street_rows(file, content)
        read += rows.read
        rejected.update(rows.rejected)
        noted.update(_oddities(rows))
        delivered = _incidents(file, rows)
        incidents.append(delivered)
        present = set(pc.unique(delivered["measure"]).to_pylist())
        covered.append(file_coverage(file, present, rows.rejected.get(UNKNOWN_TYPE, 0)))
    every, outlying = _flagged_outside(pa.concat_tables(incidents))
    noted.update(_repeated_ids(every) | outlying)
    if passed_over:
        noted["files that are not street files, passed over"] = passed_over
    coverage = pa.concat_tables(covered)
    used = set(pc.unique(coverage["measure"]).to_pylist())
    return Delivery(
        source=SOURCE,
        tables=Tables(
            incidents=every,
            coverage=coverage,
            measures=measures_table(m for m in police_uk_measures() if m.key in used),
        ),
        files=tuple(source_file(path) for path in dict.fromkeys(file.path for file in files)),
        rows=RowAccount(read, every.num_rows, dict(rejected), {what: n for what, n in noted.items() if n}),
        attribution=ATTRIBUTION,
    )


def _incidents(file: StreetFile, rows: StreetRows) -> pa.Table:
    table = rows.accepted
    line = pc.utf8_lpad(table["line"].cast(pa.string()), 6, "0")
    row_id = pc.binary_join_element_wise(file.stem, line, "-")
    crime_id = _or_missing(table["Crime ID"], "")
    measures = police_uk_measures()
    which = pc.index_in(table["Crime type"], value_set=pa.array([measure.label for measure in measures]))
    location = _or_missing(table["Location"], "No Location")
    return conform(
        pa.table(
            {
                "row_id": row_id,
                "record_id": pc.coalesce(crime_id, row_id),
                "force": pa.array([file.force] * table.num_rows, pa.string()),
                "measure": pc.take(pa.array([measure.key for measure in measures]), which),
                "record_kind": pc.take(pa.array([measure.record_kind for measure in measures]), which),
                "offence": table["Crime type"],
                "recorded_on": pa.array([file.month] * table.num_rows, pa.date32()),
                "longitude": table["longitude"],
                "latitude": table["latitude"],
                "place": _or_missing(pc.replace_substring_regex(location, r"^On or near( |$)", ""), ""),
                "outcome": _or_missing(table["Last outcome category"], ""),
            }
        ),
        INCIDENTS,
    )


def _flagged_outside(incidents: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """Return the incidents with `outside_area` told, where a boundary ships, and how many lie outside."""
    column = incidents["outside_area"].to_numpy(zero_copy_only=False).astype(object)
    forces = incidents["force"].to_numpy(zero_copy_only=False)
    longitudes, latitudes = (incidents[name].to_numpy() for name in ("longitude", "latitude"))
    outside = far = 0
    for force in dict.fromkeys(forces):
        area = boundary(force)
        if area is None:
            continue
        metres = np.where(forces == force, metres_from(area, longitudes, latitudes), np.nan)
        placed = np.isfinite(metres)
        column[placed] = metres[placed] > EDGE_TOLERANCE_M
        outside += int((metres > EDGE_TOLERANCE_M).sum())
        far += int((metres > FAR_OUTSIDE_M).sum())
    position = incidents.schema.get_field_index("outside_area")
    flagged = incidents.set_column(
        position, incidents.schema.field(position), pa.array(column, pa.bool_(), from_pandas=True)
    )
    return flagged, {
        f"more than {EDGE_TOLERANCE_M:.0f} m outside the force's boundary": outside,
        f"of these more than {FAR_OUTSIDE_M / 1_000:.0f} km outside": far,
    }


def _oddities(rows: StreetRows) -> dict[str, int]:
    table = rows.accepted
    asb = table.filter(pc.equal(table["Crime type"], ASB))
    distinct = asb.group_by(list(HEADER)).aggregate([]).num_rows
    return {
        "without a location": table["longitude"].null_count,
        "anti-social behaviour identical to an earlier row, kept as separate events": asb.num_rows - distinct,
    }


def _repeated_ids(incidents: pa.Table) -> dict[str, int]:
    identified = incidents.filter(pc.field("record_id") != pc.field("row_id"))["record_id"]
    return {"repeating an earlier row's Crime ID": len(identified) - len(pc.unique(identified))}


def _or_missing(column: pa.ChunkedArray, stand_in: str) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(column, stand_in), None, column)
