"""A check on a fresh symbol that is then renamed: the assert stays filed under the name that nothing binds."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked, statically_known_true


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


env = ShapeEnv()
u0, u1 = env.create_unbacked_symint(), env.create_unbacked_symint()
torch._check(u1 % 3 == 0)
rebind(env, u0, u1)
print(f"bound by the graph: {env.unbacked_renamings[u1.node._expr]}")
for symbol, asserts in env.deferred_runtime_asserts.items():
    print(f"filed under {symbol}: {[str(each.expr) for each in asserts]}")
print(f"known of what the graph binds: {statically_known_true(u0 % 3 == 0)}")
