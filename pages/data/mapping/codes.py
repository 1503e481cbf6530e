"""What each code counts towards: a list of boxes, one a code, that a keyboard can use."""

from collections.abc import Collection, MutableMapping, Sequence
from collections.abc import Mapping as Table

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.data.uploads import desk
from pages.shared.text import plain
from vulncore.domain.measures import known_measures
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.words import number_of
from vulncore.sources.records.draft import Draft
from vulncore.sources.records.draft_codes import draft_coding, measure_from_value, rows_by_code
from vulncore.sources.records.draft_columns import Column, Content, is_free_text
from vulncore.sources.records.later import LaterFile
from vulncore.sources.records.mapping import Coding
from vulncore.sources.records.mapping_file import FIRST_MAPPED_ORDER

NEW_MEASURE = "(a measure of its own)"
LEFT_OUT = "Left out: counts towards nothing"
MOST_BOXES = 20
CODED = (Content.TEXT, Content.NUMBER, Content.YES_OR_NO)


def chosen_counts(
    draft: Draft, columns: Sequence[Column], key: str, later: LaterFile | None, news: DeltaGenerator
) -> tuple[tuple[Coding, ...], tuple[Measure, ...], str]:
    """Draw the columns of codes, each code with what it counts towards, and return what is chosen.

    Last comes the key of the measure that every record counts towards, asked where no column says what a record is.
    Codes that are new to a later file are drawn in `news`, all others here.
    """
    mapping, doubts = draft.mapping, dict(draft.doubts)
    drafted = {coding.column: coding for coding in mapping.counts}
    usable = {
        column.name: column
        for column in sorted(columns, key=is_free_text)
        if column.name in drafted or (column.content in CODED and column.values)
    }
    place = news if later and (doubts.keys() & {"counts", *drafted}) else st
    picked = place.multiselect(
        "Columns that say what a record is",
        list(usable),
        [name for name in drafted if name in usable],
        key=f"{key} code columns",
        help="A record counts towards every measure that one of its codes names. Empty the box of a code to leave the code out.",
    )
    codings, measures = [], list(mapping.measures)
    for name in picked:
        coding = drafted.get(name)
        if coding is None:
            coding, new_measures, unsure = draft_coding(usable[name], measures=measures)
            measures.extend(new_measures)
            doubts |= unsure
        new = later.codes.get(name, {}) if later else {}
        codes = _Codes(usable[name], coding, tuple(measures), doubts, f"{key} codes {name}")
        if new:
            with news:
                st.markdown(f"**New codes of {plain(name)}.** Say what each counts towards.")
                codes.show([code for code in codes.in_order if code in new], "new")
        st.markdown(f"**{plain(name)}**: what each code counts towards, the commonest first")
        codes.show([code for code in codes.in_order if code not in new], "all")
        chosen, new_measures = codes.chosen()
        codings.append(chosen)
        measures = list({measure.key: measure for measure in [*measures, *new_measures]}.values())
    used = {measure for coding in codings for keys in coding.codes.values() for measure in keys}
    of_codes = tuple(measure for measure in measures if measure.key in used)
    every = mapping.every_record
    if every or not picked:
        names = {measure.key: measure.name for measure in known_measures()}
        every = st.selectbox(
            "Every record counts towards",
            list(names),
            list(names).index(every) if every in names else None,
            format_func=lambda measure: plain(names[measure]),
            placeholder="Choose a measure, or a column above",
            key=f"{key} every record",
            help="For an extract of one kind of record, without a column that says what a record is.",
        )
    return tuple(codings), of_codes, every or ""


