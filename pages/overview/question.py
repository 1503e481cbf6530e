"""What is asked of the overview: one measure, to look at in depth."""

from dataclasses import dataclass

from pages.shared.choices import Choices, choice
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import most_notable


@dataclass(frozen=True)
class OverviewChoices(Choices):
    """What is chosen on the overview: the key of a measure."""

    measure: str | None = choice(falls_with=("dataset", "strand"))


def measure_shown(overview: Overview, choices: OverviewChoices, looked_at: str | None) -> str:
    """Return the key of the measure picked; until somebody picks, of the one looked at or else the most notable."""
    keys = {measure.key for measure in overview.measures}
    picked = choices.measure if choices.measure in keys else looked_at
    return picked if picked in keys else most_notable(overview.table, overview.measures)
