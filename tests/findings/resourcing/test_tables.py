"""What vulncore.findings.resourcing.tables and assumptions promise: tables, rows and sentences say the same."""

from dataclasses import replace

from tests.findings.resourcing.asking import AS_AT, outlook_of
from tests.resourcing.made_units import at
from vulncore.findings.resourcing.assumptions import assumption_rows, assumptions_table
from vulncore.findings.resourcing.outlook import changed_numbers
from vulncore.findings.resourcing.sentences import officers, resourcing_headline
from vulncore.findings.resourcing.tables import (
    ROWS,
    comparison_table,
    differences_table,
    drivers_table,
    exported,
    months_table,
    roles_table,
    staffing_rows,
    steps_table,
)
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import fixed


def test_every_number_is_a_row_with_its_unit_and_source_and_who_changed_it(outlook):
    changed = example_scenario().where(
        at("role.pip2.posts"), replace(fixed(20, "HR"), by="A. Lead", on=AS_AT)
    )
    table = assumptions_table(changed)
    assert len(table) == len(changed.assumptions)
    assert (table[["Number", "Unit", "Source"]] != "").all().all()
    row = table[(table["Of"] == "PIP 2 investigator") & (table["What"] == "Funded posts")].iloc[0]
    assert row.tolist()[2:] == ["20", "people", "HR", "A. Lead, 1 October 2024"]
    assert (table.loc[table.index != row.name, "Changed by"] == "–").all()
    assert changed_numbers(changed, example_scenario()) == [at("role.pip2.posts")]
    files = assumption_rows(changed).set_index("key")
    assert files.loc["role.pip2.posts", ["likeliest", "by", "on"]].tolist() == [20, "A. Lead", "2024-10-01"]


def test_tables_and_files_say_the_same(outlook, demo):
    rows = staffing_rows(outlook)
    assert list(rows) == ROWS
    assert len(rows) == 6 * 50
    december = rows[(rows["role"] == "pip2") & (rows["month"] == "2026-12")].iloc[0]
    shown = months_table(outlook).set_index("Month").loc["December 2026"]
    assert shown["Needed"] == officers(december["needed50"])
    assert shown["Enough in 19 of 20"] == officers(december["needed95"])
    assert shown["Cases each"] == f"{december['caseload50']:,.1f}"
    assert rows.loc[rows["role"] == "soit", "over"].isna().all()
    table = roles_table(outlook).set_index("Role")
    assert table.loc["PIP 2 investigator", "Needed"] in resourcing_headline(outlook)[0].text
    out = exported(rows, outlook.forecast, demo.publish)
    assert out["note"].str.startswith("Made data").all()
    assert set(out["basis"]) == {"current-process"}


def test_scenarios_stand_beside_each_other_under_their_names(outlook, forecast, shares):
    half_more = outlook_of(
        forecast, shares, example_scenario().where(at("unit.demand"), fixed(150)).called("Half more")
    )
    table = comparison_table([outlook, half_more, outlook])
    assert list(table.columns) == [
        "PIP 2 investigator, 2026",
        "Example figures",
        "Half more",
        "Example figures (2)",
    ]
    different = differences_table([outlook, half_more])
    assert different.values.tolist() == [["The whole unit: demand", "100", "150"]]
    needed = table.set_index("PIP 2 investigator, 2026").loc["Needed, full-time"]
    assert float(needed["Half more"]) > 1.3 * float(needed["Example figures"])


def test_steps_add_up(outlook):
    table = steps_table(outlook, outlook.more_for_cases)
    assert table["In all"].iloc[-1] == str(outlook.more_for_cases.more)
    assert sum(map(int, table["More"])) == outlook.more_for_cases.more


def test_drivers_name_what_moves_the_shortage(outlook):
    table = drivers_table(outlook)
    assert "Rape: the forecast" in table["What"].tolist()[:5]
    assert not table["What"].str.contains("Vulnerable Victim Advocate").any()  # moves nothing for this role
