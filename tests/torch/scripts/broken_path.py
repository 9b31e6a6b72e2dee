"""PATH: a quotient is read where nothing says that the division is exact."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, DivideByKey, ShapeEnv, rebind_unbacked

env = ShapeEnv()
old = env.create_unbacked_symint()
size = env.create_symbol(8, ConstantSource("n"), DimDynamic.DYNAMIC)
node = torch.fx.Graph().call_function(torch.ops.aten.sym_size.int, ())
node.meta["unbacked_bindings"] = {old.node.expr: (DivideByKey(2),)}
rebind_unbacked(env, node, env.create_symintnode(size, hint=8))
