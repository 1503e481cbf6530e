"""Records of months that an extract does not cover: updated where it holds what changed, named where nobody said what it holds."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from vulncore.domain.errors import InvalidMappingError, PublishRefusedError, TooManyRejectsError
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.data.changes import changes
from vulncore.sources.kinds import Holds
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.mapping import Coding, LeaveOut, Mapping
from vulncore.store import annotate, open_version, preview, publish, undo
from vulncore.store.publishing import late_rows
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection

FAULTS = Path(__file__).parents[3].parent / "shared" / "faults"
OCTOBER, NOVEMBER = date(2024, 10, 1), date(2024, 11, 1)
HEADER = "Ref,Recorded,Code,No crime,Status"
CRIMES = Mapping(
    source="crimes",
    force="Kent Police",
    counts=(Coding("Code", {"19C": ("rape",), "8Q": ("stalking-and-harassment",)}, ("99",)),),
    columns={"record_id": "Ref", "recorded_on": "Recorded", "no_crimed_on": "No crime"},
    first=OCTOBER,
    last=OCTOBER,
    leave_out=(LeaveOut("Status", ("Cancelled",)),),
)
NOVEMBERS = replace(CRIMES, first=NOVEMBER, last=NOVEMBER, most_rejected_percent=70)
CHANGED = replace(NOVEMBERS, holds=Holds.CHANGES)
WHOLE = replace(NOVEMBERS, holds=Holds.WHOLE_MONTHS)
TEN = tuple(f"A{number},{1 + number:02d}/10/2024,19C,," for number in range(10))


@pytest.fixture
def bring(tmp_path):
    def _bring(mapping: Mapping, *rows: str, dry: bool = False):
        path = tmp_path / f"{'november' if mapping.first == NOVEMBER else 'october'}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        do = preview if dry else publish
        return do(tmp_path / "store", "kent", deliver(path, mapping, bytes), "test")

    return _bring


@pytest.fixture
def figures(tmp_path):
    def count() -> dict[tuple[str, str], int]:
        rows = open_version(tmp_path / "store", "kent").incidents.to_pandas()
        standing = rows[rows["no_crimed_on"].isna()]
        return dict(
            Counter(
                (f"{day:%Y-%m}", of)
                for day, of in zip(standing["recorded_on"], standing["measure"], strict=True)
            )
        )

    return count


def test_no_crimed_moved_reclassified_and_cancelled_records_are_updated_where_they_lie(bring, figures):
    bring(CRIMES, *TEN)
    done = bring(
        CHANGED,
        "B1,05/11/2024,19C,,",
        "A0,01/10/2024,19C,20/11/2024,",
        "A1,12/11/2024,19C,,",
        "A2,03/10/2024,8Q,,",
        "A3,04/10/2024,19C,,cancelled",
        "A4,05/10/2024,99,,",
        "L1,31/10/2024,19C,,",
        "X1,31/03/2019,19C,,",
    )
    assert figures() == {
        ("2024-10", "rape"): 6,
        ("2024-10", "stalking-and-harassment"): 1,
        ("2024-11", "rape"): 2,
    }
    assert done.rows.noted["about a record of a month before, which is updated where it lies"] == 2
    assert done.rows.noted["recorded late, and added to a month before"] == 1
    assert done.rows.left_out["a record of a month that this dataset does not hold"] == 1


def test_what_changed_is_listed_figure_by_figure(bring, tmp_path):
    bring(CRIMES, *TEN)
    bring(CHANGED, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,20/11/2024,", "A1,12/11/2024,19C,,")
    said = "\n".join(changes(tmp_path / "store", "kent").sentences)
    assert "Rape, October 2024: 10 to 8." in said
    assert "1 no-crimed since" in said
    assert "1 moved to another month" in said


def test_the_same_file_changes_nothing_the_second_time_and_can_be_undone(bring, figures, tmp_path):
    bring(CRIMES, *TEN)
    before = figures()
    rows = ("B1,05/11/2024,19C,,", "A0,01/10/2024,19C,20/11/2024,", "A1,12/11/2024,19C,,")
    bring(CHANGED, *rows)
    after = figures()
    assert bring(CHANGED, *rows).unchanged
    assert figures() == after != before
    undo(tmp_path / "store", "kent", "test")
    assert figures() == before


def test_what_an_extract_of_changes_does_not_name_stays_in_its_own_months_too(bring, figures):
    bring(CRIMES, *TEN)
    bring(CHANGED, "B1,05/11/2024,19C,,", "B2,06/11/2024,19C,,")
    bring(CHANGED, "B3,25/11/2024,19C,,", "B1,05/11/2024,19C,26/11/2024,")
    assert figures() == {("2024-10", "rape"): 10, ("2024-11", "rape"): 2}


def test_a_record_that_comes_back_counts_again_and_one_with_several_rows_counts_once(bring, figures):
    bring(CRIMES, *TEN)
    bring(CHANGED, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,20/11/2024,")
    bring(CHANGED, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,,", "A0,01/10/2024,19C,,")
    assert figures() == {("2024-10", "rape"): 10, ("2024-11", "rape"): 1}


def test_other_forces_and_other_extracts_of_the_dataset_stay(bring, figures):
    bring(CRIMES, *TEN)
    bring(replace(CRIMES, force="Essex Police"), *TEN)
    bring(
        replace(CRIMES, source="old-system", first=date(2024, 9, 1), last=date(2024, 9, 1)),
        "A0,02/09/2024,19C,,",
    )
    bring(CHANGED, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,20/11/2024,")
    assert figures() == {("2024-09", "rape"): 1, ("2024-10", "rape"): 19, ("2024-11", "rape"): 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A0,01/10/2024,19C,20/11/2024,", r"October 2024 \(1\)\. 1 was no-crimed since\."),
        ("A0,12/11/2024,19C,,", "1 was moved to a month of this file"),
        ("A0,01/10/2024,8Q,,", r"1 record in november.csv was published before"),
        ("A0,01/10/2024,19C,,Cancelled", "1 was taken out"),
    ],
)
def test_a_record_of_another_month_that_differs_is_named_and_the_publish_asks(bring, figures, row, said):
    bring(CRIMES, *TEN)
    before = figures()
    for dry in (True, False):
        with pytest.raises(PublishRefusedError, match=said) as refused:
            bring(NOVEMBERS, "B1,05/11/2024,19C,,", row, dry=dry)
    assert '"created or changed" updates these records' in str(refused.value)
    assert figures() == before


def test_a_record_of_another_month_that_is_as_it_was_is_not_asked_about(bring, figures):
    bring(CRIMES, *TEN)
    bring(NOVEMBERS, "B1,05/11/2024,19C,,", TEN[0], "X1,31/03/2019,19C,,")
    assert figures() == {("2024-10", "rape"): 10, ("2024-11", "rape"): 1}


def test_whole_months_that_are_said_leave_other_months_alone(bring, figures):
    bring(CRIMES, *TEN)
    done = bring(WHOLE, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,20/11/2024,", "A1,12/11/2024,19C,,")
    assert figures() == {("2024-10", "rape"): 10, ("2024-11", "rape"): 2}
    assert done.rows.rejected == {"a date in a month that is not covered": 1}


def test_references_that_begin_anew_every_month_are_asked_about_and_take_nothing_away(bring, figures):
    bring(CRIMES, *TEN)
    anew = [row.replace("/10/2024", "/11/2024") for row in TEN]
    with pytest.raises(PublishRefusedError, match="unless references begin anew every month"):
        bring(NOVEMBERS, *anew)
    bring(WHOLE, *anew)
    assert figures() == {("2024-10", "rape"): 10, ("2024-11", "rape"): 10}


def test_a_month_that_would_keep_few_of_its_records_is_asked_about(bring, figures):
    forty = [f"A{number},{1 + number % 28:02d}/10/2024,19C,," for number in range(40)]
    bring(CRIMES, *forty)
    both = replace(CRIMES, last=NOVEMBER)
    rows = ("B1,05/11/2024,19C,,", *(row.replace(",,", ",20/11/2024,") for row in forty[:4]))
    with pytest.raises(PublishRefusedError, match="October 2024 would keep 4 of 40 records"):
        bring(both, *rows)
    bring(replace(both, holds=Holds.CHANGES), *rows)
    assert figures() == {("2024-10", "rape"): 36, ("2024-11", "rape"): 1}
    bring(replace(both, holds=Holds.WHOLE_MONTHS), *rows)
    assert figures() == {("2024-11", "rape"): 1}


def test_a_first_file_of_changes_leaves_out_what_is_of_other_months(bring, figures):
    done = bring(CHANGED, "B1,05/11/2024,19C,,", TEN[0])
    assert figures() == {("2024-11", "rape"): 1}
    assert (done.rows.accepted, done.rows.left_out) == (
        1,
        {"a record of a month that this dataset does not hold": 1},
    )


def test_what_is_of_no_month_that_is_held_is_refused_and_not_published_as_nothing(bring):
    with pytest.raises(PublishRefusedError, match="None of the 10 rows is of a month"):
        bring(CHANGED, *TEN)


def test_records_that_were_published_without_a_reference_are_not_changed(bring):
    bring(replace(CRIMES, columns={"recorded_on": "Recorded"}), *TEN)
    with pytest.raises(
        PublishRefusedError, match="10 records of this extract were published without a reference"
    ):
        bring(CHANGED, "B1,05/11/2024,19C,,", TEN[0])


def test_months_of_few_records_that_would_lose_most_together_are_asked_about(bring):
    months = [
        f"{month}{number},{number:02d}/{month:02d}/2024,19C,,"
        for month in (8, 9, 10)
        for number in range(1, 16)
    ]
    whole = replace(CRIMES, first=date(2024, 8, 1))
    bring(whole, *months)
    with pytest.raises(PublishRefusedError, match="August 2024 to October 2024 would keep 3 of 45 records"):
        bring(whole, *months[::15])


def test_a_file_of_records_that_are_taken_out_takes_them_out(bring, figures):
    bring(CRIMES, *TEN)
    bring(CHANGED, *(row.replace(",,", ",,Cancelled") for row in TEN[:3]))
    assert figures() == {("2024-10", "rape"): 7}


def test_rows_without_a_reference_of_their_own_are_records_of_their_own(bring, figures):
    bring(
        CRIMES,
        *(row.replace("A", "N/A,", 1).replace("N/A," + row[1:2], "N/A", 1) for row in TEN[:5]),
        *TEN[5:],
    )
    assert figures() == {("2024-10", "rape"): 10}


def test_changes_need_a_reference(bring):
    with pytest.raises(InvalidMappingError, match="needs a reference of each record"):
        bring(replace(CHANGED, columns={"recorded_on": "Recorded"}), *TEN)
    bring(CRIMES, *TEN)
    done = bring(CHANGED, "B1,05/11/2024,19C,,", ",06/11/2024,19C,,")
    assert done.rows.rejected == {"no reference of its record, which a change needs": 1}


def test_a_record_in_two_months_of_one_file_counts_in_one(bring, figures):
    bring(CRIMES, *TEN)
    done = bring(CHANGED, "B1,05/11/2024,19C,,", "A1,12/11/2024,19C,,", "A1,03/10/2024,19C,,")
    assert figures() == {("2024-10", "rape"): 9, ("2024-11", "rape"): 2}
    assert done.rows.left_out["another row of a record already counted"] == 1


def test_a_record_of_a_measure_that_its_month_lacks_leaves_its_old_one_and_is_accounted_for(bring, figures):
    rapes = replace(CRIMES, counts=(Coding("Code", {"19C": ("rape",)}),))
    bring(rapes, *TEN)
    done = bring(CHANGED, "B1,05/11/2024,19C,,", "A2,03/10/2024,8Q,,")
    assert figures() == {("2024-10", "rape"): 9, ("2024-11", "rape"): 1}
    assert done.rows.left_out == {"a record of a measure with which its month was not delivered": 1}


def test_what_was_erased_stays_in_the_figures_and_does_not_come_back(bring, figures, tmp_path):
    bring(CRIMES, *TEN)
    bring(CHANGED, "B1,05/11/2024,19C,,", "B2,06/11/2024,19C,,")
    purge(tmp_path / "store", "kent", Selection(record_ids=("A0", "B2")), "test")
    done = bring(CHANGED, "B3,05/11/2024,19C,,", "A0,01/10/2024,19C,,", "A5,06/10/2024,19C,20/11/2024,")
    assert figures() == {("2024-10", "rape"): 9, ("2024-11", "rape"): 3}
    assert done.rows.left_out == {
        "a record that is not published, of a month of which records were erased": 1
    }
    assert not {"A0", "B2"} & set(open_version(tmp_path / "store", "kent").incidents.to_pandas()["record_id"])


def test_an_unknown_code_takes_no_figure_away_that_the_file_does_not_name(bring, figures, tmp_path):
    bring(CRIMES, *TEN)
    bring(CHANGED, "B1,05/11/2024,19C,,", "B2,05/11/2024,8Q,,")
    bring(CHANGED, "B3,05/11/2024,19C,,", "B4,05/11/2024,ZZ,,")
    assert figures()["2024-11", "stalking-and-harassment"] == 1
    assert changes(tmp_path / "store", "kent").sentences[0] == "1 figure changed."


def test_codes_that_are_unknown_of_an_earlier_month_are_not_taken_for_a_month_that_is_spoilt(bring):
    bring(CRIMES, *TEN)
    november = [f"B{number},05/11/2024,19C,," for number in range(200)]
    unknown = [f"U{number},05/10/2024,ZZ,," for number in range(6)]
    done = bring(replace(CHANGED, most_rejected_percent=5.0), *november, *unknown)
    assert done.rows.rejected == {"a code that is not in the mapping": 6}


def test_an_older_file_after_a_newer_one_says_that_the_newer_is_to_be_published_again(bring, figures):
    bring(CRIMES, *TEN)
    december = replace(CHANGED, first=date(2024, 12, 1), last=date(2024, 12, 1))
    rows = ("D1,05/12/2024,19C,,", "A0,01/10/2024,19C,20/12/2024,")
    bring(december, *rows)
    done = bring(CHANGED, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,,")
    assert done.rows.noted[late_rows.OLDER] == 1
    assert figures()["2024-10", "rape"] == 10
    assert late_rows.OLDER not in bring(december, *rows).rows.noted
    assert figures() == {("2024-10", "rape"): 9, ("2024-11", "rape"): 1, ("2024-12", "rape"): 1}


def test_the_newest_files_of_a_month_are_never_called_older(bring):
    bring(CRIMES, *TEN)
    bring(CHANGED, "B1,05/11/2024,19C,,")
    assert not bring(CHANGED, "B1,05/11/2024,19C,25/11/2024,").rows.noted.get(late_rows.OLDER)


def test_a_month_that_a_note_sets_aside_stays_so_and_is_updated(bring, figures, tmp_path):
    bring(CRIMES, *TEN)
    note = {"kind": "month set aside", "force": None, "measure": None, "month": OCTOBER}
    said = {"text": "A new system.", "author": "test", "written_on": NOVEMBER}
    annotate(tmp_path / "store", "kent", pa.Table.from_pylist([{**note, **said}], schema=ANNOTATIONS), "test")
    bring(CHANGED, "B1,05/11/2024,19C,,", "A0,01/10/2024,19C,20/11/2024,")
    assert open_version(tmp_path / "store", "kent").annotations.count().execute() == 1
    assert figures()["2024-10", "rape"] == 9


def test_whole_months_say_which_records_count_in_another_month_too(bring):
    bring(CRIMES, *TEN)
    done = bring(WHOLE, "B1,05/11/2024,19C,,", "A1,12/11/2024,19C,,", "A2,12/11/2024,19C,,")
    assert done.rows.noted[late_rows.IN_TWO_MONTHS] == 2


def test_many_rows_of_other_months_are_refused_with_what_the_file_may_be(bring):
    bring(CRIMES, *TEN)
    few = replace(NOVEMBERS, most_rejected_percent=5.0)
    with pytest.raises(TooManyRejectsError, match='holds = "created or changed" in the mapping'):
        bring(few, "B1,05/11/2024,19C,,", *TEN)
    with pytest.raises(TooManyRejectsError) as refused:
        bring(replace(few, holds=Holds.WHOLE_MONTHS), "B1,05/11/2024,19C,,", *TEN)
    assert "created or changed" not in str(refused.value)


def test_a_file_of_nothing_but_records_taken_out_takes_them_out(bring, figures):
    bring(CRIMES, *TEN)
    done = bring(CHANGED, "A0,01/10/2024,19C,,Cancelled", "A1,02/10/2024,99,,")
    assert figures() == {("2024-10", "rape"): 8}
    assert done.rows.accepted == 0


def test_what_is_taken_out_is_so_beside_records_of_months_that_are_not_held(bring, figures):
    bring(CRIMES, *TEN)
    done = bring(CHANGED, "A0,01/10/2024,19C,,Cancelled", "X1,31/03/2019,19C,,")
    assert figures() == {("2024-10", "rape"): 9}
    assert done.rows.left_out[late_rows.NOT_HELD] == 1


def test_of_a_record_that_counts_towards_two_measures_one_can_go(bring, figures):
    both = (Coding("Code", {"19C": ("rape", "stalking-and-harassment"), "8Q": ("stalking-and-harassment",)}),)
    bring(replace(CRIMES, counts=both), *TEN)
    bring(replace(CHANGED, counts=both), "A0,01/10/2024,8Q,,", "A1,01/10/2024,19C,20/11/2024,")
    assert figures() == {("2024-10", "rape"): 8, ("2024-10", "stalking-and-harassment"): 9}


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the extracts that came out wrong are not beside the project")
@pytest.mark.parametrize(
    ("folder", "columns", "october", "november"),
    [("late-changes", {"no_crimed_on": "No Crime Date"}, 36, 100), ("moved-month", {}, 34, 46)],
)
def test_later_changes_reach_earlier_months(tmp_path, figures, folder, columns, october, november):
    read = {"record_id": "Crime Ref", "recorded_on": "Date Recorded", **columns}
    counts = (Coding("Offence Code", {"19C": ("rape",)}),)
    mapping = replace(CRIMES, counts=counts, columns=read, leave_out=())
    later = replace(mapping, first=NOVEMBER, last=NOVEMBER)
    for month, of in (("october", mapping), ("november", replace(later, holds=Holds.CHANGES))):
        publish(tmp_path / "store", "kent", deliver(FAULTS / folder / f"{month}.csv", of, bytes), "test")
    assert figures() == {("2024-10", "rape"): october, ("2024-11", "rape"): november}
