"""What can be reached from a thing: its fields and attributes, what functions close over, columns, arrays and their bases."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import is_dataclass
from functools import cached_property, partial
from types import FunctionType, GeneratorType, MethodType, ModuleType

import numpy as np
import pandas as pd

NUMBER = re.compile(r"\d+\.\d+")


def reachable(thing: object) -> Iterator[tuple[str, object]]:
    """Return everything that can be reached from a thing, itself among it, each once and with the way to it.

    Classes, modules and a function's globals are not followed: they are code, and lead to everything.
    """
    seen: dict[int, object] = {}  # holding on to what was seen keeps its number from being given again
    waiting = deque([("", thing)])
    while waiting:
        way, here = waiting.popleft()
        if id(here) in seen:
            continue
        seen[id(here)] = here
        yield way, here
        waiting.extend((f"{way}{step}", part) for step, part in _parts(here))


def numbers_in(thing: object) -> Iterator[tuple[str, float]]:
    """Return every number with a fraction that can be reached, in arrays and in texts too, with the way to it."""
    for way, here in reachable(thing):
        if isinstance(here, np.ndarray) and here.dtype.kind == "f":
            yield from ((way, float(number)) for number in here.ravel() if number % 1)
        elif isinstance(here, (float, np.floating)) and here % 1:
            yield way, float(here)
        elif isinstance(here, str):
            yield from ((way, float(number)) for number in NUMBER.findall(here))


def _parts(here: object) -> Iterator[tuple[str, object]]:
    if isinstance(here, (type, ModuleType, str, bytes)):
        return
    if isinstance(here, pd.DataFrame):
        yield from ((f"[{name!r}]", here.iloc[:, place]) for place, name in enumerate(here.columns))
        yield from ((".index", here.index), (".columns", here.columns), (".attrs", here.attrs))
    elif isinstance(here, pd.Series):
        yield from (("", here.array), (".index", here.index), (".name", here.name), (".attrs", here.attrs))
        yield "", here.to_numpy()
    elif isinstance(here, (pd.Index, pd.api.extensions.ExtensionArray)):
        yield "", np.asarray(here)
    elif isinstance(here, np.ndarray):
        yield ".base", here.base
        if here.dtype.kind == "O":
            yield from ((f"[{place}]", item) for place, item in enumerate(here.ravel()))
    else:
        yield from _items(here)
        yield from _of_functions(here)
        yield from _attributes(here)


def _items(here: object) -> Iterator[tuple[str, object]]:
    if isinstance(here, Mapping):
        yield from ((f"[{key!r}]", item) for key, item in here.items())
        yield from ((f" key {key!r}", key) for key in here)
    elif isinstance(here, (Sequence, Set, deque)) and not isinstance(here, range):
        yield from ((f"[{place}]", item) for place, item in enumerate(here))


def _of_functions(here: object) -> Iterator[tuple[str, object]]:
    if isinstance(here, FunctionType):
        for name, cell in zip(here.__code__.co_freevars, here.__closure__ or (), strict=True):
            yield f" closing over {name}", cell.cell_contents
        yield from ((" default", here.__defaults__), (" default", here.__kwdefaults__))
    elif isinstance(here, MethodType):
        yield from ((" of", here.__self__), (" function", here.__func__))
    elif isinstance(here, partial):
        yield from ((" of", here.func), (" with", here.args), (" with", here.keywords))
    elif isinstance(here, GeneratorType) and here.gi_frame is not None:
        yield " at", here.gi_frame.f_locals


def _attributes(here: object) -> Iterator[tuple[str, object]]:
    fields = getattr(here, "__dict__", {})
    yield from ((f".{name}", part) for name, part in fields.items())
    for kind in type(here).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(here, name):
                yield f".{name}", getattr(here, name)
        if is_dataclass(kind):
            computed = [
                name for name, how in vars(kind).items() if isinstance(how, (property, cached_property))
            ]
            yield from ((f".{name}", getattr(here, name)) for name in computed)
