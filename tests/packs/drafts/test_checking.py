"""What a check of a draft promises: what differs from the published table is pointed at, what matches is not, the rest says why."""

import time
from collections import Counter

import pytest

from vulncore.domain.errors import UnknownNameError, UnreadableSourceError
from vulncore.packs.drafts.blocks import DraftText, RawParagraph, numbered
from vulncore.packs.drafts.checking import check_draft, checks_frame, only_paragraphs
from vulncore.packs.drafts.matching import CheckVerdict

# short quotations of the City of London Police vulnerability report 2024, paragraphs 19 to 43, which is public
REPORT = (
    RawParagraph("Data", heading=2),
    RawParagraph("19. Whilst the number of DA cases fell during the COVID-19 pandemic a trend that was reflected nationally. This has seen year on year increases in domestic abuse, however more recently the rate increases have started to steady with only a 5% (n107) increase YTD. With low residential populations the data is not comparable to other forces."),
    RawParagraph("21. All officers are in process of being provided “Domestic Abuse Matters” training. To date 800 officers have received the training. The CoLP has currently trained 35 Domestic Abuse Champions, volunteers who will receive enhanced training."),
    RawParagraph("Honour based abuse and female genital mutilation", heading=1),
    RawParagraph("25. In relation to Honour Based Abuse (HBA) and Female Genital Mutilation (FGM), figures remain extremely low with zero reports during 19/20, 20/21 and in subsequent years."),
    RawParagraph("26. The page also signposts available support such as IKWRO³ – IKWRO is a registered charity."),
    RawParagraph("Sexual Violence", heading=1),
    RawParagraph("36. All sexual offences are investigated within the PPU apart from 'Stranger 1' rapes which are allocated to the Major Crime Team."),
    RawParagraph("38. A joint CPS and CoLP scrutiny panel is due to meet in October 2024 to review a dip sample of cases."),
    RawParagraph("39. Forecasts for sexual offences have been completed using the current process of performance and then five years. 2022 represents the highest number of sexual offences reported."),
    RawParagraph("40. Both sets of predictions indicate an increasing trend over the next four years. Ensuring the adequate volume of PIP 2⁴ qualified officers is key, as is the '20 Point Plan'."),
    RawParagraph("Child Sexual Exploitation and Child Abuse", heading=1),
    RawParagraph("41. The number of child sexual abuse (CSA) and child sexual exploitation (CSE) and cases within the City of London is low. However, we are experiencing increases in reporting. YTD this has shown a 178% increase (n32). All cases are referred to the PPU."),
    RawParagraph("43. The overall increase in demand is commensurate with the rise in public protection notices (PPNs) submitted by officers which demonstrates a 36% increase YTD. It is to be noted that not all PPNs attract a crime record."),
    RawParagraph("Hate Crime", heading=1),
    RawParagraph("58. Hate crime levels within the City of London remain relatively low ranging from 17-32 a month being reported currently."),
)  # fmt: skip

