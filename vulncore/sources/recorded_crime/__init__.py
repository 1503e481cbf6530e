"""What a published table of recorded crime holds: the Home Office's by quarter, the Metropolitan Police's by month.

Read in this order:

- `deliver`: a file in, a delivery out; the way in.
- `quarters`: the Home Office's table, by force, offence subgroup and quarter.
- `areas`: the Metropolitan Police's table, by borough, category and month, and its sum for the whole force.
"""

from vulncore.sources.recorded_crime.deliver import deliver, is_heading
from vulncore.sources.row_tally import MOST_REJECTED

__all__ = ["MOST_REJECTED", "deliver", "is_heading"]
