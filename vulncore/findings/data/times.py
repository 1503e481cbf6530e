"""Findings about times of day, and about dates in an impossible order."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from datetime import date, time
from itertools import product

import ibis
import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.blur import SHARE_SWAPPED, is_blurred
from vulncore.domain.delivery import printable
from vulncore.domain.periods import day_name
from vulncore.domain.words import listed
from vulncore.findings.data.finding import DataFinding, Sureness, measures_in_words, numbered_months_in_words
from vulncore.findings.data.remedies import DatesReadOtherwise, NotesOnData, TimesAsNoTime
from vulncore.findings.shared.words import (
    agree,
    nearest,
    nearest_agree,
    nearest_in_words,
    nearest_rows,
    nearest_share,
    small_first,
)
from vulncore.metrics.data_quality.clock_times import (
    LONGEST_DAYS,
    OLDEST_YEARS,
    RARE,
    clock_times,
    missing_afternoons,
    time_order,
)
from vulncore.metrics.data_quality.default_times import date_only, default_times
from vulncore.metrics.data_quality.month_rows import month_number
from vulncore.sources.records.draft_columns import Column, Content, moment_role
from vulncore.sources.records.mapping import Mapping
from vulncore.store.notes import NoteKind

TURNED = ("future_recorded", "future_occurred", "before_recording")
SLIPS = 0.05  # of all rows: so few wrong dates are slips of the keyboard, and no day read as a month
NOT_TAKEN = (
    "These times count in no hour, and no patrol rests on them, unless a note says that they are real."
)


def time_findings(
    incidents: ir.Table,
    months: pd.DataFrame,
    names: Table[str, str],
    today: date,
    smallest: int,
    is_swapped: bool,
    real: Iterable[tuple[str | None, str | None]] = (),
    mapping: Mapping | None = None,
) -> Iterator[DataFinding]:
    """Yield findings about when things happened and when they were recorded.

    Times of a force's measure that are known to be `real` are in none about a clock or a form; None is every force, or measure.

    `months` and `names` are those of `month_findings`, `today` is the last day that anything can be of. Numbers by hour are to
    the nearest `smallest`, and the canonical incidents are swapped ones where numbers are hidden, if `is_swapped`. `mapping` is
    what the newest of them were read with, where that is known.
    """
    unsure = incidents
    for force, measure in real:
        known = ibis.literal(True) if force is None else unsure.force == force
        unsure = unsure.filter(~(known if measure is None else known & (unsure.measure == measure)))
    times = clock_times(unsure)
    swapped = SHARE_SWAPPED if is_swapped and is_blurred(smallest) else 0.0
    yield from _afternoons(missing_afternoons(unsure, times, swapped), names, smallest)
    yield from _defaults(default_times(times), names, smallest)
    yield from _dates_alone(date_only(times), names)
    yield from _order(
        time_order(incidents, today, ends_next_day=mapping is not None and mapping.ends_next_day),
        today,
        smallest,
        mapping,
    )
    yield from _declared_ahead(months, today)


def _afternoons(missing: pd.DataFrame, names: Table[str, str], smallest: int) -> Iterator[DataFinding]:
    for (force, kind), rows in missing.groupby(["force", "kind"]):
        which = {
            "all": "all times",
            "month": numbered_months_in_words(rows["which"]) if kind == "month" else "",
            "measure": measures_in_words(rows["which"], names),
        }[str(kind)]
        timed, late = int(rows["rows"].sum()), int(rows["afternoon"].sum())
        yield DataFinding(
            check="twelve-hour-clock",
            what=(
                f"{nearest_in_words(late, smallest) if late >= smallest else 'Hardly any'} of {timed:,} times "
                f"{agree(late, 'is', 'are') if late >= smallest else 'is'} from 13:00 to 23:59 ({which}). "
                "Was a 12-hour clock read as a 24-hour clock? If one in five records were so late, chance would "
                f"produce so few less than once in {1 / RARE:,.0f} times."
            ),
            where=f"{force}, {which}",
            count=timed - (nearest(late, smallest) or 0),
            of=timed,
            why=f"Evenings would show as mornings. {NOT_TAKEN}",
            do="Ask how the source writes times. If am and pm have a field of their own, map that field too. If the times are "
            "real, say so.",
            sure=Sureness.LIKELY,
            note=_real(str(force), tuple(rows["which"]) if kind == "measure" else ()),
        )


def _defaults(heaps: pd.DataFrame, names: Table[str, str], smallest: int) -> Iterator[DataFinding]:
    for (force, minute), rows in heaps.groupby(["force", "minute"], sort=False):
        whole = rows["measure"].eq("").any()
        which = "all measures" if whole else measures_in_words(rows["measure"], names)
        count, of, explained = (int(rows[name].sum()) for name in ("rows", "of", "explained"))
        moment = time(*divmod(int(str(minute)), 60))
        clock = f"{moment:%H:%M}"
        yield DataFinding(
            check="default-time",
            what=(
                f"{nearest_in_words(count, smallest)} of {of:,} times ({nearest_share(count, of, smallest)}) are exactly "
                f"{clock} ({which}). Similar times nearby have "
                f"{small_first(nearest_in_words(explained, smallest)) if explained else 'none'}{' at most' if explained else ''}. "
                "Does a form fill in this time?"
            ),
            where=f"{force}, {which}, {clock}",
            count=nearest(count, smallest),
            of=of,
            why=f"One hour would look busier than it was. {NOT_TAKEN}",
            do="Ask what the form shows where no time is given. If the time is a stand-in, read it as no time. If it is real, say so.",
            sure=Sureness.LIKELY,
            remedy=TimesAsNoTime((moment,)),
            note=_real(str(force), () if whole else tuple(rows["measure"])),
        )


def _dates_alone(only: pd.DataFrame, names: Table[str, str]) -> Iterator[DataFinding]:
    for force, rows in only.groupby("force"):
        which = measures_in_words(rows["measure"], names)
        count = int(rows["rows"].sum())
        yield DataFinding(
            check="date-only",
            what=f"All {count:,} times of {which} are 00:00: dates without an hour.",
            where=f"{force}, {which}",
            count=count,
            of=count,
            why=f"All would count as midnight. {NOT_TAKEN}",
            do="Read 00:00 as no time, or bring the time if the source has it.",
            sure=Sureness.LIKELY,
            remedy=TimesAsNoTime((time(0),)),
            note=_real(str(force), tuple(rows["measure"])),
        )


def _real(force: str, measures: tuple[str, ...]) -> NotesOnData:
    return NotesOnData(
        NoteKind.TIMES_REAL, force, (), measures, "The times are real, and no form or clock made them."
    )


def _order(order: pd.DataFrame, today: date, smallest: int, mapping: Mapping | None) -> Iterator[DataFinding]:
    after, which_date, sure_of_dates = _after_recording(mapping)
    faults = {
        ("future_recorded", "recorded-in-future", Sureness.CERTAIN): (
            f"recorded after {day_name(today)}",
            "Day and month may have changed places. These rows count in future months.",
        ),
        ("future_occurred", "happens-in-future", Sureness.CERTAIN): (
            f"dated as happening after {day_name(today)}",
            "The year may be wrong, or day and month may have changed places.",
        ),
        ("before_recording", "happened-after-recording", sure_of_dates): (after, which_date),
        ("backwards", "ended-before-beginning", Sureness.CERTAIN): (
            "dated as ending before beginning",
            "Neither time can be trusted, so the hour is not known.",
        ),
        ("ancient", "began-a-century-ago", Sureness.LIKELY): (
            f"dated as beginning more than {OLDEST_YEARS} years before recording",
            "A date such as 1 January 1900 often stands for no date.",
        ),
        ("long", "spans-over-a-year", Sureness.POSSIBLE): (
            f"spread over more than {LONGEST_DAYS} days between earliest and latest time",
            "Abuse over years is recorded this way. The hour and the weekday of such rows mean nothing.",
        ),
    }
    for row, ((column, check, sure), (happening, why)) in product(order.to_dict("records"), faults.items()):
        count: int = row[column]
        if count:
            by_month = column == "future_recorded"  # as are the counts that are published
            of, step = (row["rows"], 1) if by_month else (row["timed"], smallest)
            yield DataFinding(
                check=check,
                what=f"{nearest_rows(count, step)} of {of:,} {nearest_agree(count, step, 'is', 'are')} {happening}.",
                where=str(row["force"]),
                count=nearest(count, step),
                of=of,
                why=why,
                do="Correct the rows in the source and publish the months again. Check how the mapping reads dates.",
                sure=sure,
                remedy=DatesReadOtherwise() if column in TURNED and count > SLIPS * of else None,
            )


def _after_recording(mapping: Mapping | None) -> tuple[str, str, Sureness]:
    """Return what is said of records that happened after they were recorded, why, and how sure that is.

    It is sure only where the heading of the date recorded says that it is: else it may be another date.
    """
    column = mapping.columns.get("recorded_on", "") if mapping else ""
    if not mapping or not column:
        return (
            "dated as happening after the day of recording",
            "One of the two dates is wrong, or another date was read as the date recorded. Counts go by that date.",
            Sureness.LIKELY,
        )
    happened = listed([printable(name[:60]) for name in mapping.happened_on])
    after = f"dated as happening ({happened}) after the day of recording ({printable(column[:60])})"
    if moment_role(Column(column, {}, Content.DATE)) == "recorded_on":
        return after, "One of the two dates is wrong. Counts go by the day of recording.", Sureness.CERTAIN
    return (
        after,
        "No heading says which date is the date recorded, so it may be another column. Counts go by this date.",
        Sureness.LIKELY,
    )


def _declared_ahead(months: pd.DataFrame, today: date) -> Iterator[DataFinding]:
    ahead = months[months["covered"] & (months["month"] > month_number(today))]
    sizes = months.groupby("force")["count"].sum()
    for force, rows in ahead.groupby("force"):
        which = sorted(set(rows["month"]))
        yield DataFinding(
            check="declared-in-future",
            what=f"{numbered_months_in_words(which)} {agree(len(which), 'is', 'are')} declared as delivered but still to come.",
            where=f"{force}, {numbered_months_in_words(which)}",
            count=len(which),
            of=None,
            why="The last month delivered becomes the as-at month, so periods would end in the future.",
            do="Declare only months that are over (--covers, or the mapping), and publish again.",
            sure=Sureness.CERTAIN,
            touched=int(sizes[force]),  # every period ends too late
        )
