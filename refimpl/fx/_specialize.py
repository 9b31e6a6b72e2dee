"""Checks that a traced function's specialized inputs have the values it was traced with."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from refimpl.fx._effects import has_side_effect
from refimpl.fx._placeholders import PH, PHBase, transfer_attributes
from refimpl.fx._pytree import tree_flatten, tree_unflatten

if TYPE_CHECKING:
    from refimpl.fx.proxy import TracerBase

__all__ = ["assert_equal", "assert_is_none", "specialized_placeholder"]


def assert_equal(condition: object, message: str) -> None:
    """Raise ``AssertionError`` unless ``condition``."""
    if not condition:
        raise AssertionError(message)


def assert_is_none(value: object, msg: str) -> None:
    """Raise ``AssertionError`` unless ``value`` is ``None``."""
    if value is not None:
        raise AssertionError(msg)


# Graphs print these two as PyTorch prints its own, so that graphs compare as text.
assert_equal.__module__, assert_equal.__name__ = "torch", "_assert"
assert_is_none.__module__, assert_is_none.__name__ = "torch.fx._symbolic_trace", "_assert_is_none"
has_side_effect(assert_equal)


def specialized_placeholder(tracer: TracerBase, name: str, value: object, default: tuple[object, ...]) -> object:
    """The value of an input with a concrete argument: a proxy where that has a ``PH``, else its own leaves.

    Each leaf becomes a placeholder of its own, and each concrete one a check in the graph.
    """
    leaves, spec = tree_flatten(value)
    result: list[object] = []
    for count, leaf in enumerate(leaves, 1):
        proxy = tracer.create_proxy("placeholder", f"{name}_{count}", default, {})
        if isinstance(leaf, PHBase):
            if leaf is not PH:
                transfer_attributes(leaf, proxy.node)
            result.append(proxy)
            continue
        if type(leaf) in (bool, int, float, complex, str):
            message = f"{name} has been specialized to have value {leaf} but got another value"
            tracer.create_proxy("call_function", assert_equal, (proxy == leaf, message), {})
        elif leaf is None:
            message = f"{name} has been specialized to have value None but got another value"
            tracer.create_proxy("call_function", assert_is_none, (proxy, message), {})
        else:
            warnings.warn(
                f"Was not able to add assertion to guarantee correct input {name} to specialized function. It is up "
                f"to the user to make sure that your inputs match the inputs you specialized the function with.",
                stacklevel=2,
            )
        result.append(leaf)
    return tree_unflatten(result, spec)
