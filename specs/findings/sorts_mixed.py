"""A float, a truth value or a NaN takes the place of an integer symbol, and an integer that of a float."""

import math

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


for constant in (2.5, math.nan, True):
    env = ShapeEnv()
    rebind(env, env.create_unbacked_symint(), constant)
    print(f"u0 rebound to {constant}: accepted, replacements {env.replacements}")
env = ShapeEnv()
u0, zuf0 = env.create_unbacked_symint(), env.create_unbacked_symfloat()
torch._check(u0 >= 0)
torch._check(u0 <= 10)
rebind(env, u0, zuf0)
print(f"u0 rebound to a float: {env.replacements}, ranges {env.var_to_range}")
env = ShapeEnv()
u0, zuf0 = env.create_unbacked_symint(), env.create_unbacked_symfloat()
torch._check(u0 >= 0)
torch._check(u0 <= 10)
rebind(env, zuf0, u0)
print(f"zuf0 rebound to an integer: {env.replacements}, ranges {env.var_to_range}")
