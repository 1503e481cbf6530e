"""What vulncore.findings.strand.drivers promises."""

from datetime import date

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import Window
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.charts import drivers_chart
from vulncore.findings.strand.drivers import Drivers, strand_drivers
from vulncore.findings.strand.subject import strand_subject
from vulncore.store import open_version, publish

NOW = Window(date(2023, 1, 1), date(2023, 12, 31))
BEFORE = Window(date(2022, 1, 1), date(2022, 12, 31))


def changed(store, before: dict[str | None, int], now: dict[str | None, int], smallest=1) -> Drivers:
    """Return what a change is made of, of records of these offences, spread over the months of two years."""
    rows = []
    for year, offences in ((2022, before), (2023, now)):
        for offence, count in offences.items():
            rows += [
                incident(len(rows) + at, date(year, 1 + at % 12, 1), offence=offence) for at in range(count)
            ]
    publish(store, "real", delivery(rows, covered(months(date(2022, 1, 1), 24))), "tests")
    snapshot = open_version(store, "real")
    subject = strand_subject(dataset_contents(snapshot), "", "rape")
    return strand_drivers(snapshot, FORCE, subject, NOW, BEFORE, smallest)


def said_of(of: Drivers) -> str:
    return " ".join(f"{line.lead} {line.text}" for line in of.headline)


def test_no_more_records_are_of_a_change_than_it_has(tmp_path):
    of = changed(tmp_path, {"a": 60, "b": 60}, {"a": 150, "b": 20})
    assert of.change == 50
    assert "50 more crimes: 90 more are a, and other parts went the other way" in said_of(of)


def test_a_change_that_could_be_chance_is_said_to_be(tmp_path):
    said = said_of(changed(tmp_path, {"a": 30, "b": 30}, {"a": 30, "b": 31}))
    assert said.startswith("1 more crime, which could be chance ")


def test_where_only_what_is_not_recorded_drives_a_change_no_sentence_says_that_no_part_did(tmp_path):
    of = changed(tmp_path, {"a": 100, "b": 100, None: 10}, {"a": 100, "b": 100, None: 90})
    assert of.parts["driver"].sum() == 1
    assert "No part" not in said_of(of)
    assert "How often this is recorded changed: offence." in said_of(of)


def test_the_change_of_a_part_with_a_hidden_number_is_told_by_no_sentence_and_denied_by_no_chart(tmp_path):
    of = changed(tmp_path, {"a": 100, "b": 100}, {"a": 110, "b": 110, "c": 80}, smallest=5)
    row = of.parts[of.parts["value"] == "C"].iloc[0]
    assert row["before_words"] == "fewer than 5"
    assert "some are c" in said_of(of)
    assert "No part drives" not in str(drivers_chart(of).to_dict())
