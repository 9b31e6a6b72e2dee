"""INJ: two nodes, each made by itself, bind one name to two fresh values."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked

env = ShapeEnv()
old = env.create_unbacked_symint()
for _ in range(2):
    node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
    node.meta["unbacked_bindings"] = {old.node._expr: ()}
    rebind_unbacked(env, node, env.create_unbacked_symint())
