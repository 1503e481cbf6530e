"""The attack on packs: what this month's tables and last month's together say of a hidden number, and the screen's files besides.

The attacker reads the printed tables, knows the rule, and knows which hidden numbers are small: whoever sees the screen does.
"""

import re
from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from tests.attack.solving import Range, Statement, ranges, sum_of
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import HIDDEN
from vulncore.findings.when.map import Layout, map_table
from vulncore.findings.when.when import when
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.leaving import layer_leaving
from vulncore.packs.audience import Audience
from vulncore.packs.pack import PackRequest, pack_basis
from vulncore.packs.recipe import find_recipe
from vulncore.packs.sections import basis as drawing
from vulncore.packs.sections.basis import PackBasis
from vulncore.packs.sections.when import week_of_subject, when_part
from vulncore.packs.sections.where import counts_placed

HOURS = 168
FROM = 6  # a row is a night whole
MONTHS = {"2024-10": ("shared", "new"), "2024-09": ("shared", "gone")}
"""Which months the twelve months of each pack have: those of both, and one of its own."""
WHOLE = 0.5  # of a record: what is rounded to five or ten was rounded to whole numbers first
ROOM = 0.1  # of a record: what is printed was rounded before it was added up


@pytest.fixture(scope="module", autouse=True)
def _undrawn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(drawing, "picture", lambda *_, **__: b"")
        yield


def basis_of(store, audience: Audience, month: str) -> PackBasis:
    as_at = date.fromisoformat(f"{month}-01")
    return pack_basis(PackRequest(store, "demo", find_recipe("ttcg"), audience, as_at=as_at))


def tables_of(basis: PackBasis) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The printed week, and the printed stretches that stand out."""
    part = when_part(basis, basis.subject(("sexual-violence",)))
    return part.tables[-1].frame, part.tables[0].frame


def hours_of(row: int, column: str) -> list[int]:
    """The hours of the week that a cell of the printed week has; row 7 is every day, and the last column the whole day."""
    days = range(7) if row == 7 else [row]
    if column == "Whole day":
        return [(24 * day + FROM + hour) % HOURS for day in days for hour in range(24)]
    first = int(column[:2])
    return [
        (24 * day + (first if first >= FROM else first + 24) + hour) % HOURS
        for day in days
        for hour in range(3)
    ]


def stretch_of(words: str) -> list[int]:
    """The hours of "Thursday 20:00 to Friday 02:59 (Thursday night)"."""
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    day, start, other, end = re.match(r"(\w+) (\d\d):00 to (?:(\w+) )?(\d\d):59", words).groups()
    first = 24 * names.index(day) + int(start)
    last = 24 * names.index(other or day) + int(end)
    return [hour % HOURS for hour in range(first, (last if last >= first else last + HOURS) + 1)]


def atoms(hours: list[int], groups: tuple[str, ...]) -> dict:
    return sum_of((hour, group) for hour in hours for group in groups)


def says(week: pd.DataFrame, stretches: pd.DataFrame, small: pd.DataFrame, audience: Audience, month: str):
    """What a pack's tables say: statements over hours and months, and the places of the hidden bands that are small."""
    groups = MONTHS[month]
    half = audience.rounding / 2 + (0.0 if audience is Audience.INTERNAL else WHOLE)
    statements, secret = [], []
    for row in range(8):
        for column in week.columns[1:]:
            parts, text = atoms(hours_of(row, column), groups), week.loc[row, column]
            is_total = row == 7 and column == "Whole day"
            if text != HIDDEN:
                number = float(text.replace(",", ""))
                within = 0.0 if is_total else half + ROOM
                statements.append(Statement(parts, max(number - within, 0.0), number + within))
            elif small.loc[row, column] == HIDDEN:
                statements.append(Statement(parts, 0.0, audience.smallest))
                if row < 7 and column != "Whole day":
                    secret.append(parts)
    for words, held in zip(stretches["From and to"], stretches["Recorded"], strict=True):
        if number := re.search(r"\d[\d,]*", held):
            about = float(number.group().replace(",", ""))
            statements.append(
                Statement(
                    atoms(stretch_of(words), groups), max(about - half - ROOM, 0.0), about + half + ROOM
                )
            )
    return statements, secret


def small_of(basis: PackBasis) -> pd.DataFrame:
    """The week as the screen shows it with the pack's smallest number: what is hidden there is small."""
    shown = week_of_subject(basis, basis.subject(("sexual-violence",)))
    screen = when(
        basis.snapshot, shown.now.record_filter, basis.contents.measures, smallest=shown.now.smallest
    )
    return map_table(screen.now, Layout())


def narrowed(found: list[Range], smallest: int) -> int:
    """How many hidden numbers can't be everything that is small any more."""
    return sum(one.low > 2 * ROOM or one.high < smallest - 2 * ROOM for one in found)


def test_this_month_s_packs_and_last_month_s_recover_no_hidden_number(shipped_store):
    """Neither the public's alone one that is hidden from the public, nor those of all audiences one under five."""
    statements: dict[Audience, list[Statement]] = {audience: [] for audience in Audience}
    secrets: dict[Audience, list[dict]] = {audience: [] for audience in Audience}
    for audience in Audience:
        for month in MONTHS:
            basis = basis_of(shipped_store, audience, month)
            said, secret = says(*tables_of(basis), small_of(basis), audience, month)
            statements[audience] += said
            secrets[audience] += secret
    every = [one for those in statements.values() for one in those]
    for heard, audience in ((statements[Audience.PUBLIC], Audience.PUBLIC), (every, Audience.INTERNAL)):
        assert len(secrets[audience]) > 30
        assert narrowed(ranges(heard, secrets[audience], whole=False), audience.smallest) == 0


def test_the_screen_s_table_with_its_totals_would_give_hidden_numbers_away(shipped_store):
    basis = basis_of(shipped_store, Audience.INTERNAL, "2024-10")
    screen = small_of(basis)
    nothing = pd.DataFrame({"From and to": [], "Recorded": []})
    statements, secrets = says(screen, nothing, screen, Audience.INTERNAL, "2024-10")
    assert narrowed(ranges(statements, secrets, whole=False), 5) > 0


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.INTERNAL])
def test_this_month_s_map_and_last_month_s_recover_no_hidden_number(shipped_store, audience):
    layer = Layer.CELLS if audience.sees_places else Layer.WARDS
    statements, secrets = [], []
    for month, groups in MONTHS.items():
        basis = basis_of(shipped_store, audience, month)
        counts = counts_placed(basis, basis.subject(("sexual-violence",)))
        shown = layer_leaving(counts, MapChoice(layer))
        records, half = shown.layer.frame["records"], audience.smallest / 2
        total = float(shown.total.replace(",", ""))
        every = sum_of((zone, group) for zone in range(len(records)) for group in groups)
        statements.append(Statement(every, total - half, total + half))
        for zone, number in enumerate(records):
            parts = sum_of((zone, group) for group in groups)
            if pd.isna(number):
                statements.append(Statement(parts, 0.0, audience.smallest))
                secrets.append(parts)
            else:
                statements.append(Statement(parts, number - half, number + half))
    assert len(secrets) > 10
    assert narrowed(ranges(statements, secrets, whole=False), audience.smallest) == 0
