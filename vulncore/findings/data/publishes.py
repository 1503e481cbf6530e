"""The versions published: who, when, from which files, and what became of every row read."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from vulncore.domain.errors import Reject
from vulncore.domain.periods import day_name
from vulncore.findings.shared.words import capital_first, listed, number_of
from vulncore.store.manifest import Publish

PRESENT_TABLES = {
    "incidents": "rows of records, one for each measure that a record counts towards",
    "counts": "totals of a period",
    "indicators": "indicators",
    "annotations": "notes on the data",
}

UNVERIFIED = "unverified"
"""Of a version that 0.1.0 published: nobody can tell whether its files hold what was published."""


def publish_account(publish: Publish, would_be: bool = False) -> str:
    """Return what a publish did, or would do, for the person who ran it: every row read is accounted for."""
    if publish.unchanged:
        return (
            f"'{publish.dataset}' holds exactly these figures already, as version {publish.number}, published on "
            f"{day_name(publish.published_at)} by {publish.published_by}. Nothing was changed."
        )
    held = ", ".join(
        number_of(publish.table_rows[name], name.removesuffix("s"))
        for name in PRESENT_TABLES
        if publish.table_rows.get(name)
    )
    rejected, left_out = sum(publish.rows.rejected.values()), sum(publish.rows.left_out.values())
    done, holds = ("This would be", "it would hold") if would_be else ("Published", "it holds")
    again = f" It is version {publish.again} again." if publish.again else ""
    account = [
        f"{done} '{publish.dataset}' version {publish.number}: {holds} {held or 'no rows'}.{again}",
        f"Rows read: {publish.rows.read:,}. Accepted: {publish.rows.accepted:,}. Rejected: {rejected:,}."
        + (f" Left out: {left_out:,}." if left_out else ""),
        *(f"  Rejected, {reason}: {count:,}" for reason, count in publish.rows.rejected.items()),
        *(f"  Left out, {reason}: {count:,}" for reason, count in publish.rows.left_out.items()),
        *(f"  Accepted, {what}: {count:,}" for what, count in publish.rows.noted.items()),
        *(f"Version {number} was half written and has been set aside." for number in publish.set_aside),
    ]
    return "\n".join(account)


def half_written_in_words(numbers: Sequence[int]) -> str:
    """Return what is to be said of newer versions that nobody can open; "" where there is none."""
    if not numbers:
        return ""
    one = len(numbers) == 1
    which = f"Version {numbers[0]} was" if one else f"Versions {listed(list(map(str, numbers)))} were"
    return (
        f"{which} only half written, perhaps because the power failed. {'It' if one else 'They'} cannot be shown. "
        "Publish again, or restore the store from a backup."
    )


def publishes_frame(publishes: tuple[Publish, ...]) -> pd.DataFrame:
    """Return one row per version: who, when (UTC), whether it can be verified, from which files with their digests, how many rows."""
    return pd.DataFrame(
        {
            "dataset": publish.dataset,
            "version": publish.number,
            "published_at": f"{publish.published_at:%Y-%m-%d %H:%M:%S} UTC",
            "published_by": publish.published_by,
            "verified": "on opening" if publish.is_verifiable else UNVERIFIED,
            "source": publish.source + (f", version {publish.again} again" if publish.again else ""),
            "rows_read": publish.rows.read,
            "rows_rejected": sum(publish.rows.rejected.values()),
            "incidents": publish.table_rows["incidents"],
            "counts": publish.table_rows["counts"],
            "files": ", ".join(file.name for file in publish.files) or "–",
            "sha256": ", ".join(file.sha256 for file in publish.files) or "–",
        }
        for publish in publishes
    )


def shortened(digests: pd.Series) -> list[str]:
    """Return the first twelve digits of each digest in a column of them: enough to tell files apart by eye."""
    return [", ".join(digest[:12] for digest in cell.split(", ")) for cell in digests]


def account_frame(publish: Publish, smallest: int = 1) -> pd.DataFrame:
    """Return what became of every row read for a version: `What` and `Rows`.

    Args:
        publish: The version.
        smallest: From 2 on, what was noted of records is left out, as how many have no place: one that came late would show.
    """
    rows = publish.rows
    noted = {} if smallest > 1 and publish.table_rows["incidents"] else rows.noted
    return pd.DataFrame(
        [
            ("Rows read", rows.read),
            ("Accepted", rows.accepted),
            *((f"Rejected: {reason}", count) for reason, count in rows.rejected.items()),
            *((f"Left out: {reason}", count) for reason, count in rows.left_out.items()),
            *((f"Accepted and noted: {what}", count) for what, count in noted.items()),
            *(
                (f"The version holds: {words}", publish.table_rows[name])
                for name, words in PRESENT_TABLES.items()
                if publish.table_rows[name]
            ),
        ],
        columns=["What", "Rows"],
    )


def rejects_frame(rejects: Sequence[Reject]) -> pd.DataFrame:
    """Return one row per row that could not be used: `file`, `line`, `reason`, `value`."""
    return pd.DataFrame([asdict(reject) for reject in rejects], columns=["file", "line", "reason", "value"])


def publishes_to_read(publishes: tuple[Publish, ...]) -> pd.DataFrame:
    """Return `publishes_frame`, newest first, with columns named for people, and without the files' digests.

    Who knows all but one row of a file would guess that row by the digest; `vulncore versions` has it for who may read the files.
    """
    frame = publishes_frame(publishes[::-1]).drop(columns=["dataset", "sha256"])
    words = {"published_at": "Published", "published_by": "By"}
    return frame.rename(columns=lambda name: words.get(name, capital_first(name.replace("_", " "))))