FORMS = {
    "Hate crime rose by 43% YTD.": "m",
    "Hate crime rose by 43 % YTD.": "m",
    "Hate crime rose by 43 per cent YTD.": "m",
    "Hate crime rose by 44 percent YTD.": "d",
    "Hate crime has seen a 43% (n56) increase YTD.": "mm",
    "Hate crime has seen a 43% (n187) increase YTD.": "mm",
    "Hate crime has seen a 43% (n=187) increase YTD.": "mm",
    "Hate crime has seen a 43% (187) increase YTD.": "mm",
    "Hate crime has seen a 43% (n186) increase YTD.": "md",
    "Adult notices: there were 1,044 adult PPNs in the last 12 months.": "m",
    "There were 1044 adult PPNs in the last 12 months.": "m",
    "There were zero FGM reports this year.": "m",
    "There were no FGM reports this year.": "m",
    "There were no rapes this year.": "d",
    "Missing children rose by five from seven to twelve.": "mmm",
    "Missing children rose by five from seven to eleven.": "mmd",
    "Hate crime has more than doubled since 2019/20.": "m",
    "Hate crime doubled against 2019/20.": "m",
    "Hate crime doubled YTD.": "d",
    "Suicides halved in the last 12 months.": "m",
    "Modern slavery halved in the last 12 months.": "d",
    "Rape rose from 15 to 27.": "mm",
    "Rape: 15 → 27 (+12, +80%)": "mmmm",
    "Rape: 15 to 27 (80%).": "mmm",
    "Rape is up 12.": "m",
    "Rape is up 13.": "d",
    "There was a fall of 9 % in adult PPNs YTD.": "m",
    "There has been a reduction in modern slavery (-60%) and Prevent (0%).": "mm",
    "DA: 109 (+4%).": "mm",
    "DA: 109 (+5%).": "md",
    "DA: 109 (4%).": "mm",
    "DA: 109 (5%).": "mn",
    "Over 180 hate crimes were recorded YTD.": "m",
    "Over 200 hate crimes were recorded YTD.": "d",
    "Nearly 200 hate crimes were recorded YTD.": "m",
    "Around 190 hate crimes were recorded YTD.": "m",
    "Around 150 hate crimes were recorded YTD.": "d",
}
DECIMALS = {
    "Child PPNs fell by 10% in the last 12 months.": "m",
    "Child PPNs fell by 10.03% in the last 12 months.": "m",
    "Child PPNs fell by 10.0% in the last 12 months.": "m",
    "Child PPNs fell by 10.1% in the last 12 months.": "d",
    "Mental health incidents fell by 2.6% YTD.": "m",
    "Mental health incidents fell by 2.7% YTD.": "d",
}
DIRECTIONS = {
    "Hate crime fell by 43% YTD.": "d",
    "Hate crime is 43% higher than last year.": "m",
    "Hate crime is 43% lower than last year.": "d",
    "There were 12 more rapes than last year.": "m",
    "There were 12 fewer rapes than last year.": "d",
    "There were 54 fewer adult PPNs than in the same period last year.": "m",
    "The number of hate crimes rose to 187, an increase of 56.": "mm",
    "The number of hate crimes fell to 187.": "d",
    "Suicides fell from 4 to 0 YTD.": "mm",
    "PPNs demonstrate a 12% increase YTD.": "d",
    "Hate crime fell to 336 in the last 12 months.": "d",
    "Hate crime rose to 336 in the last 12 months.": "m",
    "Hate crime went up to 187 YTD.": "m",
    "Hate crime went up to 190 YTD.": "d",
    "Adult PPNs fell to 534 YTD, but rose from 300 in 2019/20.": "mm",
    "Rape is down 80%.": "d",
    "Rape changed by -80%.": "d",
}
PERIODS = {
    "Rape is up 48%.": "m",
    "Rape is up 48% YTD.": "d",
    "Rape rose from 15 to 27 (48%).": "mmd",
    "Rape rose from 15 to 49.": "md",
    "Rape has increased by 170% YTD.": "d",
    "YTD rape is up 170%, against 2019/20.": "m",
    "Compared with 2019/20, rape is up 170% YTD.": "m",
    "Hate crime increased 105% on pre-pandemic levels.": "m",
    "In 2019/20 there were 91 hate crimes and now there are 187.": "mm",
    "There were 187 hate crimes this financial year, compared with 132 in the same period last year.": "md",
    "In the last 12 months, hate crime rose from 245 to 336 and rape from 33 to 49.": "mmmm",
    "In the last 12 months, hate crime rose from 245 to 336 and rape from 15 to 27.": "mmdd",
    "Rape rose by 80% YTD, hate crime by 37% in the last 12 months.": "mm",
    "Hate crime rose 43% in the last 12 months, and 37% YTD.": "dd",
    "There were 1,348 mental health incidents in the last 12 months compared with 1,300 in the 12 months before, a 4% rise.": "mmm",
    "There were 1,348 mental health incidents in the last 12 months compared with 1,300 in the 12 months before, a 3% rise.": "mmd",
    "Rape rose from 10 in 2019/20 to 27 this year, which is 170% more.": "mmm",
    "DA crimes are down 7% on a rolling 12 month basis (197 to 184).": "mmm",
    "In the year to October 2024 there were 336 hate crimes.": "m",
    "In the year to September 2024 there were 336 hate crimes.": "n",
    "From April to October 2024 there were 27 rapes.": "m",
    "Between 1 April and 31 October 2024 there were 187 hate crimes.": "m",
    "Between April and August 2024 there were 27 rapes.": "n",
    "Between 5th April and 31st October 2024 there were 187 hate crimes.": "n",
    "There were 187 hate crimes between April and October, against 91 in the same months of 2019/20.": "mm",
    "In 2023/24 there were 131 hate crimes.": "m",
    "There were 27 rapes in 2022.": "n",
    "In Q2 there were 12 rapes.": "n",
    "Rape rose by 80% over the last three years.": "nn",
}
SUBJECTS = {
    "Rape and hate crime rose by 80% and 43% respectively.": "mm",
    "Rape and hate crime rose by 43% and 80% respectively.": "dd",
    "Sexual offences rose by 17% YTD, to 115.": "mm",
    "Sexual offences rose by 80% YTD.": "d",
    "Rape and other sexual offences rose by 80% YTD.": "d",
    "Rape and other sexual offences combined rose by 17% YTD.": "m",
    "PPNs fell by 12% to 924: 534 for adults and 390 for children.": "mmmm",
    "PPNs fell by 12% to 924: 535 for adults and 390 for children.": "mmdm",
    "Adult PPNs fell 9% and child PPNs 15%.": "md",
    "Child abuse (39) and CSE (28) together fell by 11%.": "mmm",
    "The force recorded 27 rapes and 88 other sexual offences.": "mm",
    "Honour based violence, forced marriage and FGM: 0 reports.": "m",
    "Sexual violence (rape and other sexual offences) rose by 17 offences to 115.": "mm",
    "Robbery rose by 80%, rape by 80%.": "nm",
    "The strand saw 109 offences.": "n",
    "Violence against women and girls rose by 5%.": "n",
    "Stalking rose by 12%.": "n",
    "Prevent referrals remain at zero, against 9 in 2019/20.": "mm",
    "We work to prevent 12 crimes.": "n",
}
MONTHS = {
    "There were 28 hate crimes in October 2024.": "m",
    "There were 27 hate crimes in October 2024.": "d",
    "Hate crime: between 17 and 32 a month.": "mm",
    "Hate crime: between 18 and 32 a month.": "nm",
    "Hate crime averaged 26.7 a month this financial year.": "m",
    "Hate crime averaged 27.7 a month this financial year.": "d",
    "Hate crime peaked at 32 in March 2024.": "m",
    "Hate crime rose by 5% in October 2024.": "n",
}
LONGER = {
    "Rape has increased by 80%, from fifteen to 27, and now exceeds pre-pandemic volumes by 17.": "mmm",
    "Two modern slavery crimes were recorded, against 5 the previous year (-60%), and eight in the twelve months to October 2023.": "mmmm",
    "We recorded 109 domestic abuse offences between 1 April and 31 October, compared with 105 in 2023, and the rolling twelve month total stands at 184, 13 lower than the year before.": "mmmm",
    "Reports of rape increased by 12 (80%) to 27, while other sexual offences increased by 5 (7%) to 88.": "mmmmdm",
    "Against a baseline of 91 in 2019/20, hate crime stands at 187, an increase of 105%.": "mmm",
    "The 187 hate crimes recorded YTD represent an increase of 43% on the 131 recorded in the previous FYTD.": "mmm",
    "Modern slavery decreased by 3 (60%) YTD and by 6 (75%) in the rolling 12 months.": "mmmm",
    "109 domestic abuse crimes were recorded between April and October, four more than in the same seven months of the previous year.": "mm",
    "Hate crime rose by 43%, from 131 to 187, in the last 12 months.": "ddd",
    "Adult notices (534) and child notices (390) total 942.": "mmd",
}  # fmt: skip
NOT_CHECKABLE = {
    "Of the 187 hate crimes, 50 were racially aggravated.": "mn",
    "27 rapes were recorded, 5 of which were by strangers.": "mn",
    "12 hate crimes resulted in a charge.": "n",
    "Domestic abuse arrests rose by 12%.": "n",
    "There was a 12% increase in domestic abuse arrests.": "n",
    "Hate crime victims rose by 43%.": "n",
    "Nationally, hate crime rose by 5%.": "n",
    "Hate crime is forecast to reach 400 next year.": "n",
    "43% of hate crimes were racially aggravated.": "n",
    "The hate crime team has 5 detectives and 3 vacancies.": "nn",
    "Hate crime training cost £2,000.": "n",
    "One in five hate crimes was online.": "n",
    "Hate crime is recorded at 12 per 1,000 residents.": "n",
    "Hate crime rose by 5 percentage points.": "n",
    "Hate crime reviews take two weeks.": "n",
    "The three identified areas of hate crime are listed.": "n",
    "Of hate crimes this year 50 investigated online.": "n",
    "Arrests for hate crime rose by 12%.": "n",
    "Hate crime: 131 to 187, p = 0.002.": "mmn",
    "Three stranger rapes were reported this year.": "n",
    "There are currently 46 MAPPA nominals managed at level 2 or 3.": "n",
    "The hate crime hub takes 1,200 calls a month.": "n",
    "12 of 15 officers of the hate crime team are trained.": "nn",
    "999 calls about noise rose by 5%. Hate crime rose by 43%.": "nm",
    "In 2024 there were 300 hate crimes.": "n",
}
AS_ANALYSTS_NOTE = {
    "DA: Domestic Abuse crimes increased marginally (+4; 3.8%) to 109.": "mmm",
    "DV repeat rate = 31%.": "n",
    "High risk DA cases discussed at MARAC: 47, up from 41.": "nn",
    "DA: 109. DVPNs issued: 3.": "mn",
    "Rape: 27 vs 15 LYTD, an 80% uplift (12 offences).": "mmmm",
    "RASSO charge rate 8.4% (national 4.1%).": "nn",
    "Outcome 16 accounts for 40% of rape outcomes.": "n",
    "CSE/CSA: 28 and 39 crimes YTD.": "mm",
    "Child at risk PPNs are 16% down (390 from 462).": "mmm",
    "Adult at risk PPNS 534 (-54).": "mm",
    "Of 534 adult PPNs, 112 were referred to adult social care.": "mn",
    "Modern slavery: 2 crimes, 3 fewer than in FYTD 23/24; NRM referrals 6.": "mmn",
    "MH: 711 incidents (730). S136 detentions fell by 15%.": "mmn",
    "Prevent - nil return (9 in 2019/20).": "m",
    "Suicide: 0 YTD v 4. Attempted suicide: 0 YTD v 90.": "mmmm",
    "Hate crime satisfaction 82% (sample of 11).": "nn",
    "Racially aggravated offences make up 62% of hate crime.": "n",
    "FYTD hate crime is 105% above the 2019/20 baseline (91).": "mm",
    "Rolling 12-month hate crime: 336 (245), +37%.": "mmm",
    "Rolling 12-month hate crime: 336 (246), +38%.": "mdd",
}
NAMES = (
    "Hate crime is in section 136, paragraphs 12 to 16, table 2 and the PIP 2 course.",
    "Hate crime was reviewed on 6th November 2023, 14/11/24 and at 22:30.",
    "Call 101 about hate crime, or 020 7601 2222; see report.2024.pdf [3].",
    "Hate crime victims aged 16 to 24, under 18s and a 15-year-old.",
    "The hate crime '20 Point Plan' and COVID-19, 24/7.",
    "The hate crime table of 2024-10 and of 2024-10-31.",
    "Of all strands one has such a month, and hate crime is not one.",
    "Under the Domestic Abuse Act 2021 and the Policing Plan 22-25 (Pol 102-23 refers).",
    "No doubt hate crime is one of the strands, and there is no hate crime strategy.",
)


