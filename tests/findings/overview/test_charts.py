"""What the monthly chart promises."""

import pandas as pd

from vulncore.findings.overview.charts import monthly_chart


def frame(counts, provisional=(), periods=()) -> pd.DataFrame:
    months = pd.date_range("2023-01-01", periods=len(counts), freq="MS")
    return pd.DataFrame(
        {
            "month": months,
            "count": pd.Series(counts, dtype=float),
            "provisional": [n in provisional for n in range(len(counts))],
            "average": float("nan"),
            "period": list(periods) or [""] * len(counts),
        }
    )


def lines(chart) -> list[list[dict]]:
    """Return the data of each layer that draws a line of counts."""
    spec = chart.to_dict()
    drawn = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    return [
        spec["datasets"][layer["data"]["name"] if "data" in layer else spec["data"]["name"]]
        for layer in drawn
    ]


def text_of(chart) -> set[str]:
    spec = chart.to_dict()
    return {str(value) for rows in spec["datasets"].values() for row in rows for value in row.values()}


def test_no_line_crosses_a_month_that_was_not_delivered():
    data = lines(monthly_chart(frame([1, 2, None, None, 5, 6]), "Rape", "crimes"))[-1]
    runs = [row["run"] for row in data]
    assert len(data) == 4
    assert runs[0] == runs[1] != runs[2] == runs[3]


def test_each_run_of_months_not_delivered_is_marked_once():
    chart = monthly_chart(frame([1, None, None, 4, None, 6]), "Rape", "crimes")
    spans = [rows for rows in chart.to_dict()["datasets"].values() if rows and "text" in rows[0]]
    assert [(row["start"][:7], row["end"][:7]) for row in spans[0]] == [
        ("2023-02", "2023-04"),
        ("2023-05", "2023-06"),
    ]
    assert "not delivered" in text_of(chart)
    assert "not delivered" not in text_of(monthly_chart(frame([1, 2, 3]), "Rape", "crimes"))


def test_provisional_months_are_hollow_and_the_subtitle_says_so():
    chart = monthly_chart(frame([1, 2, 3], provisional=(2,)), "Rape", "crimes").to_dict()
    assert "Hollow: provisional" in chart["title"]["subtitle"]
    assert chart["layer"][-1]["mark"]["type"] == "point"
    settled = monthly_chart(frame([1, 2, 3]), "Rape", "crimes").to_dict()
    assert settled["title"]["subtitle"] == ["Line: each month"]


def test_a_mean_that_is_missing_is_a_dash_and_never_nought():
    with_means = frame([1, 2]).assign(average=[None, 1.25])
    chart = monthly_chart(with_means, "Rape", "crimes").to_dict()
    (points,) = [layer for layer in chart["layer"] if layer["mark"]["type"] == "circle"]
    (field,) = [tip["field"] for tip in points["encoding"]["tooltip"] if tip["title"].startswith("Mean")]
    data = lines(monthly_chart(with_means, "Rape", "crimes"))[-1]
    assert [row[field] for row in data] == ["–", "1.2"]


def test_the_axis_says_what_is_counted_and_the_title_what_where_and_when():
    chart = monthly_chart(frame([1, 2, 3]), "Rape: crimes a month, 2023", "crimes").to_dict()
    assert chart["title"]["text"] == ["Rape: crimes a month", "2023"]
    assert "crimes a month" in {
        layer["encoding"]["y"].get("title") for layer in chart["layer"] if "y" in layer.get("encoding", {})
    }
