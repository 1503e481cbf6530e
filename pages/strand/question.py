"""What is asked of a strand: which records its chart counts, which months are compared, and what is looked at."""

from dataclasses import dataclass

from pages.shared.choices import Choices, Picker, choice
from pages.shared.sidebar import View, path_of, path_of_subject
from vulncore.findings.shared.subject import Subject, find_subject, subjects
from vulncore.findings.strand.panels import MONTH, QUARTER, YEAR
from vulncore.findings.strand.subject import strand_subject

YEAR_TO_DATE, TWELVE_MONTHS = "fytd", "12"


@dataclass(frozen=True)
class StrandChoices(Choices):
    """What is chosen on the page Strand."""

    against: str = choice(YEAR_TO_DATE)
    bar: str = choice("")
    part: str = choice("")


def first_strand(view: View) -> str:
    """Return what is looked at until somebody chooses, as a choice of the sidebar."""
    offered = subjects(view.contents)
    if not offered:  # month-end figures alone
        return path_of(view.contents.measures[0], view.contents)
    return path_of_subject(find_subject(offered, None), view.contents)


def subject_shown(view: View) -> Subject:
    """Return what the control chart counts.

    Raises:
        UnknownNameError: The dataset has nothing of what is looked at.
    """
    return strand_subject(view.contents, view.strand_or_view or "", view.measure)


def against_picker() -> Picker[str]:
    """Return the choice of the months that are compared."""
    words = {
        YEAR_TO_DATE: "This financial year with the same months last year",
        TWELVE_MONTHS: "The last twelve months with the twelve before",
    }
    return Picker("Compare", "against", list(words), words=words.__getitem__, noun="comparison")


def bar_picker() -> Picker[str]:
    """Return the choice of how long a bar of the strand's own figures is."""
    words = {"": "As numbers allow", MONTH: "A month", QUARTER: "Three months", YEAR: "Twelve months"}
    return Picker("A bar is", "bar", list(words), words=words.__getitem__, noun="length of bars")