def of_texts(demo, *texts: str | RawParagraph):
    blocks = numbered(tuple(text if isinstance(text, RawParagraph) else RawParagraph(text) for text in texts))
    return check_draft(DraftText("draft.docx", blocks), demo)


def verdicts(demo, *texts: str | RawParagraph) -> str:
    return "".join(one.verdict.value[0] for one in of_texts(demo, *texts).checks)


@pytest.fixture(scope="module")
def report(demo):
    return of_texts(demo, *REPORT)


def test_the_report_differs_from_its_own_table_in_paragraphs_19_41_and_43_and_nowhere_else(report):
    differing = [(one.where, one.written) for one in report.of(CheckVerdict.DIFFERS)]
    assert differing == [("19", "5%"), ("19", "n107"), ("41", "178%"), ("41", "n32"), ("43", "36%")]


def test_of_each_number_that_differs_it_says_what_the_table_has(report):
    of = {(one.where, one.written): f"{one.why} {one.table_has}" for one in report.of(CheckVerdict.DIFFERS)}
    assert "The table has +4 %" in of["19", "5%"]
    assert "domestic abuse crime 105 to 109, +4, +4 %" in of["19", "5%"]
    assert "The table has 109 or a change of +4" in of["19", "n107"]
    for number in ("178%", "n32"):
        assert (
            "child abuse 46 to 39, -7, -15 %; child sexual exploitation 29 to 28, -1, -3 %"
            in of["41", number]
        )
        assert "together 75 to 67, -8, -11 %" in of["41", number]
        assert "Against 2019/20: together 18 to 67, +49, +272 %" in of["41", number]
    assert "588 to 534, -54, -9 %" in of["43", "36%"]
    assert "462 to 390, -72, -16 %" in of["43", "36%"]
    assert "together 1,050 to 924, -126, -12 %" in of["43", "36%"]


