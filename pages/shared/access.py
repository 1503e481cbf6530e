"""What somebody may do here, under which name, and how notes are changed: denied, unless their role or this machine allows it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.gate.identity import BY_PROXY, Identity, needs_sign_in, passed_on, rights_of, role_in_words
from pages.gate.limits import DEAR
from pages.gate.log import logged
from pages.gate.starting import is_for_this_machine_alone
from pages.shared.reads import store_path
from pages.shared.sidebar import View, show_newest
from pages.shared.text import plain
from pages.shared.visit import visit
from vulncore import store as stores
from vulncore.access.roles import ALLOWED, Right, Rights, UserRole
from vulncore.domain.errors import NotAllowedError, TooManyRequestsError, VulncoreError
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.shared.contents import DatasetContents

Row = dict[str, object]


def visitor() -> Identity | None:
    """Return who is signed in; None where nobody has to be."""
    return passed_on(st.context.headers) if needs_sign_in() else None


def rights() -> Rights:
    """Return what the visitor may do.

    Where people sign in, their role says. Where they don't, all may be done from this machine where no other host's name is allowed to
    reach the server, as it is out of the box; where one is, whoever keeps it has to say so: `VULNCORE_PUBLISHING=on`. `off`
    forbids every change, whoever asks for it.
    """
    setting = os.environ.get("VULNCORE_PUBLISHING", "").casefold()
    if needs_sign_in():
        theirs = rights_of(visitor())
        return theirs if setting != "off" else Rights(theirs.allowed & ALLOWED[UserRole.VIEWER])
    # a proxy in between would make everybody seem to be on this machine
    through = any(name.casefold().startswith(BY_PROXY) for name in st.context.headers)
    is_allowed = setting == "on" if setting in ("on", "off") else is_for_this_machine_alone() and not through
    return Rights(ALLOWED[UserRole.ADMINISTRATOR], None) if is_allowed else Rights(ALLOWED[UserRole.VIEWER])


def may(right: Right) -> bool:
    """Return whether the visitor may do something."""
    return rights().may(right)


def may_write(keys: Sequence[str], contents: DatasetContents) -> bool:
    """Return whether the visitor may write of strands, or of measures in these, by their keys."""
    theirs = rights()
    if theirs.strands is None or not theirs.may(Right.WRITE):
        return theirs.may_write(keys)
    of_measures = {
        measure.key: strand for strand in theirs.strands for measure in contents.measures_of(strand)
    }
    return theirs.may_write([of_measures.get(key, key) for key in keys])


def may_upload() -> bool:
    """Return whether the visitor may send files: where people sign in, only who may publish, as the gate lets no other in."""
    return not needs_sign_in() or may(Right.PUBLISH)


def why_not(right: Right, otherwise: str) -> str:
    """Return why the visitor can't do something: their role, or `otherwise` where nobody signs in."""
    identity = visitor()
    if identity is None:
        return otherwise
    role = role_in_words(identity) or "none"
    return f"Your role ({role}) does not let you {right}. Ask whoever keeps this dashboard."


@contextmanager
def acting(right: Right, what: str, **more: object) -> Iterator[None]:
    """Let the visitor do something that changes what others see, if they may; who is signed in is recorded first.

    Raises:
        NotAllowedError: They may not.
        DamagedStoreError: It can't be recorded, so it isn't done.
    """
    identity = visitor()
    if not may(right):
        _refuse(right, what)
    if identity is None:
        yield
        return
    logged(identity, what, **more)
    try:
        yield
    except VulncoreError as refusal:
        logged(identity, f"could not: {what}", why=type(refusal).__name__, **more)
        raise


def _refuse(right: Right, what: str) -> NoReturn:
    identity = visitor()
    if identity:
        logged(identity, "was refused", why=what)
    raise NotAllowedError(why_not(right, f"You may not {right}: this is off on this server."))


def count_as_dear() -> None:
    """Count something that others may have to wait for; nothing where nobody signs in.

    Raises:
        TooManyRequestsError: The visitor asked for too much in too little time.
    """
    identity = visitor()
    if identity is None or identity.is_server:
        return
    wait = DEAR.wait(identity.key)
    if wait:
        raise TooManyRequestsError(
            f"You asked for much in little time, and others would wait for it. Try again in {max(round(wait), 1)} seconds."
        )


def name_field(
    key: str, place: DeltaGenerator | None = None, label: str = "Your name", letters: int = 80
) -> str:
    """Return the name under which something is done: that of who is signed in, else what they write here."""
    here = place or st
    identity = visitor()
    if identity is None:
        return here.text_input(plain(label), visit().name, max_chars=letters, key=key).strip()
    here.caption(plain(f"Under your name: {identity.name}"))
    return identity.name[:letters]


def name_given(key: str) -> str:
    """Return what `name_field` returned in the run before, for what a press calls first."""
    identity = visitor()
    return str(st.session_state.get(key, "")).strip() if identity is None else identity.name


def is_newest(view: View, what: str) -> bool:
    """Return whether the newest version is on screen; where an earlier one is, say that `what` can't be changed in it."""
    if stores.versions(store_path(), view.publish.dataset)[-1].number == view.publish.number:
        return True
    st.caption(plain(f"You see an earlier version. {what} can be changed in the newest version only."))
    st.button("Show the newest", on_click=show_newest, key=f"newest to change {what}")
    return False


def note_rows(view: View) -> list[Row]:
    """Return every note of the version on screen."""
    snapshot = stores.open_version(store_path(), view.publish.dataset, view.publish.number, forces=())
    rows: list[Row] = snapshot.annotations.to_pyarrow().to_pylist()
    return rows


def keep_notes(view: View, rows: list[Row], by: str, right: Right = Right.NOTE) -> None:
    """Write these notes and no others into the newest version, and show it; without a name, ask for one.

    Raises:
        NotAllowedError: A note that is added or taken away is of nothing that the visitor may write of.
    """
    if not by:
        st.error("Write your name. Every note names its author.")
        return
    before = note_rows(view)
    changed = [row for row in rows if row not in before] + [row for row in before if row not in rows]
    keys = [str(row["measure"]) for row in changed]
    if right is Right.WRITE and not may_write(keys, view.contents):
        _refuse(right, "changed notes")
    kinds = sorted({str(row["kind"]) for row in changed})
    with acting(right, "changed notes", dataset=view.publish.dataset, kinds=kinds, of=keys):
        visit().name = by
        stores.annotate(
            store_path(),
            view.publish.dataset,
            pa.Table.from_pylist(rows, schema=ANNOTATIONS),
            by,
            view.publish.number,
        )
    show_newest()
    st.rerun()
