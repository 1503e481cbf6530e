"""What all sections of a pack are made of: one version, one force, one month, for whom; and how their pictures are drawn."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import altair as alt

from vulncore.charts.picture import PictureKind, picture
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import format_month
from vulncore.domain.vocabulary import Measure
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.contents import DatasetContents
from vulncore.findings.shared.headline import CONFIRM, Headline
from vulncore.findings.shared.subject import Subject, find_subject, keys_of, subjects
from vulncore.findings.shared.words import small_first
from vulncore.findings.strand.sentences import WHY_THIS_CHART
from vulncore.packs.audience import Audience
from vulncore.packs.part import PackAbout, Picture
from vulncore.store import Snapshot

EVERY_STRAND: Final = "*"
ASKED_OF_THE_FORCE: Final = re.compile(rf" ?{CONFIRM}\b[^.:]*[.:]")
PATIENCE_S: Final = 120.0
"""How long a picture of a pack waits for others' pictures: a pack without it would have to be made again."""


class LeftOutError(VulncoreError):
    """A section can't be in this pack: the data have nothing of it, or its audience may not see it."""


@dataclass(frozen=True)
class Shown:
    """What a meeting was shown: a version, to a month."""

    version: int
    as_at: date


@dataclass(frozen=True)
class PackBasis:
    """What the sections of a pack are made of.

    `snapshot` has the records of the overview's force; `address` is that of the dashboard ("" where nobody said it); `before` is
    what the last meeting was shown; `on_progress` is told the share of a long piece of work.
    """

    store: Path
    snapshot: Snapshot
    contents: DatasetContents
    overview: Overview
    about: PackAbout
    before: Shown | None = None
    address: str = ""
    on_progress: Callable[[float], None] = field(default=lambda _share: None)

    @property
    def audience(self) -> Audience:
        """For whom the pack is."""
        return self.about.audience

    @property
    def source(self) -> str:
        """Where the figures come from, as a chart says it."""
        return f"{self.about.version}. {self.about.source.rstrip('.')}."

    def advised(self, advice: str) -> str:
        """Return what to do about a finding, to those who are to do it: nobody outside the force is told what it asks its own people."""
        return advice if self.audience.sees_operations else ""

    def spoken(self, lines: Iterable[Headline], also: str = "") -> tuple[str, ...]:
        """Return what else a page says first, and its working, without how a chart was chosen and what is asked of whoever keeps the data."""
        texts = [line.words for line in lines if line.lead != WHY_THIS_CHART]
        if not self.audience.sees_operations:
            texts = [ASKED_OF_THE_FORCE.sub("", text).strip() for text in texts]
        return tuple(text for text in (also, *texts) if text and not text.endswith(":"))

    def link(self, page: str, strand: str = "", **choices: str) -> str:
        """Return the address of a page of the dashboard that shows the same figures; "" where nobody said where the dashboard is."""
        if not self.address:
            return ""
        publish, force = self.about.publish, self.about.force
        chosen = {
            "dataset": publish.dataset,
            "version": str(publish.number),
            **({"force": force} if len(self.contents.forces) > 1 else {}),
            "month": format_month(self.about.as_at),
            **({"strand": strand} if strand else {}),
            **choices,
        }
        return f"{self.address.rstrip('/')}/{page}?{urlencode(chosen)}"

    def subject(self, names: tuple[str, ...]) -> Subject:
        """Return the first of some names of strands, views or measures that the dataset has by month; without a name, what a page opens with.

        Raises:
            LeftOutError: It has none of them.
        """
        offered = subjects(self.contents)
        for name in names:
            alone = self.contents.measures_of(name)  # a strand of one measure is that measure
            try:
                return find_subject(offered, alone[0].key if len(alone) == 1 else name)
            except UnknownNameError:
                continue
        if names:
            these = " or ".join(small_first(self.contents.name_of(name) or name) for name in names)
            raise LeftOutError(f"The dataset has nothing called {these}.")
        try:
            return find_subject(offered, None)
        except UnknownNameError as problem:
            raise LeftOutError(str(problem)) from problem

    def path_of(self, subject: Subject) -> str:
        """Return what is looked at, as an address of the dashboard writes it: a strand or view, or a measure of a strand."""
        if subject.whole:
            return subject.whole
        return self.path_of_measure(subject.measures[0])

    def path_of_measure(self, measure: Measure) -> str:
        """Return the same of one measure."""
        return f"{measure.strand or ''}/{measure.key}"

    def drawn(
        self, chart: alt.LayerChart, alternative: str, *, whose: bool = False, credit: str = ""
    ) -> Picture:
        """Return a chart as a picture; `whose` puts the force before its source, where its title doesn't say it, `credit` stands after."""
        source = f"{f'{self.about.force}. ' if whose else ''}{self.source} {credit}".rstrip()
        return Picture(picture(chart, source, PictureKind.PNG, wait_s=PATIENCE_S), alternative)


def measures_named(subject: Subject) -> str:
    """Return the measures of a subject as an address of the dashboard writes them."""
    return ",".join(keys_of(subject.measures))
