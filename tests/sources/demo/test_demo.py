"""What the demo data promises. Months, words and places are written out here as the report has them."""

import csv
import hashlib
import io
import json
import math
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
import statsmodels.api as sm

from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.schemas import validated
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import report_measures
from vulncore.sources.demo import deliver
from vulncore.sources.demo.description import description, dice, draw_names
from vulncore.sources.demo.details import _streets
from vulncore.sources.demo.months import month_counts

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
BOUNDARY = SHARED / "geography" / "city-of-london-boundary.geojson"
STREET_ZIP = SHARED / "police-uk" / "city-of-london-street-2016-01-to-2024-12.zip"

SEEDS = [2024, 1, 2, 3]
SEXUAL = ["rape", "other-sexual-offences"]
BURSTS = ["adult-at-risk-ppns", "child-at-risk-ppns", "mental-health"]
NEVER = ["fgm", "forced-marriage", "hbv"]
WINDOWS = {
    "fytd_previous": ("2023-04-01", "2023-10-31"),
    "fytd_current": ("2024-04-01", "2024-10-31"),
    "fytd_2019_20": ("2019-04-01", "2019-10-31"),
    "rolling12_previous": ("2022-11-01", "2023-10-31"),
    "rolling12_current": ("2023-11-01", "2024-10-31"),
}
CHANGES = {
    "fytd": ("fytd_previous", "fytd_current"),
    "baseline": ("fytd_2019_20", "fytd_current"),
    "rolling12": ("rolling12_previous", "rolling12_current"),
}


@pytest.fixture(scope="module")
def demo():
    return deliver()


@pytest.fixture(scope="module")
def rows(demo):
    return demo.tables.incidents.to_pandas()


@pytest.fixture(scope="module")
def counted(rows):
    return rows[rows["no_crimed_on"].isna()]


@pytest.fixture(scope="module")
def sexual(counted):
    return counted[counted["measure"].isin(SEXUAL)]


@pytest.fixture(scope="module", params=SEEDS)
def months(request):
    """Counts by measure (rows) and month (columns), for one seed."""
    return month_counts(request.param).pivot(index="measure", columns="month", values="count")


