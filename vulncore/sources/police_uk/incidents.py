"""The accepted rows of a data.police.uk file as incidents."""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.geography import EDGE_TOLERANCE_M, boundary, metres_from
from vulncore.domain.schemas import INCIDENTS
from vulncore.sources.police_uk.files import TYPE_COLUMNS, FileKind, MonthFile, kind_measures
from vulncore.sources.tables import table_of

FAR_OUTSIDE_M: Final = 1_000.0

Columns = dict[str, Any]


def incident_rows(file: MonthFile, accepted: pa.Table) -> pa.Table:
    """Return a file's accepted rows as canonical incidents, one each; `outside_area` is still missing.

    Who was searched (gender, age, ethnicity) is left behind: nothing that is counted needs it.
    """
    of_its_kind = _searches if file.kind is FileKind.STOP_AND_SEARCH else _crimes
    line = pc.utf8_lpad(accepted["line"].cast(pa.string()), 6, "0")
    row_id = pc.binary_join_element_wise(file.stem, line, "-")
    columns = {
        "row_id": row_id,
        "record_id": row_id,
        "force": file.force,
        "longitude": accepted["longitude"],
        "latitude": accepted["latitude"],
        **of_its_kind(file, accepted, row_id),
    }
    return table_of(INCIDENTS, accepted.num_rows, **columns)


def _crimes(file: MonthFile, accepted: pa.Table, row_id: Any) -> Columns:
    measures = kind_measures(file.kind)
    named = accepted[TYPE_COLUMNS[file.kind]]
    which = pc.index_in(named, value_set=pa.array([measure.label for measure in measures]))
    location = _or_missing(accepted["Location"], "No Location")
    known = (
        {"outcome": named, "outcome_on": file.month}
        if file.kind is FileKind.OUTCOMES
        else {"offence": named, "outcome": _or_missing(accepted["Last outcome category"])}
    )
    return known | {
        "record_id": pc.coalesce(_or_missing(accepted["Crime ID"]), row_id),
        "measure": pc.take(pa.array([measure.key for measure in measures]), which),
        "record_kind": pc.take(pa.array([measure.record_kind for measure in measures]), which),
        "recorded_on": file.month,
        "place": _or_missing(pc.replace_substring_regex(location, r"^On or near( |$)", "")),
    }


def _searches(file: MonthFile, accepted: pa.Table, _row_id: Any) -> Columns:
    (measure,) = kind_measures(file.kind)
    return {
        "measure": measure.key,
        "record_kind": measure.record_kind,
        "recorded_on": pc.floor_temporal(accepted["moment"], unit="day").cast(pa.date32()),
        "occurred_from": accepted["moment"],
        "occurred_to": accepted["moment"],
        "offence": _or_missing(accepted["Object of search"]),
        "outcome": _or_missing(accepted["Outcome"]),
    }


def _or_missing(column: Any, stand_in: str = "") -> Any:
    """Return a column of text, missing where it holds the text that stands for nothing."""
    return pc.if_else(pc.equal(column, stand_in), None, column)


def flag_outside(incidents: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """Return the incidents with `outside_area` filled, where a boundary ships, and how many lie outside."""
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
        f"more than {FAR_OUTSIDE_M / 1_000:.0f} km outside the boundary": far,
    }
