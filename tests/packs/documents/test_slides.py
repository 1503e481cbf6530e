"""A deck says its findings in its titles, shows all that has room, keeps the rest in its notes, and names nobody but the force."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import combinations

import pypdfium2
import pytest
from pptx import Presentation
from pptx.util import Emu, Pt

from tests.packs.documents.content import (
    COMMENTARY,
    FORCE,
    HOSTILE,
    LINK,
    MADE,
    MARKING,
    SIX_SENTENCES,
    every_kind,
    hostile,
    long_table,
    pack,
    png,
    strands_table,
)
from vulncore.packs.documents.slides import slides
from vulncore.packs.documents.templates import TemplateError
from vulncore.packs.part import PackPart, PackTable, Picture

SECRET = "Operation Nightingale"
FINDINGS = [
    "Vulnerability: tasking",
    "Hate crime is up 43 % this financial year.",
    "Rape may be up 80 % this financial year.",
    "Most happen on Friday night.",
    "1 of 19 measures changed by more than chance.",
    "Nothing is new since September 2024.",
    "What is counted",
    "How to read these figures",
]
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
INK = (0x1B, 0x27, 0x33)


@cache
def template(width=None, kind="presentationml.presentation.main"):
    """A template of Office's own look, 4:3 or as wide as is said, with a slide, notes and an author in it."""
    deck = Presentation()
    if width:
        deck.slide_width = Emu(width)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = SECRET
    slide.shapes.add_picture(BytesIO(png(31, 17)), 0, 0)
    slide.notes_slide.notes_text_frame.text = SECRET
    deck.core_properties.author = deck.core_properties.title = SECRET
    file = BytesIO()
    deck.save(file)
    packed = BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"presentationml.presentation.main", kind.encode()))
    return packed.getvalue()


@pytest.fixture(scope="module")
def data():
    return slides(pack())


@pytest.fixture(scope="module")
def deck(data):
    return Presentation(BytesIO(data))


def opened(content, of=None):
    return Presentation(BytesIO(slides(content, of)))


def alone(part):
    """The slides of one part, without the first and the last ones."""
    return list(opened(pack([part], [])).slides)[1:-2]


def titles(deck):
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def texts(slide):
    return {shape.name: shape.text_frame.text for shape in slide.shapes if shape.has_text_frame}


def notes(slide):
    return slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else ""


def tables(slide):
    return [shape.table for shape in slide.shapes if shape.has_table]


def everything(deck):
    """All that a deck says, on its slides and in their notes."""
    words = []
    for slide in deck.slides:
        words += [*texts(slide).values(), notes(slide)]
        words += [cell.text for table in tables(slide) for row in table.rows for cell in row.cells]
    return words


def sizes(slide):
    """The sizes of all letters that say one, in points."""
    return {
        int(letters.get("sz")) / 100
        for letters in slide._element.iter(f"{A}rPr", f"{A}endParaRPr")
        if letters.get("sz")
    }


