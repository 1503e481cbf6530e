"""Attack every page and print what follows: `python -m tests.attack.run [part of a page's name]`.

*Hidden alone*: counts under five hidden and nothing blurred. *Certain*: what is sure of the real counts. *Seen*: what opened
pages say of the blurred counts. *At its word*: all blurred counts taken for the real ones. *Likely*: guesses by odds.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.attack.attacks import HOURS, Outcome, at_its_word, hidden_alone, likely, possible, seen, small
from tests.attack.pages import PAGES, Page


def report(page: Page, folder: Path) -> Iterator[str]:
    """Yield what each attack says of a page, a line each."""
    counts = page.counts(folder)
    yield f"{page.name}: {len(small(counts, page.together).real)} counts of 1 to 4"
    if page.views:
        yield f"  hidden alone: {_in_words(hidden_alone(page, folder, counts))}"
    certain, by_totals = possible(counts, page.together)
    yield f"  certain: {_in_words(certain)}, of which the published total alone says so of {by_totals}"
    if page.views:
        yield f"  seen: {_in_words(seen(page, folder, counts))}"
    right, commonest = at_its_word(counts, page.together)
    yield f"  at its word: {right} right; always the commonest: {commonest}"
    if counts.odds is not None:
        kinds = {"place": (1, 1), "four of one place": (4, 1)}
        if len(counts.odds) == HOURS:
            kinds["three-hour band"] = (1, 3)
        guesses = [
            f"{kind} {guess:.0%} (knowing nothing {base:.0%})"
            for kind, (guess, base) in ((kind, likely(counts, *how)) for kind, how in kinds.items())
        ]
        yield f"  likely: {', '.join(guesses)}"


def main(wanted: str = "") -> None:
    """Attack the pages whose names hold some text."""
    with tempfile.TemporaryDirectory() as folder:
        for page in PAGES:
            if wanted in page.name:
                for line in report(page, Path(folder)):
                    sys.stdout.write(f"{line}\n")
                    sys.stdout.flush()


def _in_words(outcome: Outcome) -> str:
    return f"{outcome.pinned} pinned, {outcome.right} of them right, {outcome.narrowed} narrowed to under four values"


if __name__ == "__main__":
    main(*sys.argv[1:2])
