"""What vulncore.resourcing.scenario.toml promises of a scenario written as text and read back."""

import tomllib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resourcing.made_units import AWAY, at, unit
from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import add_months
from vulncore.resourcing.scenario.checks import checked
from vulncore.resourcing.scenario.fields import field_of
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Assumption, Joiners, Scenario
from vulncore.resourcing.scenario.toml import MOST_LETTERS, read_scenario, scenario_text

MADE = unit(
    {"officer": {"leavers": (5, 12, 20)}, "sergeant": {"supervises": ("officer",)}},
    {"fraud": {}, "scam": {"derived_from": "fraud", "ratio": 0.5}},
    joiners=[Joiners("officer", date(2025, 4, 1), 2, trained=True)],
).where(at("unit.leave"), Assumption(10, 12.5, 15, 'HR\'s "own"', True, "A. Nalyst", date(2025, 1, 31)))
TEXT = scenario_text(MADE)


SIGNS = st.characters(categories=("L", "M", "N", "P", "S")) | st.sampled_from('  ""\'\\#=[]{},.—é漢😀')


def printable(most: int, least: int = 0) -> st.SearchStrategy[str]:
    return st.text(SIGNS, min_size=least, max_size=min(most, 12)) | st.sampled_from(['"' * most, "é" * most])


NAMES = printable(60, 1).filter(str.strip)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@st.composite
def scenarios(draw, base: Scenario = MADE) -> Scenario:
    """A scenario with some of everything changed."""
    changed = dict(base.assumptions)
    apart = ("in_post", "in_training", *AWAY)  # as they are, so that parts don't contradict each other
    keys = [key for key in changed if key.name not in apart]
    for key in draw(st.lists(st.sampled_from(keys), max_size=5)):
        field = field_of(key)
        number = st.floats(field.least, field.most)
        ends = sorted(draw(st.tuples(number, number, number)))
        if field.whole:
            ends = [float(round(end)) for end in ends]
        if field.single or draw(st.booleans()):
            ends = [ends[1]] * 3
        parts = draw(st.tuples(printable(200), st.booleans(), printable(60), st.none() | DAYS))
        changed[key] = Assumption(*ends, *parts)
    joiners = st.builds(
        Joiners,
        st.sampled_from([role.key for role in base.roles]),
        st.integers(0, 2_411).map(lambda ahead: add_months(date(1900, 1, 1), ahead)),
        st.integers(1, 5_000),
        st.booleans(),
    )
    name, other, note, measures = draw(
        st.tuples(
            NAMES, NAMES, printable(400), st.lists(st.from_regex(r"[\w.-]{1,80}", fullmatch=True), max_size=3)
        )
    )
    return checked(
        replace(
            base,
            name=name,
            unit=other,
            about=note,
            roles=tuple(replace(role, name=other) for role in base.roles),
            case_types=tuple(
                replace(kind, name=name, note=note, measures=tuple(measures)) for kind in base.case_types
            ),
            joiners=tuple(draw(st.lists(joiners, max_size=3))),
            assumptions=changed,
        )
    )


@settings(max_examples=100)
@given(scenarios())
def test_a_scenario_read_back_is_the_one_that_was_written(scenario):
    text = scenario_text(scenario)
    assert read_scenario(text) == scenario
    assert scenario_text(read_scenario(text)) == text


@settings(max_examples=25)
@given(scenarios(example_scenario()))
def test_the_shipped_scenario_read_back_is_the_one_that_was_written_however_it_was_changed(scenario):
    assert read_scenario(scenario_text(scenario)) == scenario


@settings(max_examples=30)
@given(scenarios())
def test_what_is_written_is_toml_with_each_number_on_a_line_of_its_own(scenario):
    text = scenario_text(scenario)
    assert tomllib.loads(text)["unit"] == scenario.unit
    numbers = [line for line in text.splitlines() if " = " in line]
    parts = 3 + sum(len(group) for group in tomllib.loads(text).get("joiners", []))
    texts = sum(2 + bool(role.supervises) for role in scenario.roles)
    texts += sum(4 + bool(kind.derived_from) + bool(kind.note) for kind in scenario.case_types)
    assert len(numbers) == len(scenario.assumptions) + parts + texts


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2024, 2, 29), date(2100, 12, 31)])
def test_any_day_of_two_centuries_is_read_back(day):
    scenario = MADE.where(at("unit.court"), Assumption(1, 2, 3, on=day))
    assert read_scenario(scenario_text(scenario)) == scenario