def test_zero_in_2019_20_matches_the_months_of_it_that_the_table_has_and_2020_21_is_not_there(report):
    matching, lacking = (one for one in report.checks if one.where == "25")
    assert (matching.written, matching.verdict) == ("zero", CheckVerdict.MATCHES)
    assert "The table's 2019/20 is April 2019 to October 2019." in matching.why
    assert (lacking.written, lacking.verdict) == ("zero", CheckVerdict.NOT_CHECKABLE)
    assert lacking.why == "The table has nothing for 2020/21."


def test_amounts_that_the_table_does_not_count_are_listed_with_the_reason_and_names_and_dates_are_not(report):
    assert [(one.where, one.written, one.why) for one in report.of(CheckVerdict.NOT_CHECKABLE)] == [
        ("21", "800", "It counts officers, which the table does not."),
        ("21", "35", "It counts Domestic Abuse Champions, which the table does not."),
        ("25", "zero", "The table has nothing for 2020/21."),
        ("39", "five", "It is a length of time."),
        ("40", "four", "It is a length of time."),
    ]


def test_months_of_the_report_are_checked_against_the_monthly_counts(report):
    assert [(one.written, one.verdict.value) for one in report.checks if one.where == "58"] == [
        ("17", "matches"),
        ("32", "matches"),
    ]


