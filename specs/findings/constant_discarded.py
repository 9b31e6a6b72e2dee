"""A constant takes the place of a bound symbol: nothing compares it with what is known of the symbol."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


for constant in (7, 11, -1):
    env = ShapeEnv()
    u0 = env.create_unbacked_symint()
    torch._check(u0 >= 0)
    torch._check(u0 <= 10)
    rebind(env, u0, constant)
    print(f"rebound to {constant}: u0 in {env.var_to_range[u0.node.expr]}, replacements {env.replacements}")
