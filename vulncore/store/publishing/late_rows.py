"""Records of months that an extract does not cover: updated where they lie, or named so that somebody says what the extract holds."""

from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import Delivery, LateRows
from vulncore.domain.errors import PublishRefusedError, first_five
from vulncore.domain.periods import month_name
from vulncore.domain.schemas import INCIDENTS, Tables
from vulncore.domain.words import agree, listed, number_of

UPDATED: Final = "about a record of a month before, which is updated where it lies"
ADDED: Final = "recorded late, and added to a month before"
NOT_HELD: Final = "a record of a month that this dataset does not hold"

ENOUGH, KEPT = 20, 0.5
"""A month of so many records that would keep less than this share of them is asked about."""

RECORD: Final = ["record_id"]
SAYS: Final = ["record_id", "measure", "month", "counts"]


def with_late_rows(standing: Tables, delivery: Delivery) -> tuple[Tables, Delivery]:
    """Return a dataset and a delivery after what an extract says of records that are published already.

    Where it holds what was created or changed, each record that it names leaves the month where it lay, and goes where it lies now: in
    a month that is covered, or in one that was delivered before; what is of any other month is left out. All other records
    stay, those of covered months too. Where it holds whole months, other months stay as they are: references may begin anew each month.

    Raises:
        PublishRefusedError: Nobody said which of the two it is, and a record of another month is otherwise now than it was published.
    """
    late = delivery.late
    if late is None:
        return standing, delivery
    published = _of_extract(standing.incidents, late)
    if late.update:
        return _updated(standing, delivery, late, published)
    if late.update is None:
        _ask(published, late, delivery)
    return standing, delivery


def _updated(
    standing: Tables, delivery: Delivery, late: LateRows, published: pa.Table
) -> tuple[Tables, Delivery]:
    """Return a dataset and a delivery after an extract of what was created or changed."""
    named = [
        delivery.tables.incidents["record_id"],
        late.incidents["record_id"],
        pa.chunked_array([late.taken_out]),
    ]
    touched = published.filter(
        _is_in(published, pa.chunked_array([c for column in named for c in column.chunks], pa.string()))
    )
    kept = _without(published, touched)
    covered = delivery.tables.coverage.select(["month"]).group_by("month").aggregate([])
    stay = kept.join(covered, "month", join_type="left semi", use_threads=False)
    months = standing.coverage.filter(
        (pc.field("table") == "incidents")
        & (pc.field("force") == late.force)
        & (pc.field("source") == late.source)
    )
    months = months.select(["month"]).group_by("month").aggregate([])
    given = _with_month(late.incidents).append_column("line", late.lines)
    placed = given.join(months, "month", join_type="left semi", use_threads=False)
    known = _is_in(placed, touched["record_id"])
    updated, added = (_lines(placed.filter(rows)) for rows in (known, pc.invert(known)))
    left = _lines(given) - _lines(placed)
    rows = delivery.rows
    account = replace(
        rows,
        accepted=rows.accepted - left,
        left_out=rows.left_out | ({NOT_HELD: left} if left else {}),
        noted=rows.noted | {what: count for what, count in ((UPDATED, updated), (ADDED, added)) if count},
    )
    whole = replace(delivery.tables, incidents=_together(delivery.tables.incidents, stay))
    others = _together(_without(standing.incidents, touched), placed)
    return replace(standing, incidents=others), replace(delivery, rows=account, tables=whole)


