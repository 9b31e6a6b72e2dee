"""SORT: a float known at run time takes the place of an integer."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked

env = ShapeEnv()
old = env.create_unbacked_symint()
fresh = env.create_unbacked_symfloat()
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {old.node.expr: ()}
try:
    rebind_unbacked(env, node, fresh)
except AssertionError as error:
    print("refused:", error)
