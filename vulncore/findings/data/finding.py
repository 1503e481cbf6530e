"""One thing that is odd about the data, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from vulncore.store.manifest import Publish


class Sureness(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def words(self) -> str:
        """What it rests on.

        >>> Sureness.CERTAIN.words
        'counted, not judged'
        """
        return {
            Sureness.CERTAIN: "counted, not judged",
            Sureness.LIKELY: "neither chance nor custom explains it well",
            Sureness.POSSIBLE: "there may be a good reason: somebody who knows the data has to say",
        }[self]


@dataclass(frozen=True)
class DataFinding:
    """Something odd about the data.

    `check` is the stable key of what was looked for; `what` a plain sentence with its figures; `where` the force,
    measures, months or place; `count` how many, out of `of` (None where that has no meaning); `why` what on screen
    it bears on; `do` what to do about it.
    """

    check: str
    what: str
    where: str
    count: int
    of: int | None
    why: str
    do: str
    sure: Sureness


def findings_frame(findings: Sequence[DataFinding]) -> pd.DataFrame:
    """Return one row per finding, with columns named for people, in the same order.

    >>> list(findings_frame([]))
    ['Check', 'What', 'Where', 'How many', 'Out of', 'Why it matters', 'What to do', 'How sure']
    """
    rows = [
        {
            "Check": finding.check,
            "What": finding.what,
            "Where": finding.where,
            "How many": finding.count,
            "Out of": finding.of,
            "Why it matters": finding.why,
            "What to do": finding.do,
            "How sure": f"{finding.sure}: {finding.sure.words}",
        }
        for finding in findings
    ]
    columns = ["Check", "What", "Where", "How many", "Out of", "Why it matters", "What to do", "How sure"]
    return pd.DataFrame(rows, columns=columns).astype({"How many": "Int64", "Out of": "Int64"})


def findings_sentence(publish: Publish, findings: Sequence[DataFinding]) -> str:
    """Return how many things there are to know about a version before its figures are used."""
    whose = f"Version {publish.number} of '{publish.dataset}'"
    if not findings:
        return f"{whose}: nothing odd was found."
    many = "one thing" if len(findings) == 1 else f"{len(findings)} things"
    return f"{whose}: {many} to know before its figures are used."
