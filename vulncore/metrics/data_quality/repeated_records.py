"""Repeated records: the same id twice, or rows equal in every column."""

from typing import Final

import ibis
import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.identifiers import is_line_number
from vulncore.domain.schemas import INCIDENTS
from vulncore.metrics.data_quality.month_rows import number_of_month

MET_TOGETHER: Final = ("stop and search",)
"""Kinds of record that come in groups: people stopped together share time, place and everything else that is kept,
and each is a search of its own."""


def repeated_records(incidents: ir.Table) -> pd.DataFrame:
    """Return how often a record counts more than once towards a measure, by its own id.

    Returns:
        One row per force and measure with repeats: `force`, `measure`, `records` (how many are repeated), `again`
        (rows beyond the first within one month), `months` (rows beyond the first in another month), `rows` (all).

    Misleads when:
        one id stands for an event with several victims or offences, each meant to count.
    """
    month = number_of_month(incidents.recorded_on)
    by_record = incidents.group_by("force", "measure", "record_id").agg(
        times=incidents.count(), first=month.min(), last=month.max()
    )
    within = by_record["first"] == by_record["last"]
    repeated = by_record.times > 1
    repeats: pd.DataFrame = (
        by_record.group_by("force", "measure")
        .agg(
            records=repeated.sum(),
            again=ibis.ifelse(within, by_record.times - 1, 0).sum(),
            months=ibis.ifelse(within, 0, by_record.times - 1).sum(),
            rows=by_record.times.sum(),
        )
        .filter(lambda rows: rows.records > 0)
        .order_by("force", "measure")
        .to_pandas()
    )
    return repeats


def identical_rows(incidents: ir.Table) -> pd.DataFrame:
    """Return how many rows without an id of their own are the same as another in everything.

    Only rows with a time and a point are looked at: without these, equal rows are separate events that nothing
    tells apart, as with anti-social behaviour on data.police.uk. Kinds in `MET_TOGETHER` are passed over.

    Returns:
        One row per force: `force`, `again` (rows beyond the first of each), `rows` (all that were looked at).

    Misleads when:
        an event with several victims has a row for each, and nothing of the victims is kept.
    """
    anonymous = incidents.filter(
        is_line_number(incidents),
        incidents.occurred_from.notnull(),
        incidents.longitude.notnull(),
        incidents.record_kind.notin(MET_TOGETHER),
    )
    content = [name for name in INCIDENTS.names if name not in {"row_id", "record_id"}]
    same = anonymous.group_by(content).agg(times=anonymous.count())
    identical: pd.DataFrame = (
        same.group_by("force")
        .agg(again=(same.times - 1).sum(), rows=same.times.sum())
        .order_by("force")
        .to_pandas()
    )
    return identical
