"""A fresh symbol that equals an input's size is renamed: the input's range becomes that of the old symbol."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    ShapeEnv,
    compute_unbacked_bindings,
    rebind_unbacked,
)


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


def backed(env, name, hint):
    """A dynamic size of an input."""
    source = ConstantSource(name)
    symbol = env.create_symbol(hint, source=source, dynamic_dim=DimDynamic.DYNAMIC)
    return env.create_symintnode(symbol, hint=hint, source=source)


for title, value in (("the size", lambda s: s), ("twice the size", lambda s: 2 * s)):
    env = ShapeEnv()
    u0, u1, s = env.create_unbacked_symint(), env.create_unbacked_symint(), backed(env, "x", 3)
    torch._check(u0 <= 10)
    torch._check(u1 == value(s))
    before = env.var_to_range[s.node.expr]
    rebind(env, u0, u1)
    print(f"u1 is {title}: the input may be {before} before and {env.var_to_range[s.node.expr]} after; {env.guards}")

env = ShapeEnv()
u0, s = env.create_unbacked_symint(), backed(env, "x", 3)
torch._check(u0 <= 4)
before = env.var_to_range[s.node.expr]
compute_unbacked_bindings(env, (u0,), (s,))
print(f"a memo trusted at recording: {before} before and {env.var_to_range[s.node.expr]} after; {env.guards}")
