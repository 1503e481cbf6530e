"""What vulncore.charts.picture promises: a picture says what it is, is on white, and nothing in it ends the server."""

import re
import struct
import threading
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest

from tests.importing import imported_by
from vulncore.charts import picture as pictures
from vulncore.charts.picture import WIDTH, PictureError, PictureKind, picture
from vulncore.charts.theme import LIGHT, heading
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.shared.words import MADE

TITLE = ["Rape and other sexual offences by month", "City of London Police, to October 2024"]
SOURCE = f"Version 1, published 5 November 2024. {MADE}."
HOSTILE = "a\x00b\x01c\x1b[2J\ud800<b>&\"'\uffff😀 '] + warn('x') + ['"


def chart(title=TITLE, legend="Line: recorded", words=("few", "many")) -> alt.LayerChart:
    rows = pd.DataFrame({"month": ["January", "February"], "records": [3, 4], "words": words})
    base = alt.Chart(rows).encode(x=alt.X("month:N"), y=alt.Y("records:Q"))
    layers = alt.layer(base.mark_bar(), base.mark_text().encode(text=alt.Text("words:N")))
    return layers.properties(height=300, title=heading(title, legend, LIGHT))


def svg(drawn: alt.LayerChart, source: str = SOURCE) -> ElementTree.Element:
    return ElementTree.fromstring(picture(drawn, source, PictureKind.SVG))


def lines(drawn: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in drawn.iter() if re.search(r"\}t(ext|span)$", element.tag)]


def test_a_picture_says_its_title_its_legend_its_source_and_that_its_figures_are_made():
    said = " ".join(lines(svg(chart()))).replace("\u00a0", " ")
    for part in (*TITLE, "Line: recorded", SOURCE, "January", "many"):
        assert part in said


def test_a_picture_lies_on_white_as_wide_as_a_slide_and_a_png_is_twice_as_fine():
    drawn = svg(chart())
    ground = next(element for element in drawn.iter() if element.tag.endswith("rect"))
    assert (ground.get("fill"), ground.get("width")) == ("#ffffff", str(WIDTH))
    assert (drawn.get("width"), drawn.get("height")) == (ground.get("width"), ground.get("height"))
    png = picture(chart(), SOURCE, PictureKind.PNG)
    wide, high = struct.unpack(">II", png[16:24])
    assert (wide, high) == (2 * WIDTH, 2 * int(drawn.get("height")))


def test_a_heading_of_many_lines_is_all_there_and_within_the_picture():
    words = [f"word{number}" for number in range(200)]
    drawn = svg(chart(legend=" ".join(words)))
    assert " ".join(words) in " ".join(lines(drawn)).replace("\u00a0", " ")
    assert int(drawn.get("height")) > int(svg(chart()).get("height")) + 100


def test_letters_that_no_picture_can_hold_end_nothing_and_the_others_stand_as_they_are():
    said = " ".join(lines(svg(chart([HOSTILE], HOSTILE, (HOSTILE, "x")), HOSTILE)))
    assert said.count("<b>&\"' 😀 '] + warn('x') + ['") == 4
    assert not re.search("[\x00-\x08\x1b\uffff]", said)


def test_a_picture_holds_its_rows_wherever_another_session_lets_altair_put_them():
    with alt.data_transformers.enable("default"):
        alt.data_transformers.register("elsewhere", lambda _: {"name": "elsewhere"})
        with alt.data_transformers.enable("elsewhere"):
            assert "many" in lines(svg(chart()))


def test_a_picture_loads_nothing_from_elsewhere():
    elsewhere = chart()
    elsewhere.data = alt.UrlData("http://127.0.0.1:9/rows.json")
    with pytest.raises(PictureError, match="Take the table"):
        picture(elsewhere, SOURCE, PictureKind.SVG)


@pytest.mark.parametrize(
    "fate", ["import os; os.abort()", "raise SystemExit(3)", "import time; time.sleep(9)"]
)
def test_a_picture_that_fails_or_takes_too_long_is_refused_in_words(fate, monkeypatch):
    monkeypatch.setattr(pictures, "MAKE", fate)
    monkeypatch.setattr(pictures, "SECONDS", 3)
    with pytest.raises(PictureError, match="The picture can't be made"):
        picture(chart(), SOURCE, PictureKind.PNG)


def test_what_makes_pictures_is_loaded_by_no_page():
    assert "vl_convert" not in imported_by("import vulncore.charts.picture, pages.shared.files")


@pytest.mark.parametrize("unit", ["a\nb", 'x\\" : 1, b:\\"', "crimes'", "`${1}`"])
def test_whatever_the_unit_of_a_store_of_before_is_its_chart_is_drawn(unit):
    months = pd.date_range("2023-01-01", periods=3, freq="MS")
    frame = pd.DataFrame({"month": months, "count": 1.0, "provisional": False, "average": 1.0, "period": ""})
    svg = picture(monthly_chart(frame, "Rape", unit), "Source", PictureKind.SVG).decode()
    assert "Rape" in svg


def test_of_many_pictures_at_once_the_last_are_refused_and_later_ones_made_again(monkeypatch):
    entered, may_end = threading.Semaphore(0), threading.Event()

    def slow(*_):
        entered.release()
        may_end.wait(10)
        return b"made"

    monkeypatch.setattr(pictures, "_made", slow)
    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: made.append(picture(alt.LayerChart(), "", PictureKind.SVG)))
        for _ in range(pictures.MOST_WAITING)
    ]
    for thread in threads:
        thread.start()
        assert entered.acquire(timeout=10)
    with pytest.raises(PictureError, match="Too many pictures are being made"):
        picture(alt.LayerChart(), "", PictureKind.SVG)
    may_end.set()
    for thread in threads:
        thread.join()
    assert made == [b"made"] * pictures.MOST_WAITING
    assert picture(alt.LayerChart(), "", PictureKind.SVG) == b"made"
