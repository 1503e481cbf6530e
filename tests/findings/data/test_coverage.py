"""What the picture of coverage promises: every month of every source is delivered, provisional or missing."""

from datetime import date

import pyarrow as pa
import pytest

from tests.making import FORCE, covered, delivery, month_total, months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.data.charts import coverage_chart
from vulncore.findings.data.coverage import coverage_picture, coverage_table
from vulncore.store import annotate, open_version, publish

YEAR = months(date(2024, 1, 1), 12)


def picture(store, *coverage, **more):
    publish(store, "test", delivery(coverage=[row for rows in coverage for row in rows], **more), "tests")
    return coverage_picture(open_version(store, "test"), FORCE)


def test_measures_that_were_delivered_alike_share_a_line(tmp_path):
    drawn = picture(tmp_path, covered(YEAR), covered(YEAR, "hate-crime"), covered(YEAR[:6], "prevent"))
    statuses = drawn.frame.groupby("line", sort=False)["status"].agg(list).to_dict()
    assert statuses == {
        "Hate crime, Rape": ["delivered"] * 12,
        "Prevent": ["delivered"] * 6 + ["not delivered"] * 6,
    }
    assert drawn.sentence == f"{FORCE}, January 2024 to December 2024: 6 months lack some of the measures."


def test_months_that_nobody_delivered_are_named(tmp_path):
    drawn = picture(tmp_path, covered([*YEAR[:3], *YEAR[5:]]))
    assert drawn.sentence.endswith("2 of 12 months were not delivered (April 2024, May 2024).")
    assert coverage_table(drawn)[["From", "To", "Months", "Status"]].values.tolist() == [
        ["January 2024", "March 2024", 3, "delivered"],
        ["April 2024", "May 2024", 2, "not delivered"],
        ["June 2024", "December 2024", 7, "delivered"],
    ]


def test_a_measure_with_the_newest_month_alone_is_named(tmp_path):
    alone = [covered(YEAR[11:], key) for key in ("prevent", "hate-crime")]
    assert picture(tmp_path, covered(YEAR), *alone).sentence.endswith(
        "begin with December 2024; every other month was delivered."
    )
    assert picture(tmp_path / "one", covered(YEAR)).sentence.endswith("2024: every month was delivered.")


def test_what_began_later_is_not_missing_before_it_began(tmp_path):
    drawn = picture(tmp_path, covered(YEAR), covered(YEAR[9:], "prevent"))
    assert drawn.sentence.endswith("Prevent begins with October 2024; every other month was delivered.")
    assert drawn.frame.groupby("line").size().to_dict() == {"Rape": 12, "Prevent": 3}


def test_sources_are_apart_and_provisional_months_are_marked(tmp_path):
    late = covered(YEAR[11:], source="niche", provisional=True)
    drawn = picture(
        tmp_path, covered(YEAR[:11], source="niche"), late, covered(YEAR, "prevent", source="athena")
    )
    assert drawn.frame.groupby("line", sort=False)["status"].agg(lambda known: known.iloc[-1]).to_dict() == {
        "athena: Prevent": "delivered",
        "niche: Rape": "provisional",
    }


def test_totals_without_months_get_a_sentence_and_no_line(tmp_path):
    drawn = picture(tmp_path, counts=[month_total(YEAR[0], 3)])
    assert drawn.frame.empty
    assert drawn.sentence == f"{FORCE}: only totals of periods were delivered, so no months are shown."


@pytest.mark.parametrize("status", ["delivered", "provisional", "not delivered"])
def test_the_chart_explains_each_mark_that_it_has(tmp_path, status):
    flags = {"provisional": status == "provisional"}
    gap = 1 if status == "not delivered" else 0
    drawn = picture(tmp_path, covered(YEAR[:6], **flags), covered(YEAR[6 + gap :], **flags))
    title = coverage_chart(drawn.frame, "Months delivered, Ruritania").to_dict()["title"]
    words = {"delivered": "Filled", "provisional": "Outlined", "not delivered": "×"}
    assert words[status] in " ".join(title["subtitle"])
    assert [
        word
        for other, word in words.items()
        if other not in set(drawn.frame["status"]) and word in " ".join(title["subtitle"])
    ] == []


def test_a_month_that_a_note_sets_aside_is_neither_delivered_nor_missing(tmp_path):
    note = {
        "kind": "month set aside",
        "month": YEAR[3],
        "text": "Cut off",
        "author": "A",
        "written_on": YEAR[11],
    }
    picture(tmp_path, covered(YEAR))
    annotate(tmp_path, "test", pa.Table.from_pylist([note], schema=ANNOTATIONS), "A")
    drawn = coverage_picture(open_version(tmp_path, "test"), FORCE)
    assert drawn.frame["status"].tolist() == ["delivered"] * 3 + ["set aside"] + ["delivered"] * 8
    assert drawn.sentence.endswith("1 month is set aside (April 2024).")
    assert "–: set aside" in str(coverage_chart(drawn.frame, "Months").to_dict()["title"])
