"""What vulncore.findings.strand.standing and its sentences promise."""

from dataclasses import replace
from datetime import date

from tests.making import FORCE, delivery, month_total, months
from tests.store.test_notes import note, notes
from vulncore.domain.vocabulary import Flow, report_measures
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.noting import approving_command
from vulncore.findings.strand.standing import Standing, standing
from vulncore.findings.strand.subject import strand_subject
from vulncore.metrics.control.chart import ChartKind
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind

FIRST = date(2022, 1, 1)
USUAL = [9, 11, 10, 8, 12, 10, 9, 11] * 3


def stands(store, counts, *noted, as_at=None, measures=None) -> Standing:
    """Return how a measure stands of which these totals are published month by month."""
    every = months(FIRST, len(counts))
    rows = [month_total(day, count) for day, count in zip(every, counts, strict=True)]
    publish(store, "real", delivery(counts=rows, measures=measures or report_measures()), "tests")
    if noted:
        annotate(store, "real", notes(*noted), "tests")
    snapshot = open_version(store, "real")
    subject = strand_subject(dataset_contents(snapshot), "", "rape")
    return standing(snapshot, FORCE, subject, as_at or every[-1])


def said_of(of: Standing) -> str:
    briefing = of.briefing
    lines = (f"{line.lead}: {line.text}" for line in of.headline)
    return "\n".join((briefing.finding, briefing.action, briefing.also, *lines))


def test_a_target_is_not_met_every_month_where_a_month_missed_it(tmp_path):
    target = note(kind=NoteKind.TARGET.value, text="At most 20 a month")
    assert "Target of at most 20 a month: met in 24 of 25 months." in said_of(
        stands(tmp_path, [*USUAL, 40], target)
    )
    assert "met every month as things are" in said_of(stands(tmp_path / "usual", USUAL, target))


def test_the_name_of_a_month_keeps_its_capital_letter(tmp_path):
    assert "Not judged: One-off month March 2023." in said_of(
        stands(tmp_path, USUAL, note(kind=NoteKind.ONE_OFF.value, month=date(2023, 3, 1)))
    )


def test_commentary_on_a_later_month_does_not_stand_beside_an_earlier_one(tmp_path):
    later = note(kind=NoteKind.COMMENTARY.value, month=date(2023, 6, 1))
    assert not stands(tmp_path, USUAL, later, as_at=date(2023, 5, 1)).commentary
    assert len(stands(tmp_path / "now", USUAL, later, as_at=date(2023, 6, 1)).commentary) == 1


def test_a_level_of_less_than_one_a_month_is_not_called_none(tmp_path):
    of = stands(tmp_path, [3, 4, 3, 2, 4, 3] * 5 + [0, 0, 1, 0, 0, 1, 0, 0, 0, 1])
    assert of.proposed is not None
    assert "at 0.3 a month" in of.briefing.finding


def test_the_range_of_a_former_level_is_not_told_as_the_usual_one(tmp_path):
    changed = note(kind=NoteKind.LEVEL_CHANGE.value, month=date(2023, 8, 1))
    lines = said_of(stands(tmp_path, USUAL, changed))
    assert "7 more months needed" in lines
    assert "Usual range" not in lines


def test_a_month_of_several_rare_records_is_one_month(tmp_path):
    lines = said_of(stands(tmp_path, [2, 1] * 12 + [0, 0, 9]))
    assert "March 2024 is in a run of seven or more on one side of the mean (more often)" in lines


def test_a_trend_is_called_by_where_it_leads_and_not_by_its_side_of_the_mean(tmp_path):
    of = stands(tmp_path, [40, 20, 41, 19, 42, 18, 43, 17, 40, 20, 41, 19, 24, 26, 28, 30, 32, 34, 36])
    months = of.chart.judged.tail(7)
    assert months["count"].iloc[0] < months["mean"].iloc[0]
    assert of.briefing.finding == "Rape: rising month after month, 36 in July 2023."
    assert "in a rising run of seven or more" in said_of(of)
    assert "above" not in said_of(of)


def test_what_is_there_at_a_months_end_has_no_days_between_records_and_no_proposed_level(tmp_path):
    stocks = [
        replace(measure, flow=Flow.STOCK) if measure.key == "rape" else measure
        for measure in report_measures()
    ]
    rare = stands(tmp_path / "rare", [2, 3, 2, 2, 3, 2] * 4, measures=stocks)
    many = stands(tmp_path / "many", [*range(1200, 1212), *range(1700, 1712)], measures=stocks)
    assert (rare.chart.kind, many.chart.kind) == (ChartKind.XMR, ChartKind.XMR)
    assert many.proposed is None
    assert "What is there at a month's end" in said_of(many)


def test_the_command_that_approves_names_the_dataset_and_the_force_of_the_chart(tmp_path):
    command = approving_command(stands(tmp_path, USUAL), date(2023, 6, 1))
    assert "--dataset real --force 'Ruritania Police' --why" in command
