"""A strand's figures as tables to read."""

import pandas as pd

from vulncore.findings.shared.words import capital_first
from vulncore.findings.strand.standing import Standing, standing_export


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