def _ask(published: pa.Table, late: LateRows, delivery: Delivery) -> None:
    """Refuse a delivery that says something else of records of other months than was published, unless somebody says what it holds."""
    covered = delivery.tables.coverage.select(["month"]).group_by("month").aggregate([])
    elsewhere = published.join(covered, "month", join_type="left anti", use_threads=False)
    moved = elsewhere.filter(_is_in(elsewhere, delivery.tables.incidents["record_id"]))
    now = _with_month(late.incidents)
    both = elsewhere.filter(_is_in(elsewhere, now["record_id"]))
    here = now.filter(_is_in(now, both["record_id"]))
    differing = pa.concat_tables(
        [
            one.select(SAYS).join(other.select(SAYS), SAYS, join_type="left anti").select(RECORD)
            for one, other in ((both, here), (here, both))
        ]
    )
    out = elsewhere.filter(_is_in(elsewhere, late.taken_out))
    concerned = [
        both.filter(_is_in(both, differing["record_id"])).select(["record_id", "month"]),
        *(rows.select(["record_id", "month"]) for rows in (moved, out)),
    ]
    records = pa.concat_tables(concerned).group_by(["record_id", "month"]).aggregate([])
    emptied = _emptied(published, delivery)
    names, what_to_do = (
        first_five(file.name for file in delivery.files),
        (
            'Nothing was published. Say what the file holds (`holds` in the mapping, "The file holds" on the Data page): "created or changed" '
            'updates these records where they lie. "whole months" leaves other months as they are: publish those again, unless '
            "references begin anew every month."
        ),
    )
    if emptied and not records.num_rows:
        raise PublishRefusedError(f"{emptied}, if {names} is whole. {what_to_do}")
    if not records.num_rows:
        return
    by_month = records.group_by("month").aggregate([([], "count_all")]).sort_by("month").to_pylist()
    months = listed([f"{month_name(row['month'])} ({row['count_all']:,})" for row in by_month[:3]])
    more = f" and {number_of(len(by_month) - 3, 'other month')}" if len(by_month) > 3 else ""
    no_crimed = here.filter(pc.and_(pc.invert(here["counts"]), _is_in(here, differing["record_id"])))
    what = {
        "no-crimed since": len(pc.unique(no_crimed["record_id"])),
        "recorded in a month of this file now": len(pc.unique(moved["record_id"])),
        "taken out": len(pc.unique(out["record_id"])),
    }
    how = listed([f"{count:,} {agree(count, 'is', 'are')} {words}" for words, count in what.items() if count])
    count = records.num_rows
    also = f" {emptied}." if emptied else ""
    raise PublishRefusedError(
        f"{number_of(count, 'record')} in {names} {agree(count, 'is', 'are')} published already in months that the file is not "
        f"for, and {agree(count, 'differs', 'differ')} now: {months}{more}.{f' {how}.' if how else ''}{also} {what_to_do}"
    )


def _emptied(published: pa.Table, delivery: Delivery) -> str:
    """Return which covered months would keep few of their records, in a sentence: a file of late ones may say it is whole for them."""
    then, now = (
        dict(zip(*(counted[name].to_pylist() for name in ("month", "count_all")), strict=True))
        for rows in (published, _with_month(delivery.tables.incidents))
        for counted in [rows.filter(rows["counts"]).group_by("month").aggregate([([], "count_all")])]
    )
    covered = delivery.tables.coverage["month"].unique().to_pylist()
    few = [
        month
        for month in sorted(covered)
        if then.get(month, 0) >= ENOUGH and now.get(month, 0) < KEPT * then[month]
    ]
    return listed(
        [
            f"{month_name(month)} would keep {now.get(month, 0):,} of {then[month]:,} records"
            for month in few[:3]
        ]
    )


def _of_extract(incidents: pa.Table, late: LateRows) -> pa.Table:
    """Return the rows that are published of an extract, with their month and whether they count."""
    of_extract = pc.starts_with(incidents["row_id"], f"{late.force}/{late.source}/")
    return _with_month(incidents.filter(pc.and_(of_extract, pc.equal(incidents["force"], late.force))))


def _with_month(incidents: pa.Table) -> pa.Table:
    month = pc.floor_temporal(incidents["recorded_on"], unit="month").cast(pa.date32())
    return incidents.append_column("month", month).append_column(
        "counts", incidents["no_crimed_on"].is_null()
    )


def _is_in(rows: pa.Table, references: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(rows["record_id"], value_set=pc.unique(references))


def _without(incidents: pa.Table, gone: pa.Table) -> pa.Table:
    return incidents.filter(
        pc.invert(pc.is_in(incidents["row_id"], value_set=gone["row_id"].combine_chunks()))
    )


def _lines(rows: pa.Table) -> int:
    return len(pc.unique(rows["line"]))


def _together(*tables: pa.Table) -> pa.Table:
    return pa.concat_tables([rows.select(INCIDENTS.names).cast(INCIDENTS) for rows in tables])
