"""A dataset's list of strands: as a file to edit, and read from one."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from vulncore.domain.delivery import measures_in, printable
from vulncore.domain.errors import InvalidStrandsError
from vulncore.domain.strands.strand_file import LARGEST_FILE, checked_against, parse_strands, strands_toml
from vulncore.domain.strands.strand_list import StrandList, arranged, spelt_out
from vulncore.findings.shared.contents import DatasetContents, dataset_contents, listed_measures
from vulncore.store import Snapshot


def strand_list_file(snapshot: Snapshot) -> str:
    """Return the list of strands of a version as TOML, each strand with all its measures: a file to edit and give back."""
    listed = spelt_out(snapshot.publish.strand_list, measures_in(snapshot.measures.to_pyarrow()))
    return strands_toml(listed, (one.key for one in listed_measures(snapshot) if not one.strand))


def read_strands(path: Path) -> StrandList:
    """Return the list of strands that a TOML file holds.

    Raises:
        InvalidStrandsError: There is no such file, or it holds no list of strands; the sentence says what to change.
    """
    if not path.is_file():
        raise InvalidStrandsError(
            f"There is no file {printable(str(path))}. Print the present list with: vulncore strands"
        )
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)  # what is longer is refused, however long it is
    return parse_strands(content)


def contents_with(snapshot: Snapshot, listed: StrandList) -> DatasetContents:
    """Return what a version would contain with another list of strands; nothing is written.

    Raises:
        InvalidStrandsError: The list names a measure that nobody knows, or leaves one of the version's without a strand.
    """
    measures = measures_in(snapshot.measures.to_pyarrow())
    return replace(
        dataset_contents(snapshot),
        publish=replace(snapshot.publish, strands=strands_toml(checked_against(listed, measures))),
        measures=arranged(listed, measures),
    )


def strands_frame(contents: DatasetContents) -> pd.DataFrame:
    """Return one row per strand and per view across strands that the dataset has measures of: its name, and theirs."""
    strands = [(strand.name, "Strand", strand.key) for strand in contents.strands]
    views = [(view.name, "View across strands", view.key) for view in contents.views]
    return pd.DataFrame(
        {
            "Name": name,
            "Kind": kind,
            "Measures": ", ".join(measure.name for measure in contents.measures_of(key)),
        }
        for name, kind, key in (*strands, *views)
    )
