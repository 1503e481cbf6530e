"""The log of who did what: only ever added to, by several processes at once, and no line can go unseen."""

import json
import shutil
import subprocess
import sys

import pytest

from vulncore.access import audit
from vulncore.access.audit import HEAD, audit_faults, audit_lines, record
from vulncore.access.folder import audit_folder
from vulncore.domain.errors import DamagedStoreError

ADDS = """
import sys
from pathlib import Path
from vulncore.access.audit import record
for place in range(int(sys.argv[3])):
    record(Path(sys.argv[1]), sys.argv[2], "opened", page="when", choices={"place": place})
"""


def files(store):
    return sorted(audit_folder(store).glob("*.jsonl"))


def written(store, number=5):
    for place in range(number):
        record(store, "a.viewer@force.test", "opened", page="when", choices={"place": str(place)})
    return files(store)[0].read_text().splitlines(keepends=True)


def faults_after(store, lines):
    files(store)[0].write_text("".join(lines))
    return [fault.what for fault in audit_faults(store)]


def test_lines_come_back_as_they_were_written(tmp_path):
    written(tmp_path, 3)
    lines = list(audit_lines(tmp_path))
    assert [line["n"] for line in lines] == [1, 2, 3]
    assert [line["choices"]["place"] for line in lines] == ["0", "1", "2"]
    assert {line["who"] for line in lines} == {"a.viewer@force.test"}
    assert audit_faults(tmp_path) == []


def test_a_removed_line_shows(tmp_path):
    lines = written(tmp_path)
    assert faults_after(tmp_path, lines[:1] + lines[2:]) == [
        "what follows in 000000000001.jsonl is line 3, which does not go on from here"
    ]


def test_a_removed_first_line_shows(tmp_path):
    assert faults_after(tmp_path, written(tmp_path)[1:]) == ["lines 1 to 1 are not here"]


def test_removed_last_lines_show_and_still_show_once_more_are_written(tmp_path):
    lines = written(tmp_path)
    assert faults_after(tmp_path, lines[:-2]) == ["the last 2 lines are gone"]
    record(tmp_path, "b", "opened")
    assert [fault.what for fault in audit_faults(tmp_path)] == [
        "what follows in 000000000001.jsonl is line 6, which does not go on from here"
    ]


def test_a_changed_line_shows(tmp_path):
    lines = written(tmp_path)
    lines[2] = lines[2].replace("a.viewer", "b.viewer")
    assert faults_after(tmp_path, lines) == ["line 3 in 000000000001.jsonl was changed"]


def test_lines_in_another_order_show(tmp_path):
    lines = written(tmp_path)
    assert len(faults_after(tmp_path, [lines[0], lines[2], lines[1], *lines[3:]])) == 3


def test_a_line_made_up_without_the_secret_shows(tmp_path):
    lines = written(tmp_path)
    last = json.loads(lines[-1])
    made_up = {**last, "n": last["n"] + 1, "before": last["digest"], "who": "nobody"}
    assert "line 6 in 000000000001.jsonl was changed" in faults_after(
        tmp_path, [*lines, json.dumps(made_up, separators=(",", ":")) + "\n"]
    )


def test_a_head_that_is_gone_or_names_another_line_shows(tmp_path):
    written(tmp_path)
    head = tmp_path / HEAD
    head.write_text(f"5 {'1' * 64}")
    assert [fault.what for fault in audit_faults(tmp_path)] == ["the head names another line of this number"]
    head.unlink()
    assert [fault.what for fault in audit_faults(tmp_path)] == [
        "the file '.audit-head', which names the last line, is gone"
    ]


def test_a_digest_noted_elsewhere_tells_that_all_was_written_anew(tmp_path):
    written(tmp_path)
    noted = list(audit_lines(tmp_path))[-1]["digest"]
    assert audit_faults(tmp_path, noted) == []
    for file in (*files(tmp_path), tmp_path / HEAD):
        file.unlink()
    written(tmp_path, 9)
    assert audit_faults(tmp_path) == []
    assert [fault.what for fault in audit_faults(tmp_path, noted)] == [f"no line has the digest {noted}"]


