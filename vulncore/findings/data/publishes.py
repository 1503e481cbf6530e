"""What has been published: each version's account of itself."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from vulncore.domain.errors import Reject
from vulncore.findings.shared.words import capital_first
from vulncore.store.manifest import Publish

PRESENT_TABLES = {
    "incidents": "rows of records, one for each measure that a record counts towards",
    "counts": "totals of a period",
    "indicators": "indicators",
    "annotations": "notes on the data",
}


def publish_account(line: Publish, would_be: bool = False) -> str:
    """Return what a publish did, or would do, for the person who ran it: every row read is accounted for."""
    if line.unchanged:
        return (
            f"'{line.dataset}' holds exactly these figures already, as version {line.number}, published on "
            f"{line.published_at:%-d %B %Y} by {line.published_by}. Nothing was changed."
        )
    held = ", ".join(
        f"{line.table_rows[name]:,} {name}" for name in PRESENT_TABLES if line.table_rows.get(name)
    )
    rejected, left_out = sum(line.rows.rejected.values()), sum(line.rows.left_out.values())
    done, holds = ("This would be", "it would hold") if would_be else ("Published", "it holds")
    lines = [
        f"{done} '{line.dataset}' version {line.number}: {holds} {held or 'no rows'}.",
        f"Rows read: {line.rows.read:,}. Accepted: {line.rows.accepted:,}. Rejected: {rejected:,}."
        + (f" Left out: {left_out:,}." if left_out else ""),
        *(f"  Rejected, {reason}: {count:,}" for reason, count in line.rows.rejected.items()),
        *(f"  Left out, {reason}: {count:,}" for reason, count in line.rows.left_out.items()),
        *(f"  Accepted, {what}: {count:,}" for what, count in line.rows.noted.items()),
    ]
    return "\n".join(lines)


def publishes_frame(lines: tuple[Publish, ...]) -> pd.DataFrame:
    """Return one row per version: who, when (UTC), from which files with their digests, how many rows."""
    return pd.DataFrame(
        {
            "dataset": line.dataset,
            "version": line.number,
            "published_at": f"{line.published_at:%Y-%m-%d %H:%M:%S} UTC",
            "published_by": line.published_by,
            "source": line.source,
            "rows_read": line.rows.read,
            "rows_rejected": sum(line.rows.rejected.values()),
            "incidents": line.table_rows["incidents"],
            "counts": line.table_rows["counts"],
            "files": ", ".join(file.name for file in line.files) or "–",
            "sha256": ", ".join(file.sha256 for file in line.files) or "–",
        }
        for line in lines
    )


def shortened(digests: pd.Series) -> list[str]:
    """Return the first twelve digits of each digest in a column of them: enough to tell files apart by eye."""
    return [", ".join(digest[:12] for digest in cell.split(", ")) for cell in digests]


def account_frame(line: Publish) -> pd.DataFrame:
    """Return what became of every row read for a version: `What` and `Rows`."""
    rows = line.rows
    return pd.DataFrame(
        [
            ("Rows read", rows.read),
            ("Accepted", rows.accepted),
            *((f"Rejected: {reason}", count) for reason, count in rows.rejected.items()),
            *((f"Left out: {reason}", count) for reason, count in rows.left_out.items()),
            *((f"Accepted and noted: {what}", count) for what, count in rows.noted.items()),
            *(
                (f"The version holds: {words}", line.table_rows[name])
                for name, words in PRESENT_TABLES.items()
                if line.table_rows[name]
            ),
        ],
        columns=["What", "Rows"],
    )


def rejects_frame(rejects: Sequence[Reject]) -> pd.DataFrame:
    """Return one row per row that could not be used: `file`, `line`, `reason`, `value`."""
    return pd.DataFrame([asdict(reject) for reject in rejects], columns=["file", "line", "reason", "value"])


def publishes_to_read(lines: tuple[Publish, ...]) -> pd.DataFrame:
    """Return `publishes_frame`, newest first, with columns named for people."""
    frame = publishes_frame(lines[::-1]).drop(columns="dataset")
    frame["sha256"] = shortened(frame["sha256"])
    words = {"sha256": "SHA-256", "published_at": "Published", "published_by": "By"}
    return frame.rename(columns=lambda name: words.get(name, capital_first(name.replace("_", " "))))
