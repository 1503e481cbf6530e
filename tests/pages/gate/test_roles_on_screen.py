"""What each role sees and can do, in a browser: on every page, by every control."""

import hashlib
import re
from datetime import date

import pyarrow as pa
import pytest

from pages.ways import PAGES
from tests.pages.conftest import PAGE_MS, settled
from tests.pages.gate.signing import COOKIE
from vulncore.access.audit import audit_faults, audit_lines
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.store import annotate, open_version, versions

pytestmark = pytest.mark.browser

DATA_PARTS = ("Versions and changes", "Notes on the data", "Bring in data", "The force's map", "Strands")
KEPT_ASIDE = {".audit", ".audit-head", "prepared", "foretold", ".lock"}
LEFT_ALONE = re.compile(  # what packs leave in a store, `tests/packs/test_pack.py` looks at
    r"sign out|download|picture|table \(|full ?screen|sidebar|show password|make the", re.IGNORECASE
)


@pytest.fixture
def opened(signed, browser):
    """Opens a page as somebody."""
    contexts = []

    def as_somebody(person, page, **link):
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce"
        )
        contexts.append(context)
        context.add_cookies(
            [{"name": COOKIE, "value": signed.cookie(person), "domain": "127.0.0.1", "path": "/"}]
        )
        tab = context.new_page()
        tab.goto(
            f"{signed.url}/{page}?{'&'.join(f'{name}={value}' for name, value in {'dataset': 'demo', **link}.items())}"
        )
        tab.locator('[data-testid="stHeading"], h1').first.wait_for(timeout=PAGE_MS)
        return settled(tab)

    yield as_somebody
    for context in contexts:
        context.close()


def held(store):
    """A digest of every file of a store that says what is published, noted, saved or drawn."""
    files = sorted(
        path
        for path in store.rglob("*")
        if path.is_file() and not KEPT_ASIDE & set(path.relative_to(store).parts)
    )
    return {str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def part_of_data(tab, name):
    tab.get_by_role("tab", name=name).click()
    part = tab.get_by_role("tabpanel").filter(visible=True)
    part.get_by_test_id("stMarkdown").first.wait_for(timeout=PAGE_MS)
    settled(tab)
    return part


@pytest.mark.parametrize("role", ["viewer", "strand-lead", "analyst"])
def test_what_the_data_page_lets_a_role_do(opened, role):
    tab = opened(role, "data")
    may_publish = role in ("analyst", "administrator")
    for name in ("Bring in data", "The force's map", "Strands"):
        part = part_of_data(tab, name)
        assert (part.locator('[data-testid="stFileUploader"]').count() > 0) == may_publish, name
        refusal = part.get_by_text(f"Your role ({role.replace('-', ' ')}) does not let you")
        assert (refusal.count() > 0) == (not may_publish), name
    notes = part_of_data(tab, "Notes on the data")
    assert (notes.get_by_text("Add a note").count() > 0) == may_publish


@pytest.mark.parametrize(
    ("role", "own", "other"), [("viewer", 0, 0), ("strand-lead", 1, 0), ("analyst", 1, 1)]
)
def test_who_may_write_of_which_strand(opened, role, own, other):
    for strand, number in (("hate-crime", own), ("sexual-violence", other)):
        tab = opened(role, "strand", strand=strand, part="notes")
        assert tab.get_by_role("button", name="Add to the strand").count() == number


@pytest.mark.parametrize("role", ["strand-lead", "analyst"])
def test_who_may_save_scenarios_for_everybody(opened, role):
    tab = opened(role, "resourcing")
    tab.get_by_role("button", name="Save, compare").click()
    refusal = tab.get_by_text(f"Your role ({role.replace('-', ' ')}) does not let you")
    refused = role in ("viewer", "strand-lead")
    tab.get_by_role("button", name="Save", exact=True).wait_for(timeout=PAGE_MS)
    assert (refusal.count() > 0) == refused
    assert (tab.get_by_text("Bring one in").count() == 0) == refused


def test_a_viewer_who_presses_everything_changes_nothing(signed, opened):
    before, lines, pressed = held(signed.store), len(list(audit_lines(signed.store))), 0
    assert len(before) > 20
    for page in PAGES:
        tab = opened("viewer", page)
        for name in DATA_PARTS if page == "data" else [""]:
            if name:
                part_of_data(tab, name)
            assert tab.locator('[data-testid="stFileUploader"]').count() == 0
            labels = [
                one.inner_text() for one in tab.locator("main button:visible, section button:visible").all()
            ]
            for label in dict.fromkeys(text.strip() for text in labels):
                button = tab.get_by_role("button", name=label, exact=True).first
                if label and not LEFT_ALONE.search(label) and button.is_visible() and button.is_enabled():
                    button.click(timeout=PAGE_MS)
                    settled(tab)
                    pressed += 1
                    tab.keyboard.press("Escape")
    assert pressed > 10
    assert held(signed.store) == before
    since = list(audit_lines(signed.store))[lines:]
    whats = {line["what"] for line in since if line["who"] == "viewer@force.test"}
    assert whats <= {"signed in", "opened", "downloaded", "signed out"}


def test_a_lead_writes_of_their_strand_under_their_name_and_the_log_has_no_word_of_it(signed, opened):
    tab = opened("strand-lead", "strand", strand="hate-crime", part="notes")
    number = versions(signed.store, "demo")[-1].number
    tab.get_by_label("Commentary", exact=True).fill("Reporting was made easier in spring.")
    assert tab.get_by_text("Under your name: Leo Lead").last.is_visible()
    assert tab.get_by_label("Your name").count() == 0
    tab.get_by_role("button", name="Add to the strand").click()
    tab.locator("table").get_by_text("Reporting was made easier in spring.").first.wait_for(timeout=PAGE_MS)
    (note,) = [
        row
        for row in open_version(signed.store, "demo").annotations.to_pyarrow().to_pylist()
        if row["text"] == "Reporting was made easier in spring."
    ]
    assert (note["author"], versions(signed.store, "demo")[-1].number) == ("Leo Lead", number + 1)
    line = [line for line in audit_lines(signed.store) if line["what"] == "changed notes"][-1]
    assert (line["who"], line["dataset"], line["of"]) == ("strand-lead@force.test", "demo", ["hate-crime"])
    assert "Reporting" not in str(list(audit_lines(signed.store)))
    assert audit_faults(signed.store) == []


def test_only_an_administrator_undoes_a_version(signed, opened):
    noted = open_version(signed.store, "demo").annotations.to_pyarrow().to_pylist()
    note = {"kind": "comment", "text": "Known.", "author": "tests", "written_on": date(2024, 11, 1)}
    annotate(signed.store, "demo", pa.Table.from_pylist([*noted, note], schema=ANNOTATIONS), "tests")
    assert len(versions(signed.store, "demo")) > 1
    for role in ("analyst", "administrator"):
        tab = opened(role, "data")
        part_of_data(tab, "Versions and changes")
        assert (tab.get_by_text(re.compile(r"^Undo version \d+$")).count() > 0) == (role == "administrator")
