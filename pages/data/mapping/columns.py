"""A mapping filled in by choosing columns."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.data.mapping.codes import chosen_counts, unsure_codes
from pages.data.mapping.dates import dates_that_are_right
from pages.data.mapping.rows import answer_questions, count_chosen, rows_left_out
from pages.data.mapping.stand_ins import points_in, stand_ins_typed, times_in
from pages.shared.text import plain
from vulncore.domain.errors import first_five
from vulncore.domain.geography import forces
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.places.written import PlaceUnit, fits
from vulncore.findings.shared.words import agree, capital_first, number_of
from vulncore.sources.kinds import Holds
from vulncore.sources.records.draft import LEFT_OUT, UNNAMED_FORCE, Draft
from vulncore.sources.records.draft_columns import Column, Content
from vulncore.sources.records.draft_rows import left_out_question
from vulncore.sources.records.later import LaterFile
from vulncore.sources.records.mapping import (
    COLUMN_LABELS,
    DEGREES,
    GRID,
    TEXT_COLUMNS,
    Coding,
    LeaveOut,
    Mapping,
    Moment,
)
from vulncore.sources.records.moments import DateOrder

NONE = "–"
DOUBTED = COLUMN_LABELS | {
    "force": "Force",
    "coverage": "Months covered",
    "dates": "Dates",
    "counts": "What a record is",
    "places_in": "Numbers of the place",
}
MORE = ("offence", "location_type", "place", "victim_key", "outcome", "outcome_on", "no_crimed_on")
PERIOD = ("period_from", "period_to")
WAYS = {
    "Not given": (),
    "Longitude and latitude": DEGREES,
    "Easting and northing": GRID,
    "Grid reference": ("grid_reference",),
}


def chosen_mapping(
    draft: Draft, columns: Sequence[Column], key: str, later: LaterFile | None = None
) -> Mapping:
    """Draw the mapping as choices, filled in as drafted, and return what is chosen; another file needs another key.

    Of a later file of an extract only what is new is asked; what is as in the last file is folded away.

    Raises:
        InvalidPeriodError: A month can't be read.
        InvalidMappingError: What is chosen doesn't hold together.
    """
    questions, news = st.container(), st.container()
    with news:
        _say_news(later, draft.mapping) if later else _say_doubts(draft)
    with st.expander(plain(_as_before(later))) if later else st.container():
        return _choices(draft, columns, key, later, (questions, news))


def _choices(
    draft: Draft,
    columns: Sequence[Column],
    key: str,
    later: LaterFile | None,
    places: tuple[DeltaGenerator, DeltaGenerator],
) -> Mapping:
    questions, news = places
    mapping, names = draft.mapping, [column.name for column in columns]
    content = {column.name: column.content for column in columns}
    whose, source, order = st.columns(3)
    force = _force(whose, mapping, key)
    name = source.text_input(
        "Name of this extract",
        mapping.source,
        key=f"{key} source",
        help="Keep the name the same every month. A new file of that name replaces its own months only.",
    )
    orders = list(DateOrder)
    dates = order.selectbox("Dates are written", orders, orders.index(mapping.date_order), key=f"{key} dates")
    first, last, holds = _covered(mapping, key)

    st.markdown("**What a record counts towards**")
    counts, measures, every = chosen_counts(draft, columns, key, later, news)
    count = count_chosen(draft, columns, key)
    is_new = later is not None and any(f"{out.column} takes out" in draft.doubts for out in mapping.leave_out)
    with news if is_new else st.container():
        leave_out = rows_left_out(draft, columns, key) if mapping.leave_out else ()

    st.markdown("**When**")
    when = st.columns(5)
    pick = _Picker(names, key, later.roles if later else (), news)
    chosen = {"recorded_on": pick(when[0], "recorded_on", mapping.columns.get("recorded_on"))}
    start = _moment(pick, when[1:3], "occurred_from", mapping.occurred_from, content)
    end = _moment(pick, when[3:5], "occurred_to", mapping.occurred_to, content)

    of_dates = st.container()
    st.markdown("**Where, and which record**")
    places, places_in = _where(pick, mapping, key)
    chosen |= places
    points, times = stand_ins_typed(mapping, key)
    with st.expander("More about a record"):
        boxes = st.columns(4)
        more = [*MORE, *(text for text in TEXT_COLUMNS if text not in MORE), *(PERIOD if count else ())]
        for place, ours in enumerate(more):
            chosen[ours] = pick(boxes[place % 4], ours, mapping.columns.get(ours))
        if not mapping.leave_out:
            leave_out = rows_left_out(draft, columns, key)
    missing = {
        "choose the column of the date recorded": not (chosen["recorded_on"] or chosen.get("period_from")),
        "say what a record counts towards, by a column or for every record": not (counts or every),
        "choose whether a row of the file is one record": count is None,
    }
    open_ones = replace(draft, questions=_open_questions(draft, columns, counts, leave_out))
    answer_questions(open_ones, [what for what, lacks in missing.items() if lacks], questions, key)
    chosen["count"] = count or ""
    described = replace(
        mapping,
        source=name.strip(),
        force=force,
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
        questions=(),
        leave_out=leave_out,
        holds=holds,
        every_record=every,
        places_in=places_in,
    )
    with news if later else of_dates:
        described = replace(described, not_swapped=dates_that_are_right(described, columns, key))
    # whoever chose has seen the columns: those that are not read count nothing and take nothing out
    return replace(described, not_read=tuple(name for name in names if name not in described.wanted))


def _open_questions(
    draft: Draft, columns: Sequence[Column], counts: Sequence[Coding], leave_out: Sequence[LeaveOut]
) -> dict[str, str]:
    """Return a draft's questions; that about most rows is of what is chosen, and gone where they count."""
    others = {about: question for about, question in draft.questions.items() if about != LEFT_OUT}
    of_rows = left_out_question(columns, counts, leave_out) if LEFT_OUT in draft.questions else ""
    return ({LEFT_OUT: of_rows} if of_rows else {}) | others


