"""What the next version of a dataset would be, in memory; nothing is written here."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import Delivery, RowAccount
from vulncore.domain.errors import PublishRefusedError, first_five
from vulncore.domain.schemas import Tables, validated
from vulncore.store.manifest import Publish, publishes
from vulncore.store.notes import valid_annotations
from vulncore.store.snapshots import opened, same_rows, tables_of


@dataclass(frozen=True)
class NextVersion:
    """A line for the manifest, the tables it stands for, and the names of those that are to be written.

    Where the dataset would hold what it holds, `line` is the one that stands, as `unchanged`, and no table is
    to be written. Else `line.table_versions` names the tables that stay as they are.
    """

    line: Publish
    tables: Tables
    changed: tuple[str, ...]


def after_delivery(
    home: Path, delivery: Delivery, published_by: str, number: int | None = None
) -> NextVersion:
    """Return what a delivery, its tables validated, makes of a dataset.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, another source covers a month of it, or
            its next version is not the `number` that was asked for.
        InvalidRowsError: Together with what stands, the rows break a rule of `vulncore.domain.schemas`.
    """
    lines = publishes(home)
    latest = lines[-1] if lines else None
    if latest and latest.source != delivery.source:
        raise PublishRefusedError(
            f"Dataset '{home.name}' holds figures from {latest.source} and these come from "
            f"{delivery.source}. Publish them under another name with --dataset."
        )
    following = latest.number + 1 if latest else 1
    if number not in (None, following):
        raise PublishRefusedError(
            f"Somebody published '{home.name}' since this was tried: the next version is {following}, not {number}. "
            "Nothing was published. Make another dry run, and look at what would change now."
        )
    base = tables_of(opened(home, latest)) if latest else None
    tables = validated(merged(base, delivery.tables) if base else delivery.tables)
    if latest and base and _says_the_same(latest, delivery) and _same(base, tables):
        return NextVersion(replace(latest, unchanged=True), base, ())
    line = Publish(
        dataset=home.name,
        number=following,
        published_at=datetime.now(UTC),
        published_by=published_by,
        source=delivery.source,
        attribution=delivery.attribution,
        made=delivery.made,
        files=delivery.files,
        rows=delivery.rows,
        table_versions={},
        table_rows={name: table.num_rows for name, table in tables.named().items()},
    )
    return NextVersion(line, tables, tuple(tables.named()))


def after_annotations(home: Path, annotations: pa.Table, by: str, number: int | None) -> NextVersion:
    """Return what a published dataset is with these annotations and no others.

    Raises:
        PublishRefusedError: `number` is given and is not the newest version.
        InvalidRowsError: An annotation breaks a rule of `vulncore.store.notes.valid_annotations`.
    """
    latest = publishes(home)[-1]
    if number not in (None, latest.number):
        raise PublishRefusedError(
            f"Somebody else published '{home.name}' since version {number}, and nothing of yours was written: "
            f"look at version {latest.number}, then write it again."
        )
    base = tables_of(opened(home, latest))
    checked = valid_annotations(annotations, base)
    if same_rows(base.annotations, checked):
        return NextVersion(replace(latest, unchanged=True), base, ())
    line = replace(
        latest,
        number=latest.number + 1,
        published_at=datetime.now(UTC),
        published_by=by,
        files=(),
        rows=RowAccount(0, 0),
        table_rows={**latest.table_rows, "annotations": checked.num_rows},
    )
    return NextVersion(line, replace(base, annotations=checked), ("annotations",))


def _says_the_same(latest: Publish, delivery: Delivery) -> bool:
    return (latest.attribution, latest.made) == (delivery.attribution, delivery.made)


def _same(base: Tables, tables: Tables) -> bool:
    standing = base.named()
    return all(same_rows(standing[name], table) for name, table in tables.named().items())


MONTH_OF_A_MEASURE = ["force", "measure", "month"]


def merged(published: Tables, delivered: Tables) -> Tables:
    """Return the dataset's tables after a delivery.

    Incidents come in whole months of a force and a source (as coverage names it), every measure of it at
    once: what that source published of a force and month is replaced whole, coverage included, so that a
    measure withdrawn leaves nothing behind; another source's measures stay. Counts come figure by figure:
    they are replaced by force, measure and period, their coverage by force, measure and month. Indicators
    are replaced by indicator and month, measures by key; annotations are added to. A measure of which
    nothing is left is no longer one of the dataset's.

    Raises:
        PublishRefusedError: Another source covers a force, measure and month that is delivered.
    """
    _refuse_overlap(published.coverage, delivered.coverage)
    whole_months = delivered.coverage.filter(pc.field("table") == "incidents")
    superseded = published.coverage.filter(pc.field("table") == "incidents").join(
        _distinct(whole_months, ["force", "month", "source"]),
        ["force", "month", "source"],
        join_type="left semi",
    )
    coverage = _replaced(
        _kept(published.coverage, superseded, MONTH_OF_A_MEASURE), delivered.coverage, MONTH_OF_A_MEASURE
    )
    incidents = _kept(_with_month(published.incidents), superseded, MONTH_OF_A_MEASURE)
    incidents = _concatenated(_kept(incidents, whole_months, MONTH_OF_A_MEASURE), delivered.incidents)
    counts = _replaced(published.counts, delivered.counts, ["force", "measure", "period_start", "period_end"])
    left = _measures_in(incidents, coverage, counts)
    withdrawn = _measures_in(published.incidents, published.coverage, published.counts) - left
    measures = _replaced(published.measures, delivered.measures, ["key"])
    return Tables(
        incidents=incidents,
        coverage=coverage,
        counts=counts,
        measures=measures.filter(~pc.field("key").isin(pa.array(sorted(withdrawn), pa.string()))),
        indicators=_replaced(published.indicators, delivered.indicators, ["indicator", "month"]),
        annotations=_added(published.annotations, delivered.annotations),
    )


def _refuse_overlap(published: pa.Table, delivered: pa.Table) -> None:
    both = delivered.join(published, MONTH_OF_A_MEASURE, join_type="inner", right_suffix=" published")
    taken = both.filter(pc.field("source") != pc.field("source published"))
    if taken.num_rows:
        which = [
            f"{row['measure']} of {row['month']:%Y-%m} from {row['source published']}"
            for row in taken.slice(0, 1).to_pylist()
        ]
        raise PublishRefusedError(
            f"{taken.num_rows:,} measures and months come from another source already, as {first_five(which)}. If this "
            'is a newer delivery of that source, give it the same name (`source` in its mapping, "Name of this '
            'extract" on the Data page). Otherwise leave them out, or publish it as a dataset of its own.'
        )


def _replaced(old: pa.Table, new: pa.Table, keys: list[str]) -> pa.Table:
    return _concatenated(_kept(old, new, keys), new)


def _kept(old: pa.Table, replacing: pa.Table, keys: list[str]) -> pa.Table:
    return old.join(_distinct(replacing, keys), keys=keys, join_type="left anti")


def _distinct(table: pa.Table, keys: list[str]) -> pa.Table:
    return table.select(keys).group_by(keys).aggregate([])


def _added(old: pa.Table, new: pa.Table) -> pa.Table:
    """Rows that stand already are not added again. A join won't do: to it, missing is never the same."""
    there = {tuple(row.values()) for row in old.to_pylist()}
    fresh = [row for row in new.select(old.column_names).to_pylist() if tuple(row.values()) not in there]
    return pa.concat_tables([old.cast(new.schema), pa.Table.from_pylist(fresh, schema=new.schema)])


def _concatenated(old: pa.Table, new: pa.Table) -> pa.Table:
    return pa.concat_tables([old.select(new.column_names).cast(new.schema), new])


def _with_month(incidents: pa.Table) -> pa.Table:
    month = pc.floor_temporal(incidents.column("recorded_on"), unit="month").cast(pa.date32())
    return incidents.append_column("month", month)


def _measures_in(*tables: pa.Table) -> set[str]:
    return {key for table in tables for key in pc.unique(table.column("measure")).to_pylist()}
