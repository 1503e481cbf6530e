"""What is asked of the overview: one measure, to look at in depth."""

from dataclasses import dataclass

from pages.shared.choices import Choices, choice
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import most_notable


@dataclass(frozen=True)
class OverviewChoices(Choices):
    """What is chosen on the overview: the key of a measure."""

    measure: str | None = choice(falls_with=("dataset",))


def measure_shown(overview: Overview, choices: OverviewChoices) -> str:
    """Return the key of the measure picked; the most notable one until somebody picks."""
    keys = {measure.key for measure in overview.measures}
    return choices.measure if choices.measure in keys else most_notable(overview.table, overview.measures)
