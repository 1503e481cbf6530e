"""What vulncore.metrics.suppression.leaving promises: of what leaves, an attack that knows the rule works out no hidden number."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from tests.attack.solving import Range
from tests.metrics.suppression.leaving import Pack, kept, packed, random_tables, tables_of, too_much_known
from vulncore.domain.errors import VulncoreError
from vulncore.metrics.suppression import program, proofs
from vulncore.metrics.suppression.leaving import leaving
from vulncore.metrics.suppression.tables import Stated, TableFigure

HIDDEN = None
WHOLE = st.one_of(st.integers(0, 9), st.integers(0, 60)).map(float)
INVESTMENTS = np.array([[20.0, 50.0, 10.0], [8.0, 19.0, 22.0], [17.0, 32.0, 12.0]])
"""By activity and region: the table with which Fischetti and Salazar (2001) begin. Its totals are published."""

tables = given(
    values=random_tables(3, 4),
    rounding=st.sampled_from([1, 5, 10]),
    published=st.booleans(),
    random=st.randoms(),
)


def tries(examples):
    """Return how many tables are tried; they are no larger than they have to be, and to find smaller ones takes minutes."""
    return settings(max_examples=examples, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def row_of(*records, published=False):
    return tables_of(np.array([records]), ["row"], published=published)


def totals_published(figures, cells):
    return [TableFigure(one.parts, one.value, published=at >= cells) for at, one in enumerate(figures)]


def shown(figures, **how):
    numbers = leaving(figures, **({"smallest": 5} | how)).shown
    return [HIDDEN if np.isnan(number) else number for number in numbers.tolist()]


# What is known by hand


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((2.3, 14.2, 40.4), [HIDDEN, HIDDEN, 40, 57]),  # 14.2 is less than a third of 56.9
        ((2.3, 31.0, 40.4), [HIDDEN, 31, 40, HIDDEN]),  # and 31 more than a third of 73.7
        ((2.3, 1.1, 3.2, 20.2), [HIDDEN, HIDDEN, HIDDEN, 20, 27]),  # 6 to 8 together: each can be 0 to 5
        ((5.0, 14.2, 40.4), [5, 14, 40, 60]),
        ((0.0, 0.0, 0.0), [HIDDEN] * 4),
        ((3.2,), [HIDDEN, HIDDEN]),
        ((8.2,), [8, 8]),
    ],
    ids=["a cell", "the total", "nothing else", "nothing", "no record", "one small cell", "one cell"],
)
def test_of_a_row_with_its_total_what_loses_least_is_hidden_too(records, expected):
    assert shown(row_of(*records)) == expected


def test_without_the_other_hidden_figures_the_attack_learns_what_small_ones_are():
    sharpened, whole = packed(row_of(2.3, 14.2, 40.4)), packed(row_of(2.0, 14.0, 40.0))
    learnt = [too_much_known([pack], pack.outcome.small)[0, 0] for pack in (sharpened, whole)]
    # 57, 14 and 40 stand for 56.5 to 57.5, 13.5 to 14.5 and 39.5 to 40.5; whole numbers for themselves
    assert learnt == [pytest.approx(Range(1.5, 4.5)), pytest.approx(Range(2, 2))]


def test_of_whole_numbers_what_is_shown_is_taken_to_be_exact():
    # 85 less four times 20 are 5 exactly, so that neither is 0; or 2.5 to 7.5, and each can be 0 to 5
    assert shown(row_of(2.0, 3.0, 20.0, 20.0, 20.0, 20.0)) == [HIDDEN, HIDDEN, 20, 20, 20, 20, HIDDEN]
    assert shown(row_of(2.2, 2.9, 20.1, 19.8, 20.3, 19.7)) == [HIDDEN, HIDDEN, 20, 20, 20, 20, 85]


def test_of_two_by_two_with_published_totals_all_four_are_hidden():
    square = totals_published(tables_of(np.array([[2.3, 20.5], [30.1, 40.2]]), "ab"), cells=4)
    assert shown(square) == [*[HIDDEN] * 4, 22.8, 70.3, 32.4, 60.7, 93.1]


def test_of_the_textbook_table_no_other_figures_would_do_for_less():
    figures = totals_published(tables_of(INVESTMENTS, "abc"), cells=9)
    pack = packed(figures, smallest=9)
    others = np.flatnonzero(pack.outcome.for_others)
    loss = sum(figures[at].value for at in others)
    cheaper = [
        np.isin(np.arange(len(figures)), [3, *some])  # 3 is the 8, which alone is small
        for count in range(9)
        for some in combinations((0, 1, 2, 4, 5, 6, 7, 8), count)
        if sum(figures[at].value for at in some) < loss
    ]
    assert kept([pack])
    assert all(too_much_known([pack], hidden) for hidden in cheaper)
    assert loss == 68
    assert len(cheaper) > 50


def test_the_public_gets_multiples_of_ten_of_which_halves_go_up():
    assert shown(row_of(5.0, 14.9, 15.0, 40.4, published=True), rounding=10) == [10, 10, 20, 40, 75.3]


def test_a_later_table_is_told_between_which_numbers_each_figure_lies():
    limits = [
        (one.low, one.high, one.hidden) for one in leaving(row_of(2.3, 14.2, 40.4, published=True), 5).stated
    ]
    assert limits == [(0, 5, True), (5, np.inf, True), (39.5, 40.5, False), (56.9, 56.9, False)]


def test_nothing_is_hidden_where_nothing_is_to_be_hidden():
    assert shown(row_of(0.0, 2.3, 40.4), smallest=0) == [0, 2, 40, 43]
    assert shown([]) == []


# What no table can protect


@pytest.mark.parametrize(
    ("records", "unprotectable"),
    [
        ((3.2,), [True, False]),  # it is the total
        ((1.0, 2.1), [True, True, False]),  # at most 3.1
        (
            (1.1, 6.2),
            [True, True, False],
        ),  # who knows that the second is 5 or more knows that the first is at most 2.3
        ((0.0, 0.0), [True, True, False]),
        ((2.3, 7.8), [False, False, False]),  # 10.1 in all
    ],
    ids=["one cell", "few records", "no room", "none", "room enough"],
)
def test_what_a_published_total_tells_by_itself_is_hidden_and_said_so(records, unprotectable):
    outcome = leaving(row_of(*records, published=True), 5)
    assert outcome.unprotectable.tolist() == unprotectable
    assert outcome.hidden.tolist() == [True] * len(records) + [False]


# The pack of the month before


def months_of(gone, shared, new, smallest=5):
    """Return last month's cells as they left, and this month's with what the new month holds altogether."""
    cells = range(len(gone))
    before, now = (
        [
            TableFigure(frozenset((cell, month) for month in names), sum(part[cell] for part in parts))
            for cell in cells
        ]
        for names, parts in ((("gone", "shared"), (gone, shared)), (("shared", "new"), (shared, new)))
    )
    everywhere = TableFigure(frozenset((cell, "new") for cell in cells), sum(new), published=True)
    return packed(before, smallest), [*now, everywhere]


def test_a_figure_is_hidden_that_would_tell_a_hidden_one_of_the_month_before():
    before, now = months_of(gone=(0.4, 3.0), shared=(3.8, 37.0), new=(5.5, 0.5))
    assert np.isnan(before.outcome.shown).tolist() == [True, False]
    assert shown(now) == [9, 38, 6]  # 9 less the month's 6 were there before: at least 2.5 of the 0 to 5
    pack = packed(now, before=before)
    assert shown(now, earlier=before.outcome.stated) == [HIDDEN, 38, 6]
    assert kept([before, pack])
    assert not pack.outcome.unprotectable.any()
    assert (0, 0) in too_much_known([before, pack], pack.outcome.small)


def test_earlier_figures_that_a_correction_made_untrue_are_taken_to_be_off_by_as_little_as_can_be():
    earlier = [Stated(frozenset(["gone", "shared"]), 19.5, 20.5, hidden=False)]
    gone = TableFigure(frozenset(["gone"]), 3.0, published=True)
    outcome = leaving([TableFigure(frozenset(["shared", "new"]), 10.0), gone], 5, earlier=earlier)
    assert outcome.earlier_off == pytest.approx(6.5, abs=1e-3)  # 3 and at most 10 are 13, not 19.5
    assert outcome.shown.tolist() == [10, 3]


def test_earlier_tables_of_other_records_change_nothing():
    other = Stated(frozenset(["other"]), 0.0, 5.0, hidden=True)
    assert shown(row_of(2.3, 14.2, 40.4), earlier=[other]) == [HIDDEN, HIDDEN, 40, 57]


def two_months(values, rounding=1):
    """Return the packs of two months: of the month gone, those shared and the new one there are two rows of `values` each."""
    gone, shared, new = np.split(values, 3)
    in_all = [
        TableFigure(tables_of(part, "ab", [month])[-1].parts, float(part.sum()), published=True)
        for month, part in (("gone", gone), ("shared", shared), ("new", new))
    ]
    of_before = [*tables_of(gone + shared, "ab", ["gone", "shared"]), *in_all[:2]]
    before = packed(of_before, rounding=rounding)
    now = [*tables_of(shared + new, "ab", ["shared", "new"]), *in_all[1:]]
    return [before, packed(now, rounding=rounding, before=before)]


@given(random_tables(6, 3), st.sampled_from([1, 5]))
@tries(5)
def test_of_two_months_packs_no_number_that_either_hides_is_worked_out(values, rounding):
    packs = two_months(values, rounding)
    assert kept(packs)
    assert packs[-1].outcome.earlier_off == 0


def test_a_figure_that_can_be_all_that_is_promised_is_not_called_unprotectable():
    """It could be no less than 0 in one turn, and not as much as 5 before the next."""
    values = [[10, 0, 0], [0, 0, 1], [25.25, 1.12, 0], [0, 0, 0], [0, 0, 0], [1, 0, 22.25]]
    packs = two_months(np.array(values, dtype=float))
    assert not packs[-1].outcome.unprotectable.any()
    assert kept(packs)


# Tables of any kind


@tables
@tries(8)
def test_of_a_table_with_its_totals_no_hidden_number_is_worked_out(values, rounding, published, random):
    assert kept([packed(tables_of(values, "abc", published=published), rounding=rounding)])


@given(random_tables(1, 5), st.sampled_from([1, 5]), st.booleans())
@tries(10)
def test_of_a_row_and_its_total_no_hidden_number_is_worked_out(values, rounding, published):
    assert kept([packed(tables_of(values, ["row"], published=published), rounding=rounding)])


@given(random_tables(3, 3, WHOLE), st.booleans())
@tries(4)
def test_of_whole_numbers_no_hidden_one_is_worked_out_by_who_looks_for_whole_numbers(values, published):
    assert kept([packed(tables_of(values, "abc", published=published))], whole=True)


@given(random_tables(4, 3), st.sampled_from([1, 5]))
@tries(5)
def test_of_two_tables_with_the_same_column_totals_no_hidden_number_is_worked_out(values, rounding):
    by_day = tables_of(values.reshape(2, 2, 3).sum(axis=1), "ab")
    by_kind = tables_of(values.reshape(2, 2, 3).sum(axis=0), "ab")
    of_day = {name: [(name, kind) for kind in "ab"] for name in "ab"}
    of_kind = {name: [(day, name) for day in "ab"] for name in "ab"}
    figures = [
        TableFigure(
            frozenset((*pair, column) for name, column, _ in one.parts for pair in pairs[name]), one.value
        )
        for table, pairs in ((by_day, of_day), (by_kind, of_kind))
        for one in table
    ]
    assert kept([packed(figures, rounding=rounding)])


@given(random_tables(3, 3))
@tries(6)
def test_tables_with_nothing_in_common_but_a_published_total_may_have_atoms_apart(values):
    """As a week and a map of the same records, whose atoms would be each hour at each place."""
    apart, together = [], []
    for kind, sums in enumerate((values.sum(axis=1), values.sum(axis=0))):
        for at in range(3):
            cells = [(at, other) if kind == 0 else (other, at) for other in range(3)]
            apart.append(TableFigure(frozenset([(kind, at)]), float(sums[at])))
            together.append(TableFigure(frozenset(cells), float(sums[at])))
        every = frozenset((kind, at) for at in range(3))
        apart.append(TableFigure(every, float(values.sum()), published=True))
        together.append(TableFigure(frozenset(np.ndindex(3, 3)), float(values.sum()), published=True))
    outcome = packed(apart).outcome
    assert kept([Pack(together, outcome, smallest=5, rounding=1, whole=packed(apart).whole)])


@tables
@tries(8)
def test_what_is_shown_is_true_and_what_is_small_is_hidden(values, rounding, published, random):
    figures = tables_of(values, "abc", published=published)
    outcome = leaving(figures, 5, rounding)
    real = np.array([one.value for one in figures])
    fixed = np.array([one.published for one in figures])
    assert (outcome.small == ((real < 5 - 1e-9) & ~fixed)).all()
    assert (outcome.hidden == np.isnan(outcome.shown)).all()
    assert (outcome.hidden >= outcome.small).all()
    assert not outcome.hidden[fixed].any()
    open_to_see, rounded = outcome.shown[~outcome.hidden & ~fixed], real[~outcome.hidden & ~fixed]
    assert (np.abs(open_to_see - rounded) <= rounding / 2 + 1e-9).all()
    assert (open_to_see % rounding == 0).all()
    assert outcome.shown[fixed] == pytest.approx(real[fixed])


@tables
@tries(5)
def test_the_order_in_which_figures_come_changes_nothing(values, rounding, published, random):
    figures = tables_of(values, "abc", published=published)
    order = random.sample(range(len(figures)), len(figures))
    one, other = leaving(figures, 5, rounding), leaving([figures[at] for at in order], 5, rounding)
    assert one.shown[order].tolist() == pytest.approx(other.shown.tolist(), nan_ok=True)
    assert one.unprotectable[order].tolist() == other.unprotectable.tolist()


def test_of_figures_that_lose_the_same_it_is_not_the_order_that_says_which_is_hidden():
    figures = row_of(2.3, 14.2, 14.2, 14.2, 14.2, published=True)
    hidden = [
        frozenset(
            one.parts for one, is_hidden in zip(some, leaving(some, 5).hidden, strict=True) if is_hidden
        )
        for some in ([*figures[at:], *figures[:at]] for at in range(6))
    ]
    assert len(set(hidden)) == 1
    assert len(hidden[0]) == 2


@given(random_tables(2, 3))
@tries(4)
def test_no_figure_is_hidden_that_could_be_shown(values):
    pack = packed(tables_of(values, "ab", published=True))
    assume(not pack.outcome.unprotectable.any())
    for at in np.flatnonzero(pack.outcome.for_others):
        assert too_much_known([pack], pack.outcome.hidden & (np.arange(len(pack.figures)) != at))


def test_where_the_search_for_the_least_loss_is_given_up_nothing_hidden_is_worked_out_either(monkeypatch):
    figures = totals_published(tables_of(INVESTMENTS, "abc"), cells=9)
    best = leaving(figures, 9).for_others.sum()
    monkeypatch.setattr(proofs, "TURNS", 0)
    given_up = packed(figures, smallest=9)
    assert kept([given_up])
    assert given_up.outcome.for_others.sum() > best


def test_cells_of_a_map_that_are_alike_are_not_looked_at_one_by_one(monkeypatch):
    programs = []
    solve = program.linprog
    monkeypatch.setattr(program, "linprog", lambda *of, **how: programs.append(1) or solve(*of, **how))
    records = np.where(np.arange(300) < 5, 20.0, 0.01)
    before = packed(tables_of(records[None], ["map"], ["gone", "shared"], published=True))
    now = tables_of(records[None], ["map"], ["shared", "new"], published=True)
    outcome = leaving(now, 5, earlier=before.outcome.stated)
    assert outcome.hidden.sum() == 295
    assert len(programs) < 20


# What is refused


@pytest.mark.parametrize(
    ("figures", "how", "message"),
    [
        ([-0.4, 6.0, 5.6], {}, r"1 of 3 figures are no numbers of at least 0: number 1\. Correct"),
        ([6.0, np.nan, 5.6], {}, r"1 of 3 .* number 2\."),
        ([6.0, 7.0, 14.0], {}, r"1 figures are not the sums of their parts: number \d\. Add up"),
        ([6.0, 7.0, 13.0], {"rounding": 20}, r"under 5 can't be hidden where others are rounded to 20"),
        ([6.0, 7.0, 13.0], {"rounding": 0}, r"rounded to 0"),
    ],
    ids=["below 0", "no number", "no sum", "too coarse", "no step"],
)
def test_figures_that_cannot_be_are_refused_with_which_they_are(figures, how, message):
    parts = ["a", "b", "ab"]
    with pytest.raises(VulncoreError, match=message):
        leaving(
            [TableFigure(frozenset(of), value) for of, value in zip(parts, figures, strict=True)], 5, **how
        )


def test_sums_of_nothing_and_two_numbers_for_one_sum_are_refused():
    with pytest.raises(VulncoreError, match=r"1 of 1 figures are sums of nothing: number 1\."):
        leaving([TableFigure(frozenset(), 0.0)], 5)
    with pytest.raises(VulncoreError, match=r"1 of 2 figures have the parts of another .* the same number\."):
        leaving([TableFigure(frozenset("a"), 6.0), TableFigure(frozenset("a"), 7.0)], 5)
