"""The pack of a month: the documents of a recipe, for an audience, out of one version's figures."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from vulncore.domain.disk import write_whole
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import format_month
from vulncore.findings.overview.overview import overview
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.file_names import file_name_of
from vulncore.findings.shared.subject import Subject
from vulncore.packs.audience import Audience, marking_for
from vulncore.packs.csv_table import csv_text
from vulncore.packs.documents.book import book
from vulncore.packs.documents.pdf import PdfError, as_pdf
from vulncore.packs.documents.slides import slides
from vulncore.packs.documents.tasking_sheet import tasking_sheet
from vulncore.packs.documents.templates import opened_template
from vulncore.packs.documents.word import word_document
from vulncore.packs.part import PackAbout, PackContent
from vulncore.packs.recipe import Document, Recipe, Show
from vulncore.packs.sections.all import pack_parts
from vulncore.packs.sections.basis import LeftOutError, PackBasis
from vulncore.packs.sections.overview import definitions_table
from vulncore.packs.sections.since import shown_before
from vulncore.packs.sections.tasking import tasking
from vulncore.store import open_version

OnProgress = Callable[[float, str], None]
"""Is told the share that is done, and what is being done."""
FINDINGS_SHARE: Final = 0.7  # of the time: working them out and drawing them; the rest is writing
TEMPLATES: Final = {Document.WORD: (".dotx", ".docx"), Document.SLIDES: (".potx", ".pptx")}
MIME: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class PackRequest:
    """What somebody asks for: which pack, for whom, of which figures, and how it looks.

    None stands for what the recipe, the audience or the dataset suggests. `since` is a version or a day (YYYY-MM-DD) that the last
    meeting was on; `address` that of the dashboard, for links into it; `templates` are files of Office by the document they are for.
    """

    store: Path
    dataset: str
    recipe: Recipe
    audience: Audience = Audience.PUBLIC
    version: int | None = None
    force: str | None = None
    as_at: date | None = None
    since: str | None = None
    address: str = ""
    classification: str | None = None
    handling: str | None = None
    templates: dict[Document, bytes] = field(default_factory=dict)
    with_pdf: bool = True


@dataclass(frozen=True)
class PackFile:
    """A file of a pack, by the name that it has in a folder."""

    name: str
    content: bytes

    @property
    def mime(self) -> str:
        """What a browser calls it."""
        return MIME[self.name.rpartition(".")[2]]


@dataclass(frozen=True)
class Pack:
    """A pack: its files, what it is about, and what it lacks and why, in sentences."""

    about: PackAbout
    files: tuple[PackFile, ...]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a file or folder with all of it is called."""
        return _name(self.about)


def make_pack(request: PackRequest, on_progress: OnProgress = lambda _share, _what: None) -> Pack:
    """Return a pack. The same request gives the same files, but for PDFs.

    Raises:
        VulncoreError: There are no such figures, or a template or marking can't be used.
    """
    on_progress(0.0, "Reading the figures")
    for document, template in request.templates.items():  # a wrong one is refused before anybody waits
        opened_template(template, "word" if document is Document.WORD else "slides")
    basis = pack_basis(request)
    content = pack_content(request.recipe, basis, on_progress)
    if not content.parts:
        raise VulncoreError(f"Nothing is left of the pack. {' '.join(content.left_out)}")
    notes, files = list(content.left_out), []
    documents = request.recipe.documents
    for place, document in enumerate(documents):
        share = FINDINGS_SHARE + (1 - FINDINGS_SHARE) * place / len(documents)
        on_progress(share, f"Writing {document.words}")
        try:
            made = list(_written(request, document, content, basis))
        except LeftOutError as problem:
            notes.append(f"{document.words}: {problem}")
            continue
        files += made
        if request.with_pdf and document is not Document.TABLES:
            try:
                files += [_pdf_of(file) for file in made]
            except PdfError as problem:
                notes.append(str(problem))
    on_progress(1.0, "Done")
    return Pack(content.about, tuple(files), tuple(dict.fromkeys(notes)))


def pack_basis(request: PackRequest) -> PackBasis:
    """Return the figures that a pack is made of, and for whom.

    Raises:
        VulncoreError: There are no such figures, or the marking can't be used.
    """
    if request.address and not request.address.startswith(("http://", "https://")):
        raise VulncoreError(
            f"'{request.address[:60]}' is no address of a dashboard. Write it as a browser does, like https://dashboard.force.police.uk."
        )
    shown = overview(request.store, request.dataset, request.version, request.force, request.as_at)
    snapshot = open_version(request.store, request.dataset, shown.publish.number, forces=(shown.force,))
    about = PackAbout(
        title=request.recipe.title,
        publish=shown.publish,
        force=shown.force,
        as_at=shown.as_at,
        audience=request.audience,
        marking=marking_for(request.audience, request.classification, request.handling),
        protection=protection_in_words(request.audience),
    )
    before = None if request.since is None else shown_before(request.store, shown, request.since)
    return PackBasis(
        request.store, snapshot, dataset_contents(snapshot), shown, about, before, request.address
    )


