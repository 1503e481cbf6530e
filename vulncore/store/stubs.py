"""Which rows a purge erases, and the stubs that stand in their place so that published figures stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from vulncore.domain.errors import InvalidRowsError
from vulncore.domain.identifiers import is_line_number
from vulncore.domain.schemas import INCIDENTS

KEPT = ("force", "measure", "record_kind")
DATES = ("recorded_on", "no_crimed_on")
DETAILS = tuple(name for name in INCIDENTS.names if name not in {"row_id", "record_id", *KEPT, *DATES})
ERASED = "erased for good"  # how the manifest's account of rows begins where a purge left some out
STUB_ID = "erased-[0-9a-f]{32}"


@dataclass(frozen=True)
class Selection:
    """Whose rows are to be erased: those with any of these ids or keys, or recorded before a month.

    Attributes:
        record_ids: Records, by the id that the source gives them.
        victim_keys: Everybody's pseudonym whose records are to go, whole: their rows in every strand, and in
            versions that do not yet name the victim.
        recorded_before: Everything recorded before this month; of a record whose date was corrected, the newest
            version that holds it decides.
        force: Of this force alone; of every force, unless given.
    """

    record_ids: tuple[str, ...] = ()
    victim_keys: tuple[str, ...] = ()
    recorded_before: date | None = None
    force: str | None = None

    def __post_init__(self) -> None:
        if not (self.record_ids or self.victim_keys or self.recorded_before):
            raise InvalidRowsError(
                "No records are chosen. Name records or victims, or the month before which every record goes."
            )
        if not all(name.strip() for name in (*self.record_ids, *self.victim_keys)):
            raise InvalidRowsError("An id of a record or victim is empty. Name each record or victim.")
        if self.recorded_before and self.recorded_before.day != 1:
            raise InvalidRowsError(
                f"{self.recorded_before} is not the first day of a month. Write the month by its first day, "
                "because figures are monthly."
            )


def chosen_rows(
    engine: ibis.BaseBackend, incidents: Mapping[int, ir.Table], selection: Selection
) -> dict[int, ir.Table]:
    """Return the chosen rows of each version's incidents, as the incidents have them.

    A record with an id of its own is chosen whole, in every version, whichever of its rows is selected. Where an
    id is only a line's number (`row_id` and `record_id` are the same), another version's line of that number
    can be somebody else's: there each row is judged by itself. Rows that stand for erased ones are never chosen.

    `incidents` are every version's, by its number in the order of time, as `engine` reads them.
    """
    force, before = selection.force, selection.recorded_before
    candidates = {
        number: rows.filter(~_is_stub(rows), ibis.literal(True) if force is None else rows.force == force)
        for number, rows in incidents.items()
    }
    known = ibis.union(
        *(
            rows.filter(~is_line_number(rows)).select(
                "victim_key",
                "recorded_on",
                "record_id",
                record=_record_key(rows),
                version=ibis.literal(number, "int64"),
            )
            for number, rows in candidates.items()
        )
    )
    records = engine.create_table(ibis.util.gen_name("records"), _chosen_records(known, selection), temp=True)
    return {
        number: rows.filter(
            ibis.ifelse(
                is_line_number(rows),
                _is_named(rows, selection)
                | (ibis.literal(False) if before is None else rows.recorded_on < before),
                _record_key(rows).isin(records.record),
            )
        )
        for number, rows in candidates.items()
    }


def stubs(chosen: ir.Table, secret: str) -> ir.Table:
    """Return what stands in the place of chosen rows: enough for every monthly figure, and nothing else.

    Kept are force, measure, record kind and month. Ids are new, the same for the same record under one secret,
    so that a record in two strands stays one record and a version can be compared with the next. A row that had
    been no-crimed still is, as of the first day of its month, so that each version has as many rows as it
    said. All else is missing.
    """
    month = chosen.recorded_on.truncate("M").cast("date")
    columns = {
        "row_id": _new_id(chosen.force, chosen.row_id, secret),
        "record_id": _new_id(chosen.force, chosen.record_id, secret),
        "recorded_on": month,
        "no_crimed_on": ibis.ifelse(chosen.no_crimed_on.isnull(), ibis.null("date"), month),
        **{name: ibis.null(chosen[name].type()) for name in DETAILS},
    }
    return chosen.mutate(**columns).order_by("row_id")


def _chosen_records(known: ir.Table, selection: Selection) -> ir.Table:
    named = known.filter(_is_named(known, selection)).select("record")
    if selection.recorded_before is None:
        return named.distinct()
    newest = known.group_by("record").agg(version=known.version.max())
    last = known.inner_join(newest, ["record", "version"])
    dated = last.group_by("record").agg(recorded_on=last.recorded_on.max())
    old = dated.filter(dated.recorded_on < selection.recorded_before).select("record")
    return ibis.union(named, old, distinct=True)


def _record_key(rows: ir.Table) -> ir.StringValue:
    return rows.force.concat("\n", rows.record_id)  # two forces can use the same id


def _is_named(rows: ir.Table, selection: Selection) -> ir.BooleanValue:
    is_named = ibis.literal(False)
    for column, names in (("record_id", selection.record_ids), ("victim_key", selection.victim_keys)):
        if names:
            listed = ibis.memtable(pa.table({"name": sorted(set(names))}))
            is_named |= rows[column].isin(listed.name).fill_null(False)
    return is_named


def _is_stub(rows: ir.Table) -> ir.BooleanValue:
    is_stub = rows.record_id.re_search(f"^{STUB_ID}$") & (rows.recorded_on.day() == 1)
    for name in DETAILS:
        is_stub &= rows[name].isnull()
    return is_stub


def _new_id(force: ir.StringValue, name: ir.StringValue, secret: str) -> ir.StringValue:
    return ibis.literal("erased-") + (ibis.literal(secret) + force + "\n" + name).hexdigest("sha256").left(32)
