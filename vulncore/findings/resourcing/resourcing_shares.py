"""Which share of a kind of case comes to a unit, read off the records that name a team."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from scipy.stats import beta

from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.periods import add_months, month_end, month_name
from vulncore.findings.forecast.demand import Subject
from vulncore.metrics.records.allocation import records_by_team
from vulncore.resourcing.scenario.assumption import Assumption
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.store import Snapshot

MONTHS = 60  # how far back teams are looked up
ENDS = 6**0.5  # standard deviations from the middle of a triangle to each of its ends
FEWEST = 30  # records with a team: of fewer the share is as good as assumed


def measured_shares(
    snapshot: Snapshot, force: str, subjects: Mapping[str, Subject], scenario: Scenario, as_at: date
) -> dict[str, Assumption]:
    """Return the share of each kind of case that was allocated to the unit, by the number's key.

    A share is left out where under FEWEST records name a team, or where those that went to the unit, or those that didn't, are
    so few that they have to be hidden.

    Source:
        The ends are those of a triangle that scatters as much as the posterior of a share under Jeffreys' prior (Brown, Cai
        and DasGupta 2001, Statistical Science 16, 101-133).
    """
    first, last = add_months(as_at, 1 - MONTHS), month_end(as_at)
    found: dict[str, Assumption] = {}
    for key, subject in subjects.items():
        keys = [measure.key for measure in subject.measures]
        without = [measure.key for measure in subject.without]
        teams = records_by_team(snapshot.incidents, force, keys, without, first, last)
        own = teams["team"].str.strip().str.casefold() == scenario.unit.strip().casefold()
        there, elsewhere = int(teams.loc[own, "records"].sum()), int(teams.loc[~own, "records"].sum())
        if there + elsewhere < FEWEST or min(there, elsewhere) < smallest_shown():
            continue
        share, sd = 100 * there / (there + elsewhere), 100 * float(beta.std(there + 0.5, elsewhere + 0.5))
        found[f"case.{key}.share"] = Assumption(
            round(max(share - ENDS * sd, 0.0), 1),
            round(share, 1),
            round(min(share + ENDS * sd, 100.0), 1),
            f"measured: records that name a team, {month_name(first)} to {month_name(as_at)}",
            measured=True,
        )
    return found


def with_measured(scenario: Scenario, measured: Mapping[str, Assumption]) -> Scenario:
    """Return a scenario whose numbers that are to be measured are, where the data know them."""
    known = {
        key: own
        for key, own in measured.items()
        if key in scenario.assumptions and scenario.assumptions[key].measured
    }
    return replace(scenario, assumptions={**scenario.assumptions, **known})
