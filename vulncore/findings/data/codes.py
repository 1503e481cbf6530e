"""Findings about codes that a mapping doesn't have: known before an extract is published, from its rejected rows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from vulncore.domain.errors import Reject, first_five
from vulncore.findings.data.finding import DataFinding, Sureness
from vulncore.findings.data.remedies import CodesCounted
from vulncore.findings.shared.words import agree, number_of
from vulncore.sources.offences import are_codes, known_measure
from vulncore.sources.records.judging import BAD_CODE
from vulncore.sources.records.mapping import Mapping


def code_findings(rejects: Sequence[Reject], mapping: Mapping) -> Iterator[DataFinding]:
    """Yield a finding for each column of codes in which rows were rejected for codes that the mapping doesn't have.

    Its remedy counts those whose measure is known by their name or Home Office code; whoever brings the extract knows its rows.
    """
    values = Counter(reject.value for reject in rejects if reject.reason == BAD_CODE)
    for coding in mapping.counts:
        start = f"{coding.column}: "
        codes = {value.removeprefix(start): rows for value, rows in values.items() if value.startswith(start)}
        if not codes:
            continue
        commonest = sorted(codes, key=lambda code: (-codes[code], code))
        of_codes = are_codes(coding.column, [*coding.codes, *codes])
        known = tuple((code, key) for code in commonest if (key := known_measure(code, of_codes=of_codes)))
        count = sum(codes.values())
        yield DataFinding(
            check="codes-not-mapped",
            what=(
                f"{number_of(count, 'row')} {agree(count, 'has', 'have')} codes of {coding.column[:60]} that are not in "
                f"the mapping: {first_five(code[:40] for code in commonest)}."
            ),
            where=f"{mapping.force}, {coding.column[:60]}",
            count=count,
            of=None,
            why="These rows count nowhere, and their months look quieter than they were.",
            do="Say what each code counts towards, or leave the code out.",
            sure=Sureness.CERTAIN,
            remedy=CodesCounted(coding.column, known) if known else None,
            touched=sum(codes[code] for code, _ in known) if known else count,
        )
