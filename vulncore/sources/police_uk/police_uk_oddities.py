"""What is odd about accepted rows of data.police.uk, counted and left as it is."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.sources.police_uk.police_uk_kinds import HEADERS, Kind

ASB: Final = "Anti-social behaviour"


def oddities(kind: Kind, accepted: pa.Table) -> dict[str, int]:
    """Return how many rows of a file have what is odd in its kind, by what it is."""
    unplaced = {"without a location": accepted["longitude"].null_count}
    if kind is Kind.STREET:
        asb = accepted.filter(pc.equal(accepted["Crime type"], ASB))
        return unplaced | {
            "anti-social behaviour identical to an earlier row, kept as separate events": _repeats(kind, asb)
        }
    if kind is Kind.OUTCOMES:
        return unplaced
    return unplaced | {
        "without an object of search": _count(pc.equal(accepted["Object of search"], "")),
        "without an outcome": _count(pc.equal(accepted["Outcome"], "")),
        "without an offset from universal time, taken as local time": _count(pc.invert(accepted["zoned"])),
        "identical to an earlier row, kept as separate searches": _repeats(kind, accepted),
    }


def shared_ids(kind: Kind, incidents: pa.Table) -> dict[str, int]:
    """Return how many rows of a delivery share a Crime ID, as it matters in their kind.

    A crime can have several outcomes, and then each of them is counted here. In a street file it is the
    later rows alone: they may be one crime that was published twice.
    """
    identified = incidents.filter(pc.field("record_id") != pc.field("row_id"))["record_id"]
    if kind is Kind.OUTCOMES:
        sizes = pc.value_counts(identified).field("counts")
        return {
            "naming a crime that has another outcome": pc.sum(sizes.filter(pc.greater(sizes, 1))).as_py() or 0
        }
    if kind is Kind.STREET:
        return {"repeating an earlier row's Crime ID": len(identified) - len(pc.unique(identified))}
    return {}


def _repeats(kind: Kind, accepted: pa.Table) -> int:
    return int(accepted.num_rows - accepted.group_by(list(HEADERS[kind])).aggregate([]).num_rows)


def _count(flags: pa.ChunkedArray) -> int:
    return pc.sum(flags).as_py() or 0
