"""What comes to a unit, kind by kind: as rows for files, as a table for people, and in notes."""

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sentences import LEFT_OUT
from vulncore.findings.shared.words import percent, small_first
from vulncore.resourcing.draws import number_draws
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.checks import in_numbers
from vulncore.resourcing.scenario.scenario import CaseType


def demand_rows(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return what comes in, kind by kind, for files.

    Returns:
        One row per kind of case: `case`, `name`, `counted_by`, `recorded12` (the last twelve months; missing where one of them is,
        or rounded as `recent` says), `year`, `expected50`, `low80`, `high80` (records of the year), `unit50`, `unit_low80`,
        `unit_high80` (of them, those that come to the unit), `held_by`.
    """
    rows = []
    for kind in outlook.used.case_types:
        recorded = outlook.forecast.demand.kinds.get(kind.key)
        records = _records(outlook, kind)
        cases = None
        if records is not None:
            share = number_draws(outlook.used, Address("share", case=kind.key), len(records))[:, 0] / 100
            cases = records * share
        row = {
            "case": kind.key,
            "name": kind.name,
            "counted_by": _recorded_as(outlook, kind),
            "recorded12": recorded.recent if recorded else None,
            "year": outlook.question.year,
            **_middle(records, ("expected50", "low80", "high80")),
            **_middle(cases, ("unit50", "unit_low80", "unit_high80")),
            "held_by": kind.held_by,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def demand_table(outlook: ResourcingOutlook) -> pd.DataFrame:
    """Return what comes to the unit, kind by kind, for people."""
    year, table = outlook.question.year, []
    for kind, (_, row) in zip(outlook.used.case_types, demand_rows(outlook).iterrows(), strict=True):
        recorded = outlook.forecast.demand.kinds.get(kind.key)
        about = "about " if recorded and recorded.rounded else ""
        recent = "–" if pd.isna(row["recorded12"]) else f"{about}{row['recorded12']:,.0f}"
        table.append(
            {
                "Kind of case": kind.name,
                "Recorded as": row["counted_by"],
                "Last twelve months": recent,
                f"Records in {year}": _with_range(row, ("expected50", "low80", "high80")),
                "Comes to the unit, %": in_numbers(outlook.used.assumptions[Address("share", case=kind.key)]),
                f"Cases of the unit in {year}": _with_range(row, ("unit50", "unit_low80", "unit_high80")),
                "Held by": outlook.used.role(kind.held_by).name,
            }
        )
    return pd.DataFrame(table)


def demand_notes(outlook: ResourcingOutlook) -> list[str]:
    """Return notes on what comes in: who gets what, what is not forecast, how sure forecasts are."""
    unit = outlook.forecast.demand
    notes = [
        "A record of several kinds of case is counted once, for the first kind in this table.",
        "A record of several measures of one kind is counted once, too.",
        *(
            f"{kind.subject.name}: {kind.recent:,} of {kind.whole:,} in the last twelve months. The others are counted for an "
            "earlier kind."
            for kind in unit.kinds.values()
            if kind.recent is not None and kind.whole != kind.recent and not kind.rounded
        ),
        "Figures ahead are medians. The range in brackets holds 4 of 5 forecasts.",
    ]
    notes += [f"{kind.name}: {kind.note}" for kind in outlook.used.case_types if kind.note]
    notes += [
        f"{kind.why_not} {'The recent rate is carried forward.' if kind.steady else LEFT_OUT}"
        for kind in unit.kinds.values()
        if kind.why_not
    ]
    if unit.may_count_twice:
        notes.append(
            f"Recorded as totals alone: {', '.join(unit.may_count_twice)}. A record of several kinds may count twice there."
        )
    names = {kind.key: kind.name for kind in outlook.used.case_types}
    shares = [f"{names[key]} {percent(trial.within80)}" for key, trial in outlook.forecast.trials.items()]
    if shares:
        notes.append(
            "In tests on past months, up to a year ahead, the 4-in-5 range held the recorded figure this often: "
            f"{', '.join(shares)}."
        )
    return notes


def _records(outlook: ResourcingOutlook, kind: CaseType) -> Floats | None:
    """Return how many records of a kind each path has in the question's year; none where it doesn't come."""
    months = slice(outlook.span.first, outlook.span.last + 1)
    paths = outlook.forecast.paths
    if kind.key in paths:
        return np.asarray(paths[kind.key][:, months].sum(axis=1), dtype=float)
    if kind.derived_from not in paths:
        return None
    base = paths[kind.derived_from][:, months].sum(axis=1)
    ratio = number_draws(outlook.used, Address("ratio", case=kind.key), len(base))[:, 0]
    return np.asarray(base * ratio, dtype=float)


def _middle(values: Floats | None, names: tuple[str, str, str]) -> dict[str, float | None]:
    if values is None:
        return dict.fromkeys(names)
    return {
        name: round(float(np.quantile(values, level)), 1)
        for name, level in zip(names, (0.5, 0.1, 0.9), strict=True)
    }


def _with_range(row: pd.Series, names: tuple[str, str, str]) -> str:
    middle, low, high = (row[name] for name in names)
    return "–" if pd.isna(middle) else f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _recorded_as(outlook: ResourcingOutlook, kind: CaseType) -> str:
    """Return the measures that record a kind of case, or the kind that it is derived from."""
    unit = outlook.forecast.demand
    if kind.key in unit.kinds:
        return ", ".join(measure.name for measure in unit.kinds[kind.key].subject.measures)
    if not kind.derived_from or kind in unit.missing:
        return "not recorded"
    ratio = in_numbers(outlook.used.assumptions[Address("ratio", case=kind.key)])
    base = next(other.name for other in outlook.used.case_types if other.key == kind.derived_from)
    return f"{ratio} for each {small_first(base)}"
