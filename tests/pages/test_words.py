"""Each page can be read aloud: short sentences, plural where there are several, none of the words that nobody says."""

import re

import pytest

from tests.pages.test_links import PAGES, PARTS
from tests.pages.visiting import Visit, visit
from vulncore.domain.measures import known_measures

MOST_WORDS = 25  # of a sentence on a page; one that opens it has fewer (test_briefing.py)
WORD = re.compile(r"[A-Za-z][\w'-]*")
SENTENCE_ENDS = re.compile(r"(?<=[.:;?])\s+")
NEVER_SAID = {
    "one of what are several": r"(?<![\d.,])1 (?:months|days|crimes|records|cases|officers|people|places|cells|hours|years|measures)\b",
    "several of what is one": r"(?<![\w.,:/–-])(?:[2-9]|[1-9]\d{1,2}) (?:month|day|crime|record|case|officer|place|cell|hour|year|measure)\b(?! (?:of|each|on) )(?![-/])",
    "a plural in brackets": r"\w\(e?s\)",
    "a sign that is not spoken": r"±|→|≥|≤|≈",
    "what a program says": r"\bnan\b|\bNone\b|\binf\b|\bTrue\b|\bFalse\b|Traceback|\{\w+\}",
    "manners": r"[Pp]lease|!",
    "what nobody says": r"[Ii]llustrative|80 % range|more likely than not|beyond what chance|e\.g\.|i\.e\.",
    "a word twice": r"\b([A-Za-z]{2,}) \1\b",
    "a space before a stop": r"\w [.,;](?:\s|$)",
}
DATASETS = ("demo", "city-open-counts")
STATES = [(name, {"dataset": dataset}) for name in PAGES for dataset in DATASETS]
STATES += [(name, {"part": part}) for name, parts in PARTS.items() for part in parts]
STATES += [
    (name, {"month": "2018-06"}) for name in ("overview", "strand", "when", "where", "forecast", "resourcing")
]
STATES += [(name, {"strand": "hate-crime"}) for name in ("overview", "strand", "when", "where", "forecast")]
STATES += [
    ("strand", {"strand": strand})
    for strand in ("vawg", "harmful-practices", "child-protection/missing-children")
]

pytestmark = pytest.mark.usefixtures("few_origins")


@pytest.fixture
def said(shipped_store, monkeypatch):
    """Returns what a page says and what its charts say, line by line."""

    def lines(name: str, link: dict[str, str]) -> list[str]:
        page: Visit = visit(shipped_store, monkeypatch, name, link)
        return [line for line in f"{page.said}\n{page.heard}".split("\n") if line.strip()]

    return lines


@pytest.mark.parametrize(("name", "link"), STATES, ids=str)
def test_a_page_can_be_read_aloud(said, name, link):
    lines = said(name, link)
    assert len(lines) > 5
    faults = [
        (fault, match.group(), line[:200])
        for line in lines
        for fault, pattern in NEVER_SAID.items()
        for match in [re.search(pattern, line)]
        if match
    ]
    assert faults == []
    defined = {measure.definition for measure in known_measures()}  # as the law and the report have them
    tables = [line for line in lines if "  " in line.strip()]
    sentences = [sentence for line in lines if line not in tables for sentence in SENTENCE_ENDS.split(line)]
    long = [
        sentence
        for sentence in sentences
        if len(WORD.findall(sentence)) > MOST_WORDS and not any(sentence in text for text in defined)
    ]
    assert long == []
