"""A fresh symbol that a check made equal to a sum of sizes is renamed: the equality is forgotten."""

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
u0, u1 = env.create_unbacked_symint(), env.create_unbacked_symint()
s, t = backed(env, "x", 3), backed(env, "y", 2)
torch._check(u0 >= 0)
torch._check(u0 <= 10)
torch._check(u1 == s + t)
print(f"before: u1 stands for {env.replacements.get(u1.node._expr)}")
rebind(env, u0, u1)
print(f"after: u1 stands for {env.replacements.get(u1.node._expr)}, u0 for {env.replacements.get(u0.node._expr)}")
print(f"known: u0 is s + t: {statically_known_true(u0 == s + t)}; u0 in {env.var_to_range[u0.node._expr]}")
print(f"the only trace, under a name that nothing binds: {env.deferred_runtime_asserts[u1.node._expr][0].expr}")