def faults_of_layout(deck):
    """What lies beyond a slide, and which shapes of it lie on one another."""
    wide, high = deck.slide_width, deck.slide_height
    for number, slide in enumerate(deck.slides, start=1):
        boxes = {
            shape.name: (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
            for shape in slide.shapes
        }
        for shape in slide.shapes:
            if shape.has_table:
                assert shape.height == sum(row.height for row in shape.table.rows)
        yield from (
            (number, name)
            for name, (left, top, right, bottom) in boxes.items()
            if left < 0 or top < 0 or right > wide or bottom > high or left >= right or top >= bottom
        )
        for (one, first), (other, second) in combinations(boxes.items(), 2):
            if min(first[2], second[2]) > max(first[0], second[0]) and min(first[3], second[3]) > max(
                first[1], second[1]
            ):
                yield number, one, other  # fmt: skip


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_titles_are_the_findings_in_their_order(deck):
    assert titles(deck) == FINDINGS


def test_a_title_that_two_findings_have_says_what_each_is_about():
    same = [PackPart("Hate crime", "It is up."), PackPart("Rape", "It is up."), PackPart("Rape", "It is up.")]
    assert titles(opened(pack(same)))[1:4] == ["It is up.", "Rape: It is up.", "Rape: It is up. (2)"]


def test_the_first_slide_says_whose_figures_to_which_month_and_that_they_are_made(deck):
    assert texts(deck.slides[0])["Subtitle 2"].splitlines() == [
        FORCE, "To October 2024", "Dataset demo, version 3, published 5 November 2024", MADE,
    ]  # fmt: skip


def test_every_slide_carries_marking_foot_number_and_that_data_is_made(deck):
    for number, slide in enumerate(deck.slides, start=1):
        words = texts(slide)
        marked = [
            shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text == MARKING
        ]
        assert sorted(shape.top < deck.slide_height / 10 for shape in marked) == [False, True]
        assert max(shape.top for shape in marked) > deck.slide_height * 0.9
        assert (
            words["Foot"]
            == f"{FORCE}, to October 2024. Dataset demo, version 3, published 5 November 2024. {MADE}."
        )
        assert words["Slide number"] == str(number)
        assert 'type="slidenum"' in slide._element.xml
        assert number == 1 or words["Made data"] == MADE


def test_real_data_is_not_called_made():
    real = pack()
    about = replace(
        real.about, publish=replace(real.about.publish, made=False, attribution="Source: the force")
    )
    assert not [text for text in everything(opened(replace(real, about=about))) if "Made data" in text]


def test_every_picture_and_table_speaks_to_those_who_do_not_see_it(deck):
    spoken = {
        shape.name: shape._element.xpath(".//p:cNvPr")[0].get("descr")
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table or not shape.has_text_frame
    }
    assert list(spoken.values()) == [
        "A map: most lie in the south.",
        "When to patrol. Table of 2 rows and 2 columns.",
        "Vulnerability strands, to October 2024. Table of 23 rows and 12 columns.",
        "What is counted. Table of 2 rows and 2 columns.",
    ]  # the first two pictures have one name
    first = next(shape for shape in deck.slides[1].shapes if shape.name == "Picture")
    assert (
        first._element.xpath(".//p:cNvPr")[0].get("descr") == "Hate crime by month: between 3 and 32 a month."
    )


def test_what_only_decorates_is_passed_over(data):
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [
            archive.read(name).decode()
            for name in archive.namelist()
            if "slideMaster1.xml" in name or "slideLayout" in name
        ]
    drawn = [
        shape for part in parts for shape in re.findall(r"<p:sp>.*?</p:sp>", part) if "<p:ph" not in shape
    ]
    assert len(drawn) == 2
    assert all('decorative" val="1"' in shape for shape in drawn)


def test_the_title_is_read_first(deck):
    assert [next(iter(slide.shapes)).name[:5] for slide in deck.slides] == ["Title"] * len(FINDINGS)


def test_sentences_are_large_and_those_without_room_are_in_the_notes(deck):
    slide = deck.slides[1]
    shown = texts(slide)["Sentences"].splitlines()
    assert shown == list(SIX_SENTENCES[: len(shown)])
    assert 1 <= len(shown) <= 4
    assert notes(slide).splitlines()[: 6 - len(shown)] == list(SIX_SENTENCES[len(shown) :])
    sentences = next(shape for shape in slide.shapes if shape.name == "Sentences")
    assert min(run.font.size for line in sentences.text_frame.paragraphs for run in line.runs) >= Pt(16)


@pytest.mark.parametrize("size", [(1080, 460), (700, 800), (2160, 300), (300, 2160)])
def test_a_picture_keeps_its_shape_and_is_as_large_as_can_be(size):
    slide = alone(
        PackPart("Hate crime", "It is up.", picture=Picture(png(*size), "A chart."), source="Source.")
    )[0]
    picture = next(shape for shape in slide.shapes if shape.name == "Picture")
    assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.001)
    assert picture.width >= Pt(880) or picture.height >= Pt(370)  # of a slide of 960 by 540


def test_no_letters_are_smaller_than_10_and_a_half_points(deck):
    assert min(min(sizes(slide)) for slide in deck.slides) >= 10.5


@pytest.mark.parametrize("of", [None, template(), template(12_192_000)], ids=["ours", "4:3", "wide"])
@pytest.mark.parametrize("content", [pack(), hostile(HOSTILE["5,000 letters"]), pack([PackPart("Long", "Long.", tables=(long_table(),))])], ids=["usual", "long", "split"])  # fmt: skip
def test_all_lies_within_the_slide_and_nothing_on_anything_else(content, of):
    assert list(faults_of_layout(opened(content, of))) == []


def test_the_link_leads_to_the_dashboard_and_is_only_there_where_it_is_known(deck):
    links = [
        (place, run.text, run.hyperlink.address)
        for place, slide in enumerate(deck.slides)
        for shape in slide.shapes
        if shape.has_text_frame
        for line in shape.text_frame.paragraphs
        for run in line.runs
        if run.hyperlink.address
    ]
    assert links == [(place, "Open in the dashboard", LINK) for place in (1, 2, 4)]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file://server/share", "ppaction://macro"])
def test_a_link_that_leads_elsewhere_than_to_the_web_is_left_out(address):
    slide = alone(PackPart("Hate crime", "It is up.", link=address))[0]
    assert "Link" not in texts(slide)


