"""How many records a team was given."""

from collections.abc import Sequence
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from vulncore.metrics.records.counts import counted_rows


def records_by_team(
    incidents: ir.Table, force: str, measures: Sequence[str], without: Sequence[str], first: date, last: date
) -> pd.DataFrame:
    """Return the distinct records of some measures by the team that they were allocated to.

    Args:
        incidents: The canonical incidents.
        force: The force to count.
        measures: Keys of measures; a record in two of them is counted once.
        without: Keys of measures; a record in one of them is not counted.
        first: The first day on which they were recorded.
        last: The last day.

    Returns:
        One row per team: `team` (as the extract writes it), `records`. Records without a team are left out. The numbers are
        small: under the threshold of `vulncore.domain.disclosure` they must not be shown.
    """
    rows = counted_rows(incidents, force, measures, without)
    own = rows.filter(rows.recorded_on.between(first, last), rows.allocated_to.notnull())
    found: pd.DataFrame = (
        own.group_by(team=own.allocated_to).agg(records=own.record_id.nunique()).order_by("team").to_pandas()
    )
    return found
