"""Records of months that an extract does not cover: updated where they lie, or named so that somebody says what the extract holds."""

from dataclasses import replace
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import Delivery, LateRows
from vulncore.domain.errors import ContentsNotSaidError, PublishRefusedError, first_five
from vulncore.domain.periods import month_name
from vulncore.domain.schemas import Tables
from vulncore.domain.words import agree, listed, number_of
from vulncore.store.stubs import STUB_ID

UPDATED: Final = "about a record of a month before, which is updated where it lies"
ADDED: Final = "recorded late, and added to a month before"
NOT_HELD: Final = "a record of a month that this dataset does not hold"
NO_SUCH_MEASURE: Final = "a record of a measure with which its month was not delivered"
MAYBE_ERASED: Final = "a record that is not published, of a month of which records were erased"
OLDER: Final = "about a record that is published, which a file for later months may have said otherwise: publish that file again"
IN_TWO_MONTHS: Final = "with the reference of a record in another month, which counts too: if the record moved, publish that month again"

ENOUGH, KEPT = 20, 0.5
"""A month of so many records that would keep less than this share of them is asked about."""

WHAT_TO_DO: Final = (
    'Nothing was published. Say what the file holds: "The file holds" on the Data page, `vulncore publish --holds`, or `holds` in the '
    'mapping. "created or changed" updates these records where they lie. "whole months" leaves other months as they are: publish those again, unless '
    "references begin anew every month."
)

RECORD: Final = ["record_id"]
SAYS: Final = ["record_id", "measure", "month", "counts"]


def with_late_rows(standing: Tables, delivery: Delivery) -> tuple[Tables, Delivery]:
    """Return a dataset and a delivery after what an extract says of records that are published already.

    Where it holds what was created or changed, each record that it names leaves the month where it lay, and goes where it lies now: in
    a month that is covered, or in one that was delivered before; what is of any other month is left out. All other records
    stay, those of covered months too. Where it holds whole months, other months stay as they are: references may begin anew each month.

    Raises:
        ContentsNotSaidError: Nobody said which of the two it is, and a record of another month is otherwise now than it was published.
        PublishRefusedError: It holds what changed, of records without a reference, or of no month that the dataset holds.
    """
    late = delivery.late
    if late is None:
        return standing, delivery
    if late.update:
        return _updated(standing, delivery, late)
    published = _of_extract(standing.incidents, late)
    elsewhere = _without_months(published, delivery)
    moved = elsewhere.filter(_is_in(elsewhere, delivery.tables.incidents["record_id"]))
    if late.update is None:
        comparable = _comparable(elsewhere, _with_month(late.incidents), standing, delivery)
        _ask(_differing(*comparable, moved, late), _emptied(published, delivery), delivery)
    return standing, _noting(delivery, {IN_TWO_MONTHS: _records(moved)})


