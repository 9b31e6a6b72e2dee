"""A float symbol with a range is renamed: its bounds are rounded to integers."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


env = ShapeEnv()
zuf0, zuf1 = env.create_unbacked_symfloat(), env.create_unbacked_symfloat()
env.constrain_symbol_range(zuf1.node.expr, 0.5, 1.5)
rebind(env, zuf0, zuf1)
print(f"fresh in [0.5, 1.5], renamed to {zuf1}: ranges {env.var_to_range}")

env = ShapeEnv()
zuf0, zuf1 = env.create_unbacked_symfloat(), env.create_unbacked_symfloat()
torch._check(zuf1 == 0.5)
print(f"before: replacements {env.replacements}")
try:
    rebind(env, zuf0, zuf1)
except Exception as error:
    print(f"a fresh float that is 0.5: {type(error).__name__}: {error}")
