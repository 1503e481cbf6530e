"""What every page promises of texts that come from data, files and links: they are shown as they are, and do nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from openpyxl import Workbook

from tests.pages.choosing import pick
from tests.pages.conftest import PAGE_MS, ROOT, SERVED_SOONER, Server, settled
from tests.resourcing.made_units import at
from vulncore.domain.delivery import measures_table
from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import LONGEST_NAME
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.resourcing.scenario.link import example_scenario, scenario_code
from vulncore.resourcing.scenario.scenario import fixed
from vulncore.sources import demo
from vulncore.store import publish
from vulncore.store.areas import keep_area

pytestmark = pytest.mark.browser

IN_LINKS = "[zq](//zq.test) **zq** :smile: -> zq"
IN_NAMES = f"{IN_LINKS} :streamlit: <b>zq</b>"
IN_DATA = (
    "[zq](//zq.test) ![zq](//zq.test/zq.png) <img src=//zq.test/zq.png> **zq** _zq_ ~~zq~~ `zq` $zq$ :red[zq] "
    ":smile: :material/home: :streamlit: www.zq.test http://zq.test zq@zq.test &lt;zq&gt; -> <= zq"
)
AT_A_START = ("# zq", "1. zq", "- zq", "> zq", "| zq | zq |", "@@=zq", "@@#zq", "=zq")
CUT = IN_LINKS[:20]  # as a month of a link is repeated
CUT_IN_LISTS = [
    f"{start}{IN_DATA}"[: LONGEST_NAME - 1].removeprefix(start) for start in ("", "99 % of ", "100 % of ")
]
IN_A_SHEET, OF_A_FILE = "_zq_ ~~zq~~ `zq` www.zq.test", "_zq_ `zq`"
TEXTS = sorted(
    (CUT, *CUT_IN_LISTS, IN_A_SHEET, OF_A_FILE, IN_LINKS, IN_NAMES, IN_DATA, *AT_A_START),
    key=len,
    reverse=True,
)
TEXT_COLUMNS = (
    "offence",
    "place",
    "location_type",
    "victim_residency",
    "hate_strand",
    "allocated_to",
    "outcome",
)
SPLIT = """texts => {
  const found = [];
  const look = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.shadowRoot) look(node.shadowRoot);
      if (node.nodeType !== Node.TEXT_NODE || node.parentElement?.closest("svg, style, script")) continue;
      const written = node.data.toLowerCase().replaceAll("\\u2060", "").replace(/\\s+/g, " ");
      const rest = texts.reduce((left, text) => left.replaceAll(text, ""), written);
      if (rest.includes("zq")) found.push(written);
    }
    found.push(...[...root.querySelectorAll("a, img")]
      .map(element => element.href ?? element.src)
      .filter(address => address && new URL(address).host.includes("zq")));
  };
  look(document);
  return found;
}"""
WHOLE = """texts => texts.filter(text => document.body.innerText.replaceAll("\\u2060", "").includes(text))"""


def hostile(names: pa.ChunkedArray, text: str) -> pa.ChunkedArray:
    """Return a column with a hostile text before each value: as many different values as there were."""
    return pc.binary_join_element_wise(pa.scalar(text), names, " ")


@pytest.fixture(scope="module")
def hostile_server(serving, tmp_path_factory) -> Iterator[Server]:
    """A server of made data in which all that is text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    made, force = demo.deliver(), f"{IN_DATA} Police"
    tables = made.tables
    for column in TEXT_COLUMNS:
        at, text = tables.incidents.schema.get_field_index(column), IN_LINKS if column == "place" else IN_DATA
        changed = hostile(tables.incidents[column], text)
        tables = replace(
            tables, incidents=tables.incidents.set_column(at, tables.incidents.field(at), changed)
        )
    for name in ("incidents", "coverage"):
        table = getattr(tables, name)
        at = table.schema.get_field_index("force")
        one = pa.repeat(force, table.num_rows)
        tables = replace(tables, **{name: table.set_column(at, table.field(at), one)})
    measures = [
        replace(
            measure,
            name=f"{(*AT_A_START, IN_DATA)[at % 9]} {at}",
            label=IN_DATA,
            unit=IN_NAMES,
            definition=f"{IN_DATA}.",
            definition_source=IN_DATA,
        )
        for at, measure in enumerate(report_measures())
    ]
    notes = [
        {
            "kind": kind,
            "force": force,
            "measure": "rape",
            "month": date(2022, 4, 1),
            "text": IN_DATA,
            "author": IN_NAMES,
            "written_on": date(2024, 11, 1),
        }
        for kind in ("comment", "level change", "target")
    ]
    tables = replace(
        tables,
        measures=measures_table(measures),
        annotations=pa.Table.from_pylist(notes, schema=ANNOTATIONS),
    )
    delivery = replace(
        made,
        tables=tables,
        made=False,
        attribution=IN_DATA,
        files=(NamedFile(IN_NAMES, 1, "ab" * 32),),
        rows=replace(made.rows, noted={IN_DATA: 1}),
    )
    publish(folder / "store", "hostile", delivery, IN_NAMES)
    wards = json.loads((ROOT / "data/reference/city-of-london-wards.geojson").read_text("utf-8"))
    for at, ward in enumerate(wards["features"]):
        ward["properties"]["name"] = f"{(*AT_A_START, IN_NAMES)[at % 9]} {at}"
    area = folder / "wards.geojson"
    area.write_text(json.dumps(wards), "utf-8")
    keep_area(folder / "store", force, area, "name")
    with serving(folder / "store", SERVED_SOONER) as running:
        yield running