def _updated(standing: Tables, delivery: Delivery, late: LateRows) -> tuple[Tables, Delivery]:
    """Return a dataset and a delivery after an extract of what was created or changed."""
    of_extract = (
        (pc.field("table") == "incidents")
        & (pc.field("force") == late.force)
        & (pc.field("source") == late.source)
    )
    held = standing.coverage.filter(of_extract)
    published = _of_extract(standing.incidents, late)
    unreferred = published.filter(pc.equal(published["record_id"], published["row_id"]))
    if unreferred.num_rows:
        raise PublishRefusedError(
            f"{unreferred.num_rows:,} records of this extract were published without a reference, so changes of them can't be told. "
            "Publish their months again with `record_id`, as whole months."
        )
    named = [
        delivery.tables.incidents["record_id"],
        late.incidents["record_id"],
        pa.chunked_array([late.taken_out]),
    ]
    touched = published.filter(
        _is_in(published, pa.chunked_array([c for column in named for c in column.chunks], pa.string()))
    )
    erased = _joined(_erased(standing.incidents, late), held, ["measure", "month"], "left semi")
    here = _together(_without(published, touched), erased)
    stay = _joined(here, delivery.tables.coverage, ["month"], "left semi")
    still_held = _joined(held, delivery.tables.coverage, ["month"], "left semi")
    still_held = _joined(still_held, delivery.tables.coverage, ["measure", "month"], "left anti")

    given = _with_month(late.incidents).append_column("line", late.lines)
    of_months = _joined(given, held, ["month"], "left semi")
    of_measures = _joined(of_months, held, ["measure", "month"], "left semi")
    known = of_measures.filter(_is_in(of_measures, touched["record_id"]))
    unknown = of_measures.filter(pc.invert(_is_in(of_measures, touched["record_id"])))
    added = _joined(unknown, erased, ["month"], "left anti")
    left = {
        NOT_HELD: _lines(given) - _lines(of_months),
        NO_SUCH_MEASURE: _lines(of_months) - _lines(of_measures),
        MAYBE_ERASED: _lines(unknown) - _lines(added),
    }
    left = {why: count for why, count in left.items() if count}
    if left.get(NOT_HELD) == delivery.rows.accepted and not touched.num_rows:
        raise PublishRefusedError(
            f"None of the {delivery.rows.accepted:,} rows is of a month that the file covers or that was delivered before. Nothing was "
            "published. Correct the months (--covers, or [coverage] in the mapping)."
        )
    rows = delivery.rows
    delivery = replace(
        delivery,
        rows=replace(rows, accepted=rows.accepted - sum(left.values()), left_out=rows.left_out | left),
        tables=replace(
            delivery.tables,
            incidents=_together(delivery.tables.incidents, stay),
            coverage=_together(delivery.tables.coverage, still_held),
        ),
    )
    newest, last = (pc.max(table["month"]).as_py() for table in (held, delivery.tables.coverage))
    is_older = newest is not None and last is not None and last < newest
    notes = {UPDATED: _lines(known), ADDED: _lines(added), OLDER: _records(touched) if is_older else 0}
    others = _together(_without(standing.incidents, touched), known, added)
    return replace(standing, incidents=others), _noting(delivery, notes)


def _comparable(
    elsewhere: pa.Table, now: pa.Table, standing: Tables, delivery: Delivery
) -> tuple[pa.Table, pa.Table]:
    """Return what was published and what a file says now, of measures that both are of: a new one makes no record another."""
    measures = pc.unique(delivery.tables.measures["key"])
    before = elsewhere.filter(pc.is_in(elsewhere["measure"], value_set=measures))
    return before, _joined(now, standing.coverage, ["measure", "month"], "left semi")


def _differing(elsewhere: pa.Table, now: pa.Table, moved: pa.Table, late: LateRows) -> str:
    """Return which records of months that are not covered are otherwise now than they were published, as a sentence goes on; "" where none is."""
    both = elsewhere.filter(_is_in(elsewhere, now["record_id"]))
    here = now.filter(_is_in(now, both["record_id"]))
    differing = pa.concat_tables(
        [
            one.select(SAYS).join(other.select(SAYS), SAYS, join_type="left anti").select(RECORD)
            for one, other in ((both, here), (here, both))
        ]
    )
    out = elsewhere.filter(_is_in(elsewhere, late.taken_out))
    changed = both.filter(_is_in(both, differing["record_id"]))
    concerned = pa.concat_tables([rows.select(["record_id", "month"]) for rows in (changed, moved, out)])
    records = concerned.group_by(["record_id", "month"]).aggregate([])
    if not records.num_rows:
        return ""
    by_month = records.group_by("month").aggregate([([], "count_all")]).sort_by("month").to_pylist()
    months = listed([f"{month_name(row['month'])} ({row['count_all']:,})" for row in by_month[:3]])
    more = f" and {number_of(len(by_month) - 3, 'other month')}" if len(by_month) > 3 else ""
    what = {
        "no-crimed since": here.filter(
            pc.and_(pc.invert(here["counts"]), _is_in(here, differing["record_id"]))
        ),
        "moved to a month of this file": moved,
        "taken out": out,
    }
    counts = {words: _records(rows) for words, rows in what.items()}
    how = listed(
        [f"{count:,} {agree(count, 'was', 'were')} {words}" for words, count in counts.items() if count]
    )
    count = records.num_rows
    return (
        f"{number_of(count, 'record')} in {{file}} {agree(count, 'was', 'were')} published before, in other months, and "
        f"{agree(count, 'has', 'have')} changed: {months}{more}.{f' {how}.' if how else ''}"
    )