def test_the_words_around_a_number_are_those_of_its_sentence(report):
    passages = {one.written: one.passage for one in report.checks}
    assert passages["178%"] == "YTD this has shown a 178% increase (n32)."
    assert passages["800"] == "To date 800 officers have received the training."
    assert all("\n" not in passage and len(passage.split()) < 20 for passage in passages.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *{
            **FORMS,
            **DECIMALS,
            **DIRECTIONS,
            **PERIODS,
            **SUBJECTS,
            **LONGER,
            **AS_ANALYSTS_NOTE,
            **MONTHS,
            **NOT_CHECKABLE,
        }.items()
    ],
)
def test_a_number_matches_differs_or_cannot_be_checked(demo, text, expected):
    assert verdicts(demo, text) == expected


@pytest.mark.parametrize("text", NAMES)
def test_names_dates_times_ages_and_references_are_no_numbers(demo, text):
    assert verdicts(demo, text) == ""


def test_a_sentence_without_a_subject_takes_the_paragraphs_then_the_headings(demo):
    heading = RawParagraph("Rape", heading=2)
    assert verdicts(demo, "Hate crime is a concern. It rose by 43% YTD.") == "m"
    assert verdicts(demo, heading, "Hate crime is a concern. It rose by 43% YTD.") == "m"
    assert verdicts(demo, heading, "It rose by 80% YTD.") == "m"
    assert verdicts(demo, heading, RawParagraph("Data", heading=3), "It rose by 80% YTD.") == "m"
    assert verdicts(demo, heading, RawParagraph("Conclusion", heading=2), "It rose by 80% YTD.") == "n"
    assert verdicts(demo, heading, RawParagraph("Hate crime", heading=2), "It rose by 80% YTD.") == "d"
    assert verdicts(demo, "It rose by 80% YTD.") == "n"
    assert verdicts(demo, "There was a rise of 80% YTD. Rape is a concern.") == "m"
    assert verdicts(demo, "There was a rise of 81% YTD. Rape is a concern.") == "n"


