"""What is written into the audit log, and of whom."""

import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from pages.gate.identity import Identity, role_in_words
from vulncore.domain.shipped import default_store

MOST_KEPT: Final = 10_000

_seen: OrderedDict[tuple[str, float, str, str], None] = OrderedDict()
_lock = threading.Lock()


def number_of(identity: Identity) -> str:
    """Return what tells people apart whose providers give them the same name; the line of a sign-in has it in full, as its subject."""
    return hashlib.sha256(identity.key.encode()).hexdigest()[:12]


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
    role = role_in_words(identity)
    sign_in = (identity.key, identity.expires if identity.ends_by_token else 0.0, what, role)
    if once and sign_in in _seen:
        return
    more = {"subject": identity.key, "role": role or None, **more} if once else more
    store = Path(os.environ.get("VULNCORE_STORE") or default_store())
    record(store, identity.id, what, person=number_of(identity), **more)
    if once:
        with _lock:
            _seen[sign_in] = None
            while len(_seen) > MOST_KEPT:
                _seen.popitem(last=False)
