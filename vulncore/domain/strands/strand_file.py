"""Lists of strands as TOML: a file that a force edits, read and refused as a whole, or written."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from vulncore.domain.errors import InvalidStrandsError, first_five
from vulncore.domain.measures import known_measures
from vulncore.domain.strands.strand_list import CrossView, StrandList, arranged, entries
from vulncore.domain.vocabulary import Measure, Strand

LARGEST_FILE: Final = 60_000  # bytes; two hundred measures in sixty strands have fewer
MOST_DOTS: Final = 40  # in a line: the parts of a key cost TOML's reader the square of their number
MOST: Final = {"strand": 60, "measure": 500, "view": 30}
"""How many tables of a kind a list may have: a box on a page lists strands and views."""
MOST_KEYS: Final = 200  # in a list of a table
NAME_LETTERS: Final = 80
ABOUT_LETTERS: Final = 300
KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", flags=re.ASCII)
ALL: Final = "all"
"""What a link says for all strands."""

SETTINGS: Final[dict[str, tuple[str, ...]]] = {
    "strand": ("key", "label", "name", "was", "measures"),
    "measure": ("key", "name"),
    "view": ("key", "name", "was", "measures", "about"),
}
"""What each kind of table may say."""
NEEDED: Final = {"strand": ("key", "name"), "measure": ("key", "name"), "view": ("key", "name", "measures")}
LISTS: Final = ("was", "measures")

HEAD: Final = """\
# The strands of a dataset, in the order in which pages list them. Edit this file and give it back.
#
# [[strand]]  key: what links name. name: what pages show. label: the published wording.
#             measures: the keys of the measures in it. Move a key to move a measure to another strand.
#             was: keys that mean this strand now, so that old links lead here. Name a strand here that you merge or give a new key.
# [[measure]] key and name: another name on screen. The published wording stays.
# [[view]]    measures of several strands, looked at together. Each record is counted once. about: what a reader has to know.
"""

Table = dict[str, Any]


def parse_strands(content: bytes) -> StrandList:
    r"""Return the list of strands that the bytes of a TOML file hold.

    Raises:
        InvalidStrandsError: They are too many, are no TOML, or hold something that is no list of strands, or one that
            contradicts itself; the sentence says what, how many, which, and what to do.

    >>> parse_strands(b'[[strand]]\nkey = "elder-abuse"\nname = "Elder abuse"').strands[0].label
    'Elder abuse'
    """
    tables = _tables(_toml(content))
    _refuse_malformed(tables)
    listed = StrandList(
        strands=tuple(_strand(row) for row in tables["strand"]),
        views=tuple(_view(row) for row in tables["view"]),
        measure_names=tuple((row["key"], row["name"].strip()) for row in tables["measure"]),
    )
    _refuse_contradictions(listed)
    return listed


def strands_toml(listed: StrandList, in_none: Iterable[str] = ()) -> str:
    """Return a list of strands as TOML, which `parse_strands` reads back; the same list gives the same text.

    `in_none` are keys of measures that no strand has: whoever edits the file is told of them.
    """
    keys = ", ".join(in_none)
    tables = [
        *(_lines("strand", _strand_settings(strand)) for strand in listed.strands),
        *(_lines("measure", {"key": key, "name": name}) for key, name in listed.measure_names),
        *(_lines("view", vars(view)) for view in listed.views),
    ]
    return "\n".join([HEAD, *([f"# Measures in no strand: {keys}\n"] if keys else []), *tables])


def checked_against(listed: StrandList, measures: Collection[Measure]) -> StrandList:
    """Return a list whose measures are known and which leaves no measure of a dataset without a strand.

    A measure is known where the dataset has it, or the report or a public source does.

    Raises:
        InvalidStrandsError: The list names measures that nobody knows, or lacks the strand of a measure.
    """
    known = {measure.key for measure in (*known_measures(), *measures)}
    named = [key for one in entries(listed) for key in one.measures]
    _refuse(
        (key for key in dict.fromkeys((*named, *dict(listed.measure_names))) if key not in known),
        "Measures that are not known",
        f"Use the keys that this dataset has: {first_five(measure.key for measure in measures)}",
    )
    there = {"", *(strand.key for strand in listed.strands)}
    _refuse(
        (f"{m.key} of {m.strand}" for m in arranged(listed, measures) if m.strand not in there),
        "Measures whose strand is not in the list",
        "Name these measures in a strand (`measures`), or their strand where it went (`was`)",
    )
    return listed


def _toml(content: bytes) -> Table:
    if len(content) > LARGEST_FILE:
        raise InvalidStrandsError(
            f"The file has over {LARGEST_FILE:,} bytes, too many for a list of strands. Choose the TOML file of the list."
        )
    try:
        text = content.decode("utf-8-sig")
        if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
            raise InvalidStrandsError(
                f"A line of the file has over {MOST_DOTS} dots. Write keys without dots, as `vulncore strands` does."
            )
        return tomllib.loads(text)
    except (ValueError, OverflowError, RecursionError) as problem:
        raise InvalidStrandsError(
            f"The file is not TOML: {str(problem)[:120]}. Correct the file there."
        ) from problem


def _tables(given: Table) -> dict[str, list[Table]]:
    _refuse(
        (name for name in given if name not in SETTINGS),
        "Parts of the file that are not known",
        "There are [[strand]], [[measure]] and [[view]]",
    )
    _refuse(
        (name for name, rows in given.items() if not _is_list_of(rows, dict)),
        "Parts of the file that are not lists of tables",
        "Write [[strand]], [[measure]] or [[view]] before each table",
    )
    tables = {kind: given.get(kind, []) for kind in SETTINGS}
    _refuse(
        (f"{len(rows):,} of [[{kind}]]" for kind, rows in tables.items() if len(rows) > MOST[kind]),
        "Tables that are too many",
        f"There may be {', '.join(f'{most} of [[{kind}]]' for kind, most in MOST.items())}",
    )
    if not tables["strand"]:
        raise InvalidStrandsError("The file has no [[strand]]. Write one at least.")
    return tables


def _refuse_malformed(tables: Mapping[str, list[Table]]) -> None:
    """Refuse tables that lack or misspell a setting, or hold something that can't be its value."""
    rows = [(kind, place, row) for kind, several in tables.items() for place, row in enumerate(several, 1)]
    _refuse(
        (f"{name} of {_which(*of)}" for of in rows for name in of[2] if name not in SETTINGS[of[0]]),
        "Settings that are not known",
        "There are " + "; ".join(f"{', '.join(names)} of [[{kind}]]" for kind, names in SETTINGS.items()),
    )
    _refuse(
        (f"{name} of {_which(*of)}" for of in rows for name in NEEDED[of[0]] if name not in of[2]),
        "Settings that are missing",
        "Add them",
    )
    settings = [(name, value, _which(*of)) for of in rows for name, value in of[2].items()]
    _refuse(
        (f"{name} of {where}" for name, value, where in settings if name in LISTS and not _is_keys(value)),
        "Settings that are not lists of keys",
        f'Write up to {MOST_KEYS} keys, like ["rape", "hate-crime"], of small letters, digits and hyphens',
    )
    _refuse(
        (where for name, value, where in settings if name == "key" and not _is_key(value)),
        "Keys that cannot be used",
        f"Write up to 60 small letters, digits and hyphens, and not '{ALL}'",
    )
    for names, letters in ((("name", "label"), NAME_LETTERS), (("about",), ABOUT_LETTERS)):
        _refuse(
            (
                f"{name} of {w}"
                for name, value, w in settings
                if name in names and not _is_text(value, letters)
            ),
            "Texts that cannot be used",
            f"Write 1 to {letters} printable letters, without < and >",
        )


