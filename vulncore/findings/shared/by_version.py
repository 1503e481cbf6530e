"""What no question changes, worked out once for each version and kept in memory."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Concatenate, Final, ParamSpec, TypeVar

from vulncore.store import Snapshot

KEPT: Final = 64  # of each function, those asked for last

More = ParamSpec("More")
Value = TypeVar("Value")


def once_a_version(
    function: Callable[Concatenate[Snapshot, More], Value],
) -> Callable[Concatenate[Snapshot, More], Value]:
    """Keep what a function of a version, and of words and numbers, returns: nobody may change it.

    A version after a purge is another one. Of one that is not published, nothing is kept.
    """
    kept: OrderedDict[Hashable, Value] = OrderedDict()
    lock = Lock()

    @wraps(function)
    def kept_or_new(snapshot: Snapshot, /, *of: More.args, **named: More.kwargs) -> Value:
        version = version_key(snapshot)
        if version is None:
            return function(snapshot, *of, **named)
        key = (version, of, tuple(sorted(named.items())))
        with lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        value = function(snapshot, *of, **named)
        with lock:
            kept[key] = value
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return value

    return kept_or_new


def version_key(snapshot: Snapshot) -> Hashable | None:
    """Return what a version is made of: another one, or the same after a purge, has another key. None if nobody knows."""
    publish = snapshot.publish
    if not publish.table_versions:
        return None
    versions, files = (tuple(sorted(named.items())) for named in (publish.table_versions, publish.stored))
    return (snapshot.home, publish.number, publish.published_at, versions, files)
