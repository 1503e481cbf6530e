"""Of how many records each row is, which rows do not count, and what a draft leaves open."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.text import plain
from vulncore.domain.errors import InvalidMappingError
from vulncore.findings.shared.words import listed, number_of
from vulncore.sources.records.draft import Draft
from vulncore.sources.records.draft_columns import Column, Content
from vulncore.sources.records.draft_rows import counting_columns
from vulncore.sources.records.mapping import LeaveOut

ONE = "One record"
ANSWERED_BY_A_BOX = {"force", "recorded_on", "counts", "count"}
STATED = (Content.TEXT, Content.YES_OR_NO)
MOST_VALUES = 200  # of a status: what has more says something else


def count_chosen(draft: Draft, columns: Sequence[Column], key: str) -> str | None:
    """Draw what a row of the file stands for, where that is a question, and return the column of its counts, or "".

    None where it is not chosen yet.
    """
    drafted = draft.mapping.columns.get("count", "")
    likely = [column.name for column in counting_columns(columns, maybe="count" in draft.questions)]
    names = list(dict.fromkeys([*([drafted] if drafted else []), *likely]))
    if not names:
        return ""
    several = {f"As many records as {name} says": name for name in names}
    options = {ONE: "", **several}
    unclear = "count" in draft.questions
    at = None if unclear else list(options.values()).index(drafted)
    row = st.selectbox(
        "A row of the file is",
        [plain(option) for option in options],
        at,
        placeholder="Choose",
        key=f"{key} count",
        help="A table that holds counts already has a row for each month and offence, and a column with the number.",
    )
    return None if row is None else dict(zip(map(plain, options), options.values(), strict=True))[row]


def rows_left_out(draft: Draft, columns: Sequence[Column], key: str) -> tuple[LeaveOut, ...]:
    """Draw which values take a row out, and return them by column."""
    drafted = {out.column: out.values for out in draft.mapping.leave_out}
    usable = {
        column.name: column
        for column in columns
        if column.name in drafted or (column.content in STATED and 0 < len(column.values) <= MOST_VALUES)
    }
    picked = st.multiselect(
        "Columns that can take a row out",
        list(usable),
        [name for name in drafted if name in usable],
        placeholder="None",
        key=f"{key} out",
        help="Such as a status: a record that was no-crimed, cancelled or transferred does not count.",
    )
    rules = []
    for name in picked:
        rows = usable[name].values
        values = st.multiselect(
            plain(f"Values of {name} that take a row out"),
            list(dict.fromkeys([*drafted.get(name, ()), *rows])),
            list(drafted.get(name, ())),
            format_func=lambda value, of=rows: plain(f"{value}, {number_of(of.get(value, 0), 'row')}"),
            key=f"{key} out {name}",
        )
        if values:
            rules.append(LeaveOut(name, tuple(values)))
    return tuple(rules)


def answer_questions(draft: Draft, missing: Sequence[str], place: DeltaGenerator, key: str) -> None:
    """Draw the questions of a draft that no box answers, each to be ticked; `missing` says what is not chosen in boxes yet.

    Raises:
        InvalidMappingError: Something is missing, or a question is not ticked.
    """
    open_ones = {about: text for about, text in draft.questions.items() if about not in ANSWERED_BY_A_BOX}
    ticked = [
        place.checkbox(f"I have looked at this: {plain(text)}", key=f"{key} question {about}")
        for about, text in open_ones.items()
    ]
    if not all(ticked):
        missing = [*missing, "tick what you are asked to look at, once you have"]
    if missing:
        raise InvalidMappingError(f"Before a dry run: {listed(missing)}.")
