"""The ways in which a place is written as two numbers, and the longitude and latitude that they say."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
from pyproj import Transformer

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.geography import to_wgs84

# EPSG 29903 back to its ellipsoid, then EPSG 1954, the seven parameters of TM75, to WGS 84: good to a metre
_IRISH: Final = (
    "+proj=pipeline "
    "+step +inv +proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000 +a=6377340.189 +rf=299.3249646 "
    "+step +proj=push +v_3 "
    "+step +proj=cart +a=6377340.189 +rf=299.3249646 "
    "+step +proj=helmert +x=482.5 +y=-130.6 +z=564.6 +rx=-1.042 +ry=-0.214 +rz=-0.631 +s=8.15 "
    "+convention=position_vector "
    "+step +inv +proj=cart +ellps=WGS84 "
    "+step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_IRISH_END_M: Final = 500_000.0  # the grid is a square


class PlaceUnit(StrEnum):
    """What numbers of a place stand for, where that isn't metres of the British National Grid, or degrees."""

    KILOMETRES = "kilometres"
    HUNDREDS = "hundreds of metres"
    TENS = "tens of metres"
    HUNDRED_THOUSANDTHS = "hundred-thousandths of a degree"
    MILLIONTHS = "millionths of a degree"
    TEN_MILLIONTHS = "ten-millionths of a degree"
    IRISH = "metres of the Irish grid"


FACTORS: Final = {
    PlaceUnit.KILOMETRES: 1_000.0,
    PlaceUnit.HUNDREDS: 100.0,
    PlaceUnit.TENS: 10.0,
    PlaceUnit.HUNDRED_THOUSANDTHS: 1e-5,
    PlaceUnit.MILLIONTHS: 1e-6,
    PlaceUnit.TEN_MILLIONTHS: 1e-7,
}
OF_DEGREES: Final = (PlaceUnit.HUNDRED_THOUSANDTHS, PlaceUnit.MILLIONTHS, PlaceUnit.TEN_MILLIONTHS)


@dataclass(frozen=True)
class Reading:
    """A way to read two columns of numbers: as easting and northing or as longitude and latitude, `swapped` or not, in a unit."""

    is_grid: bool
    unit: PlaceUnit | None = None
    swapped: bool = False

    def degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return longitudes and latitudes of numbers, NaN where they say no place on the grid or on Earth.

        >>> east, north = np.array([181.2]), np.array([532.65])
        >>> lon, lat = Reading(is_grid=True, unit=PlaceUnit.KILOMETRES, swapped=True).degrees(east, north)
        >>> lon.round(4).tolist(), lat.round(4).tolist()
        ([-0.0897], [51.5142])
        """
        if self.swapped:
            x, y = y, x
        if self.unit is PlaceUnit.IRISH:
            return _irish(x, y)
        factor = FACTORS[self.unit] if self.unit else 1.0
        if self.is_grid:
            return to_wgs84(x * factor, y * factor)
        longitudes, latitudes = x * factor, y * factor
        on_earth: Booleans = (np.abs(longitudes) <= 180) & (np.abs(latitudes) <= 90)
        return np.where(on_earth, longitudes, np.nan), np.where(on_earth, latitudes, np.nan)

    @property
    def words(self) -> str:
        """What would have to be so, as in "once longitude and latitude change places"."""
        names = "easting and northing" if self.is_grid else "longitude and latitude"
        unit = f" in {self.unit.value}" if self.unit else ""
        if self.swapped:
            return f"{names} change places" + (f", and are read{unit}" if unit else "")
        return f"they are read as {names}{unit}"


def fits(unit: PlaceUnit | None, *, is_grid: bool) -> bool:
    """Return whether a unit is one of eastings and northings, or one of longitudes and latitudes."""
    return unit is None or is_grid == (unit not in OF_DEGREES)


def _irish(eastings: Floats, northings: Floats) -> tuple[Floats, Floats]:
    within = (eastings >= 0) & (eastings <= _IRISH_END_M) & (northings >= 0) & (northings <= _IRISH_END_M)
    longitudes, latitudes = np.full(eastings.shape, np.nan), np.full(eastings.shape, np.nan)
    if within.any():
        longitudes[within], latitudes[within] = _irish_transformer().transform(
            eastings[within], northings[within]
        )
    return longitudes, latitudes


@cache
def _irish_transformer() -> Transformer:
    return Transformer.from_pipeline(_IRISH)
