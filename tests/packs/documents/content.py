"""A small pack, made by hand, that the tests of all documents write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from itertools import chain

import pandas as pd
from PIL import Image

from vulncore.domain.delivery import RowAccount
from vulncore.packs.audience import MARKED, Audience
from vulncore.packs.part import PackAbout, PackContent, PackPart, PackTable, Picture, Tint
from vulncore.store.manifest import Publish

FORCE = "Northshire Police"
LINK = "https://dashboard.example.police.uk/overview?dataset=demo&version=3"
MARKING = "OFFICIAL-SENSITIVE: police only"
MADE = "Made data: for demonstration, not real records"
SIX_SENTENCES = tuple(f"Sentence {number} says what else there is to know." for number in range(1, 7))
COMMENTARY = "The rise follows the campaign of June."
HOSTILE = {
    "formula": '=HYPERLINK("http://example.org","click")',
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1)",
    "control signs": "a\x00b\x07c\x0bd\x1fe\x85f",
    "half a letter": "a\ud800b\uffffc",
    "XML": "<a:t>&amp;</a:t> ]]> <!-- \"'",
    "right to left": "ארבע מאות وثلاثون",
    "emoji": "👮🏽‍♀️ 🚓 漢字",
    "5,000 letters": "word " * 1_000,
    "one word of 5,000 letters": "x" * 5_000,
    "lines": "one\ntwo\r\nthree\tfour",
    "spaces": "   ",
    "nothing": "",
}
"""Texts that somebody may write, or that a file may bring."""


@cache
def png(width: int = 1080, height: int = 460) -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (width, height), "#dfe4e9").save(file, "PNG")
    return file.getvalue()


def about(**changes) -> PackAbout:
    """Return what stands on every page."""
    publish = Publish(
        dataset="demo",
        number=3,
        published_at=datetime(2024, 11, 5, 9, 30, tzinfo=UTC),
        published_by="tests",
        source="made for tests",
        attribution="",
        made=True,
        files=(),
        rows=RowAccount(read=0, accepted=0),
        table_versions={},
        table_rows={},
    )
    return replace(
        PackAbout(
            title="Vulnerability: tasking",
            publish=publish,
            force=FORCE,
            as_at=date(2024, 10, 1),
            audience=Audience.INTERNAL,
            marking=MARKED[Audience.INTERNAL],
            protection="Figures by hour or place are hidden below 5 and rounded to 5.",
        ),
        **changes,
    )


def months_table() -> PackTable:
    """Return a table that a workbook has and documents leave out."""
    frame = pd.DataFrame({"Month": ["2024-09", "2024-10"], "Count": [1_048, 12], "Mean": [26.25, None]})
    return PackTable(
        "Hate crime by month", "Hate crime a month", frame, ("Count", "Mean"), in_documents=False
    )


def strands_table() -> PackTable:
    """Return a strand table as wide as the report's: 12 columns, 19 measures in five groups, tinted."""
    groups = {"": 9, "Child protection": 3, "Harmful practices": 3, "Sexual offences": 2, "Suicide": 2}
    columns = [
        "Strand", "Previous FYTD", "Current FYTD", "Frequency change", "% change", "FYTD 19/20", "Frequency change on 19/20",
        "% change on 19/20", "Previous rolling 12 months", "Current rolling 12 months", "Frequency change, 12 months", "% change, 12 months",
    ]  # fmt: skip
    rows, headings, tints = [], set(), {}
    number = 0
    for group, measures in groups.items():
        if group:
            headings.add(len(rows))
            rows.append([group, *[""] * 11])
        for _ in range(measures):
            number += 1
            tints[len(rows), "% change"] = list(Tint)[number % 3]
            rows.append(
                [
                    f"Modern slavery measure {number}",
                    1_000 + number,
                    900,
                    -100 - number,
                    "↓ −10\u202f%",
                    300,
                    600,
                    "↑ 200\u202f%",
                    1_300,
                    1_250,
                    -50,
                    "● 0\u202f%",
                ]
            )
    return PackTable(
        name="Strand table",
        caption="Vulnerability strands, to October 2024",
        frame=pd.DataFrame(rows, columns=columns),
        figures=tuple(columns[1:]),
        groups=frozenset(headings),
        tints=tints,
        notes=("Red: up by more than 10 %. Green: down by more than 10 %. Orange: in between.",),
        wide=True,
    )  # fmt: skip


