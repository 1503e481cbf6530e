"""What the unit needs, and what is odd about the data: to this force, and to nobody else."""

import re

import pytest

from tests.findings.resourcing.asking import AS_AT
from vulncore.packs.audience import Audience
from vulncore.packs.pack import PackRequest, pack_basis
from vulncore.packs.recipe import find_recipe
from vulncore.packs.sections import basis as drawing
from vulncore.packs.sections.basis import LeftOutError
from vulncore.packs.sections.checks import checks_part
from vulncore.packs.sections.resourcing import resourcing_part


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch):
    monkeypatch.setattr(drawing, "picture", lambda *_, **__: b"")


def basis_of(store, audience=Audience.INTERNAL, dataset="demo"):
    return pack_basis(PackRequest(store, dataset, find_recipe("svg"), audience, as_at=AS_AT))


@pytest.mark.usefixtures("few_origins")
def test_it_opens_as_the_page_does_and_lists_every_role(shipped_store):
    part = resourcing_part(basis_of(shipped_store), ())
    assert re.fullmatch(r"\d+ more PIP 2 investigators are needed by \w+ 2026\.", part.finding)
    roles = part.tables[0]
    assert {"PIP 2 investigator", "SOIT officer", "Detective inspector"} <= set(roles.frame["Role"])
    assert part.picture.alt.startswith("PIP 2 investigator: open cases each, City of London Police")


def test_what_is_odd_about_the_data_is_listed_gravest_first_and_whole_in_the_workbook(shipped_store):
    part = checks_part(basis_of(shipped_store), most=1)
    short, whole = part.tables
    assert "Attempted suicides" in short.frame["What"].iloc[0]
    assert (len(short.frame), len(whole.frame)) == (1, 2)
    assert (short.in_documents, whole.in_documents) == (True, False)


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PARTNERSHIP])
def test_neither_is_for_anybody_else(shipped_store, audience):
    basis = basis_of(shipped_store, audience)
    with pytest.raises(LeftOutError, match="how many officers there are"):
        resourcing_part(basis, ())
    with pytest.raises(LeftOutError, match="for those who keep them"):
        checks_part(basis, most=4)