@pytest.mark.parametrize("sign", ["\x7f", "\x00", "\n", "\x1f", "\x80", "\u2028", "\\", '"'])
def test_a_measure_of_any_sign_that_is_not_refused_is_read_back(sign):
    strange = replace(
        MADE, case_types=(replace(MADE.case_types[0], measures=(f"a{sign}b",)), MADE.case_types[1])
    )
    try:
        checked(strange)
    except InvalidScenarioError:
        return
    assert read_scenario(scenario_text(strange)) == strange


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, 4_999.999999999999, 1e-7, 123.0])
def test_a_number_is_read_back_to_the_last_digit(value):
    scenario = MADE.where(at("case.fraud.hours.officer"), Assumption(0, value, 5_000))
    assert read_scenario(scenario_text(scenario)).assumptions[at("case.fraud.hours.officer")].likely == value


def test_a_plain_number_is_written_plainly_and_what_is_said_of_it_beside_it():
    lines = TEXT.splitlines()
    assert "court = 0" in lines
    assert "leavers = { range = [5, 12, 20] }" in lines
    assert (
        "leave = { range = [10, 12.5, 15], measured = true, "
        'source = "HR\'s \\"own\\"", by = "A. Nalyst", on = 2025-01-31 }'
    ) in lines
    assert "hours.officer = 10" in lines
    assert lines[-5:] == [
        "[[joiners]]",
        'role = "officer"',
        'month = "2025-04"',
        "people = 2",
        "trained = true",
    ]


def test_a_person_may_write_it_their_own_way():
    head, _, rest = TEXT.partition("[assumed]\n")
    loose = rest.replace("court = 0", "# nobody goes\n  court={value=0.0}  # ever")
    loose = loose.replace("hours.officer = 10", "hours = { officer = 10.0 }").replace("\n", "\r\n")
    assert read_scenario(head + "[assumed] # of the unit\r\n" + loose) == MADE
    assert (
        read_scenario(TEXT.replace('about = ""\n', "").replace("trained = true", "trained = true # soon"))
        == MADE
    )


def test_dots_quotes_and_signs_in_texts_and_comments_are_no_keys():
    source = "see a.b.c.d.e.f.g.h, 'so' \"they\" say # 1.2.3.4.5.6.7.8"
    scenario = MADE.where(at("unit.court"), Assumption(1, 2, 3, source))
    text = scenario_text(scenario) + "# it's a.b.c.d.e.f.g.h, \"they say\n"
    assert read_scenario(text) == scenario
    assert read_scenario(TEXT.replace('about = ""', "about = 'a.b.c.d.e.f.g.h # \"'")).about.endswith('# "')


@pytest.mark.parametrize("sign", ["\u202e", "\x1b[31m", "\x07", "\u200b"])
def test_no_refusal_says_signs_that_could_be_taken_for_more_than_text(sign):
    written = "".join(f"\\u{ord(letter):04x}" for letter in sign)
    places = ("held_by", "role", "supervises", "month", "key", "name", "measures", "derived_from")
    for line in TEXT.splitlines():
        if line.partition(" = ")[0] in places:
            start, quote, rest = line.rpartition('"')
            with pytest.raises(InvalidScenarioError, match=r"\.$") as refusal:
                read_scenario(swapped(line, start + written + quote + rest))
            assert str(refusal.value).isprintable(), line
    for line in (f'"{written}" = 1', f'tea = {{ value = 1, "{written}" = 2 }}', f'"{written}" = true'):
        inside = swapped("court = 0", f"court = 0\n{line}")
        for text in (inside, line + "\n" + TEXT, line.replace(written, sign) + "\n" + TEXT):
            with pytest.raises(InvalidScenarioError, match=r"\.$") as refusal:
                read_scenario(text)
            assert str(refusal.value).isprintable(), line


def test_joiners_are_untrained_and_kinds_of_their_own_unless_said():
    scenario = read_scenario(TEXT.replace("trained = true\n", ""))
    assert [part.trained for part in scenario.joiners] == [False]
    assert [part.derived_from for part in scenario.case_types] == ["", "fraud"]


def swapped(old: str, new: str, text: str = TEXT) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


