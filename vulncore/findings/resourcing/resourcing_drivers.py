"""What drives a shortage, as a chart and a table take it."""

import pandas as pd

from vulncore.findings.resourcing.assumptions import driver_name, field
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.resourcing.drivers import DEMAND


def drivers_shown(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage as the chart takes it: with each number's `name` and its two `ends` in words."""
    rows = told.drivers
    ends = [
        f"{_end(key, low)} to {_end(key, high)}"
        for key, low, high in zip(rows["key"], rows["low"], rows["high"], strict=True)
    ]
    return rows.assign(name=[driver_name(told.used, key) for key in rows["key"]], ends=ends)


def driver_rows(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage for files: `scenario`, `role`, `year`, `key`, `name`, `unit`, `low`, `high`, `gap_low`, `gap_high`."""
    rows = drivers_shown(told).round(4)
    unit = ["% of the expected" if key.startswith(DEMAND) else field(key).unit for key in rows["key"]]
    named = rows.assign(scenario=told.used.name, role=told.asked.role, year=told.asked.year, unit=unit)
    return named[
        ["scenario", "role", "year", "key", "name", "unit", "low", "high", "gap_low", "gap_high", "gap"]
    ]


def drivers_table(told: ResourcingOutlook) -> pd.DataFrame:
    """Return what drives the shortage, for people: the number that moves it most first."""
    rows = drivers_shown(told)
    return pd.DataFrame(
        {
            "What": rows["name"],
            "From, to": rows["ends"],
            "Short at the first": [f"{value:+,.1f}".replace("-", "−") for value in rows["gap_low"]],
            "Short at the second": [f"{value:+,.1f}".replace("-", "−") for value in rows["gap_high"]],
        }
    )


def _end(key: str, value: float) -> str:
    if key.startswith(DEMAND):
        return f"{value:,.0f} % of the expected"
    return f"{value:,.3g} {field(key).unit}" if value < 1_000 else f"{value:,.0f} {field(key).unit}"
