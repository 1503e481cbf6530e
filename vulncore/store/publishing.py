"""What the next version of a dataset would be, in memory; nothing is written here."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from vulncore.domain.delivery import Delivery, RowAccount
from vulncore.domain.errors import PublishRefusedError
from vulncore.domain.schemas import Tables, validated
from vulncore.store.manifest import Publish, publishes
from vulncore.store.merging import merged
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
