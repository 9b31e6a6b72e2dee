"""PATH: a fresh size is divided by two although nothing makes it even; PyTorch refuses it, as every derived value."""

import torch
from torch.fx.experimental.symbolic_shapes import DivideByKey, ShapeEnv, rebind_unbacked

env = ShapeEnv()
old, fresh = env.create_unbacked_symint(), env.create_unbacked_symint()
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {old.node.expr: (DivideByKey(2),)}
try:
    rebind_unbacked(env, node, fresh)
except AssertionError as error:
    print(error)
