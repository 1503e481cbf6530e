"""Attack every page and print what follows: `python -m tests.attack.run [part of a page's name]`.

*pinned* are counts of which one value is left; *right* those of them that are what is pinned (of figures that are
blurred, a pinned one can be wrong); *narrowed* those of which fewer than four values are left, pinned ones included.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tests.attack.pages import PAGES, Page
from tests.attack.solving import ranges

HEADINGS: Final = ("page", "counts of 1 to 4", "pinned", "right", "narrowed", "seconds")
CLOSE: Final = 0.2  # of a record


def attack(page: Page, folder: Path) -> tuple[int, int, int, int]:
    """Return how many counts of 1 to 4 a page hides, and how many are pinned, pinned rightly, and narrowed."""
    case = page.case(folder)
    results = ranges(case.statements, case.targets, case.whole, page.widest)
    pinned = [(one, true) for one, true in zip(results, case.truth, strict=True) if one.pinned]
    right = sum(one.low - CLOSE <= true <= one.high + CLOSE for one, true in pinned)
    return len(results), len(pinned), right, sum(one.pinned or one.narrowed for one in results)


def main(wanted: str = "") -> None:
    """Attack the pages whose names hold some text."""
    sys.stdout.write(" | ".join(HEADINGS) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for page in PAGES:
            if wanted in page.name:
                began = time.monotonic()
                numbers = attack(page, Path(folder))
                cells = [page.name, *map(str, numbers), f"{time.monotonic() - began:.0f}"]
                sys.stdout.write(" | ".join(cells) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:2])
