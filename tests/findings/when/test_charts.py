"""What the charts of the week promise."""

import re

import numpy as np
import pandas as pd
import pytest

from vulncore.charts.theme import DARK, LIGHT
from vulncore.charts.week_frame import ROW_HEIGHT
from vulncore.findings.when.charts import DARK_PART, ON_BRIGHT, ON_DARK, week_change_chart, week_chart

VIRIDIS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]  # at quarters of the scale


def luminance(colour: str) -> float:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def viridis(share: float) -> str:
    at = min(int(share * 4), 3)
    low, high = (np.array([int(VIRIDIS[stop][k : k + 2], 16) for k in (1, 3, 5)]) for stop in (at, at + 1))
    return "#" + "".join(f"{round(part):02x}" for part in low + (high - low) * (share * 4 - at))


def cells(hours: int = 3) -> pd.DataFrame:
    rows = [
        {"row": row, "x": x, "hours": hours, "weight": 5.0 + row, "low": 1.0, "high": 9.0, "hidden": row == 2}
        for row in range(7)
        for x in range(0, 24, hours)
    ]
    frame = pd.DataFrame(rows).assign(label="When", short="5", words="5.0", total=False)
    frame.loc[frame["hidden"], ["weight", "low", "high"]] = np.nan
    return frame


def drawn(chart) -> dict:
    return chart.to_dict()


def rows_sent(spec: dict) -> list[dict]:
    return [row for rows in spec["datasets"].values() for row in rows]


NO_STRETCH = pd.DataFrame(columns=["row", "x", "x2", "label"])


def test_numbers_can_be_read_on_every_colour_of_the_scale():
    worst = min(
        contrast(viridis(share), ON_DARK if share < DARK_PART else ON_BRIGHT)
        for share in np.linspace(0, 1, 201)
    )
    assert worst >= 4.4


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_what_is_hidden_is_not_among_what_the_browser_gets(palette):
    spec = drawn(week_chart(cells(), NO_STRETCH, 6, ["A"], ["B"], "crimes", palette))
    hidden = [row for row in rows_sent(spec) if row.get("hidden")]
    assert len(hidden) == 8
    assert {row["weight"] for row in hidden} == {None}
    assert not [row for row in rows_sent(spec) if "low" in row or "high" in row]


@pytest.mark.parametrize(("first", "rules"), [(6, 1), (0, 0)])
def test_midnight_is_marked_where_rows_hold_a_night(first, rules):
    spec = drawn(week_chart(cells(), NO_STRETCH, first, ["A"], ["B"], "crimes"))
    midnights = [layer for layer in spec["layer"] if layer["mark"].get("type") == "rule"]
    assert len(midnights) == rules
    assert "next day" in str(spec) or first == 0


@pytest.mark.parametrize(
    ("hours", "mark"), [(1, ("rect", False)), (3, ("rule", None))], ids=["hours", "bands"]
)
def test_a_stretch_is_marked_over_the_cells_and_under_the_numbers_and_a_bar_cuts_none(hours, mark):
    piece = pd.DataFrame({"row": [3], "x": [14], "x2": [20], "label": ["Thursday evening"]})
    spec = drawn(week_chart(cells(hours), piece, 0, ["A"], ["B"], "crimes"))
    kinds = [(layer["mark"]["type"], layer["mark"].get("filled")) for layer in spec["layer"]]
    marked = [at for at, kind in enumerate(kinds) if kind == mark]
    assert max(at for at, kind in enumerate(kinds) if kind == ("rect", None)) < marked[0]
    assert min(at for at, kind in enumerate(kinds) if kind[0] == "text") > marked[-1]
    if hours == 3:
        bars = [spec["layer"][at]["mark"] for at in marked]
        # a number of 15 pixels stands in the middle of its row, of which a little is the gap to the next
        below = float(re.fullmatch(r"bandwidth\('y'\) \* (0\.\d+)", bars[0]["yOffset"]["expr"])[1])
        for row in (0.93 * ROW_HEIGHT, 1.4 * ROW_HEIGHT):
            assert all(below * row - bar["strokeWidth"] / 2 > 15 / 2 for bar in bars)
            assert all(below * row + bar["strokeWidth"] / 2 <= row / 2 for bar in bars)


def test_single_hours_have_a_scale_beside_them_for_where_there_is_no_room_for_numbers():
    by_hour = str(drawn(week_chart(cells(1), NO_STRETCH, 6, ["A"], ["B"], "crimes")))
    by_band = str(drawn(week_chart(cells(3), NO_STRETCH, 6, ["A"], ["B"], "crimes")))
    assert "Crimes an hour" in by_hour
    assert "Crimes an hour" not in by_band


def test_only_what_changed_beyond_chance_has_an_arrow_and_a_strong_colour():
    frame = cells().assign(
        change=[8.0, -3.2, 0.3, np.nan] * 14, clear=[True, False, False, True] * 14, rose=True
    )
    spec = drawn(week_change_chart(frame, 6, ["A"], ["B"]))
    shorts = {row["short"] for row in rows_sent(spec) if "short" in row}
    assert shorts == {"▲+8", "−3", "0", "▲"}
    assert '"test": "datum.clear"' in str(spec).replace("'", '"')
