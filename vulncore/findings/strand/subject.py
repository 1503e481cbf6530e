"""What the page of a strand counts: a measure, or those of the strand that are of one kind, each record once."""

from vulncore.domain.errors import UnknownNameError
from vulncore.domain.vocabulary import Flow, Measure, find_measure, strand_name
from vulncore.findings.shared.contents import DatasetContents
from vulncore.findings.shared.subject import STRAND, Subject
from vulncore.findings.strand.panels import panels_of


def strand_subject(contents: DatasetContents, strand: str, measure: str | None = None) -> Subject:
    """Return what the control chart of a strand, or of one measure, counts.

    Of a strand it is what `reference/strand_panels.toml` says, else the measures of the kind that its first one is of: notices
    and crimes are not added up.

    Raises:
        UnknownNameError: The dataset has no such measure, or none of the strand.
    """
    if measure:
        return _of_one(find_measure(contents.measures, measure))
    of_strand = [one for one in contents.measures if one.strand == strand]
    if not of_strand:
        raise UnknownNameError(
            f"The dataset has no measure of the strand '{strand_name(strand)[:60]}'. Choose another strand."
        )
    wanted = panels_of(strand, of_strand).counted
    together = [one for one in of_strand if one.key in wanted] or [
        one for one in of_strand if one.record_kind == of_strand[0].record_kind and one.flow is Flow.FLOW
    ]
    if len(together) < 2:
        return _of_one((together or of_strand)[0])
    units = {one.unit for one in together}
    unit = units.pop() if len(units) == 1 else "records"
    return Subject(STRAND + strand, strand_name(strand), unit, tuple(together))


def _of_one(measure: Measure) -> Subject:
    return Subject(measure.key, measure.name, measure.unit, (measure,))
