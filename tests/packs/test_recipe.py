"""What a file may say of a pack, and that each of those that ship can be edited and read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.packs.recipe import (
    Document,
    InvalidRecipeError,
    PackSection,
    Recipe,
    Show,
    find_recipe,
    parse_recipe,
    recipe_file,
    shipped_recipes,
)

ONE = b'name = "A"\n[[section]]\nshow = "table"\n'


def test_three_packs_ship_for_the_three_meetings():
    names = {recipe.key: recipe.name for recipe in shipped_recipes()}
    assert names == {
        "committee": "Committee report, data section",
        "svg": "Strategic Vulnerability Group",
        "ttcg": "Tasking and Co-ordination Group",
    }
    assert Document.TASKING in find_recipe("TTCG").documents
    assert find_recipe("committee").sections[0].show is Show.TABLE


sections = st.builds(
    PackSection,
    st.sampled_from(Show),
    st.lists(
        st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=20), max_size=3
    ).map(tuple),
    st.integers(1, 12),
)


@given(
    st.builds(
        Recipe,
        st.just("own"),
        st.just("A name"),
        st.just("A title"),
        st.sets(st.sampled_from(Document), min_size=1).map(tuple),
        st.lists(sections, min_size=1, max_size=5).map(tuple),
    )
)
def test_what_is_written_as_a_file_is_read_as_the_same_pack(recipe):
    assert parse_recipe(recipe_file(recipe).encode(), "own") == recipe


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "not a pack's file"),
        (b"name = ", "not a pack's file"),
        (b'name = "A"', "1 to 40 sections"),
        (b'[[section]]\nshow = "table"', "name is a text of 1 to 120 letters"),
        (ONE + b'colour = "red"', "has no colour"),
        (ONE + b"most = 99", "whole number from 1 to 12"),
        (ONE + b"most = true", "whole number from 1 to 12"),
        (ONE + b"of = 5", "a name, or a list of names"),
        (
            b'name = "A"\n[[section]]\nshow = "everything"',
            "shows 'everything'. It can show one of: since, table",
        ),
        (b'documents = ["fax"]\n' + ONE, "documents are some of: word"),
        (ONE + b"most = " + b"9" * 5_000, "not a pack's file"),
        (b"#" * 200_000, "over 100,000 bytes"),
        (b'section = "table"\nname = "A"', "1 to 40 sections"),
        (b'section = [1]\nname = "A"', "not headed"),
    ],
)
def test_a_file_that_says_no_pack_is_told_what_is_wrong_with_it(content, why):
    with pytest.raises(InvalidRecipeError, match=why.replace("(", r"\(")):
        parse_recipe(content, "own")


def test_a_name_that_is_no_pack_is_told_which_there_are():
    with pytest.raises(InvalidRecipeError, match="no pack 'monthly'. Choose committee, svg, ttcg"):
        find_recipe("monthly")


def test_a_force_s_own_file_is_a_pack_under_its_name(tmp_path):
    (tmp_path / "board.toml").write_bytes(ONE)
    own = find_recipe(str(tmp_path / "board.toml"))
    assert (own.key, own.title, own.documents) == ("board", "A", tuple(Document))
