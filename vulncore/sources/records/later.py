"""A later file of an extract, read with the mapping of an earlier one: what is as before, and what is new."""

from collections import Counter
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

import numpy as np

from vulncore.domain.errors import InvalidMappingError, first_five
from vulncore.domain.periods import add_months, month_name
from vulncore.domain.vocabulary import Measure
from vulncore.sources.extract import Extract
from vulncore.sources.kinds import Holds
from vulncore.sources.records.draft import PLACES, Draft, months_of_records
from vulncore.sources.records.draft_codes import draft_coding, rows_by_code
from vulncore.sources.records.draft_columns import Column
from vulncore.sources.records.judging import plain_value
from vulncore.sources.records.mapping import (
    MOMENTS,
    Coding,
    LeaveOut,
    Mapping,
    Moment,
    as_read,
    check_columns,
)
from vulncore.sources.records.values import column_dates

MOST_GONE: Final = 1 / 3  # of the columns that a mapping reads: with more gone, it is another extract
MOST_NEW_ROWS: Final = 1 / 2  # of those with a code: with more new, it is another extract
LATE_SHARE: Final = 1 / 4
"""Of the largest month: a month that came before has fewer where only its late records come again."""


@dataclass(frozen=True)
class LaterFile:
    """What a later file has that the mapping of an earlier one says nothing of.

    Args:
        kept: The earlier mapping, for the months of this file's records.
        draft: The same with a draft for all that is new. Its doubts are about that, and about the months.
        columns: The columns of the file.
        codes: How many rows have each new code, by column, the commonest first.
        gone: Columns that `kept` reads and that the file doesn't have.
        new: Columns that the earlier file didn't have.
        roles: What a column can be, of which the draft says something else than `kept`.
        bare: Months between the others in which no record was recorded: `kept` would count them as zero.
        new_rows: The share of the rows with a code whose code is new.
    """

    kept: Mapping
    draft: Draft
    columns: tuple[str, ...]
    codes: Table[str, Table[str, int]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    bare: tuple[date, ...] = ()
    new_rows: float = 0.0

    @property
    def is_likely(self) -> bool:
        """Whether the file seems to be of the same extract: most columns are there, and most codes known."""
        return len(self.gone) <= MOST_GONE * len(self.kept.wanted) and self.new_rows <= MOST_NEW_ROWS

    @property
    def unlikeness(self) -> tuple[int, int, float]:
        """How much is gone and new; the mapping that fits best has the least."""
        return len(self.gone), len(self.new), self.new_rows

    def refuse_news(self, name: str, what_to_do: str) -> None:
        """Refuse to read a file of this name as the earlier one where nobody has explained what is new in it.

        Raises:
            InvalidMappingError: Columns are gone, or codes are new; the sentence names them and says what to do.
        """
        check_columns(self.kept, self.columns, name)
        for column, codes in self.codes.items():
            plural = len(codes) != 1
            named = first_five(
                f"{code[:40]} ({rows:,} row{'s' * (rows != 1)})" for code, rows in codes.items()
            )
            raise InvalidMappingError(
                f"{len(codes)} code{'s' * plural} of {column[:40]} {'are' if plural else 'is'} not in the mapping that is "
                f"kept: {named}. {what_to_do}"
            )

    def refuse_gaps(self, name: str) -> None:
        """Refuse to take a file of this name as whole for the months of its records where that would say too much.

        Raises:
            InvalidMappingError: No date can be read, or a month between others has no record.
        """
        if not self.kept.months:
            raise InvalidMappingError(
                f"No date recorded in {name} can be read, so no month is covered. Correct the mapping or the file."
            )
        if self.bare:
            raise InvalidMappingError(
                f"The records of {name} are from {self.kept.period}, with none in {len(self.bare):,} of the months between: "
                f"{first_five(map(month_name, self.bare))}. Correct the dates, or publish the file with --covers."
            )


def later_file(mapping: Mapping, extract: Extract, fresh: Draft, described: Sequence[Column]) -> LaterFile:
    """Return what an extract, with all its columns, has beyond the mapping of an earlier one of its kind.

    `fresh` is the draft of the extract for whoever knows no mapping, `described` what `describe_columns` says of it.
    """
    mapping = as_read(mapping)
    columns = {column.name: column for column in described}
    gone = tuple(name for name in mapping.wanted if name not in columns)
    known = {*mapping.wanted, *(mapping.not_read or ())}
    new = tuple(name for name in columns if name not in known) if mapping.not_read is not None else ()
    doubts: dict[str, str] = {}
    drafted, roles = _columns_drafted(mapping, fresh.mapping, gone, new, doubts)
    drafted, codes = _codes_drafted(drafted, fresh.mapping, columns, new, doubts)
    drafted = replace(drafted, leave_out=_taken_out(drafted, fresh, columns, doubts))
    (kept, bare), (drafted, _) = _covered(mapping, extract), _covered(drafted, extract)
    if drafted.first:
        doubts["coverage"] = fresh.doubts.get("coverage", "taken from the first and the last records")
    filled = sum(columns[coding.column].filled for coding in drafted.counts)
    return LaterFile(
        kept=kept,
        draft=Draft(drafted, doubts, tuple(name for name in columns if name not in drafted.wanted)),
        columns=tuple(columns),
        codes=codes,
        gone=gone,
        new=new,
        roles=roles,
        bare=bare,
        new_rows=sum(sum(rows.values()) for rows in codes.values()) / filled
        if filled
        else float(not drafted.every_record),
    )


def _columns_drafted(
    kept: Mapping, fresh: Mapping, gone: Sequence[str], new: Sequence[str], doubts: dict[str, str]
) -> tuple[Mapping, tuple[str, ...]]:
    """Return the mapping with drafts for columns that are gone or new, and what they are; adds to `doubts`."""
    changed = {ours: name for ours, name in kept.columns.items() if name in gone}
    places = {ours for names in PLACES for ours in names}
    if changed.keys() & places:  # half a place is none
        changed |= {ours: name for ours, name in kept.columns.items() if ours in places}
    chosen = {ours: name for ours, name in kept.columns.items() if ours not in changed}
    is_placed = bool(chosen.keys() & places)
    used = set(kept.wanted) - set(changed.values())
    roles = dict.fromkeys(ours for ours, name in changed.items() if name in gone)
    for ours, name in fresh.columns.items():
        if ours in chosen or name in used or (is_placed and ours in places):
            continue
        if ours in changed or name in new or (ours in places and changed.keys() & places):
            chosen[ours] = name
            roles[ours] = None
    moments: dict[str, Any] = {}
    for ours in MOMENTS:
        before, after = getattr(kept, ours), getattr(fresh, ours)
        if set(before.columns) & set(gone):
            moments[ours] = (
                Moment() if set(after.columns) & (set(kept.wanted) - set(before.columns)) else after
            )
            changed[ours] = " and ".join(name for name in before.columns if name in gone)
            roles[ours] = None
        elif not before.columns and after.columns and set(after.columns) <= set(new):
            moments[ours] = after
            roles[ours] = None
    for ours in roles:
        was = f"the column {changed[ours]} of the last file is not in this one" if ours in changed else ""
        doubts[ours] = was or "read from another column than in the last file"
    if places & roles.keys():
        moments["places_in"] = fresh.places_in if chosen.keys() & places else None
    return replace(kept, columns=chosen, **moments), tuple(roles)


def _codes_drafted(
    mapping: Mapping, fresh: Mapping, columns: Table[str, Column], new: Sequence[str], doubts: dict[str, str]
) -> tuple[Mapping, dict[str, dict[str, int]]]:
    """Return the mapping with drafts for new codes and for columns of codes that are gone or new, and how many rows have each new code.

    What the draft for whoever knows no mapping takes for what a record is takes the place of a column that is gone. Adds to `doubts`.
    """
    free = [coding.column for coding in fresh.counts[:1] if coding.column not in mapping.wanted]
    measures = list(mapping.measures)
    codings: list[Coding] = []
    new_codes: dict[str, dict[str, int]] = {}
    for before in mapping.counts:
        coding = before
        if before.column not in columns:
            was = f"the column {before.column} of the last file is not in this one"
            if not free:
                doubts["counts"] = was
                continue
            coding = replace(before, column=free.pop())
            doubts[coding.column] = was
        rows = rows_by_code(columns[coding.column], coding.separator)
        known = {*coding.codes, *coding.leave_out}
        if unknown := {code: count for code, count in rows.items() if code not in known}:
            new_codes[coding.column] = unknown
            coding = _extended(coding, columns[coding.column], unknown, measures, doubts)
        codings.append(coding)
    for flag in fresh.counts[1:]:
        if flag.column in new:
            doubts[flag.column] = "a column that the last file did not have, taken as a flag"
            codings.append(flag)
    used = {key for coding in codings for keys in coding.codes.values() for key in keys}
    made = tuple(measure for measure in measures if measure.key in used)
    return replace(mapping, counts=tuple(codings), measures=made), new_codes


def _extended(
    coding: Coding,
    column: Column,
    codes: Table[str, int],
    measures: list[Measure],
    doubts: dict[str, str],
) -> Coding:
    """Return a coding with drafts for new codes of its column; adds to the measures and to the doubts."""
    drafted, made, unsure = draft_coding(
        replace(column, values=dict(codes)), "", measures, before=(*coding.codes, *coding.leave_out)
    )
    measures.extend(made)
    new = f"{coding.column}="
    doubts.update({about: doubt for about, doubt in unsure.items() if about.startswith(new)})
    doubts.update(
        {
            f"{new}{code}": "a code that the last file did not have"
            for code in codes
            if f"{new}{code}" not in doubts
        }
    )
    return replace(
        coding, codes={**coding.codes, **drafted.codes}, leave_out=(*coding.leave_out, *drafted.leave_out)
    )


def _taken_out(
    mapping: Mapping, fresh: Draft, columns: Table[str, Column], doubts: dict[str, str]
) -> tuple[LeaveOut, ...]:
    """Return what takes rows out, with values that say the same and that no earlier file had; adds to `doubts`."""
    rules = {rule.column: rule.values for rule in mapping.leave_out if rule.column in columns}
    for rule in fresh.mapping.leave_out:
        if rule.column in mapping.wanted and rule.column not in rules:
            continue  # it says something else of a record, and somebody chose that
        known = {plain_value(value) for value in rules.get(rule.column, ())}
        if values := tuple(value for value in rule.values if plain_value(value) not in known):
            rules[rule.column] = (*rules.get(rule.column, ()), *values)
            about = f"{rule.column} takes out"
            doubts[about] = (
                f"{fresh.doubts.get(about, 'these values seem to take rows out')}. New since the last file: {first_five(values)}"
            )
    return tuple(LeaveOut(column, values) for column, values in rules.items())


def _covered(mapping: Mapping, extract: Extract) -> tuple[Mapping, tuple[date, ...]]:
    """Return a mapping for the months of an extract's records, or for none where they can't be read, and its months without any.

    Months of the earlier file that come again with few records are not covered: they are late ones, and the rest stands. Of an extract
    of what was created or changed, those after the earlier file's are, from the first that has more than late ones.
    """
    column, ends = mapping.dated_by, mapping.columns.get("period_to", "")
    if column not in extract.columns or (ends and ends not in extract.columns):
        return replace(mapping, first=None, last=None, not_read=None), ()
    first, last = months_of_records(extract, column, mapping.date_order)
    recorded = column_dates(extract.table[column], mapping.date_order).astype("datetime64[M]")
    counts = Counter(recorded[~np.isnat(recorded)].astype(object))
    if ends:
        _, last = months_of_records(extract, ends, mapping.date_order)
        return replace(mapping, first=first, last=last, not_read=None), ()
    if mapping.holds is Holds.CHANGES and last:
        first = min(add_months(mapping.last, 1), last) if mapping.last else last
        while first < last and counts[first] < LATE_SHARE * max(counts.values()):
            first = add_months(first, 1)
    elif first and last and mapping.last and first <= mapping.last < last:
        while first <= mapping.last and counts[first] < LATE_SHARE * max(counts.values()):
            first = add_months(first, 1)
    covering = replace(mapping, first=first, last=last, not_read=None)
    return covering, tuple(month for month in covering.months if not counts[month])
