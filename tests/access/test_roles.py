"""Who may do what, by a file that a force edits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.access.roles import ALLOWED, LARGEST_FILE, NO_RIGHTS, Right, UserRole, parse_roles
from vulncore.domain.errors import InvalidRolesError

FILE = b"""
claim = "roles"

[roles]
viewer = ["Read"]
strand-lead = ["Lead.Hate", "Lead.Sexual"]
analyst = ["Analyse"]
administrator = ["Administer"]

[strands]
"Lead.Hate" = ["hate-crime"]
"Lead.Sexual" = ["sexual-offences", "rape"]
"""
BOOK = parse_roles(FILE)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"roles": []},
        {"roles": "Other"},
        {"roles": ["read"]},
        {"groups": ["Read"]},
        {"roles": {"Read": 1}},
    ],
)
def test_who_is_not_named_may_do_nothing(claims):
    assert BOOK.role_of(claims) is None
    assert BOOK.rights_of(claims) == NO_RIGHTS
    assert not any(BOOK.rights_of(claims).may(right) for right in Right)


def test_a_viewer_sees_and_changes_nothing():
    rights = BOOK.rights_of({"roles": ["Read"]})
    assert [right for right in Right if rights.may(right)] == [Right.SEE]
    assert not rights.may_write(["hate-crime"])


def test_a_strand_lead_writes_of_their_strands_alone():
    rights = BOOK.rights_of({"roles": ["Read", "Lead.Hate"]})
    assert rights.may_write(["hate-crime"])
    assert not rights.may_write(["rape"])
    assert not rights.may_write(["hate-crime", "rape"])
    assert not rights.may_write([])
    assert not rights.may(Right.PUBLISH)


def test_who_leads_two_strands_writes_of_both():
    rights = BOOK.rights_of({"roles": ["Lead.Hate", "Lead.Sexual"]})
    assert rights.may_write(["hate-crime", "rape"])


def test_the_most_that_somebody_may_do_counts():
    assert BOOK.role_of({"roles": ["Read", "Administer", "Lead.Hate"]}) is UserRole.ADMINISTRATOR
    assert BOOK.rights_of({"roles": ["Analyse"]}).may_write(["rape"])


def test_each_role_may_do_what_the_one_before_it_may_and_more():
    allowed = [ALLOWED[role] for role in UserRole]
    assert all(less < more for less, more in pairwise(allowed))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"roles = 3", "Name the claim"),
        (b'claim = "roles"', "No role is given to anybody"),
        (b'claim = "roles"\nroles = 3', "'roles' is no section"),
        (b'claim = "roles"\n[roles]\nviewr = ["a"]', "1 role: viewr"),
        (b'claim = "roles"\nrights = 1\n[roles]\nviewer = ["a"]', "1 setting: rights"),
        (b'claim = "roles"\n[roles]\nviewer = "a"', "roles.viewer is no list of texts"),
        (b'claim = "roles"\n[roles]\nviewer = [""]', "roles.viewer is no list of texts"),
        (
            b'claim = "roles"\n[roles]\nviewer = ["a"]\n[strands]\nb = ["rape"]',
            "1 value of the claim are no strand lead: b",
        ),
        (b"claim = ", "is no TOML"),
        (b"\xff", "is no TOML"),
        (b"#" * (LARGEST_FILE + 1), "more than 60,000 bytes"),
        (b"a" + b".a" * 50 + b" = 1", "more than 40 dots"),
    ],
)
def test_a_file_that_is_no_list_of_roles_is_refused_and_says_why(content, problem):
    with pytest.raises(InvalidRolesError, match=problem):
        parse_roles(content)


@given(
    st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text() | st.integers()) | st.none())
)
def test_no_claims_but_those_named_give_any_right(claims):
    named = {"Read", "Lead.Hate", "Lead.Sexual", "Analyse", "Administer"}
    held = claims.get("roles")
    is_named = (
        held in named
        if isinstance(held, str)
        else isinstance(held, list) and bool(named & {one for one in held if isinstance(one, str)})
    )
    assert (BOOK.rights_of(claims) != NO_RIGHTS) == is_named
