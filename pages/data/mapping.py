"""A mapping filled in by choosing columns."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.data.stand_ins import points_in, stand_ins_typed, times_in
from pages.shared.text import plain
from vulncore.domain.measures import known_measures
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.vocabulary import Measure
from vulncore.sources.records.draft import UNNAMED_FORCE, Draft
from vulncore.sources.records.draft_codes import draft_coding, measure_from_value
from vulncore.sources.records.draft_columns import Column, Content
from vulncore.sources.records.mapping import COLUMN_LABELS, TEXT_COLUMNS, Coding, Mapping, Moment, split_cell
from vulncore.sources.records.mapping_file import FIRST_MAPPED_ORDER
from vulncore.sources.records.moments import DateOrder

NONE = "–"
DOUBTED = COLUMN_LABELS | {
    "force": "Force",
    "coverage": "Months covered",
    "dates": "Dates",
    "counts": "What a record is",
}
MORE = ("offence", "location_type", "place", "victim_key", "outcome", "outcome_on", "no_crimed_on")
WAYS = {
    "Not given": (),
    "Longitude and latitude": ("longitude", "latitude"),
    "Easting and northing": ("easting", "northing"),
    "Grid reference": ("grid_reference",),
}


def chosen_mapping(draft: Draft, columns: Sequence[Column], key: str) -> Mapping:
    """Draw the mapping as choices, filled in as drafted, and return what is chosen; another file needs another key.

    Raises:
        InvalidPeriodError: A month can't be read.
        InvalidMappingError: What is chosen doesn't hold together.
    """
    _say_doubts(draft.doubts)
    mapping, names = draft.mapping, [column.name for column in columns]
    content = {column.name: column.content for column in columns}
    whose, source, order = st.columns(3)
    named = "" if mapping.force == UNNAMED_FORCE else mapping.force
    force = whose.text_input("Force", named, key=f"{key} force", max_chars=80)
    name = source.text_input(
        "Name of this extract",
        mapping.source,
        key=f"{key} source",
        help="Keep the name the same every month. A new file of that name replaces its own months only.",
    )
    orders = list(DateOrder)
    dates = order.selectbox("Dates are written", orders, orders.index(mapping.date_order), key=f"{key} dates")
    first, last = _covered(mapping, key)

    st.markdown("**What a record counts towards**")
    counts, measures = chosen_counts(mapping, columns, key)

    st.markdown("**When**")
    when = st.columns(5)
    pick = _Picker(names, key)
    chosen = {"recorded_on": pick(when[0], "recorded_on", mapping.columns.get("recorded_on"))}
    start = _moment(pick, when[1:3], "occurred_from", mapping.occurred_from, content)
    end = _moment(pick, when[3:5], "occurred_to", mapping.occurred_to, content)

    st.markdown("**Where, and which record**")
    chosen |= _where(pick, mapping, key)
    points, times = stand_ins_typed(mapping, key)
    with st.expander("More about a record"):
        boxes = st.columns(4)
        more = [*MORE, *(text for text in TEXT_COLUMNS if text not in MORE)]
        for place, ours in enumerate(more):
            chosen[ours] = pick(boxes[place % 4], ours, mapping.columns.get(ours))
    return replace(
        mapping,
        source=name.strip(),
        force=force.strip(),
        counts=counts,
        measures=measures,
        columns={ours: column for ours, column in chosen.items() if column},
        first=first,
        last=last,
        date_order=DateOrder(dates),
        occurred_from=start,
        occurred_to=end,
        no_place=points_in(points),
        no_time=times_in(times),
    )


@dataclass(frozen=True)
class _Picker:
    """Draws a box in which one of the extract's columns is chosen, or none."""

    names: Sequence[str]
    key: str

    def __call__(self, where: DeltaGenerator, ours: str, drafted: str | None, label: str = "") -> str:
        options = [NONE, *self.names]
        index = options.index(drafted) if drafted in self.names else 0
        name = label or COLUMN_LABELS[ours]
        picked = where.selectbox(plain(name), options, index, key=f"{self.key} {ours} {label}")
        return "" if picked == NONE else str(picked)


def _say_doubts(doubts: Table[str, str]) -> None:
    if not doubts:
        return
    alike: dict[str, list[str]] = {}
    for about, doubt in doubts.items():
        alike.setdefault(doubt, []).append(DOUBTED.get(about, about.replace("=", ": ")))
    lines = [f"- **{plain(', '.join(about))}**: {plain(doubt)}" for doubt, about in alike.items()]
    st.info("Filled in from the headings and values. Look at these:\n" + "\n".join(lines))


