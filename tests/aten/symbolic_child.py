"""The part of the child with PyTorch that runs a call on fake tensors of backed and unbacked sizes, and says what it
had to assume.

A number of the call may be ``{"sym": [kind, value]}``, kind ``"backed"`` or ``"unbacked"``. The answer has ``symbols``,
the names of those numbers in order, ``guards`` (decisions taken from the hints), ``asserts`` (deferred to run time, and
what symbols were replaced by) and ``ranges`` of unbacked symbols; expressions are ``{"e": text}`` with sympy's
``srepr``, as archives have it.
"""

from __future__ import annotations

from typing import Final

__all__ = ["SYMBOLIC"]

# Run in a separate process: what imports torch is no part of the typed tree.
SYMBOLIC: Final = r"""
import sympy
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, _constrain_range_for_size
from torch.utils._sympy.functions import FloorDiv  # noqa

class Symbolic:
    '''Makes the arguments of a call, symbols in order.'''

    def __init__(self):
        self.env = ShapeEnv()
        self.symbols = []

    def number(self, x):
        if not isinstance(x, dict) or "sym" not in x:
            return x
        kind, value = x["sym"]
        if kind == "unbacked":
            made = self.env.create_unbacked_symint()
            _constrain_range_for_size(made, 0, 2**63 - 2)
        else:
            source = ConstantSource(f"size{len(self.symbols)}")
            made = self.env.create_symbol(value, source, dynamic_dim=DimDynamic.DYNAMIC, constraint_dim=None)
            made = self.env.create_symintnode(made, hint=value, source=source)
        self.symbols.append(str(made.node.expr))
        return made

    def value(self, x):
        if isinstance(x, list):
            return [self.value(item) for item in x]
        if isinstance(x, dict) and "sym" in x:
            return self.number(x)
        if isinstance(x, dict) and "t" in x:
            return self.tensor(x)
        return real(x)

    def tensor(self, x):
        sizes, strides, offset, dtype = x["t"][:4]
        dtype = getattr(torch, dtype)
        sizes = [self.number(size) for size in sizes]
        if "order" in x:
            dense = torch.empty([sizes[i] for i in x["order"]], dtype=dtype)
            return dense.permute([x["order"].index(i) for i in range(len(sizes))])
        if list(torch.empty(sizes, dtype=dtype).stride()) == strides and not offset:
            return torch.empty(sizes, dtype=dtype)
        needed = offset + 1 + sum(max(size - 1, 0) * stride for size, stride in zip(sizes, strides))
        return torch.empty([needed], dtype=dtype).as_strided(sizes, strides, offset)

def written(x):
    return {"e": sympy.printing.repr.srepr(x)}

def told(x):
    if isinstance(x, torch.Tensor):
        return {"t": [told(list(x.shape)), told(list(x.stride())), told(x.storage_offset()), str(x.dtype)[6:]]}
    if isinstance(x, (list, tuple)):
        return [told(item) for item in x]
    if isinstance(x, (torch.SymInt, torch.SymFloat, torch.SymBool)):
        found = x.node.expr
        return int(found) if found.is_Integer else written(found)
    return encoded(x)

def symbolic_outcome(call, operator):
    made = Symbolic()
    env = made.env
    with EXPORTING(), FakeTensorMode(shape_env=env), enable_python_dispatcher():
        args = [made.value(arg) for arg in call["args"]]
        kwargs = {key: made.value(value) for key, value in call["kwargs"].items()}
        given = set(env.var_to_range)
        guards = len(env.guards)
        try:
            answer = {"out": told(operator(*args, **kwargs))}
        except Exception as error:
            return {"error": [type(error).__name__, str(error).partition("\n")[0]], "symbols": made.symbols}
    answer["symbols"] = made.symbols
    answer["guards"] = [written(guard.expr) for guard in env.guards[guards:]]
    asserts = [item.expr for items in env.deferred_runtime_asserts.values() for item in items]
    asserts += [sympy.Eq(symbol, value) for symbol, value in env.replacements.items() if symbol in given]
    answer["asserts"] = [written(condition) for condition in asserts]
    answer["ranges"] = {
        str(symbol): [str(bounds.lower), str(bounds.upper)]
        for symbol, bounds in env.var_to_range.items() if symbol not in given
    }
    return answer
"""
