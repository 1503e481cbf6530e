"""Commands that print a map of places, and keep what a force's map is drawn with: its area, its ground."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.program import app, help_alone
from vulncore.cli.shared import options
from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.words import number_of
from vulncore.findings.shared.layer import Layer

if not help_alone:
    from vulncore.cli.shared.printing import explain
    from vulncore.cli.shared.records import chosen_records, night_hours
    from vulncore.domain.delivery import printable
    from vulncore.domain.disclosure import smallest_shown
    from vulncore.findings.when.hours import hours_offered
    from vulncore.findings.where.area import points_within
    from vulncore.findings.where.counts import record_counts
    from vulncore.findings.where.layers import BANDWIDTHS_M, MapChoice
    from vulncore.findings.where.map import map_view
    from vulncore.findings.where.protection import layer_view, where_summary
    from vulncore.findings.where.question import MapSelection, measures_with_places
    from vulncore.findings.where.sentences import where_headlines, where_notes
    from vulncore.findings.where.trial import map_trial
    from vulncore.packs.csv_table import csv_text
    from vulncore.sources.areas.reading import drawn_areas
    from vulncore.sources.ground import as_tiles
    from vulncore.store.areas import area_of, forget_area, keep_area, read_area
    from vulncore.store.grounds import forget_ground, keep_ground


class MapFormat(StrEnum):
    """How a map is printed."""

    GEOJSON = "geojson"
    CSV = "csv"


@app.command()
def hotspots(
    layer: Annotated[Layer, typer.Option("--layer", help="What the map shows.")] = Layer.CELLS,
    resolution: Annotated[
        int | None,
        typer.Option("--resolution", help="Size of H3's cells. Without it: as fine as numbers allow."),
    ] = None,
    bandwidth: Annotated[
        int | None,
        typer.Option(
            "--bandwidth",
            metavar="METRES",
            help="How far a record's density reaches. Without it: as suits the area.",
        ),
    ] = None,
    hours: Annotated[
        str,
        typer.Option(
            "--hours",
            help="every, night, day, one night (night-of-fri), or a stretch of hours that stands out (stretch-92-6).",
        ),
    ] = "every",
    measure: options.Measures = None,
    first: options.First = None,
    last: options.Last = None,
    location_type: options.LocationType = None,
    victims: options.Victims = None,
    night: options.NightHours = "18-06",
    dataset: options.Dataset = options.DEMO,
    force: options.Force = None,
    version: options.Version = None,
    output: Annotated[MapFormat, typer.Option("--format", help="GeoJSON or a table.")] = MapFormat.GEOJSON,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Print a map of places as GeoJSON or CSV. Small numbers are hidden as on screen. Explanations go to standard error."""
    narrowing = {"location_type": location_type, "victim_residency": victims}
    snapshot, records, measures = chosen_records(
        store, dataset, version, force, measure, (first, last), measures_with_places, **narrowing
    )
    offered = {stretch.key: stretch for stretch in hours_offered(night_hours(night), chosen=hours)}
    if hours not in offered:
        raise UnknownNameError(f"There are no hours '{hours[:40]}'. Choose one of: {', '.join(offered)}.")
    if bandwidth is not None and bandwidth not in BANDWIDTHS_M:
        raise UnknownNameError(
            f"A density can't reach {bandwidth} m. Choose one of: {', '.join(map(str, BANDWIDTHS_M))}."
        )
    counts = record_counts(snapshot, store, MapSelection(records, offered[hours], smallest_shown()), measures)
    chosen = layer_view(counts, MapChoice(layer, resolution, bandwidth))
    summary = where_summary(counts, map_trial(counts))
    drawn = map_view(summary.view, chosen, snapshot.publish)
    typer.echo(
        drawn.geojson if output is MapFormat.GEOJSON else csv_text(drawn.rows), nl=output is MapFormat.GEOJSON
    )
    explain(f"{drawn.title}.", *where_headlines(summary), *where_notes(summary.view))


@app.command()
def boundary(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="GeoJSON, GeoPackage, or a shapefile in a zip. Without a file the force's area is forgotten.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    force: Annotated[str, typer.Option("--force", help="Whose area it is, as its data name it.")] = "",
    layer: Annotated[
        str | None, typer.Option("--layer", help="The layer of the file. Default: its first one of areas.")
    ] = None,
    naming: Annotated[
        str | None,
        typer.Option(
            "--name-property", help="The property that names each ward. With names, wards are mapped, too."
        ),
    ] = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Keep the area that a force polices. Maps are cut to this area, and shares of the area refer to it."""
    if not force.strip():
        raise UnknownNameError("The force is not named. Add --force NAME, as the data name the force.")
    if file is None:
        forgotten = forget_area(store, force)
        typer.echo(f"{force}: {'the boundary is forgotten' if forgotten else 'there was no boundary'}.")
        return
    with drawn_areas(file, force, layer) as drawn:
        inside, placed, forces = points_within(store, force, read_area(drawn.file), smallest_shown())
        area = keep_area(store, force, drawn.file, naming)
    for note in drawn.notes:
        explain(note)
    if len(drawn.layers) > 1:
        explain(
            f"Read from the layer '{printable(drawn.layer)}' of {len(drawn.layers)}: {first_five(map(printable, drawn.layers))}."
        )
    if drawn.naming and naming is None:
        explain(
            f"Its areas seem to have names. To map them, add: --name-property {shlex.quote(printable(drawn.naming))}"
        )
    many = "ward" if len(area.parts) == 1 else "wards"
    wards = f", in {len(area.parts):,} {many}: {first_five(area.parts)}" if area.parts else ""
    inside_area = f" The area holds {inside:,} of {placed:,} records with a place." if placed else ""
    typer.echo(f"{force}: {area.km2:,.1f} km²{wards}.{inside_area}")
    if not placed:
        with_places = first_five(forces) or "none yet"
        explain(f"No dataset has records of {force} with a place. Forces with places: {with_places}.")


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
    by: options.By = None,
    store: options.Store = options.DEFAULT_STORE,
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
        kept = keep_ground(store, force, tiles, by or options.user(), file.name)
    typer.echo(
        f"{force}: {number_of(kept.tiles, 'tile')} of {kept.file} kept, {kept.bytes / 1e6:,.1f} MB, SHA-256 {kept.sha256[:16]}."
    )
    typer.echo(f"Credit on the map: {kept.credit or 'none named in the file'}.")
