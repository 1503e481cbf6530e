"""What a kind of case is, and what becomes of one: a result, or a refusal in a sentence that people can read."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from vulncore.domain.errors import VulncoreError

LONGEST = 600
END = re.compile(r"\.$|: vulncore .+$")  # a command to copy stands at the end without a full stop
OF_CODE = re.compile(r"Traceback|<class|<\w+ object|object at 0x|\b[A-Z]\w*(?:Error|Exception)\b|\b\w+\.py\b")


@dataclass(frozen=True)
class Kind:
    """A kind of case: what goes in, made of chance alone, and what is done with it in a folder of its own.

    `weight` is how many of a thousand cases or so are of it. `run` says in one word what came of it, and what it raises is a
    refusal only as a `VulncoreError`.
    """

    name: str
    weight: float
    make: Callable[[Random], Any]
    run: Callable[[Any, Path], str]


@dataclass(frozen=True)
class GivenFile:
    """A file that goes in, by its name and bytes."""

    name: str
    content: bytes

    def written(self, folder: Path) -> Path:
        """Return its path, once it is there."""
        path = folder / (self.name if self.name.strip(". ") else "x")
        path.write_bytes(self.content)
        return path


class FaultError(Exception):
    """What went in came to something that nobody should meet."""


def outcome(kind: Kind, given: Any, folder: Path) -> tuple[str, str]:
    """Return in one word what came of a case, and the refusal if it was one.

    Raises:
        FaultError: The refusal isn't one that people can read.
        Exception: Whatever isn't refused.
    """
    try:
        return kind.run(given, folder), ""
    except VulncoreError as refusal:
        faults = sentence_faults(str(refusal), folder)
        if faults:
            raise FaultError(f"A refusal {', '.join(faults)}: {str(refusal)!r}") from refusal
        return "refused", str(refusal)


def sentence_faults(text: str, folder: Path) -> list[str]:
    """Return what is wrong with a refusal."""
    faults = {
        "is empty": not text.strip(),
        f"has {len(text)} letters": len(text) > LONGEST,
        "can't be printed": not text.isprintable(),
        "speaks of code": OF_CODE.search(text) is not None,
        "tells a folder of this machine": str(folder) in text or os.fspath(folder.parent) in text,
        "has no end": END.search(text) is None,
    }
    return [fault for fault, there in faults.items() if there]
