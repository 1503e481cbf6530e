"""A strand's figures as tables to read."""

import pandas as pd

from vulncore.findings.shared.words import capital_first, file_note, hidden_as
from vulncore.findings.strand.harm import Harm, HarmRow
from vulncore.findings.strand.harm_sentences import OFFENCES_BLURRED
from vulncore.findings.strand.standing import Standing, standing_export
from vulncore.store.manifest import Publish


def standing_table(of: Standing) -> pd.DataFrame:
    """Return the control chart as a table to read, the newest month first."""
    rows = standing_export(of).iloc[::-1]
    beyond = rows["rule"].where(rows["rule"] == "", rows["rule"] + " (" + rows["side"] + ")")
    return pd.DataFrame(
        {
            "Month": pd.to_datetime(rows["month"]).dt.strftime("%B %Y"),
            "Recorded": [f"{count:,}" if pd.notna(count) else "–" for count in rows["count"]],
            "Mean": rows["mean"].map(_in_words),
            "Low": rows["low"].map(_in_words),
            "High": rows["high"].map(_in_words),
            "More than chance": beyond.map(capital_first),
            "Status": rows["status"].map(capital_first),
        }
    )


def _in_words(number: float) -> str:
    return "–" if pd.isna(number) else f"{number:,.1f}"


def harm_table(harm: Harm) -> pd.DataFrame:
    """Return the severity of measures beside their counts as a table to read, the heaviest first."""
    rows = sorted(harm.rows, key=lambda row: -(row.score or 0))
    return pd.DataFrame(
        {
            "Measure": row.measure.name,
            "Crimes": "–" if row.records is None else f"{row.records:,}",
            "Severity (likely between)": hidden_as(harm.smallest) if row.score is None else _score(row),
            "Each crime": "–" if row.per_record is None else f"about {row.per_record:,.0f}",
            "Against the year before": _ratio(row),
            "Without a weight": "–" if row.unweighed is None else f"{row.unweighed} %",
        }
        for row in rows
    )


def _score(row: HarmRow) -> str:
    return f"about {row.score:,.0f} ({row.low:,.0f} to {row.high:,.0f})"


def _ratio(row: HarmRow) -> str:
    if row.ratio is None:
        return capital_first(row.signal.value)
    most = "more" if row.ratio_high is None else f"{row.ratio_high:g}"
    return f"{row.ratio:g} times ({row.ratio_low:g} to {most}): {row.signal.value}"


def harm_export(harm: Harm, publish: Publish) -> pd.DataFrame:
    """Return the severity of measures as a file takes it: the columns of `Harm.frame`, with whose, when and where from."""
    told = pd.DataFrame(
        {"dataset": publish.dataset, "version": publish.number, "force": harm.force}, index=harm.frame.index
    )
    ends = {
        "from": f"{harm.window.start:%Y-%m}",
        "to": f"{harm.window.end:%Y-%m}",
        "weights": harm.weights.name,
    }
    note = file_note(publish, OFFENCES_BLURRED if harm.smallest > 1 else "")
    rows = pd.concat([told.assign(**ends), harm.frame], axis=1)
    return rows.assign(source=publish.attribution or publish.source, note=note)
