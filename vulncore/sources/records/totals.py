"""A table that holds counts already: rows that stand for several records, as canonical counts."""

from collections import Counter
from datetime import date

import pyarrow as pa

from vulncore.domain.periods import Window, month_end
from vulncore.domain.schemas import Tables
from vulncore.sources.records.judging import JudgedRows
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.records.values import column_dates, column_numbers
from vulncore.sources.tables import counts_table, covered_months
from vulncore.sources.written import written_count


def totals(table: pa.Table, judged: JudgedRows, mapping: Mapping) -> Tables:
    """Return the counts of a table by measure and period, and the months that they cover.

    A row stands for as many records as its count says. Rows of one measure and one period add up, as those of several
    boroughs. A covered month without a row of a measure counts as zero; it is missing where a row of that month has a count
    that can't be read, or a code that nobody has explained. Periods of several months have the counts that rows give, and no other.
    """
    ends = mapping.columns.get("period_to")
    days = (judged.recorded_on, column_dates(table[ends], mapping.date_order) if ends else judged.recorded_on)
    first, last = (of.astype("datetime64[M]")[judged.row].astype(object) for of in days)
    counts = column_numbers(table[mapping.columns["count"]], written_count)
    sums: Counter[tuple[str, date, date]] = Counter()
    if "period_from" not in mapping.columns:
        unclear = {*judged.months(judged.unknown), *judged.months(judged.uncoded)}
        sums.update(
            {
                (key, month, month): 0
                for key in mapping.counted
                for month in mapping.months
                if month not in unclear
            }
        )
    for measure, start, end, count in zip(
        judged.measure, first, last, counts[judged.row].astype(int).tolist(), strict=True
    ):
        sums[measure, start, end] += count
    whole = [
        (mapping.force, measure, Window(start, month_end(end)), count)
        for (measure, start, end), count in sums.items()
        if (measure, start) not in judged.uncounted
    ]
    table_of_counts = counts_table(mapping.source, whole)
    return Tables(counts=table_of_counts, coverage=covered_months(table_of_counts))
