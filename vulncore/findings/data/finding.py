"""A data finding: one thing that is odd about the data, how sure it is, and the words that findings share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.findings.data.remedies import NotesOnData, Remedy, remedy_line
from vulncore.findings.shared.words import months_in_words, number_of
from vulncore.metrics.data_quality.month_rows import month_date
from vulncore.store.manifest import Publish


class Sureness(StrEnum):
    """How sure a data finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


RESTS_ON = {
    Sureness.CERTAIN: "counted, not judged",
    Sureness.LIKELY: "hardly explained by chance or habit",
    Sureness.POSSIBLE: "there may be a good reason: ask somebody who knows the data",
}


@dataclass(frozen=True)
class DataFinding:
    """Something odd about the data: what, where, how many, why it matters, what to do.

    `check` is the stable key of what was looked for; `what` a plain sentence with its figures; `where` the force,
    measures, months or place; `count` how many (None where hidden), out of `of` (None where that has no meaning); `why` what on screen
    is affected; `do` what to do; `remedy` what would put it right, where a setting of the mapping or a note does.
    `note` is what can be written where the finding is of no fault.
    `touched` is about how many records it bears on, where `count` counts something else.
    """

    check: str
    what: str
    where: str
    count: int | None
    of: int | None
    why: str
    do: str
    sure: Sureness
    remedy: Remedy | None = None
    touched: int | None = None
    note: NotesOnData | None = None

    @property
    def records(self) -> int:
        """About how many records it bears on; 0 where that is hidden."""
        return (self.count if self.touched is None else self.touched) or 0


COLUMNS = [
    *("Check", "What", "Where", "How many", "Out of", "Why it matters", "What to do", "How sure"),
    "Remedy",
]


def findings_frame(findings: Sequence[DataFinding]) -> pd.DataFrame:
    """Return one row per finding, with columns named for people, in the same order.

    >>> list(findings_frame([]))
    ['Check', 'What', 'Where', 'How many', 'Out of', 'Why it matters', 'What to do', 'How sure', 'Remedy']
    """
    rows = [
        (
            *(finding.check, finding.what, finding.where, finding.count, finding.of, finding.why, finding.do),
            f"{finding.sure}: {RESTS_ON[finding.sure]}",
            " ".join(remedy_line(remedy) for remedy in (finding.remedy, finding.note) if remedy),
        )
        for finding in findings
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"How many": "Int64", "Out of": "Int64"})


def findings_sentence(publish: Publish, findings: Sequence[DataFinding]) -> str:
    """Return the sentence that says how many things to know before using a version's figures."""
    whose = f"Version {publish.number} of '{publish.dataset}'"
    if not findings:
        return f"{whose}: nothing odd was found."
    return f"{whose}: {number_of(len(findings), 'thing')} to know before using its figures."


def numbered_months_in_words(numbers: Iterable[int]) -> str:
    """Return the names of numbered months, consecutive months drawn together.

    >>> numbered_months_in_words([2024 * 12, 2024 * 12 + 1])
    'January and February 2024'
    """
    return months_in_words(month_date(int(number)) for number in numbers)


def measures_in_words(keys: Iterable[str], names: Mapping[str, str]) -> str:
    """Return the names of the first measures, and how many more there are."""
    return first_five(names.get(key, key) for key in keys)
