"""What the lock files promise: every package by its digest, from no particular place."""

import re
from pathlib import Path

import pytest

LOCKS = Path(__file__).parents[1] / "locks"
NAMES = ("app", "core", "dev")


def requirements(name: str) -> dict[str, str]:
    """Each requirement line of a lock with the digests that belong to it."""
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {line.partition("--hash")[0].strip(): line for line in lines}


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_no_index_address_or_folder(name):
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(
        r"://|--(extra-)?index|--find-links|--trusted-host|^-e|\bfile:|@ ", text, re.MULTILINE
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_one_version_and_its_digests(name):
    every = requirements(name)
    assert len(every) > 30
    for requirement, line in every.items():
        assert re.match(r"[a-z0-9._-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in line, requirement


@pytest.mark.parametrize("name", ["app", "core"])
def test_one_environment_can_serve_every_command(name):
    assert requirements(name).keys() <= requirements("dev").keys()


def test_the_package_alone_needs_no_streamlit():
    assert not any(requirement.startswith("streamlit==") for requirement in requirements("core"))
