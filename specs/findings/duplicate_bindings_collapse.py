"""Two bindings of a node that resolve to one name: one of them, and its equation, is lost."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked, resolve_unbacked_bindings
from torch.utils._pytree import SequenceKey


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


env = ShapeEnv()
u0, u1, u2 = (env.create_unbacked_symint() for _ in range(3))
rebind(env, u0, u1)
rebind(env, u0, u2)
bindings = {u1.node._expr: (SequenceKey(0),), u2.node._expr: (SequenceKey(1),)}
print(f"recorded: {bindings}")
print(f"resolved: {resolve_unbacked_bindings(env, bindings)}")
u3, u4 = env.create_unbacked_symint(), env.create_unbacked_symint()
node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
node.meta["unbacked_bindings"] = bindings
rebind_unbacked(env, node, (u3, u4))
print(f"after the node: u3 is {u3}, u4 is {u4}")
