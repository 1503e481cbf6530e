"""Draws the demo data: one delivery, the same for the same seed."""

from typing import Final

import pandas as pd
import pyarrow as pa

from vulncore.domain.arrays import Integers
from vulncore.domain.delivery import Delivery, RowAccount, measures_table
from vulncore.domain.schemas import ANNOTATIONS, INCIDENTS, Tables, validated
from vulncore.domain.vocabulary import report_measures
from vulncore.sources.demo.description import description, dice
from vulncore.sources.demo.details import allocation, leading_rows, offences, outcomes, people, places
from vulncore.sources.demo.months import month_counts, period
from vulncore.sources.demo.times import times
from vulncore.sources.tables import incident_coverage

DEFAULT: Final = 2024
"""The seed of the demo that ships: what any other seed gives is as good, but not what others see."""

SOURCE: Final = "demo"
FORCE: Final = "City of London Police"
ATTRIBUTION: Final = (
    "Made data: no person or event in it is real. Its totals reproduce the City of London Police "
    "vulnerability report 2024. Places derive from data.police.uk (Open Government Licence v3.0)."
)


def deliver(seed: int = DEFAULT) -> Delivery:
    """Return the made data of City of London Police, April 2018 to October 2024.

    The strand table built on it as at October 2024 equals the published one in every cell. Nothing is
    read but files that ship, and the same seed, 0 or above, gives the same tables.

    Returns:
        A delivery with `made` set: incidents; coverage of all nineteen measures in every month, those
        with no record included; a comment on the feed that stops; the report's measures.

    Source:
        Totals: `strand-table-2024-10.csv`. All else: `vulncore/reference/demo_*.toml`, where each share
        says which paragraph of the report it comes from, or that it is assumed.

    Misleads when:
        anything but the published totals and the report's statements is taken from it as a finding.

    >>> demo = deliver()
    >>> demo.made, demo.rows.accepted == demo.tables.incidents.num_rows > 20_000
    (True, True)
    """
    incidents = _incidents(seed)
    covered = [(measure.key, month) for measure in report_measures() for month in period().months]
    notes = [{**note, "force": FORCE, "author": "demo generator"} for note in description("notes")["note"]]
    tables = Tables(
        incidents=pa.Table.from_pandas(incidents, schema=INCIDENTS, preserve_index=False),
        coverage=incident_coverage(SOURCE, FORCE, covered),
        annotations=pa.Table.from_pylist(notes, schema=ANNOTATIONS),
        measures=measures_table(report_measures()),
    )
    noted = {
        "without a location": int(incidents["longitude"].isna().sum()),
        "without a time of occurrence": int(incidents["occurred_from"].isna().sum()),
        "that turned out to be no crime, kept and not counted": int(incidents["no_crimed_on"].notna().sum()),
    }
    account = RowAccount(read=len(incidents), accepted=len(incidents), noted=noted)
    return Delivery(SOURCE, validated(tables), (), account, attribution=ATTRIBUTION, made=True)


def _incidents(seed: int) -> pd.DataFrame:
    rows = _rows(seed)
    rows = rows.join(offences(rows, seed)).join(times(rows, seed))
    rows = rows.join(places(rows, FORCE, seed)).join(people(rows, seed))
    rows = rows.join(outcomes(rows, period().end, seed))

    leads = leading_rows(rows, seed)
    # what a row keeps though its record is another's: the measure that it counts towards
    row_columns = rows[["measure", "record_kind", "order", "hate_strand"]]
    risk = rows["risk_level"].groupby(leads).transform("first")
    rows = rows.drop(columns=[*row_columns.columns]).iloc[leads].reset_index(drop=True).join(row_columns)
    rows = rows.assign(record=leads, risk_level=risk, force=FORCE)
    rows["allocated_to"] = allocation(rows, leads)

    rows = rows.sort_values(["recorded_on", "order", "record"], kind="stable", ignore_index=True)
    record_number = pd.factorize(rows["record"])[0] + 1
    named: pd.DataFrame = rows.assign(
        row_id=[f"demo-{number:06d}" for number in range(1, len(rows) + 1)],
        record_id=[f"demo-record-{number:06d}" for number in record_number],
    )
    return named.reindex(columns=INCIDENTS.names)


def _rows(seed: int) -> pd.DataFrame:
    """Return a row for every record that counts, and for the crimes that turned out to be none."""
    counts = month_counts(seed)
    rows = _repeated(counts, counts["count"].to_numpy()).assign(counted=True)
    kinds = {measure.key: measure.record_kind for measure in report_measures()}
    per_hundred = description("outcomes")["no_crime"]["percent"]
    crimes = counts[counts["measure"].map(kinds) == "crime"]
    expected = crimes["count"].to_numpy() * per_hundred / 100
    cancelled = _repeated(crimes, dice(seed, "no crimes", "how many").poisson(expected)).assign(counted=False)
    every = pd.concat([rows, cancelled], ignore_index=True)
    order = {measure.key: measure.order for measure in report_measures()}
    return every.assign(record_kind=every["measure"].map(kinds), order=every["measure"].map(order))


def _repeated(counts: pd.DataFrame, repeats: Integers) -> pd.DataFrame:
    return counts.loc[counts.index.repeat(repeats), ["measure", "month"]].reset_index(drop=True)
