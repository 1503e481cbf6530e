"""Commands that say where things happen, and which area a force polices."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vulncore.cli.options import (
    DEFAULT_STORE,
    Dataset,
    First,
    Force,
    Last,
    LocationType,
    Measures,
    NightHours,
    Store,
    Version,
    Victims,
    app,
    column_values,
    csv_text,
    headline_text,
    night_hours,
    record_filter,
)
from vulncore.cli.publishing import DEMO
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import UnknownNameError, UnreadableSourceError, first_five
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.which_records import EVERY
from vulncore.findings.when.hours import STRETCH, hours_offered
from vulncore.findings.when.when import when
from vulncore.findings.where.layers import BANDWIDTHS_M, Layer
from vulncore.findings.where.map import MapChosen, map_shown
from vulncore.findings.where.read import WhereAsked, measures_with_places, points_within
from vulncore.findings.where.sentences import where_headline
from vulncore.findings.where.where import where
from vulncore.store import open_version
from vulncore.store.areas import forget_area, keep_area, read_area


class MapFormat(StrEnum):
    """How a map is printed."""

    GEOJSON = "geojson"
    CSV = "csv"


@app.command()
def hotspots(
    layer: Annotated[Layer, typer.Option("--layer", help="What the map shows.")] = Layer.CELLS,
    resolution: Annotated[
        int | None,
        typer.Option("--resolution", help="The H3 resolution of cells. Default: as fine as numbers allow."),
    ] = None,
    bandwidth: Annotated[
        int | None,
        typer.Option(
            "--bandwidth",
            metavar="METRES",
            help="How far a record's density reaches. Default: suits the area.",
        ),
    ] = None,
    hours: Annotated[
        str,
        typer.Option(
            "--hours",
            help="every, night, day, one night (night-of-fri), or a stretch that stands out (stretch-92-6).",
        ),
    ] = EVERY,
    measure: Measures = None,
    first: First = None,
    last: Last = None,
    location_type: LocationType = None,
    victims: Victims = None,
    night: NightHours = "18-06",
    dataset: Dataset = DEMO,
    force: Force = None,
    version: Version = None,
    output: Annotated[MapFormat, typer.Option("--format", help="GeoJSON or a table.")] = MapFormat.GEOJSON,
    store: Store = DEFAULT_STORE,
) -> None:
    """Print a map of places as GeoJSON or CSV. Small numbers are hidden. Explanations go to standard error."""
    snapshot = open_version(store, dataset, version)
    measures = dataset_contents(snapshot).measures
    where_else = column_values(location_type=location_type, victim_residency=victims)
    asked = record_filter(snapshot, force, measure, (first, last), where_else, measures_with_places)
    stretches = when(snapshot, asked, measures).now.stretches if hours.startswith(STRETCH) else ()
    offered = {each.key: each for each in hours_offered(night_hours(night), stretches)}
    if hours not in offered:
        raise UnknownNameError(f"There are no hours '{hours[:40]}'. Choose one of: {', '.join(offered)}.")
    if bandwidth is not None and bandwidth not in BANDWIDTHS_M:
        raise UnknownNameError(
            f"A density can't reach {bandwidth} m. Choose one of: {', '.join(str(each) for each in BANDWIDTHS_M)}."
        )
    found = where(snapshot, store, WhereAsked(asked, offered[hours], smallest_shown()), measures)
    shown = map_shown(found, MapChosen(layer, resolution, bandwidth), snapshot.publish)
    typer.echo(
        shown.geojson if output is MapFormat.GEOJSON else csv_text(shown.rows), nl=output is MapFormat.GEOJSON
    )
    typer.echo(f"{shown.title}.", err=True)
    for line in where_headline(found):
        typer.echo(headline_text(line), err=True)
    for note in found.notes:
        typer.echo(note, err=True)


@app.command()
def boundary(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="GeoJSON of polygons, in longitude and latitude. Without a file the force's boundary is deleted.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    force: Annotated[str, typer.Option("--force", help="The force's name, as in the data.")] = "",
    naming: Annotated[
        str | None,
        typer.Option("--name-property", help="The property that names each ward, to map wards as well."),
    ] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Keep the boundary of a force. Maps are cut to the boundary, and shares of the area refer to it."""
    if not force.strip():
        raise UnknownNameError("Say whose area it is: --force NAME, as its data name it.")
    if file is None:
        forgotten = forget_area(store, force)
        typer.echo(f"{force}: {'its boundary is forgotten' if forgotten else 'no boundary was kept'}.")
        return
    inside, placed, forces = points_within(store, force, read_area(file))
    if placed and 2 * inside < placed:
        raise UnreadableSourceError(
            f"{file.name} holds {inside:,} of the {placed:,} records of {force} that have a place: it is another area, or has "
            "longitude and latitude the wrong way round. Nothing was kept."
        )
    area = keep_area(store, force, file, naming)
    parts = f", in {len(area.parts):,} parts: {first_five(area.parts)}" if area.parts else ""
    held = f" It holds {inside:,} of {placed:,} records with a place." if placed else ""
    typer.echo(f"{force}: {area.km2:,.1f} km²{parts}.{held}")
    if not placed:
        known = first_five(forces) or "none yet"
        typer.echo(f"No dataset has records of {force} with a place. Forces that have: {known}.", err=True)
