"""The areas that forces police, from the Open Geography portal of the Office for National Statistics, as GeoJSON.

Source: https://geoportal.statistics.gov.uk, Police Force Areas (December 2023) Boundaries EW BGC: generalised to
20 m, clipped to the coast. Asked by Query of a feature service, page by page (`resultOffset`, and
`exceededTransferLimit` where there is more), https://developers.arcgis.com/rest/services-reference/enterprise/query-feature-service-layer/.
It has the 43 forces of England and Wales; the Police Service of Northern Ireland and the British Transport Police are not there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vulncore.domain.errors import UnknownNameError, UnreachableSiteError, UnreadableSourceError, first_five
from vulncore.fetching.ledger import Ledger
from vulncore.fetching.police_uk import force_slug
from vulncore.fetching.web import ByteProgress, Web
from vulncore.sources.police_uk.files import force_names
from vulncore.sources.recorded_crime.quarters import force_name
from vulncore.store.areas import read_area

SERVICES: Final = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/"
LAYER: Final = "Police_Force_Areas_December_2023_EW_BGC"
PAGE_SIZE: Final = 10  # areas; a page of ten has about a megabyte
MOST_AREAS: Final = 500

_LAYER: Final = re.compile(r"\w{1,80}_20(\d\d)_\w{1,40}", flags=re.ASCII)


@dataclass(frozen=True)
class FetchedAreas:
    """Forces by name, each with the file of its area; how many files are new; names of areas of no known force."""

    files: Mapping[str, str]
    new: int
    unknown: tuple[str, ...]


def fetch_areas(
    web: Web, folder: Path, forces: list[str], progress: ByteProgress, layer: str = LAYER
) -> FetchedAreas:
    """Fetch the areas of forces into a folder, one GeoJSON file each, as `vulncore boundary` takes them.

    They are all that the portal has where no force is named, of the edition that the portal calls by the layer's name.

    Raises:
        UnknownNameError: There is no such force, or the portal has no area of it.
        UnreachableSiteError: The portal can't be reached, or has no such layer any more.
        UnreadableSourceError: What came is no area of a force.
    """
    year = _LAYER.fullmatch(layer)
    if not year:
        raise UnknownNameError(
            f"'{layer[:60]}' is not the name of a layer of the portal. Write a name like {LAYER}."
        )
    wanted = [force_slug(force) for force in forces]
    url = f"{SERVICES}{layer}/FeatureServer/0/query"
    ledger = Ledger(folder)
    if wanted and all(ledger.whole(_file(slug), url, layer) for slug in wanted):
        return FetchedAreas({force_names()[slug][0]: _file(slug) for slug in wanted}, 0, ())
    slugs = {names[0]: slug for slug, names in force_names().items()}
    files: dict[str, str] = {}
    unknown, new = [], 0
    for feature in _features(web, url, f"PFA{year[1]}", progress):
        area_name = str(feature["properties"][f"PFA{year[1]}NM"])
        force = force_name(area_name)
        if force not in slugs:
            unknown.append(area_name)
        elif not wanted or slugs[force] in wanted:
            file = _file(slugs[force])
            new += _keep(ledger, file, force, feature, url, layer)
            files[force] = file
    lacking = [force_names()[slug][0] for slug in wanted if force_names()[slug][0] not in files]
    if lacking:
        raise UnknownNameError(
            f"The portal has no area of {first_five(lacking)}. It has the forces of England and Wales. Bring the boundary from elsewhere."
        )
    return FetchedAreas(files, new, tuple(unknown))


def _file(slug: str) -> str:
    return f"{slug}.geojson"


def _keep(ledger: Ledger, file: str, force: str, feature: Mapping[str, Any], url: str, layer: str) -> bool:
    """Keep a force's area if it is one, and return whether it is another than the one that is here."""
    named = {"type": "Feature", "properties": {"force": force}, "geometry": feature["geometry"]}
    content = json.dumps({"type": "FeatureCollection", "features": [named]}).encode()
    written = ledger.keep(file, content, url, layer)
    if written:
        try:
            read_area(ledger.folder / file)
        except UnreadableSourceError:
            (ledger.folder / file).unlink()
            raise
    return written


def _features(web: Web, url: str, prefix: str, progress: ByteProgress) -> Iterator[Mapping[str, Any]]:
    """Yield every area of a layer, page by page."""
    taken = 0
    while True:
        answer = web.json(
            url,
            {
                "where": "1=1",
                "outFields": f"{prefix}CD,{prefix}NM",
                "orderByFields": f"{prefix}CD",
                "outSR": "4326",
                "geometryPrecision": "6",
                "f": "geojson",
                "resultOffset": str(taken),
                "resultRecordCount": str(PAGE_SIZE),
            },
        )
        try:
            if "error" in answer:
                raise UnreachableSiteError(
                    f"{web.host(url)} refuses: {str(answer['error'].get('message'))[:80]}. The layer may have been replaced: look up the "
                    "newest Police Force Areas on geoportal.statistics.gov.uk, and name it with --layer."
                )
            features = [feature for feature in answer["features"] if feature["properties"][f"{prefix}NM"]]
            more = answer.get("exceededTransferLimit") or (answer.get("properties") or {}).get(
                "exceededTransferLimit"
            )
        except (TypeError, KeyError, AttributeError) as problem:
            raise UnreachableSiteError(
                f"{web.host(url)} answers with something else than areas. Run the command again."
            ) from problem
        yield from features
        taken += len(features)
        progress("areas", taken, None)
        if not more or not features:
            return
        if taken > MOST_AREAS:
            raise UnreachableSiteError(
                f"{web.host(url)} sends more than {MOST_AREAS} areas. Check the layer's name."
            )
