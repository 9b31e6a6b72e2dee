"""A backed size takes the place of a bound symbol: nothing links the two."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, rebind_unbacked, statically_known_true


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


env = ShapeEnv()
u0 = env.create_unbacked_symint()
torch._check(u0 >= 0)
torch._check(u0 <= 10)
s = backed(env, "x", 12)
rebind(env, u0, s)
print(f"the size's example value is {s.node.hint}; it may be {env.var_to_range[s.node.expr]}")
print(f"u0 in {env.var_to_range[u0.node.expr]}, replacements {env.replacements}, guards {env.guards}")
print(f"u0 is known to be the size: {statically_known_true(u0 == s)}")
