"""What is odd about which months came, and how full they are."""

from collections.abc import Iterator, Mapping

import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.findings.data.data_words import measures_in_words, months_in_words, rows_in_words
from vulncore.findings.data.finding import DataFinding, Sureness
from vulncore.metrics.data_quality.month_gaps import month_gaps
from vulncore.metrics.data_quality.short_months import short_months

YEARS_WITHOUT_A_ROW = 24  # months; a rare harm can well miss one year


def month_findings(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield what is odd about months: missing, empty, short, not declared, or never with a row.

    Args:
        months: What `vulncore.metrics.data_quality.month_rows.month_rows` returns.
        names: The measures' names by key.
    """
    yield from _gaps(months, names)
    yield from _short(months)
    yield from _not_declared(months, names)
    yield from _without_figure(months, names)
    yield from _never(months, names)


def edge_findings(edges: pd.DataFrame) -> Iterator[DataFinding]:
    """Yield a finding for each month that begins late or ends early.

    Args:
        edges: What `vulncore.metrics.data_quality.month_edges.month_edges` returns.
    """
    for row in edges.to_dict("records"):
        month = months_in_words([row["month"]])
        yield DataFinding(
            check="half-delivered-month",
            what=(
                f"The {row['edge']} {row['days']} days of {month} hold no record, where the month's other days lead "
                f"one to expect about {row['expected']:,.0f}; the month has {row['count']:,}."
            ),
            where=f"{row['force']}, {row['source']}, {month}",
            count=int(row["days"]),
            of=None,
            why="The month counts as whole and looks quieter than it was: the newest figures fall for no reason.",
            do="Compare with the source. If the extract ended early, publish the month again when it is whole.",
            sure=Sureness.LIKELY,
        )


def _gaps(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    for row in month_gaps(months).to_dict("records"):
        missing, measures = row["missing"], row["measures"]
        which = measures_in_words(measures, names, row["of_measures"])
        yield DataFinding(
            check="months-not-delivered",
            what=(
                f"{months_in_words(missing)} {'was' if len(missing) == 1 else 'were'} not delivered ({which}): "
                "missing, not zero."
            ),
            where=f"{row['force']}, {which}, {months_in_words(missing)}",
            count=len(missing),
            of=int(row["of_months"]),
            why="Any year or financial year that holds them is incomplete, and is compared with nothing.",
            do="Ask the source for them. If they were never published, say so in a note on the data.",
            sure=Sureness.CERTAIN,
        )


def _short(months: pd.DataFrame) -> Iterator[DataFinding]:
    for row in short_months(months).to_dict("records"):
        month, empty = months_in_words([row["month"]]), row["count"] == 0
        beside = ", and the month beside it was not delivered" if row["beside_gap"] else ""
        yield DataFinding(
            check="month-empty" if empty else "month-short",
            what=(
                f"{month} is declared as delivered and holds nothing at all, where about {row['expected']:,.0f} "
                f"records were to be expected{beside}."
                if empty
                else f"{month} is short: {row['count']:,} records, where the months on both sides lead one to expect "
                f"about {row['expected']:,.0f}{beside}."
            ),
            where=f"{row['force']}, {row['source']}, {month}",
            count=int(row["count"]),
            of=round(row["expected"]),
            why="It counts as a whole month: sums with it are too small, and a year later its rise is none.",
            do="Compare with the source; publish the month again, or take it out of what is declared as delivered.",
            sure=Sureness.POSSIBLE if row["beside_gap"] and not empty else Sureness.LIKELY,
        )


def _not_declared(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    undeclared = months[~months["covered"] & (months["rows"] > 0)]
    for force, rows in undeclared.groupby("force"):
        count, of = int(rows["rows"].sum()), int(months.loc[months["force"] == force, "rows"].sum())
        which = first_five(names.get(key, key) for key in rows["measure"].unique())
        yield DataFinding(
            check="rows-not-declared",
            what=(
                f"{rows_in_words(count)} lie in months that are not declared as delivered for their measure: "
                f"{months_in_words(rows['month'])} ({which})."
            ),
            where=f"{force}, {which}, {months_in_words(rows['month'])}",
            count=count,
            of=of,
            why="They count nowhere: a month that was not delivered is missing, whatever rows carry its date.",
            do="Declare the months if they are whole (--covers, or the mapping); else leave the rows out.",
            sure=Sureness.CERTAIN,
        )


def _without_figure(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    without = months[months["covered"] & months["count"].isna()]
    for force, rows in without.groupby("force"):
        which = first_five(names.get(key, key) for key in rows["measure"].unique())
        yield DataFinding(
            check="declared-without-figure",
            what=f"{len(rows):,} monthly totals are declared as delivered and are not there ({which}).",
            where=f"{force}, {which}, {months_in_words(rows['month'])}",
            count=len(rows),
            of=int((months["force"] == force).sum()),
            why="Coverage shows these months as delivered, and every window with them stays incomplete.",
            do="Publish the totals, or take the months out of what is declared.",
            sure=Sureness.CERTAIN,
        )


def _never(months: pd.DataFrame, names: Mapping[str, str]) -> Iterator[DataFinding]:
    covered = months[months["covered"]]
    sizes = covered.groupby(["force", "measure"], as_index=False).agg(
        total=("count", "sum"), known=("count", "count")
    )
    never = sizes[(sizes["total"] == 0) & (sizes["known"] >= YEARS_WITHOUT_A_ROW)]
    for force, rows in never.groupby("force"):
        which = first_five(names.get(key, key) for key in rows["measure"])
        yield DataFinding(
            check="never-a-row",
            what=(
                f"{which}: delivered for {int(rows['known'].min())} months or more without a single record. "
                "A harm so rare, or a code that nobody maps?"
            ),
            where=f"{force}, {which}",
            count=len(rows),
            of=int((sizes["force"] == force).sum()),
            why="It reads as zero, and zero is taken for good news.",
            do="Check that the source delivers it and that the mapping names its codes.",
            sure=Sureness.POSSIBLE,
        )
