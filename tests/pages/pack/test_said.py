"""What the page Pack says and does, as its server draws it."""

import io

import pytest
from PIL import Image

from tests.pages.visiting import visit
from vulncore.packs.documents import pdf
from vulncore.packs.sections import basis

TABLE_ALONE = b'name = "Board"\ndocuments = ["tables"]\n[[section]]\nshow = "table"\n'


@pytest.fixture
def pack(shipped_store, monkeypatch):
    """Visits the page of what ships by a link; charts are a plain picture, and there is no LibreOffice."""
    file = io.BytesIO()
    Image.new("RGB", (1080, 540), "white").save(file, "PNG")
    monkeypatch.setattr(basis, "picture", lambda *_, **__: file.getvalue())
    monkeypatch.setenv(pdf.SETTING, "no-such-program")
    return lambda **link: visit(shipped_store, monkeypatch, "pack", link)


def test_the_page_opens_with_the_committee_s_pack_for_the_public_and_makes_nothing_unasked(pack):
    page = pack()
    assert page.shown_in("Pack") == "Committee report, data section"
    assert page.shown_in("Who may read it") == "The public: anybody may read it"
    assert "Made:" not in page.said
    assert "LibreOffice is not on this machine" in page.said


def test_a_pack_is_made_by_one_press_and_offered_file_by_file(pack):
    page = pack(audience="internal")
    page.upload("board.toml", TABLE_ALONE, "A pack of your own")
    page.press("Make the pack")
    assert "Made: 3 files" in page.said
    assert "Marked OFFICIAL-SENSITIVE: police only." in page.said
    labels = [button.proto.label for button in page.app.get("download_button")]
    assert {"Download all (ZIP)", "Excel (XLSX)"} <= {label.replace("\\", "") for label in labels}


def test_a_pack_that_was_made_for_others_is_not_offered_under_another_choice(pack):
    page = pack(audience="internal")
    page.upload("board.toml", TABLE_ALONE, "A pack of your own")
    page.press("Make the pack")
    assert "Made: 3 files" in page.said
    page.pick("Who may read it", "The public: anybody may read it")
    assert "Made:" not in page.said
    assert not page.app.get("download_button")[1:]  # the choice as a file is always there


def test_a_pack_of_one_s_own_that_is_sent_again_is_read_again(pack):
    page = pack()
    page.upload("board.toml", TABLE_ALONE, "A pack of your own")
    box = page.box("Sections, in this order")
    before, key = len(box.value), box.key
    page.upload("board.toml", TABLE_ALONE + b'[[section]]\nshow = "checks"\n', "A pack of your own")
    after = page.box("Sections, in this order")
    assert (before, len(after.value)) == (1, 2)
    assert after.key != key  # a browser keeps what was chosen in a box that is the same


def test_choices_stand_in_the_link(pack):
    page = pack()
    page.pick("Pack", "Tasking and Co-ordination Group")
    page.pick("Who may read it", "This force: officers and staff")
    assert {"pack": "ttcg", "audience": "internal"}.items() <= page.choices.items()
    assert pack(**page.choices).shown_in("Pack") == "Tasking and Co-ordination Group"


def test_another_audience_brings_its_own_marking(pack):
    page = pack(audience="partnership")
    values = {field.label: field.value for field in page.app.text_input}
    assert values["Classification"] == "OFFICIAL-SENSITIVE"
    assert values["Handling"] == "share with partners on the boards only"


def test_a_pack_without_a_section_can_t_be_made(pack):
    page = pack()
    page.box("Sections, in this order").set_value([])
    page.run()
    assert "Choose at least 1 section" in page.said
    assert not page.can_press("Make the pack")


@pytest.mark.parametrize(
    ("label", "name", "content", "why"),
    [
        ("A pack of your own", "pack.toml", b"name = ", "not a pack"),
        ("Your Word or PowerPoint template", "house.docx", b"no document", "can't be read"),
    ],
)
def test_a_file_that_can_t_be_used_is_told_why(pack, label, name, content, why):
    page = pack(pack="ttcg")
    page.upload(name, content, label)
    if page.can_press("Make the pack"):
        page.upload("board.toml", TABLE_ALONE.replace(b"tables", b"word"), "A pack of your own")
        page.press("Make the pack")
    assert why in page.said
    assert "Traceback" not in page.said


def test_a_day_before_the_first_version_is_told_when_that_was(pack):
    page = pack()
    page.upload("board.toml", TABLE_ALONE, "A pack of your own")
    page.fill("Last meeting: its day (like 2024-10-14) or version", "1999-01-01")
    page.press("Make the pack")
    assert "had no version on 1 January 1999" in page.said
