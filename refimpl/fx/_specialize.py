"""Checks that a traced function's specialized inputs have the values it was traced with."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, final

from refimpl.fx._effects import has_side_effect
from refimpl.fx._placeholders import PH, PHBase, transfer_attributes
from refimpl.fx._pytree import tree_flatten, tree_unflatten

if TYPE_CHECKING:
    from refimpl.fx.proxy import TracerBase

__all__ = ["Check", "assert_equal", "assert_is_none", "specialized_placeholder"]


@final
class Check:
    """A function that graphs print as PyTorch prints its own, so that graphs compare as text; pickled by that name.

    Called with a proxy it is recorded, as PyTorch's is.
    """

    def __init__(self, module: str, name: str, check: Callable[..., None]) -> None:
        self.__module__ = module
        self.__name__ = self.__qualname__ = name
        self._check = check

    def __call__(self, *args: object, **kwargs: object) -> None:
        from refimpl.fx.proxy import Proxy

        proxy = next((arg for arg in args if isinstance(arg, Proxy)), None)
        if proxy is None:
            self._check(*args, **kwargs)
        else:
            made = proxy.tracer.create_proxy("call_function", self, args, kwargs)
            if self is assert_is_none:
                made.node.meta["is_wrapped"] = True

    def __reduce__(self) -> tuple[Callable[[str], Check], tuple[str]]:
        return _check_named, (self.__name__,)


def _check_named(name: str) -> Check:
    return {check.__name__: check for check in (assert_equal, assert_is_none)}[name]


def _assert(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _assert_is_none(value: object, msg: str) -> None:
    if value is not None:
        raise AssertionError(msg)


assert_equal: Final = Check("torch", "_assert", _assert)
assert_is_none: Final = Check("torch.fx._symbolic_trace", "_assert_is_none", _assert_is_none)
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