def long_table(rows: int = 60, every: int = 12) -> PackTable:
    """Return a table that one slide has no room for, with a heading before each dozen of rows."""
    texts = chain.from_iterable(
        [*([f"Group {row // every}"] if row % every == 0 else []), f"Row {row}"] for row in range(rows)
    )
    names = list(texts)
    frame = pd.DataFrame(
        {"Place": names, "Records": [None if name[0] == "G" else int(name[4:]) for name in names]}
    )
    headings = frozenset(place for place, name in enumerate(names) if name[0] == "G")
    return PackTable("Places", "Records by place", frame.astype({"Records": "Int64"}), ("Records",), headings)


def patrols_table() -> PackTable:
    """Return a small table."""
    frame = pd.DataFrame({"When": ["Friday 22:00 to 02:00", "Saturday 23:00 to 03:00"], "Records": [25, "–"]})
    return PackTable("Patrols", "When to patrol", frame, ("Records",), tints={(0, "Records"): Tint.RED})


def definitions() -> PackTable:
    """Return what the measures mean."""
    frame = pd.DataFrame(
        {
            "Measure": ["Hate crime", "Rape"],
            "Published as": ["Hate Crime", "Rape"],
            "What counts": ["Crimes that somebody perceives to be moved by hatred.", "Offences of rape, attempts included."],
            "Laid down in": ["Report of 2024", "Sexual Offences Act 2003"],
            "Counted in": ["crimes", "crimes"],
        }
    )  # fmt: skip
    return PackTable("Definitions", "What is counted", frame, in_documents=False)


def pack(
    parts: Sequence[PackPart] | None = None, left_out: Sequence[str] | None = None, **changes
) -> PackContent:
    """Return a pack of parts, by default one of every kind."""
    return PackContent(
        about=about(**changes),
        parts=tuple(every_kind() if parts is None else parts),
        left_out=("Forecast: the dataset has too few months.",) if left_out is None else tuple(left_out),
        definitions=definitions(),
    )


def every_kind() -> list[PackPart]:
    """Return a part with a picture, one with commentary, one with a small table, one with the strand table, one of words."""
    source = "Dataset demo, version 3, published 5 November 2024."
    picture = Picture(png(), "Hate crime by month: between 3 and 32 a month.")
    return [
        PackPart("Hate crime", "Hate crime is up 43 % this financial year.", SIX_SENTENCES, picture, (months_table(),), source, LINK, ("Hours are blurred.",), (), asks_commentary=True),
        PackPart("Rape", "Rape may be up 80 % this financial year.", SIX_SENTENCES[:2], Picture(png(700, 800), "A map: most lie in the south."), (), source, LINK, (), (COMMENTARY,), asks_commentary=True),
        PackPart("When", "Most happen on Friday night.", SIX_SENTENCES[:1], None, (patrols_table(),), source, "", (), (), asks_commentary=True),
        PackPart("Strand table", "1 of 19 measures changed by more than chance.", SIX_SENTENCES, None, (strands_table(),), source, LINK),
        PackPart("Since the last meeting", "Nothing is new since September 2024.", SIX_SENTENCES[:2], source=source),
    ]  # fmt: skip


def hostile(text: str) -> PackContent:
    """Return a pack in which a text stands wherever a text may stand."""
    frame = pd.DataFrame(
        {f"{text[:50]}": [text, "plain"], "Number": [1, float("inf")], "None": [None, pd.NA]}
    )
    table = PackTable(text, text, frame, ("Number",), notes=(text,))
    picture = Picture(png(), text)
    parts = [
        PackPart(
            text, text, (text,) * 5, picture, (table,), text, LINK, (text,), (text,), asks_commentary=True
        ),
        PackPart(
            text, text, (text,), None, (table, table), text, text, (text,), (text,), asks_commentary=True
        ),
        PackPart(text, text, (text,), source=text),
    ]
    changed = about(title=text, force=text[:300], protection=text)
    return PackContent(changed, tuple(parts), (text,), replace(definitions(), caption=text))
