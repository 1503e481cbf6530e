"""What vulncore.findings.resourcing.locked promises: what the page said when a scenario was locked, set against now."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.findings.resourcing.asking import AS_AT, CITY, outlook_of
from tests.resourcing.made_units import at
from vulncore.domain.periods import month_name
from vulncore.findings.resourcing.locked import figures_now, lock_in_words, same_question, then_and_now
from vulncore.findings.resourcing.sentences import resourcing_briefing
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.locked import BoardLock
from vulncore.resourcing.scenario.scenario import fixed

AT = datetime(2024, 12, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def lock(outlook, demo):
    return BoardLock(
        example_scenario(), "A. Lead", AT, "Board of 12 December", figures_now(outlook, demo.publish, False)
    )


def test_a_lock_keeps_which_figures_what_was_asked_and_what_the_page_said(lock, outlook, demo):
    figures, more = lock.figures, outlook.more_for_cases
    assert (figures.dataset, figures.version, figures.force, figures.month) == ("demo", 1, CITY, AS_AT)
    assert (figures.basis, figures.role, figures.year, figures.chance) == (
        "current-process",
        "pip2",
        2026,
        0.1,
    )
    assert (figures.since, figures.by_hours) == (date(2024, 11, 1), False)
    assert (figures.more, figures.needed_by) == (more.more, more.steps[-1][0])
    said = resourcing_briefing(outlook, demo.publish.made)
    assert (figures.finding, figures.also) == (said.finding, said.also)
    by_hours = figures_now(outlook, demo.publish, True)
    assert (by_hours.by_hours, by_hours.more) == (True, outlook.more_for_hours.more)


def test_who_locked_it_when_what_for_and_what_was_said_is_one_line(lock):
    assert lock_in_words(lock) == (
        "What went to the board (Board of 12 December), locked by A. Lead on 12 December 2024. It said on version 1 of "
        f"demo, known to October 2024: “{lock.figures.finding}”"
    )
    assert "()" not in lock_in_words(replace(lock, note=""))


def test_on_the_figures_that_it_was_locked_on_that_is_said(lock, outlook, demo):
    assert then_and_now(lock, outlook, demo.publish) == "You see the figures that it was locked on."


def test_on_later_figures_how_many_it_is_now_is_said(lock, outlook, demo):
    earlier = replace(lock, figures=replace(lock.figures, version=7, month=date(2024, 6, 1), more=3))
    more = outlook.more_for_cases
    assert then_and_now(earlier, outlook, demo.publish) == (
        f"On version 1 of demo, known to October 2024, it is now {more.more} more PIP 2 investigators by "
        f"{month_name(more.steps[-1][0])}."
    )
    elsewhere = replace(lock, figures=replace(lock.figures, basis="five-year", force="Another"))
    said = then_and_now(elsewhere, outlook, demo.publish)
    assert f"version 1 of demo of {CITY}, known to October 2024, by another forecast, it is now" in said


def test_on_the_same_figures_another_answer_is_not_hidden(lock, outlook, demo):
    other = replace(lock, figures=replace(lock.figures, more=1))
    assert then_and_now(other, outlook, demo.publish).startswith("On the same figures it is now ")


def test_where_nobody_more_is_needed_now_that_is_said(lock, forecast, shares, demo):
    enough = example_scenario()
    for name in ("posts", "in_post"):
        enough = enough.where(at(f"role.pip2.{name}"), fixed(400))
    said = then_and_now(lock, outlook_of(forecast, shares, enough), demo.publish)
    assert said == "On the same figures it is now no more PIP 2 investigators."


def test_what_was_asked_is_asked_again_from_the_first_month_ahead(lock, outlook):
    assert same_question(lock.figures, lock.scenario, AS_AT, 50) == outlook.question
    later = same_question(lock.figures, lock.scenario, date(2025, 6, 1), 43)
    assert (later.role, later.year, later.chance) == ("pip2", 2026, 0.1)
    assert later.since == date(2025, 7, 1)


def test_figures_that_do_not_reach_the_year_can_not_answer(lock, demo):
    assert same_question(lock.figures, lock.scenario, date(2027, 6, 1), 43) is None
    assert then_and_now(lock, None, demo.publish) == (
        "The figures on screen do not reach 2026, so they can't answer the same question."
    )
