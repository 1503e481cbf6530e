"""Every case by its number: what goes into it, and what came of it."""

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzzing import commands, extracts, scenarios, tables, visits
from tests.fuzzing.kinds import Kind, outcome
from vulncore import store as stores
from vulncore.cli.publishing import OPEN_COUNTS, open_counts
from vulncore.sources import demo

KINDS = {
    kind.name: kind
    for kind in (*extracts.KINDS, *tables.KINDS, *scenarios.KINDS, *visits.KINDS, *commands.KINDS)
}


@dataclass(frozen=True)
class Case:
    """A case: the same for the same seed and number, wherever it runs."""

    seed: int
    number: int

    @property
    def kind(self) -> Kind:
        """What kind it is."""
        return Random(f"{self.seed}/{self.number}").choices(list(KINDS.values()), cum_weights=_weights())[0]

    @property
    def given(self) -> Any:
        """What goes in."""
        return self.kind.make(Random(f"{self.seed}/{self.number}/{self.kind.name}"))

    def run(self) -> tuple[str, str]:
        """Return in one word what came of it, and the refusal if it was one; raise whatever nobody should meet."""
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            return outcome(self.kind, self.given, Path(folder))


@cache
def _weights() -> tuple[float, ...]:
    return tuple(accumulate(kind.weight for kind in KINDS.values()))


def ready_store(folder: Path) -> None:
    """Publish what ships into a folder, for visits of it."""
    folder.mkdir(exist_ok=True)
    stores.publish(folder, "demo", demo.deliver(), "fuzz")
    stores.publish(folder, OPEN_COUNTS, open_counts(), "fuzz")
    os.environ[visits.STORE] = str(folder)