def _refuse_contradictions(listed: StrandList) -> None:
    every = entries(listed)
    keys = [one.key for one in every]
    _refuse(_repeated(keys), "Keys that several strands or views have", "Give each a key that no other has")
    _refuse(
        _repeated(one.name.casefold() for one in every),
        "Names that several strands or views have",
        "Give each a name that no other has",
    )
    _refuse(
        _repeated(key for key, _ in listed.measure_names), "Measures that are renamed twice", "Name each once"
    )
    former = [key for one in every for key in one.was]
    _refuse(
        (key for key in former if key in keys),
        "Keys under `was` that are in use",
        "A key that a strand or view of this list has can't mean another. Take the key out of `was`, or take out its strand",
    )
    _refuse(
        _repeated(former), "Keys under `was` that are there twice", "An old link can lead to one place alone"
    )
    _refuse(
        _repeated(key for strand in listed.strands for key in strand.measures),
        "Measures that are named twice",
        "A measure is in one strand alone. A view can take in measures of several strands",
    )
    _refuse(
        (view.key for view in listed.views if len(set(view.measures)) < max(2, len(view.measures))),
        "Views without two different measures, or with one twice",
        "A view looks at two measures or more, each named once",
    )


def _strand(row: Table) -> Strand:
    name = row["name"].strip()
    return Strand(
        row["key"],
        row.get("label", name).strip(),
        name,
        tuple(row.get("was", ())),
        tuple(row.get("measures", ())),
    )


def _view(row: Table) -> CrossView:
    return CrossView(
        key=row["key"],
        name=row["name"].strip(),
        measures=tuple(row["measures"]),
        about=row.get("about", "").strip(),
        was=tuple(row.get("was", ())),
    )


def _strand_settings(strand: Strand) -> Table:
    return {name: getattr(strand, name) for name in SETTINGS["strand"]}


def _lines(kind: str, settings: Mapping[str, Any]) -> str:
    lines = (
        f"{name} = {_value(settings[name])}"
        for name in SETTINGS[kind]
        if settings[name] or name in NEEDED[kind]
    )
    return "\n".join([f"[[{kind}]]", *lines, ""])


def _value(value: str | Sequence[str]) -> str:
    """Return a text or a list of texts as TOML: JSON's are TOML's, of printable letters."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)


def _which(kind: str, place: int, row: Table) -> str:
    key = row.get("key")
    return f"[[{kind}]] {key[:60] if isinstance(key, str) and key else place}"


def _is_list_of(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(part, kind) for part in value)


def _is_keys(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_KEYS and all(map(_is_key, value))


def _is_key(value: object) -> bool:
    return isinstance(value, str) and KEY.fullmatch(value) is not None and value != ALL


def _is_text(value: object, letters: int) -> bool:
    """Return whether a value is a text that can stand on a page and in a table for people."""
    return (
        isinstance(value, str)
        and bool(value.strip())
        and len(value) <= letters
        and value.isprintable()
        and not set(value) & set("<>")
    )


def _repeated(values: Iterable[str]) -> Iterator[str]:
    return (value for value, times in Counter(values).items() if times > 1)


def _refuse(faulty: Iterable[object], fault: str, advice: str) -> None:
    values = list(faulty)
    if values:
        raise InvalidStrandsError(f"{fault}: {len(values)} ({first_five(values)}). {advice}.")
