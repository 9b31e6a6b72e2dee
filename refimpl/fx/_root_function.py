"""The function to trace: its parameters, and how to call it with one value for each."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType

from refimpl.fx.graph_module import GraphModule
from refimpl.fx.module import Module

__all__ = ["RootFunction", "RootParameter"]

_STARRED = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


@dataclass(frozen=True, slots=True)
class RootParameter:
    """A parameter: its name with its stars, its default (empty if none), its annotation."""

    name: str
    default: tuple[object, ...]
    annotation: object


@dataclass(frozen=True, slots=True)
class RootFunction:
    """A function to trace. ``call`` takes one value for each parameter, starred ones included."""

    parameters: list[RootParameter]
    starred: bool
    call: Callable[..., object]
    returns: object
    names: list[str]

    @classmethod
    def of(cls, fn: FunctionType, root: Module | None) -> RootFunction:
        """The function ``fn``, a method of ``root`` if that is a module (``RuntimeError`` if it takes no self)."""
        if isinstance(root, GraphModule) and fn is GraphModule.forward:
            return _of_graph_module(root)
        inner = inspect.unwrap(fn)
        if not isinstance(inner, FunctionType):
            raise AssertionError(f"Expected FunctionType, got {type(inner)}")
        code = inner.__code__
        plain = code.co_argcount + code.co_kwonlyargcount
        if root is not None and plain == 0:
            raise RuntimeError("``self`` argument cannot be part of *args expansion!")
        names = list(code.co_varnames[:plain])
        stars = [
            *(["*"] if code.co_flags & inspect.CO_VARARGS else []),
            *(["**"] if code.co_flags & inspect.CO_VARKEYWORDS else []),
        ]
        starred = [star + name for star, name in zip(stars, code.co_varnames[plain:], strict=False)]
        used = [*names[0 if root is None else 1 :], *starred]
        call = _with_plain_parameters(fn, plain + len(starred)) if starred or code.co_kwonlyargcount else fn
        bound: Callable[..., object] = call if root is None else call.__get__(root)
        signature = inspect.signature(inner)
        parameters = [_parameter(name, signature, inner) for name in used]
        returns: object = inspect.get_annotations(inspect.unwrap(call)).get("return")
        return cls(parameters, bool(starred), bound, returns, names)


def _parameter(name: str, signature: inspect.Signature, fn: FunctionType) -> RootParameter:
    """One parameter of a Python function (a starred one has neither default nor annotation)."""
    if name.startswith("*"):
        return RootParameter(name, (), fn.__annotations__.get(name))
    default: object = signature.parameters[name].default
    none = default is inspect.Parameter.empty
    return RootParameter(name, () if none else (default,), fn.__annotations__.get(name))


def _with_plain_parameters(fn: FunctionType, count: int) -> FunctionType:
    """The same function with keyword-only and starred parameters made positional.

    A proxy stands for the whole of ``*args``: calling with ``*proxy`` would try to iterate over it.
    """
    code = fn.__code__
    plain = code.replace(
        co_argcount=count, co_posonlyargcount=0, co_kwonlyargcount=0, co_flags=code.co_flags & ~_STARRED
    )
    return FunctionType(plain, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)


def _of_graph_module(root: GraphModule) -> RootFunction:
    """The graph of a module as a function: its placeholders are the parameters."""
    plan = root._compiled()
    if plan.nested:
        names = [str(parameter.target) for parameter in plan.parameters]
        plain = [RootParameter(name, (), None) for name in names]
        return RootFunction(plain, False, lambda *values: plan.run(root, values, {}), None, ["self", *names])
    parameters = [RootParameter(str(node.target), node.args[:1], node.type) for node in plan.placeholders]

    def call(*values: object) -> object:
        return plan.run_bound(root, dict(zip(plan.placeholders, values, strict=True)))

    starred = any(parameter.name.startswith("*") for parameter in parameters)
    return RootFunction(parameters, starred, call, plan.returns, ["self", *(p.name for p in parameters)])