def _ask(differing: str, emptied: str, delivery: Delivery) -> None:
    """Refuse a delivery that would leave records wrong or a month nearly empty, unless somebody says what it holds."""
    if not differing and not emptied:
        return
    file = first_five(file.name for file in delivery.files)
    kept = f"{emptied}, if {file} is whole." if emptied else ""
    problem = " ".join(filter(None, (differing.replace("{file}", file), kept)))
    raise ContentsNotSaidError(problem, WHAT_TO_DO)


def _emptied(published: pa.Table, delivery: Delivery) -> str:
    """Return which covered months, or all together, would keep few of their records, as a sentence goes on; "" where none would.

    A file of late ones may say that it is whole for them. Records that have been no-crimed are kept.
    """
    then, now = map(
        _by_month, (published.filter(published["counts"]), _with_month(delivery.tables.incidents))
    )
    covered = [month for month in delivery.tables.coverage["month"].unique().to_pylist() if month in then]
    few = [
        month for month in sorted(covered) if then[month] >= ENOUGH and now.get(month, 0) < KEPT * then[month]
    ]
    if few:
        return listed(
            [
                f"{month_name(month)} would keep {now.get(month, 0):,} of {then[month]:,} records"
                for month in few[:3]
            ]
        )
    before, after = (sum(counts.get(month, 0) for month in covered) for counts in (then, now))
    if before >= ENOUGH and after < KEPT * before:
        return f"{month_name(min(covered))} to {month_name(max(covered))} would keep {after:,} of {before:,} records"
    return ""


def _by_month(rows: pa.Table) -> dict[date, int]:
    """Return how many records rows are of, by month."""
    records = rows.select(["record_id", "month"]).group_by(["record_id", "month"]).aggregate([])
    counted = records.group_by("month").aggregate([([], "count_all")])
    return dict(zip(counted["month"].to_pylist(), counted["count_all"].to_pylist(), strict=True))


def _of_extract(incidents: pa.Table, late: LateRows) -> pa.Table:
    """Return the rows that are published of an extract, with their month and whether they count."""
    of_extract = pc.starts_with(incidents["row_id"], f"{late.force}/{late.source}/")
    return _with_month(incidents.filter(pc.and_(of_extract, pc.equal(incidents["force"], late.force))))


def _erased(incidents: pa.Table, late: LateRows) -> pa.Table:
    """Return the rows of a force that stand for erased ones, as `_of_extract` does."""
    is_erased = pc.match_substring_regex(incidents["record_id"], f"^{STUB_ID}$")
    return _with_month(incidents.filter(pc.and_(is_erased, pc.equal(incidents["force"], late.force))))


def _with_month(incidents: pa.Table) -> pa.Table:
    month = pc.floor_temporal(incidents["recorded_on"], unit="month").cast(pa.date32())
    return incidents.append_column("month", month).append_column(
        "counts", incidents["no_crimed_on"].is_null()
    )


def _without_months(rows: pa.Table, delivery: Delivery) -> pa.Table:
    """Return the rows of months that a delivery does not cover."""
    return _joined(rows, delivery.tables.coverage, ["month"], "left anti")


def _joined(rows: pa.Table, others: pa.Table, keys: list[str], how: str) -> pa.Table:
    distinct = others.select(keys).group_by(keys).aggregate([])
    return rows.join(distinct, keys, join_type=how, use_threads=False)


def _noting(delivery: Delivery, counts: dict[str, int]) -> Delivery:
    noted = delivery.rows.noted | {what: count for what, count in counts.items() if count}
    return replace(delivery, rows=replace(delivery.rows, noted=noted))


def _is_in(rows: pa.Table, references: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(rows["record_id"], value_set=pc.unique(references))


def _without(incidents: pa.Table, gone: pa.Table) -> pa.Table:
    return incidents.filter(
        pc.invert(pc.is_in(incidents["row_id"], value_set=gone["row_id"].combine_chunks()))
    )


def _records(rows: pa.Table) -> int:
    return len(pc.unique(rows["record_id"]))


def _lines(rows: pa.Table) -> int:
    return len(pc.unique(rows["line"]))


def _together(*tables: pa.Table) -> pa.Table:
    """Return tables as one, with the columns and the types of the first."""
    schema = tables[0].schema
    return pa.concat_tables([rows.select(schema.names).cast(schema) for rows in tables])
