"""For whom a document is made: how small a number it may show, what it leaves out, and what is written on it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from vulncore.domain.errors import VulncoreError

if TYPE_CHECKING:
    from vulncore.domain.disclosure import Coarseness

LONGEST_MARKING: Final = 120  # letters: it stands on one line of a page and of a slide


class Audience(StrEnum):
    """Who may read a document, the widest first: whoever names none makes the safest one."""

    PUBLIC = "public"
    PARTNERSHIP = "partnership"
    INTERNAL = "internal"

    @property
    def words(self) -> str:
        """Who that is, as a choice on screen says it."""
        return {
            Audience.PUBLIC: "The public: anybody may read it",
            Audience.PARTNERSHIP: "Partners: the safeguarding boards and those who work with them",
            Audience.INTERNAL: "This force: officers and staff",
        }[self]

    @property
    def smallest(self) -> int:
        """From how many records on a figure by hour or place is shown.

        Documents travel further than a screen and can't be called back: never below five, and ten for the public.
        """
        from vulncore.domain.disclosure import smallest_shown  # noqa: PLC0415 - its numpy would slow down the commands' help

        return max(smallest_shown(), {Audience.PUBLIC: 10}.get(self, 5))

    @property
    def rounding(self) -> int:
        """To what such a figure is rounded: whole numbers as on screen for this force, else the smallest that is shown."""
        return 1 if self is Audience.INTERNAL else self.smallest

    @property
    def steps(self) -> "tuple[Coarseness, ...]":
        """The same of all who see more, and of this one last: what it is shown follows from what they are shown."""
        from vulncore.domain.disclosure import Coarseness  # noqa: PLC0415

        narrower = [Audience.INTERNAL, Audience.PARTNERSHIP, Audience.PUBLIC]
        return tuple(Coarseness(one.smallest, one.rounding) for one in narrower[: narrower.index(self) + 1])

    @property
    def sees_places(self) -> bool:
        """Whether maps show cells and streets; else they show wards alone."""
        return self is not Audience.PUBLIC

    @property
    def sees_commentary(self) -> bool:
        """Whether what people wrote goes along: a sentence typed by hand can name somebody."""
        return self is Audience.INTERNAL

    @property
    def sees_operations(self) -> bool:
        """Whether it may know where and when officers will be, and how many of them there are."""
        return self is Audience.INTERNAL


@dataclass(frozen=True)
class Marking:
    """The classification on each page and slide, and how the document is to be handled ("" where nothing more is to be said).

    Source:
        Cabinet Office, Government Security Classifications Policy (2024): OFFICIAL, and its marking -SENSITIVE.
    """

    classification: str
    handling: str = ""

    @property
    def words(self) -> str:
        """Both on one line.

        >>> Marking("OFFICIAL-SENSITIVE", "Police only").words
        'OFFICIAL-SENSITIVE: Police only'
        """
        return ": ".join(filter(None, [self.classification, self.handling]))


MARKED: Final = {
    Audience.PUBLIC: Marking("OFFICIAL"),
    Audience.PARTNERSHIP: Marking("OFFICIAL-SENSITIVE", "share with partners on the boards only"),
    Audience.INTERNAL: Marking("OFFICIAL-SENSITIVE", "police only"),
}
"""What a document of each audience is marked with where nobody says otherwise."""


def marking_for(
    audience: Audience, classification: str | None = None, handling: str | None = None
) -> Marking:
    """Return the marking of a document: what somebody sets, else what suits its audience.

    Raises:
        VulncoreError: It is longer than a page has room for.
    """
    usual = MARKED[audience]
    if classification is None or not classification.strip():
        marking = Marking(usual.classification, usual.handling if handling is None else handling)
    else:
        marking = Marking(classification, handling or "")
    marking = Marking(*(" ".join(text.split()) for text in (marking.classification, marking.handling)))
    if len(marking.words) > LONGEST_MARKING:
        raise VulncoreError(
            f"The marking has {len(marking.words)} letters. A page has room for {LONGEST_MARKING}: shorten it."
        )
    return marking
