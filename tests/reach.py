"""What can be reached: from a thing, by all that it holds; from a module, by all that it imports."""

import types
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from dataclasses import is_dataclass
from datetime import date
from functools import cache, cached_property

import grimp
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

LEAVES = (str, bytes, bool, int, float, complex, type(None), type, types.ModuleType, BaseGeometry, date)
PARTS = (
    *("func", "args", "keywords"),  # of a partial
    *("__self__", "__func__"),  # of a method
    *("__defaults__", "__kwdefaults__", "__closure__", "cell_contents"),  # of a function
    *("gi_frame", "f_locals"),  # of a generator
    "__dict__",
)


def reachable(thing: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield every object that can be reached from a thing, itself among it, each once and with the way to it.

    Classes, modules and a function's globals are not followed: they are code, and lead to everything.
    """
    seen: dict[int, object] = {}  # kept, so that no other object gets the same number
    waiting = [(name, thing)]
    while waiting:
        path, here = waiting.pop()
        if id(here) in seen:
            continue
        seen[id(here)] = here
        yield path, here
        if not isinstance(here, LEAVES):
            waiting += [(f"{path}.{step}", part) for step, part in _held_by(here)]


def _held_by(thing: object) -> Iterator[tuple[str, object]]:
    """Yield what a thing holds: its items, what it is made of, its attributes and slots, what it computes of them."""
    if isinstance(thing, pd.DataFrame | pd.Series):
        table = thing.to_frame() if isinstance(thing, pd.Series) else thing
        yield from (("attrs", thing.attrs), ("index", thing.index.to_numpy()))
        yield from ((f"blocks[{at}]", block.values) for at, block in enumerate(thing._mgr.blocks))
        yield from ((str(column), table.iloc[:, at].to_numpy()) for at, column in enumerate(table.columns))
        yield "columns", list(table.columns)
        return
    if isinstance(thing, pd.api.extensions.ExtensionArray):
        yield "values", np.asarray(thing)
    if isinstance(thing, np.ndarray):
        yield "base", thing.base
        yield "items", thing.ravel().tolist() if thing.dtype == object else None
        return
    if isinstance(thing, Mapping):
        yield from ((f"[{key!r}]", part) for key, value in thing.items() for part in (key, value))
    elif isinstance(thing, Sequence | Set | deque | ValuesView) and not isinstance(thing, range):
        yield from ((f"[{at}]", item) for at, item in enumerate(thing))
    elif isinstance(thing, weakref.ref):
        yield "target", thing()
    yield from ((name, getattr(thing, name, None)) for name in (*PARTS, *_slots_of(thing)))
    if is_dataclass(thing):
        yield from ((name, getattr(thing, name)) for name in _computed_by(type(thing)))


def _slots_of(thing: object) -> Iterator[str]:
    for kind in type(thing).__mro__:
        slots = getattr(kind, "__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


@cache
def _computed_by(kind: type) -> tuple[str, ...]:
    return tuple(
        name
        for base in kind.__mro__
        for name, how in vars(base).items()
        if isinstance(how, property | cached_property)
    )


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph("vulncore", "pages")


def importers_of(module: str) -> set[str]:
    """Return the modules of package and pages that import a module."""
    return set(_imports().find_modules_that_directly_import(module))


def loaded_with(modules: Iterable[str]) -> set[str]:
    """Return all modules of package and pages that are loaded once these are imported: with packages around them."""
    loaded: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in loaded:
            loaded.add(module)
            waiting += _imports().find_modules_directly_imported_by(module)
            waiting += [module.rpartition(".")[0]] if "." in module else []
    return loaded


def names_within(package: str, modules: Iterable[str]) -> set[str]:
    """Return which of some modules lie in a package, without its name."""
    return {name for home, _, name in (module.rpartition(".") for module in modules) if home == package}
