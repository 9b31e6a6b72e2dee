"""``unbacked_bindings``, which no archive holds: rebuilt as PyTorch rebuilds them when it loads one.

The first node, in order, whose value has a symbol that is not bound yet at a place of its own binds it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

from refimpl.export._values import is_unbacked
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, DivideByKey, KeyPath, SequenceKey
from refimpl.terms import Eq, IntTerm, Symbol, of_atom

__all__ = ["free_bindings"]

_SIZE, _STRIDE, _OFFSET = CallMethodKey("size"), CallMethodKey("stride"), CallMethodKey("storage_offset")


def free_bindings(value: object, pending: dict[str, None], hints: Mapping[str, int]) -> dict[Symbol, KeyPath]:
    """The pending symbols that ``value`` holds and their paths; they are removed from ``pending``.

    A symbol stands alone, times a constant or a backed symbol (then the path ends in `DivideByKey`), or as
    ``Eq(u, 1)`` (`ConvertIntKey`). Source: ``torch.fx.experimental.symbolic_shapes._free_unbacked_symbols_with_path``.
    """
    found: dict[Symbol, KeyPath] = {}

    def bind(symbol: Symbol, path: KeyPath) -> None:
        found[symbol] = path
        del pending[symbol.name]

    if pending:
        _visit(value, (), pending, hints, bind)
    return found


def _visit(
    value: object,
    path: KeyPath,
    pending: dict[str, None],
    hints: Mapping[str, int],
    bind: Callable[[Symbol, KeyPath], None],
) -> None:
    if _is_tuple(value):
        for index, item in enumerate(value):
            _visit(item, (*path, SequenceKey(index)), pending, hints, bind)
        return
    match value:
        case IntTerm():
            _visit_int(value, path, pending, hints, bind)
        case FakeTensor():
            _visit(value.sizes, (*path, _SIZE), pending, hints, bind)
            if not value.layout.startswith(("sparse_cs", "sparse_bs")):
                _visit(value.strides, (*path, _STRIDE), pending, hints, bind)
            _visit(value.offset, (*path, _OFFSET), pending, hints, bind)
        case Symbol() if value.name in pending:
            bind(value, path)
        case Eq(term) if (symbol := _equal_to_one(term)) is not None and symbol.name in pending:
            bind(symbol, (*path, ConvertIntKey()))
        case _:
            pass


def _is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def _visit_int(
    term: IntTerm,
    path: KeyPath,
    pending: dict[str, None],
    hints: Mapping[str, int],
    bind: Callable[[Symbol, KeyPath], None],
) -> None:
    if len(term.monomials) != 1:
        return
    monomial, coefficient = term.monomials[0]
    symbols = [atom for atom in monomial if isinstance(atom, Symbol)]
    if len(symbols) != len(monomial):
        return
    unbound = [symbol for symbol in symbols if symbol.name in pending]
    if len(symbols) == 1 and len(unbound) == 1:
        bind(unbound[0], path if coefficient == 1 else (*path, DivideByKey(coefficient)))
    elif len(symbols) == 2 and len(unbound) == 1 and coefficient == 1:
        other = symbols[0] if symbols[1] is unbound[0] else symbols[1]
        if other.name in hints and not is_unbacked(other.name):
            bind(unbound[0], (*path, DivideByKey(of_atom(other))))


def _equal_to_one(term: IntTerm) -> Symbol | None:
    """The symbol ``u`` if ``term == 0`` says ``u == 1``."""
    if len(term.monomials) != 2 or term.constant != -1:
        return None
    monomial, coefficient = term.monomials[1]
    atom = monomial[0]
    return atom if coefficient == 1 and len(monomial) == 1 and isinstance(atom, Symbol) else None
