"""A strand's figures as tables to read."""

import pandas as pd

from vulncore.findings.shared.words import capital_first, file_note, hidden_as
from vulncore.findings.strand.harm import Harm, HarmRow
from vulncore.findings.strand.harm_sentences import OFFENCES_BLURRED
from vulncore.findings.strand.sentences import days_in_words, range_in_words, rules_in_words
from vulncore.findings.strand.standing import Standing, standing_export
from vulncore.metrics.control.chart import ChartKind
from vulncore.store.manifest import Publish


def standing_table(of: Standing) -> pd.DataFrame:
    """Return the control chart as a table to read, the newest month first; of days between records, the newest record."""
    if of.chart.kind is ChartKind.GAPS:
        return _gap_table(of)
    rows = standing_export(of).iloc[::-1]
    frame = of.chart.frame.iloc[::-1]
    return pd.DataFrame(
        {
            "Month": frame["month"].dt.strftime("%B %Y"),
            "Recorded": ["–" if pd.isna(count) else f"{count:,.0f}" for count in frame["count"]],
            "Mean": ["–" if pd.isna(mean) else f"{mean:,.1f}" for mean in frame["mean"]],
            "Usual range": _ranges(frame),
            "More than chance": _beyond(frame, of.chart.kind),
            "Status": rows["status"].map(capital_first),
        }
    )


def _gap_table(of: Standing) -> pd.DataFrame:
    gaps = of.chart.gaps.iloc[::-1]
    status = (
        gaps["provisional"].map({True: "Provisional", False: "Final"}).mask(gaps["open"], "Nothing since")
    )
    return pd.DataFrame(
        {
            "Recorded in": gaps["month"].dt.strftime("%B %Y"),
            "Days since the record before": gaps["days"].map(days_in_words),
            "Usual range": _ranges(gaps),
            "More than chance": _beyond(gaps, of.chart.kind),
            "Status": status,
        }
    )


def _ranges(frame: pd.DataFrame) -> list[str]:
    return [range_in_words(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)]


def _beyond(frame: pd.DataFrame, kind: ChartKind) -> list[str]:
    return [capital_first(words) for words in rules_in_words(frame, kind)]


def harm_table(harm: Harm) -> pd.DataFrame:
    """Return the severity of measures beside their counts as a table to read, the heaviest first."""
    rows = sorted(harm.rows, key=lambda row: -(row.score or 0))
    return pd.DataFrame(
        {
            "Measure": row.measure.name,
            "Crimes": "–" if row.records is None else f"{row.records:,}",
            "Severity (likely between)": _score(row, harm.smallest),
            "Each crime": "–" if row.per_record is None else f"about {row.per_record:,.0f}",
            "Against the twelve months before": _ratio(row),
            "Without a weight": "–" if row.unweighed is None else f"{row.unweighed} %",
        }
        for row in rows
    )


def _score(row: HarmRow, smallest: int) -> str:
    if row.score is None:
        return hidden_as(smallest) if row.records else "–"
    return f"about {row.score:,.0f} ({row.low:,.0f} to {row.high:,.0f})"


def _ratio(row: HarmRow) -> str:
    if row.ratio is None:
        return capital_first(row.signal.value)
    most = "more" if row.ratio_high is None else f"{row.ratio_high:g}"
    return f"{row.ratio:g} times ({row.ratio_low:g} to {most}): {row.signal.value}"


def harm_export(harm: Harm, publish: Publish) -> pd.DataFrame:
    """Return the severity of measures as a file takes it: the columns of `Harm.frame`, with whose, when and where from."""
    whose = pd.DataFrame(
        {"dataset": publish.dataset, "version": publish.number, "force": harm.force}, index=harm.frame.index
    )
    ends = {
        "from": f"{harm.window.start:%Y-%m}",
        "to": f"{harm.window.end:%Y-%m}",
        "weights": harm.weights.name,
    }
    note = file_note(publish, OFFENCES_BLURRED if harm.smallest > 1 else "")
    rows = pd.concat([whose.assign(**ends), harm.frame], axis=1)
    return rows.assign(source=publish.attribution or publish.source, note=note)
