"""What the strand table promises to who looks at it, prints it or hears it."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from vulncore.findings.overview.charts import sparkline
from vulncore.findings.overview.overview import overview
from vulncore.findings.overview.strand_rows import headings, strand_rows
from vulncore.findings.overview.strand_table_html import (
    ChangeCell,
    Headings,
    SignalCell,
    TableRow,
    strand_table_html,
)

HEADS = Headings("Strands", "Apr–Oct 2023", "Apr–Oct 2024", "Apr–Oct 2019", "to Oct 2023", "to Oct 2024")
UP = ChangeCell("↑", "80\u202f%", "up 12", "red", loud=True)
ROW = TableRow(
    key="rape",
    name="Rape",
    group="",
    months=[1, 2, None, 4],
    fytd_previous=15,
    fytd_current=1234,
    fytd=UP,
    signal=SignalCell("possible", "May be a change", "1.80 times (0.71 to 5.00)"),
    fytd_baseline=10,
    baseline=UP,
    rolling12_previous=33,
    rolling12_current=49,
    rolling12=UP,
)


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def parsed(html: str) -> Cells:
    cells = Cells()
    cells.feed(html)
    return cells


def test_a_screen_reader_hears_the_caption_the_scopes_and_the_meaning_of_each_colour():
    html = strand_table_html([ROW], HEADS)
    tags = parsed(html).tags
    assert "<caption>Strands</caption>" in html
    assert {attrs.get("scope") for tag, attrs in tags if tag == "th"} == {"col", "colgroup", "row"}
    assert "red: up by more than 10 %" in html
    assert [attrs["aria-hidden"] for tag, attrs in tags if tag == "svg"] == ["true"]


def test_colour_never_stands_alone():
    cells = parsed(strand_table_html([ROW], HEADS)).rows[-1]
    assert cells[4].startswith("↑ 80\u202f%up 12")


def test_figures_have_thousands_separators_and_align_right():
    html = strand_table_html([ROW], HEADS)
    assert '<td class="number now" data-label="Apr–Oct 2024">1,234</td>' in html


def test_a_window_that_is_not_whole_says_how_many_months_it_has():
    row = replace(ROW, fytd_current="10 of 12 months", fytd=None)
    assert ">10 of 12 months</td>" in strand_table_html([row], HEADS)


def test_without_a_baseline_its_columns_are_left_out():
    with_it, without = (
        parsed(strand_table_html([ROW], heads)).rows[-1] for heads in (HEADS, replace(HEADS, baseline=None))
    )
    assert (len(with_it), len(without)) == (11, 9)


def test_where_no_line_can_be_drawn_words_stand_in_its_place():
    html = strand_table_html([replace(ROW, months="only totals")], HEADS)
    assert '<td class="line">only totals</td>' in html
    assert "<svg" not in html


def test_every_text_is_escaped():
    evil = "<img src=x onerror=alert(1)>\"'"
    row = replace(
        ROW,
        key=evil,
        name=evil,
        group=evil,
        months=evil,
        fytd_current=evil,
        signal=SignalCell(evil, evil, evil),
    )
    html = strand_table_html([row], replace(HEADS, caption=evil, fytd_previous=evil, baseline=evil))
    assert "<img" not in html
    assert {tag for tag, _ in parsed(html).tags} <= {
        *("table", "caption", "thead", "tbody", "tr", "th", "td", "button", "span", "b", "small"),
    }


def test_the_table_on_screen_shows_the_published_figures_in_the_reports_order(shipped_store):
    demo = overview(shipped_store, "demo")
    rows = [row for row in parsed(strand_table_html(strand_rows(demo), headings(demo))).rows if len(row) > 9]
    shown = {row[0]: row for row in rows}
    assert [row[0] for row in rows] == [measure.name for measure in demo.measures]
    assert shown["Hate crime"][2:5] == ["131", "187", "↑ 43\u202f%up 56, red: up by more than 10 %"]
    assert shown["Children at risk (PPNs)"][10].startswith("↓ 10.03\u202f%down 80, no colour: down")
    assert shown["Adults at risk (PPNs)"][8:10] == ["1,037", "1,044"]
    assert shown["Attempted suicides"][4:6] == [
        "↓ 100\u202f%down 90, no colour: records may have stopped; confirm that records still arrive",
        "Check the feed",
    ]
    assert shown["Forced marriage"][1] == "too few for a trend"


@pytest.mark.parametrize(
    ("counts", "strokes"), [([1, 2, 3], "MLL"), ([1, None, 3, 4], "MML"), ([None, None], ""), ([0], "M")]
)
def test_a_sparkline_breaks_where_a_month_is_missing(counts, strokes):
    drawn = sparkline(counts)
    path = drawn.split('d="')[1].split('"')[0] if drawn else ""
    assert "".join(letter for letter in path if letter in "ML") == strokes


def test_a_sparkline_starts_from_zero_so_that_small_wiggles_look_small():
    flat = sparkline([100, 101, 100]).split('d="')[1].split('"')[0]
    heights = [float(pair.split()[1]) for pair in flat.replace("M", "L").split("L") if pair]
    assert max(heights) - min(heights) < 1


def test_a_change_across_a_change_of_recording_is_not_coloured_and_not_called_one(shipped_store):
    city = overview(shipped_store, "city-open-counts")  # recording changed in January 2023
    rows = {row.key: row for row in strand_rows(city)}
    broken = rows["anti-social-behaviour"]
    assert (broken.baseline.percent, broken.baseline.words) == ("Not comparable", "recording changed")
    html = strand_table_html((broken,), headings(city))
    assert "they can&#x27;t be compared" in html
    assert "68" not in html
    assert (broken.fytd.colour, broken.fytd_baseline) == ("red", 920)  # both of these years lie after it
    assert all(row.baseline.colour for key, row in rows.items() if key != "anti-social-behaviour")


def test_measures_of_no_group_stand_under_a_heading_of_their_own_and_never_under_the_one_before():
    rows = [
        replace(ROW, key=key, name=key, group=group)
        for key, group in (("a", ""), ("b", "Sexual violence"), ("c", ""))
    ]
    table = parsed(strand_table_html(rows, HEADS))
    first_cells = [row[0].strip() for row in table.rows if row]
    assert first_cells[-5:] == ["a", "Sexual violence", "b", "Other measures", "c"]
    alone = parsed(strand_table_html(rows[:1], HEADS))
    assert "Other measures" not in [row[0].strip() for row in alone.rows if row]
