"""When the store's secret is made, and when its loss has to be told."""

from pathlib import Path

from vulncore.domain.errors import DamagedStoreError
from vulncore.domain.pseudonyms import FILE_NAME, store_secret
from vulncore.store import datasets, open_version


def kept_secret(store: Path) -> bytes:
    """Return the secret under which victims get their pseudonyms, made when it is first asked for.

    Raises:
        DamagedStoreError: The store holds pseudonyms and their secret is gone, or it can't be kept: the same
            people would get others.
    """
    if not (store / FILE_NAME).exists() and any(_holds_pseudonyms(store, name) for name in datasets(store)):
        raise DamagedStoreError(
            f"The store holds pseudonyms of victims, and the secret they were made with ({FILE_NAME}) is gone. Restore it "
            "from a copy of the store; with a new one nobody's repeats could be told any more."
        )
    try:
        return store_secret(store)
    except OSError as problem:
        raise DamagedStoreError(
            f"The store's secret can't be kept there: {problem.strerror or problem}. Check that the folder can be written."
        ) from problem


def _holds_pseudonyms(store: Path, dataset: str) -> bool:
    snapshot = open_version(store, dataset)
    if snapshot.publish.source != "records":
        return False
    return bool(snapshot.incidents.victim_key.notnull().any().execute())