def published_rows():
    with shipped("strand-table-2024-10.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def share(flags) -> float:
    return float(np.mean(np.asarray(flags, dtype=float)))


# The published table


@pytest.fixture(scope="module")
def tally(demo):
    """Every window's count by label, row by row."""
    labels = {measure.key: measure.label for measure in report_measures()}
    counts = Counter()
    for row in demo.tables.incidents.select(["measure", "recorded_on", "no_crimed_on"]).to_pylist():
        for name, (first, last) in WINDOWS.items():
            if row["no_crimed_on"] is None and first <= row["recorded_on"].isoformat() <= last:
                counts[labels[row["measure"]], name] += 1
    return counts


@pytest.mark.parametrize("row", published_rows(), ids=lambda row: row["measure"])
def test_the_strand_table_equals_the_published_one_in_every_cell(row, tally):
    made = {name: tally[row["measure"], name] for name in WINDOWS}
    for key, (earlier, current) in CHANGES.items():
        change = made[current] - made[earlier]
        percent = 100 * change / made[earlier] if made[earlier] else 0.0
        made |= {f"{key}_change": change, f"{key}_change_pct": math.floor(abs(percent) + 0.5)}
        made[f"{key}_change_pct"] *= -1 if percent < 0 else 1
    assert made == {name: int(row[name]) for name in made}
    assert set(made) == set(row) - {"group", "measure"}


def test_the_published_table_has_the_nineteen_rows_that_are_compared():
    assert len({row["measure"] for row in published_rows()}) == len(published_rows()) == 19


# Months


def test_hate_crime_runs_from_17_to_32_a_month_in_the_24_months_to_october_2024(months):
    hate = months.loc["hate-crime", "2022-11":"2024-10"]
    assert (len(hate), hate.min(), hate.max()) == (24, 17, 32)


def test_attempted_suicides_stop_with_march_2024_and_not_before(months):
    attempts = months.loc["attempted-suicides"]
    assert attempts[:"2024-03"].min() > 0
    assert attempts["2024-04":].sum() == 0


def test_2022_has_the_most_sexual_offences_of_any_calendar_year_to_then(months):
    years = months.loc[SEXUAL].sum().groupby(months.columns.year).sum()
    assert years.loc[:2022].idxmax() == 2022


def test_sexual_offences_rise_over_the_whole_history(months):
    monthly = months.loc[SEXUAL].sum().to_numpy()
    assert np.polyfit(np.arange(len(monthly)), monthly, 1)[0] > 0.05  # more a month, every month
    assert monthly[-12:].sum() > monthly[-24:-12].sum() > monthly[:12].sum()


@pytest.mark.parametrize("measures", [["domestic-abuse-crime"], SEXUAL, ["hate-crime"]], ids=" and ".join)
def test_the_pandemic_is_a_dip_that_is_recovered_from(months, measures):
    before, during, after = (
        months.loc[measures].sum()[first:last].mean()
        for first, last in [("2019-04", "2020-02"), ("2020-04", "2021-02"), ("2021-10", "2022-10")]
    )
    assert during < 0.9 * before < after


def test_the_pandemic_has_the_shape_of_the_real_months():
    if not STREET_ZIP.exists():
        pytest.skip("the City's street-level files are not beside the repository")
    real = Counter()
    with zipfile.ZipFile(STREET_ZIP) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                for row in csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8")):
                    real[row["Month"]] += row["Crime type"] == "Violence and sexual offences"
    ordinary = sum(real[f"2019-{month:02d}"] for month in range(1, 13)) / 12
    shares = description("months")["activity"]
    assert len(shares) == 18
    assert shares == pytest.approx({month: real[month] / ordinary for month in shares}, abs=0.026)


def test_what_the_report_says_never_happened_never_does(months):
    assert months.loc[NEVER].to_numpy().sum() == 0


def test_low_volumes_scatter_as_chance_does_and_bursts_scatter_more():
    scatter = {"low": [], "bursts": []}
    for seed in range(10, 16):
        counts = month_counts(seed).pivot(index="month", columns="measure", values="count")
        recent = counts.loc["2021-10":]  # past the pandemic
        recent = recent.loc[:, recent.mean() >= 3].drop(columns=["hate-crime", "attempted-suicides"])
        for measure, series in recent.items():
            scatter["bursts" if measure in BURSTS else "low"].append(around_trend_and_season(series))
    # measured: low 0.99, bursts 1.67
    assert 0.85 < np.mean(scatter["low"]) < 1.2
    assert 1.3 < np.mean(scatter["bursts"]) < 2.5


def around_trend_and_season(series) -> float:
    """Return variance over mean around a smooth curve and a yearly wave, by statsmodels."""
    month = np.arange(len(series))
    knots = np.linspace(0, len(series), 6)[1:-1]
    bends = [np.maximum(month - knot, 0) for knot in knots]
    waves = [f(2 * np.pi * k * month / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    fit = sm.GLM(
        series.to_numpy(), sm.add_constant(np.column_stack([month, *bends, *waves])), sm.families.Poisson()
    ).fit()
    return fit.pearson_chi2 / fit.df_resid


def test_no_month_jumps_more_where_a_published_window_begins_than_elsewhere():
    starts = pd.to_datetime(["2019-04", "2019-11", "2022-11", "2023-04", "2023-11", "2024-04"])
    at_a_start, elsewhere = [], []
    for seed in range(10, 22):
        counts = month_counts(seed).pivot(index="month", columns="measure", values="count")
        counts = counts.drop(columns=["attempted-suicides"]).loc["2018-04":]
        for measure in counts.columns[counts.mean() >= 5]:
            earlier, later = counts[measure].to_numpy()[:-1], counts[measure].to_numpy()[1:]
            jump = (later - earlier) ** 2 / np.maximum(later + earlier, 1)
            starting = counts.index[1:].isin(starts)
            at_a_start.extend(jump[starting])
            elsewhere.extend(jump[~starting])
    assert np.mean(at_a_start) < 1.35 * np.mean(elsewhere)  # measured: 0.8 times


# The delivery


def test_every_measure_is_delivered_for_every_month_those_without_a_record_included(demo):
    covered = demo.tables.coverage.to_pylist()
    months = [date(year, month, 1) for year in range(2018, 2025) for month in range(1, 13)]
    months = [month for month in months if date(2018, 4, 1) <= month <= date(2024, 10, 1)]
    wanted = {(measure.key, month) for measure in report_measures() for month in months}
    assert len(months) == 79
    assert Counter((row["measure"], row["month"]) for row in covered) == Counter(wanted)
    rest = {(row["force"], row["table"], row["source"], row["provisional"]) for row in covered}
    assert rest == {("City of London Police", "incidents", "demo", False)}


def test_the_tables_are_valid_and_every_row_is_accounted_for(demo):
    assert validated(demo.tables).named() == demo.tables.named()
    assert demo.rows.read == demo.rows.accepted == demo.tables.incidents.num_rows
    assert not demo.rows.rejected


def test_it_says_that_it_is_made(demo):
    assert demo.made
    assert demo.source == "demo"
    assert demo.files == ()
    assert demo.attribution.startswith("Made data")
    assert set(demo.tables.annotations["author"].to_pylist()) == {"demo generator"}


def digest(tables) -> str:
    sink = pa.BufferOutputStream()
    for table in tables.named().values():
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed(demo):
    script = "from tests.sources.demo.test_demo import deliver, digest; print(digest(deliver().tables))"
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == digest(demo.tables)


def test_another_seed_gives_other_rows_and_the_same_published_totals(demo, tally):
    other = deliver(1).tables
    assert digest(other) != digest(demo.tables)
    kept = other.incidents.to_pandas().query("no_crimed_on.isna() and measure == 'rape'")
    recorded = kept["recorded_on"].astype(str)
    assert [recorded.between(*window).sum() for window in WINDOWS.values()] == [
        tally["Rape", name] for name in WINDOWS
    ]


# Records


def test_a_record_of_two_measures_is_one_thing_that_happened_once(rows):
    repeated = rows[rows.duplicated("record_id", keep=False)]
    per_record = repeated.groupby("record_id")
    assert (per_record["measure"].nunique() == 2).all()
    one_thing = rows.columns.difference(["row_id", "record_id", "measure", "hate_strand"])
    differing = per_record[list(one_thing)].nunique(dropna=False).max()
    assert differing.max() == 1


@pytest.mark.parametrize(
    ("first", "second", "at_least"),
    [
        ("rape", "domestic-abuse-crime", 10),
        ("stalking-and-harassment", "domestic-abuse-crime", 100),
        ("cse", "child-abuse", 30),
    ],
)
def test_some_records_count_in_two_strands(counted, first, second, at_least):
    ids = [set(counted.loc[counted["measure"] == measure, "record_id"]) for measure in (first, second)]
    assert len(ids[0] & ids[1]) >= at_least


def test_a_rape_by_a_partner_is_always_domestic_abuse_too(counted):
    abuse = set(counted.loc[counted["measure"] == "domestic-abuse-crime", "record_id"])
    by_partner = counted[counted["offence"] == "rape: partner or former partner"]
    assert set(by_partner["record_id"]) <= abuse


def test_a_plausible_few_crimes_turned_out_to_be_none(rows):
    crimes = rows[rows["record_kind"] == "crime"]
    assert 0.01 < share(crimes["no_crimed_on"].notna()) < 0.04
    assert rows.loc[rows["record_kind"] != "crime", "no_crimed_on"].isna().all()
    cancelled = rows[rows["no_crimed_on"].notna()]
    assert (cancelled["no_crimed_on"] >= cancelled["recorded_on"]).all()
    assert cancelled["no_crimed_on"].max() <= date(2024, 10, 31)


def test_most_sexual_offences_are_low_level_touching_with_some_exposure(sexual):
    assert share(sexual["offence"] == "sexual touching") > 0.5
    exposure = share(sexual["offence"] == "exposure")
    assert 0.05 < exposure < 0.25


def test_most_sexual_offences_are_linked_to_the_night_time_economy(sexual):
    exact = sexual.loc[sexual["occurred_from"] == sexual["occurred_to"], "occurred_from"]
    assert share((exact.dt.hour >= 18) | (exact.dt.hour < 6)) > 0.6


def test_hate_crime_is_mostly_racial_and_mostly_public_order_or_violence_without_injury(counted):
    hate = counted[counted["measure"] == "hate-crime"]
    assert hate["hate_strand"].notna().all()
    assert hate["hate_strand"].value_counts().idxmax() == "race"
    low_level = {"public order: fear, alarm or distress", "violence without injury"}
    assert set(hate["offence"].value_counts().index[:2]) == low_level
    assert share(hate["offence"].isin(low_level)) > 0.6
    assert counted.loc[counted["measure"] != "hate-crime", "hate_strand"].isna().all()


# Times


def exact_times(sexual):
    return sexual.loc[sexual["occurred_from"] == sexual["occurred_to"], "occurred_from"]


def test_thursday_evening_is_the_evening_when_most_sexual_offences_happen(sexual):
    by_evening = Counter(at.strftime("%A") for at in exact_times(sexual) if at.hour >= 18)
    (first, most), (_, next_most) = by_evening.most_common(2)
    assert first == "Thursday"
    assert most > 2 * next_most


def test_the_early_hours_of_friday_saturday_and_sunday_are_when_they_cluster(sexual):
    by_night = Counter(at.strftime("%A") for at in exact_times(sexual) if at.hour < 6)
    three = {"Friday", "Saturday", "Sunday"}
    assert min(by_night[day] for day in three) > 4 * sum(by_night[day] for day in set(by_night) - three)


def test_the_peaks_are_thursday_at_night_and_early_saturday_and_sunday(sexual):
    hours = Counter((at.strftime("%A"), at.hour) for at in exact_times(sexual))
    busiest = {day for (day, _), _ in hours.most_common(8)}
    assert busiest <= {"Thursday", "Friday", "Saturday", "Sunday"}
    assert all(hour >= 20 if day == "Thursday" else hour < 4 for (day, hour), _ in hours.most_common(8))


def test_nothing_happens_after_it_was_recorded_nor_ends_before_it_began(rows):
    for row in rows[["recorded_on", "occurred_from", "occurred_to"]].itertuples():
        assert pd.isna(row.occurred_from) or row.occurred_from.date() <= row.recorded_on
        assert pd.isna(row.occurred_to) or row.occurred_from <= row.occurred_to
        assert pd.isna(row.occurred_to) or row.occurred_to.date() <= row.recorded_on


def test_every_time_was_shown_by_a_clock_in_london(rows):
    london, utc = ZoneInfo("Europe/London"), ZoneInfo("UTC")
    for column in ("occurred_from", "occurred_to"):
        for at in rows[column].dropna():
            wall = at.to_pydatetime()
            back = wall.replace(tzinfo=london).astimezone(utc).astimezone(london)
            assert back.replace(tzinfo=None) == wall


def test_some_times_are_known_to_the_minute_some_as_windows_and_some_not_at_all(sexual):
    start, end = sexual["occurred_from"], sexual["occurred_to"]
    ways = {
        "to the minute": (start == end, 0.35, 0.65),
        "window": ((start < end), 0.20, 0.50),
        "start only": (start.notna() & end.isna(), 0.02, 0.15),
        "not at all": (start.isna() & end.isna(), 0.01, 0.12),
    }
    for way, (flags, low, high) in ways.items():
        assert low < share(flags) < high, way
    assert sum(flags.sum() for flags, _, _ in ways.values()) == len(sexual)


def test_some_happened_at_some_time_between_friday_evening_and_saturday_morning(counted):
    known = counted.dropna(subset=["occurred_from", "occurred_to"])
    start, end = known["occurred_from"], known["occurred_to"]
    from_friday = (start.dt.day_name() == "Friday") & (start.dt.hour >= 17)
    to_saturday = (end.dt.day_name() == "Saturday") & (end.dt.hour <= 6) & (end - start < timedelta(days=1))
    assert (from_friday & to_saturday).sum() > 20


@pytest.mark.parametrize(
    ("measure", "days", "low", "high"),
    [
        ("other-sexual-offences", 30, 0.05, 0.25),
        ("child-abuse", 365, 0.08, 0.35),
        ("mental-health", 30, 0.0, 0.001),
    ],
    ids=["late sexual offences", "non-recent child abuse", "incidents attended at once"],
)
def test_reports_are_as_late_as_their_kind_is(counted, measure, days, low, high):
    of_measure = counted[counted["measure"] == measure].dropna(subset=["occurred_to"])
    delay = pd.to_datetime(of_measure["recorded_on"]) - of_measure["occurred_to"]
    assert low <= share(delay > timedelta(days=days)) <= high


# Places


def metres(longitude, latitude, other_longitude, other_latitude):
    """Return the great-circle distance, on a sphere."""
    a, b = np.radians(latitude), np.radians(other_latitude)
    across = np.radians(other_longitude - longitude)
    chord = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(across / 2) ** 2
    return 2 * 6_371_000 * np.arcsin(np.sqrt(chord))


def test_every_point_lies_within_25_metres_of_its_street(rows):
    streets = pd.read_csv(shipped("city-places.csv"))
    placed = rows[rows["place"].notna() & (rows["location_type"] != "bridge")]
    pairs = placed[["row_id", "place", "longitude", "latitude"]].merge(streets, on="place", how="left")
    assert pairs["kind"].eq("street").all()
    pairs["away"] = metres(
        pairs["longitude_x"], pairs["latitude_x"], pairs["longitude_y"], pairs["latitude_y"]
    )
    assert pairs.groupby("row_id")["away"].min().max() < 25.2  # a sphere is not quite the Earth


def test_every_point_lies_in_the_city_or_at_its_very_edge(rows):
    if not BOUNDARY.exists():
        pytest.skip("the City's boundary as published is not beside the repository")
    features = json.loads(BOUNDARY.read_text(encoding="utf-8"))["features"]
    area = shapely.union_all([shapely.geometry.shape(feature["geometry"]) for feature in features])
    stretch = np.array([69_400.0, 111_300.0])  # metres in a degree, at 51.5 north
    plane = shapely.transform(area, lambda degrees: degrees * stretch)
    placed = rows.dropna(subset=["longitude"])
    points = shapely.points(placed[["longitude", "latitude"]].to_numpy() * stretch)
    assert shapely.distance(plane, points).max() < 50
    assert share(shapely.contains(plane, points)) > 0.9


def test_rows_have_a_whole_place_or_none(rows):
    for column in ("latitude", "place", "outside_area"):
        assert (rows[column].isna() == rows["longitude"].isna()).all()
    assert not rows["outside_area"].dropna().any()
    by_measure = rows["longitude"].isna().groupby(rows["measure"]).mean()
    assert 0.01 < by_measure["other-sexual-offences"] < 0.1


def test_points_do_not_fall_on_one_another(rows):
    placed = rows.drop_duplicates("record_id").dropna(subset=["longitude"])
    assert share(placed.duplicated(["longitude", "latitude"])) < 0.001


def test_sexual_offences_concentrate_on_few_streets_and_attempted_suicides_on_the_river(counted):
    def busiest(measure):
        return counted.loc[counted["measure"] == measure, "place"].value_counts(normalize=True)

    assert busiest("other-sexual-offences")[:5].sum() > 0.35
    assert {"Bishopsgate", "Liverpool Street"} <= set(busiest("other-sexual-offences").index[:3])
    attempts = counted[counted["measure"] == "attempted-suicides"]
    assert share(attempts["location_type"].isin(["bridge", "riverside"])) > 0.6


# People


def test_most_victims_of_sexual_offences_and_domestic_abuse_do_not_live_in_the_city(counted):
    for measures in (SEXUAL, ["domestic-abuse-crime"]):
        lives = counted.loc[counted["measure"].isin(measures), "victim_residency"]
        assert share(lives.isin(["visiting the City", "working in the City"])) > 0.6
        assert share(lives == "resident in the City") < 0.35


def test_one_person_lives_in_one_place(rows):
    assert rows.dropna(subset=["victim_key"]).groupby("victim_key")["victim_residency"].nunique().max() == 1


@pytest.mark.parametrize(
    "measure", ["domestic-abuse-crime", "stalking-and-harassment", "mental-health", "missing-children"]
)
def test_some_people_are_harmed_again(counted, measure):
    keys = counted.loc[counted["measure"] == measure, "victim_key"]
    assert 0.08 < share(keys.duplicated()) < 0.4


def test_risk_is_graded_in_three_levels_and_most_of_it_is_standard(counted):
    for measure in ("domestic-abuse-crime", "hate-crime", "adult-at-risk-ppns", "child-at-risk-ppns"):
        levels = counted.loc[counted["measure"] == measure, "risk_level"].value_counts(normalize=True)
        assert list(levels.index) == ["standard", "medium", "high"]


# Allocation and outcomes


def test_all_sexual_offences_go_to_the_ppu_but_stranger_1_rapes_to_major_crime(rows):
    stranger_1 = rows["offence"] == "rape: stranger 1"
    assert stranger_1.any()
    assert set(rows.loc[stranger_1, "allocated_to"]) == {"Major Crime Team"}
    assert set(rows.loc[rows["measure"].isin(SEXUAL) & ~stranger_1, "allocated_to"]) == {
        "Public Protection Unit"
    }


def test_all_domestic_abuse_and_child_abuse_goes_to_the_ppu(rows):
    for measure in ("domestic-abuse-crime", "child-abuse", "cse"):
        assert set(rows.loc[rows["measure"] == measure, "allocated_to"]) == {"Public Protection Unit"}


def test_serious_hate_crime_goes_to_the_ppu_and_the_rest_to_local_policing(rows):
    hate = rows[rows["measure"] == "hate-crime"]
    serious = hate["offence"].isin(["violence with injury", "threats to kill"]) | (
        hate["risk_level"] == "high"
    )
    assert set(hate.loc[serious, "allocated_to"]) == {"Public Protection Unit"}
    assert set(hate.loc[~serious, "allocated_to"]) == {"Local Policing"}
    assert share(serious) < 0.2


def test_outcomes_come_after_recording_and_never_after_the_last_day_of_the_data(rows):
    decided = rows[rows["outcome_on"].notna()]
    assert (decided["outcome_on"] >= decided["recorded_on"]).all()
    assert decided["outcome_on"].max() <= date(2024, 10, 31)
    assert (rows["outcome"].isna() == rows["outcome_on"].isna()).all()


def test_recent_crimes_are_mostly_open_and_old_ones_settled(counted):
    crimes = counted[counted["record_kind"] == "crime"]
    recorded = pd.to_datetime(crimes["recorded_on"])
    assert share(crimes.loc[recorded >= "2024-10-01", "outcome"].isna()) > 0.6
    assert share(crimes.loc[recorded < "2022-01-01", "outcome"].isna()) < 0.05


def test_rape_takes_longer_than_hate_crime(counted):
    old = counted[pd.to_datetime(counted["recorded_on"]) < "2022-10-01"].dropna(subset=["outcome_on"])
    took = pd.to_datetime(old["outcome_on"]) - pd.to_datetime(old["recorded_on"])
    median = took.dt.days.groupby(old["measure"]).median()
    assert median["rape"] > 2 * median["hate-crime"]


# A description that doesn't hold together


def test_percentages_that_do_not_come_to_100_are_refused():
    with pytest.raises(
        VulncoreError, match=r"percentages of hats come to 90, not 100\. Correct the percentages"
    ):
        draw_names(dice(1), {"bowler": 60, "top": 30}, 5, of="hats")


def test_a_street_that_does_not_ship_is_named():
    with pytest.raises(UnknownNameError, match=r"1 of 2 streets .*: Nowhere Row\. Name streets that are"):
        _streets({"Cornhill": 1, "Nowhere Row": 2})
