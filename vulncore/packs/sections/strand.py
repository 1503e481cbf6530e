"""Control charts: how each strand stands."""

from collections.abc import Iterator, Sequence
from typing import Final

from vulncore.domain.errors import UnknownNameError
from vulncore.findings.shared.subject import Subject, find_subject, subjects
from vulncore.findings.strand.charts import standing_chart
from vulncore.findings.strand.sentences import commentary_in_words, standing_notes
from vulncore.findings.strand.standing import Standing, standing
from vulncore.findings.strand.tables import standing_table
from vulncore.packs.part import PackPart, PackTable
from vulncore.packs.sections.basis import EVERY_STRAND, LeftOutError, PackBasis

COMMENTS: Final = 2
BELOW, ON_THE_PAGE = " below.", " on the page Strand."
"""Where a change of level is approved: a document has no such place."""


def strand_parts(basis: PackBasis, names: Sequence[str], most: int) -> Iterator[PackPart]:
    """Yield the control chart of a strand or measure, or of every strand, so many at most.

    Raises:
        LeftOutError: The dataset has no such strand, or nothing to draw of it.
    """
    chosen = _every(basis) if EVERY_STRAND in names else [basis.subject(tuple(names))]
    standings = [
        standing(basis.snapshot, basis.about.force, subject, basis.about.as_at) for subject in chosen
    ]
    drawn = [of for of in standings if of.drawn]
    if not drawn:
        raise LeftOutError(standings[0].briefing.finding)
    for of in drawn[:most]:
        yield _part(basis, of)


def _every(basis: PackBasis) -> list[Subject]:
    """Return every strand as it is counted together, or the measures where there is no strand."""
    offered = subjects(basis.contents)
    every: list[Subject] = []
    for strand in basis.contents.strands:
        try:
            every.append(find_subject(offered, strand.key))
        except UnknownNameError:
            alone = [one for one in offered if not one.whole and one.measures[0].strand == strand.key]
            every.extend(alone)
    return every or [one for one in offered if not one.whole]


def _part(basis: PackBasis, of: Standing) -> PackPart:
    lines = basis.spoken(of.headline)
    spoken = " ".join([of.briefing.finding, *lines])
    comments = tuple(commentary_in_words(of, COMMENTS)) if basis.audience.sees_commentary else ()
    table = standing_table(of)
    return PackPart(
        heading=of.subject.name,
        finding=of.briefing.finding,
        sentences=lines,
        action=basis.advised(of.briefing.action.replace(BELOW, ON_THE_PAGE)),
        picture=basis.drawn(standing_chart(of), spoken),
        tables=(
            PackTable(
                name=f"{of.subject.name} control chart",
                caption=of.question,
                frame=table,
                figures=tuple(str(name) for name in table.columns[1:]),
                in_documents=False,
            ),
        ),
        source=basis.source,
        link=basis.link("strand", basis.path_of(of.subject)),
        notes=tuple(standing_notes(of)) if basis.audience.sees_commentary else (),
        commentary=comments,
        asks_commentary=True,
    )
