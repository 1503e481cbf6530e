"""The strand table as HTML that prints, copies into a document and speaks to a screen reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import attrgetter

from vulncore.findings.overview.charts import sparkline
from vulncore.metrics.strands.change import COLOUR_THRESHOLD

FALL_UNSURE = "unsure"
COLOUR_WORDS = {
    "red": f"red: up by more than {COLOUR_THRESHOLD} %",
    "green": f"green: down by more than {COLOUR_THRESHOLD} %",
    FALL_UNSURE: f"no colour: down by more than {COLOUR_THRESHOLD} %, which could be chance",
    "orange": f"orange: within {COLOUR_THRESHOLD} %",
    "feed": "no colour: records may have stopped; confirm that records still arrive",
    "break": "no colour: recording changed between the two periods, so they can't be compared",
    "": "no colour: there is no percentage from 0",
}
WORDY = ("Change", "Signal")
Count = int | str
"""A count, or the words that stand in its place: "10 of 12 months"."""


@dataclass(frozen=True)
class ChangeCell:
    """A change as it is shown. `loud` says that it is more than chance, or a rise too serious to say quietly."""

    symbol: str
    percent: str
    words: str
    colour: str
    loud: bool

    @property
    def meaning(self) -> str:
        """What its colour says, as `COLOUR_WORDS` has it: a fall that could be chance has none."""
        return FALL_UNSURE if self.colour == "green" and not self.loud else self.colour


@dataclass(frozen=True)
class SignalCell:
    """What a change is worth. `kind` chooses how it looks; `range` is the rate ratio with its interval."""

    kind: str
    words: str
    range: str


@dataclass(frozen=True)
class TableRow:
    """One measure of the table. `months` are words where a line would mislead; a change of None can't be told."""

    key: str
    name: str
    group: str
    months: Sequence[int | None] | str
    fytd_previous: Count
    fytd_current: Count
    fytd: ChangeCell | None
    signal: SignalCell
    fytd_baseline: Count
    baseline: ChangeCell | None
    rolling12_previous: Count
    rolling12_current: Count
    rolling12: ChangeCell | None


@dataclass(frozen=True)
class Headings:
    """The words at the head of the table; a baseline of None leaves its columns out."""

    caption: str
    fytd_previous: str
    fytd_current: str
    baseline: str | None
    rolling12_previous: str
    rolling12_current: str


OTHERS = "Other measures"
"""What stands above measures of no group where others come before them."""


def strand_table_html(rows: Sequence[TableRow], heads: Headings) -> str:
    """Return the table, every text in it escaped. Each measure's name is a button, and the arrow after it another."""
    groups = [(name, list(members)) for name, members in groupby(rows, attrgetter("group"))]
    bodies = "".join(
        _group(name or (OTHERS if at else ""), members, heads) for at, (name, members) in enumerate(groups)
    )
    return (
        f'<table class="strands"><caption>{escape(heads.caption)}</caption>'
        f"<thead>{_head(heads)}</thead>{bodies}</table>"
    )


def _head(heads: Headings) -> str:
    wide = [("Financial year to date", 4), ("Twelve months", 3)]
    narrow = [heads.fytd_previous, heads.fytd_current, "Change", "Signal"]
    if heads.baseline is not None:
        wide.insert(1, ("Baseline", 2))
        narrow += [heads.baseline, "Change"]
    narrow += [heads.rolling12_previous, heads.rolling12_current, "Change"]
    groups = "".join(
        f'<th scope="colgroup" colspan="{span}" class="span">{escape(text)}</th>' for text, span in wide
    )
    columns = "".join(
        f'<th scope="col" class="{"word" if text in WORDY else "number"}">{_unbroken(text)}</th>'
        for text in narrow
    )
    return (
        '<tr><th scope="col" rowspan="2" class="word">Measure</th>'
        f'<th scope="col" rowspan="2" class="word">Last 36 months</th>{groups}</tr><tr>{columns}</tr>'
    )


def _unbroken(text: str) -> str:
    """Keep "Apr–Oct" on one line, whatever the year does."""
    first, _, rest = text.partition(" ")
    return f"<span>{escape(first)}</span> {escape(rest)}"


def _group(name: str, rows: Sequence[TableRow], heads: Headings) -> str:
    span = 9 + (2 if heads.baseline is not None else 0)
    title = f'<tr class="group"><th scope="rowgroup" colspan="{span}">{escape(name)}</th></tr>'
    return f"<tbody>{title if name else ''}{''.join(_row(row, heads) for row in rows)}</tbody>"


def _row(row: TableRow, heads: Headings) -> str:
    months = escape(row.months) if isinstance(row.months, str) else sparkline(row.months)
    button = f'<button type="button" data-measure="{escape(row.key)}">{escape(row.name)}</button>'
    opening = f'<button type="button" class="open" aria-label="Open the strand page of {escape(row.name)}"></button>'
    cells = [
        f'<th scope="row">{button}{opening}</th>',
        f'<td class="line">{months}</td>',
        _count(row.fytd_previous, heads.fytd_previous),
        _count(row.fytd_current, heads.fytd_current, "now"),
        _change(row.fytd, "Change"),
        _signal(row.signal),
    ]
    if heads.baseline is not None:
        cells += [
            _count(row.fytd_baseline, heads.baseline),
            _change(row.baseline, f"Change since {heads.baseline}", "baseline"),
        ]
    cells += [
        _count(row.rolling12_previous, f"Twelve months {heads.rolling12_previous}"),
        _count(row.rolling12_current, f"Twelve months {heads.rolling12_current}", "now"),
        _change(row.rolling12, "Change, twelve months"),
    ]
    return f'<tr data-row="{escape(row.key)}">{"".join(cells)}</tr>'


def _count(count: Count, label: str, emphasis: str = "") -> str:
    text, look = (escape(count), "none") if isinstance(count, str) else (f"{count:,}", emphasis)
    return f'<td class="number {look}" data-label="{escape(label)}">{text}</td>'


def _signal(cell: SignalCell) -> str:
    words = f"<b>{escape(cell.words)}</b><small>{escape(cell.range)}</small>"
    return f'<td class="signal" data-label="Signal"><span class="{escape(cell.kind)}">{words}</span></td>'


def _change(cell: ChangeCell | None, label: str, window: str = "") -> str:
    if cell is None:
        return f'<td class="change {window}" data-label="{escape(label)}"><span class="none">–</span></td>'
    meaning = escape(COLOUR_WORDS[cell.meaning])
    look = f"pill {escape(cell.meaning or 'plain')} {'loud' if cell.loud else 'quiet'}"
    words = f"<b>{escape(cell.symbol)} {escape(cell.percent)}</b><small>{escape(cell.words)}</small>"
    return (
        f'<td class="change {window}" data-label="{escape(label)}"><span class="{look}" title="{meaning}">'
        f'{words}<span class="heard">, {meaning}</span></span></td>'
    )
