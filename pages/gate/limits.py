"""How much one person may ask for in how much time."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MOST_KEPT: Final = 10_000


@dataclass
class Limit:
    """So many at once and, after these, so many a second: a bucket of tokens for each key.

    Source:
        Turner (1986), New directions in communications (or which way to the information age?), IEEE Communications Magazine 24(10).

    >>> limit = Limit(2, 0.5, lambda: 0.0)
    >>> [limit.wait("somebody") for _ in range(3)], limit.wait("another")
    ([0.0, 0.0, 2.0], 0.0)
    """

    at_once: float
    per_second: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: str) -> float:
        """Take one token, and return 0; or return after how many seconds there is one, and take none."""
        with self._lock:
            now = self.clock()
            left, before = self._left.pop(key, (self.at_once, now))
            left = min(self.at_once, left + (now - before) * self.per_second)
            taken = left >= 1
            self._left[key] = (left - taken, now)
            while len(self._left) > MOST_KEPT:
                self._left.popitem(last=False)
            return 0.0 if taken else (1 - left) / self.per_second


SIGN_INS = Limit(600, 10.0)
"""From one address: behind a proxy that is everybody's, and a sign-in asks twice."""
CONNECTIONS = Limit(60, 1.0)
MESSAGES = Limit(200, 10.0)
"""Of one person, in all tabs: who drags a slider sends some ten a second."""
DEAR = Limit(30, 1 / 20)
"""What others would wait for: forecasts that have to be fitted, dry runs, maps that have to be drawn anew."""
