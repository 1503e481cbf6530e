"""What can be assumed: the name, unit, limits and meaning of each number, by the last part of its key."""

from dataclasses import dataclass
from typing import Final

from vulncore.resourcing.scenario.addresses import Address

PERCENT_OF_TIME: Final = "% of working time"
PEOPLE: Final = "people"
MONTHS: Final = "months"
POUNDS_A_YEAR: Final = "£ a year"
COST: Final = "cost"
"""The name of the one number of a role that it may do without: the page then says nothing of money for that role."""


@dataclass(frozen=True)
class Field:
    """What a number of a scenario is: its name, unit, limits and meaning."""

    name: str
    unit: str
    least: float
    most: float
    meaning: str
    whole: bool = False
    single: bool = False  # one number, never a range


ABSTRACTIONS: Final = {
    "leave": Field("Leave", PERCENT_OF_TIME, 0, 90, "Annual leave, bank holidays and time off in lieu."),
    "sickness": Field(
        "Sickness", PERCENT_OF_TIME, 0, 90, "Sickness absence, and time lost to restricted duties."
    ),
    "training": Field(
        "Training", PERCENT_OF_TIME, 0, 90, "Courses and refreshers for officers already trained."
    ),
    "court": Field("Court", PERCENT_OF_TIME, 0, 90, "Waiting to give evidence, and giving it."),
    "mutual_aid": Field(
        "Mutual aid", PERCENT_OF_TIME, 0, 90, "Duties elsewhere: events, protests, other forces."
    ),
}
"""What takes officers away from cases: each is a share of contracted time, and the shares add up."""

UNIT: Final = {
    "demand": Field("Demand", "% of the forecast", 0, 500, "All kinds of case: 110 means a tenth more."),
    "growth": Field("Growth of demand", "% a year", -50, 100, "Added to the forecast, from next month on."),
    "hours": Field(
        "Hours a case",
        "% of the assumed",
        10,
        500,
        "All kinds of case and all roles: 110 means a tenth more.",
    ),
    "life": Field(
        "Time a case is open", "% of the assumed", 10, 500, "All kinds of case: 110 means a tenth longer."
    ),
    "together": Field(
        "Kinds of case move together",
        "% correlated",
        0,
        100,
        "0: many rapes in a year say nothing about domestic abuse. 100: all kinds are high or low together.",
        single=True,
    ),
    "at_once": Field(
        "Done in a case's first days",
        "% of its hours",
        0,
        100,
        "The other hours are spread evenly over the time the case is open.",
    ),
    "week_hours": Field("Contracted week", "hours", 1, 80, "The hours of a full-time officer."),
    **ABSTRACTIONS,
}

CASE_TYPE: Final = {
    "demand": Field(
        "Demand", "% of its forecast", 0, 500, "This kind of case alone: 110 means a tenth more."
    ),
    "share": Field("Comes to the unit", "% of cases", 0, 100, "Other units investigate the other cases."),
    "ratio": Field(
        "Cases of this kind",
        "for each case of the other",
        0,
        100,
        "Used where this dataset has no figures for this kind of case.",
    ),
    "open_months": Field(
        "Open", MONTHS, 0.1, 120, "From record to outcome, on average. Single cases differ widely."
    ),
    "varies": Field(
        "Cases differ in effort",
        "% (standard deviation over mean)",
        0,
        500,
        "100: a case may well take twice the average, or a tenth of the average.",
    ),
}

HOURS: Final = Field("Hours a case", "hours", 0, 5_000, "Hours over the whole life of an average case.")

ROLE: Final = {
    "posts": Field("Funded posts", PEOPLE, 0, 5_000, "Posts in the establishment.", whole=True),
    "in_post": Field(
        "In post",
        PEOPLE,
        0,
        5_000,
        "People at the end of the last recorded month, including people in training.",
        whole=True,
    ),
    "in_training": Field(
        "In post, in training",
        PEOPLE,
        0,
        5_000,
        "People whose training ends evenly over the training time.",
        whole=True,
    ),
    "full_time": Field("Working time", "% of full time", 1, 100, "Average working time per person."),
    "leavers": Field("Leavers", "% a year", 0, 100, "People who leave the unit for any reason."),
    "replace_months": Field("Time to fill a leaver's post", MONTHS, 0, 60, "Until a new person arrives."),
    "training_months": Field("Training", MONTHS, 0, 60, "Until a new person does a full share of the work."),
    "training_worth": Field(
        "Work done in training", "% of a full share", 0, 100, "The average over the training time."
    ),
    COST: Field(
        "Cost of one, full time",
        POUNDS_A_YEAR,
        0,
        500_000,
        "What the force pays for one full-time person: salary, employer's pension and National Insurance. No overtime.",
    ),
    **ABSTRACTIONS,
}
"""Of every role. A role has a cost only where somebody gave one, and abstractions and a contracted week of its own
only where they differ from the unit's."""

CASEWORK: Final = {
    "on_cases": Field(
        "Time at work on cases",
        "% of time not abstracted",
        1,
        100,
        "Other time goes to briefings, intelligence and meetings.",
    ),
    "most_cases": Field(
        "Cases each, at most",
        "open cases",
        0.1,
        1_000,
        "The limit you set. No official limit exists.",
        single=True,
    ),
}

SUPERVISION: Final = {
    "span": Field("Span of control", "people for each", 0.5, 100, "How many people one supervisor can lead."),
    "at_least": Field(
        "At least", PEOPLE, 0, 100, "The fewest supervisors, however few people they lead.", whole=True
    ),
}


def field_of(address: Address) -> Field | None:
    """Return the field of a number; None where none stands there.

    >>> field_of(Address("leavers", "pip2")).unit, field_of(Address("hours", "soit", "rape")).name
    ('% a year', 'Hours a case')
    """
    if address.case:
        return HOURS if address.role else CASE_TYPE.get(address.name)
    of_a_role = {**ROLE, **CASEWORK, **SUPERVISION, "week_hours": UNIT["week_hours"]}
    return (of_a_role if address.role else UNIT).get(address.name)


def is_cost(address: Address) -> bool:
    """Return whether a number is what somebody costs: it moves money, and neither demand nor people."""
    return address == Address(COST, address.role)
