"""What vulncore.domain.vocabulary promises."""

import csv
import re
from pathlib import Path

import pytest

from vulncore.domain.errors import UnknownNameError
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import (
    Flow,
    find_measure,
    police_uk_measures,
    report_measures,
    strand_name,
    strands,
)

REPORT = Path(__file__).parents[2].parent / "shared" / "report" / "vulnerability-report-2024.txt"


def published() -> list[dict[str, str]]:
    with shipped("strand-table-2024-10.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_nineteen_measures_stand_as_published_in_wording_group_and_order():
    assert [(m.group, m.label) for m in report_measures()] == [
        (r["group"], r["measure"]) for r in published()
    ]
    assert [measure.order for measure in report_measures()] == list(range(1, 20))


def test_the_eleven_strands_stand_in_the_reports_order():
    if not REPORT.exists():
        pytest.skip("the report's text is not beside this checkout (../shared/report)")
    text = REPORT.read_text(encoding="utf-8")
    listed = text[text.index("The current CoLP strands are as follows") : text.index("2. Governance")]
    positions = [listed.index(re.split(r"[ /]", strand.label)[0], 40) for strand in strands()]
    assert len(strands()) == 11
    assert positions == sorted(positions)


def test_every_strand_has_a_measure_and_every_measure_of_the_report_a_strand():
    assert {measure.strand for measure in report_measures()} == {strand.key for strand in strands()}


@pytest.mark.parametrize("measures", [report_measures(), police_uk_measures()], ids=["report", "police.uk"])
def test_every_measure_says_what_it_counts_and_where_that_is_defined(measures):
    assert all(measure.definition.endswith(".") and measure.definition_source for measure in measures)
    assert len({measure.key for measure in measures}) == len(measures)
    assert all(re.fullmatch(r"[a-z0-9-]+", measure.key) for measure in measures)


def test_in_a_table_of_both_no_measure_of_police_uk_stands_among_the_reports():
    both = sorted((*police_uk_measures(), *report_measures()), key=lambda measure: measure.order)
    assert both == [*report_measures(), *police_uk_measures()]
    assert len({measure.order for measure in both}) == len(both)


def test_all_measures_of_the_report_are_flows():
    assert {measure.flow for measure in report_measures()} == {Flow.FLOW}


def test_names_are_found_in_any_letter_case_and_unknown_ones_say_what_there_is():
    assert find_measure(report_measures(), "HATE CRIME").key == "hate-crime"
    assert find_measure(report_measures(), "Adult At Risk PPNS").key == "adult-at-risk-ppns"
    assert strand_name("modern-slavery") == "Modern slavery and human trafficking"
    with pytest.raises(UnknownNameError, match="No measure is called 'piracy'. There are 19: adult-at-risk"):
        find_measure(report_measures(), "piracy")