def _force(where: DeltaGenerator, mapping: Mapping, key: str) -> str:
    named = None if mapping.force == UNNAMED_FORCE else mapping.force
    options = list(dict.fromkeys([*([named] if named else []), *forces()]))
    force = where.selectbox(
        "Force",
        options,
        options.index(named) if named else None,
        placeholder="Choose, or write another name",
        help="A force of England and Wales has its boundary and towns on the map. Any other name can be written, too.",
        accept_new_options=True,
        key=f"{key} force",
    )
    return " ".join((force or "").split())


@dataclass(frozen=True)
class _Picker:
    """Draws a box in which one of the extract's columns is chosen, or none; those for `new` roles among the news."""

    names: Sequence[str]
    key: str
    new: Sequence[str]
    news: DeltaGenerator

    def __call__(self, where: DeltaGenerator, ours: str, drafted: str | None, label: str = "") -> str:
        options = [NONE, *self.names]
        index = options.index(drafted) if drafted in self.names else 0
        name = label or COLUMN_LABELS[ours]
        place = self.news if ours in self.new else where
        picked = place.selectbox(plain(name), options, index, key=f"{self.key} {ours} {label}")
        return "" if picked == NONE else str(picked)


def _say_doubts(draft: Draft) -> None:
    """Say what is unsure, but for codes: their boxes say it."""
    of_codes = unsure_codes(draft.doubts, [coding.column for coding in draft.mapping.counts])
    doubts = {about: doubt for about, doubt in draft.doubts.items() if about not in of_codes}
    if "count" in doubts:
        doubts["count"] = "told by the heading and the numbers"
    if of_codes:
        count = len(of_codes)
        doubts["Codes"] = (
            f"{number_of(count, 'code')} {agree(count, 'is', 'are')} to be checked, first in the list"
        )
    if doubts:
        _say("Filled in from the headings and values. Look at these:", doubts)


