"""Offers what is on screen as a file: a chart as a picture, figures as a table."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import altair
import pandas as pd
import streamlit as st

from pages.shared.text import plain
from vulncore.charts.picture import PictureKind, picture
from vulncore.charts.theme import LIGHT, Palette
from vulncore.cli.printing import csv_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Download(NamedTuple):
    """A file that is made when somebody asks for it: what its button says, how it is made, its ending and its kind."""

    label: str
    content: Callable[[], str | bytes]
    ending: str
    mime: str


def pictures(draw: Callable[[Palette], altair.LayerChart], source: str) -> list[Download]:
    """Return a chart as the files of its picture: on white, whatever the visitor's theme.

    Args:
        draw: Returns the chart in the colours of a ground.
        source: Where its figures come from, as the chart on screen says it.
    """
    return [
        Download(
            f"Picture ({kind.name})",
            lambda kind=kind: picture(draw(LIGHT), source, kind),
            kind.value,
            kind.mime,
        )
        for kind in PictureKind
    ]


def csv_table(rows: Callable[[], pd.DataFrame]) -> Download:
    """Return rows as a file; they are worked out when somebody asks for it."""
    return Download("Table (CSV)", lambda: csv_text(rows()), "csv", "text/csv")


def offer_downloads(
    name: str, files: Sequence[Download], *, key: str, width: Literal["content", "stretch"] = "content"
) -> None:
    """Offer files of one name, each with its ending, behind one button.

    Args:
        name: What `vulncore.findings.shared.file_names` makes of what they hold.
        files: The files.
        key: What tells these buttons from others of the page.
        width: Whether the button is as wide as its place.
    """
    with st.popover("Download", width=width):
        for file in files:
            offer_file(
                file.content,
                f"{name}.{file.ending}",
                file.mime,
                label=file.label,
                key=f"{key} {file.ending}",
                width="stretch",
            )


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