def _covered(mapping: Mapping, key: str) -> tuple[date | None, date | None]:
    first, last, _ = st.columns(3)
    months = []
    for where, label, drafted in ((first, "Covers from", mapping.first), (last, "to", mapping.last)):
        text = where.text_input(
            f"{plain(label)} (YYYY-MM)",
            format_month(drafted) if drafted else "",
            key=f"{key} covers {label}",
            help="The months that this file covers in full. A covered month without a record counts as zero.",
        ).strip()
        months.append(parse_month(text) if text else None)
    return months[0], months[1]


def _moment(
    pick: _Picker, where: Sequence[DeltaGenerator], ours: str, drafted: Moment, content: Table[str, Content]
) -> Moment:
    day = pick(where[0], ours, drafted.at or drafted.date)
    clock = pick(where[1], ours, drafted.time or drafted.hour, "with its time or hour in")
    if not day:
        return Moment()
    if clock:
        return Moment(date=day, **{"hour" if content[clock] is Content.HOUR else "time": clock})
    return Moment(at=day) if content[day] is Content.MOMENT else Moment(date=day)


def _where(pick: _Picker, mapping: Mapping, key: str) -> dict[str, str]:
    drafted = next((way for way, ours in WAYS.items() if ours and ours[0] in mapping.columns), "Not given")
    boxes = st.columns(4)
    way = boxes[0].selectbox("Places are given as", list(WAYS), list(WAYS).index(drafted), key=f"{key} way")
    drawn = [*zip(WAYS[way], boxes[1:], strict=False), ("record_id", boxes[3])]
    return {ours: pick(box, ours, mapping.columns.get(ours)) for ours, box in drawn}


OWN = "(a measure of its own)"


def chosen_counts(
    mapping: Mapping, columns: Sequence[Column], key: str
) -> tuple[tuple[Coding, ...], tuple[Measure, ...]]:
    """Draw the columns of codes, each code with what it counts towards, and return what is chosen."""
    drafted = {coding.column: coding for coding in mapping.counts}
    kinds = (Content.TEXT, Content.NUMBER, Content.YES_OR_NO)
    usable = {
        column.name: column
        for column in columns
        if column.name in drafted or (column.content in kinds and column.values)
    }
    picked = st.multiselect(
        "Columns that say what a record is",
        list(usable),
        list(drafted),
        key=f"{key} code columns",
        help="A record counts towards every measure that one of its codes names. Leave the last column empty to leave a code out.",
    )
    codings, measures = [], list(mapping.measures)
    for name in picked:
        coding = drafted.get(name)
        if coding is None:
            coding, new_measures, _ = draft_coding(usable[name])
            measures.extend(new_measures)
        chosen, new_measures = _chosen(usable[name], coding, measures, f"{key} codes {name}")
        codings.append(chosen)
        measures = list({measure.key: measure for measure in [*measures, *new_measures]}.values())
    used = {measure for coding in codings for keys in coding.codes.values() for measure in keys}
    return tuple(codings), tuple(measure for measure in measures if measure.key in used)


def _chosen(
    column: Column, coding: Coding, measures: Sequence[Measure], key: str
) -> tuple[Coding, tuple[Measure, ...]]:
    names = {measure.key: measure.name for measure in known_measures()}
    called = names | {measure.key: OWN for measure in measures}
    values = list(dict.fromkeys([*coding.codes, *coding.leave_out]))
    frame = pd.DataFrame(
        {
            "In the extract": values,
            "Rows": [_rows(column, value, coding.separator) for value in values],
            "Counts towards": [
                list(dict.fromkeys(called[measure] for measure in coding.codes.get(value, ())))
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
    for place, (value, _, chosen) in enumerate(edited.itertuples(index=False)):
        if not chosen:
            left.append(value)
            continue
        mine = [measure for measure in measures if measure.key in coding.codes.get(value, ())]
        if OWN in chosen:
            taken = {measure.key for measure in (*measures, *new)}
            mine = mine or [measure_from_value(value, FIRST_MAPPED_ORDER + place, taken)]
            new.extend(mine)
        keys_of = {**keys, OWN: tuple(measure.key for measure in mine)}
        codes[value] = tuple(key for name in chosen for key in keys_of[name])
    return Coding(column.name, codes, tuple(left), coding.separator), tuple(new)


def _rows(column: Column, value: str, separator: str) -> int:
    return sum(count for cell, count in column.values.items() if value in split_cell(cell, separator))
