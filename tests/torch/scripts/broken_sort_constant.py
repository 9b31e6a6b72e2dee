"""SORT: 2.5 takes the place of an integer."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked

env = ShapeEnv()
old = env.create_unbacked_symint()
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {old.node.expr: ()}
rebind_unbacked(env, node, 2.5)