def test_commentary_stands_beside_the_finding_and_where_there_is_none_room_for_it(deck):
    assert texts(deck.slides[1])["Commentary"] == "Commentary: write here, or delete this box."
    assert texts(deck.slides[2])["Commentary"] == f"Commentary\n{COMMENTARY}"
    assert texts(deck.slides[3])["Commentary"] == "Commentary: write here, or delete this box."
    assert "Commentary" not in texts(deck.slides[4])


def test_commentary_that_has_no_room_is_whole_in_the_notes():
    text = "It follows the campaign. " * 80
    part = PackPart(
        "Hate crime", "It is up.", SIX_SENTENCES, Picture(png(), "A chart."), commentary=(text.strip(),)
    )
    slide = alone(part)[0]
    assert texts(slide)["Commentary"].endswith("…")
    assert text.strip() in notes(slide)


def test_commentary_on_a_table_that_takes_all_room_has_a_slide_of_its_own():
    table, commentary = alone(
        PackPart("Strand table", "It is up.", tables=(strands_table(),), commentary=(COMMENTARY,))
    )
    assert "Commentary" not in texts(table)
    assert texts(commentary)["Commentary"] == f"Commentary\n{COMMENTARY}"


def test_a_table_says_what_the_frame_says(deck):
    [table] = tables(deck.slides[3])
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["When", "Records"],
        ["Friday 22:00 to 02:00", "25"],
        ["Saturday 23:00 to 03:00", "–"],
    ]
    assert table.first_row
    assert table.cell(1, 1).text_frame.paragraphs[0].alignment.name == "RIGHT"
    assert table.cell(1, 0).text_frame.paragraphs[0].alignment is None


def test_the_strand_table_of_12_columns_fits_one_slide_with_its_groups_and_tints(deck):
    [table] = tables(deck.slides[4])
    frame = strands_table().frame
    first = [table.cell(place, 0).text for place in range(24)]
    assert first == ["Strand", *frame["Strand"]]
    assert [table.cell(1, column).text for column in (1, 3, 4)] == ["1,001", "−101", "↓ −10\u202f%"]
    merged = [place for place in range(24) if table.cell(place, 0).is_merge_origin]
    assert [first[place] for place in merged] == [
        "Child protection",
        "Harmful practices",
        "Sexual offences",
        "Suicide",
    ]
    assert all(table.cell(place, 0).span_width == 12 for place in merged)
    assert {str(table.cell(place, 4).fill.fore_color.rgb) for place in (1, 2, 3)} == {
        "F8D7DA",
        "FDE8CC",
        "D5EBD8",
    }
    assert min(
        run.font.size
        for row in table.rows
        for cell in row.cells
        for line in cell.text_frame.paragraphs
        for run in line.runs
    ) >= Pt(10.5)
    assert "Red: up by more than 10 %" in texts(deck.slides[4])["Source"]


def test_ink_on_a_tint_stands_out_by_more_than_4_and_a_half(deck):
    [table] = tables(deck.slides[4])
    for place in (1, 2, 3):
        cell = table.cell(place, 4)
        ground, ink = cell.fill.fore_color.rgb, cell.text_frame.paragraphs[0].runs[0].font.color.rgb
        assert (luminance(ground) + 0.05) / (luminance(ink) + 0.05) > 4.5
        assert tuple(ink) == INK


def test_a_table_that_is_too_long_goes_on_with_its_heading_and_its_group():
    split = alone(PackPart("Where", "Most are in the south.", tables=(long_table(60),)))
    assert [slide.shapes.title.text_frame.text for slide in split] == [
        f"Most are in the south. ({page} of {len(split)})" for page in range(1, len(split) + 1)
    ]
    shown = []
    for slide in split:
        [table] = tables(slide)
        assert [cell.text for cell in table.rows[0].cells] == ["Place", "Records"]
        names = [row.cells[0].text for row in list(table.rows)[1:]]
        assert names[0].startswith("Group")
        assert not names[-1].startswith("Group")
        shown += [name for name in names if not name.endswith("(continued)")]
        assert min(sizes(slide) - {10.5}) >= 12
    assert shown == list(long_table(60).frame["Place"])


def test_further_tables_have_slides_of_their_own_and_those_for_workbooks_have_none():
    listing = PackTable("Listing", "Where most are", strands_table().frame.iloc[:2, :2])
    hidden = replace(listing, caption="By month", in_documents=False)
    part = PackPart(
        "Where", "Most are in the south.", picture=Picture(png(), "A map."), tables=(listing, hidden)
    )
    assert [slide.shapes.title.text_frame.text for slide in alone(part)] == [
        "Most are in the south.",
        "Where most are",
    ]


