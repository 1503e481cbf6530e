"""What is odd about the data, gravest first: what whoever decides by these figures should know."""

from vulncore.findings.data.checks import data_checks
from vulncore.findings.data.finding import findings_frame, findings_sentence
from vulncore.packs.part import PackPart, PackTable
from vulncore.packs.sections.basis import LeftOutError, PackBasis

PRINTED = ["What", "Why it matters", "What to do"]


def checks_part(basis: PackBasis, most: int) -> PackPart:
    """Return what the checks of the data say, the first of them printed, all in the workbook.

    Raises:
        LeftOutError: The audience is not this force: what a check says is for who keeps the data.
    """
    if not basis.audience.sees_operations:
        raise LeftOutError(
            "What is odd about the data is for those who keep them. Choose this force as the audience."
        )
    findings = data_checks(basis.snapshot, basis.about.force, smallest=basis.audience.smallest)
    frame = findings_frame(findings)
    caption = f"The first {most} of {len(frame)}" if len(frame) > most else "What the checks found"
    return PackPart(
        heading="What to know about the data",
        finding=findings_sentence(basis.about.publish, findings),
        tables=(
            PackTable("What to check, in short", caption, frame[PRINTED].head(most)),
            PackTable("What to check", "What the checks of the data found", frame, ("How many", "Out of"), in_documents=False),
        )
        if len(frame)
        else (),
        source=basis.source,
        link=basis.link("data"),
    )  # fmt: skip
