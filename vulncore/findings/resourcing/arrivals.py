"""What comes to a unit, kind by kind, as a table and in notes."""

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.findings.resourcing.assumptions import value_in_words
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.shared.words import percent, small_first
from vulncore.resourcing.draws import drawn
from vulncore.resourcing.scenario.scenario import CaseType


def demand_rows(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what comes in, kind by kind, for files.

    Returns:
        One row per kind of case: `case`, `name`, `counted_by`, `recorded12` (the last twelve months; missing where one of them is,
        or rounded as `recent` says), `year`, `expected50`, `low80`, `high80` (records of the year), `unit50`, `unit_low80`,
        `unit_high80` (of them, those that come to the unit), `held_by`.
    """
    rows = []
    for kind in told.used.case_types:
        own = told.forecast.demand.kinds.get(kind.key)
        total = _records(told, kind)
        comes = total if total is None else total * _share(told, kind, len(total))
        row = {
            "case": kind.key,
            "name": kind.name,
            "counted_by": _counted_by(told, kind),
            "recorded12": own.recent if own else None,
            "year": told.asked.year,
            **_middle(total, ("expected50", "low80", "high80")),
            **_middle(comes, ("unit50", "unit_low80", "unit_high80")),
            "held_by": kind.held_by,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def demand_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what comes to the unit, kind by kind, for people."""
    year, table = told.asked.year, []
    for kind, (_, row) in zip(told.used.case_types, demand_rows(told).iterrows(), strict=True):
        own = told.forecast.demand.kinds.get(kind.key)
        about = "about " if own and own.rounded else ""
        table.append(
            {
                "Kind of case": kind.name,
                "Counted by": row["counted_by"],
                "Twelve months to now": "–"
                if pd.isna(row["recorded12"])
                else f"{about}{row['recorded12']:,.0f}",
                f"Records in {year}": _with_range(row, ("expected50", "low80", "high80")),
                "Comes to the unit, %": value_in_words(told.used.assumptions[f"case.{kind.key}.share"]),
                f"Cases of the unit in {year}": _with_range(row, ("unit50", "unit_low80", "unit_high80")),
                "Held by": told.used.role(kind.held_by).name,
            }
        )
    return pd.DataFrame(table)


def _records(told: ResourcingOutlook, kind: CaseType) -> Floats | None:
    """Return how many records of a kind each path has in the year asked about; none where it doesn't come."""
    months = slice(told.span.first, told.span.last + 1)
    paths = told.forecast.paths
    if kind.key in paths:
        return np.asarray(paths[kind.key][:, months].sum(axis=1), dtype=float)
    if kind.derived_from not in paths:
        return None
    key = f"case.{kind.key}.ratio"
    base = paths[kind.derived_from][:, months].sum(axis=1)
    return np.asarray(base * drawn(key, told.used.assumptions[key], len(base))[:, 0], dtype=float)


def _share(told: ResourcingOutlook, kind: CaseType, paths: int) -> Floats:
    key = f"case.{kind.key}.share"
    return drawn(key, told.used.assumptions[key], paths)[:, 0] / 100


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


def demand_notes(told: ResourcingOutlook) -> list[str]:
    """Return what is to be known about what comes in: who gets what, what is not forecast, how sure forecasts are."""
    wanted = told.forecast.demand
    notes = [
        "A record of several kinds of case is counted once, for the first of them in this order; so a kind may show fewer here.",
        "Numbers ahead are medians, with the range of four futures in five.",
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
    return f"{ratio}, for each {small_first(base)}"
