"""What a mapping of an extract promises: it is written as it is read, and refused in a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidMappingError
from vulncore.domain.vocabulary import Flow, Measure, Polarity
from vulncore.sources.records.mapping import ONE_COLUMN, Coding, LeaveOut, Mapping, Moment
from vulncore.sources.records.mapping_file import (
    FIRST_MAPPED_ORDER,
    UNSURE,
    mapping_toml,
    parse_mapping,
    read_mapping,
)
from vulncore.sources.records.moments import DateOrder

SMALLEST = """
source = "crimes"
force = "Kent Police"
[columns]
recorded_on = "Date"
[[counts]]
column = "Offence"
codes = { "19C" = "rape" }
"""

PIRACY = Measure(
    key="piracy",
    label="Piracy",
    name="Piracy",
    group="",
    strand="",
    order=FIRST_MAPPED_ORDER,
    record_kind="crime",
    unit="records",
    flow=Flow.FLOW,
    polarity=Polarity.HARM,
    serious=True,
    definition="Robbery at sea.",
    definition_source="the mapping of the force's extract",
)


def test_a_smallest_mapping_reads_days_first_and_lets_five_per_cent_of_rows_go():
    mapping = parse_mapping(SMALLEST.encode())
    assert mapping == Mapping(
        source="crimes",
        force="Kent Police",
        counts=(Coding("Offence", {"19C": ("rape",)}),),
        columns={"recorded_on": "Date"},
        date_order=DateOrder.DAY_FIRST,
        most_rejected_percent=5,
    )
    assert mapping.months == ()


degrees = st.floats(-180, 180)
headings = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(
    names=st.lists(headings, min_size=4, max_size=4, unique=True),
    codes=st.dictionaries(
        headings, st.sampled_from([("rape",), ("rape", "hate-crime"), ("piracy",)]), min_size=1
    ),
    more=st.sets(
        st.sampled_from(
            [
                name
                for name in ONE_COLUMN
                if "on" not in name.split("_")[-1:]
                and name not in ("longitude", "latitude", "easting", "northing", "grid_reference")
                and not name.startswith("period_")
            ]
        )
    ),
    order=st.sampled_from(DateOrder),
    stands=st.tuples(
        st.lists(st.tuples(degrees, degrees), max_size=3).map(tuple),
        st.lists(st.times().map(lambda clock: clock.replace(second=0, microsecond=0)), max_size=3).map(tuple),
    ),
)
def test_what_is_written_is_read_as_it_was(names, codes, more, order, stands):
    mapping = Mapping(
        source="crimes",
        force="Ruritania Police",
        counts=(
            Coding(names[0], codes, separator=";"),
            Coding(names[1], {"Y": ("domestic-abuse-crime",)}, ("N",)),
        ),
        columns={"recorded_on": names[2], **dict.fromkeys(sorted(more), names[3])},
        first=date(2024, 1, 1),
        last=date(2024, 3, 1),
        date_order=order,
        occurred_from=Moment(date=names[2], time=names[3]),
        occurred_to=Moment(at=names[2]),
        measures=(PIRACY,),
        sheet=names[0],
        heading=(3, 4),
        most_rejected_percent=2.5,
        no_place=stands[0],
        no_time=stands[1],
        not_read=tuple(more) or None,
        leave_out=(LeaveOut(names[3], tuple(codes)),),
        every_record="rape" if more else "",
        not_swapped=(names[2],),
    )
    assert parse_mapping(mapping_toml(mapping).encode()) == mapping


def test_a_doubt_stands_on_the_line_that_it_is_about_and_changes_nothing():
    mapping = parse_mapping(SMALLEST.encode())
    doubts = {
        "force": "says\nwho?",
        "recorded_on": "only date",
        "Offence=19C": "sure?",
        "Offence": "by values",
    }
    text = mapping_toml(mapping, doubts)
    marked = [line for line in text.splitlines() if UNSURE in line and not line.startswith("#")]
    assert [line.partition("  # ? ")[::2] for line in marked] == [
        ('force = "Kent Police"', "says who?"),
        ('recorded_on = "Date"', "only date"),
        ("[[counts]]", "by values"),
        ('"19C" = "rape"', "sure?"),
    ]
    assert parse_mapping(text.encode()) == mapping


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("source = ", "source : "), "the mapping is not TOML: .*line 2"),
        (('"crimes"', '"Crimes 2024"'), "'Crimes 2024' can't name the source"),
        (('"crimes"', "7"), "`source` is not text"),
        (('"Kent Police"', '""'), "The force has no name"),
        (('"Kent Police"', '"a\\u001b[2J"'), "The force has no name"),
        (("recorded_on", "recorded"), r"1 names under \[columns\] are not known: recorded\. There are: "),
        (("recorded_on", "place"), r"No column is the date recorded \(`recorded_on`\)"),
        (('"rape"', '"rapes"'), "1 measures are not known: rapes"),
        (('codes = { "19C" = "rape" }', ""), "No code counts towards a measure"),
        (('codes = { "19C" = "rape" }', "codes = 3"), r"\[counts\.codes\] is not a table"),
        (
            ('column = "Offence"', 'columns = "Offence"'),
            r"1 settings of \[\[counts\]\] are not known: columns",
        ),
        (
            ('"19C" = "rape" }', '"19C" = "rape" }\nleave_out = ["19C"]'),
            "1 codes of Offence are both counted and left out",
        ),
        (("[columns]", 'dates = "American"\n[columns]'), "`dates` is 'American'"),
        (("[columns]", "heading = [4, 3]\n[columns]"), "like \\[3, 4\\]"),
        (("[columns]", "most_rejected_percent = 120\n[columns]"), "not between 0 and 100"),
        (("[columns]", 'no_place = ["0, 0"]\n[columns]'), r"like \[\[0, 0\]\]"),
        (("[columns]", "no_place = [[0, inf]]\n[columns]"), "1 points of `no_place` are no numbers"),
        (("[columns]", f"no_place = {[[1, 2]] * 101}\n[columns]"), "`no_place` has 101 entries"),
        (("[columns]", "no_time = [12]\n[columns]"), "Write `no_time` as times of day"),
        (("[columns]", 'no_time = ["25:00"]\n[columns]'), "Write `no_time` as times of day"),
        (("[columns]", 'colour = "red"\n[columns]'), "1 settings are not known: colour"),
        (
            ("[columns]", '[coverage]\nfirst = "2024-10"\n[columns]'),
            "needs a first and a last month",
        ),
        (
            ("[columns]", '[coverage]\nfirst = "October"\nlast = "2024-10"\n[columns]'),
            "'October' is not a month",
        ),
        (("[columns]", '[coverage]\nfirst = "2024-11"\nlast = "2024-10"\n[columns]'), "is after the last"),
        (
            ("[columns]", '[coverage]\nfirst = "1024-11"\nlast = "2024-10"\n[columns]'),
            "over a hundred years|is not a month",
        ),
        (("[columns]", '[columns]\nlongitude = "x"'), "needs both longitude and latitude"),
        (
            ("[columns]", '[columns]\nlongitude = "x"\nlatitude = "y"\ngrid_reference = "g"'),
            "given in 2 ways",
        ),
        (("[columns]", '[columns]\noccurred_from = { time = "t" }'), "Write `occurred_from` as a column, or"),
        (
            ("[[counts]]", '[[measure]]\nkey = "rape"\nname = "Rape"\n[[counts]]'),
            "1 keys of .* are taken: rape",
        ),
        (("[[counts]]", '[[measure]]\nname = "Piracy"\n[[counts]]'), "has no key"),
        (
            ("[[counts]]", '[[measure]]\nkey = "p"\nname = "P"\nstrand = "Sea side"\n[[counts]]'),
            "'Sea side' can't be a strand's key",
        ),
        (
            ("[[counts]]", '[[measure]]\nkey = "p"\nname = "P"\npolarity = "up"\n[[counts]]'),
            "polarity of 'p' is 'up'",
        ),
        (
            ("[[counts]]", '[[measure]]\nkey = "p"\nname = "P"\nunit = "a\\nb"\n[[counts]]'),
            "The unit of 'p' can't be used",
        ),
        (
            ("[[counts]]", '[[measure]]\nkey = "p"\nname = "P"\nunit = "x\\" : 1"\n[[counts]]'),
            "The unit of 'p' can't be used",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused_in_a_sentence(change, message):
    assert change[0] in SMALLEST
    with pytest.raises(InvalidMappingError, match=message):
        parse_mapping(SMALLEST.replace(*change).encode())


def test_a_file_that_is_no_mapping_is_refused(tmp_path):
    path = tmp_path / "mapping.toml"
    with pytest.raises(
        InvalidMappingError, match=r"There is no mapping .*Draft a mapping: vulncore mapping FILE"
    ):
        read_mapping(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidMappingError, match=r"mapping\.toml is not TOML"):
        read_mapping(path)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidMappingError, match="over 1,000,000 bytes"):
        read_mapping(path)
    path.write_text(SMALLEST)
    assert read_mapping(path).force == "Kent Police"


@pytest.mark.parametrize(
    "content",
    [
        "a." * 100_000 + "a = 1",
        f"[{'a.' * 100_000}a]",
        'x = { a = """\n""", ' + "a." * 100_000 + 'a = "" }',
        'a = "' + '\\"' * 400_000,
        'a = """' + '\\"""' * 200_000,
        "a = " + "[" * 50_000,
        f"{SMALLEST.replace('[columns]', 'most_rejected_percent = ' + '9' * 400 + chr(10) + '[columns]')}",
        f"{SMALLEST.replace('[columns]', 'most_rejected_percent = ' + '9' * 5_000 + chr(10) + '[columns]')}",
        f"{SMALLEST.replace('[columns]', 'most_rejected_percent = nan' + chr(10) + '[columns]')}",
    ],
    ids=[
        "dotted key",
        "dotted table",
        "dotted key by a text",
        "no end",
        "no end of lines",
        "nested",
        "400 digits",
        "5,000 digits",
        "nan",
    ],
)
def test_a_mapping_made_to_do_harm_is_refused(content):
    with pytest.raises(InvalidMappingError):
        parse_mapping(content.encode())
