"""What vulncore.findings.shared.by_version promises: worked out once for what a version is made of, and for nothing else."""

from datetime import date, datetime

from tests.findings.when.weeks import of_real_times
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import Window
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.counted import counted_of
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version, publish
from vulncore.store.purging import purge
from vulncore.store.secrets import FILE_NAME
from vulncore.store.store import preview
from vulncore.store.stubs import Selection

EVERY = covered(months(date(2024, 1, 1), 12))
YEAR = RecordFilter(FORCE, ("rape",), Window(date(2024, 1, 1), date(2024, 12, 31)))
NIGHT = datetime(2024, 5, 2, 22)


def some(count):
    return delivery(
        [
            incident(
                n, date(2024, 5, 2), occurred_from=NIGHT, occurred_to=NIGHT, longitude=-0.09, latitude=51.51
            )
            for n in range(count)
        ],
        EVERY,
    )


def asked_of():
    asked = []

    @once_a_version(MANY)
    def count(snapshot, *of):
        asked.append((snapshot.publish.number, of))
        return int(snapshot.incidents.count().execute())

    return count, asked


def test_it_is_worked_out_once_for_each_version_and_each_question(tmp_path):
    count, asked = asked_of()
    for rows in (60, 90):
        publish(tmp_path, "city", some(rows), "me")
    for _ in range(3):
        assert count(open_version(tmp_path, "city", 1)) == 60
        assert count(open_version(tmp_path, "city", 2)) == 90
        assert count(open_version(tmp_path, "city", 2), "other") == 90
    assert asked == [(1, ()), (2, ()), (2, ("other",))]


def test_after_a_purge_it_is_worked_out_anew(tmp_path):
    count, asked = asked_of()
    publish(tmp_path, "city", some(60), "me")
    assert count(open_version(tmp_path, "city", 1)) == 60
    purge(tmp_path, "city", Selection(record_ids=("record-7",)), "me")
    assert count(open_version(tmp_path, "city", 1)) == 60
    assert asked == [(1, ())] * 2


def test_of_a_version_that_is_not_published_nothing_is_kept(tmp_path):
    count, asked = asked_of()
    for rows in (60, 90):
        assert count(preview(tmp_path, "city", some(rows), "me")) == rows
    assert len(asked) == 2


def test_records_are_counted_anew_where_another_secret_or_another_smallest_number_blurs_them(tmp_path):
    publish(tmp_path, "city", of_real_times(some(200)), "me")
    snapshot = open_version(tmp_path, "city")
    once = counted_of(snapshot, FORCE, 5)
    assert counted_of(open_version(tmp_path, "city"), FORCE, 5) is once
    as_they_are = counted_of(snapshot, FORCE, 1).chosen(YEAR).hours()[1]
    assert set(as_they_are) == {3 * 24 + 22}
    (tmp_path / FILE_NAME).write_bytes(b"another secret of 32 bytes, this")
    anew = counted_of(snapshot, FORCE, 5)
    assert anew is not once
    assert (anew.chosen(YEAR).hours()[1] != once.chosen(YEAR).hours()[1]).any()