def _say_news(later: LaterFile, mapping: Mapping) -> None:
    """Say what a later file has that is not as in the last one, and which months it is taken to cover."""
    of_codes = unsure_codes(later.draft.doubts, later.codes)
    aside = {"coverage", *of_codes}
    doubts = {about: doubt for about, doubt in later.draft.doubts.items() if about not in aside}
    for column, codes in later.codes.items():
        counted = f"{number_of(len(codes), 'new code')}, in {number_of(sum(codes.values()), 'row')}"
        before = f"{doubts[column]}; " if column in doubts else ""
        doubts[column] = f"{before}{counted}. Say below what each counts towards"
    if unread := [name for name in later.new if name not in mapping.wanted]:
        doubts["New columns that are not read"] = f"{first_five(unread)}. They can be chosen below"
    months = mapping.period
    covers = f"The file is taken as whole for {months}."
    if mapping.holds is Holds.CHANGES:
        covers = f"The file has what was created or changed. Its new months: {months}."
    covers = covers if months else "No month was found."
    if doubts:
        _say(f"{covers} New in this file:", doubts)
    else:
        st.success(plain(f"{covers} Its columns and codes are as last month: nothing is to be filled in."))


def _say(opening: str, doubts: Table[str, str]) -> None:
    """Say doubts, the same of several things once."""
    alike: dict[str, list[str]] = {}
    for about, doubt in doubts.items():
        alike.setdefault(doubt, []).append(
            DOUBTED.get(about, about.removesuffix(" takes out").replace("=", ": "))
        )
    lines = [f"- **{plain(', '.join(about))}**: {plain(doubt)}" for doubt, about in alike.items()]
    st.info(f"{plain(opening)}\n" + "\n".join(lines))


def _as_before(later: LaterFile) -> str:
    columns = number_of(len(later.kept.wanted) - len(later.gone), "column")
    codes = number_of(sum(len(one.codes) + len(one.leave_out) for one in later.kept.counts), "code")
    return f"As last month: {columns} and {codes}"


def _covered(mapping: Mapping, key: str) -> tuple[date | None, date | None, Holds | None]:
    first, last, kind = st.columns(3)
    months = []
    for where, label, drafted in ((first, "Covers from", mapping.first), (last, "to", mapping.last)):
        text = where.text_input(
            f"{plain(label)} (YYYY-MM)",
            format_month(drafted) if drafted else "",
            key=f"{key} covers {label}",
            help="The months that this file covers in full. A covered month without a record counts as zero.",
        ).strip()
        months.append(parse_month(text) if text else None)
    options = list(Holds)
    holds = kind.selectbox(
        "The file holds",
        options,
        options.index(mapping.holds) if mapping.holds else None,
        format_func=capital_first,
        placeholder="Whole months",
        key=f"{key} holds",
        help="A file of what was created or changed since the last one also has records of earlier months: they are updated where they lie.",
    )
    return months[0], months[1], holds


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


def _where(pick: _Picker, mapping: Mapping, key: str) -> tuple[dict[str, str], PlaceUnit | None]:
    drafted = next((way for way, ours in WAYS.items() if ours and ours[0] in mapping.columns), "Not given")
    first, *boxes = st.columns(5)
    way = first.selectbox("Places are given as", list(WAYS), list(WAYS).index(drafted), key=f"{key} way")
    ours_here = WAYS[way]
    unit = _unit(boxes[2], mapping, key, is_grid=ours_here == GRID) if ours_here in (GRID, DEGREES) else None
    drawn = [*zip(ours_here, boxes, strict=False), ("record_id", boxes[3])]
    return {ours: pick(box, ours, mapping.columns.get(ours)) for ours, box in drawn}, unit


def _unit(where: DeltaGenerator, mapping: Mapping, key: str, *, is_grid: bool) -> PlaceUnit | None:
    usual = "metres" if is_grid else "degrees"
    units = {usual: None, **{unit.value: unit for unit in PlaceUnit if fits(unit, is_grid=is_grid)}}
    drafted = mapping.places_in.value if mapping.places_in else usual
    at = list(units).index(drafted) if drafted in units else 0
    return units[
        where.selectbox(
            "Numbers of the place are",
            list(units),
            at,
            key=f"{key} places in {usual}",
            help="Look at the first values: 532650 is metres, 532.65 kilometres, 51.514 degrees, 51514200 millionths of a degree.",
        )
    ]
