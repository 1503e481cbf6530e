"""What a published table of recorded crime holds: the Home Office's by quarter, the Metropolitan Police's by month.

Read in this order:

- `deliver`: a file in, a delivery out; the way in.
- `lines`: the file's lines, and which of them have the heading's fields.
- `quarters`: the Home Office's table, by force, offence subgroup and quarter.
- `areas`: the Metropolitan Police's table, by borough, category and month, and its sum for the whole force.
- `figures`: what both come to, as canonical counts and coverage.
"""

from vulncore.sources.recorded_crime.deliver import MOST_REJECTED, deliver, is_heading

__all__ = ["MOST_REJECTED", "deliver", "is_heading"]
