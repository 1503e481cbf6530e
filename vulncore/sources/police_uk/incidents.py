"""The accepted rows of a data.police.uk file as incidents."""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.geography import boundary, edge_tolerance_m, metres_from
from vulncore.domain.schemas import INCIDENTS
from vulncore.sources.police_uk.files import TYPE_COLUMNS, FileKind, MonthFile, kind_measures
from vulncore.sources.tables import table_of

FAR_OUTSIDE_M: Final = 1_000.0

Columns = dict[str, Any]


def incident_rows(file: MonthFile, accepted: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """Return a file's accepted rows as canonical incidents, one each, and how many lie outside the force's boundary.

    Who was searched (gender, age, ethnicity) is left behind: nothing that is counted needs it.
    """
    of_its_kind = _searches if file.kind is FileKind.STOP_AND_SEARCH else _crimes
    line = pc.utf8_lpad(accepted["line"].cast(pa.string()), 6, "0")
    row_id = pc.binary_join_element_wise(file.stem, line, "-")
    outside, noted = _far_from(file, accepted)
    columns = {
        "row_id": row_id,
        "record_id": row_id,
        "force": file.force,
        "longitude": accepted["longitude"],
        "latitude": accepted["latitude"],
        **outside,
        **of_its_kind(file, accepted, row_id),
    }
    return table_of(INCIDENTS, accepted.num_rows, **columns), noted


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


def _far_from(file: MonthFile, accepted: pa.Table) -> tuple[Columns, dict[str, int]]:
    """Return which rows lie outside the force's boundary, if it ships, and how many do and lie far from it."""
    area = boundary(file.force)
    if area is None:
        return {}, {}
    tolerance_m = edge_tolerance_m(file.force)
    metres = metres_from(area, *(accepted[name].to_numpy() for name in ("longitude", "latitude")))
    outside = metres > tolerance_m
    return {"outside_area": pa.array(outside, mask=np.isnan(metres))}, {
        f"more than {tolerance_m:.0f} m outside the force's boundary": int(outside.sum()),
        f"more than {FAR_OUTSIDE_M / 1_000:.0f} km outside the boundary": int((metres > FAR_OUTSIDE_M).sum()),
    }
