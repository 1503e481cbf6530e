"""A link opens what was on screen, from every state of every page: refusals and empty states as well."""

import pytest

from tests.pages.visiting import visit

PAGES = ("overview", "strand", "when", "where", "forecast", "resourcing", "pack", "data", "methods")
STRANDS = ("All strands", "Sexual violence", "\u2003Rape", "Hate crime", "Adults at risk (PPNs)")
PARTS = {
    "strand": ("harmed", "own", "harm", "notes"),
    "when": ("patrols", "changed", "known"),
    "where": ("tried", "repeats", "classes"),
    "forecast": ("months", "came", "models", "learns"),
    "resourcing": ("drivers", "compare", "months", "demand"),
}

pytestmark = pytest.mark.usefixtures("few_origins")


@pytest.fixture
def opened(shipped_store, monkeypatch):
    """Visits a page of what ships by a link."""
    return lambda page, **link: visit(shipped_store, monkeypatch, page, link)


def assert_its_link_opens_it(opened, name, page) -> None:
    again = opened(name, **page.choices)
    assert again.said == page.said
    assert again.choices == page.choices


@pytest.mark.parametrize("name", PAGES)
def test_another_dataset_is_in_the_link_whether_or_not_the_page_can_show_it(opened, name):
    page = opened(name)
    page.pick("Dataset", "City open counts")
    assert page.choices["dataset"] == "city-open-counts"
    assert_its_link_opens_it(opened, name, page)
    page.pick("Dataset", "Demo (made data)")
    assert page.choices["dataset"] == "demo"
    assert_its_link_opens_it(opened, name, page)


@pytest.mark.parametrize("strand", STRANDS)
@pytest.mark.parametrize("name", ["overview", "strand", "when", "where", "forecast"])
def test_what_is_looked_at_is_in_the_link_whether_or_not_it_can_be_shown(opened, name, strand):
    page = opened(name)
    if strand not in page.box("Strand or measure").options:
        assert (name, strand) in {("forecast", "All strands"), ("strand", "All strands")}  # one at a time
        return
    page.pick("Strand or measure", strand)
    assert "strand" in page.choices or page.shown_in("Strand or measure") == strand
    assert_its_link_opens_it(opened, name, page)


@pytest.mark.parametrize(("name", "part"), [(name, part) for name, parts in PARTS.items() for part in parts])
def test_a_part_that_is_open_is_in_the_link(opened, name, part):
    page = opened(name, part=part)
    assert page.choices["part"] == part
    assert_its_link_opens_it(opened, name, page)


@pytest.mark.parametrize("month", ["June 2018", "March 2020"])
@pytest.mark.parametrize("name", PAGES)
def test_an_early_month_with_little_before_it_is_in_the_link(opened, name, month):
    page = opened(name)
    page.pick("Figures to the end of", month)
    assert page.choices["month"] == {"June 2018": "2018-06", "March 2020": "2020-03"}[month]
    assert_its_link_opens_it(opened, name, page)


@pytest.mark.parametrize("name", ["overview", "when", "where", "forecast"])
def test_a_strand_goes_by_one_name_wherever_it_is_said(opened, name):
    page = opened(name, strand="sexual-violence")
    assert page.shown_in("Strand or measure") == "Sexual violence"
    assert "sexual violence" in page.said.partition("Overview\nWhen")[0].casefold()
    for other in ("Other sexual offences and Rape", "Rape and Other Sexual Offences", "Sexual offences"):
        assert other not in page.said


@pytest.mark.parametrize("name", ["overview", "when", "where", "forecast", "resourcing", "data"])
def test_each_table_of_made_data_says_so_where_it_is_copied_and_none_of_real_data_does(opened, name):
    made = [body for body in opened(name).html if "<caption" in body]
    assert made
    assert [body[:120] for body in made if "Made data</caption>" not in body] == []
    real = [body for body in opened(name, dataset="city-open-counts").html if "<caption" in body]
    assert [body for body in real if "Made data</caption>" in body] == []