REFUSED = {
    "nothing": ("", r"'name' is missing|0 roles"),
    "no toml": ("this is no toml", r"This is not a scenario in TOML: .*\. Correct that place\."),
    "a json text": ('{"name": "x"}', "This is not a scenario in TOML"),
    "a name twice": (
        TEXT.replace('name = "Made"', 'name = "a"\nname = "b"'),
        "This is not a scenario in TOML",
    ),
    "a table twice": (TEXT + "[assumed]\nleave = 1\n", "This is not a scenario in TOML"),
    "half of it": (TEXT[: len(TEXT) // 2], "TOML|missing|does not work on cases|not a number"),
    "no name": (swapped('name = "Made"\n', ""), r"'name' is missing or is not a text\. Write name = "),
    "a name that is a number": (swapped('"Made"', "5"), "'name' is missing or is not a text"),
    "an unknown part": (
        swapped("[assumed]", 'colour = "red"\n[assumed]'),
        r"The scenario has an unknown part: colour\. Known parts: about, assumed, case, joiners",
    ),
    "an unknown table": (TEXT + "[extra]\na = 1\n", "an unknown part: extra"),
    "an unknown number": (swapped("court = 0", "court = 0\ntea = 5"), r"1 number .*: unit\.tea\."),
    "an unknown number of a role": (swapped("full_time", "half_time"), r"missing: role\.officer\.full_time"),
    "an unknown part of joiners": (TEXT + "wage = 3\n", "A group of joiners has an unknown part: wage"),
    "an unknown part of a number": (
        swapped("court = 0", "court = { value = 0, certain = true }"),
        r"unit\.court has an unknown part: certain\. Known parts: by, measured, on, range, source, value",
    ),
    "assumed that is no table": (
        'name = "a"\nunit = "b"\nassumed = 5\n',
        r"'assumed' is not a table\. Write \[assumed\]",
    ),
    "roles that are a table": ("[role]\nkey = 'a'\n", r"'role' is not a list of tables\. Write \[\[role\]\]"),
    "roles that are numbers": ("role = [1, 2]\n", "'role' is not a list of tables"),
    "cases that are a text": ('case = "fraud"\n', "'case' is not a list of tables"),
    "joiners that are a table": (swapped("[[joiners]]", "[joiners]"), "'joiners' is not a list of tables"),
    "hours that are a number": (swapped("hours.officer = 10", "hours = 10"), "'hours' is not a table"),
    "supervises that is a text": (
        swapped('supervises = ["officer"]', 'supervises = "officer"'),
        r"'supervises' is not a list of texts\. Write supervises = ",
    ),
    "measures that are numbers": (
        swapped('measures = ["fraud"]', "measures = [1]"),
        "'measures' is not a list",
    ),
    "a truth for a number": (
        swapped("court = 0", "court = true"),
        r"unit\.court is not a number\. Write a number",
    ),
    "a text for a number": (swapped("court = 0", 'court = "5"'), r"unit\.court is not a number"),
    "a date for a number": (swapped("court = 0", "court = 2024-01-01"), r"unit\.court is not a number"),
    "not a number": (swapped("court = 0", "court = nan"), r"unit\.court is not a number"),
    "endless": (swapped("court = 0", "court = inf"), r"unit\.court is not a number"),
    "endless below": (swapped("court = 0", "court = -inf"), r"unit\.court is not a number"),
    "huge": (swapped("court = 0", "court = 1e300"), r"unit\.court is not a number"),
    "too much": (swapped("court = 0", "court = 91"), r"unit\.court is 91, out of range\. Give 0 to 90 % of"),
    "below nothing": (swapped("court = 0", "court = -1"), r"unit\.court is -1, out of range"),
    "two numbers": (swapped("court = 0", "court = { range = [1, 2] }"), r"unit\.court is not a number"),
    "four numbers": (
        swapped("court = 0", "court = { range = [1, 2, 3, 4] }"),
        r"unit\.court is not a number",
    ),
    "no numbers": (swapped("court = 0", "court = []"), r"unit\.court is not a number"),
    "a truth in a range": (swapped("court = 0", "court = { range = [0, true, 2] }"), r"unit\.court is not"),
    "no number in a range": (swapped("court = 0", "court = { range = [0, nan, 2] }"), r"unit\.court is not"),
    "a range that falls": (
        swapped("court = 0", "court = { range = [3, 2, 1] }"),
        r"unit\.court: Lowest 3, likeliest 2 and highest 1 are not in rising order",
    ),
    "both": (
        swapped("court = 0", "court = { value = 1, range = [0, 1, 2] }"),
        r"unit\.court is not a number",
    ),
    "neither": (swapped("court = 0", 'court = { source = "HR" }'), r"unit\.court is not a number"),
    "an empty table": (swapped("court = 0", "court = {}"), r"unit\.court is not a number"),
    "a long source": (
        swapped("court = 0", f'court = {{ value = 1, source = "{"x" * 201}" }}'),
        r"unit\.court: A source of 201 letters",
    ),
    "a source of two lines": (
        swapped("court = 0", 'court = { value = 1, source = "a\\nb" }'),
        r"unit\.court: A source of 3 letters is too long or has signs that can't be printed",
    ),
    "a source that is a number": (swapped("court = 0", "court = { value = 1, source = 3 }"), "'source' is"),
    "a long name": (
        swapped("court = 0", f'court = {{ value = 1, by = "{"x" * 61}" }}'),
        r"unit\.court: A name of 61 letters",
    ),
    "somebody who is a date": (swapped("court = 0", "court = { value = 1, by = 2024-01-01 }"), "'by' is"),
    "measured by a number": (
        swapped("court = 0", "court = { value = 1, measured = 1 }"),
        r"unit\.court: 'measured' has to be true or false, and 'on' a day like 2025-04-01\.",
    ),
    "on a text": (swapped("court = 0", 'court = { value = 1, on = "2025-01-01" }'), "'on' a day like"),
    "on a time": (
        swapped("court = 0", "court = { value = 1, on = 2025-01-01T10:00:00Z }"),
        "'on' a day like",
    ),
    "on a time of day": (swapped("court = 0", "court = { value = 1, on = 10:00:00 }"), "'on' a day like"),
    "on no day of the calendar": (
        swapped("court = 0", "court = { value = 1, on = 2025-02-30 }"),
        "not a scenario in TOML",
    ),
    "half a person": (swapped("in_post = 10", "in_post = 10.5"), r"in_post is 10\.5\. Give whole people"),
    "half a joiner": (swapped("people = 2", "people = 2.5"), "'people' has to be a whole number"),
    "a joiner too many": (swapped("people = 2", "people = 5001"), "a number of people out of range: officer"),
    "no joiner": (swapped("people = 2", "people = 0"), "a number of people out of range: officer"),
    "a truth for a joiner": (swapped("people = 2", "people = true"), "'people' has to be a whole number"),
    "trained a bit": (swapped("trained = true", "trained = 1"), "'trained' true or false"),
    "a joiner without a month": (swapped('month = "2025-04"\n', ""), "'month' is missing or is not a text"),
    "a month that is a date": (swapped('month = "2025-04"', "month = 2025-04-01"), "'month' is missing or"),
    "a thirteenth month": (swapped("2025-04", "2025-13"), "Joiners: '2025-13' is not a month"),
    "a day": (swapped("2025-04", "2025-04-01"), "Joiners: '2025-04-01' is not a month"),
    "a joiner of no role": (
        swapped('role = "officer"', 'role = "chef"'),
        "a role that is not in the scenario: chef",
    ),
    "a role without a key": (swapped('key = "officer"\n', ""), "'key' is missing or is not a text"),
    "a role of a dotted key": (TEXT.replace('"officer"', '"of.ficer"'), "key can't be used|numbers? "),
    "a kind without a holder": (
        swapped('held_by = "officer"\n', ""),
        "'held_by' is missing or is not a text",
    ),
    "a key with dots of its own": (swapped("court = 0", 'court = 0\n"a.b.c" = 1'), "belongs to nothing"),
    "an empty key": (swapped("court = 0", 'court = 0\n"" = 1'), "belongs to nothing in the scenario"),
    "too long a text": (
        "#" * (MOST_LETTERS + 1),
        rf"A scenario of {MOST_LETTERS + 1:,} letters is too long\. Give up to {MOST_LETTERS:,} letters\.",
    ),
    "on a day of another age": (
        swapped("court = 0", "court = { value = 1, on = 0999-12-31 }"),
        r"unit\.court: The year of a change is 999\.",
    ),
    "on a day far ahead": (
        swapped("court = 0", "court = { value = 1, on = 2101-01-01 }"),
        r"unit\.court: The year of a change is 2101\.",
    ),
    "a text of many lines": (swapped('"Made"', '"""\nMade\n"""'), "a text of several lines"),
    "a plain text of many lines": (swapped('"Made"', "'''\nMade\n'''"), "a text of several lines"),
    "a range for one number": (
        swapped("together = 0", "together = { range = [0, 1, 2] }"),
        r"1 number can't be a range: unit\.together\. Give one number for each",
    ),
    "deep lists": ("a = " + "[" * 20_000, "This is not a scenario in TOML"),
    "deep tables": ("a = " + "{a=" * 15_000, "This is not a scenario in TOML"),
    "deep names": ("a." * 300 + "a = 1", "The scenario has a key of many parts"),
    "a deep number": ("[assumed]\nleave." + "a." * 300 + "a = 1", "The scenario has a key of many parts"),
    "a deep number of few parts": (
        swapped("leave = ", "leave.a.a.a = 1 # "),
        r"unit\.leave has an unknown part",
    ),
    "deep names in quotes": ('"a".' * 300 + "a = 1", "The scenario has a key of many parts"),
    "deep names with spaces": ("a . \t" * 300 + "a = 1", "The scenario has a key of many parts"),
    "a deep table": ("[" + "a." * 300 + "a]", "The scenario has a key of many parts"),
    "a text without an end": ('a = "' + '\\"' * 29_000, "This is not a scenario in TOML"),
    "a nothing byte": ("\x00", "This is not a scenario in TOML"),
    "another encoding": ("\ufeff" + TEXT, "This is not a scenario in TOML"),
    "a wide number": (swapped("court = 0", "court = 0x" + "f" * 5_000), r"unit\.court is not a number"),
    "a number of many digits": (swapped("court = 0", "court = " + "9" * 5_000), "court|TOML"),
    "many joiners": (
        TEXT + ('[[joiners]]\nrole = "officer"\nmonth = "2025-04"\npeople = 1\n' * 60),
        "61 groups",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_text_is_refused_and_told_what_is_wrong_with_it_and_where(name):
    text, message = REFUSED[name]
    with pytest.raises(InvalidScenarioError, match=message):
        read_scenario(text)


WRONG = [
    "true",
    '"text"',
    "5",
    "nan",
    "-inf",
    "1e308",
    "[]",
    "[1, 2, 3]",
    '["a", 1]',
    "{}",
    "{ range = [[1], [2], [3]] }",
    "{ value = [1, 2] }",
    "2025-04-01",
    '"\\u0000"',
    f'"{"x" * 1_000}"',
]


def test_a_wrong_thing_in_any_place_is_refused_or_means_what_it_says():
    lines = TEXT.splitlines()
    for place, line in enumerate(lines):
        for wrong in WRONG if " = " in line else []:
            changed = [*lines[:place], f"{line.partition(' = ')[0]} = {wrong}", *lines[place + 1 :]]
            try:
                scenario = read_scenario("\n".join(changed))
            except InvalidScenarioError:
                continue
            assert read_scenario(scenario_text(scenario)) == scenario, (line, wrong)


@pytest.mark.parametrize(
    "line", [line for line in TEXT.splitlines() if line.partition(" = ")[2][:1].isdigit()][:14]
)
@pytest.mark.parametrize(
    "wrong", ["true", '"5"', "nan", "inf", "[1, 2]", "{}", "2025-04-01", "10:00:00", "[true, 1, 2]"]
)
def test_no_number_is_read_from_what_is_none(line, wrong):
    name = line.partition(" = ")[0]
    with pytest.raises(InvalidScenarioError, match=rf"{name} is not a number\. Write a number"):
        read_scenario(swapped(f"\n{line}\n", f"\n{name} = {wrong}\n"))


@settings(max_examples=150)
@given(st.text(max_size=200) | st.text("[]{}=.\"'#\n, 0123456789-_+einf\\utr", max_size=80))
def test_no_text_does_anything_but_be_read_or_refused(text):
    with pytest.raises(InvalidScenarioError, match=r"\.$"):  # none so short is a scenario
        read_scenario(text)


@settings(max_examples=150)
@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 60),
    st.text(max_size=12) | st.sampled_from(["[", "{", '"', "\n", "="]),
)
def test_no_slip_of_the_keyboard_does_anything_but_be_read_or_refused(place, cut, typed):
    try:
        scenario = read_scenario(TEXT[:place] + typed + TEXT[place + cut :])
    except InvalidScenarioError:
        return
    assert read_scenario(scenario_text(scenario)) == scenario
