"""What the layout promises: the package stands without a screen, its layers point one way, and everything has its room."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vulncore"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CODE = [*SOURCES, *sorted((ROOT / "pages").rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MOST_IN_A_FOLDER = 15
ROLES = {"found", "told", "asked", "said", "each", "own"}
"""Names that say what a thing did for us and not what it is."""


def test_a_folder_is_one_topic_of_at_most_fifteen_modules():
    modules = Counter(file.parent.relative_to(ROOT) for file in CODE if file.stem != "__init__")
    assert {folder: count for folder, count in modules.items() if count > MOST_IN_A_FOLDER} == {}


def test_every_package_says_what_it_answers():
    packages = {file.parent for file in CODE}
    unsaid = [
        str(package.relative_to(ROOT))
        for package in sorted(packages)
        if not ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    ]
    assert unsaid == []


def test_the_tests_lie_in_the_same_tree_as_what_they_test():
    beside = [file.parent.relative_to(ROOT / "tests") for file in TESTS]
    rooms = {"attack", "compatibility", "fuzzing", "."}
    strays = sorted(
        str(folder)
        for folder in set(beside)
        if str(folder) not in rooms and not (PACKAGE / folder).is_dir() and not (ROOT / folder).is_dir()
    )
    assert strays == []


def test_no_two_classes_have_one_name():
    names = Counter(
        node.name
        for file in CODE
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_a_thing_is_called_what_it_is():
    names = {
        str(file.relative_to(ROOT)): _names_given(ast.parse(file.read_text(encoding="utf-8")))
        for file in CODE
    }
    assert {file: sorted(ROLES & given) for file, given in names.items() if ROLES & given} == {}


def _names_given(tree: ast.AST) -> set[str]:
    """Return the names of variables, arguments, fields and functions that a module gives."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def test_charts_name_the_class_of_what_they_encode():
    slow = [
        f"{file.relative_to(ROOT)}:{word.value.lineno}"
        for file in SOURCES
        if "import altair" in (source := file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode"
        for word in node.keywords
        if isinstance(word.value, ast.Constant | ast.JoinedStr) or _is_looked_up(word.value)
    ]
    assert slow == []  # Altair takes 2 ms to find the class of a string, of a value or of a condition


def _is_looked_up(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in (
        "alt.value",
        "alt.datum",
        "alt.condition",
    )
