"""What vulncore.findings.strand.victims promises."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.blur import GROUP_KEPT, NOT_REPEATED, REPEATED
from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.records import StrandRecords
from vulncore.findings.strand.subject import strand_subject
from vulncore.findings.strand.victims import Victims, repeat_row, strand_victims
from vulncore.store import open_version, publish

FIRST = date(2022, 1, 1)
OTHER = "Grand Fenwick Police"


def harmed(store, rows, coverage, as_at, smallest=1) -> Victims:
    publish(store, "real", delivery(rows, coverage), "tests")
    snapshot = open_version(store, "real")
    subject = strand_subject(dataset_contents(snapshot), "", "rape")
    return strand_victims(snapshot, FORCE, subject, rolling_12(as_at), smallest)


def of_victims(days, every=4, **more):
    """Return a record a month for each of some victims: the first of them comes again and again."""
    return [
        incident(
            100 * at + number, day, victim_key="a" if number == 0 else f"{at}-{number}", place="A", **more
        )
        for at, day in enumerate(days)
        for number in range(every)
    ]


def repeats(victims: Victims) -> dict[str, float]:
    return (
        dict(zip(victims.shares["group"], victims.shares["share"], strict=True))
        if len(victims.shares)
        else {}
    )


def test_nobody_is_harmed_before_in_the_months_before_which_nothing_is_known(tmp_path):
    days = months(FIRST, 24)
    rows, coverage = of_victims(days), covered(days)
    first_year = harmed(tmp_path / "first", rows, coverage, date(2022, 12, 1))
    assert "Harmed before by the same strand" not in repeats(first_year)
    second_year = harmed(tmp_path / "second", rows, coverage, date(2023, 12, 1))
    assert repeats(second_year)["Harmed before by the same strand"] == pytest.approx(0.25)


def test_another_force_that_delivered_longer_makes_no_victim_a_first_one(tmp_path):
    days = months(FIRST, 12)
    long_ago = months(date(2019, 1, 1), 48)
    coverage = [*covered(days), *covered(long_ago, force=OTHER)]
    victims = harmed(tmp_path, of_victims(days), coverage, date(2022, 12, 1))
    assert "Harmed before by the same strand" not in repeats(victims)


def test_a_share_of_repeats_is_right_where_measures_of_a_strand_have_other_answers():
    rng = np.random.default_rng(5)
    once, often = 6_000, 6_000
    true = np.concatenate([np.zeros(once, bool), rng.random(often) < 0.4])
    measure = np.repeat(["rape", "other-sexual-offences"], [once, often])
    astray = rng.random(len(true)) >= GROUP_KEPT
    dealt = rng.random(len(true)) < 0.5
    shown = np.where(astray & (measure == "other-sexual-offences"), dealt, true)
    frame = pd.DataFrame({"measure": measure, "victim_before": np.where(shown, REPEATED, NOT_REPEATED)})
    groups = {"rape": (NOT_REPEATED,), "other-sexual-offences": (NOT_REPEATED, REPEATED)}
    records = StrandRecords(frame, {"victim_before": groups}, GROUP_KEPT)
    row = repeat_row(records, "victim_before", "Harmed before", 1)
    assert row["low"] < true.mean() < row["high"]
    assert row["share"] == pytest.approx(true.mean(), abs=0.02)


def test_the_share_of_visitors_is_hidden_where_the_table_hides_it(tmp_path):
    days = months(FIRST, 12)
    rows = [
        *of_victims(days, 4, victim_residency="Resident"),
        *(incident(9_000 + at, day, victim_residency="Visitor") for at, day in enumerate(days[:1])),
    ]
    victims = harmed(tmp_path, rows, covered(days), date(2022, 12, 1), smallest=5)
    hidden = victims.shares[victims.shares["group"] == "Visitor"]["share"].isna()
    assert hidden.all()
    assert victims.visitors is None
