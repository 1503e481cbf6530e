"""Offers what is on screen as a file."""

from collections.abc import Callable
from typing import Literal

import pandas as pd
import streamlit as st

from pages.shared.text import plain
from vulncore.cli.options import csv_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer_csv(
    rows: Callable[[], pd.DataFrame],
    name: str,
    *,
    label: str = "Download as CSV",
    key: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Offer rows as a file of a name; they are worked out when somebody asks for it."""
    offer_file(lambda: csv_text(rows()), name, "text/csv", label=label, key=key, width=width)


def offer_file(
    content: Callable[[], str | bytes],
    name: str,
    mime: str,
    *,
    label: str,
    key: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Offer a file of a name, made when somebody asks for it; the page isn't drawn anew for that."""
    st.download_button(
        plain(label), data=content, file_name=name, mime=mime, key=key, width=width, on_click="ignore"
    )
