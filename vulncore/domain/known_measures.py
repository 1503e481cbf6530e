"""Every measure that is known without a force describing it."""

from functools import cache

import pandas as pd

from vulncore.domain.measures import recorded_crime_measures
from vulncore.domain.vocabulary import Measure, police_uk_measures, report_measures, strand_name


@cache
def known_measures() -> tuple[Measure, ...]:
    """Return the report's measures, then data.police.uk's categories, then those of recorded crime.

    >>> [measure.key for measure in known_measures()[:2]]
    ['adult-at-risk-ppns', 'child-at-risk-ppns']
    """
    return (*report_measures(), *police_uk_measures(), *recorded_crime_measures())


def measures_frame() -> pd.DataFrame:
    """Return one row per known measure: its key, by which mappings name it, its name and what is counted."""
    return pd.DataFrame(
        {
            "key": measure.key,
            "name": measure.name,
            "strand": strand_name(measure.strand),
            "unit": measure.unit,
            "definition": measure.definition,
        }
        for measure in known_measures()
    )
