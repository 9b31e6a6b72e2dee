"""ATOM: the second path does not exist; what the first binding changed stays."""

import torch
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked
from torch.utils._pytree import SequenceKey

env = ShapeEnv()
first, second, fresh = (env.create_unbacked_symint() for _ in range(3))
node = torch.fx.Graph().call_function(torch.ops.aten.item.default, ())
node.meta["unbacked_bindings"] = {first.node.expr: (SequenceKey(0),), second.node.expr: (SequenceKey(1),)}
try:
    rebind_unbacked(env, node, [fresh])
except IndexError as error:
    print("refused:", error)
