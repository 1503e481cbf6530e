"""The documents of a pack: their figures are the table's, they say what they are, and nothing lies hidden in them."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import docx
import openpyxl
import pptx
import pypdfium2
import pytest
from PIL import Image
from pptx.util import Pt

from vulncore.domain.shipped import shipped
from vulncore.findings.overview.overview import overview
from vulncore.packs.audience import Audience
from vulncore.packs.documents.pdf import as_pdf, libreoffice
from vulncore.packs.pack import Pack, PackRequest, make_pack, write_pack, zipped
from vulncore.packs.recipe import Document, Recipe, Show, find_recipe
from vulncore.packs.sections import basis

OCTOBER = date(2024, 10, 1)
ADDRESS = "https://dashboard.test/police"
COLUMNS = {
    "Previous FYTD": "fytd_previous",
    "Current FYTD": "fytd_current",
    "Frequency change": "fytd_change",
    "% change": "fytd_change_pct",
    "FYTD 19/20": "fytd_2019_20",
    "Frequency change on 19/20": "baseline_change",
    "% change on 19/20": "baseline_change_pct",
    "Previous rolling 12 months": "rolling12_previous",
    "Current rolling 12 months": "rolling12_current",
    "Frequency change, 12 months": "rolling12_change",
    "% change, 12 months": "rolling12_change_pct",
}
"""The headings of a document and the columns of the report's table, as it ships."""
PEOPLE_TO_SEND = re.compile(
    r"Send people|Put people on duty|Plan for more|Ask the|Approve or decline|Confirm that records"
)


def recipe_of(key: str, *shows: Show) -> Recipe:
    """A pack that ships, of its sections those that are named; without a name all but the forecast, which takes long."""
    recipe = find_recipe(key)
    wanted = shows or [show for show in Show if show is not Show.FORECAST]
    return replace(recipe, sections=tuple(one for one in recipe.sections if one.show in wanted))


def request_for(store, key, audience, *shows) -> PackRequest:
    recipe = recipe_of(key, *shows)
    return PackRequest(store, "demo", recipe, audience, as_at=OCTOBER, address=ADDRESS, with_pdf=False)


@pytest.fixture(scope="module", autouse=True)
def _drawn_at_once() -> Iterator[None]:
    """Let charts be a plain picture: to draw each takes half a second, and `tests/charts` looks at what is drawn."""
    file = io.BytesIO()
    Image.new("RGB", (1080, 540), "white").save(file, "PNG")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(basis, "picture", lambda *_, **__: file.getvalue())
        yield


@pytest.fixture(scope="module")
def committee(shipped_store) -> Pack:
    return make_pack(request_for(shipped_store, "committee", Audience.PUBLIC))


@pytest.fixture(scope="module")
def tasking(shipped_store) -> Pack:
    return make_pack(request_for(shipped_store, "ttcg", Audience.INTERNAL))


def content_of(pack: Pack, ending: str) -> bytes:
    return next(file.content for file in pack.files if file.name.endswith(ending))


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words_of(content: bytes) -> str:
    """All that stands in the parts of a document, in whatever attribute or element."""
    return " ".join(
        part.decode("utf-8", errors="replace")
        for name, part in parts_of(content).items()
        if name.endswith((".xml", ".rels"))
    )


def numbers(row: dict[str, str]) -> dict[str, int]:
    """A row of a document's table as numbers: without symbols, per cent and thousands."""
    return {
        ours: int(re.sub(r"[^\d-]", "", row[theirs].replace("−", "-"))) for theirs, ours in COLUMNS.items()
    }


def published() -> dict[str, dict[str, int]]:
    text = shipped("strand-table-2024-10.csv").read_text(encoding="utf-8")
    return {
        row["measure"]: {name: int(row[name]) for name in COLUMNS.values()}
        for row in csv.DictReader(io.StringIO(text))
    }


def test_the_committee_s_page_is_the_report_s_table_figure_for_figure(committee):
    document = docx.Document(io.BytesIO(content_of(committee, ".docx")))
    head, *rows = ([cell.text for cell in row.cells] for row in document.tables[0].rows)
    made = {row[0]: numbers(dict(zip(head, row, strict=True))) for row in rows if len(set(row)) > 1}
    assert made == published()
    assert len(made) == 19
    groups = [row[0] for row in rows if len(set(row)) == 1]
    assert groups == [
        "Child Protection, CSE/A & Missing Children",
        "Harmful Practices",
        "Rape and Other Sexual Offences",
        "Suicides & Attempted Suicide",
    ]


