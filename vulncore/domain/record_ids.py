"""Which records have an id of their own, and which only the number of their line."""

import ibis.expr.types as ir


def is_line_number(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a row's record has no id of its own: the row's id is then the record's, with a measure or without."""
    return (rows.row_id == rows.record_id) | rows.row_id.startswith(rows.record_id.concat("/"))
