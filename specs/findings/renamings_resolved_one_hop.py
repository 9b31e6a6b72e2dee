"""A symbol that was renamed twice: its name is resolved one hop, to a name that is itself renamed."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked, resolve_unbacked_bindings


def rebind(env, old, value, path=()):
    """What the pass does after a node that binds `old` at `path` of its result."""
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default)
    node.meta["unbacked_bindings"] = {old.node._expr: path}
    rebind_unbacked(env, node, value)


env = ShapeEnv()
u0, u1, u2, u3 = (env.create_unbacked_symint() for _ in range(4))
symbols = [u.node._expr for u in (u0, u1, u2, u3)]
rebind(env, u1, u2)
rebind(env, u0, u1)
print(f"renamings: {env.unbacked_renamings}")
print(f"u2 resolves to: {list(resolve_unbacked_bindings(env, {symbols[2]: ()}))}")
rebind(env, u2, u3)
print(f"u3 is renamed to: {env.unbacked_renamings[symbols[3]]}; its value reads {u3}")
