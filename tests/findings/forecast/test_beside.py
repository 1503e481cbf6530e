"""What two forecasts beside each other promise."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from tests.conftest import tried_at_few_origins
from vulncore.findings.forecast.beside import OutlooksBeside, outlooks_beside
from vulncore.findings.forecast.charts import years_chart
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.forecast.outlook import BASIS_NAMES, Outlook, forecast_outlook, last_twelve
from vulncore.findings.forecast.work import subject_forecasts
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.store import open_version

CITY = "City of London Police"


@pytest.fixture(scope="module")
def outlooks(shipped_store) -> dict[str, Outlook]:
    snapshot = open_version(shipped_store, "demo")
    every = subjects(dataset_contents(snapshot))
    made = {}
    with tried_at_few_origins():
        for name, key, month in (
            ("sexual", None, date(2024, 10, 1)),
            ("hate", "hate-crime", date(2024, 10, 1)),
            ("sexual before", None, date(2023, 10, 1)),
        ):
            demand = subject_demand(snapshot, CITY, find_subject(every, key), month)
            made[name] = forecast_outlook(demand, subject_forecasts(demand))
    return made


@pytest.fixture(scope="module")
def beside(outlooks, shipped_store):
    published = open_version(shipped_store, "demo").publish

    def compared(pinned: str | Outlook, shown: str | Outlook) -> OutlooksBeside:
        pair = [outlooks[one] if isinstance(one, str) else one for one in (pinned, shown)]
        return outlooks_beside((published, pair[0]), (published, pair[1]))

    return compared


def first_paths(outlook: Outlook) -> np.ndarray:
    return next(iter(outlook.paths.values()))


def test_two_subjects_are_compared_by_which_is_likely_to_grow_faster(outlooks, beside):
    both = beside("sexual", "hate")
    assert both.names == ("Sexual violence", "Hate crime")
    growths = [
        first_paths(outlooks[name])[:, 2:14].sum(axis=1) / last_twelve(outlooks[name].demand)
        for name in ("sexual", "hate")
    ]  # November and December come before 2025
    chance = mannwhitneyu(growths[1], growths[0]).statistic / len(growths[0]) / len(growths[1])
    assert both.briefing.also == (
        f"Hate crime grows faster in {round(10 * chance)} of 10 forecasts. "
        "Hate crime alone: approve or decline the new level on the Strand page."
    )
    means = [first_paths(outlooks[name])[:, 2:14].sum(axis=1).mean() for name in ("sexual", "hate")]
    assert both.briefing.finding == (
        f"2025: hate crime about {means[1]:,.0f}, sexual violence about {means[0]:,.0f}."
    )


def test_who_grows_faster_for_sure_is_said_by_name(outlooks, beside):
    hate = outlooks["hate"]
    doubled = replace(hate, paths={basis: paths * 3 for basis, paths in hate.paths.items()})
    assert beside("sexual", doubled).briefing.action == "Hate crime is likely to grow faster."
    assert beside(doubled, "sexual").briefing.action == "Hate crime is likely to grow faster."


def test_one_subject_at_two_times_says_whether_the_earlier_range_held_what_is_expected_now(outlooks, beside):
    both = beside("sexual before", "sexual")
    basis = next(iter(outlooks["sexual"].paths))
    then, now = (outlooks[name].year(basis, 2025) for name in ("sexual before", "sexual"))
    within = then["low80"] <= now["expected"] <= then["high80"]
    assert both.briefing.finding == (
        f"2025: about {now['expected']:,.0f} expected from October 2024, about {then['expected']:,.0f} from October 2023."
    )
    assert both.briefing.action.startswith("The forecast from October 2023 ")
    assert ("did not allow" in both.briefing.action) == (not within)
    far = outlooks["sexual"]
    rows = far.years.assign(expected=far.years["expected"] * 100)
    assert beside("sexual before", replace(far, years=rows)).briefing.action.endswith("Ask what changed.")


def test_what_ifs_alone_are_no_news(beside):
    assert beside("sexual", "sexual").briefing.action == "Both know the same months."


def test_both_charts_reach_equally_far(outlooks, beside):
    both = beside("sexual before", "hate")
    assert both.years == tuple(
        sorted(set(outlooks["sexual before"].years["year"]) | set(outlooks["hate"].years["year"]))
    )
    domains = []
    for name in ("sexual before", "hate"):
        shown = outlooks[name].years.assign(basis=outlooks[name].years["basis"].map(BASIS_NAMES))
        chart = years_chart(shown, [name], "crimes", beside=(both.years, both.top)).to_dict()
        bars = chart["layer"][0]["encoding"]
        domains.append((bars["x"]["scale"]["domain"], bars["y"]["scale"]["domain"]))
    assert domains[0] == domains[1]
    assert domains[0][1][1] == max(
        np.nanmax(outlooks[name].years[["recorded", "high95"]].to_numpy(dtype=float))
        for name in ("sexual before", "hate")
    )
