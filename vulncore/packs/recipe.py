"""What goes into a pack and in which order, as a file says it: three packs ship, and a force writes its own."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import tomlkit

from vulncore.domain.errors import VulncoreError, first_five

FOLDER: Final = Path(__file__).parents[1] / "reference" / "packs"
LARGEST: Final = 100_000  # bytes of a file
MOST_SECTIONS: Final = 40
LONGEST: Final = 120  # letters of a name or title
MOST_FINDINGS: Final = 12


class Show(StrEnum):
    """What a section shows."""

    SINCE = "since"
    TABLE = "table"
    CHANGES = "changes"
    MEASURES = "measures"
    STRAND = "strand"
    WHEN = "when"
    WHERE = "where"
    FORECAST = "forecast"
    RESOURCING = "resourcing"
    CHECKS = "checks"

    @property
    def words(self) -> str:
        """What that is, as a choice on screen says it."""
        return {
            Show.SINCE: "Since the last meeting",
            Show.TABLE: "Strand table",
            Show.CHANGES: "What stands out, one finding each",
            Show.MEASURES: "Five years of a measure",
            Show.STRAND: "Control chart",
            Show.WHEN: "When it happens",
            Show.WHERE: "Where it happens",
            Show.FORECAST: "Forecast",
            Show.RESOURCING: "What it asks of the unit",
            Show.CHECKS: "What to know about the data",
        }[self]

    @property
    def has_subject(self) -> bool:
        """Whether it can be of one strand, measure or view."""
        return self in (Show.MEASURES, Show.STRAND, Show.WHEN, Show.WHERE, Show.FORECAST)


class Document(StrEnum):
    """What kind of file a pack is written as."""

    WORD = "word"
    SLIDES = "slides"
    TABLES = "tables"
    TASKING = "tasking"

    @property
    def words(self) -> str:
        """What that is, as a choice on screen says it."""
        return {
            Document.WORD: "Word",
            Document.SLIDES: "PowerPoint",
            Document.TABLES: "Excel and CSV",
            Document.TASKING: "Tasking sheet, one page",
        }[self]


@dataclass(frozen=True)
class PackSection:
    """A section: what it shows, and of what. Of several names the first that the dataset has is taken; none means what a page opens with.

    `most` is how many findings it may have, of those that have several.
    """

    show: Show
    of: tuple[str, ...] = ()
    most: int = 4


@dataclass(frozen=True)
class Recipe:
    """A pack: its key, what it is called, the title of its documents, which documents it has, and its sections in order."""

    key: str
    name: str
    title: str
    documents: tuple[Document, ...]
    sections: tuple[PackSection, ...]


class InvalidRecipeError(VulncoreError):
    """A file says no pack that can be made."""


def shipped_recipes() -> tuple[Recipe, ...]:
    """Return the packs that ship.

    >>> [recipe.key for recipe in shipped_recipes()]
    ['committee', 'svg', 'ttcg']
    """
    return tuple(read_recipe(path) for path in sorted(FOLDER.glob("*.toml")))


def find_recipe(name: str) -> Recipe:
    """Return the pack that ships under a key, or that a file says.

    Raises:
        InvalidRecipeError: There is neither, or the file says none.
    """
    recipes = shipped_recipes()
    for recipe in recipes:
        if name.strip().casefold() in (recipe.key, recipe.name.casefold()):
            return recipe
    if Path(name).is_file():
        return read_recipe(Path(name))
    keys = ", ".join(recipe.key for recipe in recipes)
    raise InvalidRecipeError(
        f"There is no pack '{name[:60]}'. Choose {keys}, or name a file (.toml) that is there."
    )


def read_recipe(path: Path) -> Recipe:
    """Return the pack that a file says.

    Raises:
        InvalidRecipeError: It says none that can be made.
        OSError: It can't be read.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    return parse_recipe(content, path.stem)


def parse_recipe(content: bytes, key: str) -> Recipe:
    """Return the pack that the content of a file says, under a key.

    Raises:
        InvalidRecipeError: It is no TOML, names something that there isn't, or has too much.
    """
    if len(content) > LARGEST:
        raise InvalidRecipeError(f"The file has over {LARGEST:,} bytes. A pack's file has a few hundred.")
    try:
        fields = tomllib.loads(content.decode())
    except (
        ValueError,
        RecursionError,
    ) as problem:  # of text, of TOML, and of a number of thousands of digits
        raise InvalidRecipeError(
            f"This is not a pack's file (.toml): {problem}. Start from one that vulncore pack --write prints."
        ) from problem
    _refuse_unknown(fields, ("name", "title", "documents", "section"), "A pack")
    sections = fields.get("section", [])
    if not isinstance(sections, list) or not 0 < len(sections) <= MOST_SECTIONS:
        raise InvalidRecipeError(f"A pack has 1 to {MOST_SECTIONS} sections, each headed [[section]].")
    name = _text(fields, "name")
    return Recipe(
        key=key,
        name=name,
        title=_text(fields, "title") if "title" in fields else name,
        documents=_documents(fields.get("documents", [*Document])),
        sections=tuple(_section(one, place) for place, one in enumerate(sections, start=1)),
    )


def recipe_file(recipe: Recipe) -> str:
    """Return a pack as a file to edit."""
    file = tomlkit.document()
    file.add("name", tomlkit.item(recipe.name))
    file.add("title", tomlkit.item(recipe.title))
    file.add("documents", tomlkit.item([str(document) for document in recipe.documents]))
    sections = tomlkit.aot()
    for section in recipe.sections:
        table = tomlkit.table()
        table.add("show", str(section.show))
        if section.of:
            table.add("of", list(section.of))
        if section.most != PackSection(section.show).most:
            table.add("most", section.most)
        sections.append(table)
    file.add("section", sections)
    return tomlkit.dumps(file)


def _section(fields: Any, place: int) -> PackSection:
    where = f"Section {place}"
    if not isinstance(fields, Mapping):
        raise InvalidRecipeError(f"{where} is not headed [[section]].")
    _refuse_unknown(fields, ("show", "of", "most"), where)
    show = str(fields.get("show"))
    if show not in {*Show}:
        raise InvalidRecipeError(f"{where} shows '{show[:40]}'. It can show one of: {', '.join(Show)}.")
    of = fields.get("of", [])
    names = [of] if isinstance(of, str) else of
    if not isinstance(names, list) or not all(
        isinstance(name, str) and len(name) <= LONGEST for name in names
    ):
        raise InvalidRecipeError(f"{where}: 'of' is a name, or a list of names.")
    most = fields.get("most", PackSection(Show(show)).most)
    if type(most) is not int or not 1 <= most <= MOST_FINDINGS:
        raise InvalidRecipeError(f"{where}: 'most' is a whole number from 1 to {MOST_FINDINGS}.")
    return PackSection(Show(show), tuple(names), most)


def _documents(names: Any) -> tuple[Document, ...]:
    if not isinstance(names, list) or not names or not set(map(str, names)) <= {*Document}:
        raise InvalidRecipeError(f"A pack's documents are some of: {', '.join(Document)}.")
    return tuple(dict.fromkeys(Document(name) for name in names))


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST:
        raise InvalidRecipeError(f"A pack's {key} is a text of 1 to {LONGEST} letters.")
    return " ".join(value.split())


def _refuse_unknown(fields: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    unknown = sorted(set(fields) - set(known))
    if unknown:
        raise InvalidRecipeError(f"{what} has no {first_five(unknown)}. It has: {', '.join(known)}.")
