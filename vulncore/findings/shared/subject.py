"""What is counted together: a measure, or several with each record once; and how many there are in each month."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from vulncore.domain.errors import UnknownNameError
from vulncore.domain.strands.strand_list import entries
from vulncore.domain.vocabulary import SEXUAL_VIOLENCE, Flow, Measure, find_measure
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.contents import DatasetContents
from vulncore.metrics.records.counts import monthly_records
from vulncore.metrics.strands.counts import monthly_counts, monthly_series, period_counts
from vulncore.store import Snapshot

STRAND, ACROSS = "strand-", "view-"
SEXUAL_OFFENCES = "sexual offences"  # what the report calls its strand of sexual violence where it counts


@dataclass(frozen=True)
class Subject:
    """What is counted together: a measure, or several together with each record once.

    A record that counts in a measure of `without`, too, is not in it. `whole` is the key of the strand, or of the view across
    strands, whose measures these are; "" where it is one measure. `former` are keys that this strand or view had.
    """

    key: str
    name: str
    unit: str
    measures: tuple[Measure, ...]
    without: tuple[Measure, ...] = ()
    whole: str = ""
    former: tuple[str, ...] = ()

    @property
    def note_key(self) -> str:
        """What stands in notes on it where a measure's key would: the key of its strand or view, where it is a whole one."""
        return self.whole or self.key

    @property
    def note_keys(self) -> tuple[str, ...]:
        """What stands in the notes that bear on it: its own key, and those of its measures."""
        return tuple(dict.fromkeys((self.note_key, *self.former, *keys_of(self.measures))))


def subjects(choice: DatasetContents) -> tuple[Subject, ...]:
    """Return what a dataset can forecast.

    Strands of several measures come first, then every measure, then views across strands; stocks are not forecast.
    """
    flows = [measure for measure in choice.measures if measure.flow is Flow.FLOW]
    was = {one.key: one.was for one in entries(choice.strand_list)}

    def of_several(kind: str, key: str) -> tuple[Subject, ...]:
        measures = tuple(measure for measure in choice.measures_of(key) if measure in flows)
        whole = Subject(kind + key, choice.name_of(key), "records", measures, whole=key, former=was[key])
        return (whole,) if len(measures) > 1 else ()

    keys = dict.fromkeys(measure.strand for measure in flows if measure.strand)
    return (
        *(whole for key in keys for whole in of_several(STRAND, key)),
        *(of_measures(measure) for measure in flows),
        *(whole for view in choice.views for whole in of_several(ACROSS, view.key)),
    )


def of_measures(*measures: Measure) -> Subject:
    """Return one measure as a subject, or several together."""
    first = measures[0]
    return Subject(first.key, first.name, first.unit, measures)


def find_subject(offered: Sequence[Subject], wanted: str | None) -> Subject:
    """Return the subject with a key or a name, in any letter case; without one, sexual offences or the first.

    Raises:
        UnknownNameError: None has it, or there is none.
    """
    if not offered:
        raise UnknownNameError(
            "This dataset has nothing to forecast. None of its measures counts events by month."
        )
    if wanted is None:
        whole = next((subject for subject in offered if SEXUAL_VIOLENCE in _keys_of_strand(subject)), None)
        named = next((subject for subject in offered if SEXUAL_OFFENCES in subject.name.casefold()), None)
        return whole or named or offered[0]
    name = wanted.strip().casefold()
    name = SEXUAL_VIOLENCE if name == SEXUAL_OFFENCES else name
    for subject in offered:
        former = [kind + key for kind in (STRAND, ACROSS) for key in subject.former]
        if name in (subject.key, subject.name.casefold(), *_keys_of_strand(subject), *former):
            return subject
    measures = [subject.measures[0] for subject in offered if not subject.whole]
    key = find_measure(measures, wanted).key  # by its label, or the refusal that lists what there is
    return next(subject for subject in offered if subject.key == key)


def _keys_of_strand(subject: Subject) -> tuple[str, ...]:
    """Return by which keys a list of strands knows a subject, now and before; none of a measure."""
    return (subject.whole, *subject.former) if subject.whole else ()


@once_a_version(MANY)
def subject_months(
    snapshot: Snapshot, force: str, subject: Subject
) -> tuple[pd.DataFrame, bool, pd.DataFrame]:
    """Return the months known, whether they come from records with a day, and the months of each measure alone."""
    keys, without = keys_of(subject.measures), keys_of(subject.without)
    months, counts = counts_of(snapshot, force)
    series = monthly_series(months, counts)
    chosen = series[series["measure"].isin(keys)]
    by_record = set(keys) <= set(months["measure"])
    if len(keys) == 1 and not without:
        return chosen[["month", "count", "provisional"]], by_record, chosen
    summed = chosen.groupby("month").agg(
        count=("count", "sum"), provisional=("provisional", "any"), measures=("measure", "nunique")
    )
    known = summed[summed["measures"] == len(keys)].drop(columns="measures").reset_index()
    together = monthly_records(snapshot.incidents, snapshot.coverage, force, keys, without)
    # each record once where there are records
    once = pd.concat([together, known]) if len(together) else known
    return once.drop_duplicates("month").sort_values("month", ignore_index=True), by_record, chosen


@once_a_version(MANY)
def counts_of(snapshot: Snapshot, force: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each month and each period holds of each measure (`monthly_counts`, `period_counts`)."""
    return (
        monthly_counts(snapshot.incidents, snapshot.coverage, force),
        period_counts(snapshot.counts, snapshot.coverage, force),
    )


def keys_of(measures: Sequence[Measure]) -> list[str]:
    """Return the keys of measures."""
    return [measure.key for measure in measures]
