"""The store's secret, under which victims get their pseudonyms and records are blurred: made once, kept, missed when gone."""

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from vulncore.domain.disk import write_whole
from vulncore.domain.errors import DamagedStoreError
from vulncore.store.store import datasets, open_version

FILE_NAME: Final = ".pseudonym-secret"
SECRET_BYTES: Final = 32


def kept_secret(store: Path) -> bytes:
    """Return the secret under which victims get their pseudonyms and records are blurred, made when it is first needed.

    Raises:
        DamagedStoreError: The store holds pseudonyms and their secret is gone, or it can't be kept: the same
            people would get others.
    """
    if not (store / FILE_NAME).exists() and any(_holds_pseudonyms(store, name) for name in datasets(store)):
        raise DamagedStoreError(
            f"The store holds pseudonyms of victims, and the secret they were made with ({FILE_NAME}) is gone. Restore "
            "that file from where it was backed up. With a new secret nobody could see which victims are repeat victims, and "
            "records would be blurred a second time in another way."
        )
    try:
        return store_secret(store)
    except OSError as problem:
        raise DamagedStoreError(
            f"The store's secret can't be kept there: {problem.strerror or problem}. Check that the folder is writable."
        ) from problem


def store_secret(store: Path) -> bytes:
    """Return the store's secret, made if there is none, readable by its owner alone.

    Whoever has the secret and a list of references can tell which pseudonym is whose: keep it as the references
    themselves. Without it, later deliveries get other pseudonyms for the same people, and records are blurred another way.

    Raises:
        DamagedStoreError: The file is there and holds something else.
    """
    store.mkdir(parents=True, exist_ok=True)
    path = store / FILE_NAME
    if not path.exists():
        with suppress(FileExistsError):  # somebody else made one meanwhile; it is never there in part
            write_whole(path, secrets.token_bytes(SECRET_BYTES), instead=False)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise DamagedStoreError(
            f"{FILE_NAME} in the store does not hold a secret any more. Restore that file from where it was backed up."
        )
    return secret


def _holds_pseudonyms(store: Path, dataset: str) -> bool:
    snapshot = open_version(store, dataset)
    return snapshot.publish.source == "records" and bool(
        snapshot.incidents.victim_key.notnull().any().execute()
    )
