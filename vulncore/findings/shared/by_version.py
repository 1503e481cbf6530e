"""What takes long to work out, kept in memory: by what was asked, or, where no question changes it, once for each version."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, Final, Generic, ParamSpec, TypeVar

from vulncore.store import Snapshot

FEW: Final = 8
"""So many of what takes up to gigabytes: a version's records as arrays."""
MANY: Final = 64

KEPT: Final = 24  # each takes some ten megabytes

Key = tuple[object, ...]
Thing = TypeVar("Thing")
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


class Kept(Generic[Thing]):
    """What was asked for last, by version and question."""

    def __init__(self, most: int = KEPT) -> None:
        self._lock, self._most = threading.Lock(), most
        self._by_key: OrderedDict[Key, Thing] = OrderedDict()

    def get(self, key: Key) -> Thing | None:
        """Return what is kept."""
        with self._lock:
            if key in self._by_key:
                self._by_key.move_to_end(key)
            return self._by_key.get(key)

    def keep(self, key: Key, thing: Thing) -> None:
        """Keep something, and forget what was not asked for longest."""
        with self._lock:
            self._by_key[key] = thing
            self._by_key.move_to_end(key)
            while len(self._by_key) > self._most:
                self._by_key.popitem(last=False)

    def kept_or_made(self, key: Key, make: Callable[[], Thing]) -> Thing:
        """Return what is kept, else what is made now, and keep that."""
        thing = self.get(key)
        if thing is None:
            thing = make()
            self.keep(key, thing)
        return thing