def test_the_workbook_and_the_csv_have_the_same_table(committee):
    sheet = openpyxl.load_workbook(io.BytesIO(content_of(committee, ".xlsx")))["Strand table"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (at,) = (place for place, row in enumerate(rows) if "Previous FYTD" in row)
    by_name = [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]
    made = {row["Strand"]: row for row in by_name if isinstance(row["Previous FYTD"], int)}
    assert {
        name: numbers({key: str(row[key]) for key in COLUMNS}) for name, row in made.items()
    } == published()
    text = content_of(committee, "01-strand-table.csv").decode("utf-8-sig")
    as_csv = {row["Strand"]: numbers(row) for row in csv.DictReader(io.StringIO(text))}
    assert as_csv == published()


def test_colours_are_the_screen_s_no_green_for_a_fall_that_could_be_chance_or_a_feed_that_stopped(committee):
    table = docx.Document(io.BytesIO(content_of(committee, ".docx"))).tables[0]
    rows = {row.cells[0].text: row for row in table.rows}
    fills = {
        name: [re.findall(r'w:fill="(\w+)"', row.cells[at]._tc.xml) for at in (4, 7, 11)]
        for name, row in rows.items()
    }
    assert fills["Hate Crime"] == [["F8D7DA"]] * 3  # red
    assert fills["Attempted Suicides"][0] == []
    assert fills["Child At Risk PPNS"][0] == []
    assert fills["Adult At Risk PPNS"][2] == ["FDE8CC"]  # orange


def test_where_a_whole_percentage_hides_the_side_of_the_line_a_note_says_so(committee):
    text = words_of(content_of(committee, ".docx"))
    assert "Child At Risk PPNS: −10 % in '% change, 12 months' is −10.03 %." in text


@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx", "tasking-sheet.docx"])
def test_each_document_says_what_it_is_of_for_whom_and_that_the_data_is_made(tasking, committee, ending):
    pack = committee if ending == ".docx" else tasking
    text = words_of(content_of(pack, ending))
    for words in (pack.about.marking.words, "October 2024", "version 1", "Made data"):
        assert words in text
    for file in (file for file in pack.files if file.name.endswith(".csv")):
        row = next(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
        assert (row["as_at"], row["dataset"], row["version"]) == ("2024-10", "demo", "1")
        assert row["note"].startswith("Made data")
        assert row["marking"] == pack.about.marking.words


def test_each_slide_is_one_finding_with_its_chart_its_source_and_the_way_to_the_page(tasking):
    deck = pptx.Presentation(io.BytesIO(content_of(tasking, ".pptx")))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert "Hate crime up 43 % this financial year." in titles
    assert len(set(titles)) == len(titles)
    (slide,) = (
        slide
        for slide in deck.slides
        if "Hate crime up" in slide.shapes.title.text_frame.text
        and any(shape.shape_type == 13 for shape in slide.shapes)
    )
    addresses = [relation.target_ref for relation in slide.part.rels.values() if relation.is_external]
    assert addresses == [
        f"{ADDRESS}/overview?dataset=demo&version=1&month=2024-10&strand=hate-crime%2Fhate-crime"
    ]
    assert Pt(0) < min(
        run.font.size or Pt(18)
        for shape in slide.shapes
        if shape.has_text_frame
        for line in shape.text_frame.paragraphs
        for run in line.runs
    )


def test_what_is_for_the_public_asks_nobody_to_act_and_shows_no_street_and_no_note(
    committee, tasking, shipped_store
):
    of_all = make_pack(request_for(shipped_store, "ttcg", Audience.PUBLIC, Show.TABLE, Show.WHEN, Show.WHERE))
    for pack, ending in ((committee, ".docx"), (of_all, ".pptx"), (of_all, ".xlsx")):
        text = words_of(content_of(pack, ending))
        assert not PEOPLE_TO_SEND.search(text)
        assert "falls from 90 to 0" not in text  # what somebody wrote on the data
        assert "Liverpool Street" not in text
    inside = words_of(content_of(tasking, ".pptx"))
    assert PEOPLE_TO_SEND.search(inside)
    assert "Liverpool Street" in inside
    assert any("Tasking sheet" in note and "where officers will be" in note for note in of_all.notes)


def test_every_picture_says_what_it_shows_and_no_document_holds_another(committee, tasking):
    for pack, ending in ((committee, ".docx"), (tasking, ".pptx"), (tasking, "tasking-sheet.docx")):
        content = content_of(pack, ending)
        pictures = re.findall(r"<(?:pic:cNvPr|p:cNvPr|wp:docPr) [^>]*>", words_of(content))
        described = [one for one in pictures if "descr=" in one and 'descr=""' not in one]
        assert len(described) >= len([name for name in parts_of(content) if "/media/" in name])
        assert not [name for name in parts_of(content) if "embed" in name or name.endswith((".bin", ".xlsx"))]


@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx", "tasking-sheet.docx"])
def test_properties_name_the_force_and_nobody_else(committee, tasking, ending):
    pack = committee if ending == ".docx" else tasking
    parts = parts_of(content_of(pack, ending))
    core = parts["docProps/core.xml"].decode()
    assert "City of London Police" in core
    for word in ("python", "openpyxl", "Steve", "Microsoft"):
        assert word.casefold() not in core.casefold()
    assert not [name for name in parts if "thumbnail" in name or "comments" in name]


def test_the_same_request_gives_the_same_files(shipped_store, tasking):
    again = make_pack(request_for(shipped_store, "ttcg", Audience.INTERNAL))
    assert [file.name for file in again.files] == [file.name for file in tasking.files]
    assert zipped(again) == zipped(tasking)


def test_what_a_dataset_has_nothing_of_is_left_out_and_said(shipped_store, tmp_path):
    pack = make_pack(
        PackRequest(
            shipped_store,
            "city-open-counts",
            recipe_of("ttcg"),
            Audience.INTERNAL,
            as_at=OCTOBER,
            with_pdf=False,
        )
    )
    assert any(note.startswith("When it happens: ") and "no time of day" in note for note in pack.notes)
    assert any(note.startswith("Where it happens: ") and "no places" in note for note in pack.notes)
    assert any(note.startswith("Tasking sheet") for note in pack.notes)
    write_pack(pack, tmp_path / "out")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".pptx", ".xlsx", ""}


def test_progress_goes_on_to_the_end_and_names_what_is_being_done(shipped_store):
    told = []
    asked = request_for(shipped_store, "committee", Audience.PUBLIC, Show.TABLE, Show.WHEN)
    make_pack(
        replace(asked, recipe=replace(asked.recipe, documents=(Document.TABLES,))),
        lambda share, what: told.append((share, what)),
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert {"Strand table", "When it happens", "Writing Excel and CSV"} <= {what for _, what in told}


def test_a_pack_leaves_nothing_in_the_store_but_what_is_kept_ready(shipped_store):
    def held() -> dict[str, bytes]:
        files = (path for path in shipped_store.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files if "prepared" not in path.parts}

    before = held()
    make_pack(request_for(shipped_store, "committee", Audience.PARTNERSHIP, Show.TABLE, Show.WHEN))
    assert held() == before


def test_sentences_are_the_screen_s_own(tasking, shipped_store):
    text = words_of(content_of(tasking, ".pptx"))
    shown = overview(shipped_store, "demo", as_at=OCTOBER)
    for line in shown.headline:
        assert line.text.replace("&", "&amp;") in text


@pytest.fixture(scope="module")
def opened(committee, tasking):
    """The pages of each document as LibreOffice opens it: their words."""
    if libreoffice() is None:
        pytest.skip("LibreOffice is not on this machine")
    documents = {
        "word": (committee, ".docx"),
        "slides": (tasking, ".pptx"),
        "tasking": (tasking, "tasking-sheet.docx"),
    }
    pages = {}
    for name, (pack, ending) in documents.items():
        made = pypdfium2.PdfDocument(as_pdf(content_of(pack, ending), ending.rpartition(".")[2]))
        pages[name] = [page.get_textpage().get_text_range() for page in made]
    return pages


def test_every_page_and_slide_that_another_program_opens_is_marked_and_says_that_data_is_made(
    opened, committee, tasking
):
    for name, pack in (("word", committee), ("slides", tasking), ("tasking", tasking)):
        for page in opened[name]:
            assert page.count(pack.about.marking.words) >= 2  # at its head and its foot
            assert "Made data" in page
            assert "October 2024" in page


def test_a_tasking_sheet_is_one_page_with_when_where_and_whether_it_would_have_worked(opened):
    (sheet,) = opened["tasking"]
    for words in (
        "Thursday 20:00 to Friday 02:59",
        "Liverpool Street",
        "When to patrol",
        "Would it have worked?",
    ):
        assert words in sheet


def test_the_strand_table_stands_on_one_page_of_the_report_and_on_one_slide(opened):
    for name in ("word", "slides"):
        (page,) = (page for page in opened[name] if "Adult At Risk PPNS" in page)
        assert all(measure in page for measure in ("Mappa Nominals", "Attempted Suicides", "Rape"))


def test_there_are_as_many_pages_as_slides(opened, tasking):
    deck = pptx.Presentation(io.BytesIO(content_of(tasking, ".pptx")))
    assert len(opened["slides"]) == len(deck.slides)
