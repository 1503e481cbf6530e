"""Laws of the check of a draft: what is written from the table's own figures never differs, and one changed number alone does."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.packs.drafts.blocks import DraftText, RawParagraph, numbered
from vulncore.packs.drafts.checking import check_draft

PUBLISHED = Path(__file__).parents[3] / "data" / "reference" / "strand-table-2024-10.csv"
with PUBLISHED.open(encoding="utf-8") as file:
    TABLE = {row["measure"]: row for row in csv.DictReader(file)}

CALLED = {
    "Domestic Abuse Crime": ("domestic abuse", "DA crimes", "Domestic Abuse Crime"),
    "Hate Crime": ("hate crime", "hate crimes"),
    "Rape": ("rape", "rape offences"),
    "Other Sexual Offences": ("other sexual offences",),
    "Stalking and Harassment": ("stalking and harassment", "stalking & harassment"),
    "Mental Health": ("mental health incidents",),
    "Adult At Risk PPNS": ("adult PPNs", "PPNs for adults at risk"),
    "Child At Risk PPNS": ("child PPNs", "children at risk (PPNs)"),
    "Child Abuse": ("child abuse",),
    "CSE": ("CSE", "child sexual exploitation"),
    "Missing Children": ("missing children",),
    "Modern Slavery & Human Trafficking": ("MSHT", "modern slavery"),
}
COMPARED = {
    "fytd": ("fytd_previous", "fytd_current", "this financial year to date", "in the same period last year"),
    "baseline": ("fytd_2019_20", "fytd_current", "this year against 2019/20", "in 2019/20"),
    "rolling12": (
        "rolling12_previous",
        "rolling12_current",
        "in the last 12 months",
        "in the previous 12 months",
    ),
}
RISES = (("rose", "a rise"), ("increased", "an increase"), ("went up", "growth"))
FALLS = (("fell", "a fall"), ("decreased", "a reduction"), ("went down", "a decline"))


@st.composite
def figures(draw):
    """A measure as a text calls it, two windows of it, and how their change is worded."""
    label = draw(st.sampled_from(sorted(CALLED)))
    earlier, current, period, before = COMPARED[draw(st.sampled_from(sorted(COMPARED)))]
    one, other = int(TABLE[label][earlier]), int(TABLE[label][current])
    verb, noun = draw(st.sampled_from(RISES if other >= one else FALLS))
    percent = abs(Fraction(100 * (other - one), one))
    decimals = draw(st.sampled_from([0, 0, 1, 2]))
    whole = int(percent * 10**decimals + Fraction(1, 2))
    per_cent = f"{whole / 10**decimals:.{decimals}f}"
    return {
        "called": draw(st.sampled_from(CALLED[label])), "period": period, "before": before, "verb": verb, "noun": noun,
        "earlier": f"{one:,}", "current": f"{other:,}", "change": f"{abs(other - one):,}", "percent": per_cent,
    }  # fmt: skip


JUMBLE = (
    "Rape", "hate crime", "PPNs", "rose", "fell", "by", "from", "to", "of", "12", "27", "80%", "(", ")", ",", ".", "in 2019/20", "YTD", "and",
    "no", "zero", "-", "a month", "between", "October 2024", "than", "n", "% ", "1,0", "the", "respectively", "£", "/", "doubled",
)  # fmt: skip
SHAPES = (
    ("{Called} {verb} by {percent}% {period}.", ("percent",)),
    ("{Period}, {called} {verb} from {earlier} to {current}.", ("earlier", "current")),
    ("{Called} {verb} by {change} ({percent}%) {period}.", ("change", "percent")),
    ("There was {noun} of {percent} per cent in {called} {period}.", ("percent",)),
    (
        "{Called} {verb} {period}, from {earlier} to {current}, {noun} of {change}.",
        ("earlier", "current", "change"),
    ),
    ("{Period} there has been {noun} of {change} in {called}.", ("change",)),
    ("{Called}: {earlier} {before}.", ("earlier",)),
    ("It is notable that {called} {verb} to {current} {period}.", ("current",)),
    ("{Called} {verb} {period} ({earlier} to {current}, {percent} %).", ("earlier", "current", "percent")),
)


def written(shape: str, of: dict[str, str]) -> str:
    capital = {name.title(): of[name][0].upper() + of[name][1:] for name in ("called", "period")}
    return shape.format(**of, **capital)


def checks(demo, *texts: str):
    return check_draft(DraftText("draft.txt", numbered(tuple(map(RawParagraph, texts)))), demo).checks


@pytest.mark.parametrize(("shape", "numbers"), SHAPES)
@given(of=figures())
def test_what_is_written_from_the_table_matches_it(demo, shape, numbers, of):
    assert [one.verdict.value for one in checks(demo, written(shape, of))] == ["matches"] * len(numbers)


@pytest.mark.parametrize(("shape", "numbers"), SHAPES)
@given(of=figures(), data=st.data())
def test_one_changed_number_differs_and_no_other(demo, shape, numbers, of, data):
    changed = data.draw(st.sampled_from(numbers))
    number = of[changed].replace(",", "")
    decimals = len(number.partition(".")[2])
    by = data.draw(st.sampled_from([1, 2, 5, 10, 100]))
    shifted = {**of, changed: f"{float(number) + by:,.{decimals}f}"}
    expected = ["differs" if name == changed else "matches" for name in numbers]
    assert [one.verdict.value for one in checks(demo, written(shape, shifted))] == expected


@given(
    several=st.lists(st.tuples(st.sampled_from(SHAPES), figures()), min_size=2, max_size=5), data=st.data()
)
def test_of_many_sentences_the_one_that_was_changed_is_pointed_at(demo, several, data):
    texts = [written(shape, of) for (shape, _), of in several]
    assert {one.verdict.value for one in checks(demo, " ".join(texts))} == {"matches"}
    place = data.draw(st.integers(0, len(texts) - 1))
    (shape, numbers), of = several[place]
    name = data.draw(st.sampled_from(numbers))
    decimals = len(of[name].partition(".")[2])
    texts[place] = written(shape, {**of, name: f"{float(of[name].replace(',', '')) + 4:,.{decimals}f}"})
    differing = [one for one in checks(demo, *texts) if one.verdict.value == "differs"]
    assert [one.where for one in differing] == [f"place {place + 1}"]


@given(of=figures())
def test_the_other_direction_always_differs(demo, of):
    other = {verb: FALLS[place][0] for place, (verb, _) in enumerate(RISES)}
    other |= {verb: RISES[place][0] for place, (verb, _) in enumerate(FALLS)}
    turned = {**of, "verb": other[of["verb"]]}
    (one,) = checks(demo, written("{Called} {verb} by {percent}% {period}.", turned))
    is_none = not float(of["percent"])
    assert one.verdict.value == ("matches" if is_none else "differs")


@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_text_breaks_the_check(demo, text):
    for one in checks(demo, text, f"Hate crime {text} 43%"):
        assert one.why.endswith(".")


@given(parts=st.lists(st.sampled_from(JUMBLE), max_size=25))
def test_no_jumble_of_its_own_words_breaks_the_check(demo, parts):
    checks(demo, " ".join(parts), "".join(parts))