def test_definitions_are_short_and_what_was_left_out_comes_last(deck):
    *_, words, last = deck.slides
    [table] = tables(words)
    assert [cell.text for cell in table.rows[0].cells] == ["Measure", "What counts"]
    assert texts(last)["Sentences"].splitlines() == [
        "Forecast: the dataset has too few months.",
        "Figures by hour or place are hidden below 5 and rounded to 5.",
    ]


def test_many_sentences_that_were_left_out_take_several_slides():
    left_out = [
        f"Section {number}: the dataset has nothing of it, and nobody has said since when."
        for number in range(60)
    ]
    last = [
        slide
        for slide in opened(pack([], left_out)).slides
        if "How to read" in slide.shapes.title.text_frame.text
    ]
    assert len(last) > 2
    assert [line for slide in last for line in texts(slide)["Sentences"].splitlines()][:60] == left_out


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_somebody_wrote_survives(text):
    deck = opened(hostile(text))
    held = " ".join(
        "".join(
            "?" if re.match("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\uffff]", letter) else letter
            for letter in text
        ).split()
    )
    assert all(title.strip() for title in titles(deck))
    assert len(set(titles(deck))) == len(deck.slides)
    first = deck.slides[1]
    words = " ".join(" ".join([*texts(first).values(), notes(first)]).split())
    assert words.count(held) >= 8  # a finding, five sentences, a note and the source
    assert list(faults_of_layout(deck)) == []


def test_a_template_gives_its_layouts_fonts_and_colours_and_nothing_of_its_slides():
    data = slides(pack(), template(kind="presentationml.template.main"))
    deck = Presentation(BytesIO(data))
    assert [slide.slide_layout.name for slide in deck.slides] == [
        "Title Slide",
        *["Title Only"] * (len(deck.slides) - 1),
    ]
    assert (deck.slide_width, deck.slide_height) == (9_144_000, 6_858_000)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not [name for name, part in parts.items() if SECRET.encode() in part]
    assert len([name for name in parts if name.startswith("ppt/media/")]) == 2  # our own pictures
    written = [part for name, part in parts.items() if name.startswith("ppt/slides/")]
    assert not [part for part in written if b"typeface" in part or b'srgbClr val="1F6FA8"' in part]
    assert b"Calibri" in parts["ppt/theme/theme1.xml"]


def test_a_template_without_a_title_is_refused():
    deck = Presentation()
    for layout in list(deck.slide_layouts):
        if not [place for place in layout.placeholders if place.placeholder_format.idx == 0]:
            continue
        deck.slide_layouts.remove(layout)
    file = BytesIO()
    deck.save(file)
    with pytest.raises(
        TemplateError, match=r"^None of the template's 1 layouts has a title\. Choose a template with"
    ):
        slides(pack(), file.getvalue())


def test_properties_name_the_force_alone(data, deck):
    about = deck.core_properties
    assert (about.title, about.subject) == (f"Vulnerability: tasking, {FORCE}, to October 2024", MARKING)
    assert (about.author, about.last_modified_by) == (FORCE, FORCE)
    assert (about.comments, about.keywords, about.revision) == ("", "", 1)
    assert about.created == about.modified == datetime(2024, 11, 5, 9, 30)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name).lower() for name in archive.namelist()}
    assert {"ppt/presProps.xml", "ppt/viewProps.xml"} <= set(parts)  # PowerPoint repairs a file that has none
    assert not [name for name, part in parts.items() if b"python" in part or b"canny" in part]
    assert not [name for name in parts if re.search(r"chart|embed|app\.xml|custom|thumbnail|printer|comment|\.bin", name.lower())]  # fmt: skip


def test_the_same_pack_gives_the_same_bytes(data):
    assert slides(pack()) == data
    one = pack(every_kind()[:1])
    assert slides(one, template()) == slides(one, template())


def test_a_pack_without_findings_is_a_deck_all_the_same():
    assert titles(opened(pack([], []))) == [
        "Vulnerability: tasking",
        "What is counted",
        "How to read these figures",
    ]


def test_libreoffice_shows_every_slide_with_its_marking(data, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed, so nothing shows the slides.")
    file = tmp_path / "deck.pptx"
    file.write_bytes(data)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", tmp_path, file],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    document = pypdfium2.PdfDocument(tmp_path / "deck.pdf")
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    assert len(pages) == len(FINDINGS)
    assert all(page.count(MARKING) == 2 for page in pages)
    assert [
        title for title, page in zip(FINDINGS, pages, strict=True) if title not in " ".join(page.split())
    ] == []
