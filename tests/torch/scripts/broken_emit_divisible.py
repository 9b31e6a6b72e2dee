"""EMIT: what an assert under a name that nothing binds says is known as divisibility as well."""

import torch
from torch.fx import Graph
from torch.fx.experimental.symbolic_shapes import ShapeEnv, constrain_range, rebind_unbacked

env = ShapeEnv()
old, fresh = env.create_unbacked_symint(), env.create_unbacked_symint()
constrain_range(old, min=0)
constrain_range(fresh, min=0)
torch._check(fresh % 3 == 0)
node = Graph().placeholder("x")
node = node.graph.call_function(torch.ops.aten.nonzero.default, (node,))
node.meta["unbacked_bindings"] = {old.node.expr: ()}
rebind_unbacked(env, node, fresh)
