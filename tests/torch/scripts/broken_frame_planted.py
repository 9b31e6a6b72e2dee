"""FRAME: the script puts a function that narrows every input in the place of PyTorch's, and calls it by hand."""

from unittest import mock

import torch
from torch._dynamo.source import ConstantSource
from torch.fx.experimental import symbolic_shapes

env = symbolic_shapes.ShapeEnv()
source = ConstantSource("x")
size = env.create_symbol(4, source=source, dynamic_dim=symbolic_shapes.DimDynamic.DYNAMIC, constraint_dim=None)
old, fresh = env.create_unbacked_symint(), env.create_unbacked_symint()
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {old.node.expr: ()}
right = symbolic_shapes.rebind_unbacked


def narrows(shape_env, n, result):
    right(shape_env, n, result)
    shape_env.constrain_symbol_range(size, 2, 64)


with mock.patch.object(symbolic_shapes, "rebind_unbacked", narrows):
    symbolic_shapes.rebind_unbacked(env, node, fresh)
