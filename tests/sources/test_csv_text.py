"""What vulncore.sources.csv_text promises of the lines of a table whose columns are known."""

import pytest

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.csv_text import Misfit, line_batches, require_end

TABLE = b'\xef\xbb\xbf a ,b\r\n1,"x, y"\n2\n\n3,z,\n4,"w\n5,v\n'


@pytest.mark.parametrize("size", [1, 2, 3, 6, 100])
def test_every_line_keeps_its_number_and_is_whole_or_says_why_not_however_many_come_at_once(size):
    heading, *batches = line_batches(TABLE, "x.csv", most=10, size=size)
    assert (heading.heading, heading.read) == (["a", "b"], 0)
    assert {number: cells for batch in batches for number, cells in batch.rows.items()} == {
        2: ["1", "x, y"],
        7: ["5", "v"],
    }
    assert [misfit for batch in batches for misfit in batch.misfits] == [
        Misfit(3, "too few fields", "2"),
        Misfit(4, "too few fields", ""),
        Misfit(5, "too many fields", "3,z,"),
        Misfit(6, "a quotation mark out of place", '4,"w'),
    ]
    assert sum(batch.read for batch in batches) == 6


@pytest.mark.parametrize(
    ("end", "line"),
    [(b"3", 3), (b'3,"z', 3), (b"3,z", 0), (b"3,z,y", 0), (b"3\n", 0), (b"3,z\n  ", 0)],
    ids=["too few", "unclosed", "whole", "too many", "with its end", "spaces"],
)
def test_a_file_breaks_off_where_its_last_line_has_neither_end_nor_all_fields(end, line):
    _, lines = line_batches(b"a,b\n1,2\n" + end, "x.csv", most=10, size=10)
    if line:
        with pytest.raises(UnreadableSourceError, match=f"breaks off in line {line}, so rows are missing"):
            require_end(lines)
    else:
        require_end(lines)
