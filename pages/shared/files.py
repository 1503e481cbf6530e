"""Offers what is on screen as a file: a chart as a picture, figures as a table."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

import altair
import pandas as pd
import streamlit as st

from pages.shared.text import plain
from vulncore.charts.picture import PictureKind, picture
from vulncore.charts.theme import LIGHT, Palette
from vulncore.packs.csv_table import csv_text

Width = Literal["content", "stretch"]
Content = Callable[[], str | bytes]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Download(NamedTuple):
    """A file that is made when somebody asks for it: what its button says, how it is made, its ending and its kind."""

    label: str
    content: Content
    ending: str
    mime: str


def pictures(draw: Callable[[Palette], altair.LayerChart], source: str) -> list[Download]:
    """Return a chart, drawn in the colours of a ground, as the files of its picture: on white, whatever the visitor's theme."""

    def made(kind: PictureKind) -> bytes:
        return picture(draw(LIGHT), source, kind)

    return [
        Download(f"Picture ({kind.name})", partial(made, kind), kind.value, kind.mime) for kind in PictureKind
    ]


def csv_table(rows: Callable[[], pd.DataFrame]) -> Download:
    """Return rows as a file; they are worked out when somebody asks for it."""
    return Download("Table (CSV)", lambda: csv_text(rows()), "csv", "text/csv")


def offer_downloads(name: str, files: Sequence[Download], *, key: str, width: Width = "content") -> None:
    """Offer files of one name (`vulncore.findings.shared.file_names`), each with its ending, behind one button."""
    with st.popover("Download", width=width):
        for file in files:
            named, button = f"{name}.{file.ending}", f"{key} {file.ending}"
            offer_file(file.content, named, file.mime, label=file.label, key=button, width="stretch")


def offer_csv(
    rows: Callable[[], pd.DataFrame],
    name: str,
    *,
    label: str = "Download as CSV",
    key: str | None = None,
    width: Width = "content",
) -> None:
    """Offer rows as a file of a name; they are worked out when somebody asks for it."""
    offer_file(lambda: csv_text(rows()), name, "text/csv", label=label, key=key, width=width)


def offer_file(
    content: Content, name: str, mime: str, *, label: str, key: str | None = None, width: Width = "content"
) -> None:
    """Offer a file of a name, made when somebody asks for it; the page isn't drawn anew for that."""
    st.download_button(
        plain(label), data=content, file_name=name, mime=mime, key=key, width=width, on_click="ignore"
    )
