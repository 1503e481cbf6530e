"""What the commands promise that whoever keeps the dashboard gives: here, to make ready what pages show first."""

from datetime import date

from tests.cli.test_cli import run
from tests.forecasting.plain import forecast_plainly
from tests.making import delivery, month_total, months
from vulncore.domain.vocabulary import report_measures
from vulncore.store import publish


def test_what_pages_show_first_is_made_ready_once_and_said_thing_by_thing(tmp_path, monkeypatch):
    forecast_plainly(monkeypatch)
    counts = [month_total(month, 20 + month.month, "hate-crime") for month in months(date(2020, 1, 1), 48)]
    measures = [measure for measure in report_measures() if measure.key == "hate-crime"]
    publish(tmp_path, "small", delivery(counts=counts, measures=measures), "tests")
    done = run("prepare", "small", store=tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "show first of small, version 1" in done.stdout
    assert "1 of 2: Ruritania Police, Hate crime: made in " in done.stdout
    assert "small: 1 made, 1 ready before, in " in done.stdout
    done = run("prepare", store=tmp_path)
    assert "1 of 2: Ruritania Police, Hate crime: ready before" in done.stdout
    assert "small: 2 ready before, in " in done.stdout
    done = run("prepare", "large", store=tmp_path)
    assert (done.exit_code, "No dataset is called 'large'" in done.stderr) == (1, True)
    assert "prepare" in run("--help").stdout
