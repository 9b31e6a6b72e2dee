"""Which functions that compute a range, encode a term or build a normal form no theorem is about."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Final

__all__ = ["canonical", "uncovered", "under_proof"]

_TERMS: Final = (
    "intervals", "ranges", "float_ranges", "polynomials", "division", "conditions", "integers", "reals", "rebuild",
    "substitute", "simplification", "inference", "deciding", "bounds",
)  # fmt: skip
_ENCODING: Final = ("_encode_terms", "_encode_text", "encode", "obligation")
# What prints, compares or stores is no arithmetic.
_PLUMBING: Final = frozenset(("__init__", "__post_init__", "__str__", "__repr__", "__eq__", "__hash__", "__setattr__",
    "__delattr__", "__getstate__", "__setstate__", "__init_subclass__", "__subclasshook__", "__replace__"))  # fmt: skip


def under_proof() -> tuple[ModuleType, ...]:
    """The modules whose functions a theorem must be about."""
    terms = (import_module(f"refimpl.terms.{name}") for name in _TERMS)
    return (*terms, *(import_module(f"refimpl.solver.{name}") for name in _ENCODING))


def canonical(member: object) -> str | None:
    """``module:qualname`` of a function, a method, a property or what a cache wraps; None for anything else."""
    found: object = member
    if isinstance(member, property):
        found = member.fget
    elif isinstance(member, cached_property):
        found = member.func
    elif callable(member):
        found = inspect.unwrap(member)
    module, name = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
    return f"{module}:{name}" if inspect.isfunction(found) and module and name else None


def _functions(module: ModuleType) -> Iterator[str]:
    """The public functions of a module, and of its classes the public methods and the operators.

    Of the encoding the rules are private methods; all of them count.
    """
    encoding = module.__name__.startswith("refimpl.solver")
    public: Iterable[str] = getattr(module, "__all__", ())
    for name, member in vars(module).items():
        if getattr(member, "__module__", None) != module.__name__ or not (encoding or name in public):
            continue
        if inspect.isclass(member):
            if getattr(member, "_is_protocol", False):
                continue
            for own, method in vars(member).items():
                operator = own.startswith("__") and own.endswith("__")
                counts = own not in _PLUMBING if operator else encoding or not own.startswith("_")
                named = canonical(method)
                if counts and named is not None and named.startswith(module.__name__):
                    yield named
        else:
            named = canonical(member)
            if named is not None:
                yield named


def uncovered(modules: Iterable[ModuleType], about: Mapping[str, object], trusted: str) -> list[str]:
    """Functions that no theorem is about and that the list of what is trusted does not name.

    ``about`` maps the names in theorems to the objects there; a theorem may name a function where it is imported.
    """
    covered = {canonical(member) for member in about.values()}
    return [
        name for module in modules for name in _functions(module) if name not in covered and f"`{name}`" not in trusted
    ]
