"""The charts of a unit's staffing in words, for who can't see them."""

from vulncore.findings.resourcing.assumptions import driver_name
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sentences import cases, chance_in_words, officers


def staffing_in_words(told: ResourcingOutlook) -> str:
    """Return the months of a role in words, for who can't see the chart: each December."""
    ends = told.months[told.months["month"].dt.month == 12]
    said = [
        f"{row['month']:%B %Y} needed {officers(row['needed50'])}, enough in 80 % {officers(row['needed80'])}, in 95 % "
        f"{officers(row['needed95'])}, there {officers(row['there50'])}, chance of too few {chance_in_words(float(row['short']))}"
        for _, row in ends.iterrows()
    ]
    return f"Full-time officers: {'; '.join(said)}."


def caseload_in_words(told: ResourcingOutlook) -> str:
    """Return the cases each of a role in words, for who can't see the chart: each December."""
    ends = told.months[told.months["month"].dt.month == 12]
    said = [
        f"{row['month']:%B %Y} {cases(row['caseload50'])} ({cases(row['caseload10'])} to {cases(row['caseload90'])}), chance of more "
        f"than {told.limit:,g} {chance_in_words(float(row['over']))}"
        for _, row in ends.iterrows()
    ]
    return f"Open cases for each officer: {'; '.join(said)}."


def drivers_in_words(told: ResourcingOutlook) -> str:
    """Return what moves the shortage most, for who can't see the chart."""
    said = [
        f"{driver_name(told.used, row['key'])} from {row['gap_low']:+,.1f} to {row['gap_high']:+,.1f}"
        for _, row in told.drivers.head(5).iterrows()
    ]
    return f"Officers short, as expected {told.drivers['gap'].iloc[0]:+,.1f}: {'; '.join(said)}.".replace(
        "-", "−"
    )
