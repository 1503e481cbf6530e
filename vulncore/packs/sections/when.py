"""When it happens: the week in bands of three hours, as far as it may leave the house."""

from collections.abc import Sequence

from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.subject import Subject, keys_of
from vulncore.findings.shared.which_records import measures_with_times
from vulncore.findings.shared.words import HIDDEN_WORD
from vulncore.findings.when.charts import map_alt, map_legend, map_title, stretch_pieces, week_chart
from vulncore.findings.when.leaving import when_leaving
from vulncore.findings.when.map import Layout, map_cells, map_table
from vulncore.findings.when.sentences import stretches_table
from vulncore.findings.when.view import When
from vulncore.metrics.week.counted import RecordFilter
from vulncore.packs.part import PackPart, PackTable, Picture
from vulncore.packs.sections.basis import LeftOutError, PackBasis, measures_named

BANDS = Layout()


def when_part(basis: PackBasis, subject: Subject) -> PackPart:
    """Return the week of twelve months of a subject.

    Raises:
        LeftOutError: Its records have no time of day, or too few have one.
    """
    week = week_of_subject(basis, subject)
    briefing = week.briefing
    table = map_table(week.now, BANDS)
    stretches = stretches_table(week.now)
    return PackPart(
        heading=f"When: {week.about}",
        finding=briefing.finding,
        action=basis.advised(briefing.action),
        sentences=basis.spoken(week.headline, briefing.also),
        picture=week_picture(basis, week),
        tables=(
            *(
                [
                    PackTable(
                        f"When {week.about} stands out",
                        "Stretches that stand out",
                        stretches,
                        ("Recorded", "If spread evenly", "By chance"),
                    )
                ]
                if len(stretches)
                else []
            ),
            PackTable(
                f"When {week.about}",
                f"{week.question}: {week.unit} by part of the week",
                table,
                tuple(map(str, table.columns[1:])),
                in_documents=False,
            ),
        ),
        source=basis.source,
        link=basis.link("when", basis.path_of(subject), measures=measures_named(subject)),
        notes=week.notes,
    )


def week_of_subject(basis: PackBasis, subject: Subject) -> When:
    """Return the week of a subject's last twelve months, as far as the pack's audience may see it.

    Raises:
        LeftOutError: Its records have no time of day, or too few have one.
    """
    timed = set(measures_with_times(basis.snapshot, basis.about.force))
    keys: Sequence[str] = [key for key in keys_of(subject.measures) if key in timed]
    if not keys:
        raise LeftOutError(f"{subject.name}: the records have no time of day.")
    records = RecordFilter(basis.about.force, tuple(keys), rolling_12(basis.about.as_at))
    week = when_leaving(basis.snapshot, records, basis.contents.measures, basis.audience.steps)
    if week.now.too_few:
        raise LeftOutError(week.briefing.finding)
    return week


def week_picture(basis: PackBasis, week: When) -> Picture:
    """Return the heat map of a week."""
    chart = week_chart(
        map_cells(week.now, BANDS),
        stretch_pieces(week.now, BANDS),
        BANDS.first,
        map_title(week),
        map_legend(week, BANDS, basis.audience.rounding, HIDDEN_WORD),
        week.unit,
    )
    return basis.drawn(chart, map_alt(week))
