"""The strand table in the form of the committee's report, what stands out of it, and five years of a measure."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from vulncore.domain.periods import BASELINE_FINANCIAL_YEAR, financial_year_name
from vulncore.domain.vocabulary import Measure, find_measure
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History, history, history_export
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import NOTABLE, own_words, ranked_keys
from vulncore.findings.overview.strand_rows import NOT_COMPARABLE, change_cell, table_caption
from vulncore.findings.shared.subject import Subject
from vulncore.findings.shared.words import capital_first
from vulncore.metrics.strands.change import percent_text, rounded
from vulncore.metrics.strands.signal import Signal
from vulncore.metrics.strands.table import COMPARISONS, Comparison
from vulncore.packs.part import PackPart, PackTable, Tint
from vulncore.packs.sections.basis import LeftOutError, PackBasis

BASELINE: Final = f"FYTD {financial_year_name(BASELINE_FINANCIAL_YEAR)[2:]}"
STRAND: Final = "Strand"
COLUMNS: Final = {
    "fytd": ("Previous FYTD", "Current FYTD", "Frequency change", "% change"),
    "baseline": ("", BASELINE, f"Frequency change on {BASELINE[5:]}", f"% change on {BASELINE[5:]}"),
    "rolling12": (
        "Previous rolling 12 months",
        "Current rolling 12 months",
        "Frequency change, 12 months",
        "% change, 12 months",
    ),
}
"""The headings of the report's table by comparison: both counts, the change as a count and in per cent. The baseline's current count
is that of the first comparison."""
SIGNAL: Final = "More than chance?"
RULE: Final = (
    "↑ increase, ↓ decrease, ● no change. Red: up by more than 10 %. Green: down by more than 10 %, and more than chance. Orange: in between. "
    "FYTD: financial year to date, from April."
)
UNKNOWN: Final = "–"


def table_part(basis: PackBasis) -> PackPart:
    """Return the strand table: the report's columns, its symbols and colours, and whether a change is more than chance."""
    overview = basis.overview
    briefing = overview.briefing
    return PackPart(
        heading="Strand table",
        finding=briefing.finding,
        sentences=basis.spoken(overview.headline),
        action=basis.advised(briefing.action),
        tables=(strand_pack_table(overview),),
        source=basis.source,
        link=basis.link("overview"),
        notes=_notes(basis),
    )


def strand_pack_table(overview: Overview) -> PackTable:
    """Return the strand table as documents print it, with the rows that head a group of measures."""
    rows: list[dict[str, Any]] = []
    groups: set[int] = set()
    tints: dict[tuple[int, str], Tint] = {}
    compared = [one for one in COMPARISONS if overview.windows[one.earlier] is not None]
    headings = [name for one in compared for name in COLUMNS[one.key] if name]
    group = ""
    for measure, row in zip(overview.measures, overview.table.to_dict("records"), strict=True):
        if measure.group != group:
            group = measure.group
            if group:
                groups.add(len(rows))
                rows.append({STRAND: group, **dict.fromkeys([*headings, SIGNAL], "")})
        cells, colours = _cells(row, measure, compared)
        tints |= {(len(rows), name): tint for name, tint in colours.items()}
        rows.append({STRAND: measure.label, **cells, SIGNAL: capital_first(Signal(row["fytd_signal"]).value)})
    frame = pd.DataFrame(rows, columns=[STRAND, *headings, SIGNAL], dtype=object)
    return PackTable(
        name="Strand table",
        caption=table_caption(overview),
        frame=frame,
        figures=tuple(headings),
        groups=frozenset(groups),
        tints=tints,
        notes=(RULE, *_near_the_line(overview)),
        wide=True,
    )


def change_parts(basis: PackBasis, most: int) -> Iterator[PackPart]:
    """Yield a finding for each measure that changed by more than chance, may have, or stopped: the gravest first, so many at most.

    Raises:
        LeftOutError: None of them did.
    """
    overview = basis.overview
    signals = dict(zip(overview.table["measure"], overview.table["fytd_signal"], strict=True))
    notable = [key for key in ranked_keys(overview.table, overview.measures) if signals[key] in NOTABLE]
    if not notable:
        raise LeftOutError(overview.briefing.finding)
    for key in notable[:most]:
        yield _measure_part(basis, find_measure(overview.measures, key))


def measure_parts(basis: PackBasis, subject: Subject, most: int) -> Iterator[PackPart]:
    """Yield five years of each measure of a strand or view, so many at most."""
    for measure in subject.measures[:most]:
        yield _measure_part(basis, measure)


def _notes(basis: PackBasis) -> tuple[str, ...]:
    """Return which periods are not whole; what people wrote on the data goes along to those who may read it."""
    shown = basis.overview
    if basis.audience.sees_commentary:
        return shown.notes
    return replace(shown, annotations=shown.annotations.head(0)).notes


