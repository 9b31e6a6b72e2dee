"""ROOT: an earlier renaming makes two bindings of a node resolve to one symbol; the first path is forgotten."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked
from torch.utils._pytree import SequenceKey

env = ShapeEnv()
old, renamed, left, right = (env.create_unbacked_symint() for _ in range(4))
env._rename_unbacked_to(renamed.node.expr, old.node.expr)
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {
    renamed.node._expr: (SequenceKey(0),),
    old.node._expr: (SequenceKey(1),),
}
rebind_unbacked(env, node, [left, right])
