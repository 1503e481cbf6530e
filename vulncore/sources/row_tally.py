"""What became of the rows of a file: the account that every reader keeps while it reads, and the delivery at its end.

A reader says what its columns mean. Whether a row stands, why not, when too many do not, and what is told of
them is said here.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans
from vulncore.domain.delivery import Delivery, RowAccount, printable
from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import (
    InvalidRowsError,
    Reject,
    TooManyRejectsError,
    UnreadableSourceError,
    first_five,
)
from vulncore.domain.schemas import Tables

MOST_REJECTED: Final = 0.05  # no published file has any: beyond a stray few the format has changed
HIDDEN_ROWS: Final = "hidden in the sheet by a filter or by hand, and read all the same"
MAX_REJECTS: Final = 100_000  # each is kept: more than a year of the largest force has at that share

Fault = tuple[str, Any, Any]
"""Why rows are rejected, the value of each row of a table that shows it, and which rows these are."""


@dataclass
class RowTally:
    """The rows of one file as they are judged: how many are read, rejected, left out, or odd and accepted all the same.

    `name` is the file's, fit to print; it need not be the path that messages give.
    """

    name: str
    read: int = 0
    rejects: list[Reject] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)

    @property
    def in_order(self) -> tuple[Reject, ...]:
        """The rejected rows by their lines."""
        return tuple(sorted(self.rejects, key=lambda reject: reject.line))

    def reject(self, line: int, reason: str, value: str) -> None:
        """Reject a row: its line, why, and the value that is at fault."""
        self.rejects.append(Reject(self.name, line, reason, printable(value[:60])))

    def sift(self, lines: pa.Array, faults: Iterable[Fault], standing: Booleans | None = None) -> Booleans:
        """Reject rows of a table, or those of `standing`, each for the first fault that it has, and return which rows stand."""
        standing = np.ones(len(lines), bool) if standing is None else standing
        for reason, values, unfit in faults:
            falling = standing & np.asarray(unfit, bool)
            fallen = (column.filter(pa.array(falling)).to_pylist() for column in (lines, values))
            for line, value in zip(*fallen, strict=True):
                self.reject(line, reason, value)
            standing = standing & ~falling
        return standing

    def commonest(self) -> tuple[str, int, list[str]]:
        """Return for what reason most rows are rejected, how many are, and the values at fault, without repeats."""
        ((reason, count),) = Counter(reject.reason for reject in self.in_order).most_common(1)
        values = dict.fromkeys(reject.value for reject in self.in_order if reject.reason == reason)
        return reason, count, list(values)

    def refuse_beyond(self, share: float, advice: str) -> None:
        """Refuse the file if a larger share of its rows is rejected than may be.

        Raises:
            TooManyRejectsError: It is; the error holds the rejected rows, up to `MAX_REJECTS` of them.
        """
        if len(self.rejects) <= share * self.read:
            return
        reason, count, values = self.commonest()
        raise TooManyRejectsError(
            f"{len(self.rejects):,} of {self.read:,} rows of {self.name} cannot be used, more than {100 * share:g} %. "
            f"{count:,} have {reason}: {first_five(value or 'empty' for value in values)}. {advice}",
            self.in_order[:MAX_REJECTS],
        )


def check_share(most_rejected: float) -> None:
    """Refuse a share of rows that is none.

    Raises:
        UnreadableSourceError: It is not between 0 and 1.
    """
    if not 0 <= most_rejected <= 1:
        raise UnreadableSourceError(
            f"{most_rejected} is not a share of a file's rows. Give a number from 0 to 1, like {MOST_REJECTED}."
        )


def refuse_repeats(name: str, what: str, rows: Iterable[tuple[Hashable, str]]) -> None:
    """Refuse a file that says the same thing in two rows.

    Rows are given by what tells each apart (`what` says it in words, as "an area and category") and what to call it.

    Raises:
        InvalidRowsError: A row is there twice.
    """
    seen: set[Hashable] = set()
    repeats = []
    for key, row in rows:
        if key in seen:
            repeats.append(row)
        seen.add(key)
    if repeats:
        raise InvalidRowsError(
            f"{len(repeats)} rows of {name} repeat {what}: {first_five(repeats)}. Keep one row of each."
        )


def delivery(
    source: str,
    tables: Tables,
    files: Iterable[NamedFile],
    accepted: int,
    tallies: Sequence[RowTally],
    attribution: str = "",
) -> Delivery:
    """Return the delivery of a source: its tables, which hold the accepted rows, and the account of all that the tallies hold."""
    rejects = tuple(chain.from_iterable(tally.in_order for tally in tallies))
    return Delivery(
        source=source,
        tables=tables,
        files=tuple(files),
        rows=RowAccount(
            read=sum(tally.read for tally in tallies),
            accepted=accepted,
            rejected=dict(Counter(reject.reason for reject in rejects)),
            noted=dict(sum((tally.noted for tally in tallies), Counter())),
            left_out=dict(sum((tally.left_out for tally in tallies), Counter())),
        ),
        attribution=attribution,
        rejects=rejects,
    )
