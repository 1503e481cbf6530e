"""What a page opens with, and the lines of its working: how sure, and what else."""

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
class Briefing:
    """What a page opens with: what was found, and what that means for somebody.

    `finding` is one sentence that can be repeated, of at most fifteen words and one figure that matters; `action` says what
    to do, and `also` what else to look at, or "".
    """

    finding: str
    action: str
    also: str = ""


NOTHING_TO_DO = "Nothing to do."


@dataclass(frozen=True)
class Headline:
    """One line of the working: the few words that lead it, and what follows them."""

    kind: HeadlineKind
    lead: str
    text: str

    @property
    def words(self) -> str:
        """The line as a document prints it.

        >>> Headline(HeadlineKind.QUIET, "Would it have worked?", "Yes.").words, Headline(HeadlineKind.CLEAR, "Hot", "Here.").words
        ('Would it have worked? Yes.', 'Hot: Here.')
        """
        return f"{self.lead}{'' if self.lead.endswith('?') else ':'} {self.text}"
