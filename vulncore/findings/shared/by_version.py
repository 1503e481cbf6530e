"""What no question changes, worked out once for each version and kept in memory."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from vulncore.findings.shared.kept import Kept
from vulncore.store import Snapshot

FEW: Final = 8
"""So many of what takes up to gigabytes: a version's records as arrays."""
MANY: Final = 64

More = ParamSpec("More")
Value = TypeVar("Value")
OfVersion = Callable[Concatenate[Snapshot, More], Value]


def once_a_version(most: int) -> Callable[[OfVersion[More, Value]], OfVersion[More, Value]]:
    """Keep the `most` answers asked for last of a function of a version, and of words and numbers: nobody may change them.

    A version after a purge is another one. Of one that is not published, nothing is kept.
    """

    def with_memory(function: OfVersion[More, Value]) -> OfVersion[More, Value]:
        memory: Kept[tuple[Value]] = Kept(most)

        @wraps(function)
        def kept_or_new(snapshot: Snapshot, /, *of: More.args, **named: More.kwargs) -> Value:
            version = version_key(snapshot)
            if version is None:
                return function(snapshot, *of, **named)
            key = (version, of, tuple(sorted(named.items())))
            return memory.kept_or_made(key, lambda: (function(snapshot, *of, **named),))[0]

        return kept_or_new

    return with_memory


def version_key(snapshot: Snapshot) -> Hashable | None:
    """Return what a version is made of: another one, or the same after a purge, has another key. None if nobody knows."""
    publish = snapshot.publish
    if not publish.table_versions:
        return None
    versions, files = (tuple(sorted(named.items())) for named in (publish.table_versions, publish.stored))
    return (snapshot.home, publish.number, publish.published_at, versions, files)
