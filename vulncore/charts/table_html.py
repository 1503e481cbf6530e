"""A plain table that people read, as HTML."""

from collections.abc import Collection
from html import escape
from typing import Any

import pandas as pd

LONGEST_WORD = 40  # a digest or a file's name: it may break anywhere, so that the page does not grow wide


def table_html(frame: pd.DataFrame, caption: str, figures: Collection[str] = ()) -> str:
    """Return a frame as an HTML table, every text escaped; numbers align right with separators, and so do columns of `figures`.

    >>> table_html(pd.DataFrame({"days": [1234]}), "Days").endswith(">1,234</td></tr></tbody></table>")
    True
    """
    numeric = {name: pd.api.types.is_numeric_dtype(frame[name]) for name in frame}
    right = {name: numeric[name] or name in figures for name in frame}
    head = "".join(
        f'<th scope="col" class="{"number" if right[name] else "word"}">{escape(str(name))}</th>'
        for name in frame
    )
    body = "".join(
        "<tr>" + "".join(_cell(value, right[name]) for name, value in zip(frame, row, strict=True)) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return (
        f'<table class="plain"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any, number: bool) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return f'<td class="{"number" if number else "word"}">–</td>'
    if number:
        return f'<td class="number">{escape(value) if isinstance(value, str) else f"{value:,}"}</td>'
    text = str(value)
    unbroken = max((len(word) for word in text.split()), default=0)
    return f'<td class="{"long" if unbroken > LONGEST_WORD else "word"}">{escape(text)}</td>'
