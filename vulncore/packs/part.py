"""What a document is made of, before it is Word, PowerPoint or a workbook: findings, each with its picture, tables and source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import pandas as pd

from vulncore.domain.periods import day_name, month_name
from vulncore.findings.shared.words import made_note
from vulncore.packs.audience import Audience, Marking
from vulncore.store.manifest import Publish


class Tint(StrEnum):
    """The report's rule for a change: a quiet colour behind the figure, which never stands alone."""

    RED = "red"
    ORANGE = "orange"
    GREEN = "green"


@dataclass(frozen=True)
class Picture:
    """A chart or a map as PNG, and what it says to those who don't see it."""

    png: bytes
    alt: str


@dataclass(frozen=True)
class PackTable:
    """A table for people.

    `frame` has columns named for people and texts or numbers; `figures` are the columns that are set to the right. `groups` are
    the places of rows that are headings of the rows beneath them (their first column alone is written). `tints` colours cells by row
    and column. `wide` tables ask for a page on its side. `name` is what a sheet or file of it is called.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    figures: tuple[str, ...] = ()
    groups: frozenset[int] = frozenset()
    tints: dict[tuple[int, str], Tint] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    wide: bool = False
    in_documents: bool = True
    """Whether documents print it; a workbook has every table."""


@dataclass(frozen=True)
class PackPart:
    """One finding: what it is about, the finding in a sentence, what else is to be said, its picture, its tables.

    `source` says where its figures come from, `link` is the address of the page that shows it ("" where nobody said where the
    dashboard is). `action` says what to do, to those who are to do it; `commentary` is what analysts wrote beside it; `asks_commentary` says that a document leaves them room for it.
    """

    heading: str
    finding: str
    sentences: tuple[str, ...] = ()
    picture: Picture | None = None
    tables: tuple[PackTable, ...] = ()
    source: str = ""
    link: str = ""
    notes: tuple[str, ...] = ()
    commentary: tuple[str, ...] = ()
    asks_commentary: bool = False
    action: str = ""


@dataclass(frozen=True)
class PackAbout:
    """What stands on every page, slide and sheet: which pack, whose figures, to which month, of which version, for whom."""

    title: str
    publish: Publish
    force: str
    as_at: date
    audience: Audience
    marking: Marking
    protection: str

    @property
    def made(self) -> str:
        """That the data is made, where it is; "" where it is real."""
        return made_note(self.publish)

    @property
    def to(self) -> str:
        """The last month, in words."""
        return month_name(self.as_at)

    @property
    def version(self) -> str:
        """Which version of which dataset, and from when."""
        publish = self.publish
        return (
            f"Dataset {publish.dataset}, version {publish.number}, published {day_name(publish.published_at)}"
        )

    @property
    def source(self) -> str:
        """Where the figures come from."""
        return self.made or self.publish.attribution or f"Published from: {self.publish.source}"

    @property
    def foot(self) -> str:
        """What the foot of a page says."""
        return ". ".join(filter(None, [f"{self.force}, to {self.to}", self.version, self.made])) + "."


@dataclass(frozen=True)
class PackContent:
    """A whole pack before it is written: what stands on every page, its findings, what was left out and why, what words mean.

    `definitions` is a table with a row for each measure; `left_out` has a sentence for each section that the pack asks for and that
    the data, or the audience, doesn't allow.
    """

    about: PackAbout
    parts: tuple[PackPart, ...]
    left_out: tuple[str, ...]
    definitions: PackTable

    @property
    def tables(self) -> Sequence[PackTable]:
        """Every table of the pack, in order, the definitions last."""
        return [*(table for part in self.parts for table in part.tables), self.definitions]
