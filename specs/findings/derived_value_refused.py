"""A derived value takes the place of a bound symbol: refused, although the equation has solutions."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


for derive in (lambda u: u + 1, lambda u: (u + 1) // 2, lambda u: u * 2):
    env = ShapeEnv()
    u0, u1 = env.create_unbacked_symint(), env.create_unbacked_symint()
    torch._check(u1 >= 0)
    try:
        rebind(env, u0, derive(u1))
    except AssertionError as error:
        print(f"AssertionError: {error}")
