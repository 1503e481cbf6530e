"""The command `vulncore basemap`: what the map of a force is drawn on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import DEFAULT_STORE, By, Store, user
from vulncore.cli.program import app, help_alone
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.words import number_of

if not help_alone:
    from vulncore.sources.ground import as_tiles
    from vulncore.store.areas import area_of
    from vulncore.store.grounds import forget_ground, keep_ground


@app.command()
def basemap(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="PMTiles of vector tiles, or a GeoPackage of OS Open Zoomstack or OpenStreetMap.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    force: Annotated[str, typer.Option("--force", help="Whose map it is, as its data name it.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Go back to the ground that ships.")] = False,
    by: By = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Keep what the map of a force is drawn on: its streets, water and green, as PMTiles or GeoPackage."""
    if not force.strip():
        raise UnknownNameError("The force is not named. Add --force NAME, as the data name the force.")
    if forget == (file is not None):
        raise UnknownNameError("Name a file to keep, or add --forget to go back to the ground that ships.")
    if file is None:
        forgotten = forget_ground(store, force)
        typer.echo(f"{force}: {'the ground is forgotten' if forgotten else 'there was no ground'}.")
        return
    area = area_of(store, force)
    with as_tiles(file, None if area is None else area.shape.bounds) as tiles:
        kept = keep_ground(store, force, tiles, by or user(), file.name)
    typer.echo(
        f"{force}: {number_of(kept.tiles, 'tile')} of {kept.file} kept, {kept.bytes / 1e6:,.1f} MB, SHA-256 {kept.sha256[:16]}."
    )
    typer.echo(f"Credit on the map: {kept.credit or 'none named in the file'}.")
