"""What the page of a strand counts: a measure, or those of the strand that are of one kind, each record once."""

from vulncore.domain.errors import UnknownNameError
from vulncore.domain.strands.strand_list import entries, key_now
from vulncore.domain.vocabulary import Flow, Measure, find_measure
from vulncore.findings.shared.contents import DatasetContents
from vulncore.findings.shared.subject import ACROSS, STRAND, Subject
from vulncore.findings.shared.which_records import unit_of
from vulncore.findings.strand.panels import panels_of


def strand_subject(contents: DatasetContents, key: str, measure: str | None = None) -> Subject:
    """Return what the control chart of a strand, of a view across strands, or of one measure, counts.

    Of a strand it is what `reference/strand_panels.toml` says, else the measures of the kind that its first one is of: notices
    and crimes are not added up.

    Raises:
        UnknownNameError: The dataset has no such measure, or none of the strand or view.
    """
    if measure:
        return _of_one(find_measure(contents.measures, measure))
    key = key_now(contents.strand_list, key)
    of_strand = contents.measures_of(key)
    if not of_strand:
        raise UnknownNameError(
            f"The dataset has no measure of the strand '{contents.name_of(key)[:60]}'. Choose another strand."
        )
    across = any(view.key == key for view in contents.views)
    wanted = tuple(one.key for one in of_strand) if across else panels_of(key, of_strand).counted
    together = [one for one in of_strand if one.key in wanted] or [
        one for one in of_strand if one.record_kind == of_strand[0].record_kind and one.flow is Flow.FLOW
    ]
    if len(together) < 2:
        return _of_one((together or of_strand)[0])
    kind = ACROSS if across else STRAND
    former = next((one.was for one in entries(contents.strand_list) if one.key == key), ())
    return Subject(
        kind + key, contents.name_of(key), unit_of(together), tuple(together), whole=key, former=former
    )


def _of_one(measure: Measure) -> Subject:
    return Subject(measure.key, measure.name, measure.unit, (measure,))
