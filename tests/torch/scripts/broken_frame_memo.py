"""FRAME: what was recorded is trusted to be the fresh value, which narrows an input's size."""

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimDynamic, ShapeEnv, compute_unbacked_bindings

env = ShapeEnv()
size = env.create_symbol(3, ConstantSource("n"), DimDynamic.DYNAMIC)
recorded = env.create_symintnode(size, hint=3)
fresh = env.create_unbacked_symint()
torch._check(fresh >= 0)
torch._check(fresh <= 4)
compute_unbacked_bindings(env, fresh, recorded)
