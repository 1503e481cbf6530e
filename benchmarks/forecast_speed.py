"""How long do a screen's forecasts take: in one process, over all cores, read from the disk, and at a second look?

    python benchmarks/forecast_speed.py

Made series of 79 months, as the demo's, on both bases with their back-tests. Ratios are to the work done in one process.
Read from the disk are forecasts that another process kept. A second look is what the page computes from them: totals,
adjustments, sentences and tables.
"""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from timing import median_seconds

from vulncore.domain.vocabulary import report_measures
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.outlook import forecast_outlook
from vulncore.findings.forecast.sentences import forecast_headline
from vulncore.findings.forecast.tables import months_table, years_table
from vulncore.findings.forecast.work import ready_forecasts, subject_forecasts
from vulncore.findings.shared.subject import Subject
from vulncore.forecasting.what_if import parse_adjustment

MONTHS = 79
RUNS = 3
WHAT_IF = parse_adjustment("growth:2025-04:+10")


def main() -> None:
    series = [made(mean, seed) for seed, mean in enumerate((3, 16, 80))]
    here = median_seconds(lambda: [subject_forecasts(demand, workers=1) for demand in series], RUNS)
    spread = median_seconds(lambda: [subject_forecasts(demand) for demand in series], RUNS)
    kept = [subject_forecasts(demand, workers=1) for demand in series]
    with TemporaryDirectory() as folder:
        for demand in series:
            subject_forecasts(demand, home=Path(folder))
        read = median_seconds(lambda: [ready_forecasts(demand, Path(folder)) for demand in series], RUNS)
    again = median_seconds(lambda: [look(*pair) for pair in zip(series, kept, strict=True)], RUNS)
    timed = (("one process", here), ("all cores", spread), ("read from disk", read), ("a second look", again))
    for name, seconds in timed:
        print(f"{name:15} {seconds / len(series):7.3f} s a series   {seconds / here:6.3f} of one process")


def made(mean: float, seed: int) -> Demand:
    month = np.arange(MONTHS)
    level = mean * (1 + month / MONTHS) * (1 + 0.2 * np.sin(2 * np.pi * month / 12))
    counts = np.random.default_rng(seed).poisson(level).astype(float)
    months = pd.DataFrame({"month": pd.date_range("2018-04-01", periods=MONTHS, freq="MS"), "count": counts})
    measure = report_measures()[0]
    return Demand(
        Subject(measure.key, measure.name, measure.unit, (measure,)),
        "Made",
        date(2024, 10, 1),
        months.assign(provisional=False, set_aside=False),
        None,
        None,
        (),
        None,
    )


def look(demand: Demand, forecasts):
    outlook = forecast_outlook(demand, forecasts, (WHAT_IF,))
    return forecast_headline(outlook), years_table(outlook), months_table(outlook)


if __name__ == "__main__":
    main()
