"""What comes to a unit, kind by kind, as a table and in notes."""

import pandas as pd

from vulncore.findings.resourcing_outlook import ResourcingOutlook
from vulncore.findings.resourcing_words import value_in_words
from vulncore.findings.week_sentences import percent
from vulncore.forecasting.intervals import summary
from vulncore.resourcing.scenario import CaseType


def demand_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what comes to the unit, kind by kind, for people."""
    forecast, rows = told.forecast, []
    months = slice(told.span.first, told.span.last + 1)
    for kind in told.used.case_types:
        own = forecast.demand.kinds.get(kind.key)
        counted, recent = _counted_by(told, kind), "–"
        if own:
            last = own.found.actual[-12:]
            recent = "–" if pd.isna(last).any() else f"{last.sum():,.0f}"
        expected = spread = "–"
        if kind.key in forecast.paths:
            total = summary(forecast.paths[kind.key][:, months].sum(axis=1, keepdims=True)).iloc[0]
            expected, spread = f"{total['mean']:,.0f}", f"{total['low80']:,.0f} to {total['high80']:,.0f}"
        rows.append(
            {
                "Kind of case": kind.name,
                "Counted by": counted,
                "Twelve months to now": recent,
                f"Expected in {told.asked.year}": expected,
                "80 % range": spread,
                "Comes to the unit, %": value_in_words(told.used.assumptions[f"case.{kind.key}.share"]),
                "Held by": told.used.role(kind.held_by).name,
            }
        )
    return pd.DataFrame(rows)


def demand_notes(told: ResourcingOutlook) -> list[str]:
    """Return what is to be known about what comes in: who gets what, what is not forecast, how sure forecasts are."""
    wanted = told.forecast.demand
    notes = [
        "A record that counts towards several kinds of case is counted once, for the first of them in this order."
    ]
    notes += [f"{kind.name}: {kind.note}" for kind in told.used.case_types if kind.note]
    notes += [
        f"{kind.why} {'Its recent rate is carried on.' if kind.steady else 'It is not in the figures.'}"
        for kind in wanted.kinds.values()
        if kind.why
    ]
    if wanted.told_twice:
        notes.append(
            f"Known as totals alone: {', '.join(wanted.told_twice)}. A record of several kinds may count twice in them."
        )
    names = {kind.key: kind.name for kind in told.used.case_types}
    held = [f"{names[key]} {percent(each.within80)}" for key, each in told.forecast.trials.items()]
    if held:
        notes.append(f"Of months up to a year ahead, forecasts' 80 % ranges held: {', '.join(held)}.")
    return notes


def _counted_by(told: ResourcingOutlook, kind: CaseType) -> str:
    """Return what counts a kind of case."""
    wanted = told.forecast.demand
    if kind.key in wanted.kinds:
        return ", ".join(measure.name for measure in wanted.kinds[kind.key].subject.measures)
    if not kind.derived_from or kind in wanted.missing:
        return "not in the data"
    ratio = value_in_words(told.used.assumptions[f"case.{kind.key}.ratio"])
    base = next(each.name for each in told.used.case_types if each.key == kind.derived_from)
    return f"{ratio}, for each {base[0].lower()}{base[1:]}"
