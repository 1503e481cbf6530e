"""What vulncore.resourcing.scenario.addresses promises: a key is read as what it was written from, or is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.resourcing.scenario.addresses import Address, address_of
from vulncore.resourcing.scenario.link import example_scenario

WORDS = st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True)


@given(name=WORDS, role=st.just("") | WORDS, case=st.just("") | WORDS)
def test_an_address_is_read_from_its_key(name, role, case):
    address = Address("hours" if role and case else name, role, case)
    assert address_of(address.key) == address
    assert address.key.startswith(address.of.key)
    assert address.of.called(address.key.removeprefix(address.of.key)) == address


def test_every_number_of_the_example_has_an_address():
    for address in example_scenario().assumptions:
        assert address_of(address.key) == address


@pytest.mark.parametrize(
    "key",
    ["", "leave", "role.pip2", "role..leave", "case..share", "case..hours.soit", "case.rape.hours.", "demand.rape",
     "role.pip2.leave.more", "case.rape.share.soit", "unit.leave.more"],
)  # fmt: skip
def test_what_is_no_key_has_no_address(key):
    assert address_of(key) is None
