"""What a draft makes of codes, wordings and stray numbers, and that nothing is published which nobody looked at."""

from pathlib import Path

import pytest

from vulncore.domain.errors import InvalidMappingError
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import LEFT_OUT, Draft, draft_mapping
from vulncore.sources.records.draft_codes import MOST_CODES, draft_coding
from vulncore.sources.records.draft_columns import Column, Content
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping

FAULTS = Path(__file__).parents[3].parent / "shared" / "faults"
CODES = {
    "019/08": "rape",
    "19/8": "rape",
    "19C": "rape",
    "17/15": "other-sexual-offences",
    "20A": "other-sexual-offences",
    "8/30": "stalking-and-harassment",
    "00830": "stalking-and-harassment",
    "8L": "stalking-and-harassment",
    "105/1": "violence-without-injury",
    "106/1": "modern-slavery",
    "66/91": "public-order-offences",
    "N100/1": "reported-incidents-of-rape",
    "8/64": "8-64",
}
WORDINGS = {
    "Rape of a female aged 16 and over": "rape",
    "Attempted rape of a female aged 16 or over": "rape",
    "Sexual assault on a female": "other-sexual-offences",
    "Stalking involving fear of violence": "stalking-and-harassment",
}


def extract(path: Path, heading: str, *values: str) -> Path:
    rows = [f'A{n},{n % 28 + 1:02d}/10/2024,"{value}"' for n, value in enumerate(values)]
    path.write_text("\n".join([f"Ref,Date Recorded,{heading}", *rows]) + "\n", encoding="utf-8")
    return path


def drafted(path: Path) -> Draft:
    return draft_mapping(read_extract(path), "Kent Police")


def keys(draft: Draft) -> dict[str, str]:
    return {code: key for code, (key,) in draft.mapping.counts[0].codes.items()}


def marked(draft: Draft) -> set[str]:
    """Return the codes whose line in the file has the mark."""
    lines = mapping_toml(draft.mapping, draft.doubts).partition("[counts.codes]")[2].splitlines()
    return {line.split('"')[1] for line in lines if "# ?" in line}


def test_codes_as_systems_write_them_are_proposed_by_their_class_with_a_mark(tmp_path):
    draft = drafted(extract(tmp_path / "codes.csv", "HO Code", *CODES, *CODES))
    assert keys(draft) == CODES
    assert marked(draft) == set(CODES) - {"19C", "20A", "8L"}
    assert draft.questions == {}
    (of_its_own,) = draft.mapping.measures
    assert of_its_own.name == "8/64"


def test_a_reported_incident_of_rape_is_kept_and_counts_as_no_rape(tmp_path):
    path = extract(tmp_path / "codes.csv", "HO Code", *["19C"] * 5, *["N100/1"] * 3, "N100")
    incidents = deliver(path, drafted(path).mapping, bytes).tables.incidents.to_pandas()
    counted = incidents.groupby(["measure", "record_kind"]).size()
    assert counted.to_dict() == {("rape", "crime"): 5, ("reported-incidents-of-rape", "incident"): 4}


def test_wordings_are_proposed_by_what_they_say_with_a_mark(tmp_path):
    draft = drafted(extract(tmp_path / "words.csv", "Offence Title", *WORDINGS))
    assert keys(draft) == WORDINGS
    assert marked(draft) == set(WORDINGS) - {"Rape of a female aged 16 and over"}


def test_words_that_speak_of_offences_do_not_make_a_column_what_a_record_is(tmp_path):
    path = tmp_path / "extract.csv"
    rows = [
        f"{n},0{n % 9 + 1}/10/2024,K{n % 3},{'Harassment warning' if n == 1 else 'none'}" for n in range(20)
    ]
    path.write_text("\n".join(["Ref,Date Recorded,Offence Type,Action", *rows]) + "\n")
    assert drafted(path).mapping.counts[0].column == "Offence Type"


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Category", ("1", "2", "3", "-1")),
        ("Offence Type Code", tuple(map(str, range(1, 13)))),
        ("HO Code", ("0", "1", "99", "Unknown")),
        ("Offence", ("4.1", "37.2", "NULL")),
    ],
)
def test_stray_numbers_are_no_offences_and_a_draft_that_leaves_most_rows_out_asks_first(
    tmp_path, heading, values
):
    path = extract(tmp_path / "numbers.csv", heading, *values)
    draft = drafted(path)
    (coding,) = draft.mapping.counts
    assert (coding.codes, set(coding.leave_out)) == ({}, set(values))
    assert next(iter(draft.questions)) == LEFT_OUT
    text = mapping_toml(draft.mapping, draft.doubts)
    settings = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert "Should most rows count towards nothing?" in settings[1]
    assert any(line.startswith("leave_out") and "# ?" in line for line in settings)
    with pytest.raises(InvalidMappingError, match="1 question of the draft is open. Should most rows"):
        parse_mapping(text.encode())


def test_numbers_beside_plain_codes_are_codes_and_those_below_ten_are_marked(tmp_path):
    draft = drafted(
        extract(tmp_path / "codes.csv", "HO Code", *["45", "46", "19C", "8L", "1"], *["46"] * 9, "-1")
    )
    assert keys(draft)["1"] == "homicide"
    assert keys(draft)["45"] == "theft-from-a-vehicle"
    assert marked(draft) == {"1"}
    assert draft.mapping.counts[0].leave_out == ("-1",)
    assert "nothing is known" in draft.doubts["HO Code left out"]
    assert draft.questions == {}


def test_more_unknown_values_than_become_measures_are_asked_about(tmp_path):
    draft = drafted(extract(tmp_path / "many.csv", "Offence Type", "Rape", *(f"code {n}" for n in range(60))))
    assert "60 of 61 rows (98 %)" in draft.questions[LEFT_OUT]


def test_a_column_of_more_values_than_offences_have_is_not_guessed_of():
    values = {f"stalking of {n}": 1 for n in range(MOST_CODES)} | {"Rape": 1}
    coding, _, _ = draft_coding(Column("Notes of a kind", values, Content.TEXT))
    assert coding.codes == {"Rape": ("rape",)}


def test_flags_that_count_most_rows_leave_nothing_to_ask(tmp_path):
    path = tmp_path / "flags.csv"
    rows = [f"{n},0{n % 9 + 1}/10/2024,{n % 3},Y" for n in range(20)]
    path.write_text("\n".join(["Ref,Date Recorded,Offence Category,Domestic Abuse", *rows]) + "\n")
    assert LEFT_OUT not in drafted(path).questions


@pytest.mark.skipif(not FAULTS.is_dir(), reason="the inputs with faults are not beside the project")
def test_the_inputs_with_faults_come_out_right():
    draft = drafted(FAULTS / "cjs-codes" / "crimes.csv")
    assert keys(draft) == CODES
    assert marked(draft) == set(CODES) - {"19C", "20A", "8L"}
    words = drafted(FAULTS / "offence-wordings" / "crimes.csv")
    assert set(keys(words).values()) == {
        *WORDINGS.values(),
        *("modern-slavery", "violence-with-injury"),
    }
    assert words.mapping.measures == ()
    assert len(marked(words)) == len(keys(words)) - 1
    numbers = drafted(FAULTS / "stray-numbers" / "t3.csv")
    assert (keys(numbers), set(numbers.mapping.counts[0].leave_out)) == ({}, {"1", "2", "3", "-1"})
    assert list(numbers.questions) == [LEFT_OUT]
