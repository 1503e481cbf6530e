"""What a forecast shows, as a file."""

import pandas as pd
import streamlit as st

from vulncore.cli.printing import csv_text
from vulncore.domain.periods import format_month
from vulncore.findings.forecast.demand import Demand


def offer_file(what: str, rows: pd.DataFrame, found: Demand) -> None:
    """Offer rows of a subject as CSV."""
    st.download_button(
        "Download as CSV",
        csv_text(rows),
        file_name=f"forecast-{found.subject.key}-{what}-{format_month(found.as_at)}.csv",
        mime="text/csv",
        key=f"download {what}",
    )
