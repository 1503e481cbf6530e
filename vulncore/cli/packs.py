"""Commands for what a meeting holds in its hands: the month's pack, and a draft whose numbers are checked against the strand table."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import VulncoreError
from vulncore.packs.audience import Audience

if not help_alone:
    from vulncore.cli.shared.printing import explain, printed
    from vulncore.domain.delivery import printable
    from vulncore.domain.disk import write_whole
    from vulncore.domain.periods import format_month, parse_month
    from vulncore.domain.words import agree, listed, number_of
    from vulncore.findings.overview.overview import overview
    from vulncore.findings.shared.words import made_note
    from vulncore.packs.drafts.checking import (
        DraftCheck,
        NumberCheck,
        check_draft,
        checks_frame,
        only_paragraphs,
    )
    from vulncore.packs.drafts.comments import commented
    from vulncore.packs.drafts.matching import CheckVerdict
    from vulncore.packs.drafts.reading import draft_content, read_draft
    from vulncore.packs.pack import PackRequest, make_pack, read_templates, write_pack
    from vulncore.packs.recipe import find_recipe, recipe_file

BAR = 30  # signs of the progress bar


@app.command()
def pack(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder to write into; made if need be.", file_okay=False),
    ] = None,
    name: Annotated[
        str, typer.Option("--pack", metavar="NAME or FILE.toml", help="committee, svg, ttcg, or a file.")
    ] = "committee",
    audience: Annotated[
        Audience, typer.Option("--audience", help="Who may read it. The public is the safest.")
    ] = Audience.PUBLIC,
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="VERSION or YYYY-MM-DD",
            help="What the last meeting was shown. Default: the version before.",
        ),
    ] = None,
    template: Annotated[
        list[Path] | None,
        typer.Option(
            "--template",
            metavar="FORCE.dotx",
            help="A Word or PowerPoint template. Repeat for both.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    marking: Annotated[
        str | None,
        typer.Option(
            "--marking", envvar="VULNCORE_MARKING", help="The classification. Default: as suits the audience."
        ),
    ] = None,
    handling: Annotated[
        str | None, typer.Option("--handling", envvar="VULNCORE_HANDLING", help="How it is to be handled.")
    ] = None,
    address: Annotated[
        str,
        typer.Option(
            "--address", envvar="VULNCORE_DASHBOARD", help="The dashboard's address, for links into it."
        ),
    ] = "",
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="PDFs, where LibreOffice is there.")] = True,
    write: Annotated[
        bool, typer.Option("--write", help="Print the pack as a file to edit, and make nothing.")
    ] = False,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Make the month's pack for a meeting: Word, PowerPoint, Excel, CSV and PDF, protected for who may read it."""
    recipe = find_recipe(name)
    if write:
        typer.echo(recipe_file(recipe), nl=False)
        return
    if out is None:
        raise VulncoreError("No folder is named. Add --out FOLDER, where the documents are to be written.")
    request = PackRequest(
        store=store,
        dataset=dataset,
        recipe=recipe,
        audience=audience,
        version=version,
        force=force,
        as_at=parse_month(as_at) if as_at else None,
        since=since,
        address=address,
        classification=marking,
        handling=handling,
        templates=read_templates(template or ()),
        with_pdf=pdf,
    )
    made = make_pack(request, _draw_progress)
    write_pack(made, out)
    for file in made.files:
        typer.echo(f"{out / file.name}: {number_of(len(file.content), 'byte')}")
    explain(f"For: {audience.words}.", f"Marked: {made.about.marking.words}.", *made.notes)
    if made.about.made:
        typer.echo(f"{made.about.made}.")


