"""Pseudonyms: a victim's repeats can be told, and nobody can tell who it is without the store's secret."""

import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from vulncore.domain.errors import DamagedStoreError

Secret = Callable[[], bytes]
"""Gives the store's secret once there is somebody to hide: until then none has to be made."""

FILE_NAME: Final = ".pseudonym-secret"
SECRET_BYTES: Final = 32


def store_secret(store: Path) -> bytes:
    """Return the store's secret, made when it is first asked for, readable by its owner alone.

    Whoever has the secret and a list of references can tell which pseudonym is whose: keep it as the references
    themselves. Without it, later deliveries get other pseudonyms for the same people.

    Raises:
        DamagedStoreError: The file is there and holds something else.
    """
    store.mkdir(parents=True, exist_ok=True)
    path = store / FILE_NAME
    if not path.exists():
        _make(path)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise DamagedStoreError(
            f"{FILE_NAME} in the store does not hold a secret any more. Restore it from a copy of the store."
        )
    return secret


def pseudonym(secret: bytes, reference: str) -> str:
    """Return a reference's pseudonym under a secret: 32 hexadecimal digits; none for an empty reference.

    References that differ in letter case or in the space around them are one person's.

    Source: HMAC (RFC 2104) with SHA-256, its first 128 bits.

    >>> pseudonym(b"secret", "V-17 ") == pseudonym(b"secret", "v-17") != pseudonym(b"other", "V-17")
    True
    """
    plain = " ".join(reference.split()).casefold()
    return hmac.digest(secret, plain.encode(), "sha256").hex()[:32] if plain else ""


def _make(path: Path) -> None:
    """Put a secret there, unless somebody else did meanwhile; it is never there in part."""
    with NamedTemporaryFile(dir=path.parent, prefix=FILE_NAME) as made:  # its mode is 0600
        made.write(secrets.token_bytes(SECRET_BYTES))
        made.flush()
        with suppress(FileExistsError):
            path.hardlink_to(made.name)
