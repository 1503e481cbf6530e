"""What vulncore.domain.strands.strand_file promises."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidStrandsError
from vulncore.domain.strands.strand_file import checked_against, parse_strands, strands_toml
from vulncore.domain.strands.strand_list import CrossView, StrandList, shipped_list, spelt_out
from vulncore.domain.vocabulary import Strand, report_measures

DOCUMENT = Path(__file__).parents[3] / "docs" / "strands.md"
A = '[[strand]]\nkey = "a"\nname = "A"\n'
B = '[[strand]]\nkey = "b"\nname = "B"\n'

keys = st.from_regex(r"[a-z0-9][a-z0-9-]{0,59}", fullmatch=True).filter(lambda key: key != "all")
names = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="<>"),
    min_size=1,
    max_size=80,
)


@st.composite
def lists(draw):
    """A list that contradicts nothing: every key and name is there once."""
    several = draw(st.lists(keys, min_size=8, max_size=16, unique=True))
    words = iter(draw(st.lists(names, min_size=16, max_size=16, unique_by=str.casefold)))
    half = len(several) // 2
    strands = tuple(
        Strand(key, draw(names), next(words), was=(was,), measures=(f"m-{key}"[:60],))
        for key, was in zip(several[:half:2], several[1:half:2], strict=False)
    )
    views = tuple(
        CrossView(key, next(words), ("one", "two"), about=draw(st.just("") | names)) for key in several[half:]
    )
    return StrandList(strands, views, (("rape", draw(names)),))


@given(lists())
def test_a_list_that_is_written_is_read_back_as_it_was(listed):
    assert parse_strands(strands_toml(listed).encode()) == listed


def test_the_shipped_list_is_written_and_read_back():
    listed = spelt_out(shipped_list(), report_measures())
    assert checked_against(parse_strands(strands_toml(listed).encode()), report_measures()) == listed


def test_measures_in_no_strand_are_told_to_whoever_edits_the_file():
    assert "# Measures in no strand: arson, burglary\n" in strands_toml(shipped_list(), ["arson", "burglary"])


def test_the_list_in_the_documentation_is_one():
    (text,) = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    listed = parse_strands(text.encode())
    assert listed.strands[0].was == ("adults-at-risk", "child-protection")
    known = {measure.key for measure in report_measures()}
    assert known >= {*listed.strands[0].measures, *listed.views[0].measures, *dict(listed.measure_names)}


def test_a_file_as_an_editor_saves_it_is_read():
    text = "\ufeff" + A.replace("\n", "\r\n")
    assert parse_strands(text.encode()) == StrandList((Strand("a", "A", "A"),))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_a_file_holds_it_is_a_list_or_refused_in_a_sentence(content):
    refusal = "."
    try:
        listed = parse_strands(content)
    except InvalidStrandsError as problem:
        listed, refusal = shipped_list(), str(problem)
    assert listed.strands
    assert refusal.endswith(".")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has no \[\[strand\]\]\. Write one at least"),
        ("strand = 3", r"not lists of tables: 1 \(strand\)"),
        ("[strand]\nkey = 'a'", r"not lists of tables: 1 \(strand\)"),
        (A + "[colour]\n[shape]\n", r"not known: 2 \(colour, shape\)\. There are \[\[strand\]\]"),
        (A + "nom = 'x'", r"Settings that are not known: 1 \(nom of \[\[strand\]\] a\)"),
        (
            "[[strand]]\n" * 3,
            r"missing: 6 \(key of \[\[strand\]\] 1, name of \[\[strand\]\] 1, .* and 1 more\)",
        ),
        ("[[strand]]\nkey = 'A b'\nname = 'x'", r"Keys that cannot be used: 1 \(\[\[strand\]\] A b\)"),
        ("[[strand]]\nkey = 'all'\nname = 'x'", r"Keys that cannot be used: 1 .* and not 'all'"),
        ("[[strand]]\nkey = '../etc'\nname = 'x'", "Keys that cannot be used: 1"),
        ("[[strand]]\nkey = 'a/b'\nname = 'x'", "Keys that cannot be used: 1"),
        (f"[[strand]]\nkey = '{'a' * 61}'\nname = 'x'", "Keys that cannot be used: 1"),
        ("[[strand]]\nkey = 7\nname = 'x'", r"Keys that cannot be used: 1 \(\[\[strand\]\] 1\)"),
        (
            A.replace("A", "<script>alert(1)</script>"),
            r"Texts that cannot be used: 1 \(name of \[\[strand\]\] a\)",
        ),
        (A.replace("A", "\\u0007"), "Texts that cannot be used: 1"),
        (A.replace("A", "x\\u202ey"), "Texts that cannot be used: 1"),
        (A.replace("A", "  "), "Texts that cannot be used: 1"),
        (A.replace("A", "x" * 81), r"Texts .*Write 1 to 80 printable letters, without < and >"),
        (A + "was = 'b'", "Settings that are not lists of keys: 1"),
        (A + "was = [[]]", "Settings that are not lists of keys: 1"),
        (A + "measures = [" + "'m'," * 201 + "]", "Settings that are not lists of keys: 1"),
        (A + A, r"Keys that several strands or views have: 1 \(a\)"),
        (A + B.replace('"B"', '"a"'), "Names that several strands or views have: 1"),
        (A + "[[view]]\nkey = 'a'\nname = 'V'\nmeasures = ['x', 'y']", "Keys that several"),
        (A + "was = ['b']\n" + B + "was = ['a']", r"Keys under `was` that are in use: 2 \(b, a\)"),
        (A + "was = ['a']", r"Keys under `was` that are in use: 1 \(a\)"),
        (A + "was = ['c']\n" + B + "was = ['c']", r"under `was` that are there twice: 1 \(c\)"),
        (A + "measures = ['m']\n" + B + "measures = ['m']", r"Measures that are named twice: 1 \(m\)"),
        (A + "[[measure]]\nkey = 'm'\nname = 'M'\n" * 2, r"renamed twice: 1 \(m\)"),
        (A + "[[view]]\nkey = 'v'\nname = 'V'\nmeasures = ['m']", r"Views without two .*: 1 \(v\)"),
        (A + "[[view]]\nkey = 'v'\nname = 'V'\nmeasures = ['m', 'm', 'n']", r"Views .* with one twice: 1"),
        (
            "".join(A.replace('"a"', f'"a{n}"').replace('"A"', f'"A{n}"') for n in range(61)),
            r"61 of \[\[strand\]\]",
        ),
    ],
)
def test_what_is_no_list_is_refused_with_what_how_many_and_which(text, message):
    with pytest.raises(InvalidStrandsError, match=message):
        parse_strands(text.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00" * 100, "is not TOML"),
        (b"\xff\xfea\x00", "is not TOML"),
        (b"#" * 60_001, "has over 60,000 bytes"),
        (b"PK\x03\x04" + b"\x00" * 500, "is not TOML"),
        (b"x = " + b"[" * 20_000, "is not TOML"),
        (b"x = " + b"9" * 20_000, "is not TOML"),
        (b"a" + b".a" * 20_000 + b" = 1", "over 40 dots"),
        (b"[" + b"a." * 20_000 + b"a]", "over 40 dots"),
        (b'[[strand]]\nkey = "a"\nkey = "b"\n', "is not TOML"),
    ],
    ids=[
        "NUL",
        "UTF-16",
        "huge",
        "a zip",
        "deep",
        "a long number",
        "a long key",
        "a long table",
        "a key twice",
    ],
)
def test_hostile_bytes_are_refused(content, message):
    with pytest.raises(InvalidStrandsError, match=message):
        parse_strands(content)


def test_a_measure_that_nobody_knows_is_refused_and_one_of_a_public_source_is_not():
    listed = replace(
        shipped_list(),
        strands=(*shipped_list().strands, Strand("fires", "Fires", "Fires", measures=("arson", "rap"))),
        measure_names=(("hoax", "Hoaxes"),),
    )
    with pytest.raises(
        InvalidStrandsError, match=r"not known: 2 \(rap, hoax\)\. Use the keys that this dataset"
    ):
        checked_against(listed, report_measures())


def test_a_list_that_leaves_measures_without_a_strand_is_refused_with_the_way_out():
    listed = replace(shipped_list(), strands=shipped_list().strands[1:])
    with pytest.raises(
        InvalidStrandsError, match=r"not in the list: 1 \(domestic-abuse-crime of domestic-abuse\).*`was`"
    ):
        checked_against(listed, report_measures())
