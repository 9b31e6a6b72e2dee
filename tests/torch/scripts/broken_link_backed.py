"""LINK: an input's size takes the place of a symbol that was checked to be at most 4."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, rebind_unbacked

env = ShapeEnv()
old = env.create_unbacked_symint()
torch._check(old >= 0)
torch._check(old <= 4)
size = env.create_symbol(7, ConstantSource("n"), DimDynamic.DYNAMIC)
backed = env.create_symintnode(size, hint=7)
node = torch.fx.Graph().call_function(torch.ops.aten.sym_size.int, ())
node.meta["unbacked_bindings"] = {old.node.expr: ()}
rebind_unbacked(env, node, backed)
