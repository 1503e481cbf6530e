"""What each code counts towards, chosen code by code."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from vulncore.domain.known_measures import known_measures
from vulncore.domain.vocabulary import Measure
from vulncore.sources.records.draft_codes import coded, own_measure
from vulncore.sources.records.draft_columns import Column, Content
from vulncore.sources.records.mapping import Coding, Mapping, parts_of
from vulncore.sources.records.mapping_file import OWN_FROM

OWN = "(a measure of its own)"


def chosen_counts(
    mapping: Mapping, columns: Sequence[Column], key: str
) -> tuple[tuple[Coding, ...], tuple[Measure, ...]]:
    """Draw the columns of codes, each code with what it counts towards, and return what is chosen."""
    by_name = {column.name: column for column in columns}
    drafted = {coding.column: coding for coding in mapping.counts}
    kinds = (Content.TEXT, Content.NUMBER, Content.YES_OR_NO)
    usable = [
        name
        for name, column in by_name.items()
        if name in drafted or (column.content in kinds and column.values)
    ]
    picked = st.multiselect(
        "Columns that say what a record is",
        usable,
        list(drafted),
        key=f"{key} code columns",
        help="A record counts towards whatever any of them says. Leave the last column of a row empty not to count it.",
    )
    codings, measures = [], list(mapping.measures)
    for name in picked:
        coding = drafted.get(name)
        if coding is None:
            coding, own, _ = coded(by_name[name])
            measures.extend(own)
        chosen, own = _chosen(by_name[name], coding, measures, f"{key} codes {name}")
        codings.append(chosen)
        measures = list({measure.key: measure for measure in [*measures, *own]}.values())
    used = {measure for coding in codings for keys in coding.codes.values() for measure in keys}
    return tuple(codings), tuple(measure for measure in measures if measure.key in used)


def _chosen(
    column: Column, coding: Coding, own: Sequence[Measure], key: str
) -> tuple[Coding, tuple[Measure, ...]]:
    names = {measure.key: measure.name for measure in known_measures()}
    made = {measure.key for measure in own}
    values = list(dict.fromkeys([*coding.codes, *coding.leave_out]))
    frame = pd.DataFrame(
        {
            "In the extract": values,
            "Rows": [_rows(column, value, coding.separator) for value in values],
            "Counts towards": [
                list(
                    dict.fromkeys(
                        OWN if measure in made else names[measure] for measure in coding.codes.get(value, ())
                    )
                )
                for value in values
            ],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=["In the extract", "Rows"],
        column_config={
            "Counts towards": st.column_config.MultiselectColumn(
                f"{column.name}: counts towards", options=[OWN, *names.values()], width="large"
            ),
            "Rows": st.column_config.NumberColumn(format="localized"),
        },
    )
    keys = {name: (key,) for key, name in reversed(names.items())}
    codes: dict[str, tuple[str, ...]] = {}
    left: list[str] = []
    new: list[Measure] = []
    for place, (value, chosen) in enumerate(
        zip(edited["In the extract"], edited["Counts towards"], strict=True)
    ):
        if not chosen:
            left.append(value)
            continue
        mine = [measure for measure in own if measure.key in coding.codes.get(value, ())]
        if OWN in chosen and not mine:
            mine = [own_measure(value, OWN_FROM + place, {measure.key for measure in (*own, *new)})]
        new.extend(mine if OWN in chosen else ())
        keys_of = {**keys, OWN: tuple(measure.key for measure in mine)}
        codes[value] = tuple(key for name in chosen for key in keys_of[name])
    return Coding(column.name, codes, tuple(left), coding.separator), tuple(new)


def _rows(column: Column, value: str, separator: str) -> int:
    return sum(count for cell, count in column.values.items() if value in parts_of(cell, separator))
