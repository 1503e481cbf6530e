"""What the codes of an unknown extract seem to count towards."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from vulncore.domain.errors import first_five
from vulncore.domain.measures import known_measures
from vulncore.domain.vocabulary import Measure
from vulncore.domain.words import capital_first
from vulncore.sources.offences import Meaning, abbreviations, are_codes, known_measure, meaning
from vulncore.sources.records.draft_columns import (
    Column,
    Content,
    heading_patterns,
    is_free_text,
    is_personal,
    likeness,
    plain_heading,
)
from vulncore.sources.records.mapping import Coding, mapped_measure, split_cell
from vulncore.sources.records.mapping_file import FIRST_MAPPED_ORDER

MOST_CODES: Final = 400  # beyond, a column names people, places or things and no kinds of offence
PADDING: Final = re.compile(r"^0+(?=\d+[/.-]\d)")  # 008/64 is 8/64
MOST_NEW_MEASURES: Final = 40  # values that become measures: more nobody wants as rows of a table
SEPARATORS: Final = (";", "|")
GUESSED: Final = 1 / 2  # of a value that is known
MOSTLY_GUESSED: Final = 1 / 2  # of a column's rows
YES: Final = frozenset({"y", "yes", "true", "1", "t"})


def draft_codes(
    columns: Sequence[Column], is_known: bool = False
) -> tuple[tuple[Coding, ...], tuple[Measure, ...], dict[str, str]]:
    """Return a draft of what the values of an extract's columns count towards, the measures made for it, and what is unsure.

    One column says what the offence is: the one whose values are known best, by a measure's name, a Home Office
    code or its wording; none where that `is_known`. Beside it every column counts that says yes or no and whose heading names
    a measure.
    """
    main = None if is_known else _main_column(columns)
    if main is None and not is_known:
        return (), (), {"counts": "no column says what a record is"}
    coding, new_measures, doubts = draft_coding(main) if main else (None, (), {})
    codings = [coding] if coding else []
    for column in columns:
        key = _flag(column) if column is not main else None
        if key:
            doubts[column.name] = f"taken as a flag: records with yes also count towards {key}"
            yes = [value for value in column.values if value.casefold() in YES] or ["Y"]
            no = [value for value in column.values if value.casefold() not in YES] or ["N"]
            codings.append(Coding(column.name, dict.fromkeys(yes, (key,)), tuple(no)))
    return tuple(codings), new_measures, doubts


def rows_by_code(column: Column, separator: str) -> dict[str, int]:
    """Return how many rows have each code of a column, the commonest first."""
    values: Counter[str] = Counter()
    for cell, count in column.values.items():
        for part in dict.fromkeys(split_cell(cell, separator)):
            values[part] += count
    return dict(sorted(values.items(), key=lambda one: (-one[1], one[0])))


def draft_coding(
    column: Column,
    separator: str | None = None,
    measures: Sequence[Measure] = (),
    before: Collection[str] = (),
) -> tuple[Coding, tuple[Measure, ...], dict[str, str]]:
    """Return a draft of what a column's values count towards, the measures made for it, and what is unsure.

    `separator` is what stands between several codes of a cell, if that is known; `measures` are those made already; `before`
    are codes that the column had in an earlier file.
    """
    separator = _separator(column) if separator is None else separator
    meanings = _meanings(column, separator, before)
    left = [value for value, means in meanings.items() if means.is_left_out]
    unknown = [value for value, means in meanings.items() if not means.key and not means.is_left_out]
    to_be_measures = unknown if len(unknown) <= MOST_NEW_MEASURES else []
    new_measures: dict[str, Measure] = {}
    for order, value in enumerate(to_be_measures, start=FIRST_MAPPED_ORDER + len(measures)):
        there = (*measures, *new_measures.values())
        made = measure_from_value(PADDING.sub("", value), order, {measure.key for measure in there})
        by_name = {known.name.casefold(): known for known in there}
        new_measures[value] = by_name.get(made.name.casefold(), made)
    codes = {
        value: (means.key or new_measures[value].key,)
        for value, means in meanings.items()
        if means.key or value in new_measures
    }
    doubts = {
        f"{column.name}={value}": _doubt(value, means) if value in new_measures else means.doubt
        for value, means in meanings.items()
        if value in new_measures or means.doubt
    }
    if not likeness(column, "codes", "offence") or not codes:
        why = "the values" if codes else "the heading"
        doubts[column.name] = f"taken for what a record is, because of {why}"
    doubts |= _left_out_doubt(
        column.name, {value: meanings[value] for value in left}, len(unknown) - len(to_be_measures)
    )
    left += [value for value in unknown if not to_be_measures]
    new = {measure.key: measure for measure in new_measures.values() if measure not in measures}
    return Coding(column.name, codes, tuple(left), separator), tuple(new.values()), doubts


def _meanings(column: Column, separator: str, before: Collection[str] = ()) -> dict[str, Meaning]:
    """Return what each code of a column means, the commonest first; of more than a column of codes has, only what is known."""
    rows = rows_by_code(column, separator)
    if len(rows) > MOST_CODES:
        return {value: Meaning(known_measure(value) or "") for value in rows}
    of_codes = are_codes(column.headings[-1], {*rows, *before})
    return {value: meaning(value, of_codes=of_codes) for value in rows}


def _left_out_doubt(column: str, left: dict[str, Meaning], unknown: int) -> dict[str, str]:
    """Return the doubt about the values that a draft leaves out, by what they say, and about too many unknown ones."""
    whys: dict[str, list[str]] = {}
    for value, means in left.items():
        whys.setdefault(means.doubt, []).append(value[:40])
    parts = [f"{first_five(values)}: {why}" for why, values in whys.items()]
    if unknown:
        parts.append("not known, and too many for new measures, so not counted")
    return {f"{column} left out": "; ".join(parts)} if parts else {}


def _doubt(value: str, means: Meaning) -> str:
    names = {measure.key: measure.name for measure in known_measures()}
    likely = [names[key] for key in abbreviations()["unclear"].get(plain_heading(value), ())]
    why = means.doubt or (f"could be {' or '.join(likely)}" if likely else "no measure has this name")
    return f"{why}, so a new measure was made. Choose another measure if the records belong there"


def measure_from_value(value: str, order: int, others: Collection[str] = ()) -> Measure:
    """Return a measure of the records whose extract says a value that no measure is called, with a key that no other has."""
    key = re.sub(r"[^a-z0-9]+", "-", value.casefold().encode("ascii", "ignore").decode()).strip("-")[:50]
    taken = {measure.key for measure in known_measures()} | set(others)
    name = value if value != value.upper() or len(value) < 5 else value.capitalize()
    free_key = key if key and key not in taken else f"own-{order}-{key}".strip("-")
    return mapped_measure(free_key, capital_first(name[:80]), order, value[:80])


def _main_column(columns: Sequence[Column]) -> Column | None:
    best, highest = None, (0.0, False, 0)
    for column in columns:
        is_short = column.content in (Content.TEXT, Content.NUMBER) and len(column.values) <= MOST_CODES
        if is_short and not is_personal(column):
            named = likeness(column, "codes", "offence")
            score = _known_share(column), not is_free_text(column), named
            # numbers mean a code only where a heading says so: 1 is homicide, and any count
            says = named or (score[0] and column.content is Content.TEXT)
            if score > highest and says:
                best, highest = column, score
    return best


def _known_share(column: Column) -> float:
    """Return the share of a column's cells that are known.

    Those that are guessed count half where a heading promises offences or most are, for some may speak of offences anywhere.
    """
    separator = _separator(column)
    meanings = _meanings(column, separator)
    known = guessed = 0
    for cell, count in column.values.items():
        of_cell = [meanings[part] for part in split_cell(cell, separator)]
        if of_cell and all(means.key for means in of_cell):
            sure = not any(means.doubt for means in of_cell)
            known, guessed = known + count * sure, guessed + count * (not sure)
    if not likeness(column, "codes", "offence") and guessed < MOSTLY_GUESSED * column.filled:
        guessed = 0
    return round((known + GUESSED * guessed) / column.filled, 2) if column.filled else 0


def _separator(column: Column) -> str:
    """Return what stands between several codes of one cell: cells that have it are made of other cells' codes."""
    for mark in SEPARATORS:
        several = [value for value in column.values if mark in value]
        single = {value.casefold() for value in column.values if mark not in value}
        if several and any(
            part.casefold() in single or known_measure(part)
            for value in several
            for part in split_cell(value, mark)
        ):
            return mark
    return ""


def _flag(column: Column) -> str | None:
    if column.content is not Content.YES_OR_NO:
        return None
    return next((key for key in heading_patterns()["flag"] if likeness(column, "flag", key)), None)
