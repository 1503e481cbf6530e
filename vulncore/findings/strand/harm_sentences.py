"""What is said of severity: the finding first, then how sure it is, then what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vulncore.domain.errors import first_five
from vulncore.domain.words import capital_first, number_of, small_first
from vulncore.findings.shared.words import hidden_as, listed
from vulncore.metrics.strands.signal import Signal

if TYPE_CHECKING:
    from vulncore.findings.strand.harm import Harm, HarmRow

MOST_NAMED: Final = 3  # measures that one sentence names
MOST_OF_A_SCORE: Final = (
    25  # per cent that one record makes: fewer than four such crimes could be the whole score
)
OFFENCES_BLURRED: Final = "Offences are blurred: severity is about right, the number of crimes is exact."
"""What stands with figures by offence of blurred records (`vulncore.domain.blur`)."""


def harm_briefing(harm: Harm) -> tuple[str, ...]:
    """Return where most severity lies, if there is a choice, and which severity changed by more than chance."""
    scored = sorted((row for row in harm.rows if row.score), key=lambda row: -(row.score or 0))
    if not scored:
        return ("Too few crimes have a weight to show their severity.",)
    heaviest = scored[0]
    crimes = number_of(heaviest.records or 0, "crime")
    size = f"about {heaviest.score:,.0f}, from {crimes}"
    first = (
        f"{heaviest.measure.name} carries the most severity: {size}."
        if len(scored) > 1
        else f"{heaviest.measure.name}: severity {size}."
    )
    return tuple(filter(None, (first, _changes(scored) if harm.before else "")))


def row_in_words(row: HarmRow, smallest: int) -> str:
    """Return what a measure's severity is, and how it changed, in one or two short sentences."""
    if row.records is None:
        return "Not every month was delivered."
    if row.score is None:
        return f"Severity {hidden_as(smallest)}." if row.records else "No crime recorded."
    size = f"Severity about {row.score:,.0f} ({row.low:,.0f} to {row.high:,.0f})."
    if row.ratio is None:
        return f"{size} {capital_first(row.signal.value)}."
    most = "more" if row.ratio_high is None else f"{row.ratio_high:g}"
    return f"{size} {row.ratio:g} times the twelve months before ({row.ratio_low:g} to {most}): {row.signal.value}."


def harm_notes(harm: Harm) -> tuple[str, ...]:
    """Return what to know before the figures are used: what they are, what has no weight, what one crime makes of them."""
    light = [f"{row.unweighed} % of {small_first(row.measure.name)}" for row in harm.rows if row.unweighed]
    grave = [
        f"{row.gravest} % of {small_first(row.measure.name)}"
        for row in harm.rows
        if (row.gravest or 0) >= MOST_OF_A_SCORE
    ]
    others = listed([small_first(measure.name) for measure in harm.left_out])
    return tuple(
        filter(
            None,
            (
                f"Severity adds up a weight for each crime, in {harm.weights.unit}. It stands beside the counts, not for them.",
                f"Weights: {harm.weights.name}. {harm.weights.source}",
                f"One crime of the gravest offence would be much of the severity: {first_five(grave)}."
                if grave
                else "",
                f"Crimes without a weight are left out: {first_five(light)}." if light else "",
                f"The table has no weight for: {first_five(harm.without_weight)}."
                if harm.without_weight
                else "",
                f"Not weighed, because not crimes: {others}." if others else "",
                OFFENCES_BLURRED if harm.smallest > 1 else "",
            ),
        )
    )


def _changes(rows: list[HarmRow]) -> str:
    compared = [row for row in rows if row.ratio is not None]
    for signal, how_sure in (
        (Signal.CLEAR, "more than chance"),
        (Signal.MAY_BE, "this may be more than chance"),
    ):
        changed = [row for row in compared if row.signal is signal]
        if changed:
            first, *others = (
                (f"{row.ratio:g} times", f"for {small_first(row.measure.name)}")
                for row in changed[:MOST_NAMED]
            )
            named = listed([" as high ".join(first), *map(" ".join, others)])
            return f"Against the twelve months before, severity is {named}: {how_sure}."
    return "No change of severity is more than chance." if compared else ""
