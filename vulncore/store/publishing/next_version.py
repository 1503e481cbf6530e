"""The next version of a dataset, in memory: what a delivery, annotations or a list of strands make of the version that stands.

Nothing is written here. A delivery merges with what was published; annotations and a list of strands replace those that stand.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from vulncore.domain.delivery import Delivery, RowAccount, measures_in
from vulncore.domain.errors import PublishRefusedError
from vulncore.domain.schemas import Tables, validated
from vulncore.domain.strands.strand_file import checked_against, strands_toml
from vulncore.domain.strands.strand_list import StrandList, spelt_out
from vulncore.store.manifest import Publish, PublishHistory, publish_history
from vulncore.store.notes import valid_annotations
from vulncore.store.publishing.late_rows import with_late_rows
from vulncore.store.publishing.merging import merge_delivery, without_whole_months
from vulncore.store.snapshots import opened, same_rows, tables_of


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
            its next version is not the `number` that was asked for, or nobody said what becomes of records of other months.
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
    before, delivery = with_late_rows(standing or Tables(), delivery)
    before = without_whole_months(before, delivery.whole)
    tables = validated(merge_delivery(before, delivery.tables) if standing else delivery.tables)
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
        strands=latest.strands if latest else "",
    )
    return NextVersion(publish, tables, tuple(tables.named()))


def after_annotations(home: Path, annotations: pa.Table, by: str, number: int | None) -> NextVersion:
    """Return what a published dataset is with these annotations and no others.

    Raises:
        PublishRefusedError: `number` is given and is not the newest version.
        InvalidRowsError: An annotation breaks a rule of `vulncore.store.notes.valid_annotations`.
    """
    history, latest = _unless_newer(
        home, number, "your change to the notes was not saved", "make your change again"
    )
    standing = tables_of(opened(home, latest))
    valid = valid_annotations(annotations, standing)
    if same_rows(standing.annotations, valid):
        return NextVersion(replace(latest, unchanged=True), standing, ())
    rows = {**latest.table_rows, "annotations": valid.num_rows}
    publish = replace(_by_hand(history, by), table_rows=rows)
    return NextVersion(publish, replace(standing, annotations=valid), ("annotations",))


def after_strands(home: Path, listed: StrandList, by: str, number: int | None) -> NextVersion:
    """Return what a published dataset is with this list of strands: no table is another.

    Raises:
        PublishRefusedError: `number` is given and is not the newest version.
        InvalidStrandsError: The list names a measure that nobody knows, or leaves one of the dataset's without a strand.
    """
    history, latest = _unless_newer(
        home, number, "your list of strands was not saved", "give your list again"
    )
    standing = tables_of(opened(home, latest))
    measures = measures_in(standing.measures)
    checked_against(listed, measures)
    if spelt_out(listed, measures) == spelt_out(latest.strand_list, measures):
        return NextVersion(replace(latest, unchanged=True), standing, ())
    return NextVersion(replace(_by_hand(history, by), strands=strands_toml(listed)), standing, ())


def after_undo(home: Path, by: str, number: int | None) -> NextVersion:
    """Return what a dataset is once its newest version is undone: the version before, as the next one.

    Raises:
        PublishRefusedError: There is no version before it, or `number` is given and is not the newest version.
    """
    history, latest = _unless_newer(home, number, "nothing was undone", "undo that if it has to go")
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


def _unless_newer(home: Path, number: int | None, lost: str, then: str) -> tuple[PublishHistory, Publish]:
    """Return what was published of a dataset, and its newest version: refused if that is not the one that was looked at."""
    history = publish_history(home)
    latest = history.publishes[-1]
    if number not in (None, latest.number):
        raise PublishRefusedError(
            f"Somebody else published '{home.name}' since version {number}, so {lost}. "
            f"Look at version {latest.number}, then {then}."
        )
    return history, latest


def _by_hand(history: PublishHistory, by: str) -> Publish:
    """Return the version after the newest that a person makes without a delivery: no file was read for it."""
    return replace(
        history.publishes[-1],
        number=history.next_number,
        published_at=datetime.now(UTC),
        published_by=by,
        files=(),
        rows=RowAccount(0, 0),
        again=None,
        mapping="",
    )
