"""What pages.shared.text promises, and that every page keeps to it."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tests.pages.conftest import ROOT

PAGES = sorted((ROOT / "pages").rglob("*.py"))
MARKDOWN = {"body", "label", "text", "help", "tabs", "title", "caption"}
"""What Streamlit calls an argument that it draws as Markdown."""
NO_MARKDOWN = {"html", "set_page_config", "Page"}
MARKDOWN_IN_CELLS = {"write", "table", "radio", "pills", "segmented_control", "select_slider", "metric"}
"""Functions of Streamlit that draw more than those arguments as Markdown: a page does without them."""
FIGURE = {*",dg%"}
"""Signs in a format by which a number or a date can be written, and no text."""
OUR_OWN = {"section.text", "list(parts.values())"}
"""What is made of no data: the page Methods, and the names of a page's parts."""
INERT = {"plain", "source_line", "len"}
"""Functions that return what is shown as it is: `source_line` what `plain` does, and `len` a number."""


@cache
def arguments(function: str) -> list[str]:
    """Return the names of the arguments of one of Streamlit's functions; none of what it doesn't have."""
    found = getattr(DeltaGenerator, function, None) or getattr(st, function, None)
    return (
        [name for name in inspect.signature(found).parameters if name != "self"]
        if inspect.isroutine(found)
        else []
    )


def texts(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call gives Streamlit to be drawn as Markdown."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr in NO_MARKDOWN:
        return
    given = [*zip(arguments(call.func.attr), call.args, strict=False)]
    given += [(keyword.arg, keyword.value) for keyword in call.keywords]
    if arguments(call.func.attr):
        yield from (value for name, value in given if name in MARKDOWN)


def is_inert(text: ast.expr, module: ast.Module) -> bool:
    """Whether a text is ours, a number, or has been made plain, in all its parts."""
    match text:
        case ast.Constant():
            parts = []
        case ast.Call(func=ast.Name(id=name)) if name in INERT:
            parts = []
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) if name.isupper():
            parts = []
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=how)])) if FIGURE & {
            *how
        }:
            parts = []
        case ast.Call(func=ast.Attribute(attr="join"), args=[part]) | ast.FormattedValue(value=part):
            parts = [part]
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
            parts = [part]
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            parts = [one, other]
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.BoolOp(values=parts):
            pass
        case ast.Name(id=name):
            return are_inert(name, module)
        case _:
            return ast.unparse(text) in OUR_OWN
    return all(is_inert(part, module) for part in parts)


def are_inert(name: str, module: ast.Module) -> bool:
    """Whether all that a module ever puts under a name is inert; what it is handed under a name is not."""
    given: list[ast.expr] = []
    for node in ast.walk(module):
        match node:
            case ast.arg(arg=argument) if argument == name:
                return False
            case (
                ast.For(target=ast.Name(id=place), iter=value)
                | ast.comprehension(target=ast.Name(id=place), iter=value)
                | ast.Assign(targets=[ast.Name(id=place)], value=value)
                | ast.AugAssign(target=ast.Name(id=place), value=value)
                | ast.Call(func=ast.Attribute(value=ast.Name(id=place), attr="append"), args=[value])
            ) if place == name:
                given.append(value)
            case ast.For(target=ast.Tuple(elts=many)) | ast.comprehension(target=ast.Tuple(elts=many)):
                if name in map(ast.unparse, many):
                    return False
            case ast.Assign(targets=[ast.Tuple(elts=many)]) if name in map(ast.unparse, many):
                return False
    return bool(given) and all(is_inert(value, module) for value in given)


def test_every_text_that_streamlit_draws_as_markdown_is_ours_or_was_made_plain():
    unsafe = [
        f"{file.relative_to(ROOT)}:{call.lineno}: {ast.unparse(text)}"
        for file in PAGES
        for module in [ast.parse(file.read_text(encoding="utf-8"))]
        for call in ast.walk(module)
        if isinstance(call, ast.Call)
        for text in texts(call)
        if not is_inert(text, module)
    ]
    assert unsafe == []


def test_no_page_draws_what_holds_markdown_in_its_cells_or_hides_which_function_draws():
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for file in PAGES
        for module in [ast.parse(file.read_text(encoding="utf-8"))]
        for called in [{id(node.func) for node in ast.walk(module) if isinstance(node, ast.Call)}]
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "st"
        and (
            node.attr in MARKDOWN_IN_CELLS or (id(node) not in called and MARKDOWN & {*arguments(node.attr)})
        )
    ]
    assert found == []
