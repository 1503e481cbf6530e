"""The strand table as a file: the published columns first, what we add after them."""

import pandas as pd

from vulncore.domain.periods import BASELINE_FINANCIAL_YEAR, day_name, financial_year_name, format_month
from vulncore.domain.strands.strand_list import name_of
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.strand_rows import headings
from vulncore.findings.shared.words import capital_first, made_note
from vulncore.findings.shared.workbook import workbook
from vulncore.metrics.strands.change import rounded
from vulncore.metrics.strands.signal import Signal
from vulncore.metrics.strands.table import COMPARISONS, SIGNAL_COLUMNS


def table_export(overview: Overview) -> pd.DataFrame:
    """Return the strand table with the columns of the report's table, then further ones.

    Returns:
        One row per measure shown. First `group`, `measure` (the published label), the five windows, each
        comparison's change (count) and `_pct` (whole per cent, as published); then `key`, `strand`, each
        window's `_months` (months known) and `_provisional`, each comparison's symbol, colour and signal
        with its interval, `dispersion`, and the dataset, version, force, as-at month, source and a note
        on made data. Missing where a window is incomplete or from 0 to more.
    """
    table = overview.table
    baseline = f"fytd_{financial_year_name(BASELINE_FINANCIAL_YEAR).replace('/', '_')}"
    columns: dict[str, object] = {
        "group": [measure.group for measure in overview.measures],
        "measure": [measure.label for measure in overview.measures],
        "fytd_previous": table["fytd_previous"],
        "fytd_current": table["fytd_current"],
        **_change(table, "fytd"),
        baseline: table["fytd_baseline"],
        **_change(table, "baseline"),
        "rolling12_previous": table["rolling12_previous"],
        "rolling12_current": table["rolling12_current"],
        **_change(table, "rolling12"),
        "key": table["measure"],
        "strand": [measure.strand for measure in overview.measures],
    }
    for window in overview.windows:
        name = baseline if window == "fytd_baseline" else window
        columns |= {f"{name}_{part}": table[f"{window}_{part}"] for part in ("months", "provisional")}
    for comparison in COMPARISONS:
        for part in ("symbol", "colour", *SIGNAL_COLUMNS):
            columns[f"{comparison.key}_{part}"] = table[f"{comparison.key}_{part}"]
    return pd.DataFrame(columns).assign(
        dispersion=table["dispersion"],
        dataset=overview.publish.dataset,
        version=overview.publish.number,
        force=overview.force,
        as_at=format_month(overview.as_at),
        source=overview.publish.attribution or overview.publish.source,
        note=made_note(overview.publish),
    )


def table_workbook(overview: Overview) -> bytes:
    """Return the strand table as people read it, as an Excel workbook."""
    table, heads = overview.table, headings(overview)
    columns: dict[str, object] = {
        "Measure": [measure.name for measure in overview.measures],
        "Strand": [name_of(overview.publish.strand_list, one.strand) for one in overview.measures],
        f"Financial year to date, {heads.fytd_previous}": table["fytd_previous"],
        f"Financial year to date, {heads.fytd_current}": table["fytd_current"],
        **_change_for_people(table, "fytd", ""),
        "Signal": [capital_first(Signal(signal).value) for signal in table["fytd_signal"]],
    }
    if heads.baseline is not None:
        columns[f"Baseline, {heads.baseline}"] = table["fytd_baseline"]
        columns |= _change_for_people(table, "baseline", " since the baseline")
    columns |= {
        f"Twelve months {heads.rolling12_previous}": table["rolling12_previous"],
        f"Twelve months {heads.rolling12_current}": table["rolling12_current"],
        **_change_for_people(table, "rolling12", ", twelve months"),
    }
    publish = overview.publish
    version = (
        f"Dataset {publish.dataset}, version {publish.number}, published {day_name(publish.published_at)}"
    )
    source = f"{version}. {publish.attribution or publish.source}"
    lines = filter(None, [heads.caption, overview.question, source, made_note(publish)])
    return workbook("Strand table", list(lines), pd.DataFrame(columns))


def _change_for_people(table: pd.DataFrame, key: str, of_what: str) -> dict[str, object]:
    change = _change(table, key)
    return {f"Change{of_what}": change[f"{key}_change"], f"Change{of_what}, %": change[f"{key}_change_pct"]}


def _change(table: pd.DataFrame, key: str) -> dict[str, pd.Series]:
    percent = [None if value is None else rounded(value) for value in table[f"{key}_percent"]]
    return {
        f"{key}_change": table[f"{key}_change"],
        f"{key}_change_pct": pd.Series(percent, dtype="Int64", index=table.index),
    }
