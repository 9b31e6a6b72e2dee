"""Small observations made by hand, for laws that are asked without a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.laws.law import Claim, Claims
from refimpl.laws.observation import Contract, Observation, ObservedNode
from refimpl.symbolic_shapes import CallMethodKey, KeyPath, SequenceKey
from refimpl.symbolic_shapes.events import Binding
from refimpl.terms import Cond, Dim, Sort, Symbol, of_atom, symbol_atom

__all__ = [
    "EMPTY", "F0", "S0", "S1", "SIZE0", "SIZE1", "U0", "U1", "U7", "U8",
    "binding", "found_at", "goals", "node", "seen", "tensor",
]  # fmt: skip

U0, U1, U7, U8, S0, S1 = (symbol_atom(name, Sort.INT) for name in ("u0", "u1", "u7", "u8", "s0", "s1"))
F0: Final = symbol_atom("zuf0", Sort.FLOAT)
SIZE0: Final[KeyPath] = (CallMethodKey("size"), SequenceKey(0))
SIZE1: Final[KeyPath] = (CallMethodKey("size"), SequenceKey(1))

EMPTY: Final = Observation(
    contract=Contract((), {"s0": 8, "s1": 5}, frozenset((S0, S1))),
    nodes=(),
    machine=(),
    facts=(),
    definitions=(),
    bindings=(),
    after=(),
    before=(),
    unbound=(),
    specializations=(),
    recorded_symbols={},
)
"""A program without nodes; the caller gives ``s0`` and ``s1``."""


def node(path: str, operator: str = "aten.relu.default", **fields: object) -> ObservedNode:
    """A node without values, or with those given."""
    plain = ObservedNode(path, operator, None, None)
    return replace(plain, **fields)  # type: ignore[arg-type]  # the fields are those of the caller


def seen(*nodes: ObservedNode, **fields: object) -> Observation:
    """An observation of these nodes, and of what else is given."""
    return replace(EMPTY, nodes=nodes, **fields)  # type: ignore[arg-type]  # as above


def tensor(
    *sizes: Dim | Symbol, strides: Sequence[Dim] = (), offset: Dim = 0, dtype: DType = DType.float32
) -> FakeTensor:
    """A tensor with these sizes."""
    dims = tuple(of_atom(size) if isinstance(size, Symbol) else size for size in sizes)
    return FakeTensor(dims, tuple(strides) or (1,) * len(dims), dtype, offset=offset)


def binding(at: str, symbol: Symbol, fresh: Symbol | None, path: KeyPath = SIZE0, term: Dim | None = None) -> Binding:
    """What was found at a path of a node; the symbol itself if nothing else is said."""
    return Binding(at, symbol, path, fresh, of_atom(symbol) if term is None else term)


def found_at(claims: Claims, *words: str) -> list[tuple[str | None, str]]:
    """Node and outcome of each finding; each message must have its words, separated by ``|``."""
    assert len(claims.findings) == len(words), claims.findings
    for finding, wanted in zip(claims.findings, words, strict=True):
        for word in wanted.split("|"):
            assert word in finding.message, (word, finding.message)
    return [(finding.node, finding.outcome) for finding in claims.findings]


def goals(claims: Sequence[Claim]) -> list[tuple[str | None, Cond]]:
    """Node and goal of each claim."""
    return [(claim.node, claim.goal) for claim in claims]
