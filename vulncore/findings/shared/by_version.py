"""What no question changes, worked out once for each version and kept in memory."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Final, TypeVar

from vulncore.store import Snapshot

KEPT: Final = 64

Value = TypeVar("Value")


def once_a_version(function: Callable[..., Value]) -> Callable[..., Value]:
    """Keep what a function of a version returns, for as long as the version is made of the same files.

    Nobody may change what it returns. A version that is not published, or whose files nobody named, is asked each time.
    """
    kept: OrderedDict[Hashable, Value] = OrderedDict()
    lock = Lock()

    @wraps(function)
    def asked(snapshot: Snapshot, *of: Hashable) -> Value:
        made_of = version_key(snapshot)
        if made_of is None:
            return function(snapshot, *of)
        key = (made_of, of)
        with lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        value = function(snapshot, *of)
        with lock:
            kept[key] = value
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return value

    return asked


def version_key(snapshot: Snapshot) -> Hashable | None:
    """Return what a version is made of: another one, or the same after a purge, has another key. None if nobody knows."""
    publish = snapshot.publish
    if not publish.table_versions:
        return None
    versions, files = (tuple(sorted(named.items())) for named in (publish.table_versions, publish.stored))
    return (snapshot.home, publish.number, publish.published_at, versions, files)
