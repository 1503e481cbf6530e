"""The figures of an overview as tidy tables: one row an observation, one column a variable, each with its type, unit and meaning.

Source:
    Wickham (2014), Tidy data, Journal of Statistical Software 59(10).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import pandas as pd

from vulncore.domain.strands.strand_list import name_of
from vulncore.findings.overview.history import has_only_totals
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.words import made_note
from vulncore.metrics.strands.table import COMPARISONS

FieldType = Literal["string", "integer", "number", "boolean", "date"]
"""The types of Frictionless's Table Schema that are used here."""
PARSED: Final[dict[FieldType, str]] = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
}
"""As which type of pandas each is kept: all of them know a missing value."""
COMPARED: Final = {
    "fytd": "this financial year to date against the same months of last year",
    "baseline": "this financial year to date against the same months of the baseline year",
    "rolling12": "the last twelve months against the twelve before",
}
STATUS: Final = ("final", "provisional", "not delivered", "only totals")


class TidyField(NamedTuple):
    """A column: what its values are, of what type, in which unit, and which there can be."""

    name: str
    type: FieldType
    description: str
    unit: str = ""
    is_needed: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TidyTable:
    """A table, what a row of it is, its columns in order, and which of them tell its rows apart."""

    name: str
    title: str
    row: str
    fields: tuple[TidyField, ...]
    key: tuple[str, ...]
    rows: pd.DataFrame


OF_ALL: Final = (
    TidyField("dataset", "string", "The dataset that the figures are of."),
    TidyField("version", "integer", "The version of the dataset, counted from 1."),
    TidyField(
        "note", "string", "That the data is made, where it is; empty where it is real.", is_needed=False
    ),
)
MEASURE: Final = TidyField("measure", "string", "What is counted: a key of the table of measures.")
FORCE: Final = TidyField("force", "string", "The police force.")
OF_MEASURES: Final = (
    MEASURE._replace(description="The key of the measure."),
    TidyField("name", "string", "Its name on screen."),
    TidyField("published_label", "string", "The wording in which it is published."),
    TidyField("strand", "string", "The key of its strand.", is_needed=False),
    TidyField("strand_name", "string", "The name of its strand.", is_needed=False),
    TidyField("record_kind", "string", "What kind of record is counted."),
    TidyField("unit", "string", "What one of it is called, in the plural."),
    TidyField("serious", "boolean", "Whether it is one of the gravest harms."),
    TidyField(
        "rise_means", "string", "What a rise can mean: harm, confidence in reporting, or demand alone."
    ),
    TidyField("definition", "string", "What counts."),
    TidyField("definition_source", "string", "Where that is laid down."),
    *OF_ALL,
)
OF_MONTHS: Final = (
    FORCE,
    MEASURE,
    TidyField("month", "date", "The first day of the month."),
    TidyField(
        "count",
        "integer",
        "Records in the month; missing where it is not known, never zero then.",
        "records",
        is_needed=False,
    ),
    TidyField(
        "status",
        "string",
        "Whether the count is final, may still change, or why it is missing.",
        values=STATUS,
    ),
    *OF_ALL,
)
OF_COMPARISONS: Final = (
    FORCE,
    MEASURE,
    TidyField("comparison", "string", f"Which periods are compared: {'; '.join(f'{key}, {what}' for key, what in COMPARED.items())}.", values=tuple(COMPARED)),
    TidyField("earlier_from", "date", "The first day of the earlier period."),
    TidyField("earlier_to", "date", "The last day of the earlier period."),
    TidyField("current_from", "date", "The first day of the current period."),
    TidyField("current_to", "date", "The last day of the current period."),
    TidyField("earlier", "integer", "Records in the earlier period; missing where a month of it is.", "records", is_needed=False),
    TidyField("current", "integer", "Records in the current period; missing where a month of it is.", "records", is_needed=False),
    TidyField("change", "integer", "Current less earlier.", "records", is_needed=False),
    TidyField("percent_change", "number", "The change in per cent of the earlier count; missing from 0 to more.", "per cent", is_needed=False),
    TidyField("colour", "string", "The report's rule: red above +10 %, green below -10 %, orange between.", is_needed=False, values=("red", "orange", "green")),
    TidyField("signal", "string", "Whether the change is more than chance, in words.", is_needed=False),
    TidyField("rate_ratio", "number", "The current daily rate over the earlier one.", "ratio", is_needed=False),
    TidyField("ratio_low", "number", "The lower limit of that ratio.", "ratio", is_needed=False),
    TidyField("ratio_high", "number", "The upper limit of that ratio.", "ratio", is_needed=False),
    TidyField("interval_level", "number", "How sure these limits are for all measures at once, of 1.", "probability", is_needed=False),
    *OF_ALL,
)  # fmt: skip