@app.command("check-text")
def check_text(
    draft: Annotated[Path, typer.Argument(help="The draft: a .docx, .txt or .md file.")],
    as_at: options.AsAt = None,
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    paragraphs: Annotated[
        str | None,
        typer.Option(
            "--paragraphs", metavar="19-43", help="Only these paragraphs, by the draft's own numbers."
        ),
    ] = None,
    list_all: Annotated[bool, typer.Option("--all", help="List the numbers that match, too.")] = False,
    comments: Annotated[
        Path | None,
        typer.Option(
            "--comments",
            metavar="OUT.docx",
            help="Write a copy of a .docx draft with a comment at each number that differs.",
            dir_okay=False,
        ),
    ] = None,
    output: options.Output = options.Format.MARKDOWN,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Check the numbers of a draft report against the strand table. Ends with 1 where one differs."""
    if comments is not None:
        _refuse_comments(draft, comments)
    text = read_draft(draft)
    shown = overview(store, dataset, number=version, force=force, as_at=parse_month(as_at) if as_at else None)
    check = check_draft(text, shown)
    if paragraphs is not None:
        check = only_paragraphs(check, paragraphs)
    if output is not options.Format.MARKDOWN:
        typer.echo(printed(checks_frame(check), output))
    else:
        typer.echo(_summary(check))
        typer.echo(
            f"Table: {shown.force}, dataset {dataset}, version {shown.publish.number}, to {format_month(shown.as_at)}."
            + (f" {made}." if (made := made_note(shown.publish)) else "")
        )
        for part in _parts(check, list_all=list_all):
            typer.echo(part)
    differing = check.of(CheckVerdict.DIFFERS)
    if comments is not None:
        write_whole(
            comments, commented(draft_content(draft), text.name, differing), mode=0o644, instead=False
        )
        explain(f"{comments}: {number_of(len(differing), 'comment')}")
    if differing:
        raise typer.Exit(1)


def _draw_progress(share: float, what: str) -> None:
    """Draw how far the work is, for a person at a terminal; a script is not told."""
    if sys.stderr.isatty():
        bar = ("#" * round(BAR * share)).ljust(BAR, ".")
        typer.echo(f"\r[{bar}] {share:4.0%} {'' if share >= 1 else what[:40]:<40}", nl=share >= 1, err=True)


def _refuse_comments(draft: Path, out: Path) -> None:
    if draft.suffix.casefold() != ".docx" or out.suffix.casefold() != ".docx":
        raise VulncoreError(
            "Comments need a draft and a copy in Word. Give both names with .docx at the end."
        )
    if out.exists() or out.is_symlink():
        raise VulncoreError(f"{printable(str(out))} is there already. Give the copy another name.")


def _summary(check: DraftCheck) -> str:
    differing = check.of(CheckVerdict.DIFFERS)
    if differing:
        places = list(dict.fromkeys(one.where.partition(",")[0] for one in differing))
        if all(place[0].isdigit() for place in places):
            has = agree(len(places), "1 paragraph has", f"{len(places):,} paragraphs have")
            return f"{has} numbers that differ from the table: {listed(places)}."
        named = [f"paragraph {place}" if place[0].isdigit() else place for place in places]
        has = agree(len(places), "1 place has", f"{len(places):,} places have")
        return f"{has} numbers that differ from the strand table: {listed(named)}."
    if not check.checks:
        return "The draft has no numbers to check."
    if not check.of(CheckVerdict.MATCHES):
        return "No number could be checked against the table."
    return "No number differs from the table."


def _parts(check: DraftCheck, *, list_all: bool) -> list[str]:
    differing, not_checkable, matching = (
        check.of(verdict)
        for verdict in (CheckVerdict.DIFFERS, CheckVerdict.NOT_CHECKABLE, CheckVerdict.MATCHES)
    )
    parts = []
    if differing:
        parts.append("\nDiffers:\n" + "\n".join(_differing(differing)))
    if not_checkable:
        parts.append(
            "\nNot checkable:\n"
            + "\n".join(f"  {one.where}: {one.written}. {one.why} “{one.passage}”" for one in not_checkable)
        )
    if matching and list_all:
        parts.append(
            "\nMatches:\n"
            + "\n".join(
                f"  {one.where}: {one.written}. The table has {one.table_has}. {one.why} “{one.passage}”"
                for one in matching
            )
        )
    elif matching:
        parts.append(
            f"\nMatches: {number_of(len(matching), 'number')}. --all lists {agree(len(matching), 'it', 'them')}."
        )
    shown = check.checks if list_all else (*differing, *not_checkable)
    if any(one.where.startswith("place ") for one in shown):
        parts.append(
            "\nA paragraph without a number is named by its place, counted from the top of the draft."
        )
    return parts


def _differing(checks: tuple[NumberCheck, ...]) -> list[str]:
    """Return the numbers that differ, those with the same figures of the table together."""
    texts = []
    for (where, table_has), group in groupby(checks, key=lambda one: (one.where, one.table_has)):
        every = list(group)
        texts.append(f"  {where}: “{every[0].passage}”")
        texts += [f"    {one.written}: {one.why}" for one in every]
        texts.append(f"    {table_has}")
    return texts