def plan(name: str) -> str:
    """Return the code of a scenario whose texts are hostile."""
    ships = example_scenario()
    hostile_one = replace(
        ships.called(name),
        unit=IN_NAMES,
        about=IN_DATA,
        roles=tuple(replace(role, name=f"{IN_LINKS} {at}") for at, role in enumerate(ships.roles)),
        case_types=tuple(
            replace(case, name=f"{IN_LINKS} {at}", note=IN_DATA) for at, case in enumerate(ships.case_types)
        ),
    )
    return scenario_code(
        hostile_one.where(at("unit.leave"), replace(fixed(30), source=IN_NAMES, by=IN_NAMES))
    )


PLACE = {"kind": f"{IN_DATA} licensed premises"}
WHAT_IF = {"whatif": f"growth:2025-04:+10::{IN_LINKS.replace(':', ' ')}"}
VISITS = (
    ("overview", {"month": IN_LINKS}),
    ("overview", {"measure": "rape", "strand": IN_LINKS}),
    *(
        ("strand", {"part": part, "strand": IN_LINKS if part == "own" else "rape"})
        for part in ("", "harmed", "own", "harm", "notes")
    ),
    ("when", {"period": "all", **PLACE}),
    ("when", {"part": "patrols", "rows": IN_LINKS}),
    ("when", {"part": "changed", "measures": IN_LINKS}),
    ("where", {"layer": "wards", "period": "all"}),
    ("where", {"layer": IN_LINKS, "cell": IN_LINKS}),
    ("forecast", {"subject": "rape", **WHAT_IF}),
    ("resourcing", {"plan": plan(IN_NAMES), "compare": plan(IN_LINKS), "part": "compare"}),
    ("resourcing", {"plan": plan(IN_NAMES), "numbers": "every"}),
    ("methods", {}),
)


@pytest.mark.parametrize(("name", "link"), VISITS, ids=[f"{name} {' '.join(link)}" for name, link in VISITS])
def test_a_text_from_data_or_a_link_is_shown_as_it_is_and_never_becomes_a_link_or_a_picture(
    hostile_server, page, name, link
):
    page.goto(f"{hostile_server.url}/{name}?{urlencode(link)}")
    settled(page)
    assert page.evaluate(WHOLE, TEXTS)
    assert page.evaluate(SPLIT, TEXTS) == []
    for opener in page.locator('[data-testid="stPopover"] button[aria-expanded]').all():
        opener.click()
        page.get_by_test_id("stPopoverBody").first.wait_for(timeout=PAGE_MS)
        settled(page)
        assert page.evaluate(SPLIT, TEXTS) == []
        opener.click()


def test_nor_does_one_of_a_version_a_note_or_a_file_that_is_brought_in(hostile_server, page, tmp_path):
    book = Workbook()
    sheet, other = book.active, book.create_sheet(IN_A_SHEET)
    for each in (sheet, other):
        each.append(["Ref", IN_NAMES, *AT_A_START[:3]])
        for day in range(1, 29):
            each.append([f"r{day}", f"{day:02d}/03/2024", IN_LINKS, IN_NAMES, f"{AT_A_START[day % 8]}"])
    path = tmp_path / f"{OF_A_FILE}.xlsx"
    book.save(path)
    page.goto(f"{hostile_server.url}/data")
    settled(page)
    for tab in ("Versions and changes", "Notes on the data", "Bring in data"):
        page.get_by_role("tab", name=tab).click()
        settled(page)
        assert page.evaluate(SPLIT, TEXTS) == []
    page.locator('input[type="file"]').first.set_input_files(path)
    pick(page, "Sheet", IN_A_SHEET)
    page.get_by_text("Say what its columns and codes mean").wait_for(timeout=PAGE_MS)
    for expander in page.get_by_test_id("stExpander").all():
        expander.locator("summary").click()
    settled(page)
    assert page.evaluate(SPLIT, TEXTS) == []