def pack_content(recipe: Recipe, basis: PackBasis, on_progress: OnProgress) -> PackContent:
    """Return what a pack says, section by section."""
    parts, left_out = pack_parts(
        basis, recipe.sections, lambda share, what: on_progress(FINDINGS_SHARE * share, what)
    )
    return PackContent(basis.about, tuple(parts), tuple(left_out), definitions_table(basis.overview))


def protection_in_words(audience: Audience) -> str:
    """Return how the figures of a document are protected.

    >>> protection_in_words(Audience.PUBLIC)[:52]
    'Totals of the force are exact. Figures by hour and p'
    """
    return (
        "Totals of the force are exact. Figures by hour and place are counted of blurred records: they are about right. Numbers under "
        f"{audience.smallest} are hidden, and others where a hidden number could be worked out from them."
    )


def zipped(pack: Pack) -> bytes:
    """Return all files of a pack as one zip; the same files give the same bytes."""
    file = BytesIO()
    moment = pack.about.publish.published_at
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for one in pack.files:
            line = ZipInfo(f"{pack.name}/{one.name}", moment.timetuple()[:6])
            line.compress_type, line.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(line, one.content)
    return file.getvalue()


def write_pack(pack: Pack, folder: Path) -> None:
    """Write the files of a pack into a folder, each whole or not at all.

    Raises:
        OSError: The folder can't be written to.
    """
    for file in pack.files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(folder.resolve()):
            raise VulncoreError(f"{path.parent} leads out of {folder}. Choose another folder.")
        write_whole(path, file.content, mode=0o644)


def read_templates(paths: Iterable[Path]) -> dict[Document, bytes]:
    """Return files of Office by the document that they are a template for.

    Raises:
        VulncoreError: One is for no document, or for one that has a template already.
        OSError: One can't be read.
    """
    templates: dict[Document, bytes] = {}
    for path in paths:
        document = template_for(path.name)
        if document in templates:
            raise VulncoreError(f"There are two templates for {document.words}. Give one.")
        templates[document] = path.read_bytes()
    return templates


def template_for(name: str) -> Document:
    """Return which document a file is a template for, by its name.

    Raises:
        VulncoreError: It is for none.
    """
    ending = Path(name).suffix.casefold()
    for document, endings in TEMPLATES.items():
        if ending in endings:
            return document
    raise VulncoreError(
        f"'{Path(name).name[:60]}' is no template. Choose one of Word (.dotx, .docx) or of PowerPoint (.potx, .pptx)."
    )


def _written(
    request: PackRequest, document: Document, content: PackContent, basis: PackBasis
) -> Iterator[PackFile]:
    name, template = _name(content.about), request.templates.get(document)
    if document is Document.WORD:
        yield PackFile(f"{name}.docx", word_document(content, template))
    elif document is Document.SLIDES:
        yield PackFile(f"{name}.pptx", slides(content, template))
    elif document is Document.TASKING:
        sheet = tasking(basis, _tasked(request.recipe, basis))
        yield PackFile(f"{name}-tasking-sheet.docx", tasking_sheet(content.about, sheet))
    else:
        yield PackFile(f"{name}.xlsx", book(content))
        yield from _tables(content)


def _tasked(recipe: Recipe, basis: PackBasis) -> Subject:
    """Return whom a tasking sheet is about: the subject of the first section on when or where."""
    asked_for = [section for section in recipe.sections if section.show in (Show.WHEN, Show.WHERE)]
    return basis.subject(asked_for[0].of if asked_for else ())


def _tables(content: PackContent) -> Iterator[PackFile]:
    """Yield every table as CSV: what it is of and from stands in each of its rows."""
    about = content.about
    for place, table in enumerate(content.tables, start=1):
        slug = file_name_of(f"{place:02d}", table.name)
        rows = table.frame.drop(index=[*table.groups]).assign(
            force=about.force,
            as_at=format_month(about.as_at),
            dataset=about.publish.dataset,
            version=about.publish.number,
            marking=about.marking.words,
            source=about.publish.attribution or about.publish.source,
            note=about.made,
        )
        yield PackFile(f"tables/{slug}.csv", csv_text(rows).encode("utf-8-sig"))


def _pdf_of(file: PackFile) -> PackFile:
    stem, _, ending = file.name.rpartition(".")
    return PackFile(
        f"{stem}-{ending}.pdf" if ending == "pptx" else f"{stem}.pdf", as_pdf(file.content, ending)
    )


def _name(about: PackAbout) -> str:
    return file_name_of(
        about.title,
        about.force,
        format_month(about.as_at),
        about.audience,
        about.publish.dataset,
        f"version {about.publish.number}",
    )