def test_a_line_that_a_power_cut_left_half_written_is_said_and_the_next_goes_on(tmp_path):
    lines = written(tmp_path)
    files(tmp_path)[0].write_text("".join(lines) + '{"n":6,"at')
    record(tmp_path, "b", "opened")
    assert [line["n"] for line in audit_lines(tmp_path)] == [1, 2, 3, 4, 5, 6]
    assert [fault.what for fault in audit_faults(tmp_path)] == ["a line in 000000000001.jsonl can't be read"]


def test_a_full_file_is_followed_by_another_in_one_chain(tmp_path, monkeypatch):
    monkeypatch.setattr(audit, "LARGEST_FILE", 700)
    written(tmp_path, 12)
    assert len(files(tmp_path)) > 2
    assert [line["n"] for line in audit_lines(tmp_path)] == list(range(1, 13))
    assert audit_faults(tmp_path) == []
    files(tmp_path)[1].unlink()
    assert any("does not go on from here" in fault.what for fault in audit_faults(tmp_path))


def test_several_processes_write_one_chain(tmp_path):
    running = [
        subprocess.Popen([sys.executable, "-c", ADDS, str(tmp_path), f"process {number}", "20"])
        for number in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    lines = list(audit_lines(tmp_path))
    assert [line["n"] for line in lines] == list(range(1, 61))
    assert {line["who"] for line in lines} == {"process 0", "process 1", "process 2"}
    assert audit_faults(tmp_path) == []


@pytest.mark.parametrize("text", ['line\n{"n": 7}', '"}', "=1+1", "\u202e", "\0", "x" * 5_000])
def test_hostile_texts_stay_within_their_line(tmp_path, text):
    record(tmp_path, text, "opened", choices={text: [text]})
    (line,) = audit_lines(tmp_path)
    assert line["who"] == text or (len(text) > 2_000 and line["who"].startswith(text[:2_000]))
    assert audit_faults(tmp_path) == []


def test_nobody_else_can_read_it(tmp_path):
    written(tmp_path)
    assert audit_folder(tmp_path).stat().st_mode & 0o077 == 0
    assert files(tmp_path)[0].stat().st_mode & 0o077 == 0


def test_where_it_cannot_be_written_whoever_asks_is_told(tmp_path):
    audit_folder(tmp_path).write_text("a file in its place")
    with pytest.raises(DamagedStoreError, match="audit log can't be written"):
        record(tmp_path, "a", "opened")


def test_it_can_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("VULNCORE_AUDIT", str(tmp_path / "elsewhere"))
    record(tmp_path / "store", "a", "opened")
    assert len(list((tmp_path / "elsewhere").glob("*.jsonl"))) == 1


def test_a_log_that_is_gone_whole_shows_and_still_does_once_more_is_written(tmp_path):
    written(tmp_path)
    shutil.rmtree(audit_folder(tmp_path))
    assert [fault.what for fault in audit_faults(tmp_path)] == ["the last 5 lines are gone"]
    record(tmp_path, "b", "opened")
    assert [fault.what for fault in audit_faults(tmp_path)] == ["lines 1 to 5 are not here"]


def test_a_head_that_is_gone_with_the_last_lines_shows_once_more_is_written(tmp_path):
    lines = written(tmp_path)
    files(tmp_path)[0].write_text("".join(lines[:-2]))
    (tmp_path / HEAD).unlink()
    record(tmp_path, "b", "opened")
    assert [fault.what for fault in audit_faults(tmp_path)] == [
        "the file that names the last line was gone, and lines may be"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [('"n":', '"n": '), ('"who":"', '"who":"mallory","who":"'), ("opened", "\\u006fpened")],
)
def test_a_line_that_is_spelt_in_another_way_shows(tmp_path, before, after):
    lines = written(tmp_path)
    lines[2] = lines[2].replace(before, after, 1)
    assert faults_after(tmp_path, lines)[0] == "a line in 000000000001.jsonl can't be read"


def test_who_reads_while_others_write_sees_no_fault(tmp_path):
    record(tmp_path, "a", "opened")
    writing = subprocess.Popen([sys.executable, "-c", ADDS, str(tmp_path), "b", "300"])
    looks = 0
    while writing.poll() is None:
        assert audit_faults(tmp_path) == []
        looks += 1
    assert looks > 3