def tidy_tables(overview: Overview) -> tuple[TidyTable, ...]:
    """Return the measures, the monthly counts up to the as-at month, and the comparisons of an overview.

    All are totals of a force by measure and period, which are published figures; nothing by place, hour or person is among them.
    """
    return (
        _table(
            "measures",
            "What is counted",
            "One measure.",
            OF_MEASURES,
            ("measure",),
            _measures(overview),
            overview,
        ),
        _table(
            "monthly-counts",
            "Records a month",
            "One measure and month.",
            OF_MONTHS,
            ("force", "measure", "month"),
            pd.DataFrame(_months(overview)),
            overview,
        ),
        _table(
            "comparisons",
            "What changed, and whether by more than chance",
            "One measure and comparison.",
            OF_COMPARISONS,
            ("force", "measure", "comparison"),
            pd.DataFrame(_comparisons(overview)),
            overview,
        ),
    )


def _table(
    name: str,
    title: str,
    row: str,
    fields: tuple[TidyField, ...],
    key: tuple[str, ...],
    rows: pd.DataFrame,
    overview: Overview,
) -> TidyTable:
    publish = overview.publish
    whole = rows.assign(
        force=overview.force, dataset=publish.dataset, version=publish.number, note=made_note(publish) or None
    )
    types = {field.name: PARSED[field.type] for field in fields}
    return TidyTable(name, title, row, fields, key, whole[list(types)].astype(types))


def _measures(overview: Overview) -> pd.DataFrame:
    listed = overview.publish.strand_list
    return pd.DataFrame(
        {
            "measure": one.key,
            "name": one.name,
            "published_label": one.label,
            "strand": one.strand or None,
            "strand_name": name_of(listed, one.strand) if one.strand else None,
            "record_kind": one.record_kind,
            "unit": one.unit,
            "serious": one.serious,
            "rise_means": one.polarity.value,
            "definition": one.definition,
            "definition_source": one.definition_source,
        }
        for one in overview.measures
    )


def _months(overview: Overview) -> Iterator[dict[str, object]]:
    series = overview.series[overview.series["month"] <= pd.Timestamp(overview.as_at)]
    calendar = pd.date_range(series["month"].min(), overview.as_at, freq="MS")
    known = series.set_index(["measure", "month"])[["count", "provisional"]].to_dict("index")
    rows = {row["measure"]: row for row in overview.table.to_dict("records")}
    for measure in overview.measures:
        counts = pd.Series(
            [known.get((measure.key, month), {}).get("count") for month in calendar], dtype=float
        )
        unknown = "only totals" if has_only_totals(rows[measure.key], counts) else "not delivered"
        for month in calendar:
            of_month = known.get((measure.key, month))
            status = unknown if of_month is None else "provisional" if of_month["provisional"] else "final"
            count = None if of_month is None else of_month["count"]
            yield {"measure": measure.key, "month": month, "count": count, "status": status}


def _comparisons(overview: Overview) -> Iterator[dict[str, object]]:
    for row in overview.table.to_dict("records"):
        for comparison in COMPARISONS:
            earlier, current = (overview.windows[name] for name in (comparison.earlier, comparison.current))
            if earlier is None or current is None:
                continue
            of_row = {name: row[f"{comparison.key}_{name}"] for name in ("change", "percent", "colour", "signal", "rate_ratio", "low", "high", "interval_level")}  # fmt: skip
            percent = of_row["percent"]
            yield {
                "measure": row["measure"],
                "comparison": comparison.key,
                "earlier_from": earlier.start,
                "earlier_to": earlier.end,
                "current_from": current.start,
                "current_to": current.end,
                "earlier": row[comparison.earlier],
                "current": row[comparison.current],
                "change": of_row["change"],
                "percent_change": None if percent is None or pd.isna(percent) else float(percent),
                "colour": of_row["colour"] or None,
                "signal": of_row["signal"] or None,
                "rate_ratio": of_row["rate_ratio"],
                "ratio_low": of_row["low"],
                "ratio_high": of_row["high"],
                "interval_level": of_row["interval_level"],
            }
