"""What takes long to work out, kept in memory by what was asked."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT = 24  # each takes some ten megabytes
Key = tuple[object, ...]
Thing = TypeVar("Thing")


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
