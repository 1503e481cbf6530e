"""What is asked of a pack: which one, and for whom."""

from dataclasses import dataclass

from pages.shared.choices import Choices, choice
from vulncore.packs.audience import Audience

MAKE_AT_ONCE = "make the pack"
"""The notice that somebody pressed the button of another page: the pack is made without another press."""


@dataclass(frozen=True)
class PackChoices(Choices):
    """What is chosen on the page Pack."""

    pack: str = choice("committee")
    audience: Audience = choice(Audience.PUBLIC, read=Audience)
