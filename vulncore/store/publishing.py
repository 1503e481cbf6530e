"""The next version of a dataset, in memory: what a delivery or annotations make of the version that stands.

Nothing is written here. A delivery merges with what was published; annotations replace those that stand.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import Delivery, RowAccount
from vulncore.domain.errors import PublishRefusedError
from vulncore.domain.schemas import Tables, validated
from vulncore.store.manifest import Publish, publish_history
from vulncore.store.notes import valid_annotations
from vulncore.store.snapshots import opened, same_rows, tables_of

MONTH_OF_A_MEASURE: Final = ["force", "measure", "month"]


@dataclass(frozen=True)
class NextVersion:
    """A publish for the manifest, the tables it stands for, and the names of those that are to be written.

    Where the dataset would hold what it holds, `publish` is the one that stands, as `unchanged`, and no table is
    to be written. Else `publish.table_versions` names the tables that stay as they are.
    """

    publish: Publish
    tables: Tables
    changed: tuple[str, ...]


def after_delivery(
    home: Path, delivery: Delivery, published_by: str, number: int | None = None, *, preview: bool = False
) -> NextVersion:
    """Return what a delivery, its tables validated, makes of a dataset.

    Where the dataset holds the same already, it is the version that stands, as `unchanged`; a preview says so only of files
    that were published: else whoever guesses rows would be told when they are right.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, another source covers a month of it, or
            its next version is not the `number` that was asked for.
        InvalidRowsError: Together with what stands, the rows break a rule of `vulncore.domain.schemas`.
    """
    history = publish_history(home)
    latest = history.publishes[-1] if history.publishes else None
    if latest and latest.source != delivery.source:
        raise PublishRefusedError(
            f"Dataset '{home.name}' holds figures from {latest.source} and these come from "
            f"{delivery.source}. Publish them under another name with --dataset."
        )
    next_number = history.next_number
    if number not in (None, next_number):
        raise PublishRefusedError(
            f"Somebody published '{home.name}' since your dry run: the next version is {next_number}, not {number}. "
            "Nothing was published. Do another dry run and look at what would change now."
        )
    standing = tables_of(opened(home, latest)) if latest else None
    tables = validated(merge_delivery(standing, delivery.tables) if standing else delivery.tables)
    published = {file.sha256 for publish in history.publishes for file in publish.files}
    if (
        latest
        and standing
        and (not preview or published.issuperset(file.sha256 for file in delivery.files))
        and (latest.attribution, latest.made) == (delivery.attribution, delivery.made)
        and all(same_rows(getattr(standing, name), table) for name, table in tables.named().items())
    ):
        return NextVersion(replace(latest, unchanged=True), standing, ())
    publish = Publish(
        dataset=home.name,
        number=next_number,
        published_at=datetime.now(UTC),
        published_by=published_by,
        source=delivery.source,
        attribution=delivery.attribution,
        made=delivery.made,
        files=delivery.files,
        rows=delivery.rows,
        table_versions={},
        table_rows={name: table.num_rows for name, table in tables.named().items()},
        generation=history.generation,
        mapping=delivery.mapping,
    )
    return NextVersion(publish, tables, tuple(tables.named()))


def after_annotations(home: Path, annotations: pa.Table, by: str, number: int | None) -> NextVersion:
    """Return what a published dataset is with these annotations and no others.

    Raises:
        PublishRefusedError: `number` is given and is not the newest version.
        InvalidRowsError: An annotation breaks a rule of `vulncore.store.notes.valid_annotations`.
    """
    history = publish_history(home)
    latest = history.publishes[-1]
    if number not in (None, latest.number):
        raise PublishRefusedError(
            f"Somebody else published '{home.name}' since version {number}, so your change to the notes was not saved. "
            f"Look at version {latest.number}, then make your change again."
        )
    standing = tables_of(opened(home, latest))
    valid = valid_annotations(annotations, standing)
    if same_rows(standing.annotations, valid):
        return NextVersion(replace(latest, unchanged=True), standing, ())
    publish = replace(
        latest,
        number=history.next_number,
        published_at=datetime.now(UTC),
        published_by=by,
        files=(),
        rows=RowAccount(0, 0),
        again=None,
        mapping="",
        table_rows={**latest.table_rows, "annotations": valid.num_rows},
    )
    return NextVersion(publish, replace(standing, annotations=valid), ("annotations",))


def after_undo(home: Path, by: str, number: int | None) -> NextVersion:
    """Return what a dataset is once its newest version is undone: the version before, as the next one.

    Raises:
        PublishRefusedError: There is no version before it, or `number` is given and is not the newest version.
    """
    history = publish_history(home)
    latest = history.publishes[-1]
    if number not in (None, latest.number):
        raise PublishRefusedError(
            f"Somebody published '{home.name}' since version {number}, so nothing was undone. "
            f"Look at version {latest.number}, then undo that if it has to go."
        )
    if len(history.publishes) < 2:
        raise PublishRefusedError(
            f"'{home.name}' has no version before version {latest.number}, so it can't be undone. "
            "Publish the right figures as the next version."
        )
    before = history.publishes[-2]
    publish = replace(
        before,
        number=history.next_number,
        published_at=datetime.now(UTC),
        published_by=by,
        again=before.number,
    )
    return NextVersion(publish, tables_of(opened(home, before)), ())


def merge_delivery(standing: Tables, delivered: Tables) -> Tables:
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
    _refuse_overlap(standing.coverage, delivered.coverage)
    whole_months = delivered.coverage.filter(pc.field("table") == "incidents")
    superseded = standing.coverage.filter(pc.field("table") == "incidents").join(
        _distinct(whole_months, ["force", "month", "source"]),
        ["force", "month", "source"],
        join_type="left semi",
    )
    coverage = _replace_rows(_without_rows(standing.coverage, superseded), delivered.coverage)
    month = pc.floor_temporal(standing.incidents.column("recorded_on"), unit="month").cast(pa.date32())
    incidents = _without_rows(standing.incidents.append_column("month", month), superseded)
    incidents = _concatenate(_without_rows(incidents, whole_months), delivered.incidents)
    counts = _replace_rows(
        standing.counts, delivered.counts, ["force", "measure", "period_start", "period_end"]
    )
    left = _measures_in(incidents, coverage, counts)
    withdrawn = _measures_in(standing.incidents, standing.coverage, standing.counts) - left
    measures = _replace_rows(standing.measures, delivered.measures, ["key"])
    return Tables(
        incidents=incidents,
        coverage=coverage,
        counts=counts,
        measures=measures.filter(~pc.field("key").isin(pa.array(sorted(withdrawn), pa.string()))),
        indicators=_replace_rows(standing.indicators, delivered.indicators, ["indicator", "month"]),
        annotations=_add_rows(standing.annotations, delivered.annotations),
    )


def _refuse_overlap(standing: pa.Table, delivered: pa.Table) -> None:
    both = delivered.join(standing, MONTH_OF_A_MEASURE, join_type="inner", right_suffix=" standing")
    taken = both.filter(pc.field("source") != pc.field("source standing"))
    if taken.num_rows:
        first = taken.slice(0, 1).to_pylist()[0]
        raise PublishRefusedError(
            f"{taken.num_rows:,} measures and months come from another source already, such as {first['measure']} of "
            f"{first['month']:%Y-%m} from {first['source standing']}. For a newer delivery of that source, use the same "
            'name (`source` in its mapping, "Name of this extract" on the Data page). Otherwise leave those months out, '
            "or publish the delivery as another dataset."
        )


def _replace_rows(standing: pa.Table, delivered: pa.Table, keys: list[str] = MONTH_OF_A_MEASURE) -> pa.Table:
    return _concatenate(_without_rows(standing, delivered, keys), delivered)


def _without_rows(table: pa.Table, others: pa.Table, keys: list[str] = MONTH_OF_A_MEASURE) -> pa.Table:
    # one thread keeps the order, so that a force's file stays the same where nothing of it changed
    return table.join(_distinct(others, keys), keys=keys, join_type="left anti", use_threads=False)


def _distinct(table: pa.Table, keys: list[str]) -> pa.Table:
    return table.select(keys).group_by(keys).aggregate([])


def _add_rows(standing: pa.Table, delivered: pa.Table) -> pa.Table:
    """Rows that stand already are not added again. A join won't do: to it, missing is never the same."""
    there = {tuple(row.values()) for row in standing.to_pylist()}
    rows = delivered.select(standing.column_names).to_pylist()
    fresh = pa.array([tuple(row.values()) not in there for row in rows], pa.bool_())
    return _concatenate(standing, delivered.filter(fresh))


def _concatenate(standing: pa.Table, delivered: pa.Table) -> pa.Table:
    return pa.concat_tables([standing.select(delivered.column_names).cast(delivered.schema), delivered])


def _measures_in(*tables: pa.Table) -> set[str]:
    return {key for table in tables for key in pc.unique(table.column("measure")).to_pylist()}