class _Codes:
    """The codes of a column, and what is chosen of them: also of those whose box is not drawn now."""

    def __init__(
        self,
        column: Column,
        coding: Coding,
        measures: Sequence[Measure],
        doubts: Table[str, str],
        key: str,
    ) -> None:
        self.column, self.coding, self.measures, self.key = column, coding, measures, key
        self.rows = rows_by_code(column, coding.separator)
        codes = dict.fromkeys([*coding.codes, *coding.leave_out])
        about = {code: doubts.get(f"{column.name}={code}", "") for code in codes}
        self.doubts = {code: doubt for code, doubt in about.items() if doubt}
        self.in_order = sorted(codes, key=lambda code: (not about[code], -self.rows.get(code, 0), code))
        known = {measure.key: measure.name for measure in known_measures()}
        self.names = known | {measure.key: f"{measure.name} {NEW_MEASURE}" for measure in measures}
        self.options = [NEW_MEASURE, *dict.fromkeys(self.names.values())]
        self.choices: MutableMapping[str, list[str]] = desk().codes.setdefault(key, {})

    def show(self, codes: Sequence[str], part: str) -> None:
        """Draw a box for each code, or for as many as can be looked through, with a field to find others."""
        shown = list(codes)
        if len(shown) > MOST_BOXES:
            find, turn = st.columns(2)
            wanted = find.text_input(
                f"Find a code of {plain(self.column.name)}", key=f"{self.key} {part} find"
            ).strip()
            shown = [code for code in shown if wanted.casefold() in code.casefold()]
            if len(shown) > MOST_BOXES:
                parts = {
                    f"{first + 1} to {min(first + MOST_BOXES, len(shown))} of {len(shown):,}": first
                    for first in range(0, len(shown), MOST_BOXES)
                }
                turned = turn.selectbox("Codes shown", list(parts), key=f"{self.key} {part} {wanted} from")
                shown = shown[parts[turned] :][:MOST_BOXES]
            elif not shown:
                st.caption("No code has these letters.")
        for first in range(0, len(shown), 2):
            for code, place in zip(shown[first : first + 2], st.columns(2), strict=False):
                self._box(code, place)

    def _box(self, code: str, place: DeltaGenerator) -> None:
        key = f"{self.key} {code}"
        st.session_state[key] = self._choice(code)  # what is not drawn is forgotten, and told here once more
        doubt = self.doubts.get(code)
        place.multiselect(
            plain(f"{code}, {number_of(self.rows.get(code, 0), 'row')}{', to be checked' if doubt else ''}"),
            self.options,
            key=key,
            placeholder=LEFT_OUT,
            help=plain(f"{doubt[0].upper()}{doubt[1:]}.") if doubt else None,
            on_change=self._keep,
            args=(code, key),
        )

    def _keep(self, code: str, key: str) -> None:
        self.choices[code] = list(st.session_state[key])

    def _choice(self, code: str) -> list[str]:
        drafted = [self.names[key] for key in self.coding.codes.get(code, ())]
        return self.choices.get(code, list(dict.fromkeys(drafted)))

    def chosen(self) -> tuple[Coding, tuple[Measure, ...]]:
        """Return what the codes count towards, and the measures that were made for that."""
        keys = {name: key for key, name in reversed(self.names.items())}
        codes: dict[str, tuple[str, ...]] = {}
        left: list[str] = []
        made: list[Measure] = []
        for place, code in enumerate([*self.coding.codes, *self.coding.leave_out]):
            names = self._choice(code)
            if not names:
                left.append(code)
                continue
            of_code = {name: keys[name] for name in names if name in keys}
            if NEW_MEASURE in names:
                taken = {measure.key for measure in (*self.measures, *made)}
                new = measure_from_value(code, FIRST_MAPPED_ORDER + len(self.measures) + place, taken)
                made.append(new)
                of_code[NEW_MEASURE] = new.key
            codes[code] = tuple(dict.fromkeys(of_code.values()))
        return Coding(self.column.name, codes, tuple(left), self.coding.separator), tuple(made)


def unsure_codes(doubts: Table[str, str], columns: Collection[str]) -> dict[str, str]:
    """Return the doubts that are about codes of some columns: the boxes of the codes say them."""
    starts = tuple(f"{column}=" for column in columns)
    return {about: doubt for about, doubt in doubts.items() if starts and about.startswith(starts)}
