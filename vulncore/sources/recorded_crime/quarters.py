"""The Home Office's police recorded crime: by force, quarter and offence code."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import product
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidRowsError, Reject, first_five
from vulncore.domain.measures import measures_by_subgroup
from vulncore.domain.periods import Window
from vulncore.sources.police_uk.files import force_names
from vulncore.sources.recorded_crime.lines import EMPTY, Figures, Lines, Totals, counts_and_coverage
from vulncore.sources.recorded_crime.offences import (
    Offences,
    PartOfTotal,
    Total,
    offences,
    part_of_total,
)

HEADER: Final = (
    "Financial Year",
    "Financial Quarter",
    "Force Name",
    "Offence Description",
    "Offence Group",
    "Offence Subgroup",
    "Offence Code",
    "Number of Offences",
)
SOURCE: Final = "recorded-crime-home-office"
ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Home Office, police recorded crime open data tables"
)

BELOW_ZERO: Final = "a total below zero"
WITHHELD: Final = "beside a row that cannot be used, so that their total would be short"


def totals_by_quarter(lines: Lines) -> Figures:
    """Return the Home Office's table as totals by force, offence subgroup and quarter.

    Returns:
        Totals of the offence codes of a subgroup. A row below zero is a correction of an earlier quarter and is
        subtracted, as it is in the Home Office's own totals. A force, subgroup and quarter without rows is not
        covered. Nor is one of which a row can't be used: its other rows are left out.

    Raises:
        InvalidRowsError: An offence code of a force and quarter is there more often than it names codes.
    """
    used: list[Offences] = []
    rejects = list(lines.rejects)
    short: set[PartOfTotal] = {(None, None, None)} if lines.rejects else set()  # they can belong to any
    for number, cells in lines.rows:
        told = offences(number, cells)
        if isinstance(told, Offences):
            used.append(told)
        else:
            rejects.append(Reject(lines.name, number, told[0], printable(told[1][:60])))
            short.add(part_of_total(cells))
    _refuse_repeats(lines.name, used)
    sums: Counter[Total] = Counter()
    for row in used:
        sums[row.total] += row.count
    withheld = {total for total in sums if _any_of(total, short)}
    negative = {total for total, count in sums.items() if count < 0} - withheld
    rejects += [
        Reject(lines.name, row.line, BELOW_ZERO, str(sums[row.total]))
        for row in used
        if row.total in negative
    ]
    kept = [row for row in used if row.total not in withheld | negative]
    totals = _totals({total: sums[total] for total in sums if total not in withheld | negative})
    counts, coverage = counts_and_coverage(totals)
    left_out = {WITHHELD: sum(row.total in withheld for row in used), EMPTY: lines.empty}
    return Figures(
        source=SOURCE,
        counts=counts,
        coverage=coverage,
        measures=tuple(totals.measures),
        accepted=len(kept),
        rejects=tuple(rejects),
        attribution=ATTRIBUTION,
        left_out={reason: count for reason, count in left_out.items() if count},
        noted=_noted(kept),
    )


def _any_of(total: Total, parts: set[PartOfTotal]) -> bool:
    """Return whether a total is one of those that are known in part."""
    return any(part in parts for part in product(*((known, None) for known in total)))


def _refuse_repeats(name: str, used: list[Offences]) -> None:
    lines: dict[tuple[str, Window, str], list[int]] = defaultdict(list)
    for row in used:
        lines[row.total[0], row.total[2], row.code].append(row.line)
    # a folded code ("1/4.1/4.10/4.2") stands in a line for each of its codes, and these are added up
    repeated = [
        f"{force}, {window}, code {printable(code[:30])} (line {numbers[-1]})"
        for (force, window, code), numbers in lines.items()
        if len(numbers) > code.count("/") + 1
    ]
    if repeated:
        raise InvalidRowsError(
            f"{len(repeated)} times an offence code of a force and quarter is repeated in {name}: "
            f"{first_five(repeated)}. Give each once."
        )


def _totals(sums: Mapping[Total, int]) -> Totals:
    known = {measure.key: measure for measure in measures_by_subgroup().values()}
    measures = sorted({known[key] for _, key, _ in sums}, key=lambda measure: measure.order)
    forces = list(dict.fromkeys(force for force, _, _ in sums))
    windows = list(dict.fromkeys(window for _, _, window in sums))
    at_force = {force: at for at, force in enumerate(forces)}
    at_measure = {measure.key: at for at, measure in enumerate(measures)}
    at_window = {window: at for at, window in enumerate(windows)}
    return Totals(
        source=SOURCE,
        forces=forces,
        measures=measures,
        periods=windows,
        force=[at_force[force] for force, _, _ in sums],
        measure=[at_measure[key] for _, key, _ in sums],
        period=[at_window[window] for _, _, window in sums],
        count=list(sums.values()),
    )


def _noted(kept: list[Offences]) -> dict[str, int]:
    lines = Counter((row.total[0], row.total[2], row.code) for row in kept)
    codes = Counter(row.total for row in kept)
    usual: dict[tuple[str, Window], int] = defaultdict(int)
    for (_, key, window), count in codes.items():
        usual[key, window] = max(usual[key, window], count)
    forces = {names[0] for names in force_names().values()}
    noted = {
        "below zero, a correction of an earlier quarter: subtracted": sum(row.count < 0 for row in kept),
        "one of several lines of a force, quarter and folded offence code: added up": sum(
            lines[row.total[0], row.total[2], row.code] > 1 for row in kept
        ),
        "of a body that is no force: kept under its own name": sum(
            row.total[0] not in forces for row in kept
        ),
        "of a total with fewer offence codes than other forces have": sum(
            codes[row.total] < usual[row.total[1:]] for row in kept
        ),
    }
    return {what: count for what, count in noted.items() if count}
