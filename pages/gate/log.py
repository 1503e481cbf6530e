"""What is written into the audit log, and of whom."""

import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from pages.gate.identity import Identity, role_in_words
from vulncore.domain.shipped import default_store

MOST_KEPT: Final = 10_000

_seen: OrderedDict[tuple[str, float], None] = OrderedDict()
_lock = threading.Lock()


def logged(identity: Identity, what: str, *, once: bool = False, **more: object) -> None:
    """Write what somebody did.

    Args:
        identity: Who did it. The server's own visits are not written.
        what: What they did, as a verb.
        once: Whether it is written once for each sign-in: who comes in opens a new connection with each tab.
        **more: Of what.

    Raises:
        DamagedStoreError: The log can't be written.
    """
    # imported here, so that the server listens before the engine is loaded
    from vulncore.access.audit import record  # noqa: PLC0415

    if identity.is_server:
        return
    sign_in = (identity.key, identity.expires if identity.ends_by_token else 0.0)
    if once and sign_in in _seen:
        return
    more = {"subject": identity.key, "role": role_in_words(identity), **more} if once else more
    record(Path(os.environ.get("VULNCORE_STORE") or default_store()), identity.id, what, **more)
    if once:
        with _lock:
            _seen[sign_in] = None
            while len(_seen) > MOST_KEPT:
                _seen.popitem(last=False)
