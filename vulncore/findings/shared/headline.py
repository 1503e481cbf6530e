"""The lines that a page opens with: their kind, their lead, their text."""

from dataclasses import dataclass
from enum import StrEnum

CONFIRM = "Confirm that records still arrive"


class HeadlineKind(StrEnum):
    """How a sentence of the headline is to be taken."""

    CLEAR = "clear"
    POSSIBLE = "possible"
    FEED = "feed"
    QUIET = "quiet"


@dataclass(frozen=True)
class Headline:
    """One line of the headline: the few words that lead it, and what follows them."""

    kind: HeadlineKind
    lead: str
    text: str
