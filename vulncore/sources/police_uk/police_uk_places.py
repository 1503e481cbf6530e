"""Which incidents of data.police.uk lie outside their force's area."""

from typing import Final

import numpy as np
import pyarrow as pa

from vulncore.domain.geography import EDGE_TOLERANCE_M, boundary, metres_from

FAR_OUTSIDE_M: Final = 1_000.0


def flagged_outside(incidents: pa.Table) -> tuple[pa.Table, dict[str, int]]:
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
