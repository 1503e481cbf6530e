"""Which measures a text names: those of the report by many names, a force's own by theirs, and what the table does not count."""

from dataclasses import replace
from datetime import date

import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.strands.strand_list import CrossView, StrandList
from vulncore.domain.vocabulary import Strand, report_measures
from vulncore.findings.overview.overview import overview
from vulncore.packs.drafts.blocks import DraftText, RawParagraph, numbered
from vulncore.packs.drafts.checking import check_draft
from vulncore.packs.drafts.subjects import mentions, vocabulary
from vulncore.store import publish, set_strands

APRIL = date(2023, 4, 1)
ADULTS, CHILDREN = "adult-at-risk-ppns", "child-at-risk-ppns"
OTHER = "other-sexual-offences"


@pytest.fixture(scope="module")
def known(demo):
    return vocabulary(demo)


def meant(text: str, known) -> list[set[str]]:
    return [set(mention.measures) for mention in mentions(text, known)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("DA cases", {"domestic-abuse-crime"}),
        ("Domestic Abuse Crime", {"domestic-abuse-crime"}),
        ("domestic violence", {"domestic-abuse-crime"}),
        ("hate crimes", {"hate-crime"}),
        ("HBA", {"hbv"}),
        ("HBV", {"hbv"}),
        ("Honour-Based Abuse", {"hbv"}),
        ("so-called honour based violence", {"hbv"}),
        ("FGM", {"fgm"}),
        ("female genital mutilation", {"fgm"}),
        ("CSE", {"cse"}),
        ("child sexual exploitation", {"cse"}),
        ("CSA", {"child-abuse"}),
        ("child sexual abuse", {"child-abuse"}),
        ("CSAE", {"child-abuse", "cse"}),
        ("MAPPA nominals", {"mappa-nominals"}),
        ("MSHT", {"modern-slavery"}),
        ("modern slavery & human trafficking", {"modern-slavery"}),
        ("Human Trafficking/Modern Slavery", {"modern-slavery"}),
        ("PPNs", {ADULTS, CHILDREN}),
        ("public protection notices", {ADULTS, CHILDREN}),
        ("Adult At Risk PPNS", {ADULTS}),
        ("Adults at risk (PPNs)", {ADULTS}),
        ("child PPNs", {CHILDREN}),
        ("PPNs for children", {CHILDREN}),
        ("sexual offences", {"rape", OTHER}),
        ("RASSO", {"rape", OTHER}),
        ("sexual violence", {"rape", OTHER}),
        ("Other Sexual Offences", {OTHER}),
        ("Suicides & Attempted Suicide", {"suicides", "attempted-suicides"}),
        ("harmful practices", {"fgm", "forced-marriage", "hbv"}),
        ("Prevent referrals", {"prevent"}),
    ],
)
def test_measures_strands_and_groups_are_known_by_many_names(known, text, keys):
    assert meant(f"In the year {text} rose.", known) == [keys]


@pytest.mark.parametrize(
    "text",
    ["a da vinci day", "they hate it", "we prevent harm", "Prevent harm where you can", "cases", "the data"],
)
def test_everyday_words_are_no_measures(known, text):
    assert meant(text, known) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("stalking", "the table counts stalking and harassment, not stalking alone"),
        ("violence against women and girls", "the table has no row for violence against women and girls: a record can be in several measures"),
        ("robbery", "the table has no measure of robbery"),
        ("child protection and exploitation", "the table has children at risk (PPNs), child abuse, child sexual exploitation and missing children, which do not add up to one number"),
    ],
)  # fmt: skip
def test_what_the_table_does_not_count_says_why(known, text, why):
    (mention,) = mentions(f"Levels of {text} rose.", known)
    assert (mention.wording.options, mention.wording.unknown) == ((), why)


@pytest.mark.parametrize(
    "text",
    ["domestic abuse arrests", "hate crime victims", "Hate Crime Forum", "Mental Health Street Triage"],
)
def test_a_word_after_a_measure_can_make_it_something_else(known, text):
    (mention,) = mentions(f"The {text} met.", known)
    assert mention.is_qualified == text


@pytest.mark.parametrize(
    "text", ["hate crime reports", "hate crime rose", "hate crime offences", "Hate Crime (HC)"]
)
def test_a_word_after_a_measure_can_leave_it_what_it_is(known, text):
    assert mentions(f"In all {text} in the year", known)[0].is_qualified == ""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A force with a measure, a strand and names of its own, without the report's other measures, and with a month missing."""
    store = tmp_path_factory.mktemp("own")
    rape = next(measure for measure in report_measures() if measure.key == "rape")
    elder = replace(
        rape,
        key="elder-abuse",
        label="Elder Abuse (60+)",
        name="Abuse of older people",
        strand="elders",
        order=900,
        unit="reports",
    )
    kept = delivery(
        [incident(f"{month}{number}", month, "rape") for month in months(APRIL, 19) for number in range(3)],
        covered(months(APRIL, 19)),
        [month_total(month, 10 + (month.year == 2024), "elder-abuse") for month in months(APRIL, 19) if month != date(2023, 6, 1)],
        measures=(rape, elder),
    )  # fmt: skip
    publish(store, "city", kept, "me")
    listed = StrandList(
        (Strand("elders", "Older People", "Older people"), Strand("sexual-violence", "SV", "Sexual harm")),
        (CrossView("harm", "All harm", ("rape", "elder-abuse")),),
    )
    set_strands(store, "city", listed, "me")
    return overview(store, "city", force=FORCE, as_at=date(2024, 10, 1))


def checks(own, *texts: str):
    return check_draft(DraftText("draft.txt", numbered(tuple(map(RawParagraph, texts)))), own).checks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There were 77 reports of abuse of older people this financial year.", "m"),
        ("There were 78 reports of abuse of older people this financial year.", "d"),
        ("Elder abuse: 77 YTD.", "m"),
        ("Older people: 77 reports YTD.", "m"),
        ("Sexual harm: 21 crimes YTD, 21 last year (0%).", "mmm"),
        ("SV rose by 5% YTD.", "d"),
        ("Hate crime rose by 43%.", "n"),
        ("Sexual offences: 21.", "n"),
        ("All harm: 98 YTD.", "n"),
    ],
)
def test_a_forces_own_measures_work_by_their_names_labels_and_strand_names(own, text, expected):
    assert "".join(one.verdict.value[0] for one in checks(own, text)) == expected


def test_a_period_with_months_missing_can_not_be_checked(own):
    (change,) = checks(own, "Elder abuse rose by 10% YTD.")
    assert (change.verdict.value, change.why) == ("not checkable", "Months of that period are missing.")
    (baseline,) = checks(own, "There were 60 rapes in 2019/20.")
    assert baseline.verdict.value == "not checkable"
    (month,) = checks(own, "There were 10 reports of elder abuse in June 2023.")
    assert month.why == "The month June 2023 is missing."
