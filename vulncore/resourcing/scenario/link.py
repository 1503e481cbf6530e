"""A scenario as the letters of a link: the whole of it, packed against the scenario that ships."""

import base64
import binascii
import re
import zlib
from functools import cache, lru_cache
from pathlib import Path

from vulncore.domain.errors import InvalidScenarioError
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

REFERENCE = Path(__file__).parents[2] / "reference"
DEFAULT = "ppu.toml"
DICTIONARIES = {"1": "ppu-1.toml", "2": "ppu-2.toml", "3": DEFAULT}
"""By the first letter of a code: the text that those letters lean on. Never changed: `ppu.toml` may only be changed once its
present text is kept under a name of its own here."""
NEWEST, BEFORE_COSTS = "3", "1"
MOST_LETTERS, MOST_BYTES = 14_000, 120_000  # four of them in a link: what a server takes is 64 KB


@cache
def example_scenario() -> Scenario:
    """Return the scenario that ships: example figures, to be replaced by a force's own.

    >>> example_scenario().unit
    'Public Protection Unit'
    """
    return read_scenario(_dictionary(NEWEST).decode())


def scenario_code(scenario: Scenario) -> str:
    """Return the code of a scenario for a link: letters, digits, hyphens and underscores that hold the whole of it.

    A scenario without costs keeps the code that versions before there were any gave it.

    Raises:
        InvalidScenarioError: It is too long for a link, by its texts.
    """
    text = scenario_text(scenario).encode()
    number = NEWEST if any(map(is_cost, scenario.assumptions)) else BEFORE_COSTS
    packed = zlib.compressobj(9, zdict=_dictionary(number))
    raw = packed.compress(text) + packed.flush()
    code = number + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(code) > MOST_LETTERS or len(text) > MOST_BYTES:
        raise InvalidScenarioError("The scenario is too long for a link. Shorten the sources of its numbers.")
    return code


@lru_cache(maxsize=256)
def scenario_of(code: str) -> Scenario:
    """Return the scenario that a code holds, checked.

    Raises:
        InvalidScenarioError: It is not such a code, was cut off, or holds no scenario.
    """
    if not re.fullmatch(rf"[\w-]{{2,{MOST_LETTERS}}}", code, flags=re.ASCII) or code[0] not in DICTIONARIES:
        raise InvalidScenarioError(
            "This link does not hold a scenario. Ask for the whole link, or for the file."
        )
    try:
        raw = base64.urlsafe_b64decode(code[1:] + "=" * (-len(code[1:]) % 4))
        unpacked = zlib.decompressobj(zdict=_dictionary(code[0]))
        text = unpacked.decompress(raw, MOST_BYTES)
        if not unpacked.eof:
            raise InvalidScenarioError(
                "The scenario in this link was cut off. Ask for the whole link, or for the file."
            )
        return read_scenario(text.decode())
    except (zlib.error, binascii.Error, UnicodeDecodeError):
        raise InvalidScenarioError(
            "The scenario in this link can't be read. Ask for the whole link, or for the file."
        ) from None


@cache
def _dictionary(number: str) -> bytes:
    return (REFERENCE / DICTIONARIES[number]).read_bytes()
