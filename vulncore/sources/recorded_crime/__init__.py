"""Home Office and Met tables of recorded crime."""

from vulncore.sources.recorded_crime.deliver import MOST_REJECTED, deliver, is_its_heading

__all__ = ["MOST_REJECTED", "deliver", "is_its_heading"]
