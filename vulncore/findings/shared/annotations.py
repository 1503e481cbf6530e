"""The notes that people write on the data: as a table, as sentences, and as the months that no comparison may cross."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from vulncore.domain.periods import Window, day_name, month_name, month_of
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.contents import DatasetContents
from vulncore.forecasting.past import LOCKDOWN_MONTHS
from vulncore.store import Snapshot
from vulncore.store.notes import NoteKind, PandemicMonths, pandemic_of

OF_A_CHART = (NoteKind.COMMENTARY, NoteKind.LEVEL_KEPT)
"""Kinds that stand beside a strand's own chart, and nowhere else."""
NOT_OF_FIGURES = (*OF_A_CHART, NoteKind.PANDEMIC)
"""Kinds that say nothing of what figures count: charts and forecasts say them where they hold."""


@once_a_version(MANY)
def annotations_of(snapshot: Snapshot, force: str) -> pd.DataFrame:
    """Return the canonical annotations of a force, those on every force included; the index has the order of writing."""
    table = snapshot.annotations
    kept = table.filter(table.force.isnull() | (table.force == force))
    frame: pd.DataFrame = kept.to_pandas().sort_values(["month", "measure", "text"])
    return frame.assign(month=pd.to_datetime(frame["month"]).dt.date)


def series_breaks(annotations: pd.DataFrame, measures: Sequence[Measure]) -> Mapping[str, tuple[date, ...]]:
    """Return the months from which each measure can't be compared with earlier months."""
    return {
        measure.key: noted_months(NoteKind.SERIES_BREAK, annotations, (measure.key,)) for measure in measures
    }


def noted_months(kind: NoteKind, annotations: pd.DataFrame, keys: Collection[str]) -> tuple[date, ...]:
    """Return the months of notes of a kind on any of some measures or strands, each once, in order."""
    rows = zip(annotations["kind"], annotations["measure"], annotations["month"], strict=True)
    noted = {
        month_of(month)
        for of_kind, measure, month in rows
        if of_kind == kind and not pd.isna(month) and (pd.isna(measure) or measure in keys)
    }
    return tuple(sorted(noted))


def pandemic_months(annotations: pd.DataFrame) -> PandemicMonths:
    """Return the months of the pandemic that are set aside for a force, and why; without a note those under lockdown.

    The newest note decides, of one day the one written last, and one on the force itself over one on every force.
    """
    notes = annotations[annotations["kind"] == NoteKind.PANDEMIC].sort_index()
    ordered = notes.assign(of_force=notes["force"].notna()).sort_values(
        ["of_force", "written_on"], kind="stable"
    )
    noted = [months for text in ordered["text"] if (months := pandemic_of(text))]
    return noted[-1] if noted else PandemicMonths(LOCKDOWN_MONTHS)


def annotations_to_read(rows: Sequence[Mapping[str, Any]], contents: DatasetContents) -> pd.DataFrame:
    """Return one row per annotation, newest month first, with columns named for people."""
    names = {measure.key: measure.name for measure in contents.measures}
    ordered = sorted(rows, key=lambda row: (row["month"] or date.min, str(row["text"])), reverse=True)
    return pd.DataFrame(
        {
            "Kind": row["kind"],
            "From": month_name(row["month"]) if row["month"] else "–",
            "Measure": names.get(row["measure"]) or contents.name_of(row["measure"] or "") or "All measures",
            "What is known": row["text"],
            "Written by": row["author"],
            "On": day_name(row["written_on"]),
        }
        for row in ordered
    )


def annotation_notes(
    annotations: pd.DataFrame, measures: Sequence[Measure], shown: Window
) -> tuple[str, ...]:
    """Return a sentence for each annotation on the measures shown, if its month lies in the time shown.

    That is from the first month that anything on screen bears on, to the as-at month.
    """
    names = {measure.key: measure.name for measure in measures}
    sentences = []
    for row in annotations.to_dict("records"):
        of_one, month = not pd.isna(row["measure"]), row["month"]
        if row["kind"] in NOT_OF_FIGURES or (of_one and row["measure"] not in names):
            continue
        if not pd.isna(month) and not shown.start <= month <= shown.end:
            continue
        whose = names[row["measure"]] if of_one else "All measures"
        since = "" if pd.isna(month) else f", {month_name(month)}"
        sentences.append(f"{whose}{since}: {row['text']}")
    return tuple(sentences)
