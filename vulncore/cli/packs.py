"""The command that makes the month's pack: documents for a meeting, out of the figures of one version."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import VulncoreError
from vulncore.packs.audience import Audience

if not help_alone:
    from vulncore.cli.shared.printing import explain
    from vulncore.domain.periods import parse_month
    from vulncore.domain.words import number_of
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


def _draw_progress(share: float, what: str) -> None:
    """Draw how far the work is, for a person at a terminal; a script is not told."""
    if sys.stderr.isatty():
        bar = ("#" * round(BAR * share)).ljust(BAR, ".")
        typer.echo(f"\r[{bar}] {share:4.0%} {'' if share >= 1 else what[:40]:<40}", nl=share >= 1, err=True)
