"""PATH: 7 is no multiple of 2."""

import torch
from torch.fx.experimental.symbolic_shapes import DivideByKey, ShapeEnv, rebind_unbacked

env = ShapeEnv()
old = env.create_unbacked_symint()
node = torch.fx.Graph().call_function(torch.ops.aten.sym_size.int, ())
node.meta["unbacked_bindings"] = {old.node.expr: (DivideByKey(2),)}
rebind_unbacked(env, node, 7)
