"""The form of a pack: which, for whom, what is in it, how it is marked, whose template it has."""

from dataclasses import replace
from threading import Lock

import streamlit as st

from pages.pack.question import PackChoices
from pages.shared.choices import Picker
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import plain
from vulncore.domain.errors import VulncoreError
from vulncore.packs.audience import LONGEST_MARKING, MARKED, Audience
from vulncore.packs.pack import OnProgress, Pack, PackRequest, make_pack, template_for
from vulncore.packs.recipe import Document, PackSection, Recipe, Show, parse_recipe, shipped_recipes
from vulncore.packs.sections.basis import EVERY_STRAND

OWN = "own"
PATIENCE_S = 60.0
_one_at_a_time = Lock()
"""A pack takes a processor for half a minute: two at once would leave none to the pages."""
LARGEST_TEMPLATE_MB = 20


def made_in_turn(request: PackRequest, on_progress: OnProgress) -> Pack:
    """Return a pack, once no other is being made on this server.

    Raises:
        VulncoreError: Others take too long, or none can be made.
    """
    if not _one_at_a_time.acquire(timeout=PATIENCE_S):
        raise VulncoreError("Others are making packs. Press again in a minute.")
    try:
        return make_pack(request, on_progress)
    finally:
        _one_at_a_time.release()


def pack_picker() -> Picker[str]:
    """Return the choice of one of the packs that ship."""
    names = {recipe.key: recipe.name for recipe in shipped_recipes()}
    return Picker("Pack", "pack", list(names), words=names.__getitem__, noun="pack")


def audience_picker() -> Picker[Audience]:
    """Return the choice of who may read it."""
    return Picker(
        "Who may read it", "audience", list(Audience), words=lambda audience: audience.words, noun="audience"
    )


def chosen_recipe(choices: PackChoices, view: View, *, may_send: bool) -> Recipe:
    """Draw what is in the pack and return it: sections in their order, documents, or a force's own file.

    Raises:
        InvalidRecipeError: A file that was sent says no pack.
    """
    shipped = {recipe.key: recipe for recipe in shipped_recipes()}
    recipe = shipped[pack_picker().made(choices)]
    if may_send and (
        sent := st.file_uploader("A pack of your own (.toml)", type="toml", max_upload_size=1, key="own pack")
    ):
        recipe = parse_recipe(sent.getvalue(), OWN)
    offered = list(dict.fromkeys([*recipe.sections, *_sections_of(view)]))
    sections = st.multiselect(
        "Sections, in this order",
        offered,
        default=list(recipe.sections),
        format_func=lambda section: section_in_words(section, view),
        key=f"sections {hash(recipe)}",
    )
    documents = st.multiselect(
        "Documents",
        list(Document),
        default=list(recipe.documents),
        format_func=lambda document: document.words,
        key=f"documents {hash(recipe)}",
    )
    return replace(recipe, sections=tuple(sections), documents=tuple(documents))


def section_in_words(section: PackSection, view: View) -> str:
    """Return what a section shows, and of what."""
    names = [
        view.contents.name_of(name) if name != EVERY_STRAND else "each strand" for name in section.of[:1]
    ]
    measures = {measure.key: measure.name for measure in view.contents.measures}
    of = measures.get(section.of[0].rpartition("/")[2], names[0]) if section.of else ""
    return f"{section.show.words}: {of}" if of else section.show.words


def request_of(choices: PackChoices, recipe: Recipe, view: View, *, may_send: bool) -> PackRequest:
    """Draw how the pack looks and what the last meeting was shown, and return what is asked for.

    Raises:
        VulncoreError: A template that was sent is none.
    """
    audience = audience_picker().made(choices)
    usual = MARKED[audience]
    left, right = st.columns(2)
    marking = left.text_input(
        "Classification", usual.classification, max_chars=LONGEST_MARKING, key=f"marking {audience}"
    )
    handling = right.text_input(
        "Handling", usual.handling, max_chars=LONGEST_MARKING, key=f"handling {audience}"
    )
    since = left.text_input(
        "Last meeting: its day (like 2024-10-14) or version",
        max_chars=20,
        key="since",
        help=plain("Empty: the version before this one."),
    )
    templates = {}
    if may_send:
        sent = right.file_uploader(
            "Your Word or PowerPoint template",
            type=["dotx", "docx", "potx", "pptx"],
            accept_multiple_files=True,
            max_upload_size=LARGEST_TEMPLATE_MB,
            key="templates",
        )
        templates = {template_for(file.name): file.getvalue() for file in sent}
    address = (st.context.url or "").rpartition("/")[0]
    return PackRequest(
        store=store_path(),
        dataset=view.publish.dataset,
        recipe=recipe,
        audience=audience,
        version=view.publish.number,
        force=view.force,
        as_at=view.month,
        since=since.strip() or None,
        address=address,
        classification=marking,
        handling=handling,
        templates=templates,
    )


def _sections_of(view: View) -> list[PackSection]:
    """Return each kind of section once: of what is looked at, where a kind is of something."""
    path = view.measure or view.strand_or_view
    return [PackSection(show, (path,) if path and show.has_subject else ()) for show in Show]
