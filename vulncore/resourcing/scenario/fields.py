"""What can be assumed: each number's name, unit and limits, by the last part of its key."""

from dataclasses import dataclass
from typing import Final

PERCENT_OF_TIME: Final = "% of working time"
PEOPLE: Final = "people"
MONTHS: Final = "months"


@dataclass(frozen=True)
class Field:
    """A number of a scenario: what it is called, its unit, its limits and what it means."""

    name: str
    unit: str
    least: float
    most: float
    meaning: str
    whole: bool = False
    single: bool = False  # one number, never a range


ABSTRACTIONS: Final = {
    "leave": Field("Leave", PERCENT_OF_TIME, 0, 90, "Annual leave, bank holidays and time off in lieu."),
    "sickness": Field("Sickness", PERCENT_OF_TIME, 0, 90, "Sickness absence, and duties restricted by it."),
    "training": Field("Training", PERCENT_OF_TIME, 0, 90, "Courses and refreshers of those already trained."),
    "court": Field("Court", PERCENT_OF_TIME, 0, 90, "Waiting for and giving evidence."),
    "mutual_aid": Field(
        "Mutual aid", PERCENT_OF_TIME, 0, 90, "Sent elsewhere: events, protests, other forces."
    ),
}
"""What takes officers away; each is a share of contracted time, and they add up."""

UNIT: Final = {
    "demand": Field(
        "Demand", "% of the forecast", 0, 500, "All kinds of case together: 110 is a tenth more."
    ),
    "growth": Field("Growth of demand", "% a year", -50, 100, "On top of the forecast, from next month on."),
    "hours": Field(
        "Hours a case", "% of the assumed", 10, 500, "All cases and roles together: 110 is a tenth more."
    ),
    "life": Field("Time a case is open", "% of the assumed", 10, 500, "All kinds of case together."),
    "together": Field(
        "Kinds of case move together",
        "% correlated",
        0,
        100,
        "0: a year with many rapes says nothing about domestic abuse. 100: all are high or low at once.",
        single=True,
    ),
    "at_once": Field(
        "Done in a case's first days",
        "% of its hours",
        0,
        100,
        "The rest is spread evenly over the time that it is open.",
    ),
    "week_hours": Field("Contracted week", "hours", 1, 80, "Of a full-time officer."),
    **ABSTRACTIONS,
}

CASE_TYPE: Final = {
    "demand": Field("Demand", "% of its forecast", 0, 500, "Of this kind alone: 110 is a tenth more."),
    "share": Field("Comes to the unit", "% of cases", 0, 100, "The rest is investigated elsewhere."),
    "ratio": Field(
        "Cases of this kind", "for each case of the other", 0, 100, "Where no figures of its own are known."
    ),
    "open_months": Field(
        "Open", MONTHS, 0.1, 120, "From record to outcome, on average. Single cases scatter about it widely."
    ),
    "varies": Field(
        "Cases differ in effort",
        "% (standard deviation over mean)",
        0,
        500,
        "100: a case can well take twice the average, or a tenth of it.",
    ),
}

HOURS: Final = Field("Hours a case", "hours", 0, 5_000, "Over the whole life of an average case.")

ROLE: Final = {
    "posts": Field("Funded posts", PEOPLE, 0, 5_000, "The establishment.", whole=True),
    "in_post": Field(
        "In post", PEOPLE, 0, 5_000, "At the end of the as-at month, those in training included.", whole=True
    ),
    "in_training": Field(
        "In post, in training", PEOPLE, 0, 5_000, "Trained one after the other, evenly.", whole=True
    ),
    "full_time": Field("Working time", "% of full time", 1, 100, "Of each of them."),
    "leavers": Field("Leavers", "% a year", 0, 100, "Who leave the unit for whatever reason."),
    "replace_months": Field("A leaver's post stands empty", MONTHS, 0, 60, "Until somebody new arrives."),
    "training_months": Field("Training", MONTHS, 0, 60, "Until somebody new does a full share."),
    "training_worth": Field(
        "Work done in training", "% of a full share", 0, 100, "On average over the training."
    ),
    **ABSTRACTIONS,
}
"""Of every role. Abstractions and the contracted week stand here only where they differ from the unit's."""

CASEWORK: Final = {
    "on_cases": Field(
        "Time at work on cases",
        "% of time not abstracted",
        1,
        100,
        "The rest: briefings, intelligence, meetings.",
    ),
    "most_cases": Field(
        "Cases each, at most",
        "open cases",
        0.1,
        1_000,
        "The limit that is asked about; none is official.",
        single=True,
    ),
}

SUPERVISION: Final = {
    "span": Field(
        "Span of control", "people for each", 0.5, 100, "How many of those supervised one can lead."
    ),
    "at_least": Field("At least", PEOPLE, 0, 100, "However few there are to lead.", whole=True),
}


def field_of(key: str) -> Field | None:
    """Return what the number with a key is; None where there is no such number.

    >>> field_of("role.pip2.leavers").unit, field_of("case.rape.hours.soit").name
    ('% a year', 'Hours a case')
    """
    match key.split("."):
        case ["unit", name]:
            return UNIT.get(name)
        case ["role", _, "week_hours"]:
            return UNIT["week_hours"]
        case ["role", _, name]:
            return {**ROLE, **CASEWORK, **SUPERVISION}.get(name)
        case ["case", _, "hours", _]:
            return HOURS
        case ["case", _, name]:
            return CASE_TYPE.get(name)
    return None