def _measure_part(basis: PackBasis, measure: Measure) -> PackPart:
    overview = basis.overview
    past = history(overview, measure.key)
    row = overview.table[overview.table["measure"] == measure.key].iloc[0].to_dict()
    finding, action = _finding(row, measure, past)
    chart = monthly_chart(past.frame, past.title, measure.unit) if past.drawn else None
    return PackPart(
        heading=measure.name,
        finding=finding,
        sentences=tuple(filter(None, [past.sentence if past.sentence != finding else "", past.caution])),
        action=basis.advised(action),
        picture=basis.drawn(chart, f"{past.title}. {past.sentence}", whose=True) if chart else None,
        tables=(_months_table(overview, past),) if past.drawn else (),
        source=basis.source,
        link=basis.link("overview", basis.path_of_measure(measure)),
        asks_commentary=True,
    )


def _finding(row: Mapping[Hashable, Any], measure: Measure, past: History) -> tuple[str, str]:
    """Return how a measure changed, and what to do: where that could be chance, that it is no clear change."""
    if row["fytd_signal"] in NOTABLE:
        return own_words(row, measure)
    if row["fytd_signal"] == Signal.NOT_TESTED:
        return past.sentence, ""
    earlier, current = int(row["fytd_previous"]), int(row["fytd_current"])
    if earlier == current:
        return f"{measure.name}: {current:,}, as in the same months last year.", ""
    return f"{measure.name}: no clear change, {current:,} after {earlier:,} last year.", ""


def _months_table(overview: Overview, past: History) -> PackTable:
    rows = history_export(overview, past)[["month", "count", "mean_of_12_months", "status"]]
    frame = rows.rename(columns={"mean_of_12_months": "mean of 12 months"}).rename(columns=capital_first)
    return PackTable(
        name=f"{past.measure.name} by month",
        caption=past.title,
        frame=frame,
        figures=("Count", "Mean of 12 months"),
        in_documents=False,
    )


def _cells(
    row: Mapping[Hashable, Any], measure: Measure, compared: Sequence[Comparison]
) -> tuple[dict[str, Any], dict[str, Tint]]:
    """Return a measure's figures and the colours behind them, by their headings: what the screen says and no more."""
    cells: dict[str, Any] = {}
    tints: dict[str, Tint] = {}
    for comparison in compared:
        earlier, current, difference, percent = COLUMNS[comparison.key]
        if comparison.key == "baseline":
            earlier, current = current, ""
        cells[earlier] = _number(row[comparison.earlier])
        if current:
            cells[current] = _number(row[comparison.current])
        change = change_cell(row, comparison.key, measure)
        is_told = change is not None and change.percent != NOT_COMPARABLE
        cells[difference] = int(row[f"{comparison.key}_change"]) if is_told else UNKNOWN
        cells[percent] = _percent(row, comparison.key) if is_told else change.percent if change else UNKNOWN
        if change and change.meaning in {*Tint}:
            tints[percent] = Tint(change.meaning)
    return cells, tints


def _number(value: Any) -> Any:
    return UNKNOWN if pd.isna(value) else int(value)


def _percent(row: Mapping[Hashable, Any], key: str) -> str:
    percent: Fraction | None = row[f"{key}_percent"]
    return f"{row[f'{key}_symbol']}\u00a0" + (
        "from\u00a00" if percent is None else f"{rounded(percent)}\u202f%".replace("-", "−")
    )


def _near_the_line(overview: Overview) -> Iterator[str]:
    """Yield a sentence where a whole percentage hides on which side of the line it lies."""
    names = {measure.key: measure.label for measure in overview.measures}
    for row in overview.table.to_dict("records"):
        for comparison in COMPARISONS:
            percent = row[f"{comparison.key}_percent"]
            if percent is None or pd.isna(row[f"{comparison.key}_change"]) or row[f"{comparison.key}_broken"]:
                continue
            exact, whole = percent_text(percent), str(abs(rounded(percent)))
            if exact != whole:
                sign = "−" if percent < 0 else ""
                yield (
                    f"{names[row['measure']]}: {sign}{whole} % in '{COLUMNS[comparison.key][3]}' is {sign}{exact} %."
                )


def definitions_table(overview: Overview) -> PackTable:
    """Return what each measure counts, and where that is laid down."""
    frame = pd.DataFrame(
        {
            "Measure": one.name,
            "Published as": one.label,
            "What counts": one.definition,
            "Laid down in": one.definition_source,
            "Counted in": one.unit,
        }
        for one in overview.measures
    )
    return PackTable("Definitions", "What is counted", frame, in_documents=False)