def test_items_of_a_list_take_the_subject_of_the_sentence_that_leads_to_them(demo):
    items = (RawParagraph("- up 43% YTD"), RawParagraph("- 187 reports YTD"), "It rose by 43% YTD.")
    assert verdicts(demo, "Hate crime this year:", *items) == "mmn"


def test_a_number_that_the_table_has_of_another_period_is_said_to_be_of_that(demo):
    (check,) = of_texts(demo, "Rape is up 48% YTD.").checks
    assert check.why == "The table has +80 % this financial year to date. It has +48 % in the last 12 months."
    (check,) = of_texts(demo, "Rape is down 80% YTD.").checks
    assert check.why.endswith("The table rises.")


def test_only_the_paragraphs_that_are_asked_for_are_listed_with_what_stands_after_them(demo):
    check = of_texts(demo, "Rape rose by 1%.", "19. Rape rose by 2%.", "Rape rose by 3%.", "20. Rape rose by 4%.", "41. Rape rose by 5%.")  # fmt: skip
    assert [one.written for one in only_paragraphs(check, "19").checks] == ["2%", "3%"]
    assert [one.written for one in only_paragraphs(check, "20-43").checks] == ["4%", "5%"]
    assert [one.written for one in only_paragraphs(check, "19, 41").checks] == ["2%", "3%", "5%"]
    with pytest.raises(
        UnknownNameError, match=r"no paragraphs 50\. It has 3 numbered paragraphs, from 19 to 41\."
    ):
        only_paragraphs(check, "50")
    with pytest.raises(
        UnknownNameError, match=r"'all' names no paragraphs\. Write their numbers, like 19-43"
    ):
        only_paragraphs(check, "all")
    with pytest.raises(UnknownNameError, match="Its paragraphs have no numbers"):
        only_paragraphs(of_texts(demo, "Rape rose by 1%."), "1")


def test_a_frame_has_a_row_for_each_number(report):
    frame = checks_frame(report)
    assert list(frame) == ["paragraph", "passage", "number", "verdict", "table_has", "why"]
    assert Counter(frame["verdict"]) == {"differs": 5, "matches": 3, "not checkable": 5}
    assert (frame["why"] != "").all()


def test_the_time_that_a_text_takes_grows_as_its_length(demo):
    def seconds(count: int) -> float:
        began = time.process_time()
        texts = [part * count for part in ("Rape 1, ", "(", "1-", "1 to ", "a month ", "no rape ")]
        assert len(of_texts(demo, *texts).checks) > count
        return time.process_time() - began

    seconds(10)
    assert seconds(600) < 9 * seconds(
        150
    )  # four times the text: 4 as it should be, 16 where it grew as the square


def test_a_text_of_more_numbers_than_a_report_has_is_refused(demo):
    with pytest.raises(UnreadableSourceError, match=r"^draft\.docx has 6,000 numbers in its text\."):
        of_texts(demo, "Rape 1, " * 6_000)


@pytest.mark.parametrize(
    "sentence",
    [
        "Hate crime did not rise by 43%.",
        "No increase of 43% in hate crime.",
        "Hate crime: about 209 in 2025 (154 to 265 in 4 of 5 forecasts).",
        "Thursday 20:00 to Friday 02:59: about 43 hate crimes.",
    ],
)
def test_what_a_sentence_denies_or_says_of_something_else_is_not_called_either(demo, sentence):
    assert set(verdicts(demo, sentence)) == {"n"}
