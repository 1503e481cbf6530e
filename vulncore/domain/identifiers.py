"""How records and people are told apart: ids of records, pseudonyms of victims.

A victim's repeats can be told, and nobody can tell who it is without the store's secret.
"""

import hmac
from collections.abc import Callable

import ibis.expr.types as ir

Secret = Callable[[], bytes]
"""Gives the store's secret once there is somebody to hide: until then none has to be made."""


def is_line_number(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a row's record has no id of its own: the row's id is then the record's, with a measure or without."""
    return (rows.row_id == rows.record_id) | rows.row_id.startswith(rows.record_id.concat("/"))


def pseudonym(secret: bytes, reference: str) -> str:
    """Return a reference's pseudonym under a secret: 32 hexadecimal digits; none for an empty reference.

    References that differ in letter case or in the space around them are one person's.

    Source: HMAC (RFC 2104) with SHA-256, its first 128 bits.

    >>> pseudonym(b"secret", "V-17 ") == pseudonym(b"secret", "v-17") != pseudonym(b"other", "V-17")
    True
    """
    plain = " ".join(reference.split()).casefold()
    return hmac.digest(secret, plain.encode(), "sha256").hex()[:32] if plain else ""
