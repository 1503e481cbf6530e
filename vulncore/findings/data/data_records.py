"""Records that may count twice."""

from collections.abc import Iterator, Mapping

import ibis.expr.types as ir

from vulncore.domain.errors import first_five
from vulncore.findings.data.data_words import rows_in_words, share
from vulncore.findings.data.finding import DataFinding, Sureness
from vulncore.metrics.data_quality.repeated_records import identical_rows, repeated_records


def record_findings(incidents: ir.Table, names: Mapping[str, str]) -> Iterator[DataFinding]:
    """Yield where a record is there more than once.

    Args:
        incidents: The canonical incidents.
        names: The measures' names by key.
    """
    repeats = repeated_records(incidents).sort_values(["again", "months"], ascending=False)
    for column, check, when in (
        ("months", "record-in-two-months", "in another month"),
        ("again", "record-repeated", "within one month"),
    ):
        for force, rows in repeats[repeats[column] > 0].groupby("force"):
            count, which = int(rows[column].sum()), first_five(names.get(k, k) for k in rows["measure"])
            yield DataFinding(
                check=check,
                what=(
                    f"{rows_in_words(count)} repeat{'s' if count == 1 else ''} the record id of an earlier row of the "
                    f"same measure {when}: {which}."
                ),
                where=f"{force}, {which}",
                count=count,
                of=None,
                why="Monthly counts are of rows: a record that is there twice counts twice.",
                do="Ask whether an id stands for one record or for several victims or offences. If for one, take "
                "out the earlier row.",
                sure=Sureness.LIKELY if column == "months" else Sureness.POSSIBLE,
            )
    for row in identical_rows(incidents).to_dict("records"):
        if row["again"]:
            yield DataFinding(
                check="rows-identical",
                what=(
                    f"{rows_in_words(row['again'])} ({share(row['again'], row['rows'])} of those with a time and a "
                    "point) equal an earlier row in everything and have no id of their own."
                ),
                where=str(row["force"]),
                count=int(row["again"]),
                of=int(row["rows"]),
                why="If they are copies, they count twice; if they are several victims of one event, they are right.",
                do="Bring the record's reference as a column, which tells the two apart.",
                sure=Sureness.POSSIBLE,
            )
