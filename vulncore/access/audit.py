"""Who did what, and when: lines of JSON that are only ever added to, each chained to the one before it."""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from vulncore.access.folder import audit_folder
from vulncore.domain.disk import flush, held_file
from vulncore.domain.errors import DamagedStoreError
from vulncore.store.secrets import store_secret

LARGEST_FILE: Final = 10_000_000  # bytes; then a new file begins
LOCK: Final = "lock"
HEAD: Final = ".audit-head"
"""Number and digest of the last line, in the store beside its secret: else nobody could tell that the last ones, or all, were taken away."""
HEAD_GONE: Final = "the head was gone"
PURPOSE: Final = b"vulncore audit"
NO_DIGEST: Final = "0" * 64
TAIL: Final = 200_000  # bytes; no line is longer
MOST_LETTERS: Final = 2_000  # of one text

Line = dict[str, Any]


@dataclass(frozen=True)
class AuditFault:
    """What is wrong with a log, after which line's number, in words."""

    after: int
    what: str


def record(store: Path, who: str, what: str, **more: object) -> Line:
    """Add a line to the log of a store, whichever process asks for it, and return it once the disk has it.

    Args:
        store: The store's folder.
        who: An identifier of who did it, never a victim's.
        what: What was done, as a verb.
        **more: Of what: texts, numbers, lists and mappings of these. Nothing of records or victims belongs here.

    Raises:
        DamagedStoreError: The log can't be written. What is to be recorded must then not be done.

    Source:
        Each line has the keyed digest (HMAC, RFC 2104, SHA-256) of itself and of the line before it, under the store's secret:
        Schneier and Kelsey (1999), Secure audit logs to support computer forensics, ACM TISSEC 2(2), without their forward-secure keys.
    """
    folder = audit_folder(store)
    try:
        key = _key(store)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with held_file(folder / LOCK, waits=True):
            return _added(store, key, {"who": _short(who), "what": what, **_plain(more)})
    except OSError as problem:
        raise DamagedStoreError(
            f"The audit log can't be written: {problem.strerror or problem}. Nothing that it has to name can be done until it can."
        ) from problem


def audit_lines(store: Path) -> Iterator[Line]:
    """Yield every line of a store's log that can be read, the oldest first."""
    for _, line in _read(audit_folder(store)):
        if line is not None:
            yield line


def audit_faults(store: Path, holds: str | None = None) -> list[AuditFault]:
    """Return what is wrong with a store's log: lines changed, removed, cut off or put in; nothing where all is as it was written.

    Args:
        store: The store's folder.
        holds: A digest that was noted elsewhere: a line must have it.

    Misleads when:
        Somebody who has the store's secret wrote the log anew, or took away the last lines and wrote the head anew: only a
        digest that was noted elsewhere tells.
    """
    folder, key = audit_folder(store), _key(store)
    head = _head(store)  # before the lines, to which others add meanwhile
    faults, number, digest, held = [], 0, NO_DIGEST, holds is None
    for file, line in _read(folder):
        if line is None:
            faults.append(AuditFault(number, f"a line in {file} can't be read"))
            continue
        if number == 0 and line["n"] != 1:  # older files may lie elsewhere
            number, digest = line["n"] - 1, line["before"]
            faults.append(AuditFault(0, f"lines 1 to {number:,} are not here"))
        if line["what"] == HEAD_GONE:
            faults.append(AuditFault(number, "the file that names the last line was gone, and lines may be"))
        if line["n"] != number + 1 or line["before"] != digest:
            faults.append(
                AuditFault(
                    number, f"what follows in {file} is line {line['n']:,}, which does not go on from here"
                )
            )
        if not hmac.compare_digest(line["digest"], _digest(key, line)):
            faults.append(AuditFault(number, f"line {line['n']:,} in {file} was changed"))
        number, digest = line["n"], line["digest"]
        held = held or digest == holds
        if head is not None and head[0] == number and head[1] != digest:
            faults.append(AuditFault(number, "the head names another line of this number"))
    if head is not None and head[0] > number:
        faults.append(AuditFault(number, f"the last {head[0] - number:,} lines are gone"))
    elif head is None and number:
        faults.append(AuditFault(number, f"the file '{HEAD}', which names the last line, is gone"))
    if not held:
        faults.append(AuditFault(number, f"no line has the digest {holds}"))
    return faults


def _added(store: Path, key: bytes, entry: Mapping[str, object]) -> Line:
    folder = audit_folder(store)
    file = max(folder.glob("*.jsonl"), default=None)
    last, is_whole = _last(file) if file else (None, True)
    number, before = (last["n"], last["digest"]) if last else (0, NO_DIGEST)
    head = _head(store)
    if head is None and number and entry["what"] != HEAD_GONE:
        _added(store, key, {"who": "audit", "what": HEAD_GONE})
        return _added(store, key, entry)
    if head is not None and head[0] > number:
        number, before = (
            head  # the last lines are gone: the chain goes on from where it was, so that this shows
        )
    line: Line = {
        "n": number + 1,
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **entry,
        "before": before,
    }
    line["digest"] = _digest(key, line)
    if file is None or not is_whole or file.stat().st_size > LARGEST_FILE:
        file = folder / f"{line['n']:012d}.jsonl"
    is_new = not file.exists()
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "ab") as lines:
        lines.write(_text(line).encode() + b"\n")
    flush(file)
    if is_new:
        flush(folder)
    new = store / f"{HEAD}.new"
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as head_file:
        head_file.write(f"{line['n']} {line['digest']}\n")
    new.replace(store / HEAD)  # whole at any moment, for who reads it meanwhile
    return line


def _last(file: Path) -> tuple[Line | None, bool]:
    """Return the last line of a file that can be read, and whether the file ends with a whole line."""
    with file.open("rb") as lines:
        size = lines.seek(0, os.SEEK_END)
        lines.seek(max(size - TAIL, 0))
        tail = lines.read()
    whole = (line for line in map(_parsed, reversed(tail.split(b"\n"))) if line is not None)
    return next(whole, None), tail.endswith(b"\n")


def _read(folder: Path) -> Iterator[tuple[str, Line | None]]:
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as lines:
            for text in lines:
                yield file.name, _parsed(text) if text.endswith(b"\n") else None


def _parsed(text: bytes) -> Line | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    needed = {"n": int, "at": str, "who": str, "what": str, "before": str, "digest": str}
    is_line = isinstance(line, dict) and all(
        isinstance(line.get(name), kind) for name, kind in needed.items()
    )
    return (
        line if is_line and _text(line).encode() == text.rstrip(b"\n") else None
    )  # another spelling is no line of ours


def _head(store: Path) -> tuple[int, str] | None:
    try:
        number, digest = (store / HEAD).read_text(encoding="ascii").split()
        return int(number), digest
    except (OSError, ValueError):
        return None


def _key(store: Path) -> bytes:
    return hmac.digest(store_secret(store), PURPOSE, "sha256")


def _digest(key: bytes, line: Line) -> str:
    signed = {name: value for name, value in line.items() if name != "digest"}
    return hmac.new(key, _text(signed).encode(), hashlib.sha256).hexdigest()


def _text(line: Line) -> str:
    return json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; a text that is too long is cut."""
    if isinstance(value, Mapping):
        return {_short(str(name)): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} …"
