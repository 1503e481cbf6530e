"""A mapping written again into the file that it came from: whoever wrote comments there keeps them."""

import tomllib
from collections.abc import MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from vulncore.domain.errors import InvalidMappingError
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping


def rewritten_mapping(mapping: Mapping, before: bytes) -> str:
    """Return a mapping as TOML, with the comments and the order of the file that it came from, which `parse_mapping` reads."""
    plain = mapping_toml(mapping)
    try:
        document = tomlkit.parse(before.decode("utf-8-sig"))
        _lay(document, tomllib.loads(plain))
        text = document.as_string()
        return text if parse_mapping(text.encode()) == mapping else plain
    except (TOMLKitError, InvalidMappingError):  # its order is one that can't be kept
        return plain


def _lay(table: MutableMapping[str, Any], values: dict[str, Any]) -> None:
    """Make a table hold these values, and leave alone what holds them already."""
    for name in set(table) - set(values):
        del table[name]
    for name, value in values.items():
        now: Any = table.get(name)
        if isinstance(value, dict) and isinstance(now, MutableMapping):
            _lay(now, value)
        elif _are_tables(value) and _are_tables(now) and len(value) == len(now):
            for part, given in zip(now, value, strict=True):
                _lay(part, given)
        elif now != value:
            table[name] = value


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, MutableMapping) for part in value)
