"""Commands that help to say what an extract means."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import Output, app, told_on_terminal
from vulncore.cli.printing import Format, printed
from vulncore.domain.errors import InvalidMappingError, VulncoreError
from vulncore.domain.known_measures import measures_frame
from vulncore.sources.extract import read_extract
from vulncore.sources.records.draft import drafted
from vulncore.sources.records.mapping_toml import UNSURE, mapping_toml

Heading = Annotated[
    str | None,
    typer.Option("--heading", metavar="FIRST:LAST", help="The lines of the heading; found, unless told."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.")]


@app.command()
def mapping(
    file: Annotated[Path, typer.Argument(help="The extract: CSV, XLSX or Parquet.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE.toml", help="Where to write it; the screen, unless told."),
    ] = None,
    force: Annotated[str | None, typer.Option("--force", help="Whose records they are.")] = None,
    sheet: Sheet = None,
    heading: Heading = None,
) -> None:
    """Draft the mapping of an extract: what its columns and codes seem to mean, with doubts marked."""
    extract = read_extract(file, sheet=sheet, heading=_lines(heading), progress=told_on_terminal())
    draft = drafted(extract, force or "")
    said = replace(
        draft.mapping, sheet=sheet or draft.mapping.sheet, heading=_lines(heading) or draft.mapping.heading
    )
    text = mapping_toml(said, draft.doubts)
    if output is None:
        typer.echo(text)
        return
    if output.exists():
        raise InvalidMappingError(f"{output} is there already. Choose another name, or take it away first.")
    output.write_text(text, encoding="utf-8")
    doubts = sum(UNSURE in line for line in text.splitlines()) - 1  # the head explains the mark
    typer.echo(f"Wrote {output}. Lines to look at, marked with {UNSURE.strip()}: {doubts}.")
    typer.echo(f"Columns read: {len(draft.mapping.wanted)}. Not read: {', '.join(draft.not_read) or 'none'}.")
    typer.echo(
        f"Then: vulncore publish records {shlex.quote(str(file))} --mapping {shlex.quote(str(output))} --dry-run"
    )


@app.command()
def measures(output: Output = Format.MARKDOWN) -> None:
    """List the measures that a mapping can name."""
    typer.echo(printed(measures_frame(), output))


def _lines(heading: str | None) -> tuple[int, int] | None:
    if heading is None:
        return None
    first, _, last = heading.partition(":")
    if not (first.isdecimal() and (last or first).isdecimal() and 0 < int(first) <= int(last or first)):
        raise VulncoreError(f"'{heading}' are no lines of a heading. Write the first and the last, like 3:4.")
    return int(first), int(last or first)
