"""The form that changes one number of a scenario, and says who changed it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from pages.resourcing.plan import put_on_screen, show_notices, signed
from pages.shared.access import may_upload, name_field, name_given
from pages.shared.files import XLSX, offer_file
from pages.shared.text import plain
from pages.shared.visit import leave_notice, visit
from vulncore.domain.errors import VulncoreError, first_five
from vulncore.findings.resourcing.assumptions import field, number_name
from vulncore.findings.resourcing.outlook import ResourcingOutlook
from vulncore.findings.resourcing.sheet import assumption_sheet, with_sheet
from vulncore.findings.shared.words import number_of
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import POUNDS_A_YEAR, Field, is_cost
from vulncore.resourcing.scenario.scenario import ASSUMED, BY_LETTERS, SOURCE_LETTERS, Assumption, Scenario

ENDS, ONE = ("Lowest", "Likeliest", "Highest"), "Value"
DONE, REFUSED, PROBLEM = "sheet done", "sheet refused", "assumption problem"


def show_assumption_form(outlook: ResourcingOutlook, numbers: Sequence[Address]) -> None:
    """Draw the form for one of some numbers; changed, it is in the scenario on screen. A cost that nobody entered is empty."""
    which, ranged, *ends = st.columns([4, 1, 1, 1, 1], vertical_alignment="bottom")
    names = partial(number_name, outlook.used)
    address = which.selectbox("Number", numbers, format_func=names, key="assumption key")
    key, now, limits = address.key, outlook.used.assumptions.get(address), field(address)
    spread = not limits.single and ranged.checkbox(
        "A range", value=now is not None and not now.certain, key=f"assumption range {key}"
    )
    low, likely, high = (now.low, now.likely, now.high) if now else (None, None, None)
    fields = zip(ends, ENDS, (low, likely, high), strict=True)
    for column, name, value in fields if spread else [(ends[0], ONE, likely)]:
        column.number_input(
            plain(name),
            min_value=float(limits.least),
            max_value=float(limits.most),
            value=value if value is None else float(value),
            step=_step(limits, value),
            format="%g",
            key=f"assumption {name} {key}",
        )
    source, name, button = st.columns([3, 2, 1], vertical_alignment="bottom")
    source.text_input(
        "Source",
        value="" if now is None or now.measured or now.source.startswith(ASSUMED) else now.source,
        max_chars=SOURCE_LETTERS,
        key=f"assumption source {key}",
    )
    name_field("who", name, "Your name, kept with the number", BY_LETTERS)
    button.button(
        "Change", type="primary", on_click=_change, args=(outlook.scenario, address), width="stretch"
    )
    if now and is_cost(address):
        st.button(
            "Take this cost out", on_click=_take_out, args=(outlook.scenario, address), key=f"take out {key}"
        )
    st.caption(plain(f"{limits.meaning} In {limits.unit}, {limits.least:,g} to {limits.most:,g}."))
    show_notices(PROBLEM)


def show_sheet(plan: Scenario, name: str) -> None:
    """Offer every number as a sheet to fill in, and take it back."""
    out, back = st.columns([1, 2], vertical_alignment="center")
    with out:
        offer_file(
            partial(assumption_sheet, plan),
            name,
            XLSX,
            label="Download sheet to fill in (XLSX)",
            width="stretch",
        )
    if may_upload():
        back.file_uploader(
            "Bring the sheet in, filled in",
            type=["xlsx", "csv"],
            key="assumption sheet",
            on_change=_bring_in,
            args=(plan,),
            max_upload_size=1,
        )
    show_notices(REFUSED, DONE, lead="Nothing was changed. ")


def _bring_in(plan: Scenario) -> None:
    file = st.session_state["assumption sheet"]
    if file is None:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{Path(file.name).suffix.lower()}"
        path.write_bytes(file.getvalue())
        try:
            filled_in, changed = with_sheet(plan, path, *signed())
            problem = put_on_screen(filled_in)
        except VulncoreError as refusal:
            problem = str(refusal)
    leave_notice(REFUSED, problem)
    if not problem:
        count = number_of(len(changed), "number")
        listed = f" ({first_five(changed)})" if changed else ""
        leave_notice(DONE, f"{count} changed{listed}. Save the scenario to keep that.")


def _step(limits: Field, value: float | None) -> float:
    """Return by how much a press on a number's arrows changes it."""
    if limits.unit == POUNDS_A_YEAR:
        return 1_000.0
    return 1.0 if limits.whole or value is None or value >= 10 else 0.1 if value >= 1 else 0.05


def _take_out(plan: Scenario, address: Address) -> None:
    leave_notice(PROBLEM, put_on_screen(plan.without(address)))


def _change(plan: Scenario, address: Address) -> None:
    state, key = st.session_state, address.key
    visit().name = name_given("who")
    names = ENDS if state.get(f"assumption range {key}") else (ONE, ONE, ONE)
    numbers = [state[f"assumption {name} {key}"] for name in names]
    if None in numbers:
        leave_notice(PROBLEM, "Nothing was changed. Give a number.")
        return
    low, likely, high = map(float, numbers)
    source = " ".join(state[f"assumption source {key}"].split()) or ASSUMED
    try:
        by, on = signed()
        wanted = Assumption(low, likely, high, source, measured=False, by=by, on=on)
        leave_notice(PROBLEM, put_on_screen(plan.where(address, wanted)))
    except VulncoreError as problem:
        leave_notice(PROBLEM, str(problem))
