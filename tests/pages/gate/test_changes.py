"""What changes the store stands within `acting`, on every page: it asks for the right when it is done, and is recorded."""

import ast
from pathlib import Path

import pytest

from tests.pages.conftest import ROOT

CHANGES = {
    "publish", "annotate", "set_strands", "undo", "keep_area", "forget_area", "keep_ground", "forget_ground", "save_scenario",
    "remove_scenario", "lock_scenario", "keep_weights", "purge", "restore_store",
}  # fmt: skip
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def changes_in(tree: ast.AST, within: bool = False) -> list[tuple[str, int, bool]]:
    """Each call that changes the store: its name, its line, and whether it stands within `acting`."""
    calls = []
    for node in ast.iter_child_nodes(tree):
        inside = within or (
            isinstance(node, ast.With)
            and any(
                isinstance(item.context_expr, ast.Call) and called(item.context_expr) == "acting"
                for item in node.items
            )
        )
        if isinstance(node, ast.Call) and called(node) in CHANGES:
            calls.append((called(node), node.lineno, within))
        calls += changes_in(node, inside)
    return calls


def test_the_pages_change_the_store_in_these_ways():
    names = {name for path in PAGES for name, _, _ in changes_in(ast.parse(path.read_text()))}
    assert names == CHANGES - {"keep_weights", "purge", "restore_store"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_whatever_changes_the_store_asks_for_the_right_and_is_recorded(path):
    unasked = [(name, line) for name, line, within in changes_in(ast.parse(path.read_text())) if not within]
    assert unasked == []
