"""The headline that a page opens with: lines of a kind, with a lead and a text."""

from dataclasses import dataclass
from enum import StrEnum

CONFIRM = "Confirm that records still arrive"


class HeadlineKind(StrEnum):
    """How a line of the headline is shown: how sure it is."""

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
