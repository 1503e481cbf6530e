"""A plain table that people read, as HTML."""

from html import escape

import pandas as pd


def table_html(frame: pd.DataFrame, caption: str) -> str:
    """Return a frame as an HTML table, every text escaped; numbers align right with separators.

    >>> table_html(pd.DataFrame({"days": [1234]}), "Days").endswith(">1,234</td></tr></tbody></table>")
    True
    """
    numeric = {name: pd.api.types.is_numeric_dtype(frame[name]) for name in frame}
    head = "".join(
        f'<th scope="col" class="{"number" if numeric[name] else "word"}">{escape(str(name))}</th>'
        for name in frame
    )
    body = "".join(
        "<tr>"
        + "".join(_cell(value, numeric[name]) for name, value in zip(frame, row, strict=True))
        + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return (
        f'<table class="plain"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: object, number: bool) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return f'<td class="{"number" if number else "word"}">–</td>'
    if number:
        return f'<td class="number">{value:,}</td>'
    return f'<td class="word">{escape(str(value))}</td>'
