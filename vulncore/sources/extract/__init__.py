"""Any force's extract, CSV, XLSX or Parquet, as one table of text with every row accounted for."""

from vulncore.sources.extract.reading import read_extract
from vulncore.sources.extract.record import Extract, SheetNotSaidError

__all__ = ["Extract", "SheetNotSaidError", "read_extract"]
