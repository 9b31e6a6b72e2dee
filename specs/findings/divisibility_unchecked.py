"""A path that divides: the division need not be exact, and an inexact one loses the value."""

import torch
from torch.fx.experimental.symbolic_shapes import DivideByKey, ShapeEnv, rebind_unbacked


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


env = ShapeEnv()
u0 = env.create_unbacked_symint()
torch._check(u0 >= 0)
key = DivideByKey(2)
print(f"what stands at the path, if the value is 7: {key.get(7)}, and twice that is {2 * key.get(7)}")
rebind(env, u0, 7, (key,))
print(f"rebound to 7 / 2: replacements {env.replacements}, asserts {env.deferred_runtime_asserts}")

env = ShapeEnv()
u0, u1 = env.create_unbacked_symint(), env.create_unbacked_symint()
torch._check(u1 >= 0)
try:
    rebind(env, u0, u1, (key,))
except AssertionError as error:
    print(f"rebound to u1 / 2: AssertionError: {error}")
