"""The values of every node as the published JSON, expressions as PyTorch prints them, in old names."""

from __future__ import annotations

from collections.abc import Mapping

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.observation import ABSENT, Held, Observation
from refimpl.laws.report import Json
from refimpl.laws.scalars import is_bool_term
from refimpl.terms import Apply, Dim, IntTerm, Symbol, to_text

__all__ = ["value_json", "values_json"]


def values_json(seen: Observation) -> Mapping[str, Json]:
    """The re-propagated value of each node by its path; what failed has none."""
    return {node.path: value_json(node.new) for node in seen.nodes if node.new is not ABSENT}


def value_json(value: Held) -> Json:
    """One value."""
    if value is None:
        return {"kind": "none"}
    if isinstance(value, FakeTensor):
        return _tensor(value)
    if isinstance(value, (list, tuple)):
        items = [value_json(item) for item in value]
        return {"kind": "list" if isinstance(value, list) else "tuple", "items": items}
    if isinstance(value, IntTerm):
        return {"kind": "symint", "expr": to_text(value)}
    if is_bool_term(value):
        return {"kind": "symbool", "expr": to_text(value)}
    if isinstance(value, (Symbol, Apply)):
        return {"kind": "symfloat", "expr": to_text(value)}
    if isinstance(value, (int, float)):
        return {"kind": "const", "expr": to_text(value)}
    return {"kind": "const", "expr": repr(value) if isinstance(value, str) else "graph"}


def _tensor(tensor: FakeTensor) -> Json:
    return {
        "kind": "tensor",
        "dtype": str(tensor.dtype),
        "size": [_dim(size) for size in tensor.sizes],
        "stride": [_dim(stride) for stride in tensor.strides],
        "storage_offset": _dim(tensor.offset),
        "device": str(tensor.device),
        "layout": f"torch.{tensor.layout}",
    }


def _dim(term: Dim) -> Json:
    return term if isinstance(term, int) else to_text(term)
