"""Planting a bug in a live PyTorch by changing a word of one of its functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from textwrap import dedent
from typing import Final, cast

from tests.conformance.torch_bugs import IN_TORCH, Bug, Function

__all__ = ["COMPUTE", "ENV", "PATHS", "REBIND", "SHAPES", "edit"]

SHAPES: Final = "torch.fx.experimental.symbolic_shapes"
ENV: Final = f"{SHAPES}:ShapeEnv"


def _edited(old: str, new: str, occurrence: int = 0) -> Callable[[Function], Function]:
    """The function with one occurrence of a text in its source replaced. Raises ValueError if there is none."""

    def wrap(right: Function) -> Function:
        function = inspect.unwrap(right)
        source = dedent(inspect.getsource(function))
        parts = source.split(old)
        if len(parts) < occurrence + 2:
            raise ValueError(f"{function.__qualname__} has no {old!r}")
        text = old.join(parts[: occurrence + 1]) + new + old.join(parts[occurrence + 1 :])
        names: dict[str, object] = {}
        exec(compile(text, inspect.getfile(function), "exec"), function.__globals__, names)
        return cast("Function", names[function.__name__])  # what its definition defines

    return wrap


def edit(site: str, name: str, old: str, new: str, occurrence: int = 0) -> Bug:
    """The bug of that name: in the function at the site, an occurrence of a text is another one."""
    return Bug(IN_TORCH + name, site, _edited(old, new, occurrence))


REBIND: Final = f"{SHAPES}:rebind_unbacked"
COMPUTE: Final = f"{SHAPES}:compute_unbacked_bindings"
PATHS: Final = f"{SHAPES}:_free_unbacked_symbols_with_path"
